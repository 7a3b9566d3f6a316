#pragma once

#include "nadir/network/chain.hpp"

#include "support/cases.hpp"

#include <functional>
#include <vector>

/// Where a case's chain ends.
namespace nadir::test {

/// z_n in global order on every rank, from z_0 = input(global index), with random_coefficients.
/// Throws where a layer has no finite state. Collective over `comm`.
inline std::vector<double> last_state(const Case& c,
                                      const std::function<double(std::int64_t)>& input,
                                      double amplitude = 0, MPI_Comm comm = MPI_COMM_WORLD) {
  const Grid grid(comm, c.grid, c.kernel.radius());
  Chain chain(grid, c);
  LastTwoStates states(chain.state_layout());
  const Layout& layout = chain.state_layout();
  double* z = states.write(0);
  for_points(grid,
             [&](auto k, auto j, auto i, auto index) { z[layout.index(k, j, i)] = input(index); });
  const auto problem = chain.forward(random_coefficients(grid, c, amplitude), states, 0,
                                     chain.layers(), [](std::int64_t, const double*) {});
  throw_if_not_finite(grid, 0, problem);
  z = states.read(chain.layers());
  std::vector<double> all(static_cast<std::size_t>(grid.points()), 0.0);
  for_points(grid, [&](auto k, auto j, auto i, auto index) {
    all[static_cast<std::size_t>(index)] = z[layout.index(k, j, i)];
  });
  MPI_Allreduce(MPI_IN_PLACE, all.data(), static_cast<int>(all.size()), MPI_DOUBLE, MPI_SUM, comm);
  return all;
}

} // namespace nadir::test
