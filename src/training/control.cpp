#include "nadir/training/control.hpp"

#include "base/petsc/reproducible_vector.hpp"

#include "nadir/base/error.hpp"
#include "nadir/base/log.hpp"

#include <algorithm>

namespace nadir {
namespace {

/// Blocks of numbers one after the other: calls use(block, first entry, entries).
template<class Use> void for_numbers(const std::vector<ControlSpace::Block>& blocks, Use use) {
  std::size_t first = 0;
  for (const auto& block : blocks) {
    if (block.varies_space) continue;
    const auto entries = static_cast<std::size_t>(block.layers * block.components);
    use(block, first, entries);
    first += entries;
  }
}

} // namespace

std::string too_many_unknowns(std::int64_t n) {
  if (n <= PETSC_MAX_INT) return {};
  return formatted("%lld unknowns are more than PETSc's %d-bit integers count; build with 64-bit "
                   "indices (Debian: libpetsc64-real-dev)",
                   static_cast<long long>(n), static_cast<int>(8 * sizeof(PetscInt)));
}

ControlSpace::ControlSpace(const Space& space, const ProblemSpec& c) : space_(space) {
  for (const Parameter& p : ParameterSet(c)) {
    const ParameterSpec& spec = p.spec;
    if (!spec.train) continue;
    const std::int64_t layers = spec.varies_layer ? c.network.layers : 1;
    const std::int64_t components = p.components;
    const std::int64_t points = spec.varies_space   ? space.owned().points()
                                : space.rank() == 0 ? 1
                                                    : 0;
    blocks_.push_back({p, spec.varies_space, layers, components, points, local_size_});
    local_size_ += blocks_.back().size();
    global_size_ += layers * components * (spec.varies_space ? space.points() : 1);
    if (!spec.varies_space) numbers_ += static_cast<std::size_t>(layers * components);
  }
  const std::string problem = too_many_unknowns(global_size_);
  if (!problem.empty()) throw InputError(c.positions.file + ": " + problem);
}

VecHandle ControlSpace::create() const {
  VecHandle v;
  check_petsc(VecCreate(space_.comm(), v.out()));
  check_petsc(
      VecSetSizes(v, static_cast<PetscInt>(local_size_), static_cast<PetscInt>(global_size_)));
  check_petsc(VecSetType(v, reproducible_vector_type()));
  check_petsc(VecSet(v, 0.0));
  return v;
}

void ControlSpace::to_coefficients(Vec x, Coefficients& values) const {
  std::vector<double> numbers(numbers_);
  {
    VecRead local(x);
    for (const Block& block : blocks_) {
      const double* from = local.data() + block.offset;
      if (!block.varies_space) continue;
      ParameterValues& to = values[block.parameter];
      for (std::int64_t k = 0; k < to.blocks(); ++k, from += block.points) {
        unpack(to.layout(), from, to.block(k));
      }
    }
    for_numbers(blocks_, [&](const Block& block, std::size_t first, std::size_t) {
      std::copy_n(local.data() + block.offset, block.size(),
                  numbers.begin() + static_cast<long>(first));
    });
  }
  if (numbers.empty()) return;
  check_mpi(
      MPI_Bcast(numbers.data(), static_cast<int>(numbers.size()), MPI_DOUBLE, 0, space_.comm()));
  scatter_numbers(numbers, values);
}

void ControlSpace::from_coefficients(const Coefficients& values, Vec x) const {
  VecWrite local(x);
  write_fields(values, local.data());
  add_numbers(values, local.data());
}

void ControlSpace::write_fields(const Coefficients& values, double* local) const {
  for (const Block& block : blocks_) {
    const ParameterValues& from = values[block.parameter];
    double* to = local + block.offset;
    if (!block.varies_space) {
      std::fill_n(to, block.size(), 0.0);
      continue;
    }
    for (std::int64_t k = 0; k < from.blocks(); ++k, to += block.points)
      pack(from.layout(), from.block(k), to);
  }
}

void ControlSpace::add_numbers(const Coefficients& values, double* local) const {
  for (const Block& block : blocks_) {
    if (block.varies_space) continue;
    const double* from = values[block.parameter].block(0);
    for (std::int64_t k = 0; k < block.size(); ++k) local[block.offset + k] += from[k];
  }
}

void ControlSpace::gather_sums(const Coefficients& gradients,
                               std::span<ReproducibleSum> buffer) const {
  for_numbers(blocks_, [&](const Block& block, std::size_t first, std::size_t) {
    std::ranges::copy(gradients.sums(block.parameter), buffer.begin() + static_cast<long>(first));
  });
}

void ControlSpace::scatter_numbers(std::span<const double> buffer, Coefficients& values) const {
  for_numbers(blocks_, [&](const Block& block, std::size_t first, std::size_t entries) {
    std::copy_n(buffer.begin() + static_cast<long>(first), entries,
                values[block.parameter].block(0));
  });
}

bool ControlSpace::any_bounds() const {
  return std::ranges::any_of(blocks_,
                             [](const Block& b) { return b.parameter.spec.bounds.has_value(); });
}

void ControlSpace::bounds(Vec lower, Vec upper) const {
  VecWrite low(lower), high(upper);
  for (const Block& block : blocks_) {
    const auto [lo, hi] =
        block.parameter.spec.bounds.value_or(std::pair{PETSC_NINFINITY, PETSC_INFINITY});
    std::fill_n(low.data() + block.offset, block.size(), lo);
    std::fill_n(high.data() + block.offset, block.size(), hi);
  }
}

} // namespace nadir
