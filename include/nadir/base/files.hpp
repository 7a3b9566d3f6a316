#pragma once

#include <string>

namespace nadir {

/// Why opening `path` would wait or do worse: "a FIFO, not a regular file" and the like; empty for
/// a regular file and where nothing is there.
std::string irregular_file(const std::string& path);

} // namespace nadir
