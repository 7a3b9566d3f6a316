#include "case_schema.hpp"

#include "data_schema.hpp"
#include "network_schema.hpp"
#include "parameter_schema.hpp"
#include "run_schema.hpp"

#include "nadir/training/optimizers.hpp"

#include <set>
#include <string_view>

namespace nadir::schema {
namespace {

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

Section<LossCase> loss_section() {
  Section<LossCase> s;
  s.key("reduction", &LossCase::reduction,
        choice<Reduction>("reduction", {{"sum", Reduction::sum}, {"mean", Reduction::mean}}),
        "mean divides the misfit (never the penalties) by the observed weight");
  return s;
}

/// A number that some optimisers read.
Type<TrainingCase> option(const OptimizerOption& o) {
  const bool share = o.range == OptimizerOption::Range::share;
  const auto number = real(share ? from_to_below(0, 1) : positive());
  const std::string key(o.key);
  Type<TrainingCase> type;
  type.name = number.name;
  type.read = [=](const Item& item, TrainingCase& training) {
    return number.read(item, training.options[key]);
  };
  type.write = [=](const TrainingCase& training) { return number.write(training.option(key)); };
  return type;
}

Section<TrainingCase> training_section() {
  Section<TrainingCase> s;
  std::vector<std::string> names;
  for (const OptimizerInfo& each : optimizers()) names.emplace_back(each.name);
  auto optimizer = choice("optimizer", names);
  optimizer.name = "name, see Optimizers";
  s.key("strategy", &TrainingCase::strategy, choice("strategy", {"end-to-end"}),
        "minimise the loss over all parameters at once");
  s.key("optimizer", &TrainingCase::optimizer, optimizer, "the method");
  s.key("iterations", &TrainingCase::iterations, integer(at_least(0)), "at most so many");
  s.key(
      "gradient_tolerance", &TrainingCase::gradient_tolerance, real(not_negative()),
      "stop when the gradient norm (by unknowns without units) has fallen by this factor from the "
      "first");
  std::set<std::string_view> keys;
  for (const OptimizerInfo& each : optimizers())
    for (const OptimizerOption& o : each.options)
      if (keys.insert(o.key).second) s.key(std::string(o.key), option(o), std::string(o.text));
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
