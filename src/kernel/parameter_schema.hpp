#pragma once

#include "nadir/kernel/kernel_family.hpp"
#include "nadir/kernel/parameter_spec.hpp"
#include "schema/checks.hpp"
#include "schema/types.hpp"

#include <optional>

/// The part of the schema that says how a parameter starts, varies and is kept small.
namespace nadir::schema {

Section<PenaltySpec> penalty_section();
Section<ParameterSpec> parameter_section();

/// Keys of the table that says where a parameter starts.
std::vector<KeyDoc> start_keys();

/// A number (fixed), or a table. Absent, it is `fallback` and fixed.
Type<ParameterSpec> parameter(double fallback);

/// What the values of a parameter may be; `names` are those of its components.
struct ParameterRules {
  std::vector<std::string> names{""};
  std::optional<ValueLimit> limit = {};
  decltype(FamilyParameter::spread) spread = nullptr;
};
/// Settles a number for all components, and checks values and bounds of the parameter at `path`.
void check_parameter(const std::string& path, ParameterSpec& p, const ParameterRules& rules,
                     const Checks& checks);

} // namespace nadir::schema
