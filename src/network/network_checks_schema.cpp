#include "network_schema.hpp"

#include "kernel/kernel_schema.hpp"
#include "kernel/parameter_schema.hpp"

#include "nadir/base/text.hpp"
#include "nadir/network/parameter_set.hpp"
#include "nadir/network/schemes.hpp"

#include <algorithm>

namespace nadir::schema {
namespace {

class NetworkCheck {
 public:
  NetworkCheck(ModelSpec& model, const RunSpec& run, const Checks& checks)
      : model_(model), run_(run), checks_(checks) {}

  void run() {
    keys();
    check_parameter("network.relaxation", model_.network.relaxation, {}, checks_);
    check_parameter("network.bias", model_.network.bias, {}, checks_);
    attractor();
    convolution();
    basis();
  }

 private:
  void keys();
  void attractor();
  void convolution();
  void basis();
  void galerkin_supported();

  ModelSpec& model_;
  const RunSpec& run_;
  const Checks& checks_;
};

/// Keys that mean nothing to the layers asked for.
void NetworkCheck::keys() {
  if (!checks_.usable("network.scheme") || !checks_.usable("network.normalisation")) return;
  const NetworkSpec& network = model_.network;
  const bool given = checks_.given("network.thermostat") && checks_.usable("network.thermostat");
  if (given && !has_thermostat(network.normalisation))
    checks_.problem(
        "network.thermostat",
        "is a key of the normalisations \"uniform\" and \"radial\"; network.normalisation is " +
            quote(network.normalisation == Normalisation::project ? "project" : "none"));
  if (is_plain(network)) return;
  const std::string reason = "means nothing unless network.scheme is \"explicit-euler\" and "
                             "network.normalisation \"none\": other layers are computed one after "
                             "the other";
  if (checks_.usable("run.layers_per_pass") && run_.layers_per_pass > 1)
    checks_.problem("run.layers_per_pass", reason);
  if (checks_.usable("run.layers_per_exchange") && run_.layers_per_exchange > 1)
    checks_.problem("run.layers_per_exchange", reason);
  if (checks_.usable("run.tile") && run_.tile > 0) checks_.problem("run.tile", reason);
}

/// What an attractor cannot depend on.
void NetworkCheck::attractor() {
  if (!model_.network.attractor || !checks_.usable("network.layers")) return;
  for (const auto& [name, path, value] : named_parameters(model_)) {
    if (value.varies_layer && checks_.usable(path + ".varies"))
      checks_.problem(path + ".varies",
                      "network.layers = \"attractor\" needs coefficients that are the "
                      "same in all layers: leave out \"layer\"");
  }
  if (model_.network.scheme != SchemeKind::explicit_euler && checks_.usable("network.scheme"))
    checks_.problem("network.scheme",
                    "means nothing where network.layers = \"attractor\", which is the "
                    "same with every scheme: leave it out, it takes explicit-euler");
  if (model_.network.normalisation != Normalisation::none &&
      checks_.usable("network.normalisation"))
    checks_.problem("network.normalisation",
                    "network.layers = \"attractor\" finds no attractors whose norm "
                    "is held: it needs \"none\"");
  if (model_.network.relaxation.train && checks_.usable("network.relaxation.train"))
    checks_.problem("network.relaxation",
                    "no attractor depends on it, so that it cannot be trained where "
                    "network.layers = \"attractor\": give a number, or train = false");
}

void NetworkCheck::convolution() {
  if (run_.convolution != Convolution::fft || !checks_.usable("kernel") || !checks_.usable("grid"))
    return;
  const std::string why = convolution_problem(model_.kernel, model_.grid);
  if (!why.empty())
    checks_.problem("run.convolution",
                    "\"fft\" needs a kernel that is the same at all points of a grid "
                    "with periodic axes, but " +
                        why);
}

void NetworkCheck::basis() {
  if (!checks_.usable("network.basis") || !checks_.usable("network.nodes")) return;
  NetworkSpec& network = model_.network;
  const bool given = checks_.given("network.nodes");
  if (network.basis == Basis::delta && given)
    checks_.problem("network.nodes", "is a key of the bases \"hat\" and \"cubic-spline\"");
  if (network.basis == Basis::delta) return;
  if (!given) network.nodes = network.basis == Basis::hat ? 2 : 4;
  galerkin_supported();
}

/// What bases other than delta cannot do.
void NetworkCheck::galerkin_supported() {
  const std::string only = "; only the basis \"delta\" does";
  const bool has_form =
      model_.kernel.terms.size() == 1 && model_.kernel.terms.front().family->galerkin;
  if (checks_.usable("kernel.type") && !has_form)
    return checks_.problem("network.basis", "has no kernel " + quote(model_.kernel.type()) + only);
  if (checks_.usable("network.scheme") && model_.network.scheme != SchemeKind::explicit_euler)
    checks_.problem("network.basis", "has no scheme " +
                                         quote(std::string(scheme_name(model_.network.scheme))) +
                                         only);
  if (checks_.usable("network.normalisation") &&
      model_.network.normalisation != Normalisation::none)
    checks_.problem("network.basis", "has no normalisation" + only);
  if (checks_.usable("network.layers") && model_.network.attractor)
    checks_.problem("network.basis", "has no layers = \"attractor\"" + only);
  if (checks_.usable("run.convolution") && run_.convolution == Convolution::fft)
    checks_.problem("run.convolution", "\"fft\" needs the basis \"delta\"");
  for (std::size_t a = 0; checks_.usable("grid.boundary") && a < model_.grid.boundary.size(); ++a)
    if (model_.grid.boundary[a].kind == BoundaryKind::value)
      checks_.problem("network.basis", "has no boundary with a value" + only);
  const KernelTerm* term = model_.kernel.with_parameter("diffusion");
  if (!term || model_.network.basis != Basis::hat || !checks_.usable("kernel.diffusion")) return;
  const ParameterSpec& D = *term->find("diffusion");
  const auto zero = [](double value) { return value == 0; };
  if (D.train || D.init_file || D.noise.deviation > 0 || !std::ranges::all_of(D.init, zero))
    checks_.problem("kernel.diffusion",
                    "must be 0 and not trained: hats have no second derivatives; use "
                    "the basis \"cubic-spline\"");
}

} // namespace

void check_network(ModelSpec& model, const RunSpec& run, const Checks& checks) {
  NetworkCheck(model, run, checks).run();
}

} // namespace nadir::schema
