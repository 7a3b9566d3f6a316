#pragma once

#include "nadir/grid/grid.hpp"

#include <petscvec.h>

#include <cstdint>
#include <string>

namespace nadir {

/// Random field `number` of a search, of root mean square `amplitude`, by seed, number and place
/// alone. In turn a uniform field, waves as long as the domain, waves of a quarter of it and
/// shorter, noise. Not collective.
void fill_random_start(const Grid& grid, std::uint64_t seed, std::int64_t number, double amplitude,
                       Vec z);

} // namespace nadir
