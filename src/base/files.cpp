#include "nadir/base/files.hpp"

#include <filesystem>
#include <system_error>

namespace nadir {

std::string irregular_file(const std::string& path) {
  namespace fs = std::filesystem;
  std::error_code error;
  const auto status = fs::status(path, error);
  if (!fs::exists(status) || fs::is_regular_file(status)) return {};
  if (fs::is_directory(status)) return "a folder, not a file";
  return fs::is_fifo(status) ? "a FIFO, not a regular file" : "not a regular file";
}

} // namespace nadir
