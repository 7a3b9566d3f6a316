#include "schema/toml_guard.hpp"

#include <algorithm>

namespace nadir::schema {
namespace {

/// Just behind the string that starts at `at`. A text whose string does not end is refused by
/// toml++ at that place, so what follows no longer matters.
std::size_t end_of_string(std::string_view text, std::size_t at) {
  const char mark = text[at];
  const std::string three(3, mark);
  const bool many_lines = text.substr(at).starts_with(three);
  const std::string_view close = std::string_view(three).substr(0, many_lines ? 3 : 1);
  for (std::size_t i = at + close.size(); i < text.size(); ++i) {
    if (mark == '"' && text[i] == '\\')
      ++i;
    else if (!many_lines && text[i] == '\n')
      return i;
    else if (text.substr(i).starts_with(close)) {
      i += close.size();
      // Up to two more marks before the closing three belong to the string.
      for (int more = 0; many_lines && more < 2 && i < text.size() && text[i] == mark; ++more) ++i;
      return i;
    }
  }
  return text.size();
}

bool is_ascii(char c) { return static_cast<unsigned char>(c) < 0x80; }
bool starts_character(char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }

Pitfall at_place(std::string_view text, std::size_t at, const std::string& message) {
  const auto before = text.substr(0, at);
  const auto newline = before.rfind('\n');
  const auto in_line = newline == std::string_view::npos ? before : before.substr(newline + 1);
  const auto lines = std::count(before.begin(), before.end(), '\n');
  const auto characters = std::count_if(in_line.begin(), in_line.end(), starts_character);
  return {static_cast<int>(lines) + 1, static_cast<int>(characters) + 1, message};
}

} // namespace

std::optional<Pitfall> find_pitfall(std::string_view text) {
  constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
  constexpr int most_parts = 50, most_keys = 20'000;
  int keys = 0; // or tables; some of toml++'s searches take their square in time
  bool line_begins = true;
  int dots = 0; // since the last character that cannot be inside a key
  std::size_t i = text.starts_with(byte_order_mark) ? byte_order_mark.size() : 0;
  while (i < text.size()) {
    const char c = text[i];
    if (c == '"' || c == '\'') {
      i = end_of_string(text, i);
      line_begins = false;
      continue;
    }
    if (c == '#') {
      i = std::min(text.find('\n', i), text.size());
      continue;
    }
    if (!is_ascii(c)) return at_place(text, i, "such characters only in strings and comments");
    if (c == '.') ++dots;
    if (c == '=' || (c == '[' && line_begins)) ++keys;
    if (keys > most_keys)
      return at_place(text, i, "more than 20000 keys and tables, which no case has");
    if (c != ' ' && c != '\t' && c != '\r') line_begins = c == '\n';
    if (std::string_view("\n=,{}").find(c) != std::string_view::npos) dots = 0;
    if (dots > most_parts) return at_place(text, i, "a key of more than 50 parts");
    ++i;
  }
  return std::nullopt;
}

} // namespace nadir::schema
