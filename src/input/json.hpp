#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace nadir {

/// A value of a JSON text, as far as headers of files need it.
struct Json {
  using Object = std::map<std::string, Json, std::less<>>;
  using Array = std::vector<Json>;
  std::variant<std::monostate, bool, double, std::int64_t, std::string, Array, Object> value;

  const Object* object() const { return std::get_if<Object>(&value); }
  const Array* array() const { return std::get_if<Array>(&value); }
  const std::string* text() const { return std::get_if<std::string>(&value); }
  const std::int64_t* whole() const { return std::get_if<std::int64_t>(&value); }
};

/// Nothing where the text is no valid JSON, has a key twice in one object (which `repeated` then
/// names), or is nested more than 32 deep.
std::optional<Json> parse_json(std::string_view text, std::string* repeated = nullptr);

} // namespace nadir
