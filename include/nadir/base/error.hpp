#pragma once

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace nadir {

/// What a command returns to the shell; the same on all ranks.
enum class ExitCode : int {
  done = 0,
  numerics = 1, ///< diverged or not finite
  input = 2,    ///< found wrong before computing; nothing was computed or written
  system = 3,   ///< a file or system error after that
  stopped = 75, ///< stopped early on request, with a complete checkpoint
};

/// An error that ends the run with `code()`. Rank 0 prints `what()` once; several problems stand
/// on lines of their own. Where ranks take part in a collective, all of them throw or none does.
class Error : public std::runtime_error {
 public:
  Error(ExitCode code, const std::string& message) : std::runtime_error(message), code_(code) {}
  ExitCode code() const noexcept { return code_; }

 private:
  ExitCode code_;
};

/// Wrong input, all of it at once: one line per problem.
class InputError : public Error {
 public:
  explicit InputError(const std::string& problem) : InputError(std::vector{problem}) {}
  explicit InputError(const std::vector<std::string>& problems);
};

/// A number that is not finite, or an iteration that diverged.
class NumericsError : public Error {
 public:
  explicit NumericsError(const std::string& message) : Error(ExitCode::numerics, message) {}
};

/// A file or system call that failed while running.
class SystemError : public Error {
 public:
  explicit SystemError(const std::string& message) : Error(ExitCode::system, message) {}
};

} // namespace nadir
