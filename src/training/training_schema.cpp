#include "training_schema.hpp"

#include "data/field_schema.hpp"

#include "nadir/training/optimizers.hpp"

#include <set>
#include <string_view>

namespace nadir::schema {

Section<TargetSpec> target_section() {
  Section<TargetSpec> s;
  s.include(&TargetSpec::field, field_section());
  s.key("layer", &TargetSpec::layer, integer(at_least(0)), "the state it is compared with, 0 to n")
      .by_default("n, the last");
  s.key("weight", &TargetSpec::weight, real(positive()), "w of this target in the misfit");
  auto withhold = table("WITHHOLD", withhold_section());
  withhold.write = [whole = withhold.write](const WithholdSpec& value) {
    return value.source ? dataset().write(*value.source) : whole(value);
  };
  s.key("withhold", &TargetSpec::withhold, maybe(withhold),
        "observed points kept out of the loss and scored at the end");
  return s;
}

namespace {

/// One target as a table, or a list of them.
Type<std::vector<TargetSpec>> targets() {
  const auto one = table("TARGET", target_section());
  Type<std::vector<TargetSpec>> type;
  type.name = "TARGET, or a list of them";
  type.keys = one.keys;
  type.read = [=](const Item& item, std::vector<TargetSpec>& value) {
    value.clear();
    if (item.node.table()) return one.read(item, value.emplace_back());
    if (!item.node.list()) return item.expected("a table, or a list of tables");
    bool good = true;
    for (std::size_t i = 0; i < item.node.list()->size(); ++i)
      good = one.read(item.element(i), value.emplace_back()) && good;
    return good;
  };
  type.write = [=](const std::vector<TargetSpec>& value) {
    std::string text;
    for (const auto& target : value) text += "  " + one.write(target) + ",\n";
    return text.empty() ? text : "[\n" + text + "]";
  };
  return type;
}

} // namespace

Section<DataSpec> data_section() {
  Section<DataSpec> s;
  Type<FieldSpec> input = table("FIELD", field_section());
  s.key("input", &DataSpec::input, input, "the state z_0, one or more samples")
      .required("a FIELD { file, dataset }, the state the network starts from");
  s.key("target", &DataSpec::targets, targets(),
        "what the states are compared with: FIELD keys plus layer, weight and withhold; needed by "
        "gradient and train")
      .by_default("none");
  s.key("units", &DataSpec::units, text(), "of the raw data");
  return s;
}

Section<LossSpec> loss_section() {
  Section<LossSpec> s;
  s.key("reduction", &LossSpec::reduction,
        choice<Reduction>("reduction", {{"sum", Reduction::sum}, {"mean", Reduction::mean}}),
        "mean divides the misfit (never the penalties) by the observed weight");
  return s;
}

namespace {

/// A number that some optimisers read.
Type<TrainingSpec> option(const OptimizerOption& o) {
  const bool share = o.range == OptimizerOption::Range::share;
  const auto number = real(share ? from_to_below(0, 1) : positive());
  const std::string key(o.key);
  Type<TrainingSpec> type;
  type.name = number.name;
  type.read = [=](const Item& item, TrainingSpec& training) {
    return number.read(item, training.options[key]);
  };
  type.write = [=](const TrainingSpec& training) { return number.write(training.option(key)); };
  return type;
}

} // namespace

Section<TrainingSpec> training_section() {
  Section<TrainingSpec> s;
  std::vector<std::string> names;
  for (const OptimizerInfo& each : optimizers()) names.emplace_back(each.name);
  auto optimizer = choice("optimizer", names);
  optimizer.name = "name, see Optimizers";
  s.key("strategy", &TrainingSpec::strategy, choice("strategy", {"end-to-end"}),
        "minimise the loss over all parameters at once");
  s.key("optimizer", &TrainingSpec::optimizer, optimizer, "the method");
  s.key("iterations", &TrainingSpec::iterations, integer(at_least(0)), "at most so many");
  s.key(
      "gradient_tolerance", &TrainingSpec::gradient_tolerance, real(not_negative()),
      "stop when the gradient norm (by unknowns without units) has fallen by this factor from the "
      "first");
  s.key("initial_hessian", &TrainingSpec::initial_hessian,
        choice<HessianStart>("initial Hessian", {{"model", HessianStart::model},
                                                 {"identity", HessianStart::identity}}),
        "what bqnls begins with: a model of how misfit and penalties curve at every point, made "
        "anew at times by a sweep over the samples; or a multiple of the identity (as without a "
        "model: attractors, galerkin bases, dense kernels, convolutions)");
  s.key("perturb", &TrainingSpec::perturb,
        choice<bool>("perturbation", {{"auto", true}, {"none", false}}),
        "auto: layers with parameters of their own that would stay equal by symmetry start a "
        "little apart, by 1/10 of the parameters' scales, the same on any number of ranks");
  std::set<std::string_view> keys;
  for (const OptimizerInfo& each : optimizers())
    for (const OptimizerOption& o : each.options)
      if (keys.insert(o.key).second) s.key(std::string(o.key), option(o), std::string(o.text));
  return s;
}

} // namespace nadir::schema
