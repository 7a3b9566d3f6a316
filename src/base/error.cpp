#include "nadir/base/error.hpp"

namespace nadir {
namespace {
std::string join(const std::vector<std::string>& lines) {
  std::string text;
  for (const auto& line : lines) {
    if (!text.empty()) text += '\n';
    text += line;
  }
  return text;
}
} // namespace

InputError::InputError(const std::vector<std::string>& problems)
    : Error(ExitCode::input, join(problems)) {}

} // namespace nadir
