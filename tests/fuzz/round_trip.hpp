#pragma once

#include "nadir/input/case_reader.hpp"
#include "nadir/schema/diagnostics.hpp"

#include <string>

namespace nadir::fuzz {

/// What became of a text given to the parser of cases.
struct RoundTrip {
  std::string refusal; ///< the first mistake the parser found; empty when it accepted the text
  std::string fault;   ///< how the parser broke its promises; empty when it kept them
};

/// Parses a text. The resolved text of an accepted case must parse too, and resolve to itself.
inline RoundTrip round_trip(const std::string& text) {
  RoundTrip result;
  Diagnostics mistakes;
  const Case c = parse_case(text, "case.toml", {}, mistakes);
  if (!mistakes.empty()) {
    result.refusal = mistakes.problems().front();
    if (!result.refusal.starts_with("case.toml")) result.fault = "a mistake without a place";
    return result;
  }
  const std::string resolved = resolved_text(c);
  const Case again = parse_case(resolved, "case.toml", {}, mistakes);
  if (!mistakes.empty())
    result.fault = "the resolved case is refused: " + mistakes.problems().front();
  else if (resolved_text(again) != resolved)
    result.fault = "the resolved case resolves to another one";
  return result;
}

} // namespace nadir::fuzz
