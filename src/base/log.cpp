#include "nadir/base/log.hpp"

#include <unistd.h>

#include <array>
#include <cmath>
#include <cstdarg>

namespace nadir {

void Log::line(const std::string& text) const {
  if (!root_ || verbosity_ == Verbosity::quiet) return;
  std::printf("%s\n", text.c_str());
  std::fflush(stdout);
}

void Log::detail(const std::string& text) const {
  if (verbosity_ == Verbosity::verbose) line(text);
}

void Log::warning(const std::string& text) const {
  if (root_) std::fprintf(stderr, "warning: %s\n", text.c_str());
}

bool Log::terminal() const { return isatty(STDOUT_FILENO) != 0; }

std::string formatted(const char* format, ...) {
  std::va_list arguments, again;
  va_start(arguments, format);
  va_copy(again, arguments);
  const int length = std::vsnprintf(nullptr, 0, format, arguments);
  va_end(arguments);
  std::string text(static_cast<std::size_t>(length > 0 ? length : 0), '\0');
  std::vsnprintf(text.data(), text.size() + 1, format, again);
  va_end(again);
  return text;
}

std::string bytes_text(double bytes) {
  constexpr std::array units{"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
  std::size_t unit = 0;
  while (std::abs(bytes) >= 1024 && unit + 1 < units.size()) {
    bytes /= 1024;
    ++unit;
  }
  return formatted(unit == 0 ? "%.0f %s" : "%.2f %s", bytes, units[unit]);
}

std::string duration_text(double seconds) {
  if (!(seconds >= 0) || seconds > 1e9) return "?";
  if (seconds < 60) return formatted("%.1f s", seconds);
  const auto whole = static_cast<long>(std::lround(seconds));
  return formatted("%ld:%02ld:%02ld", whole / 3600, whole / 60 % 60, whole % 60);
}

} // namespace nadir
