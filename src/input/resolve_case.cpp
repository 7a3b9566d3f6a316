#include "case_schema.hpp"

#include "nadir/base/text.hpp"
#include "nadir/kernel/kernel_family.hpp"
#include "nadir/network/schemes.hpp"
#include "nadir/training/optimizers.hpp"
#include "output/output_schema.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <iterator>
#include <limits>
#include <numeric>
#include <tuple>

namespace nadir::schema {
namespace {

struct NamedParameter {
  std::string path;
  ParameterSpec& value;
};

std::vector<NamedParameter> parameters(Case& c) {
  std::vector<NamedParameter> all{{"network.relaxation", c.network.relaxation},
                                  {"network.bias", c.network.bias}};
  for (const KernelParameter& p : kernel_parameters)
    all.push_back({"kernel." + std::string(p.key), c.kernel.*p.value});
  return all;
}

const KernelFamily& first_family_with(std::string_view key) {
  const auto has = [key](const KernelFamily& family) { return has_key(family, key); };
  return *std::ranges::find_if(kernel_families(), has);
}

constexpr std::int64_t most_stored_layers = 1000000, most_matrix_rows = 1000000;

class Resolver {
 public:
  Resolver(Case& c, Reading& reading) : c_(c), reading_(reading) {}

  void run() {
    grid();
    network();
    kernel();
    for (auto& [path, value] : parameters(c_)) parameter(path, value);
    attractor();
    convolution();
    basis();
    targets();
    green_points();
    output();
  }

 private:
  bool usable(const std::string& path) const { return reading_.usable(path); }
  void problem(const std::string& path, const std::string& message) {
    reading_.problem(c_.positions.of(path), path, message);
  }

  void grid();
  template<class M>
  void per_axis(const std::string& path, std::vector<M>& values, const M& fallback);
  void point_count();
  void coordinates();
  void network();
  void kernel();
  void attractor();
  void full_matrix();
  void radius();
  void radius_limits(const KernelFamily& family, const std::string& origin);
  void parameter(const std::string& path, ParameterSpec& p);
  void components(const std::string& path, ParameterSpec& p);
  void above_limit(const std::string& path, const ParameterSpec& p);
  void within_bounds(const std::string& path, const ParameterSpec& p);
  void bounds_supported(const std::string& path, const ParameterSpec& p);
  void convolution();
  void basis();
  void galerkin_supported();
  void targets();
  void green_points();
  void output();
  void stored_layers();

  Case& c_;
  Reading& reading_;
};

void Resolver::grid() {
  if (!usable("grid.shape")) return;
  point_count();
  per_axis("grid.spacing", c_.grid.spacing, 1.0);
  per_axis("grid.origin", c_.grid.origin, 0.0);
  per_axis("grid.boundary", c_.grid.boundary, BoundarySpec{});
  coordinates();
}

void Resolver::coordinates() {
  const auto& [shape, spacing, origin] = std::tie(c_.grid.shape, c_.grid.spacing, c_.grid.origin);
  if (spacing.size() != shape.size() || origin.size() != shape.size()) return;
  constexpr double least = 1e-150, most = 1e150; // differences divide by its square
  for (std::size_t a = 0; a < shape.size(); ++a)
    if (!std::isfinite(origin[a] + spacing[a] * static_cast<double>(shape[a])))
      return problem("grid.spacing",
                     number_text(spacing[a]) + " is too large: the coordinates of " +
                         std::to_string(shape[a]) + " points leave the range of numbers");
  for (const double h : spacing)
    if (h > 0 && (h < least || h > most))
      return problem("grid.spacing", "the square of " + number_text(h) +
                                         " leaves the range of numbers; choose other units");
}

template<class M>
void Resolver::per_axis(const std::string& path, std::vector<M>& values, const M& fallback) {
  if (!usable(path)) return;
  const std::size_t axes = c_.grid.shape.size();
  if (!c_.positions.contains(path)) values.assign(axes, fallback);
  if (values.size() == axes) return;
  problem(path, "must have one entry for each of the " + std::to_string(axes) +
                    " axes of grid.shape, has " + std::to_string(values.size()));
}

void Resolver::point_count() {
  std::int64_t points = 1;
  for (const auto n : c_.grid.shape) {
    if (points > std::numeric_limits<std::int64_t>::max() / n)
      return problem("grid.shape", "has more points than a 64-bit integer counts");
    points *= n;
  }
}

/// Keys that mean nothing to the layers asked for.
void Resolver::network() {
  if (!usable("network.scheme") || !usable("network.normalisation")) return;
  const NetworkSpec& network = c_.network;
  const bool given = c_.positions.contains("network.thermostat") && usable("network.thermostat");
  if (given && !has_thermostat(network.normalisation))
    problem("network.thermostat",
            "is a key of the normalisations \"uniform\" and \"radial\"; network.normalisation is " +
                quote(network.normalisation == Normalisation::project ? "project" : "none"));
  if (is_plain(network)) return;
  const std::string reason = "means nothing unless network.scheme is \"explicit-euler\" and "
                             "network.normalisation \"none\": other layers are computed one after "
                             "the other";
  if (usable("run.layers_per_pass") && c_.run.layers_per_pass > 1)
    problem("run.layers_per_pass", reason);
  if (usable("run.layers_per_exchange") && c_.run.layers_per_exchange > 1)
    problem("run.layers_per_exchange", reason);
  if (usable("run.tile") && c_.run.tile > 0) problem("run.tile", reason);
}

/// Keys of other families, keys that are missing, and kernels that are too large.
void Resolver::kernel() {
  if (!usable("kernel.type")) return;
  for (const auto& each : kernel_families()) {
    for (const auto key : each.keys) {
      const std::string path = "kernel." + std::string(key);
      if (!has_key(c_.kernel, key) && c_.positions.contains(path) &&
          first_family_with(key).name == each.name)
        problem(path, "is a key of the kernel " + quote(each.name) + ", not of " +
                          quote(join(families_in(c_.kernel.type), " + ")));
    }
  }
  for (const KernelParameter& p : kernel_parameters) {
    const std::string path = "kernel." + std::string(p.key);
    const ParameterSpec& value = c_.kernel.*p.value;
    const bool lacks = !value.init_file && !value.init.empty() && std::isnan(value.init[0]);
    if (has_key(c_.kernel, p.key) && lacks && usable(path + ".init"))
      problem(c_.positions.contains(path) ? path + ".init" : path,
              "missing: " + std::string(p.text));
  }
  radius();
  if (is_full_matrix(c_.kernel)) return full_matrix();
  if (!usable("grid.shape") || !usable("kernel.order") || !usable("kernel.radius")) return;
  std::size_t components = 0;
  for (const KernelParameter& p : kernel_parameters)
    components += kernel_components(c_.kernel, c_.grid, p.key).size();
  if (components > static_cast<std::size_t>(most_kernel_components))
    problem(has_family(c_.kernel, "stencil") ? "kernel.radius" : "kernel.order",
            "makes " + std::to_string(components) + " coefficients in " +
                std::to_string(c_.grid.dimension()) + " dimensions; at most " +
                std::to_string(most_kernel_components) + " are possible");
}

/// What an attractor cannot depend on.
void Resolver::attractor() {
  if (!c_.network.attractor || !usable("network.layers")) return;
  for (const auto& [path, value] : parameters(c_)) {
    if (value.varies_layer && usable(path + ".varies"))
      problem(path + ".varies", "network.layers = \"attractor\" needs coefficients that are the "
                                "same in all layers: leave out \"layer\"");
  }
  if (c_.network.scheme != SchemeKind::explicit_euler && usable("network.scheme"))
    problem("network.scheme", "means nothing where network.layers = \"attractor\", which is the "
                              "same with every scheme: leave it out, it takes explicit-euler");
  if (c_.network.normalisation != Normalisation::none && usable("network.normalisation"))
    problem("network.normalisation",
            "network.layers = \"attractor\" finds no attractors whose norm "
            "is held: it needs \"none\"");
  if (c_.network.relaxation.train && usable("network.relaxation.train"))
    problem("network.relaxation",
            "no attractor depends on it, so that it cannot be trained where "
            "network.layers = \"attractor\": give a number, or train = false");
}

/// What a matrix of all points with all points needs.
void Resolver::full_matrix() {
  const ParameterSpec& weights = c_.kernel.weights;
  const bool number = c_.positions.contains("kernel.weights") && !weights.train &&
                      !c_.positions.contains("kernel.weights.train");
  if (!number && !c_.positions.contains("kernel.weights.init") && usable("kernel.weights"))
    problem("kernel.weights",
            "missing: the weights of a dense kernel, a file with " +
                std::string("{ init = { file, dataset } }, or a number for each"));
  if (!weights.varies_space && usable("kernel.weights"))
    problem("kernel.weights", "must vary in \"space\": every point has its own row of the matrix");
  if (usable("grid.shape") && count_components(c_.kernel, c_.grid, "weights") > most_matrix_rows)
    problem("grid.shape", "has more points than the " + std::to_string(most_matrix_rows) +
                              " that a dense kernel can couple");
}

/// kernel.radius where the case leaves it out, and whether grid and patience allow it.
void Resolver::radius() {
  const auto all = families_of(c_.kernel);
  std::vector<const KernelFamily*> with;
  std::ranges::copy_if(all, std::back_inserter(with),
                       [](const auto* family) { return has_key(*family, "radius"); });
  if (with.empty() || !usable("kernel.radius") || !usable("kernel.width") || !usable("grid"))
    return;
  const bool given = c_.positions.contains("kernel.radius");
  if (!given && with.size() > 1)
    return problem("kernel.radius", "missing: one for " + quote(with[0]->name) + " and " +
                                        quote(with[1]->name) + " together");
  for (const auto* family : with) {
    const auto natural = given ? NaturalRadius{} : family->natural_radius(c_.kernel, c_.grid);
    if (!natural.problem.empty()) return problem("kernel.radius", natural.problem);
    if (!given) c_.kernel.radius = natural.points;
    radius_limits(*family, given ? "" : ", the points of 8 widths: give fewer, or a smaller width");
  }
}

void Resolver::radius_limits(const KernelFamily& family, const std::string& origin) {
  const std::int64_t radius = c_.kernel.radius;
  const double neighbours = neighbours_within(c_.grid.dimension(), radius);
  const std::string is = ", is " + std::to_string(radius) + origin;
  if (neighbours > family.most_neighbours) {
    std::int64_t most = 1;
    while (neighbours_within(c_.grid.dimension(), most + 1) <= family.most_neighbours) ++most;
    return problem("kernel.radius", "must be between 1 and " + std::to_string(most) + is);
  }
  const std::int64_t longest = std::ranges::max(c_.grid.shape);
  if (family.name != "stencil" && radius > longest)
    problem("kernel.radius",
            "must be at most the points of the longest axis, " + std::to_string(longest) + is);
}

void Resolver::parameter(const std::string& path, ParameterSpec& p) {
  if (!usable(path + ".train") || !reading_.usable(path + ".varies")) return;
  components(path, p);
  above_limit(path, p);
  if (!p.bounds || !usable(path + ".bounds")) return;
  within_bounds(path, p);
  bounds_supported(path, p);
}

/// One init value per component. A number is meant for each of them, but as a full tensor it is
/// the isotropic one: the off-diagonal components are 0. Weights are those of W = 1 unless given.
void Resolver::components(const std::string& path, ParameterSpec& p) {
  if (p.init_file || !usable(path + ".init") || !usable("grid.shape")) return;
  for (const char* key :
       {"kernel.type", "kernel.diffusion_tensor", "kernel.order", "kernel.radius"})
    if (path.starts_with("kernel.") && !usable(key)) return;
  const auto names = component_names(c_, path);
  const bool is_list = c_.positions.contains(path + ".init.0");
  if (!is_list) {
    const double value = p.init.front();
    p.init.assign(names.size(), value);
    for (std::size_t i = 0; path == "kernel.diffusion" && i < names.size(); ++i)
      if (names[i].size() == 2 && names[i][0] != names[i][1]) p.init[i] = 0.0;
    const bool is_number =
        c_.positions.contains(path) && !p.train && !c_.positions.contains(path + ".train");
    const bool given = is_number || c_.positions.contains(path + ".init");
    if (path == "kernel.weights" && !given && !names.empty()) p.init[names.size() / 2] = 1.0;
  }
  if (p.init.size() == names.size()) return;
  const bool brief = names.size() == 1 || is_full_matrix(c_.kernel);
  const std::string each = brief ? "" : " (" + join(names, ", ") + ")";
  problem(path + ".init", "must have one number per component, " + std::to_string(names.size()) +
                              each + ", has " + std::to_string(p.init.size()) +
                              "; values that differ in space or layer come from a file");
}

/// Values that its kernel would be none with, where training begins or may go.
void Resolver::above_limit(const std::string& path, const ParameterSpec& p) {
  const std::string key = path.substr(path.find('.') + 1);
  const auto limit = limit_of(key, c_.grid.dimension());
  if (!limit || !has_key(c_.kernel, key) || !usable("kernel.type") || !usable("grid.shape")) return;
  const std::string must = "must be above " + number_text(limit->low) + limit->reason + ", is ";
  if (!p.init_file && usable(path + ".init") && std::ranges::min(p.init) <= limit->low)
    problem(path + ".init", must + number_text(std::ranges::min(p.init)));
  if (p.bounds && usable(path + ".bounds") && p.bounds->first <= limit->low)
    problem(path + ".bounds.0", must + number_text(p.bounds->first));
}

void Resolver::within_bounds(const std::string& path, const ParameterSpec& p) {
  if (p.init_file || !usable(path + ".init")) return;
  const auto [low, high] = *p.bounds;
  for (const double value : p.init)
    if (value < low || value > high)
      return problem(path + ".init", number_text(value) + " is outside the bounds [" +
                                         number_text(low) + ", " + number_text(high) + "]");
}

void Resolver::bounds_supported(const std::string& path, const ParameterSpec& p) {
  const auto* optimizer = find_optimizer(c_.training.optimizer);
  if (!p.train || !usable("training.optimizer") || !optimizer || optimizer->takes_bounds) return;
  std::vector<std::string> able;
  for (const OptimizerInfo& each : optimizers())
    if (each.takes_bounds) able.emplace_back(each.name);
  problem(path + ".bounds", "the optimizer " + quote(optimizer->name) +
                                " takes no bounds (these do: " + join(able, ", ") + ")");
}

void Resolver::convolution() {
  if (c_.run.convolution != Convolution::fft || !usable("kernel") || !usable("grid")) return;
  const std::string why = convolution_problem(c_.kernel, c_.grid);
  if (!why.empty())
    problem("run.convolution", "\"fft\" needs a kernel that is the same at all points of a grid "
                               "with periodic axes, but " +
                                   why);
}

void Resolver::basis() {
  if (!usable("network.basis") || !usable("network.nodes")) return;
  NetworkSpec& network = c_.network;
  const bool given = c_.positions.contains("network.nodes");
  if (network.basis == Basis::delta && given)
    problem("network.nodes", "is a key of the bases \"hat\" and \"cubic-spline\"");
  if (network.basis == Basis::delta) return;
  if (!given) network.nodes = network.basis == Basis::hat ? 2 : 4;
  galerkin_supported();
}

/// What bases other than delta cannot do.
void Resolver::galerkin_supported() {
  const std::string only = "; only the basis \"delta\" does";
  constexpr std::array kernels{"adr", "gaussian", "power-law"};
  if (usable("kernel.type") && std::ranges::find(kernels, c_.kernel.type) == kernels.end())
    return problem("network.basis", "has no kernel " + quote(c_.kernel.type) + only);
  if (usable("network.scheme") && c_.network.scheme != SchemeKind::explicit_euler)
    problem("network.basis",
            "has no scheme " + quote(std::string(scheme_name(c_.network.scheme))) + only);
  if (usable("network.normalisation") && c_.network.normalisation != Normalisation::none)
    problem("network.basis", "has no normalisation" + only);
  if (usable("network.layers") && c_.network.attractor)
    problem("network.basis", "has no layers = \"attractor\"" + only);
  if (usable("run.convolution") && c_.run.convolution == Convolution::fft)
    problem("run.convolution", "\"fft\" needs the basis \"delta\"");
  for (std::size_t a = 0; usable("grid.boundary") && a < c_.grid.boundary.size(); ++a)
    if (c_.grid.boundary[a].kind == BoundaryKind::value)
      problem("network.basis", "has no boundary with a value" + only);
  const ParameterSpec& D = c_.kernel.diffusion;
  const auto zero = [](double value) { return value == 0; };
  if (c_.network.basis == Basis::hat && usable("kernel.diffusion") &&
      (D.train || D.init_file || !std::ranges::all_of(D.init, zero)))
    problem("kernel.diffusion", "must be 0 and not trained: hats have no second derivatives; use "
                                "the basis \"cubic-spline\"");
}

void Resolver::targets() {
  const auto n = c_.network.layers;
  for (std::size_t k = 0; k < c_.data.targets.size(); ++k) {
    auto& layer = c_.data.targets[k].layer;
    if (layer < 0) layer = n;
    const std::string path = target_path(c_, k) + ".layer";
    if (layer <= n || !usable("network.layers")) continue;
    problem(path, c_.network.attractor
                      ? "must be 1, the attractor, or 0, the input, where network.layers = "
                        "\"attractor\"; is " +
                            std::to_string(layer)
                      : "must be between 0 and network.layers = " + std::to_string(n) + ", is " +
                            std::to_string(layer));
  }
}

void Resolver::green_points() {
  const auto& shape = c_.grid.shape;
  if (!usable("grid.shape") || !usable("attractor.green")) return;
  for (std::size_t k = 0; k < c_.attractor.green.size(); ++k) {
    const auto& point = c_.attractor.green[k];
    const std::string path = "attractor.green." + std::to_string(k);
    if (point.size() != shape.size())
      return problem(path, "must have one index for each of the " + std::to_string(shape.size()) +
                               " axes of grid.shape, has " + std::to_string(point.size()));
    for (std::size_t a = 0; a < shape.size(); ++a)
      if (point[a] >= shape[a])
        return problem(path, "index " + std::to_string(point[a]) + " is beyond the " +
                                 std::to_string(shape[a]) + " points of its axis, counted from 0");
  }
}

void Resolver::output() {
  if (c_.output.file.empty()) {
    const std::string stem = std::filesystem::path(c_.positions.file).stem().string();
    c_.output.file = "results/" + (stem.empty() ? "case" : stem) + ".h5";
  }
  if (usable("output.layers")) stored_layers();
}

void Resolver::stored_layers() {
  const auto n = c_.network.layers;
  auto& layers = c_.output.layers;
  if (layers.empty()) layers = {0, n};
  if (layers == all_layers && n > most_stored_layers)
    return problem("output.layers", "\"all\" of " + std::to_string(n) +
                                        " layers are too many to store; list those you need");
  if (layers == all_layers) {
    layers.resize(static_cast<std::size_t>(n) + 1);
    std::iota(layers.begin(), layers.end(), 0);
  }
  std::sort(layers.begin(), layers.end());
  const auto twice = std::adjacent_find(layers.begin(), layers.end());
  if (twice != layers.end())
    problem("output.layers", "names layer " + std::to_string(*twice) + " twice");
  if (layers.back() > n && usable("network.layers"))
    problem("output.layers",
            "layer " + std::to_string(layers.back()) +
                (c_.network.attractor ? " is beyond the attractor, which is layer 1"
                                      : " is beyond network.layers = " + std::to_string(n)));
}

} // namespace

std::vector<std::string> component_names(const Case& c, const std::string& parameter) {
  constexpr std::string_view kernel = "kernel.";
  if (!parameter.starts_with(kernel)) return {""};
  return kernel_components(c.kernel, c.grid, parameter.substr(kernel.size()));
}

void resolve_case(Case& c, Reading& reading) { Resolver(c, reading).run(); }

} // namespace nadir::schema
