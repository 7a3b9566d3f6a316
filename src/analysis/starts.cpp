#include "nadir/analysis/starts.hpp"

#include "nadir/attractor/fixed_point_map.hpp"
#include "nadir/base/handle.hpp"
#include "nadir/base/hashed_random.hpp"

#include <array>
#include <cmath>
#include <numbers>
#include <vector>

namespace nadir {
namespace {

/// Calls use(packed index, index by axis) for every owned point.
template<class Use> void for_owned_points(const Grid& grid, Use use) {
  const Box& box = grid.owned();
  PetscInt packed = 0;
  for (std::int64_t z = 0; z < box.count[0]; ++z) {
    for (std::int64_t y = 0; y < box.count[1]; ++y) {
      for (std::int64_t x = 0; x < box.count[2]; ++x) {
        use(packed++, {box.start[0] + z, box.start[1] + y, box.start[2] + x});
      }
    }
  }
}

/// cos(2 pi k.q / L + phase), in units of turns.
struct Wave {
  std::array<double, max_dimension> turns{}; ///< per point and axis
  double phase = 0;
};

std::vector<Wave> random_waves(const Grid& grid, std::uint64_t stream, int shortest) {
  constexpr std::size_t count = 6;
  std::vector<Wave> waves(count);
  std::uint64_t place = 0;
  for (Wave& wave : waves) {
    wave.phase = hashed_number(stream, place++);
    for (std::size_t a = 0; a < wave.turns.size(); ++a) {
      const double k = std::round(shortest * hashed_number(stream, place++));
      wave.turns[a] = k / static_cast<double>(grid.shape()[a]);
    }
  }
  return waves;
}

/// Each wave has the mean square 1/2.
void fill_waves(const Grid& grid, const std::vector<Wave>& waves, double amplitude, Vec z) {
  const double height = amplitude * std::sqrt(2.0 / static_cast<double>(waves.size()));
  VecWrite values(z);
  for_owned_points(grid, [&](PetscInt i, const Extents& at) {
    double sum = 0;
    for (const Wave& wave : waves) {
      double turns = wave.phase;
      for (std::size_t a = 0; a < at.size(); ++a)
        turns += wave.turns[a] * static_cast<double>(at[a]);
      sum += std::cos(2.0 * std::numbers::pi * turns);
    }
    values[i] = height * sum;
  });
}

} // namespace

void fill_random_start(const Grid& grid, std::uint64_t seed, std::int64_t number, double amplitude,
                       Vec z) {
  const std::uint64_t stream = hashed(seed, static_cast<std::uint64_t>(number));
  switch (number % 4) {
  case 0: // of either sign in turn
    return check_petsc(VecSet(z, number / 4 % 2 == 0 ? amplitude : -amplitude));
  case 1:
    return fill_waves(grid, random_waves(grid, stream, 1), amplitude, z);
  case 2:
    return fill_waves(grid, random_waves(grid, stream, 4), amplitude, z);
  default: // the mean square of hashed numbers is 1/3
    fill_noise(grid, stream, z);
    return check_petsc(VecScale(z, amplitude * std::sqrt(3.0)));
  }
}

} // namespace nadir
