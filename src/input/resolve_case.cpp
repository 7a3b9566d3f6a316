#include "case_schema.hpp"

#include "kernel/kernel_schema.hpp"
#include "kernel/parameter_schema.hpp"

#include "nadir/base/text.hpp"
#include "nadir/kernel/kernel_family.hpp"
#include "nadir/network/parameter_set.hpp"
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

constexpr std::int64_t most_stored_layers = 1000000;

class Resolver {
 public:
  Resolver(Case& c, Reading& reading) : c_(c), checks_(reading, c.positions) {}

  void run() {
    grid();
    network();
    check_kernel(c_.kernel, c_.grid, checks_);
    check_parameter("network.relaxation", c_.network.relaxation, {}, checks_);
    check_parameter("network.bias", c_.network.bias, {}, checks_);
    for (const auto& [name, path, value] : named_parameters(c_)) bounds_supported(path, value);
    attractor();
    convolution();
    basis();
    targets();
    green_points();
    output();
  }

 private:
  bool usable(const std::string& path) const { return checks_.usable(path); }
  void problem(const std::string& path, const std::string& message) {
    checks_.problem(path, message);
  }

  void grid();
  template<class M>
  void per_axis(const std::string& path, std::vector<M>& values, const M& fallback);
  void point_count();
  void coordinates();
  void network();
  void attractor();
  void bounds_supported(const std::string& path, const ParameterSpec& p);
  void convolution();
  void basis();
  void galerkin_supported();
  void targets();
  void green_points();
  void output();
  void stored_layers();

  Case& c_;
  Checks checks_;
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

/// What an attractor cannot depend on.
void Resolver::attractor() {
  if (!c_.network.attractor || !usable("network.layers")) return;
  for (const auto& [name, path, value] : named_parameters(c_)) {
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

void Resolver::bounds_supported(const std::string& path, const ParameterSpec& p) {
  if (!p.bounds || !usable(path + ".bounds") || !usable(path + ".train")) return;
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
  const bool has_form = c_.kernel.terms.size() == 1 && c_.kernel.terms.front().family->galerkin;
  if (usable("kernel.type") && !has_form)
    return problem("network.basis", "has no kernel " + quote(c_.kernel.type()) + only);
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
  const KernelTerm* term = c_.kernel.with_parameter("diffusion");
  if (!term || c_.network.basis != Basis::hat || !usable("kernel.diffusion")) return;
  const ParameterSpec& D = *term->find("diffusion");
  const auto zero = [](double value) { return value == 0; };
  if (D.train || D.init_file || !std::ranges::all_of(D.init, zero))
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

void resolve_case(Case& c, Reading& reading) { Resolver(c, reading).run(); }

} // namespace nadir::schema
