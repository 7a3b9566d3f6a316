#include "nadir/grid/noise.hpp"

#include "nadir/base/handle.hpp"
#include "nadir/base/hashed_random.hpp"

namespace nadir {

void fill_noise(const Grid& grid, std::uint64_t seed, Vec z) {
  VecWrite values(z);
  const Extents& n = grid.owned().count;
  PetscInt packed = 0;
  for (std::int64_t k = 0; k < n[0]; ++k)
    for (std::int64_t j = 0; j < n[1]; ++j)
      for (std::int64_t i = 0; i < n[2]; ++i)
        values[packed++] =
            hashed_number(seed, static_cast<std::uint64_t>(grid.global_index(k, j, i)));
}

} // namespace nadir
