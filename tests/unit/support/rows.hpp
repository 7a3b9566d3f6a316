#pragma once

#include "nadir/base/hashed_random.hpp"
#include "nadir/kernel/kernel.hpp"

#include <vector>

namespace nadir::test {

/// Rows of a random field with room for every neighbour, and of as many coefficients.
class RandomRows {
 public:
  static constexpr int n = 37, room = 6;
  explicit RandomRows(std::size_t count) {
    for (std::size_t k = 0; k < count; ++k) {
      auto& values = fields_.emplace_back(static_cast<std::size_t>(size()));
      for (std::size_t i = 0; i < values.size(); ++i) values[i] = hashed_number(7 + k, i);
    }
  }
  /// Field k becomes low ... high.
  void spread(std::size_t k, double low, double high) {
    for (double& value : fields_[k]) value = low + (high - low) * (value + 1) / 2;
  }
  static std::ptrdiff_t distance(const std::array<int, 3>& offset) {
    return offset[0] * stride_z + offset[1] * stride_y + offset[2];
  }
  const double* point(std::size_t k) const { return fields_[k].data() + size() / 2; }
  Row row(std::size_t k) const { return {point(k), stride}; }
  static std::ptrdiff_t size() { return 2 * room * (stride_z + stride_y) + 4 * stride_y; }

  static constexpr std::ptrdiff_t stride_y = 64, stride_z = 64 * 16;
  Strides stride{stride_z, stride_y};

 private:
  std::vector<std::vector<double>> fields_;
};

} // namespace nadir::test
