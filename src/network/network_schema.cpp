#include "network_schema.hpp"

#include "kernel/parameter_schema.hpp"

#include "nadir/network/schemes.hpp"

#include <cmath>
#include <string_view>

namespace nadir::schema {
namespace {

/// A number of layers, or as many as it takes.
Type<NetworkSpec> depth() {
  const auto number = integer(between(1, most_network_layers));
  Type<NetworkSpec> type;
  type.name = number.name + "; or `\"attractor\"`";
  type.read = [=](const Item& item, NetworkSpec& network) {
    const auto* word = item.node.text();
    network.attractor = word && *word == "attractor";
    if (network.attractor) return network.layers = 1, true;
    if (!std::holds_alternative<std::int64_t>(item.node.value))
      return item.expected("an integer or \"attractor\"");
    return number.read(item, network.layers);
  };
  type.write = [=](const NetworkSpec& network) {
    return network.attractor ? quote("attractor") : number.write(network.layers);
  };
  return type;
}

} // namespace

Section<NetworkSpec> network_section() {
  Section<NetworkSpec> s;
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
  s.key("activation", &NetworkSpec::activation, activation, "f");
  s.key(
      "basis", &NetworkSpec::basis,
      choice<Basis>(
          "basis",
          {{"delta", Basis::delta}, {"hat", Basis::hat}, {"cubic-spline", Basis::cubic_spline}}),
      "delta: states are values at points; hat, cubic-spline: functions between them, in Galerkin "
      "form, for the kernels adr (hats without diffusion), gaussian and power-law and boundaries "
      "other than a value");
  s.key("nodes", &NetworkSpec::nodes, integer(between(2, 5)),
        "of hat and cubic-spline: Gauss nodes per cell and axis")
      .by_default("2 for hats, 4 for cubic splines")
      .where([](const NetworkSpec& network) { return network.basis != Basis::delta; });
  std::vector<Choice<SchemeKind>> ways;
  for (const auto& each : schemes) ways.push_back({std::string(each.name), each.kind});
  auto scheme = choice<SchemeKind>("scheme", ways);
  scheme.name = "name, see Schemes";
  s.key("scheme", &NetworkSpec::scheme, scheme, "how a layer marches the relaxation equation");
  s.key("rate", &NetworkSpec::rate, real(positive()),
        "γ: scales physical time (Δt = ω/γ) in reports and the thermostat, and nothing else");
  s.key("normalisation", &NetworkSpec::normalisation,
        choice<Normalisation>("normalisation", {{"none", Normalisation::none},
                                                {"uniform", Normalisation::uniform},
                                                {"radial", Normalisation::radial},
                                                {"project", Normalisation::project}}),
        "what holds the norm `‖z‖² = Π Δ Σ z²` of every sample: uniform and radial add `(ω/γ) R`, "
        "`R = -α (‖z‖ - 1)` everywhere, or times `z/‖z‖`; project divides by the norm after every "
        "layer");
  s.where([](const NetworkSpec& n) { return n.normalisation != Normalisation::none; });
  s.key("thermostat", &NetworkSpec::thermostat, real(positive()),
        "α of the normalisations uniform and radial, a rate per physical time");
  s.where([](const NetworkSpec& n) { return has_thermostat(n.normalisation); });
  s.key("relaxation", &NetworkSpec::relaxation, parameter(1.0), "ω, 1 component");
  s.key("bias", &NetworkSpec::bias, parameter(0.0), "b, 1 component");
  return s;
}

} // namespace nadir::schema
