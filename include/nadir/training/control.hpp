#pragma once

#include "nadir/base/handle.hpp"
#include "nadir/network/coefficients.hpp"
#include "nadir/training/training_spec.hpp"

#include <functional>
#include <span>
#include <vector>

namespace nadir {

/// Why this PETSc's integers cannot count `n` unknowns; empty when they can.
std::string too_many_unknowns(std::int64_t n);

/// The vector of all trained parameters, distributed: a parameter that varies in space lies with
/// the points of each rank, [layer][component][point]; numbers, [layer][component], lie on rank 0.
/// All control vectors come from create().
class ControlSpace {
 public:
  /// One trained parameter's place in the local part of the vector.
  struct Block {
    Parameter parameter;
    bool varies_space;
    std::int64_t layers; ///< 1 unless it varies by layer
    std::int64_t components;
    std::int64_t points; ///< of this rank's box; for numbers 1 on rank 0, else 0
    std::int64_t offset; ///< first local entry
    std::int64_t size() const { return layers * components * points; }
  };

  /// Collective. `c` must outlive this. Throws InputError when there are more unknowns than
  /// PetscInt holds.
  ControlSpace(const Space& space, const ProblemSpec& c);

  /// The one factory of control vectors. Collective.
  VecHandle create() const;

  const std::vector<Block>& blocks() const { return blocks_; }
  std::int64_t local_size() const { return local_size_; }
  std::int64_t global_size() const { return global_size_; }

  /// Trained numbers (not varying in space) of all parameters: entries of a reduction buffer.
  std::size_t numbers() const { return numbers_; }

  /// Control vector -> coefficients of every rank; fixed parameters stay. Collective.
  void to_coefficients(Vec x, Coefficients& values) const;
  /// Coefficients -> control vector; numbers as rank 0 has them. Not collective.
  void from_coefficients(const Coefficients& values, Vec x) const;
  /// Fields to their entries of a vector's local part, 0 to those of numbers; and numbers added to
  /// theirs. Not collective.
  void write_fields(const Coefficients& values, double* local) const;
  void add_numbers(const Coefficients& values, double* local) const;

  /// This rank's sums of the gradients with respect to numbers, in the order of the reduction
  /// buffer. Not collective.
  void gather_sums(const Coefficients& gradients, std::span<ReproducibleSum> buffer) const;
  /// Numbers in the order of the reduction buffer to their places. Not collective.
  void scatter_numbers(std::span<const double> buffer, Coefficients& values) const;

  bool any_bounds() const;
  /// Lower and upper bounds; +-PETSC_INFINITY where there are none.
  void bounds(Vec lower, Vec upper) const;

 private:
  const Space& space_;
  std::vector<Block> blocks_;
  std::int64_t local_size_ = 0, global_size_ = 0;
  std::size_t numbers_ = 0;
};

} // namespace nadir
