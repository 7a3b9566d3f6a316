#include "nadir/training/training_spec.hpp"

namespace nadir {

std::string target_path(const ProblemSpec& c, std::size_t k) {
  const std::string path = "data.target." + std::to_string(k);
  return c.positions.contains(path) ? path : "data.target";
}

} // namespace nadir
