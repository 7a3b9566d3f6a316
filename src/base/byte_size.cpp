#include "nadir/base/byte_size.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <string_view>
#include <system_error>

namespace nadir {

std::optional<double> size_in_bytes(const std::string& text) {
  constexpr std::array units{"B", "KiB", "MiB", "GiB", "TiB"};
  double number = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || !(number > 0)) return std::nullopt;
  const std::string_view unit(rest, static_cast<std::size_t>(end - rest));
  const auto found = std::ranges::find(units, unit.substr(unit.starts_with(' ')));
  if (found == units.end()) return std::nullopt;
  const double bytes = number * std::pow(1024.0, found - units.begin());
  return std::isfinite(bytes) ? std::optional(bytes) : std::nullopt;
}

} // namespace nadir
