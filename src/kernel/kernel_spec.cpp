#include "nadir/kernel/kernel_spec.hpp"

#include "nadir/grid/grid_spec.hpp"

namespace nadir {

std::int64_t diffusion_components(int dimension, DiffusionTensor tensor) {
  switch (tensor) {
  case DiffusionTensor::isotropic:
    return 1;
  case DiffusionTensor::diagonal:
    return dimension;
  case DiffusionTensor::full:
    break;
  }
  return std::int64_t{dimension} * (dimension + 1) / 2;
}

std::vector<std::string> diffusion_names(int dimension, DiffusionTensor tensor) {
  if (tensor == DiffusionTensor::isotropic) return {};
  const auto axes = axis_names(dimension);
  std::vector<std::string> names;
  for (std::size_t a = 0; a < axes.size(); ++a) {
    const std::size_t end = tensor == DiffusionTensor::full ? axes.size() : a + 1;
    for (std::size_t b = a; b < end; ++b) names.push_back(axes[a] + axes[b]);
  }
  return names;
}

} // namespace nadir
