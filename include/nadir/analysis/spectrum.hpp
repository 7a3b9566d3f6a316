#pragma once

#include "nadir/attractor/fixed_point_map.hpp"

#include <complex>
#include <cstdint>
#include <string_view>
#include <vector>

namespace nadir {

/// What happens to small disturbances of a fixed point.
enum class StabilityClass {
  stable,   ///< they die out
  unstable, ///< some grow
  neutral,  ///< some neither grow nor die, as far as a spectral radius of 1 tells
  unknown,  ///< no eigenvalue was found
};
std::string_view name_of(StabilityClass fate);

/// Leading eigenvalues of a layer's Jacobian I - diag(omega)(I - J) at a fixed point.
struct Spectrum {
  /// By modulus, largest first; those along known neutral directions, which are 1, among them.
  std::vector<std::complex<double>> eigenvalues;
  std::int64_t neutral = 0; ///< known neutral directions
  /// Largest modulus apart from those: the asymptotic rate per layer; NaN when unknown, 0 when
  /// there are no other directions.
  double radius = 0;

  StabilityClass fate() const;
  /// Layers in which the slowest disturbance shrinks to 1/e; infinite unless the radius is below 1.
  double relaxation_layers() const;
  /// Layers from `distance` to `tolerance` at the asymptotic rate; infinite unless it is below 1.
  double layers_to(double tolerance, double distance) const;
};

/// Finds them by Krylov-Schur (SLEPc's EPS), without a matrix, from a fixed start: the same on any
/// number of ranks. Options: -attractor_eps_... Collective.
class SpectrumSolver {
 public:
  /// Reads the options. `modes` eigenvalues, fewer on fewer points.
  SpectrumSolver(FixedPointMap& map, std::int64_t modes);

  /// About the state the map was linearised at. `neutral` are orthonormal right null vectors of
  /// I - J that are known. Eigenvalues that do not converge are left out.
  Spectrum solve(const std::vector<VecHandle>& neutral = {});

 private:
  FixedPointMap& map_;
  std::int64_t modes_;
  MatHandle jacobian_;
  EpsHandle eps_;
  PetscInt basis_size_ = 0, projected_size_ = 0; ///< as the options say, or PETSC_DEFAULT
};

} // namespace nadir
