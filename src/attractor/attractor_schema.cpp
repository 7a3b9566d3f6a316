#include "attractor_schema.hpp"

#include "nadir/network/network_spec.hpp"

namespace nadir::schema {

Section<AttractorSpec> attractor_section() {
  Section<AttractorSpec> s;
  s.key("solver", &AttractorSpec::solver,
        choice<FixedPointMethod>("solver", {{"newton", FixedPointMethod::newton},
                                            {"anderson", FixedPointMethod::anderson},
                                            {"relaxation", FixedPointMethod::relaxation}}),
        "Newton-Krylov finds unstable fixed points too, Anderson mixing takes less memory, "
        "relaxation is the layers themselves; where f is the identity a linear system is solved "
        "instead");
  s.key("starts", &AttractorSpec::starts, integer(between(0, 100000)),
        "random fields to start from, beside the input's samples and zero: uniform, long and short "
        "waves and noise in turn");
  s.key("seed", &AttractorSpec::seed, seed(), "of the random fields");
  s.key("amplitude", &AttractorSpec::amplitude, list("numbers", real(positive())),
        "root mean square of the random fields, in turn");
  s.key("tolerance", &AttractorSpec::tolerance, real(positive()),
        "a fixed point has `|z - f(Z)|` below this (root mean square; relative where `|z|` > 1)");
  s.key("iterations", &AttractorSpec::iterations, integer(between(1, most_network_layers)),
        "of newton or anderson, at most");
  s.key("layers", &AttractorSpec::layers, integer(between(1, most_network_layers)),
        "of a relaxation, at most");
  s.key("distance", &AttractorSpec::distance, real(positive()),
        "fixed points closer than this are one (root mean square; relative where `|z|` > 1)");
  s.key("depth_tolerance", &AttractorSpec::depth_tolerance, real(positive()),
        "distance from its attractor at which the input has reached it: the depth that is "
        "predicted and measured");
  s.key("modes", &AttractorSpec::modes, integer(between(1, 1000)),
        "leading eigenvalues of the layer map at each fixed point");
  s.key("green", &AttractorSpec::green,
        list("points", list("integers", integer(at_least(0)), {1, 3}), {0}),
        "points at which to add a unit of bias, as indices `[y, x]`: the Green's functions")
      .by_default("none");
  return s;
}

void check_attractor(const AttractorSpec& attractor, const GridSpec& grid, const Checks& checks) {
  const auto& shape = grid.shape;
  if (!checks.usable("grid.shape") || !checks.usable("attractor.green")) return;
  for (std::size_t k = 0; k < attractor.green.size(); ++k) {
    const auto& point = attractor.green[k];
    const std::string path = "attractor.green." + std::to_string(k);
    if (point.size() != shape.size())
      return checks.problem(path, "must have one index for each of the " +
                                      std::to_string(shape.size()) + " axes of grid.shape, has " +
                                      std::to_string(point.size()));
    for (std::size_t a = 0; a < shape.size(); ++a)
      if (point[a] >= shape[a])
        return checks.problem(path, "index " + std::to_string(point[a]) + " is beyond the " +
                                        std::to_string(shape[a]) +
                                        " points of its axis, counted from 0");
  }
}

} // namespace nadir::schema
