#pragma once

#include <cstdio>
#include <string>

namespace nadir {

enum class Verbosity { quiet, normal, verbose };

/// Lines for the reader of a run, by rank 0 only: progress to stdout, warnings to stderr.
class Log {
 public:
  Log(int rank, Verbosity verbosity) : root_(rank == 0), verbosity_(verbosity) {}

  void line(const std::string& text) const;    ///< unless quiet
  void detail(const std::string& text) const;  ///< only when verbose
  void warning(const std::string& text) const; ///< always
  /// True when stdout is a terminal; a log file gets fewer lines.
  bool terminal() const;

 private:
  bool root_;
  Verbosity verbosity_;
};

/// printf into a string.
[[gnu::format(printf, 1, 2)]] std::string formatted(const char* format, ...);

/// 1234567 bytes as "1.18 MiB".
std::string bytes_text(double bytes);
/// 3725 seconds as "1:02:05", 12.3 as "12.3 s".
std::string duration_text(double seconds);

} // namespace nadir
