#include "nadir/input/kernel_family.hpp"

#include "nadir/base/log.hpp"
#include "nadir/base/multi_index.hpp"

#include <algorithm>

namespace nadir {
namespace {

/// "yxx" for one derivative along y and two along x.
std::string derivative_name(const MultiIndex& k, int dimension) {
  const auto axes = axis_names(max_dimension);
  std::string name;
  for (std::size_t a = 0; a < k.size(); ++a)
    for (int i = 0; i < k[a]; ++i) name += axes[a];
  return dimension > 0 ? name : "";
}

std::vector<std::string> higher_names(const KernelCase& kernel, int dimension) {
  std::vector<std::string> names;
  for (const auto& k : multi_indices(dimension, 3, static_cast<int>(kernel.order)))
    names.push_back(derivative_name(k, dimension));
  return names;
}

std::vector<std::string> offset_names(const KernelCase& kernel, int dimension) {
  std::vector<std::string> names;
  for (const auto& offset : stencil_offsets(dimension, static_cast<int>(kernel.radius))) {
    std::string& name = names.emplace_back();
    for (int a = max_dimension - dimension; a < max_dimension; ++a)
      name += formatted("%+d", offset[static_cast<std::size_t>(a)]);
  }
  return names;
}

} // namespace

bool has_key(const KernelFamily& family, std::string_view key) {
  return std::ranges::find(family.keys, key) != family.keys.end();
}

std::span<const KernelFamily> kernel_families() {
  static const std::vector<KernelFamily> families{
      {"adr",
       "`W = 1 + R - U·∇ + D:∇∇` by central differences",
       {"diffusion_tensor", "reaction", "advection", "diffusion"},
       [](const KernelCase&) { return 1; }},
      {"moment",
       "the same plus derivatives of order 3 to `order`: dispersion, hyper-diffusion and beyond",
       {"diffusion_tensor", "order", "reaction", "advection", "diffusion", "higher"},
       [](const KernelCase& kernel) { return static_cast<int>(kernel.order + 1) / 2; }},
      {"stencil",
       "the weights of all neighbours up to `radius` themselves",
       {"radius", "weights"},
       [](const KernelCase& kernel) { return static_cast<int>(kernel.radius); }},
  };
  return families;
}

const KernelFamily& family_of(const KernelCase& kernel) {
  const auto families = kernel_families();
  const auto found = std::ranges::find(families, kernel.type, &KernelFamily::name);
  return found == families.end() ? families.front() : *found;
}

std::vector<std::array<int, 3>> stencil_offsets(int dimension, int radius) {
  std::vector<std::array<int, 3>> offsets;
  const int rz = dimension > 2 ? radius : 0, ry = dimension > 1 ? radius : 0;
  for (int z = -rz; z <= rz; ++z)
    for (int y = -ry; y <= ry; ++y)
      for (int x = -radius; x <= radius; ++x) offsets.push_back({z, y, x});
  return offsets;
}

std::vector<std::string> kernel_components(const KernelCase& kernel, int dimension,
                                           std::string_view key) {
  const std::vector<std::string> one{""};
  if (!has_key(family_of(kernel), key)) return {};
  if (key == "advection") return dimension == 1 ? one : axis_names(dimension);
  if (key == "higher") return higher_names(kernel, dimension);
  if (key == "weights") return offset_names(kernel, dimension);
  if (key != "diffusion") return one;
  const auto names = diffusion_names(dimension, kernel.diffusion_tensor);
  return names.empty() ? one : names;
}

} // namespace nadir
