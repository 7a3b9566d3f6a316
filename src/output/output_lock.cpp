#include "nadir/output/output_lock.hpp"

#include "nadir/base/check.hpp"
#include "nadir/base/collective.hpp"
#include "nadir/base/error.hpp"
#include "nadir/output/place_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>

namespace nadir {
namespace {

/// An exclusive lock of the whole file that belongs to the open file, not to the process.
bool lock(int file) {
  struct flock whole {};
  whole.l_type = F_WRLCK;
  whole.l_whence = SEEK_SET;
  return fcntl(file, F_OFD_SETLK, &whole) == 0;
}

/// Whether `path` still names the open file: its last holder may have removed it meanwhile.
bool still_named(int file, const std::string& path) {
  struct stat open_one {
  }, named{};
  return fstat(file, &open_one) == 0 && stat(path.c_str(), &named) == 0 &&
         open_one.st_ino == named.st_ino && open_one.st_dev == named.st_dev;
}

std::string text_of(int file) {
  std::array<char, 512> text{};
  const ssize_t got = pread(file, text.data(), text.size() - 1, 0);
  return got > 0 ? text.data() : "of unknown origin";
}

} // namespace

OutputLock::OutputLock(MPI_Comm comm, const std::string& result, const std::string& holder)
    : path_(output_stem(result) + ".lock") {
  int rank = 0;
  check_mpi(MPI_Comm_rank(comm, &rank));
  std::string refusal;
  together<SystemError>(comm, "", [&] {
    if (rank == 0) refusal = acquire(holder);
  });
  warning_ = broadcast_text(comm, warning_);
  refusal = broadcast_text(comm, refusal);
  if (!refusal.empty())
    throw InputError(result + ": another run is writing it (" + refusal +
                     "); wait for it, or choose another --output");
}

OutputLock::~OutputLock() {
  if (file_ < 0) return;
  unlink(path_.c_str());
  close(file_);
  // Folders it made are there for what a run writes, not for the lock.
  std::error_code not_empty;
  for (const auto& folder : made_) std::filesystem::remove(folder, not_empty);
}

/// Returns the holder's text when another run has the lock.
std::string OutputLock::acquire(const std::string& holder) {
  for (auto folder = std::filesystem::absolute(path_).parent_path();
       !std::filesystem::exists(folder) && folder.has_relative_path();
       folder = folder.parent_path())
    made_.push_back(folder.string());
  make_folder_of(path_);
  while (true) {
    file_ = open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (file_ < 0) throw SystemError("cannot create " + path_ + ": " + std::strerror(errno));
    const bool locked = lock(file_);
    const int code = errno;
    if (locked && still_named(file_, path_)) break;
    if (!locked && code != EAGAIN && code != EACCES) {
      warning_ = "no lock on " + path_ + " (" + std::strerror(code) +
                 "): take care that no other run writes there";
      break;
    }
    const std::string other = locked ? "" : text_of(file_);
    close(file_);
    file_ = -1;
    if (!locked) return other;
  }
  const bool written = ftruncate(file_, 0) == 0 && pwrite(file_, holder.data(), holder.size(), 0) ==
                                                       static_cast<ssize_t>(holder.size());
  if (!written) throw SystemError("cannot write " + path_ + ": " + std::strerror(errno));
  return {};
}

} // namespace nadir
