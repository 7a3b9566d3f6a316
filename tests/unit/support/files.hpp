#pragma once

#include "nadir/base/box.hpp"

#include "support/ranks.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

/// What tests of files share. All ranks call these together.
namespace nadir::test {

/// A folder of its own for each test, the same on all ranks, removed at the end.
class Folder {
 public:
  Folder() {
    char name[] = "nadir-test-XXXXXX";
    const auto pattern = std::filesystem::temp_directory_path() / name;
    std::string text = pattern.string();
    if (world_rank() == 0 && !mkdtemp(text.data())) text.front() = '\0';
    MPI_Bcast(text.data(), static_cast<int>(text.size()), MPI_CHAR, 0, MPI_COMM_WORLD);
    path_ = text;
  }
  ~Folder() {
    barrier();
    std::error_code ignored;
    if (world_rank() == 0) std::filesystem::remove_all(path_, ignored);
    barrier();
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::string operator/(const std::string& name) const { return (path_ / name).string(); }
  /// Makes files whose contents are their names. Collective.
  void touch(const std::vector<std::string>& names) const {
    if (world_rank() == 0)
      for (const auto& name : names) std::ofstream(path_ / name) << name;
    barrier();
  }
  /// Names in the folder, ascending. Collective: no rank puts or removes anything meanwhile.
  std::vector<std::string> names() const {
    barrier();
    std::vector<std::string> result;
    for (const auto& entry : std::filesystem::directory_iterator(path_))
      result.push_back(entry.path().filename().string());
    std::sort(result.begin(), result.end());
    barrier();
    return result;
  }

 private:
  std::filesystem::path path_;
};

/// The text of a file as it is now; no rank goes on before all have read it.
inline std::string text_of(const std::string& path) {
  std::ifstream file(path);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  barrier();
  return text;
}

/// No file of this rank may grow beyond `bytes` while this lives.
class FileLimit {
 public:
  explicit FileLimit(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileLimit() {
    setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }
  FileLimit(const FileLimit&) = delete;
  FileLimit& operator=(const FileLimit&) = delete;

 private:
  void (*handler_)(int);
  rlimit before_{};
};

/// This rank's box of a grid cut along x into unequal parts: rows in the file are not contiguous.
inline Box part_of(const std::vector<std::int64_t>& shape) {
  Box box;
  box.dimension = static_cast<int>(shape.size());
  std::copy(shape.rbegin(), shape.rend(), box.count.rbegin());
  const std::int64_t points = shape.back();
  const std::int64_t rank = world_rank();
  const std::int64_t ranks = world_size();
  // Cuts at x = points * (r/ranks)^2: narrow parts first.
  const auto cut = [&](std::int64_t r) { return points * r * r / (ranks * ranks); };
  box.start[2] = cut(rank);
  box.count[2] = cut(rank + 1) - cut(rank);
  return box;
}

/// Calls f(z, y, x) for every point of a box, C order, in global indices.
template<class F> void for_each_point(const Box& box, F&& f) {
  for (std::int64_t z = box.start[0]; z < box.start[0] + box.count[0]; ++z)
    for (std::int64_t y = box.start[1]; y < box.start[1] + box.count[1]; ++y)
      for (std::int64_t x = box.start[2]; x < box.start[2] + box.count[2]; ++x) f(z, y, x);
}

} // namespace nadir::test
