#include "parameter_schema.hpp"

#include "data/field_schema.hpp"

#include <algorithm>
#include <optional>

namespace nadir::schema {

/// Of a parameter; a full matrix has more.
constexpr std::size_t most_listed_values = 125;

Section<PenaltySpec> penalty_section() {
  Section<PenaltySpec> s;
  const auto weight = real(not_negative());
  s.key("l2", &PenaltySpec::l2, weight, "weight of `Σ (p - p_init)²`");
  s.key("h1", &PenaltySpec::h1, weight,
        "weight of `Σ (p_i - p_j)²` over neighbours in space, and in layer if p varies by layer");
  s.key("tv", &PenaltySpec::tv, weight, "weight of `Σ √((p_i - p_j)² + ε²) - ε`, same pairs");
  s.key("l1", &PenaltySpec::l1, weight, "weight of `Σ √(p² + ε²) - ε`");
  s.key("epsilon", &PenaltySpec::epsilon, real(positive()), "ε of tv and l1");
  s.key("scaling", &PenaltySpec::continuum,
        choice<bool>("scaling", {{"lattice", false}, {"continuum", true}}),
        "continuum: sums times Π Δ, differences over Δ, which makes them mesh-independent");
  return s;
}

namespace {

/// Numbers, one for all components or one each.
Type<std::vector<double>> values() {
  const auto numbers = list("numbers", real());
  Type<std::vector<double>> type;
  type.name = "number, list of one number per component";
  type.read = [=](const Item& item, std::vector<double>& init) {
    if (item.node.list()) return numbers.read(item, init);
    if (item.node.number()) return real().read(item, init.emplace_back());
    return item.expected("a number, a list of one number per component, { value, noise, seed } or "
                         "{ file, dataset }");
  };
  type.write = [=](const std::vector<double>& init) {
    // Of a full matrix, whose weights cannot be listed.
    if (init.size() > most_listed_values) return number_text(init.front());
    return numbers.write(init);
  };
  return type;
}

/// Where a parameter starts, as a table.
struct Start {
  std::vector<double> value;
  double noise = 0;
  std::uint64_t seed = 0;
  std::optional<DatasetSpec> source;
};

Section<Start> start_section() {
  Section<Start> s;
  s.key("value", &Start::value, values(), "as init alone").by_default("the parameter's own");
  s.key("noise", &Start::noise, real(not_negative()),
        "standard deviation of normal numbers that are added at every point, of every layer and "
        "component; what leaves the bounds is put on them");
  s.key("seed", &Start::seed, seed(), "which: a hash of seed, parameter and global index");
  s.include(&Start::source, dataset_section());
  s.check([](const Item& item, const Start&) {
    const auto& table = *item.node.table();
    const bool numbers = find(table, "value") || find(table, "noise") || find(table, "seed");
    const bool file = find(table, "file"), dataset = find(table, "dataset");
    if (file != dataset) return item.problem("needs both file and dataset");
    if (file && numbers)
      return item.problem("takes either value, noise and seed, or file and dataset, not both");
    if (!file && !find(table, "value")) return item.problem("needs value, or file and dataset");
    return true;
  });
  return s;
}

/// Numbers, one for all components or one each, with noise or without, or a dataset.
Type<ParameterSpec> init() {
  const auto numbers = values();
  const auto start = table("START", start_section());
  const auto file = dataset();
  Type<ParameterSpec> type;
  type.name = "number, list of one number per component, DATASET or START";
  type.keys = start.keys;
  type.read = [=](const Item& item, ParameterSpec& p) {
    if (!item.node.table()) return numbers.read(item, p.init);
    Start from;
    const bool good = start.read(item, from);
    p.init = from.value;
    p.noise = {from.noise, from.seed};
    p.init_file = from.source;
    return good;
  };
  type.write = [=](const ParameterSpec& p) {
    if (p.init_file) return file.write(*p.init_file);
    if (p.noise == NoiseSpec{}) return numbers.write(p.init);
    return start.write({p.init, p.noise.deviation, p.noise.seed, std::nullopt});
  };
  return type;
}

/// A subset of "space" and "layer".
Type<ParameterSpec> varies() {
  const auto axis = choice("axis", {"space", "layer"});
  const auto axes = list("\"space\" and \"layer\"", axis, {0, 2});
  Type<ParameterSpec> type;
  type.name = "list of \"space\" and \"layer\"";
  type.read = [=](const Item& item, ParameterSpec& p) {
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
  type.write = [](const ParameterSpec& p) {
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

std::vector<KeyDoc> start_keys() { return start_section().docs(); }

Section<ParameterSpec> parameter_section() {
  Section<ParameterSpec> s;
  s.key("init", init(), "the values, where training starts")
      .by_default("the parameter's own default");
  s.key("varies", varies(), "where it may differ: nowhere, in space, from layer to layer, or both");
  s.key("train", &ParameterSpec::train, flag(), "whether it is learned").by_default("`true`");
  s.key("bounds", &ParameterSpec::bounds, maybe(bounds()),
        "kept while training, by optimisers that take bounds");
  auto penalty = table("PENALTY", penalty_section());
  penalty.write = [write = penalty.write](const PenaltySpec& value) {
    return value == PenaltySpec{} ? std::string() : write(value);
  };
  s.key("penalty", &ParameterSpec::penalty, penalty, "terms added to the loss").by_default("none");
  return s;
}

Type<ParameterSpec> parameter(double fallback) {
  ParameterSpec trained;
  trained.train = true;
  const auto full = table("PARAMETER", parameter_section(), trained);
  Type<ParameterSpec> type;
  type.name = "PARAMETER";
  type.keys = full.keys;
  type.fallback = ParameterSpec{};
  type.fallback->init = {fallback};
  type.read = [=](const Item& item, ParameterSpec& value) {
    value = ParameterSpec{};
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
  type.write = [=](const ParameterSpec& value) {
    ParameterSpec plain;
    plain.init = value.init;
    const bool number = value == plain && value.init.size() == 1;
    return number ? number_text(value.init[0]) : full.write(value);
  };
  return type;
}

namespace {

/// One init value per component. A number is meant for each of them, unless the family spreads it
/// otherwise.
void settle_components(const std::string& path, ParameterSpec& p, const ParameterRules& rules,
                       const Checks& checks) {
  if (p.init_file || !checks.usable(path + ".init") || !checks.usable("grid.shape")) return;
  const auto& names = rules.names;
  if (!checks.given(path + ".init.0") && !checks.given(path + ".init.value.0")) {
    const double value = p.init.front();
    p.init.assign(names.size(), value);
    const bool is_number = checks.given(path) && !p.train && !checks.given(path + ".train");
    if (rules.spread) rules.spread(names, is_number || checks.given(path + ".init"), p.init);
  }
  if (p.init.size() == names.size()) return;
  constexpr std::size_t most_named = 64;
  const bool brief = names.size() == 1 || names.size() > most_named;
  const std::string each = brief ? "" : " (" + join(names, ", ") + ")";
  checks.problem(path + ".init", "must have one number per component, " +
                                     std::to_string(names.size()) + each + ", has " +
                                     std::to_string(p.init.size()) +
                                     "; values that differ in space or layer come from a file");
}

/// Values that its kernel would be none with, where training begins or may go.
void check_limit(const std::string& path, const ParameterSpec& p, const ValueLimit& limit,
                 const Checks& checks) {
  if (!checks.usable("grid.shape")) return;
  const std::string must = "must be above " + number_text(limit.low) + limit.reason + ", is ";
  if (!p.init_file && checks.usable(path + ".init") && std::ranges::min(p.init) <= limit.low)
    checks.problem(path + ".init", must + number_text(std::ranges::min(p.init)));
  if (p.bounds && checks.usable(path + ".bounds") && p.bounds->first <= limit.low)
    checks.problem(path + ".bounds.0", must + number_text(p.bounds->first));
}

void check_bounds(const std::string& path, const ParameterSpec& p, const Checks& checks) {
  if (p.init_file || !checks.usable(path + ".init")) return;
  const auto [low, high] = *p.bounds;
  for (const double value : p.init)
    if (value < low || value > high)
      return checks.problem(path + ".init", number_text(value) + " is outside the bounds [" +
                                                number_text(low) + ", " + number_text(high) + "]");
}

} // namespace

void check_parameter(const std::string& path, ParameterSpec& p, const ParameterRules& rules,
                     const Checks& checks) {
  if (!checks.usable(path + ".train") || !checks.usable(path + ".varies")) return;
  settle_components(path, p, rules, checks);
  if (rules.limit) check_limit(path, p, *rules.limit, checks);
  if (p.bounds && checks.usable(path + ".bounds")) check_bounds(path, p, checks);
}

} // namespace nadir::schema
