#pragma once

#include "nadir/data/field_spec.hpp"

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace nadir {

/// Penalty weights of one parameter (theory, section 6); 0 is off.
struct PenaltySpec {
  double l2 = 0.0, h1 = 0.0, tv = 0.0, l1 = 0.0;
  double epsilon = 1e-3;  ///< rounds the corner of tv and l1
  bool continuum = false; ///< scaling = "continuum": mesh-independent sums
  bool any() const { return l2 != 0 || h1 != 0 || tv != 0 || l1 != 0; }
  bool pairs() const { return h1 != 0 || tv != 0; }   ///< of neighbours
  bool corners() const { return tv != 0 || l1 != 0; } ///< of which the second derivative varies
  bool operator==(const PenaltySpec&) const = default;
};

/// What a start has beside its values: normal numbers of this standard deviation at every point, of
/// every layer and component, by a hash of seed and global index.
struct NoiseSpec {
  double deviation = 0;
  std::uint64_t seed = 0;
  bool operator==(const NoiseSpec&) const = default;
};

struct ParameterSpec {
  std::vector<double> init;             ///< resolved: one value per component (unless init_file)
  NoiseSpec noise;                      ///< unless init_file
  std::optional<DatasetSpec> init_file; ///< shape exactly that of /parameters/NAME
  bool varies_space = false;
  bool varies_layer = false;
  bool train = false;
  std::optional<std::pair<double, double>> bounds;
  PenaltySpec penalty;
  bool operator==(const ParameterSpec&) const = default;
};

} // namespace nadir
