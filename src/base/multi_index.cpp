#include "nadir/base/multi_index.hpp"

namespace nadir {

std::vector<MultiIndex> multi_indices(int dimension, int lowest, int highest) {
  std::vector<MultiIndex> indices;
  for (int order = lowest; order <= highest; ++order) {
    for (int z = 0; z <= (dimension > 2 ? order : 0); ++z) {
      const int least = dimension > 1 ? 0 : order - z;
      for (int x = order - z; x >= least; --x) {
        const int y = order - z - x;
        indices.push_back({z, y, x});
      }
    }
  }
  return indices;
}

} // namespace nadir
