#include "nadir/grid/regrouping.hpp"

#include "box_rows.hpp"

#include "nadir/base/error.hpp"
#include "nadir/base/profile.hpp"
#include "nadir/base/traffic.hpp"

#include <climits>

namespace nadir {
namespace {

int size_of(MPI_Comm comm) {
  int ranks = 1;
  check_mpi(MPI_Comm_size(comm, &ranks));
  return ranks;
}

/// start and count of every rank's box.
std::vector<Box> all_boxes(MPI_Comm comm, const Box& mine) {
  std::array<std::int64_t, 2 * max_dimension> numbers{};
  std::ranges::copy(mine.start, numbers.begin());
  std::ranges::copy(mine.count, numbers.begin() + max_dimension);
  std::vector<std::int64_t> gathered(numbers.size() * static_cast<std::size_t>(size_of(comm)));
  constexpr int n = static_cast<int>(numbers.size());
  check_mpi(MPI_Allgather(numbers.data(), n, MPI_INT64_T, gathered.data(), n, MPI_INT64_T, comm));
  std::vector<Box> boxes;
  for (auto from = gathered.begin(); from != gathered.end(); from += n) {
    Box box = mine;
    std::copy_n(from, max_dimension, box.start.begin());
    std::copy_n(from + max_dimension, max_dimension, box.count.begin());
    boxes.push_back(box);
  }
  return boxes;
}

/// What `box` shares with `other`, counted from its own first point; maybe nothing.
Box shared_part(const Box& box, const Box& other) {
  Box part = box;
  for (std::size_t a = 0; a < part.start.size(); ++a) {
    const auto start = std::max(box.start[a], other.start[a]);
    const auto end = std::min(box.start[a] + box.count[a], other.start[a] + other.count[a]);
    part.start[a] = start - box.start[a];
    part.count[a] = std::max<std::int64_t>(0, end - start);
  }
  return part;
}

} // namespace

Regrouping::Regrouping(const Grid& all, const Grid& group, int ghosts)
    : all_(all), ranks_per_group_(size_of(group.comm())),
      groups_(size_of(all.comm()) / ranks_per_group_), from_layout_(all, ghosts),
      to_layout_(group, ghosts) {
  const auto pieces = [&](const Box& mine, const Box& theirs_of_this_rank) {
    Pieces result;
    int rank = 0;
    for (const Box& theirs : all_boxes(all_.comm(), theirs_of_this_rank)) {
      const Box part = shared_part(mine, theirs);
      if (part.points() > 0) result.push_back({rank, part});
      ++rank;
    }
    return result;
  };
  to_groups_ = pieces(all.owned(), group.owned());
  from_all_ = pieces(group.owned(), all.owned());
  std::int64_t largest = 0;
  for (const Piece& piece : to_groups_) largest = std::max(largest, piece.box.points());
  check_mpi(MPI_Allreduce(MPI_IN_PLACE, &largest, 1, MPI_INT64_T, MPI_MAX, all_.comm()));
  if (largest > INT_MAX / static_cast<std::int64_t>(fields_at_once))
    throw InputError("run.sample_groups: a message between groups is too large; use more ranks");
}

void Regrouping::send(const Layout& layout, const Piece& piece, std::span<double* const> fields) {
  if (fields.empty()) return;
  auto& buffer = sent_.emplace_back(static_cast<std::size_t>(piece.box.points()) * fields.size());
  double* to = buffer.data();
  for (double* field : fields) to = pack_box(layout, piece.box, field, to);
  check_mpi(MPI_Isend(buffer.data(), static_cast<int>(buffer.size()), MPI_DOUBLE, piece.rank, 0,
                      all_.comm(), &requests_.emplace_back()));
  if (piece.rank == all_.rank()) return;
  count_sent(1, std::ssize(buffer));
}

void Regrouping::expect(const Piece& piece, std::size_t fields) {
  const std::size_t count = static_cast<std::size_t>(piece.box.points()) * fields;
  auto& buffer = received_.emplace_back(count);
  if (count > 0)
    check_mpi(MPI_Irecv(buffer.data(), static_cast<int>(count), MPI_DOUBLE, piece.rank, 0,
                        all_.comm(), &requests_.emplace_back()));
}

void Regrouping::finish() {
  check_mpi(MPI_Waitall(static_cast<int>(requests_.size()), requests_.data(), MPI_STATUSES_IGNORE));
  requests_.clear();
  sent_.clear();
}

void Regrouping::scatter(std::span<double* const> all, std::span<double* const> mine, int to) {
  const ProfileEvent event(Event::halo);
  const auto meant = [&](int rank) { return to == every_group || to == group_of(rank); };
  received_.clear();
  if (meant(all_.rank()))
    for (const Piece& piece : from_all_) expect(piece, mine.size());
  for (const Piece& piece : to_groups_)
    if (meant(piece.rank)) send(from_layout_, piece, all);
  finish();
  for (std::size_t k = 0; k < received_.size(); ++k) {
    const double* from = received_[k].data();
    for (double* field : mine) from = unpack_box(to_layout_, from_all_[k].box, field, from);
  }
}

void Regrouping::gather(std::span<double* const> mine, std::span<const std::vector<double*>> from) {
  const ProfileEvent event(Event::halo);
  const auto fields_of = [&](const Piece& piece) -> const std::vector<double*>& {
    return from[static_cast<std::size_t>(group_of(piece.rank))];
  };
  received_.clear();
  for (const Piece& piece : to_groups_) expect(piece, fields_of(piece).size());
  for (const Piece& piece : from_all_) send(to_layout_, piece, mine);
  finish();
  for (std::size_t k = 0; k < received_.size(); ++k) {
    const double* buffer = received_[k].data();
    for (double* field : fields_of(to_groups_[k]))
      buffer = unpack_box(from_layout_, to_groups_[k].box, field, buffer);
  }
}

} // namespace nadir
