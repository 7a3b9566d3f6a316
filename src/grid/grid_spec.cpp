#include "nadir/grid/grid_spec.hpp"

namespace nadir {

std::vector<std::string> axis_names(int dimension) {
  const std::vector<std::string> all{"z", "y", "x"};
  return {all.end() - dimension, all.end()};
}

} // namespace nadir
