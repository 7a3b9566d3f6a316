#pragma once

#include "support/options.hpp"

#include <petscdmda.h>
#include <petscts.h>

#include <array>
#include <cstddef>
#include <string>
#include <vector>

namespace peers {

inline void check(PetscErrorCode code) {
  if (code) MPI_Abort(PETSC_COMM_WORLD, 1); // PETSc has said where and why
}

/// A box of the grid, slowest axis first; axes that are not used have one point.
struct Box {
  std::array<std::ptrdiff_t, 3> start{}, count{1, 1, 1};
  std::ptrdiff_t points() const { return count[0] * count[1] * count[2]; }
};

/// The points of this rank in its arrays with and without ghosts.
struct LocalGrid {
  int d = 0;
  Box owned, ghosted;

  /// Points of the ghosted array from one point to the next along axis a < d.
  std::ptrdiff_t stride(int a) const {
    std::ptrdiff_t product = 1;
    for (int b = 3 - d + a + 1; b < 3; ++b) product *= ghosted.count[static_cast<std::size_t>(b)];
    return product;
  }

  /// use(first point in the ghosted array, in the owned one, points) for every row along x.
  template<class Use> void for_rows(Use use) const {
    const auto &o = owned, &g = ghosted;
    for (std::ptrdiff_t z = 0; z < o.count[0]; ++z) {
      for (std::ptrdiff_t y = 0; y < o.count[1]; ++y) {
        const auto in_ghosted =
            ((z + o.start[0] - g.start[0]) * g.count[1] + (y + o.start[1] - g.start[1])) *
                g.count[2] +
            o.start[2] - g.start[2];
        use(in_ghosted, (z * o.count[1] + y) * o.count[2], o.count[2]);
      }
    }
  }
};

/// The most coefficients: R, three of U, D.
constexpr int max_coefficients = 5;
using Coefficients = std::array<const double*, max_coefficients>;

/// Grid, data and coefficients of a problem of tools/bench: tanh, omega = 1, b = 0, spacing 1,
/// periodic.
class Problem {
 public:
  explicit Problem(const Options& options);
  Problem(const Problem&) = delete;
  Problem& operator=(const Problem&) = delete;
  ~Problem();

  DM da = nullptr;
  LocalGrid grid;
  int layers = 0, samples = 0, coefficients = 0; ///< coefficients: numbers or fields of one layer
  bool fields = false;                           ///< else numbers
  bool per_layer = false;
  std::vector<Vec> input, target; ///< by sample

  /// Those of a layer: fields with ghosts, or numbers.
  Coefficients of_layer(int layer) const;

  /// Values of one layer on this rank, without ghosts: the local size of the gradient. Numbers
  /// belong to rank 0.
  std::ptrdiff_t local_parameters() const;
  int parameter_sets() const { return per_layer ? layers : 1; }

  /// dot[c] = a . theta_c and square[c] = |a_c|^2 summed over points and layers, where `gradient`
  /// has a Vec for each layer of its own.
  void fingerprint(const std::vector<Vec>& gradient, std::array<double, max_coefficients>& dot,
                   std::array<double, max_coefficients>& square) const;

 private:
  void make_grid(const std::vector<std::int64_t>& shape);
  void read(const std::string& path);

  std::vector<std::vector<double>> theta_; ///< by layer and coefficient, with ghosts
};

} // namespace peers
