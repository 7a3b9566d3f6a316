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
#include <chrono>
#include <cstring>
#include <filesystem>
#include <string_view>
#include <thread>

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
  return fstat(file, &open_one) == 0 && lstat(path.c_str(), &named) == 0 &&
         open_one.st_ino == named.st_ino && open_one.st_dev == named.st_dev;
}

/// How every lock begins: files of others are not touched.
constexpr std::string_view beginning = "nadir: ";
/// And how those of runs of earlier versions do.
constexpr std::string_view older_beginning = "host ";

/// What is in an open file, waiting a moment for a run that has just created it.
std::string text_of(int file) {
  using namespace std::chrono_literals;
  constexpr int attempts = 20;
  std::array<char, 512> text{};
  for (int i = 0; i < attempts; ++i) {
    const ssize_t got = pread(file, text.data(), text.size() - 1, 0);
    if (got > 0) return text.data();
    std::this_thread::sleep_for(25ms);
  }
  return {};
}

/// Opens a lock that is there; -1 where there is none any more. Throws InputError for what is no
/// lock of this program: somebody's file, a link, a folder.
int open_existing(const std::string& path) {
  // Not waiting for the other end of a FIFO, not following a link.
  const int file = open(path.c_str(), O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  if (file < 0 && errno == ENOENT) return -1;
  struct stat status {};
  const bool regular = file >= 0 && fstat(file, &status) == 0 && S_ISREG(status.st_mode);
  const std::string text = regular ? text_of(file) : "";
  if (text.starts_with(beginning) || text.starts_with(older_beginning)) return file;
  // One that its holder has just removed is not judged.
  if (regular && !still_named(file, path)) return close(file), -1;
  const std::string why = file < 0 && errno != ELOOP && errno != EISDIR && errno != ENXIO
                              ? std::string(": ") + std::strerror(errno)
                              : "";
  if (file >= 0) close(file);
  throw InputError(path + " is there and no lock of nadir" + why +
                   "; rename it, or choose another --output");
}

} // namespace

OutputLock::OutputLock(MPI_Comm comm, const std::string& result, const std::string& holder)
    : path_(output_stem(result) + ".lock") {
  int rank = 0;
  check_mpi(MPI_Comm_rank(comm, &rank));
  std::string refusal, foreign;
  together<SystemError>(comm, "", [&] {
    try {
      if (rank == 0) refusal = acquire(std::string(beginning) + holder);
    } catch (const InputError& error) {
      foreign = error.what();
    }
  });
  foreign = broadcast_text(comm, foreign);
  if (!foreign.empty()) throw InputError(foreign);
  warning_ = broadcast_text(comm, warning_);
  refusal = broadcast_text(comm, refusal);
  if (!refusal.empty())
    throw InputError(result + ": another run is writing it (" + refusal +
                     "); wait for it, or choose another --output");
}

OutputLock::~OutputLock() {
  if (file_ < 0) return;
  if (still_named(file_, path_)) unlink(path_.c_str());
  close(file_);
  // Folders it made are there for what a run writes, not for the lock.
  std::error_code not_empty;
  for (const auto& folder : made_) std::filesystem::remove(folder, not_empty);
}

/// Creates the lock where there is none: it appears held and with its text, so that a run killed
/// meanwhile leaves nothing that could be taken for somebody's file.
bool OutputLock::create(const std::string& holder) {
  const std::string temporary = temporary_name(path_);
  file_ = open(temporary.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (file_ < 0) throw SystemError("cannot create " + path_ + ": " + std::strerror(errno));
  try {
    write(holder);
    if (!lock(file_)) warn(errno);
    if (take_free_name(temporary, path_)) return true;
  } catch (...) {
    unlink(temporary.c_str());
    close(file_);
    throw;
  }
  unlink(temporary.c_str());
  close(file_);
  file_ = -1;
  warning_.clear();
  return false;
}

/// Never empty on the way.
void OutputLock::write(const std::string& holder) const {
  const auto size = static_cast<off_t>(holder.size());
  if (pwrite(file_, holder.data(), holder.size(), 0) != size || ftruncate(file_, size) != 0)
    throw SystemError("cannot write " + path_ + ": " + std::strerror(errno));
}

void OutputLock::warn(int code) {
  warning_ = "no lock on " + path_ + " (" + std::strerror(code) +
             "): take care that no other run writes there";
}

/// Returns the holder's text when another run has the lock.
std::string OutputLock::acquire(const std::string& holder) {
  std::error_code none;
  for (auto folder = std::filesystem::absolute(path_, none).parent_path();
       !std::filesystem::exists(folder, none) && folder.has_relative_path();
       folder = folder.parent_path())
    made_.push_back(folder.string());
  make_folder_of(path_);
  while (!create(holder)) {
    file_ = open_existing(path_);
    if (file_ < 0) continue;
    const bool locked = lock(file_);
    const int code = errno;
    const bool impossible = !locked && code != EAGAIN && code != EACCES;
    if (impossible) warn(code);
    if (impossible || (locked && still_named(file_, path_))) {
      write(holder);
      return {};
    }
    std::string other = locked ? "" : text_of(file_);
    close(file_);
    file_ = -1;
    if (other.starts_with(beginning)) other.erase(0, beginning.size());
    if (!locked) return other.empty() ? "of unknown origin" : other;
  }
  return {};
}

} // namespace nadir
