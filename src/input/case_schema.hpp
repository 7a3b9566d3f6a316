#pragma once

#include "nadir/input/case.hpp"
#include "schema/schema.hpp"

/// The schema of the case file, and the meaning that several keys have together.
namespace nadir::schema {

const Section<Case>& case_section();

/// The inner tables, by the names their types have in the reference.
struct NamedTable {
  std::string name, meaning;
  std::vector<KeyDoc> keys;
};
std::vector<NamedTable> named_tables();

/// What reading leaves open: checks across keys, and everything whose number depends on another
/// key (spacings, components, layers). Problems go to `reading`.
void resolve_case(Case& c, Reading& reading);

} // namespace nadir::schema
