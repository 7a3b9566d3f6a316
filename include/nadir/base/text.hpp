#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Small text helpers: names that nearly match, numbers that read back exactly. None throws.
namespace nadir {

/// Number of insertions, deletions, replacements and swaps of neighbours that turn `a` into `b`.
std::size_t edit_distance(std::string_view a, std::string_view b);

/// The name the writer of `word` probably meant: within a third of the longer one's length in
/// edits, or one that starts with it; upper and lower case count as equal. Nothing when no name is
/// near.
std::optional<std::string> nearest_name(std::string_view word,
                                        const std::vector<std::string>& names);

/// The shortest decimal that reads back to the same double, always with a point or an exponent
/// ("1.0", "0.1", "1e-06"), hence a TOML float.
std::string number_text(double value);

/// 17 significant digits, whole numbers as such ("1", "0.10000000000000001").
std::string exact_digits(double value);

/// `text` as a TOML basic string: in double quotes, with escapes.
std::string quote(std::string_view text);

/// `text` on one line: control characters become their escapes, and what exceeds `limit` bytes
/// is cut (never inside a UTF-8 character) and marked by "...".
std::string one_line(std::string_view text, std::size_t limit = 4000);

std::string join(const std::vector<std::string>& parts, std::string_view separator);

/// Units of a square: "m^2", "(m/s)^2", "1".
std::string squared(const std::string& units);

} // namespace nadir
