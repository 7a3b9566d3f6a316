#include "nadir/output/seal.hpp"

#include "nadir/base/check.hpp"
#include "nadir/base/collective.hpp"
#include "nadir/base/error.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <optional>
#include <stdexcept>
#include <vector>

namespace nadir {
namespace {

constexpr std::size_t word = sizeof(std::uint64_t);
constexpr std::size_t block_words = std::size_t{1} << 17; ///< read at once
constexpr std::uint64_t magic = 0x316c616573646e21;       // "!ndseal1" in the file

/// What is appended; little-endian machines read each other's.
struct Seal {
  std::uint64_t begin = magic;
  std::uint64_t length = 0; ///< bytes before the seal
  std::uint64_t checksum = 0;
  std::uint64_t end = ~magic;
  bool operator==(const Seal&) const = default;
};

/// A file descriptor that closes itself.
class File {
 public:
  File(const std::string& path, int flags)
      : id_(open(path.c_str(), flags | O_CLOEXEC | O_NONBLOCK)) { // a FIFO would wait otherwise
    if (id_ < 0) fail();
    struct stat status {};
    if (fstat(id_, &status) == 0 && S_ISREG(status.st_mode)) return;
    close(id_);
    throw std::runtime_error("not a regular file");
  }
  ~File() { close(id_); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  std::uint64_t length() const {
    struct stat status {};
    if (fstat(id_, &status) != 0) fail();
    return static_cast<std::uint64_t>(status.st_size);
  }
  void read(std::uint64_t offset, void* data, std::size_t bytes) const {
    for (auto* to = static_cast<char*>(data); bytes > 0;) {
      const ssize_t got = pread(id_, to, bytes, static_cast<off_t>(offset));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) fail();
      if (got == 0) throw std::runtime_error("ends too early");
      to += got;
      offset += static_cast<std::uint64_t>(got);
      bytes -= static_cast<std::size_t>(got);
    }
  }
  void write(std::uint64_t offset, const void* data, std::size_t bytes) const {
    if (pwrite(id_, data, bytes, static_cast<off_t>(offset)) != static_cast<ssize_t>(bytes)) fail();
  }

 private:
  [[noreturn]] static void fail() { throw std::runtime_error(std::strerror(errno)); }
  int id_;
};

/// splitmix64's finaliser: every bit of the input changes about half of the output's.
std::uint64_t mixed(std::uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

/// Sum over words first <= i < last of mixed(word_i + place of i): sums of parts add up.
std::uint64_t checksum(const File& file, std::uint64_t length, std::uint64_t first,
                       std::uint64_t last) {
  std::vector<std::uint64_t> block(block_words);
  std::uint64_t sum = 0;
  for (std::uint64_t i = first; i < last; i += block_words) {
    const std::uint64_t words = std::min<std::uint64_t>(block_words, last - i);
    block[words - 1] = 0; // the last word of the file may be cut
    file.read(i * word, block.data(), std::min(words * word, length - i * word));
    for (std::uint64_t k = 0; k < words; ++k) sum += mixed(block[k] + (i + k) * 0x9e3779b97f4a7c15);
  }
  return sum;
}

/// Of the first `length` bytes, each rank its share. Collective; all ranks throw or none does.
std::uint64_t shared_checksum(MPI_Comm comm, const std::string& path, std::uint64_t length) {
  int rank = 0, ranks = 1;
  check_mpi(MPI_Comm_rank(comm, &rank));
  check_mpi(MPI_Comm_size(comm, &ranks));
  const std::uint64_t words = (length + word - 1) / word;
  const auto n = static_cast<std::uint64_t>(ranks), r = static_cast<std::uint64_t>(rank);
  std::uint64_t sum = 0;
  together<SystemError>(comm, path + ": ", [&] {
    sum = checksum(File(path, O_RDONLY), length, words / n * r + std::min(r, words % n),
                   words / n * (r + 1) + std::min(r + 1, words % n));
  });
  check_mpi(MPI_Allreduce(MPI_IN_PLACE, &sum, 1, MPI_UINT64_T, MPI_SUM, comm));
  return sum;
}

std::uint64_t shared_length(MPI_Comm comm, const std::string& path) {
  int rank = 0;
  check_mpi(MPI_Comm_rank(comm, &rank));
  std::uint64_t length = 0;
  together<SystemError>(comm, path + ": ", [&] {
    if (rank == 0) length = File(path, O_RDONLY).length();
  });
  check_mpi(MPI_Bcast(&length, 1, MPI_UINT64_T, 0, comm));
  return length;
}

} // namespace

void seal_file(MPI_Comm comm, const std::string& path) {
  int rank = 0;
  check_mpi(MPI_Comm_rank(comm, &rank));
  Seal seal;
  seal.length = shared_length(comm, path);
  seal.checksum = shared_checksum(comm, path, seal.length);
  together<SystemError>(comm, path + ": ", [&] {
    if (rank == 0) File(path, O_WRONLY).write(seal.length, &seal, sizeof seal);
  });
}

std::string seal_problem(MPI_Comm comm, const std::string& path) {
  try {
    const std::uint64_t length = shared_length(comm, path);
    if (length < sizeof(Seal)) return "is too short";
    Seal found, right;
    together<SystemError>(comm, path + ": ", [&] {
      File(path, O_RDONLY).read(length - sizeof found, &found, sizeof found);
    });
    right.length = length - sizeof right;
    right.checksum = found.checksum;
    if (found != right) return "is incomplete or was changed: its end is not what was written";
    if (shared_checksum(comm, path, right.length) != found.checksum)
      return "is damaged: its checksum is not that of its contents";
    return {};
  } catch (const SystemError& error) {
    return std::string("cannot be read: ") + error.what();
  }
}

} // namespace nadir
