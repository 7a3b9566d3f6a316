#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace nadir::schema {

/// A place in a text, 1-based; the column counts characters.
struct Pitfall {
  int line, column;
  std::string message;
};

/// The first place where a text is not TOML in a way that toml++ 3.3 does not survive: a character
/// beyond ASCII outside strings and comments (undefined behaviour), a dotted key of very many
/// parts (each one a call deeper), or very many keys and tables. Nothing for every valid case.
std::optional<Pitfall> find_pitfall(std::string_view text);

} // namespace nadir::schema
