#pragma once

#include "nadir/analysis/attractor.hpp"
#include "nadir/training/initial_values.hpp"

#include "support/fixed_point_maps.hpp"

#include <vector>

namespace nadir::test {

/// A case with everything its search needs.
struct Searched {
  Searched(const Case& case_, const std::vector<double>& levels, MPI_Comm comm = MPI_COMM_WORLD)
      : c(case_), grid(comm, c.grid), coefficients(initial_coefficients(grid, c)),
        observations(uniform_inputs(grid, levels)), map(grid, c, coefficients),
        search(map, c.attractor, observations), found(search.run([](const std::string&) {})) {}

  Case c;
  Grid grid;
  Coefficients coefficients;
  Observations observations;
  FixedPointMap map;
  AttractorSearch search;
  Attractors found;
};

} // namespace nadir::test
