#include "nadir/grid/pencil_transpose.hpp"

#include "nadir/base/error.hpp"
#include "nadir/base/profile.hpp"
#include "nadir/base/traffic.hpp"

#include <algorithm>
#include <climits>

namespace nadir {
namespace {

/// Lines that are moved at once: so many that they stay in cache, and more where messages are sent.
std::int64_t lines_moved(std::int64_t lines, std::int64_t points, bool cut, int ranks) {
  constexpr std::int64_t in_cache = 1 << 15, in_messages = 1 << 19;
  const std::int64_t some = (cut ? in_messages : in_cache) / points;
  return std::min(lines, std::max<std::int64_t>(some, cut ? ranks : 8));
}

/// The ranks that differ along `axis` only; DMDA numbers ranks with x fastest.
int ranks_in_row(const Grid& grid, int axis) {
  const ProcessGrid& p = grid.process_grid();
  const int x = p[2], y = p[1], rank = grid.rank();
  if (axis == 2) return rank / x;
  return axis == 1 ? rank / (x * y) * x + rank % x : rank % (x * y);
}

} // namespace

PencilTranspose::PencilTranspose(const Grid& grid, const Layout& layout, int axis)
    : layout_(layout), points_(grid.shape()[static_cast<std::size_t>(axis)]),
      own_(layout.count[static_cast<std::size_t>(axis)]) {
  const Extents& n = layout.count;
  rows_ = axis == 0 ? n[1] : n[0];
  row_ = axis == 2 ? n[1] : n[2];
  along_ = axis == 0 ? layout.stride_z : axis == 1 ? layout.stride_y : 1;
  next_ = axis == 2 ? layout.stride_y : 1;
  jump_ = axis == 0 ? layout.stride_y : layout.stride_z;
  const bool cut = grid.process_grid()[static_cast<std::size_t>(axis)] > 1;
  if (cut) {
    comm_.emplace(grid.comm(), ranks_in_row(grid, axis));
    check_mpi(MPI_Comm_size(*comm_, &ranks_));
    check_mpi(MPI_Comm_rank(*comm_, &rank_));
    const auto ranks = static_cast<std::size_t>(ranks_);
    counts_.resize(ranks);
    check_mpi(MPI_Allgather(&own_, 1, MPI_INT64_T, counts_.data(), 1, MPI_INT64_T, *comm_));
    for (auto* plan : {&local_count_, &local_at_, &whole_count_, &whole_at_}) plan->resize(ranks);
  }
  lines_at_once_ = lines_moved(rows_ * row_, points_, cut, ranks_);
  const std::int64_t mine = (lines_at_once_ + ranks_ - 1) / ranks_;
  if (cut && std::max(mine * points_, lines_at_once_ * own_) > INT_MAX)
    throw InputError("grid.shape: lines of this many points cannot be shared among ranks");
  whole_.resize(static_cast<std::size_t>(mine * points_));
  if (cut) local_.resize(static_cast<std::size_t>(lines_at_once_ * own_));
}

double PencilTranspose::buffer_bytes(std::int64_t points, const Extents& owned, int axis,
                                     bool cut) {
  const std::int64_t own = owned[static_cast<std::size_t>(axis)];
  const std::int64_t lines = owned[0] * owned[1] * owned[2] / own;
  const int ranks = static_cast<int>((points + own - 1) / own);
  const auto moved = static_cast<double>(lines_moved(lines, points, cut, ranks));
  const double whole = moved * static_cast<double>(points) / (cut ? ranks : 1);
  return sizeof(double) * (whole + (cut ? moved * static_cast<double>(own) : 0));
}

/// What one of the ranks that share `lines` lines gets of them.
PencilTranspose::Share PencilTranspose::share(std::int64_t lines, int rank) const {
  const std::int64_t first = lines * rank / ranks_;
  return {first, lines * (rank + 1) / ranks_ - first};
}

/// Calls use(first point of the first line, place among the lines, lines) for lines next to each
/// other.
template<class Use>
void PencilTranspose::for_runs(double* field, std::int64_t first, std::int64_t count, Use use) {
  double* const origin = field + layout_.index(0, 0, 0);
  for (std::int64_t done = 0; done < count;) {
    const std::int64_t row = (first + done) / row_, at = (first + done) % row_;
    const std::int64_t run = std::min(count - done, row_ - at);
    use(origin + row * jump_ + at * next_, done, run);
    done += run;
  }
}

double* PencilTranspose::pack(double* field, std::int64_t first, std::int64_t count,
                              double* buffer) {
  for_runs(field, first, count, [&](const double* from, std::int64_t done, std::int64_t run) {
    for (std::int64_t i = 0; i < own_; ++i)
      for (std::int64_t k = 0; k < run; ++k)
        buffer[i * count + done + k] = from[i * along_ + k * next_];
  });
  return buffer + own_ * count;
}

const double* PencilTranspose::unpack(const double* buffer, std::int64_t first, std::int64_t count,
                                      double* field) {
  for_runs(field, first, count, [&](double* to, std::int64_t done, std::int64_t run) {
    for (std::int64_t i = 0; i < own_; ++i)
      for (std::int64_t k = 0; k < run; ++k)
        to[i * along_ + k * next_] = buffer[i * count + done + k];
  });
  return buffer + own_ * count;
}

/// Counts and places of the messages for `count` lines.
void PencilTranspose::plan_messages(std::int64_t count) {
  const std::int64_t mine = share(count, rank_).count;
  std::int64_t local = 0, whole = 0;
  for (std::size_t r = 0; r < counts_.size(); ++r) {
    local_at_[r] = static_cast<int>(local);
    whole_at_[r] = static_cast<int>(whole);
    local_count_[r] = static_cast<int>(own_ * share(count, static_cast<int>(r)).count);
    whole_count_[r] = static_cast<int>(counts_[r] * mine);
    local += local_count_[r];
    whole += whole_count_[r];
  }
}

void PencilTranspose::exchange(const std::vector<double>& from, const std::vector<int>& sent,
                               const std::vector<int>& sent_at, std::vector<double>& to,
                               const std::vector<int>& received,
                               const std::vector<int>& received_at) {
  const ProfileEvent event(Event::halo);
  check_mpi(MPI_Alltoallv(from.data(), sent.data(), sent_at.data(), MPI_DOUBLE, to.data(),
                          received.data(), received_at.data(), MPI_DOUBLE, *comm_));
  for (std::size_t r = 0; r < sent.size(); ++r) {
    if (static_cast<int>(r) == rank_ || sent[r] == 0) continue;
    count_sent(1, sent[r]);
  }
}

/// Brings this rank's share of some lines into whole_.
void PencilTranspose::gather(double* field, std::int64_t first, std::int64_t count) {
  if (!comm_) {
    pack(field, first, count, whole_.data());
    return;
  }
  plan_messages(count);
  double* buffer = local_.data();
  for (int r = 0; r < ranks_; ++r) {
    const Share theirs = share(count, r);
    buffer = pack(field, first + theirs.first, theirs.count, buffer);
  }
  exchange(local_, local_count_, local_at_, whole_, whole_count_, whole_at_);
}

/// And back.
void PencilTranspose::scatter(std::int64_t first, std::int64_t count, double* field) {
  if (!comm_) {
    unpack(whole_.data(), first, count, field);
    return;
  }
  exchange(whole_, whole_count_, whole_at_, local_, local_count_, local_at_);
  const double* buffer = local_.data();
  for (int r = 0; r < ranks_; ++r) {
    const Share theirs = share(count, r);
    buffer = unpack(buffer, first + theirs.first, theirs.count, field);
  }
}

void PencilTranspose::transform(double* field, const Work& work) {
  const std::int64_t lines = rows_ * row_;
  for (std::int64_t first = 0; first < lines; first += lines_at_once_) {
    const std::int64_t count = std::min(lines_at_once_, lines - first);
    gather(field, first, count);
    const std::int64_t mine = share(count, rank_).count;
    if (mine > 0) work(whole_.data(), mine);
    scatter(first, count, field);
  }
}

} // namespace nadir
