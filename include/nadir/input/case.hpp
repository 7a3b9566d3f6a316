#pragma once

#include "nadir/output/output_spec.hpp"
#include "nadir/training/training_spec.hpp"

#include <string>

/// The room `input`: a whole case, read and checked.
///
/// Here live the specifications of all rooms as one Case (this header), its reading, writing and
/// reference page (case_reader.hpp), the checks across the keys of several rooms
/// (src/input/resolve_case.cpp), and those of the files that it names (file_checks.hpp).
///
/// It stands above the rooms that it configures: they get the part that is theirs, and only here
/// and in the commands is a whole Case known.
namespace nadir {

/// The case file as plain typed structs: what the user asked for, defaults filled in, nothing
/// computed. Names and meanings are those of docs/case-reference.md. Every room has its own part,
/// beside the code that it configures; the whole is for those who read it and for the commands.
struct Case : ProblemSpec {
  std::string title;
  OutputSpec output;

  std::string text; ///< of the case file as read
};

} // namespace nadir
