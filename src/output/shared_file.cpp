#include "nadir/output/shared_file.hpp"

#include "nadir/base/check.hpp"
#include "nadir/output/place_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <limits>
#include <numeric>

namespace nadir {
namespace {

using hdf5::Failure;

constexpr std::uint64_t least_block = std::uint64_t{1} << 20; ///< a rank gathers at least
constexpr std::uint64_t most_block = std::uint64_t{1} << 24;  ///< and at most at a time
constexpr std::uint64_t most_window = std::uint64_t{1} << 28; ///< all together: MPI counts in ints
constexpr std::size_t at_once = std::size_t{1} << 30;         ///< in a call of the system

[[noreturn]] void fail(const std::string& what, int code) {
  throw Failure(what + ": " + std::strerror(code));
}

/// Calls move(offset, bytes, done so far) until all is done; that returns as pwrite does.
template<class Move> void move_all(const char* what, std::size_t bytes, Move&& move) {
  for (std::size_t done = 0; done < bytes;) {
    const ssize_t moved = move(std::min(bytes - done, at_once), done);
    if (moved < 0 && errno == EINTR) continue;
    if (moved < 0) fail(what, errno);
    if (moved == 0) fail(what, EIO);
    done += static_cast<std::size_t>(moved);
  }
}

/// How a range of a file is dealt out, in windows one after the other: of each, rank r gathers
/// block bytes from first + r * block on.
struct Window {
  std::uint64_t first = 0, last = 0, block = 0;
  std::uint64_t owner(std::uint64_t offset) const { return (offset - first) / block; }
  std::uint64_t begin(std::uint64_t rank) const { return std::min(last, first + rank * block); }
};

std::vector<int> running_sums(const std::vector<int>& counts) {
  std::vector<int> sums(counts.size(), 0);
  std::partial_sum(counts.begin(), counts.end() - 1, sums.begin() + 1);
  return sums;
}

/// Sends each rank its part of `values`, which lie in the order of ranks.
template<class T>
std::vector<T> exchange(MPI_Comm comm, const T* values, const std::vector<int>& counts) {
  std::vector<int> bytes(counts), expected(counts.size());
  for (int& count : bytes) count *= static_cast<int>(sizeof(T));
  check_mpi(MPI_Alltoall(bytes.data(), 1, MPI_INT, expected.data(), 1, MPI_INT, comm));
  const auto from = running_sums(bytes), to = running_sums(expected);
  std::vector<T> received(static_cast<std::size_t>(to.back() + expected.back()) / sizeof(T));
  check_mpi(MPI_Alltoallv(values, bytes.data(), from.data(), MPI_BYTE, received.data(),
                          expected.data(), to.data(), MPI_BYTE, comm));
  return received;
}

/// The parts of ascending runs inside a window, cut at the blocks' ends, and how many of them and
/// of their bytes go to each rank.
struct Parts {
  std::vector<FileRun> runs;
  std::vector<int> counts, bytes;
  std::uint64_t total = 0;
};
/// Runs that are still to be dealt out, and bytes of the first that are not.
struct Rest {
  std::vector<FileRun>::const_iterator next, end;
  std::uint64_t done = 0;
};
Parts parts_in(const Window& window, Rest& rest, int ranks) {
  Parts parts{{},
              std::vector<int>(static_cast<std::size_t>(ranks)),
              std::vector<int>(static_cast<std::size_t>(ranks)),
              0};
  while (rest.next != rest.end && rest.next->first + rest.done < window.last) {
    const std::uint64_t offset = rest.next->first + rest.done;
    const std::uint64_t owner = window.owner(offset);
    const std::uint64_t length =
        std::min(rest.next->second - rest.done, window.begin(owner + 1) - offset);
    parts.runs.push_back({offset, length});
    ++parts.counts[static_cast<std::size_t>(owner)];
    parts.bytes[static_cast<std::size_t>(owner)] += static_cast<int>(length);
    parts.total += length;
    rest.done += length;
    if (rest.done < rest.next->second) continue;
    ++rest.next;
    rest.done = 0;
  }
  return parts;
}

bool inside(const SharedFile::Array& array, const hdf5::Slab& slab) {
  if (slab.elements() == 0) return true;
  if (slab.start.size() != array.extents.size() || slab.count.size() != array.extents.size())
    return false;
  for (std::size_t a = 0; a < array.extents.size(); ++a)
    if (slab.start[a] + slab.count[a] > array.extents[a]) return false;
  return true;
}

} // namespace

std::vector<FileRun> file_runs(const SharedFile::Array& array, const hdf5::Slab& slab) {
  if (slab.elements() == 0) return {};
  // Axes behind `axis` are whole, so that each row of `axis` is one piece.
  std::size_t axis = array.extents.size();
  std::uint64_t row = array.size;
  while (axis > 0 && slab.count[axis - 1] == array.extents[axis - 1]) row *= array.extents[--axis];
  if (axis > 0) row *= slab.count[--axis];
  std::vector<FileRun> runs;
  std::vector<hsize_t> at(slab.start);
  while (true) {
    std::uint64_t element = 0;
    for (std::size_t a = 0; a < array.extents.size(); ++a)
      element = element * array.extents[a] + at[a];
    const std::uint64_t offset = array.offset + element * array.size;
    if (!runs.empty() && runs.back().first + runs.back().second == offset)
      runs.back().second += row;
    else
      runs.push_back({offset, row});
    std::size_t a = axis;
    while (a > 0 && ++at[a - 1] == slab.start[a - 1] + slab.count[a - 1]) {
      --a;
      at[a] = slab.start[a];
    }
    if (a == 0) return runs;
  }
}

void SharedFile::open(const std::string& path) {
  path_ = path;
  file_ = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
  if (file_ < 0) fail("cannot open it", errno);
}

void SharedFile::close() {
  const int file = std::exchange(file_, -1);
  const int failed = fsync(file) != 0 ? errno : 0;
  // Some file systems cannot do that (EINVAL); there closing is as safe as it gets.
  const int failed_close = ::close(file) != 0 ? errno : 0;
  if (failed != 0 && failed != EINVAL) fail("cannot write to disk", failed);
  if (failed_close != 0) fail("cannot close it", failed_close);
}

void SharedFile::reset() noexcept {
  if (file_ >= 0) ::close(file_);
  file_ = -1;
}

void SharedFile::put(std::uint64_t offset, std::size_t bytes, const std::byte* values) const {
  move_all("cannot write", bytes, [&](std::size_t some, std::size_t done) {
    return pwrite(file_, values + done, some, static_cast<off_t>(offset + done));
  });
  // Large data is on its way to the disk while the next is computed; the end of the run would wait
  // for it otherwise.
  if (bytes >= hdf5::large_bytes) start_write_back(path_, offset, bytes);
}

void SharedFile::read(const Array& array, const hdf5::Slab& slab, void* values) const {
  if (!inside(array, slab)) throw Failure("a box reaches beyond the dataset");
  auto* to = static_cast<std::byte*>(values);
  for (const auto& [offset, bytes] : file_runs(array, slab)) {
    move_all("cannot read", bytes, [&, first = offset](std::size_t some, std::size_t done) {
      return pread(file_, to + done, some, static_cast<off_t>(first + done));
    });
    to += bytes;
  }
}

/// Pieces that came from all ranks, as blocks as large as they make.
void SharedFile::put_gathered(const std::vector<FileRun>& places,
                              const std::vector<std::byte>& data) const {
  struct Piece {
    FileRun place;
    const std::byte* data;
  };
  std::vector<Piece> pieces;
  const std::byte* next = data.data();
  for (const FileRun& place : places) {
    pieces.push_back({place, next});
    next += place.second;
  }
  std::ranges::sort(pieces, {}, [](const Piece& piece) { return piece.place.first; });
  std::vector<std::byte> block;
  block.reserve(data.size());
  std::uint64_t start = 0;
  for (const Piece& piece : pieces) {
    if (!block.empty() && start + block.size() != piece.place.first) {
      put(start, block.size(), block.data());
      block.clear();
    }
    if (block.empty()) start = piece.place.first;
    block.insert(block.end(), piece.data, piece.data + piece.place.second);
  }
  put(start, block.size(), block.data());
}

/// Every rank gets blocks of the file from those who have their rows, and writes them.
void SharedFile::gather(const std::vector<FileRun>& runs, std::uint64_t first, std::uint64_t last,
                        const std::byte* values) const {
  int ranks = 1;
  check_mpi(MPI_Comm_size(comm_, &ranks));
  const auto n = static_cast<std::uint64_t>(ranks);
  const std::uint64_t block =
      std::clamp((last - first + n - 1) / n, least_block,
                 std::max(least_block, std::min(most_block, most_window / n)));
  const std::uint64_t step = std::min(n * block, most_window);
  std::string problem;
  Rest rest{runs.begin(), runs.end(), 0};
  for (; first < last; first += step) {
    const Window window{first, std::min(last, first + step), block};
    const Parts parts = parts_in(window, rest, ranks);
    const auto places = exchange(comm_, parts.runs.data(), parts.counts);
    const auto data = exchange(comm_, values, parts.bytes);
    values += parts.total;
    try {
      if (problem.empty()) put_gathered(places, data);
    } catch (const Failure& failure) {
      problem = failure.what(); // the others go on
    }
  }
  if (!problem.empty()) throw Failure(problem);
}

void SharedFile::write(const Array& array, const hdf5::Slab& slab, const void* values) const {
  const bool refused = !inside(array, slab);
  const auto runs = refused ? std::vector<FileRun>{} : file_runs(array, slab);
  int ranks = 1;
  check_mpi(MPI_Comm_size(comm_, &ranks));
  // One maximum finds whether a rank's slab is outside, whether some rank has rows, and the range
  // of all: its last byte, and the complement of its first.
  constexpr auto top = std::numeric_limits<std::uint64_t>::max();
  std::array<std::uint64_t, 4> most{refused, 0, 0, 0};
  if (!runs.empty())
    most = {0, runs.size() > 1 || runs.front().second < least_block,
            runs.back().first + runs.back().second, top - runs.front().first};
  check_mpi(MPI_Allreduce(MPI_IN_PLACE, most.data(), 4, MPI_UINT64_T, MPI_MAX, comm_));
  if (most[0] != 0) throw Failure("a box reaches beyond the dataset");
  const auto* bytes = static_cast<const std::byte*>(values);
  if (most[1] != 0 && ranks > 1) return gather(runs, top - most[3], most[2], bytes);
  for (const auto& [offset, length] : runs) {
    put(offset, length, bytes);
    bytes += length;
  }
}

} // namespace nadir
