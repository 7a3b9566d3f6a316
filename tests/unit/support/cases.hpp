#pragma once

#include "nadir/base/hashed_random.hpp"
#include "nadir/grid/grid.hpp"
#include "nadir/input/case.hpp"
#include "nadir/kernel/kernel_family.hpp"
#include "nadir/network/coefficients.hpp"
#include "nadir/training/observations.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <string>
#include <vector>

/// Small cases and data in memory, the same on every rank count.
namespace nadir::test {

inline constexpr BoundarySpec periodic{BoundaryKind::periodic, 0.0};
inline constexpr BoundarySpec reflect{BoundaryKind::reflect, 0.0};
inline constexpr BoundarySpec value_of(double value) { return {BoundaryKind::value, value}; }

inline ParameterSpec fixed(std::vector<double> init) {
  ParameterSpec p;
  p.init = std::move(init);
  return p;
}

inline ParameterSpec trained(std::vector<double> init, bool space, bool layer) {
  ParameterSpec p = fixed(std::move(init));
  p.train = true;
  p.varies_space = space;
  p.varies_layer = layer;
  return p;
}

inline void set_tensor(KernelSpec& kernel, DiffusionTensor tensor) {
  kernel.set_option("diffusion_tensor", static_cast<std::int64_t>(tensor));
}

/// The kernel of these families; options and parameters that it has already stay.
inline void set_kernel(Case& c, std::initializer_list<std::string_view> families) {
  KernelSpec kernel(families);
  for (KernelTerm& term : kernel.terms) {
    for (std::size_t k = 0; k < term.options.size(); ++k)
      if (const auto* old = c.kernel.with_option(term.family->options[k].name))
        term.options[k] = old->option(term.family->options[k].name);
    for (std::size_t k = 0; k < term.parameters.size(); ++k)
      if (const auto* old = c.kernel.with_parameter(term.family->parameters[k].name))
        term.parameters[k] = *old->find(term.family->parameters[k].name);
  }
  c.kernel = kernel;
}

/// None where the case has no such parameter.
inline std::int64_t components_of(const Case& c, std::string_view parameter) {
  const ParameterSet all(c);
  return all.find(parameter) ? all[parameter].components : 0;
}

/// A case with moderate fixed coefficients, one target at the last layer, no files.
inline Case small_case(std::vector<std::int64_t> shape, std::vector<BoundarySpec> boundary,
                       DiffusionTensor tensor = DiffusionTensor::isotropic) {
  Case c;
  c.grid.shape = std::move(shape);
  c.grid.boundary = std::move(boundary);
  const auto d = static_cast<std::size_t>(c.grid.dimension());
  for (std::size_t a = 0; a < d; ++a) {
    c.grid.spacing.push_back(1.0 + 0.25 * static_cast<double>(a));
    c.grid.origin.push_back(0.0);
  }
  c.network.layers = 3;
  c.network.activation = "tanh";
  c.network.relaxation = fixed({0.6});
  c.network.bias = fixed({0.05});
  set_tensor(c.kernel, tensor);
  c.kernel["reaction"] = fixed({-0.1});
  c.kernel["advection"] = fixed(std::vector<double>(d, 0.15));
  const auto components = diffusion_names(c.grid.dimension(), tensor).size();
  c.kernel["diffusion"] = fixed(std::vector<double>(components, 0.08));
  c.data.targets.emplace_back().layer = c.network.layers;
  c.output.layers = {0, c.network.layers};
  return c;
}

/// The same with derivatives of order 3 up to `order`.
inline Case moment_case(std::vector<std::int64_t> shape, std::vector<BoundarySpec> boundary,
                        std::int64_t order) {
  Case c = small_case(std::move(shape), std::move(boundary), DiffusionTensor::full);
  set_kernel(c, {"moment"});
  c.kernel.set_option("order", order);
  const auto count = static_cast<std::size_t>(components_of(c, "higher"));
  c.kernel["higher"] = fixed(std::vector<double>(count, 0.01));
  return c;
}

/// The same with the weights of a full stencil.
inline Case stencil_case(std::vector<std::int64_t> shape, std::vector<BoundarySpec> boundary,
                         std::int64_t radius) {
  Case c = small_case(std::move(shape), std::move(boundary));
  set_kernel(c, {"stencil"});
  c.kernel.set_option("radius", radius);
  const auto count = static_cast<std::size_t>(components_of(c, "weights"));
  c.kernel["weights"] = fixed(std::vector<double>(count, 0.4 / static_cast<double>(count)));
  c.kernel["weights"].init[count / 2] = 0.7;
  return c;
}

/// The same with a Gaussian, cut off early.
inline Case gaussian_case(std::vector<std::int64_t> shape, std::vector<BoundarySpec> boundary,
                          std::int64_t radius) {
  Case c = small_case(std::move(shape), std::move(boundary));
  set_kernel(c, {"gaussian"});
  c.kernel.set_option("radius", radius);
  c.kernel["amplitude"] = fixed({0.8});
  c.kernel["width"] = fixed({0.9});
  return c;
}

/// The same with a power law.
inline Case power_law_case(std::vector<std::int64_t> shape, std::vector<BoundarySpec> boundary,
                           std::int64_t radius) {
  Case c = small_case(std::move(shape), std::move(boundary));
  set_kernel(c, {"power-law"});
  c.kernel.set_option("radius", radius);
  c.kernel["strength"] = fixed({0.2});
  c.kernel["length"] = fixed({1.1});
  c.kernel["exponent"] = fixed({c.grid.dimension() + 1.5});
  return c;
}

/// The same with two Gaussians of different widths, reaches and strengths.
inline Case two_gaussians_case(std::vector<std::int64_t> shape, std::vector<BoundarySpec> boundary,
                               std::int64_t radius) {
  Case c = gaussian_case(std::move(shape), std::move(boundary), radius);
  c.kernel.add(c.kernel.terms.front());
  KernelTerm& wide = c.kernel.terms.back();
  *wide.find("amplitude") = fixed({0.3});
  *wide.find("width") = fixed({1.6});
  *wide.find_option("radius") = radius > 1 ? radius - 1 : radius;
  return c;
}

/// The sum of adr, a Gaussian and a power law.
inline Case sum_case(std::vector<std::int64_t> shape, std::vector<BoundarySpec> boundary,
                     std::int64_t radius) {
  Case c = small_case(shape, boundary);
  const KernelSpec gaussian = gaussian_case(shape, boundary, radius).kernel;
  const KernelSpec law = power_law_case(shape, boundary, radius).kernel;
  set_kernel(c, {"adr", "gaussian", "power-law"});
  c.kernel.set_option("radius", radius);
  c.kernel["amplitude"] = fixed({-0.2});
  c.kernel["width"] = gaussian["width"];
  c.kernel["strength"] = fixed({0.1});
  c.kernel["length"] = law["length"];
  c.kernel["exponent"] = law["exponent"];
  return c;
}

/// The same kernel in Galerkin form; hats have no diffusion.
inline Case galerkin_case(std::vector<std::int64_t> shape, std::vector<BoundarySpec> boundary,
                          Basis basis, std::int64_t nodes) {
  Case c = small_case(std::move(shape), std::move(boundary), DiffusionTensor::full);
  c.network.basis = basis;
  c.network.nodes = nodes;
  if (basis == Basis::hat) std::ranges::fill(c.kernel["diffusion"].init, 0.0);
  return c;
}

/// A kernel that knows distances alone, over nodes.
inline Case galerkin_radial_case(std::vector<std::int64_t> shape,
                                 std::vector<BoundarySpec> boundary, Basis basis,
                                 std::int64_t nodes, bool power_law) {
  const std::int64_t radius = shape.size() == 1 ? 2 : 1;
  Case c = power_law ? power_law_case(std::move(shape), std::move(boundary), radius)
                     : gaussian_case(std::move(shape), std::move(boundary), radius);
  c.network.basis = basis;
  c.network.nodes = nodes;
  return c;
}

/// Makes every parameter trained and varying as told, but the diffusion of hats.
inline void train_all(Case& c, bool space, bool layer) {
  for (const NamedParameter& p : named_parameters(c)) {
    if (p.name == "diffusion" && c.network.basis == Basis::hat) continue;
    p.spec.train = true;
    p.spec.varies_space = space;
    p.spec.varies_layer = layer;
  }
}

/// Calls use(z, y, x, global index) for every owned point, in C order.
inline void
for_points(const Grid& grid,
           const std::function<void(std::int64_t, std::int64_t, std::int64_t, std::int64_t)>& use) {
  const Extents& n = grid.owned().count;
  for (std::int64_t z = 0; z < n[0]; ++z) {
    for (std::int64_t y = 0; y < n[1]; ++y) {
      for (std::int64_t x = 0; x < n[2]; ++x) use(z, y, x, grid.global_index(z, y, x));
    }
  }
}

/// Sum of a b over all owned points of all ranks. Collective.
inline double product(const Grid& grid, const Layout& layout, const double* a, const double* b) {
  double sum = 0;
  for_points(grid, [&](std::int64_t z, std::int64_t y, std::int64_t x, std::int64_t) {
    sum += a[layout.index(z, y, x)] * b[layout.index(z, y, x)];
  });
  MPI_Allreduce(MPI_IN_PLACE, &sum, 1, MPI_DOUBLE, MPI_SUM, grid.comm());
  return sum;
}

/// Random inputs and targets in (-0.7, 0.7), every fifth target value or so missing.
inline Observations random_observations(const Grid& grid, const Case& c, std::int64_t samples) {
  Observations o;
  o.samples = samples;
  o.points = grid.owned().points();
  for (std::int64_t s = 0; s < samples; ++s) {
    for_points(grid, [&](auto, auto, auto, std::int64_t i) {
      o.input.push_back(0.7 * hashed_number(11, static_cast<std::uint64_t>(s * grid.points() + i)));
    });
  }
  for (std::size_t k = 0; k < c.data.targets.size(); ++k) {
    Target t;
    t.layer = c.data.targets[k].layer;
    t.weight = c.data.targets[k].weight;
    for (std::int64_t s = 0; s < samples; ++s) {
      for_points(grid, [&](auto, auto, auto, std::int64_t i) {
        const auto place = static_cast<std::uint64_t>(s * grid.points() + i);
        t.y.push_back(0.7 * hashed_number(23 + k, place));
        t.used.push_back(hashed_number(37 + k, place) < 0.6);
      });
    }
    t.withheld.assign(t.y.size(), 0);
    for (const auto used : t.used) t.used_total += used;
    MPI_Allreduce(MPI_IN_PLACE, &t.used_total, 1, MPI_INT64_T, MPI_SUM, grid.comm());
    o.targets.push_back(std::move(t));
  }
  return o;
}

/// The stream of random numbers of a parameter, the same in every family that has it.
inline std::uint64_t stream_of(std::string_view parameter) {
  constexpr std::array<std::string_view, 12> names{
      "reaction", "advection", "diffusion", "higher",   "weights", "amplitude",
      "width",    "strength",  "length",    "exponent", "bias",    "relaxation"};
  const auto at = std::ranges::find_if(names, [&](auto name) { return name == parameter; });
  return 50 + static_cast<std::uint64_t>(at - names.begin());
}

/// The case's initial numbers plus random parts of size `amplitude` where a parameter varies.
inline Coefficients random_coefficients(const Grid& grid, const Case& c, double amplitude,
                                        std::int64_t layers_per_exchange = 1) {
  Coefficients coefficients(grid, c, Coefficients::Content::values, layers_per_exchange);
  for (const Parameter& p : coefficients.parameters()) {
    ParameterValues& values = coefficients[p];
    const auto stream = stream_of(p.name);
    for (std::int64_t k = 0; k < values.blocks(); ++k) {
      const double init = p.spec.init[static_cast<std::size_t>(k % values.components())];
      const auto number = [&](std::int64_t i) {
        return init +
               amplitude * hashed_number(stream, static_cast<std::uint64_t>(k * grid.points() + i));
      };
      if (!values.varies_space()) {
        *values.block(k) = number(0);
        continue;
      }
      for_points(grid, [&](std::int64_t z, std::int64_t y, std::int64_t x, std::int64_t i) {
        values.block(k)[values.layout().index(z, y, x)] = number(i);
      });
    }
  }
  return coefficients;
}

/// The boundaries every grid test goes through, for d axes: all of one kind, and a mixture.
inline std::vector<std::vector<BoundarySpec>> boundary_choices(std::size_t d) {
  std::vector<std::vector<BoundarySpec>> choices{std::vector<BoundarySpec>(d, periodic),
                                                 std::vector<BoundarySpec>(d, reflect),
                                                 std::vector<BoundarySpec>(d, value_of(0.3))};
  const std::vector<BoundarySpec> mixture{reflect, value_of(-0.2), periodic};
  if (d > 1) choices.emplace_back(mixture.end() - static_cast<long>(d), mixture.end());
  return choices;
}

/// The same of those that functions between points can have.
inline std::vector<std::vector<BoundarySpec>> galerkin_boundaries(std::size_t d) {
  std::vector<std::vector<BoundarySpec>> choices{std::vector<BoundarySpec>(d, periodic),
                                                 std::vector<BoundarySpec>(d, reflect)};
  if (d > 1) choices.emplace_back(d, periodic).front() = reflect;
  return choices;
}

} // namespace nadir::test
