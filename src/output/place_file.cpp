#include "nadir/output/place_file.hpp"

#include "nadir/base/error.hpp"
#include "nadir/output/xdmf.hpp"

#include <fcntl.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string_view>
#include <vector>

namespace nadir {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const std::string& what, int code) {
  throw SystemError(what + ": " + std::strerror(code));
}

/// Between the name a file will have and eight digits: it is being written, or whole.
constexpr std::string_view growing_mark = ".part-", complete_mark = ".done-";
constexpr std::size_t mark_digits = 8;
/// Open MPI tries locks on a file of this name beside one it opens.
constexpr std::string_view mpi_io_mark = ".locktest.";

std::string marked_name(const std::string& path, std::string_view mark) {
  std::random_device random;
  std::array<char, mark_digits + 1> digits{};
  std::snprintf(digits.data(), digits.size(), "%08x", random());
  return path + std::string(mark) + digits.data();
}

/// The path of which marked_name(path, mark) made this one; empty when it is none.
std::string unmarked(const std::string& marked, std::string_view mark) {
  if (marked.size() < mark.size() + mark_digits) return {};
  const std::size_t at = marked.size() - mark_digits - mark.size();
  const bool digits = marked.find_first_not_of("0123456789abcdef", at + mark.size()) == marked.npos;
  return digits && marked.substr(at, mark.size()) == mark ? marked.substr(0, at) : std::string();
}

/// The longest that is appended to NAME, and the longest names and paths of Linux.
constexpr std::size_t longest_end =
    std::string_view(".checkpoint-0000000000.h5.part-00000000").size();
constexpr std::size_t longest_name = NAME_MAX, longest_path = PATH_MAX - 1;

/// Whether NAME.h5's run writes a file of this path.
bool belongs_to(const std::string& path, const std::string& stem) {
  for (const char* end : {".h5", ".xdmf", ".csv", ".lock"})
    if (path == stem + end) return true;
  return path.starts_with(stem + ".checkpoint-") && path.ends_with(".h5");
}

std::string folder_of(const std::string& path) {
  const fs::path parent = fs::path(path).parent_path();
  return parent.empty() ? "." : parent.string();
}

void sync(const std::string& path) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) fail("cannot open " + path, errno);
  const int result = fsync(file);
  const int code = errno;
  close(file);
  // Some network file systems cannot sync a folder (EINVAL); there the rename is as safe as it
  // gets.
  if (result != 0 && code != EINVAL) fail("cannot write " + path + " to disk", code);
}

/// What a file system without an operation answers.
bool unsupported(int code) {
  return code == EINVAL || code == ENOSYS || code == ENOTSUP || code == EPERM;
}

/// Renames without replacing: false when `to` exists.
bool move_to_free_name(const std::string& from, const std::string& to) {
  if (renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return true;
  if (errno == EEXIST) return false;
  if (!unsupported(errno)) fail("cannot rename " + from + " to " + to, errno);
  if (link(from.c_str(), to.c_str()) == 0) {
    if (unlink(from.c_str()) != 0) fail("cannot remove " + from, errno);
    return true;
  }
  if (errno == EEXIST) return false;
  fail("cannot rename " + from + " to " + to, errno);
}

enum class Exchange { done, vanished, unsupported };

/// Swaps the file at `path` (whichever it is by now) with `temporary`, which then holds the old
/// one.
Exchange exchange(const std::string& temporary, const std::string& path) {
  if (renameat2(AT_FDCWD, temporary.c_str(), AT_FDCWD, path.c_str(), RENAME_EXCHANGE) == 0)
    return Exchange::done;
  if (errno == ENOENT) return Exchange::vanished;
  if (unsupported(errno)) return Exchange::unsupported;
  fail("cannot rename " + temporary + " to " + path, errno);
}

/// Moves the file at `path` out of the way: false when none is left there.
bool set_aside(const std::string& path, const std::string& aside) {
  if (rename(path.c_str(), aside.c_str()) == 0) return true;
  if (errno == ENOENT) return false;
  fail("cannot rename " + path, errno);
}

/// Makes a complete file durable. One that cannot be is of no use and not left behind.
void sync_or_remove(const std::string& temporary) {
  try {
    sync(temporary);
  } catch (...) {
    unlink(temporary.c_str());
    throw;
  }
}

/// Renames a complete file, or removes it where that fails.
void rename_or_remove(const std::string& temporary, const std::string& path) {
  if (rename(temporary.c_str(), path.c_str()) == 0) return;
  const int code = errno;
  unlink(temporary.c_str());
  fail("cannot rename " + temporary + " to " + path, code);
}

bool is_there(const std::string& path) {
  std::error_code none;
  return fs::exists(fs::symlink_status(path, none));
}

/// The XDMF file beside a kept result goes with it, and names it.
void keep_xdmf(const std::string& stem, const std::string& kept_stem) {
  std::ifstream in(stem + ".xdmf", std::ios::binary);
  if (!in) return;
  std::string text{std::istreambuf_iterator<char>(in), {}};
  const auto reference = [](const std::string& of) {
    return xdmf_reference(fs::path(of).filename().string() + ".h5") + ":/";
  };
  const std::string name = reference(stem), kept_name = reference(kept_stem);
  for (std::size_t at = 0; (at = text.find(name, at)) != std::string::npos; at += kept_name.size())
    text.replace(at, name.size(), kept_name);
  place_text(text, kept_stem + ".xdmf");
}

/// Gives `old` the first free name NAME.k.h5 of `path` = NAME.h5; returns NAME.k.
std::string keep(const std::string& old, const std::string& path) {
  const std::string stem = output_stem(path);
  for (int k = 1;; ++k) {
    const std::string kept_stem = stem + "." + std::to_string(k);
    if (is_there(kept_stem + ".xdmf")) continue; // somebody's: ours go with their results
    if (move_to_free_name(old, kept_stem + ".h5")) return kept_stem;
  }
}

using Replaceable = std::function<bool(const std::string&)>;

/// Removes or keeps a file that stood at `path` before; returns the name it is kept under.
std::string settle(const std::string& old, const std::string& path,
                   const Replaceable& replaceable) {
  if (!replaceable(old)) {
    const std::string kept_stem = keep(old, path);
    keep_xdmf(output_stem(path), kept_stem);
    return kept_stem + ".h5";
  }
  if (unlink(old.c_str()) != 0) fail("cannot remove " + old, errno);
  return {};
}

/// Gives `temporary` the name `path`. Every step takes hold of exactly one file by its name, so a
/// file that another run puts there meanwhile is settled as well, never overwritten. Returns the
/// name a file that stood there is kept under.
std::string take_name(const std::string& temporary, const std::string& path,
                      const Replaceable& replaceable) {
  constexpr int attempts = 1000;
  std::string kept;
  for (int i = 0; i < attempts; ++i) {
    if (move_to_free_name(temporary, path)) return kept;
    const Exchange result = exchange(temporary, path);
    if (result == Exchange::done) return settle(temporary, path, replaceable);
    const std::string aside = marked_name(path, complete_mark);
    if (result == Exchange::unsupported && set_aside(path, aside))
      kept = settle(aside, path, replaceable);
  }
  throw SystemError("cannot rename " + temporary + " to " + path + ": other runs keep using it");
}

/// Whether the names that a run makes of NAME are too long for the system.
std::string too_long(const std::string& path) {
  const std::string stem = output_stem(path), name = fs::path(stem).filename().string();
  const auto problem = [](const char* what, std::size_t length, std::size_t most) {
    return std::string("its ") + what + " of " + std::to_string(length) +
           " bytes is too long: at most " + std::to_string(most - longest_end) +
           ", because what a run writes beside it has longer names";
  };
  if (name.size() + longest_end > longest_name) return problem("name", name.size(), longest_name);
  if (stem.size() + longest_end > longest_path) return problem("path", stem.size(), longest_path);
  return {};
}

} // namespace

std::string output_stem(const std::string& path) {
  constexpr std::string_view suffix = ".h5";
  return path.ends_with(suffix) ? path.substr(0, path.size() - suffix.size()) : path;
}

std::string temporary_name(const std::string& path) { return marked_name(path, growing_mark); }

void move_companion(const std::string& from, const std::string& to) {
  std::error_code none;
  if (fs::exists(from, none)) move_to_free_name(from, to);
}

std::string keep_file(const std::string& path) { return keep(path, path) + ".h5"; }

bool take_free_name(const std::string& from, const std::string& to) {
  return move_to_free_name(from, to);
}

std::string keep_companion(const std::string& path) {
  const std::string suffix = fs::path(path).extension().string();
  const std::string stem = path.substr(0, path.size() - suffix.size());
  for (int k = 1;; ++k) {
    const std::string kept = stem + "." + std::to_string(k) + suffix;
    if (!is_there(stem + "." + std::to_string(k) + ".h5") && move_to_free_name(path, kept))
      return kept;
  }
}

std::string canonical_path(const std::string& path) {
  std::error_code error;
  const fs::path whole = fs::weakly_canonical(fs::absolute(path, error), error);
  return error ? path : whole.string();
}

bool is_written_by(const std::string& path, const std::string& result) {
  const std::string whole = canonical_path(path), output = canonical_path(result);
  const std::string stem = output_stem(output);
  return whole == output || belongs_to(whole, stem) || whole == stem + ".stop";
}

void clear_leftovers(const std::string& result) {
  const std::string stem = output_stem(result);
  const fs::path folder = fs::path(stem).has_parent_path() ? fs::path(stem).parent_path() : "";
  std::vector<std::string> paths;
  std::error_code error;
  for (fs::directory_iterator entry(folder_of(stem), error), end; !error && entry != end;
       entry.increment(error))
    paths.push_back((folder / entry->path().filename()).string());
  for (const auto& path : paths) {
    const std::string growing = unmarked(path.substr(0, path.find(mpi_io_mark)), growing_mark);
    const std::string complete = unmarked(path, complete_mark);
    if (belongs_to(growing, stem) && unlink(path.c_str()) != 0 && errno != ENOENT)
      fail("cannot remove " + path, errno);
    if (belongs_to(complete, stem) && !move_to_free_name(path, complete)) keep(path, complete);
  }
}

void make_folder_of(const std::string& path) {
  std::error_code error;
  fs::create_directories(folder_of(path), error);
  if (error)
    throw SystemError("cannot create the folder " + folder_of(path) + ": " + error.message());
}

std::string unwritable(const std::string& path) {
  std::error_code error;
  const fs::path name = fs::path(path).filename();
  if (name.empty()) return "'" + path + "' is not the name of a file";
  if (fs::is_directory(canonical_path(path), error)) return path + " is a folder";
  if (name == "." || name == "..") return "'" + path + "' is not the name of a file";
  if (const std::string problem = too_long(path); !problem.empty()) return problem;
  const fs::file_status status = fs::status(canonical_path(path), error);
  if (fs::exists(status) && !fs::is_regular_file(status)) return path + " is no regular file";
  // Nothing is created yet: the folder that is there, or the one it would be made in, is tried.
  fs::path folder = fs::absolute(folder_of(path), error);
  while (!fs::exists(folder, error) && folder.has_relative_path()) folder = folder.parent_path();
  if (!fs::is_directory(folder, error)) {
    return "cannot create the folder " + folder_of(path) + ": Not a directory";
  }
  const std::string probe = temporary_name((folder / "nadir").string());
  const int file = open(probe.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0666);
  if (file < 0)
    return "cannot write in the folder " + folder.string() + ": " + std::strerror(errno);
  close(file);
  unlink(probe.c_str());
  return {};
}

void reserve_disk(const std::string& path, std::uint64_t offset, std::uint64_t size) {
  constexpr off_t spare = 1 << 20; // for what is written beside the data itself
  const int file = open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (file < 0) fail("cannot open " + path, errno);
  const auto first = static_cast<off_t>(offset);
  const auto length = static_cast<off_t>(size);
  int result = fallocate(file, 0, first, length);
  if (result == 0) result = fallocate(file, FALLOC_FL_KEEP_SIZE, first + length, spare);
  const int code = errno;
  close(file);
  if (result == 0) return;
  // Where room cannot be set aside, at least look whether there is any.
  struct statvfs disk {};
  const bool full = unsupported(code) && statvfs(path.c_str(), &disk) == 0 &&
                    disk.f_bavail < size / disk.f_frsize;
  if (full || !unsupported(code))
    fail("cannot reserve " + std::to_string(size) + " bytes on disk", full ? ENOSPC : code);
}

void start_write_back(const std::string& path, std::uint64_t offset, std::uint64_t size) {
  // Only for reading: to close a file open for writing makes NFS wait for all that it holds.
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return;
  // What fails here fails again when the file is made durable, and is reported then.
  static_cast<void>(sync_file_range(file, static_cast<off64_t>(offset), static_cast<off64_t>(size),
                                    SYNC_FILE_RANGE_WRITE));
  close(file);
}

std::string place_file(const std::string& temporary, const std::string& path,
                       const std::function<bool(const std::string&)>& replaceable) {
  sync_or_remove(temporary);
  const std::string complete = marked_name(path, complete_mark);
  rename_or_remove(temporary, complete);
  const std::string kept = take_name(complete, path, replaceable);
  sync(folder_of(path));
  return kept;
}

void place_companion(const std::string& temporary, const std::string& path) {
  sync_or_remove(temporary);
  rename_or_remove(temporary, path);
  sync(folder_of(path));
}

void place_text(const std::string& text, const std::string& path) {
  const std::string temporary = temporary_name(path);
  errno = 0;
  std::ofstream out(temporary, std::ios::binary);
  out << text;
  out.close();
  if (!out) {
    const int code = errno;
    std::error_code none;
    fs::remove(temporary, none);
    if (code != 0) fail("cannot write " + path, code);
    throw SystemError("cannot write " + path);
  }
  place_companion(temporary, path);
}

void keep_table(const std::string& path, const std::string& stem) {
  std::error_code none;
  for (int k = 1; fs::exists(path, none); ++k) {
    const std::string kept_stem = stem + "." + std::to_string(k);
    if (fs::exists(kept_stem + ".h5", none)) continue;
    if (move_to_free_name(path, kept_stem + ".csv")) return;
  }
}

} // namespace nadir
