#include "nadir/base/collective.hpp"

#include "nadir/base/check.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace nadir {
namespace {

using Packed = ReproducibleSum::Packed;

void combine(void* in, void* inout, int* count, MPI_Datatype* /*type*/) {
  for (int i = 0; i < *count; ++i) {
    Packed& target = static_cast<Packed*>(inout)[i];
    ReproducibleSum sum = ReproducibleSum::unpacked(target);
    sum.merge(ReproducibleSum::unpacked(static_cast<const Packed*>(in)[i]));
    target = sum.packed();
  }
}

/// The reduction of packed sums.
struct Operation {
  MPI_Datatype type = MPI_DATATYPE_NULL;
  MPI_Op op = MPI_OP_NULL;
  Operation() {
    check_mpi(MPI_Type_contiguous(std::tuple_size_v<Packed>, MPI_INT64_T, &type));
    check_mpi(MPI_Type_commit(&type));
    check_mpi(MPI_Op_create(combine, 1, &op));
  }
  ~Operation() {
    if (op != MPI_OP_NULL) MPI_Op_free(&op);
    if (type != MPI_DATATYPE_NULL) MPI_Type_free(&type);
  }
  Operation(const Operation&) = delete;
  Operation& operator=(const Operation&) = delete;
};

} // namespace

std::string broadcast_text(MPI_Comm comm, std::string text, int root) {
  // Texts here are messages, names and case files of at most 16 MiB: an int counts their bytes.
  int length = static_cast<int>(text.size());
  check_mpi(MPI_Bcast(&length, 1, MPI_INT, root, comm));
  text.resize(static_cast<std::size_t>(length));
  check_mpi(MPI_Bcast(text.data(), length, MPI_CHAR, root, comm));
  return text;
}

double sum_over_ranks(MPI_Comm comm, double value) {
  check_mpi(MPI_Allreduce(MPI_IN_PLACE, &value, 1, MPI_DOUBLE, MPI_SUM, comm));
  return value;
}

std::int64_t sum_over_ranks(MPI_Comm comm, std::int64_t value) {
  check_mpi(MPI_Allreduce(MPI_IN_PLACE, &value, 1, MPI_INT64_T, MPI_SUM, comm));
  return value;
}

void sum_over_ranks(MPI_Comm comm, std::span<ReproducibleSum> sums) {
  int ranks = 1;
  check_mpi(MPI_Comm_size(comm, &ranks));
  if (ranks == 1) return;
  constexpr std::size_t few = 4; // in layer loops, where nothing is allocated
  std::array<Packed, few> some;
  std::vector<Packed> many(sums.size() > few ? sums.size() : 0);
  const auto packed = (many.empty() ? std::span<Packed>(some) : std::span(many)).first(sums.size());
  std::ranges::transform(sums, packed.begin(), &ReproducibleSum::packed);
  const Operation operation;
  check_mpi(MPI_Allreduce(MPI_IN_PLACE, packed.data(), static_cast<int>(packed.size()),
                          operation.type, operation.op, comm));
  std::ranges::transform(packed, sums.begin(), ReproducibleSum::unpacked);
}

double sum_over_ranks(MPI_Comm comm, ReproducibleSum sum) {
  sum_over_ranks(comm, std::span(&sum, 1));
  return sum.value();
}

std::string first_problem(MPI_Comm comm, const std::string& mine) {
  int rank = 0;
  int ranks = 1;
  check_mpi(MPI_Comm_rank(comm, &rank));
  check_mpi(MPI_Comm_size(comm, &ranks));
  int first = mine.empty() ? ranks : rank;
  check_mpi(MPI_Allreduce(MPI_IN_PLACE, &first, 1, MPI_INT, MPI_MIN, comm));
  if (first == ranks) return {};
  return broadcast_text(comm, mine, first);
}

} // namespace nadir
