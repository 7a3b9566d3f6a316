#include "nadir/input/case.hpp"

namespace nadir {

std::int64_t advection_components(int dimension) { return dimension; }

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

} // namespace nadir
