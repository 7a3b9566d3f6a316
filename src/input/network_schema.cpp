#include "network_schema.hpp"

#include "case_schema.hpp"
#include "parameter_schema.hpp"

#include "nadir/input/kernel_family.hpp"
#include "nadir/input/schemes.hpp"

#include <cmath>
#include <string_view>

namespace nadir::schema {
namespace {

/// A number of layers, or as many as it takes.
Type<NetworkCase> depth() {
  const auto number = integer(between(1, most_layers));
  Type<NetworkCase> type;
  type.name = number.name + "; or `\"attractor\"`";
  type.read = [=](const Item& item, NetworkCase& network) {
    const auto* word = item.node.text();
    network.attractor = word && *word == "attractor";
    if (network.attractor) return network.layers = 1, true;
    if (!std::holds_alternative<std::int64_t>(item.node.value))
      return item.expected("an integer or \"attractor\"");
    return number.read(item, network.layers);
  };
  type.write = [=](const NetworkCase& network) {
    return network.attractor ? quote("attractor") : number.write(network.layers);
  };
  return type;
}

/// A family, or a list of them: their sum.
Type<std::string> kernel_type() {
  std::vector<std::string> names;
  for (const auto& family : kernel_families()) names.emplace_back(family.name);
  const auto one = choice("kernel", names);
  const auto several = list("kernels", one);
  Type<std::string> type;
  type.name = one.name + ", or a list of them";
  type.read = [=](const Item& item, std::string& value) {
    if (!item.node.list()) return one.read(item, value);
    std::vector<std::string> given;
    if (!several.read(item, given)) return false;
    const std::string problem = sum_problem(given);
    if (!problem.empty()) return item.problem(problem);
    value = sum_of_families(given);
    return true;
  };
  type.write = [=](const std::string& value) {
    const auto each = families_in(value);
    return each.size() == 1 ? one.write(value) : several.write(each);
  };
  return type;
}

} // namespace

Section<NetworkCase> network_section() {
  Section<NetworkCase> s;
  std::vector<Choice<Activation>> functions;
  for (const Activation f : Activation::all()) functions.push_back({std::string(f->name), f});
  auto activation = choice<Activation>("activation", functions);
  activation.name = "name, see Activations";
  s.key(
       "layers", depth(),
       "relaxation steps n; the states are z_0 to z_n. `\"attractor\"`: as many equal layers as it "
       "takes to come to rest; state 0 is the input, state 1 the attractor it leads to, and "
       "gradients are found by implicit differentiation")
      .required("the number of relaxation steps n, or \"attractor\"");
  s.key("activation", &NetworkCase::activation, activation, "f");
  s.key(
      "basis", &NetworkCase::basis,
      choice<Basis>(
          "basis",
          {{"delta", Basis::delta}, {"hat", Basis::hat}, {"cubic-spline", Basis::cubic_spline}}),
      "delta: states are values at points; hat, cubic-spline: functions between them, in Galerkin "
      "form, for the kernels adr (hats without diffusion), gaussian and power-law and boundaries "
      "other than a value");
  s.key("nodes", &NetworkCase::nodes, integer(between(2, 5)),
        "of hat and cubic-spline: Gauss nodes per cell and axis")
      .by_default("2 for hats, 4 for cubic splines")
      .where([](const NetworkCase& network) { return network.basis != Basis::delta; });
  std::vector<Choice<SchemeKind>> ways;
  for (const auto& each : schemes) ways.push_back({std::string(each.name), each.kind});
  auto scheme = choice<SchemeKind>("scheme", ways);
  scheme.name = "name, see Schemes";
  s.key("scheme", &NetworkCase::scheme, scheme, "how a layer marches the relaxation equation");
  s.key("rate", &NetworkCase::rate, real(positive()),
        "γ: scales physical time (Δt = ω/γ) in reports and the thermostat, and nothing else");
  s.key("normalisation", &NetworkCase::normalisation,
        choice<Normalisation>("normalisation", {{"none", Normalisation::none},
                                                {"uniform", Normalisation::uniform},
                                                {"radial", Normalisation::radial},
                                                {"project", Normalisation::project}}),
        "what holds the norm `‖z‖² = Π Δ Σ z²` of every sample: uniform and radial add `(ω/γ) R`, "
        "`R = -α (‖z‖ - 1)` everywhere, or times `z/‖z‖`; project divides by the norm after every "
        "layer");
  s.where([](const NetworkCase& n) { return n.normalisation != Normalisation::none; });
  s.key("thermostat", &NetworkCase::thermostat, real(positive()),
        "α of the normalisations uniform and radial, a rate per physical time");
  s.where([](const NetworkCase& n) { return has_thermostat(n.normalisation); });
  s.key("relaxation", &NetworkCase::relaxation, parameter(1.0), "ω, 1 component");
  s.key("bias", &NetworkCase::bias, parameter(0.0), "b, 1 component");
  return s;
}

Section<KernelCase> kernel_section() {
  Section<KernelCase> s;
  const auto belonging = [&s](std::string_view key) {
    s.where([key](const KernelCase& kernel) { return has_key(kernel, key); });
  };
  std::string text = "the kernel family, or several whose kernels are added";
  for (const auto& family : kernel_families())
    text += "; " + std::string(family.name) + ": " + std::string(family.text);
  s.key("type", &KernelCase::type, kernel_type(), text);
  s.key("diffusion_tensor", &KernelCase::diffusion_tensor,
        choice<DiffusionTensor>("diffusion tensor", {{"isotropic", DiffusionTensor::isotropic},
                                                     {"diagonal", DiffusionTensor::diagonal},
                                                     {"full", DiffusionTensor::full}}),
        "the form of D");
  belonging("diffusion_tensor");
  s.key("order", &KernelCase::order, integer(between(2, 24)),
        "of moment: the highest derivative; in 2 dimensions at most 14, in 3 at most 6");
  belonging("order");
  s.key("radius", &KernelCase::radius, integer(between(1, 1000000)),
        "points to the farthest neighbours along an axis; of stencil: at most 125 neighbours, of "
        "gaussian: by default 8 σ, σ the upper bound or where it starts; of power-law: to be "
        "given, its tail has no natural end")
      .by_default("`1`, that of gaussian");
  belonging("radius");
  for (const KernelParameter& p : kernel_parameters) {
    s.key(std::string(p.key), p.value, parameter(p.fallback), std::string(p.text));
    if (p.key == "weights") s.by_default("`W = 1`");
    if (std::isnan(p.fallback)) s.by_default("**required** with its kernel");
    belonging(p.key);
  }
  return s;
}

} // namespace nadir::schema
