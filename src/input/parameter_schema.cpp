#include "parameter_schema.hpp"

#include "data_schema.hpp"

#include "nadir/input/kernel_family.hpp"

#include <algorithm>

namespace nadir::schema {

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

namespace {

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

} // namespace

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

} // namespace nadir::schema
