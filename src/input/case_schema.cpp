#include "case_schema.hpp"

#include "data_schema.hpp"

#include "nadir/input/activations.hpp"
#include "nadir/input/kernel_family.hpp"
#include "nadir/input/optimizers.hpp"
#include "nadir/input/schemes.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <string_view>

namespace nadir::schema {
namespace {

// ---- grid ---------------------------------------------------------------------------------------

/// "periodic", "reflect" or { value = number }.
Type<BoundaryCase> boundary() {
  Section<BoundaryCase> s;
  s.key("value", &BoundaryCase::value, real(), "of every ghost").required();
  const auto fixed = table("BOUNDARY", s, BoundaryCase{BoundaryKind::value, 0.0});
  const auto named = choice<BoundaryKind>(
      "boundary", {{"periodic", BoundaryKind::periodic}, {"reflect", BoundaryKind::reflect}});
  Type<BoundaryCase> type;
  type.name = "BOUNDARY";
  type.keys = s.docs();
  type.read = [=](const Item& item, BoundaryCase& value) {
    if (item.node.table()) return fixed.read(item, value);
    if (item.node.text()) return named.read(item, value.kind);
    return item.expected("\"periodic\", \"reflect\" or { value = number }");
  };
  type.write = [=](const BoundaryCase& value) {
    return value.kind == BoundaryKind::value ? fixed.write(value) : named.write(value.kind);
  };
  return type;
}

Section<GridCase> grid_section() {
  Section<GridCase> s;
  s.key("shape", &GridCase::shape, list("integers", integer(at_least(1)), {1, 3}),
        "points per axis, slowest first (C order): `[x]`, `[y, x]` or `[z, y, x]`")
      .required("the number of points per axis, such as [90, 180]");
  s.key("spacing", &GridCase::spacing, list("numbers", real(positive())), "Δ of each axis")
      .by_default("1.0 for each axis");
  s.key("origin", &GridCase::origin, list("numbers", real()), "coordinates of the first point")
      .by_default("0.0 for each axis");
  s.key("units", &GridCase::units, text(), "of spacing and origin");
  s.key("boundary", &GridCase::boundary, list("boundaries, one per axis", boundary()),
        "what lies beyond the ends of each axis; no default, since a wrong guess would go unseen")
      .required("one of \"periodic\", \"reflect\", { value = number } for each axis; there is no "
                "default, since a wrong guess would go unseen");
  return s;
}

// ---- parameters ---------------------------------------------------------------------------------

Section<PenaltyCase> penalty_section() {
  Section<PenaltyCase> s;
  const auto weight = real(not_negative());
  s.key("l2", &PenaltyCase::l2, weight, "weight of `Σ (p - p_init)²`");
  s.key("h1", &PenaltyCase::h1, weight,
        "weight of `Σ (p_i - p_j)²` over neighbours in space, and in layer if p varies by layer");
  s.key("tv", &PenaltyCase::tv, weight, "weight of `Σ √((p_i - p_j)² + ε²) - ε`, same pairs");
  s.key("l1", &PenaltyCase::l1, weight, "weight of `Σ √(p² + ε²) - ε`");
  s.key("epsilon", &PenaltyCase::epsilon, real(positive()), "ε of tv and l1");
  s.key("scaling", &PenaltyCase::continuum,
        choice<bool>("scaling", {{"lattice", false}, {"continuum", true}}),
        "continuum: sums times Π Δ, differences over Δ, which makes them mesh-independent");
  return s;
}

/// Numbers, one for all components or one each, or a dataset.
Type<ParameterCase> init() {
  const auto numbers = list("numbers", real());
  const auto file = dataset();
  Type<ParameterCase> type;
  type.name = "number, list of one number per component, or DATASET";
  type.read = [=](const Item& item, ParameterCase& p) {
    if (item.node.table()) return file.read(item, p.init_file.emplace());
    if (item.node.list()) return numbers.read(item, p.init);
    if (!item.node.number())
      return item.expected("a number, a list of one number per component, or { file, dataset }");
    return real().read(item, p.init.emplace_back());
  };
  type.write = [=](const ParameterCase& p) {
    if (p.init_file) return file.write(*p.init_file);
    // Of a full matrix, whose weights cannot be listed.
    if (p.init.size() > static_cast<std::size_t>(most_kernel_components))
      return number_text(p.init.front());
    return numbers.write(p.init);
  };
  return type;
}

/// A subset of "space" and "layer".
Type<ParameterCase> varies() {
  const auto axis = choice("axis", {"space", "layer"});
  const auto axes = list("\"space\" and \"layer\"", axis, {0, 2});
  Type<ParameterCase> type;
  type.name = "list of \"space\" and \"layer\"";
  type.read = [=](const Item& item, ParameterCase& p) {
    std::vector<std::string> names;
    if (!axes.read(item, names)) return false;
    if (names.size() == 2 && names[0] == names[1]) return item.problem("names an axis twice");
    const auto has = [&](const char* name) {
      return std::find(names.begin(), names.end(), name) != names.end();
    };
    p.varies_space = has("space");
    p.varies_layer = has("layer");
    return true;
  };
  type.write = [](const ParameterCase& p) {
    std::vector<std::string> names;
    if (p.varies_space) names.push_back(quote("space"));
    if (p.varies_layer) names.push_back(quote("layer"));
    return "[" + join(names, ", ") + "]";
  };
  return type;
}

Type<std::pair<double, double>> bounds() {
  const auto numbers = list("two numbers [low, high]", real(), {2, 2});
  Type<std::pair<double, double>> type;
  type.name = "[low, high]";
  type.read = [=](const Item& item, std::pair<double, double>& value) {
    std::vector<double> read;
    if (!numbers.read(item, read)) return false;
    value = {read[0], read[1]};
    if (read[0] <= read[1]) return true;
    return item.problem("reversed: the lower bound " + number_text(read[0]) +
                        " is above the upper bound " + number_text(read[1]));
  };
  type.write = [=](const std::pair<double, double>& v) {
    return numbers.write({v.first, v.second});
  };
  return type;
}

Section<ParameterCase> parameter_section() {
  Section<ParameterCase> s;
  s.key("init", init(), "the values, where training starts")
      .by_default("the parameter's own default");
  s.key("varies", varies(), "where it may differ: nowhere, in space, from layer to layer, or both");
  s.key("train", &ParameterCase::train, flag(), "whether it is learned").by_default("`true`");
  s.key("bounds", &ParameterCase::bounds, maybe(bounds()),
        "kept while training, by optimisers that take bounds");
  auto penalty = table("PENALTY", penalty_section());
  penalty.write = [write = penalty.write](const PenaltyCase& value) {
    return value == PenaltyCase{} ? std::string() : write(value);
  };
  s.key("penalty", &ParameterCase::penalty, penalty, "terms added to the loss").by_default("none");
  return s;
}

/// A number (fixed), or a table. Absent, it is `fallback` and fixed.
Type<ParameterCase> parameter(double fallback) {
  ParameterCase trained;
  trained.train = true;
  const auto full = table("PARAMETER", parameter_section(), trained);
  Type<ParameterCase> type;
  type.name = "PARAMETER";
  type.keys = full.keys;
  type.fallback = ParameterCase{};
  type.fallback->init = {fallback};
  type.read = [=](const Item& item, ParameterCase& value) {
    value = ParameterCase{};
    bool good = true;
    if (item.node.table())
      good = full.read(item, value);
    else if (item.node.number())
      good = real().read(item, value.init.emplace_back());
    else
      return item.expected("a number or a table");
    if (value.init.empty() && !value.init_file) value.init = {fallback};
    return good;
  };
  type.write = [=](const ParameterCase& value) {
    ParameterCase plain;
    plain.init = value.init;
    const bool number = value == plain && value.init.size() == 1;
    return number ? number_text(value.init[0]) : full.write(value);
  };
  return type;
}

// ---- network and kernel -------------------------------------------------------------------------

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

Section<NetworkCase> network_section() {
  Section<NetworkCase> s;
  std::vector<Choice<ActivationKind>> kinds;
  for (const auto& each : activations) kinds.push_back({std::string(each.name), each.kind});
  auto activation = choice<ActivationKind>("activation", kinds);
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
      "form, for the kernel adr (hats without diffusion) and boundaries other than a value");
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

// ---- the rest -----------------------------------------------------------------------------------

Section<LossCase> loss_section() {
  Section<LossCase> s;
  s.key("reduction", &LossCase::reduction,
        choice<Reduction>("reduction", {{"sum", Reduction::sum}, {"mean", Reduction::mean}}),
        "mean divides the misfit (never the penalties) by the observed weight");
  return s;
}

Section<TrainingCase> training_section() {
  Section<TrainingCase> s;
  std::vector<std::string> names;
  for (const auto& each : optimizers) names.emplace_back(each.name);
  auto optimizer = choice("optimizer", names);
  optimizer.name = "name, see Optimizers";
  s.key("strategy", &TrainingCase::strategy, choice("strategy", {"end-to-end"}),
        "minimise the loss over all parameters at once");
  s.key("optimizer", &TrainingCase::optimizer, optimizer, "the method");
  s.key("iterations", &TrainingCase::iterations, integer(at_least(0)), "at most so many");
  s.key("gradient_tolerance", &TrainingCase::gradient_tolerance, real(not_negative()),
        "stop when the gradient norm has fallen by this factor from the first");
  s.key("learning_rate", &TrainingCase::learning_rate, real(positive()),
        "step of steepest-descent and adam");
  s.key("adam_beta1", &TrainingCase::adam_beta1, real(from_to_below(0, 1)),
        "decay of adam's mean gradient");
  s.key("adam_beta2", &TrainingCase::adam_beta2, real(from_to_below(0, 1)),
        "decay of adam's mean square");
  s.key("adam_epsilon", &TrainingCase::adam_epsilon, real(positive()),
        "added to adam's root mean square");
  return s;
}

Section<AttractorCase> attractor_section() {
  Section<AttractorCase> s;
  s.key("solver", &AttractorCase::solver,
        choice<FixedPointMethod>("solver", {{"newton", FixedPointMethod::newton},
                                            {"anderson", FixedPointMethod::anderson},
                                            {"relaxation", FixedPointMethod::relaxation}}),
        "Newton-Krylov finds unstable fixed points too, Anderson mixing takes less memory, "
        "relaxation is the layers themselves; where f is the identity a linear system is solved "
        "instead");
  s.key("starts", &AttractorCase::starts, integer(between(0, 100000)),
        "random fields to start from, beside the input's samples and zero: uniform, long and short "
        "waves and noise in turn");
  s.key("seed", &AttractorCase::seed, seed(), "of the random fields");
  s.key("amplitude", &AttractorCase::amplitude, list("numbers", real(positive())),
        "root mean square of the random fields, in turn");
  s.key("tolerance", &AttractorCase::tolerance, real(positive()),
        "a fixed point has `|z - f(Z)|` below this (root mean square; relative where `|z|` > 1)");
  s.key("iterations", &AttractorCase::iterations, integer(between(1, most_layers)),
        "of newton or anderson, at most");
  s.key("layers", &AttractorCase::layers, integer(between(1, most_layers)),
        "of a relaxation, at most");
  s.key("distance", &AttractorCase::distance, real(positive()),
        "fixed points closer than this are one (root mean square; relative where `|z|` > 1)");
  s.key("depth_tolerance", &AttractorCase::depth_tolerance, real(positive()),
        "distance from its attractor at which the input has reached it: the depth that is "
        "predicted and measured");
  s.key("modes", &AttractorCase::modes, integer(between(1, 1000)),
        "leading eigenvalues of the layer map at each fixed point");
  s.key("green", &AttractorCase::green,
        list("points", list("integers", integer(at_least(0)), {1, 3}), {0}),
        "points at which to add a unit of bias, as indices `[y, x]`: the Green's functions")
      .by_default("none");
  return s;
}

Section<CheckpointCase> checkpoint_section() {
  Section<CheckpointCase> s;
  s.key("every", &CheckpointCase::every, integer(at_least(0)),
        "iterations of train, layers of forward; 0: only when stopped");
  s.key("keep", &CheckpointCase::keep, integer(at_least(1)), "how many to keep, beside the best");
  s.key("layers", &CheckpointCase::layers,
        choice<StoredLayers>("set of layers", {{"none", StoredLayers::none},
                                               {"ends", StoredLayers::ends},
                                               {"all", StoredLayers::all}}),
        "the states stored in them");
  return s;
}

/// "HH:MM:SS" in seconds.
std::optional<double> clock_seconds(const std::string& text) {
  std::vector<int> parts(1, 0);
  std::size_t digits = 0;
  for (const char c : text) {
    if (c == ':' && digits > 0) {
      parts.push_back(0);
      digits = 0;
    } else if (c >= '0' && c <= '9' && ++digits <= 4) {
      parts.back() = 10 * parts.back() + (c - '0');
    } else {
      return std::nullopt;
    }
  }
  if (parts.size() != 3 || digits == 0 || parts[1] > 59 || parts[2] > 59) return std::nullopt;
  return 3600.0 * parts[0] + 60.0 * parts[1] + parts[2];
}

Type<double> time_limit() {
  Type<double> type = real(positive());
  const auto number = type.read;
  type.name = "\"HH:MM:SS\" or seconds";
  type.read = [=](const Item& item, double& value) {
    if (item.node.number()) return number(item, value);
    const auto* moment = std::get_if<Moment>(&item.node.value);
    const auto* text = moment ? &moment->text : item.node.text();
    const auto seconds = text ? clock_seconds(*text) : std::nullopt;
    if (!seconds) return item.expected("\"HH:MM:SS\" or a number of seconds");
    value = *seconds;
    return value > 0 ? true : item.problem("must be positive, is " + *text);
  };
  return type;
}

/// "2 GiB" in bytes.
std::optional<double> size_in_bytes(const std::string& text) {
  constexpr std::array units{"B", "KiB", "MiB", "GiB", "TiB"};
  double number = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || !(number > 0)) return std::nullopt;
  const std::string_view unit(rest, static_cast<std::size_t>(end - rest));
  const auto found = std::ranges::find(units, unit.substr(unit.starts_with(' ')));
  if (found == units.end()) return std::nullopt;
  const double bytes = number * std::pow(1024.0, found - units.begin());
  return std::isfinite(bytes) ? std::optional(bytes) : std::nullopt;
}

/// 0 for "auto".
Type<double> memory_size() {
  Type<double> type = real(positive());
  const auto number = type.read;
  const auto write = type.write;
  type.name = "\"auto\" or a size as \"2 GiB\", or bytes";
  type.read = [=](const Item& item, double& value) {
    if (item.node.number()) return number(item, value);
    const auto* text = item.node.text();
    const auto bytes = !text ? std::nullopt : *text == "auto" ? 0.0 : size_in_bytes(*text);
    if (!bytes) return item.expected("\"auto\" or a size as \"2 GiB\"");
    value = *bytes;
    return true;
  };
  type.write = [=](const double& value) { return value == 0 ? "\"auto\"" : write(value); };
  return type;
}

Section<RunCase> run_section() {
  Section<RunCase> s;
  s.key("checkpoint", &RunCase::checkpoint, maybe(table("CHECKPOINT", checkpoint_section())),
        "when to write checkpoints; without it `train` does as this table's defaults say, but less "
        "often where they would take more than 2 % of the time, and `forward` only when it is "
        "stopped");
  s.key("time_limit", &RunCase::time_limit, maybe(time_limit()),
        "of the whole run: it stops early, with a checkpoint and exit code 75");
  s.key(
      "memory", &RunCase::memory, memory_size(),
      "of each rank for the states a gradient goes back over: all of them where they fit, else as "
      "many as do, and the others are computed again, with the same result; \"auto\": what the "
      "node has free");
  s.key("state_precision", &RunCase::single_states,
        choice<bool>("state_precision", {{"double", false}, {"single", true}}),
        "single: the way back of a gradient reads states rounded to single precision, which take "
        "half the room; the loss is the same, and how far the gradient is from the exact one is "
        "printed and stored");
  s.key(
       "scratch", &RunCase::scratch, name(),
       "a folder, relative to the working directory, best on a disk of each node: where the states "
       "do not fit the memory, those from which others are computed again lie there while the "
       "program runs, so that no layer is computed more than twice")
      .by_default("none");
  s.key("layers_per_pass", &RunCase::layers_per_pass, integer(at_least(0)),
        "layers computed in one pass over the points, where they share their coefficients; never "
        "changes a result; 0: as many as fit the cache, 1: one after the other");
  s.key("tile", &RunCase::tile, integer(at_least(0)),
        "points of the second axis in a tile of such a pass; 0: as many as fit the cache");
  s.key("samples_per_pass", &RunCase::samples_per_pass, integer(at_least(0)),
        "samples swept together, each with states of its own; 0: several where every trained field "
        "varies by layer, else one, because more would change the order of the gradient's sum");
  s.key(
      "sample_groups", &RunCase::sample_groups, integer(at_least(0)),
      "groups of ranks that share the samples of `gradient` and `train`, each with the whole grid "
      "cut among its ranks; must divide the number of ranks; never changes a result; 0: as many "
      "as a model finds quickest and memory allows, 1: all ranks share the grid");
  s.key("convolution", &RunCase::convolution,
        choice<Convolution>("convolution", {{"auto", Convolution::automatic},
                                            {"stencil", Convolution::stencil},
                                            {"fft", Convolution::fft}}),
        "how kernels that are the same at all points of a grid with periodic axes are computed: "
        "swept over the neighbours, or as products of Fourier transforms, whose cost does not know "
        "the radius; both agree to rounding; auto: of gaussian and power-law the quicker one, as "
        "measured at the start, of others the sweep");
  return s;
}

/// "ends", "all" or a list, which resolve_case turns into layer numbers.
Type<std::vector<std::int64_t>> stored_layers() {
  const auto numbers = list("integers", integer(at_least(0)));
  Type<std::vector<std::int64_t>> type = numbers;
  type.name = "\"ends\", \"all\" or list of layers";
  type.read = [=](const Item& item, std::vector<std::int64_t>& layers) {
    if (item.node.list()) return numbers.read(item, layers);
    const auto* word = item.node.text();
    if (!word || (*word != "ends" && *word != "all"))
      return item.expected("\"ends\", \"all\" or a list of layers");
    layers = *word == "all" ? all_layers : std::vector<std::int64_t>{};
    return true;
  };
  type.write = [=](const std::vector<std::int64_t>& layers) {
    return layers == all_layers ? quote("all") : numbers.write(layers);
  };
  return type;
}

Section<OutputCase> output_section() {
  Section<OutputCase> s;
  s.key("file", &OutputCase::file, name(), "the result file, relative to the working directory")
      .by_default("`results/NAME.h5` for NAME.toml");
  s.key("layers", &OutputCase::layers, stored_layers(), "the states to store: ends are z_0 and z_n")
      .by_default("`\"ends\"`");
  return s;
}

Section<Case> make_case_section() {
  Section<Case> s;
  s.key("title", &Case::title, text(), "one line, kept in the result");
  s.key("grid", &Case::grid, section(grid_section()), "The uniform grid the states live on.");
  s.key("network", &Case::network, section(network_section()),
        "The chain of layers, `z_{l+1} = (1 - ω) z_l + ω f(W z_l - b)` with the default scheme.");
  s.key("kernel", &Case::kernel, section(kernel_section()), "The operator W of a layer.");
  s.key("data", &Case::data, section(data_section()), "Input and targets.");
  s.key("loss", &Case::loss, section(loss_section()),
        "`loss = Σ_samples Σ_targets w Σ_i m_i (z_i - y_i)² + penalties`, m = 1 where the target "
        "is observed and not withheld.");
  s.key("training", &Case::training, section(training_section()),
        "How `train` minimises the loss.");
  s.key("attractor", &Case::attractor, section(attractor_section()),
        "What `attractor` looks for, and how.");
  s.key("run", &Case::run, section(run_section()), "Long runs.");
  s.key("output", &Case::output, section(output_section()), "The result file.");
  return s;
}

} // namespace

const Section<Case>& case_section() {
  static const Section<Case> section = make_case_section();
  return section;
}

std::vector<NamedTable> named_tables() {
  return {
      {"PARAMETER",
       "A number, which is then fixed; or a table, which is trained unless it says `train = "
       "false`.",
       parameter_section().docs()},
      {"PENALTY", "Weights of the terms that keep a trained parameter p small or smooth; 0 is off.",
       penalty_section().docs()},
      {"FIELD", "A field on the grid read from a file.", field_section().docs()},
      {"TARGET", "A FIELD to compare a state with.", target_section().docs()},
      {"WITHHOLD", "Either `fraction` and `seed`, or `file` and `dataset`.",
       withhold_section().docs()},
      {"DATASET", "A dataset of a file.", dataset_section().docs()},
      {"BOUNDARY", "`\"periodic\"`, `\"reflect\"`, or a table.", boundary().keys},
      {"CHECKPOINT", "A table.", checkpoint_section().docs()},
  };
}

} // namespace nadir::schema
