#pragma once

#include "nadir/data/data_checksum.hpp"
#include "nadir/grid/space.hpp"
#include "nadir/training/training_spec.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace nadir {

/// What one layer's states are compared with, on this rank's box. Arrays are [sample][point],
/// points in C order without ghosts.
struct Target {
  std::int64_t layer = 0;
  double weight = 1.0;
  double scale = 1.0, offset = 0.0;   ///< raw data = value * scale + offset
  std::vector<double> y;              ///< 0 where nothing was observed
  std::vector<std::uint8_t> used;     ///< m: observed and not withheld
  std::vector<std::uint8_t> withheld; ///< observed, kept out of the loss
  std::int64_t used_total = 0;        ///< over all ranks and samples
  std::int64_t withheld_total = 0;
};

/// The data of a case: inputs and targets of all samples.
struct Observations {
  std::int64_t samples = 0;
  std::int64_t points = 0;             ///< of this rank's box
  std::vector<double> input;           ///< z_0, [sample][point]
  std::vector<Target> targets;         ///< in the order of the case
  std::vector<std::string> notes = {}; ///< on missing values in their files, each once
  std::vector<DataRead> read = {};     ///< the datasets they come from

  const double* input_sample(std::int64_t s) const { return input.data() + s * points; }
};

/// Reads a case's files, each rank its own box. Collective. Throws InputError, the same on all
/// ranks: an input that is not finite everywhere, or no target value observed at all.
Observations load_observations(const Space& space, const ProblemSpec& c);

/// Data in memory, for the targets of `c`: arrays are [sample][point] of this rank's box, NaN where
/// nothing was observed. Collective. Throws InputError as load_observations does.
Observations observations_of(const Space& space, const ProblemSpec& c, std::int64_t samples,
                             std::span<const double> input,
                             const std::vector<std::span<const double>>& targets);

/// Chooses exactly `count` of the points whose `candidate` is 1, by a hash of seed and global
/// index: the same points on any number of ranks. `candidate` is [sample][point]. Collective.
std::vector<std::uint8_t> choose_points(const Space& space,
                                        const std::vector<std::uint8_t>& candidate,
                                        std::int64_t samples, std::int64_t count,
                                        std::uint64_t seed);

} // namespace nadir
