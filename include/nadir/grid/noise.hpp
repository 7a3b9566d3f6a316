#pragma once

#include "nadir/grid/grid.hpp"

#include <petscvec.h>

#include <cstdint>

namespace nadir {

/// Numbers in (-1, 1) by seed and global index, at this rank's points in C order: the same field on
/// any number of ranks. Not collective.
void fill_noise(const Grid& grid, std::uint64_t seed, Vec z);

} // namespace nadir
