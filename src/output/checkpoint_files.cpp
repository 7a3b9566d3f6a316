#include "nadir/output/checkpoint_files.hpp"

#include "nadir/base/check.hpp"
#include "nadir/base/collective.hpp"
#include "nadir/base/error.hpp"
#include "nadir/output/place_file.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <sstream>

namespace nadir {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view middle = ".checkpoint-", suffix = ".h5";

/// The N of a file name NAME.checkpoint-N.h5; -1 for any other name.
std::int64_t number_of(const std::string& name, const std::string& prefix) {
  if (!name.starts_with(prefix) || !name.ends_with(suffix)) return -1;
  if (name.size() <= prefix.size() + suffix.size()) return -1;
  const char* first = name.data() + prefix.size();
  const char* last = name.data() + name.size() - suffix.size();
  std::int64_t number = -1;
  const auto [end, error] = std::from_chars(first, last, number);
  return error == std::errc() && end == last ? number : -1;
}

std::vector<CheckpointFile> numbered_files(const std::string& result) {
  const fs::path stem(output_stem(result));
  const std::string prefix = stem.filename().string() + std::string(middle);
  const fs::path folder = stem.has_parent_path() ? stem.parent_path() : fs::path(".");
  std::vector<CheckpointFile> files;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    const std::int64_t number = number_of(entry->path().filename().string(), prefix);
    if (number >= 0) files.push_back({checkpoint_path(result, number), number});
  }
  std::ranges::sort(files, std::ranges::greater(), &CheckpointFile::number);
  return files;
}

void remove(const std::string& path) {
  if (unlink(path.c_str()) != 0 && errno != ENOENT)
    throw SystemError("cannot remove " + path + ": " + std::strerror(errno));
}

} // namespace

std::string checkpoint_path(const std::string& result, std::int64_t number) {
  return output_stem(result) + std::string(middle) + std::to_string(number) + std::string(suffix);
}

std::string best_checkpoint_path(const std::string& result) {
  return output_stem(result) + std::string(middle) + "best" + std::string(suffix);
}

std::vector<CheckpointFile> list_checkpoints(MPI_Comm comm, const std::string& result) {
  int rank = 0;
  check_mpi(MPI_Comm_rank(comm, &rank));
  std::string numbers;
  if (rank == 0)
    for (const auto& file : numbered_files(result)) numbers += std::to_string(file.number) + " ";
  std::istringstream found(broadcast_text(comm, numbers));
  std::vector<CheckpointFile> files;
  for (std::int64_t number = 0; found >> number;)
    files.push_back({checkpoint_path(result, number), number});
  return files;
}

void set_aside_checkpoints(const std::string& result,
                           const std::function<bool(const std::string&)>& ours) {
  auto files = numbered_files(result);
  if (fs::exists(best_checkpoint_path(result))) files.push_back({best_checkpoint_path(result), 0});
  for (const auto& file : files)
    if (!ours(file.path)) keep_file(file.path);
}

void rotate_checkpoints(const std::string& result, std::int64_t keep,
                        const std::function<bool(const std::string&)>& ours) {
  std::int64_t kept = 0;
  for (const auto& file : numbered_files(result))
    if (ours(file.path) && ++kept > keep) remove(file.path);
}

void remove_best_checkpoint(const std::string& result,
                            const std::function<bool(const std::string&)>& ours) {
  const std::string best = best_checkpoint_path(result);
  std::error_code none;
  if (fs::exists(best, none) && ours(best)) remove(best);
}

void name_best_checkpoint(const std::string& result, const std::string& path) {
  const std::string best = best_checkpoint_path(result), temporary = temporary_name(best);
  if (link(path.c_str(), temporary.c_str()) != 0) {
    std::error_code error;
    fs::copy_file(path, temporary, error);
    if (error) throw SystemError("cannot copy " + path + ": " + error.message());
  }
  place_companion(temporary, best);
}

} // namespace nadir
