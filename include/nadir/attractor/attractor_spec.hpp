#pragma once

#include <cstdint>
#include <vector>

namespace nadir {

/// How fixed points are found from a start.
enum class FixedPointMethod { newton, anderson, relaxation };

struct AttractorSpec {
  FixedPointMethod solver = FixedPointMethod::newton;
  std::int64_t starts = 12; ///< random fields, beside the inputs and zero
  std::uint64_t seed = 1;
  std::vector<double> amplitude{0.5, 1.0, 2.0}; ///< of the random fields, in turn
  double tolerance = 1e-11;      ///< of |z - f(Z)|, root mean square, relative where |z| > 1
  std::int64_t iterations = 200; ///< of newton or anderson, at most
  std::int64_t layers = 10000;   ///< of a relaxation, at most
  double distance = 1e-4;        ///< fixed points closer than this are one
  double depth_tolerance = 1e-6; ///< distance from the attractor at which it counts as reached
  std::int64_t modes = 6;        ///< eigenvalues of each
  std::vector<std::vector<std::int64_t>> green; ///< points as indices, slowest axis first
  bool operator==(const AttractorSpec&) const = default;
};

} // namespace nadir
