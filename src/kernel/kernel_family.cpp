#include "nadir/kernel/kernel_family.hpp"

#include "nadir/base/box.hpp"
#include "nadir/base/log.hpp"
#include "nadir/base/multi_index.hpp"
#include "nadir/base/text.hpp"

#include <algorithm>
#include <cmath>
#include <sstream>

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

std::vector<std::string> higher_names(const KernelSpec& kernel, int dimension) {
  std::vector<std::string> names;
  for (const auto& k : multi_indices(dimension, 3, static_cast<int>(kernel.order)))
    names.push_back(derivative_name(k, dimension));
  return names;
}

std::vector<std::string> offset_names(const KernelSpec& kernel, int dimension) {
  std::vector<std::string> names;
  for (const auto& offset : stencil_offsets(dimension, static_cast<int>(kernel.radius))) {
    std::string& name = names.emplace_back();
    for (int a = max_dimension - dimension; a < max_dimension; ++a)
      name += formatted("%+d", offset[static_cast<std::size_t>(a)]);
  }
  return names;
}

int given_radius(const KernelSpec& kernel) { return static_cast<int>(kernel.radius); }

/// 8 sigma of the widest Gaussian there may be, so that what is cut off is rounding.
NaturalRadius eight_widths(const KernelSpec& kernel, const GridSpec& grid) {
  constexpr double reach = 8;
  const ParameterSpec& width = kernel.width;
  if (!width.bounds && width.init_file)
    return {1, "missing: where the width comes from a file without bounds, the points after which "
               "the Gaussian is cut off"};
  const double sigma = width.bounds ? width.bounds->second : std::ranges::max(width.init);
  const double points = std::ceil(reach * sigma / std::ranges::min(grid.spacing));
  if (!(points < 1e6))
    return {1, "missing: 8 times a width of up to " + number_text(sigma) + " is beyond any grid"};
  return {std::max<std::int64_t>(1, static_cast<std::int64_t>(points)), ""};
}

std::vector<std::string> point_names(const GridSpec& grid) {
  const Extents n = [&grid] {
    Extents extents{1, 1, 1};
    std::copy_backward(grid.shape.begin(), grid.shape.end(), extents.end());
    return extents;
  }();
  std::vector<std::string> names;
  for (std::int64_t z = 0; z < n[0]; ++z) {
    for (std::int64_t y = 0; y < n[1]; ++y) {
      for (std::int64_t x = 0; x < n[2]; ++x) {
        const std::array at{std::to_string(z), std::to_string(y), std::to_string(x)};
        names.push_back(join({at.end() - grid.dimension(), at.end()}, ","));
      }
    }
  }
  return names;
}

/// The product of the steps along the axes named by letters: "yx" is Delta_y Delta_x.
double steps_along(const GridSpec& grid, std::string_view axes) {
  const auto names = axis_names(grid.dimension());
  double product = 1;
  for (const char axis : axes) {
    const auto found = std::ranges::find(names, std::string(1, axis));
    product *= grid.spacing[static_cast<std::size_t>(found - names.begin())];
  }
  return product;
}

} // namespace

bool has_key(const KernelFamily& family, std::string_view key) {
  return std::ranges::find(family.keys, key) != family.keys.end();
}

std::span<const KernelFamily> kernel_families() {
  constexpr double most_computed = 1e6; // more take longer than anybody waits
  static const std::vector<KernelFamily> families{
      {"adr",
       "`W = 1 + R - U·∇ + D:∇∇` by central differences",
       {"diffusion_tensor", "reaction", "advection", "diffusion"},
       [](const KernelSpec&) { return 1; }},
      {"moment",
       "the same plus derivatives of order 3 to `order`: dispersion, hyper-diffusion and beyond",
       {"diffusion_tensor", "order", "reaction", "advection", "diffusion", "higher"},
       [](const KernelSpec& kernel) { return static_cast<int>(kernel.order + 1) / 2; }},
      {"stencil",
       "the weights of all neighbours up to `radius` themselves",
       {"radius", "weights"},
       given_radius,
       [](const KernelSpec&, const GridSpec&) { return NaturalRadius{}; },
       most_kernel_components},
      {"gaussian",
       "`W_r = A Π_a[Δ_a/(σ√(2π))] exp(-|r|²/2σ²)`, cut off at `radius`",
       {"radius", "amplitude", "width"},
       given_radius,
       eight_widths,
       most_computed},
      {"power-law",
       "`W_r = A Π_a Δ_a (1 + |r|²/ℓ²)^(-s/2)`, cut off at `radius`",
       {"radius", "strength", "length", "exponent"},
       given_radius,
       [](const KernelSpec&, const GridSpec&) {
         return NaturalRadius{1, "missing: the points after which the power law is cut off; its "
                                 "tail has no natural end"};
       },
       most_computed},
      {.name = "dense",
       .text = "the full matrix, `W_ij` for all points i and j",
       .keys = {"weights"},
       .radius = [](const KernelSpec&) { return 0; },
       .full_matrix = true},
  };
  return families;
}

std::vector<std::string> families_in(const std::string& type) {
  std::vector<std::string> names;
  std::istringstream parts(type);
  for (std::string name; std::getline(parts, name, '+');) names.push_back(name);
  return names;
}

std::string sum_of_families(const std::vector<std::string>& names) {
  std::vector<std::string> sorted;
  for (const auto& family : kernel_families())
    if (std::ranges::find(names, family.name) != names.end()) sorted.emplace_back(family.name);
  return join(sorted, "+");
}

std::string sum_problem(const std::vector<std::string>& names) {
  const auto family = [](const std::string& name) {
    return std::ranges::find(kernel_families(), name, &KernelFamily::name);
  };
  for (std::size_t i = 0; i < names.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (names[i] == names[j]) return "names " + quote(names[i]) + " twice";
      for (const auto& each : {names[i], names[j]})
        if (family(each)->full_matrix)
          return quote(each) + " contains all other kernels and stands alone";
      for (const KernelParameter& p : kernel_parameters)
        if (has_key(*family(names[i]), p.key) && has_key(*family(names[j]), p.key))
          return quote(names[j]) + " and " + quote(names[i]) + " both have the parameter " +
                 std::string(p.key) + ", which their sum would count twice";
    }
  }
  return {};
}

std::vector<const KernelFamily*> families_of(const KernelSpec& kernel) {
  std::vector<const KernelFamily*> families;
  const auto names = families_in(kernel.type);
  for (const auto& family : kernel_families())
    if (std::ranges::find(names, family.name) != names.end()) families.push_back(&family);
  return families;
}

bool has_key(const KernelSpec& kernel, std::string_view key) {
  return std::ranges::any_of(families_of(kernel),
                             [key](const auto* family) { return has_key(*family, key); });
}

bool has_family(const KernelSpec& kernel, std::string_view name) {
  return std::ranges::any_of(families_of(kernel),
                             [name](const auto* family) { return family->name == name; });
}

int kernel_radius(const KernelSpec& kernel) {
  int radius = 0;
  for (const auto* family : families_of(kernel)) radius = std::max(radius, family->radius(kernel));
  return radius;
}

double neighbours_within(int dimension, std::int64_t radius) {
  return std::pow(2.0 * static_cast<double>(radius) + 1, dimension);
}

std::optional<ValueLimit> limit_of(std::string_view key, int dimension) {
  if (key == "width" || key == "length") return ValueLimit{0, ""};
  if (key == "exponent")
    return ValueLimit{static_cast<double>(dimension),
                      ", the dimension, or not even the sum of the weights converges"};
  return std::nullopt;
}

std::vector<std::array<int, 3>> stencil_offsets(int dimension, int radius) {
  std::vector<std::array<int, 3>> offsets;
  const int rz = dimension > 2 ? radius : 0, ry = dimension > 1 ? radius : 0;
  for (int z = -rz; z <= rz; ++z)
    for (int y = -ry; y <= ry; ++y)
      for (int x = -radius; x <= radius; ++x) offsets.push_back({z, y, x});
  return offsets;
}

bool is_full_matrix(const KernelSpec& kernel) {
  return std::ranges::any_of(families_of(kernel),
                             [](const auto* family) { return family->full_matrix; });
}

std::string convolution_problem(const KernelSpec& kernel, const GridSpec& grid) {
  for (const KernelParameter& p : kernel_parameters)
    if ((kernel.*p.value).varies_space) return "kernel." + std::string(p.key) + " varies in space";
  if (is_full_matrix(kernel)) return "kernel.type is \"dense\"";
  const auto open = [](const BoundarySpec& b) { return b.kind != BoundaryKind::periodic; };
  if (std::ranges::any_of(grid.boundary, open)) return "not all axes are periodic";
  return {};
}

std::int64_t count_components(const KernelSpec& kernel, const GridSpec& grid,
                              std::string_view key) {
  if (key != "weights" || !is_full_matrix(kernel))
    return std::ssize(kernel_components(kernel, grid, key));
  std::int64_t points = 1;
  for (const std::int64_t n : grid.shape) points *= n;
  return points;
}

std::vector<std::string> kernel_components(const KernelSpec& kernel, const GridSpec& grid,
                                           std::string_view key) {
  const int dimension = grid.dimension();
  const std::vector<std::string> one{""};
  if (!has_key(kernel, key)) return {};
  if (key == "advection") return dimension == 1 ? one : axis_names(dimension);
  if (key == "higher") return higher_names(kernel, dimension);
  if (key == "weights" && is_full_matrix(kernel)) return point_names(grid);
  if (key == "weights") return offset_names(kernel, dimension);
  if (key != "diffusion") return one;
  const auto names = diffusion_names(dimension, kernel.diffusion_tensor);
  return names.empty() ? one : names;
}

double component_scale(const KernelSpec& kernel, const GridSpec& grid, std::string_view key,
                       std::int64_t component) {
  const double shortest = std::ranges::min(grid.spacing);
  if (key == "width" || key == "length") return shortest;
  if (key == "strength") {
    double volume = 1;
    for (const double step : grid.spacing) volume *= step;
    return 1 / volume;
  }
  if (key != "advection" && key != "diffusion" && key != "higher") return 1;
  if (key == "advection") return grid.spacing[static_cast<std::size_t>(component)];
  if (key == "diffusion" && kernel.diffusion_tensor == DiffusionTensor::isotropic)
    return shortest * shortest;
  const auto names = kernel_components(kernel, grid, key);
  return steps_along(grid, names[static_cast<std::size_t>(component)]);
}

} // namespace nadir
