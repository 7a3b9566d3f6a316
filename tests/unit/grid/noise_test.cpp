#include "nadir/base/check.hpp"
#include "nadir/base/handle.hpp"
#include "nadir/base/hashed_random.hpp"
#include "nadir/grid/noise.hpp"

#include "support/cases.hpp"

#include <gtest/gtest.h>

using namespace nadir;

namespace {

TEST(Noise, BelongsToThePointWhateverTheRanks) {
  const Case c = test::small_case({6, 5}, {test::periodic, test::reflect});
  const Grid grid(MPI_COMM_WORLD, c.grid);
  VecHandle z;
  check_petsc(VecCreateMPI(grid.comm(), static_cast<PetscInt>(grid.owned().points()),
                           PETSC_DETERMINE, z.out()));
  fill_noise(grid, 7, z);
  const VecRead values(z);
  PetscInt packed = 0;
  test::for_points(grid, [&](auto, auto, auto, std::int64_t i) {
    EXPECT_EQ(values[packed++], hashed_number(7, static_cast<std::uint64_t>(i)));
  });
}

} // namespace
