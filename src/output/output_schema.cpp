#include "output_schema.hpp"

#include <algorithm>
#include <numeric>

namespace nadir::schema {
namespace {

constexpr std::int64_t most_stored_layers = 1000000;

/// "ends", "all" or a list, which check_output turns into layer numbers.
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

} // namespace

Section<CheckpointSpec> checkpoint_section() {
  Section<CheckpointSpec> s;
  s.key("every", &CheckpointSpec::every, integer(at_least(0)),
        "iterations of train, layers of forward; 0: only when stopped");
  s.key("keep", &CheckpointSpec::keep, integer(at_least(1)),
        "how many to keep, beside the best; without this key a run deletes those that it does not "
        "need when it has ended by itself");
  s.key("layers", &CheckpointSpec::layers,
        choice<StoredLayers>("set of layers", {{"none", StoredLayers::none},
                                               {"ends", StoredLayers::ends},
                                               {"all", StoredLayers::all}}),
        "the states stored in them");
  return s;
}

Section<OutputSpec> output_section() {
  Section<OutputSpec> s;
  s.key("file", &OutputSpec::file, name(), "the result file, relative to the working directory")
      .by_default("`results/NAME.h5` for NAME.toml");
  s.key("layers", &OutputSpec::layers, stored_layers(), "the states to store: ends are z_0 and z_n")
      .by_default("`\"ends\"`");
  return s;
}

void check_output(OutputSpec& output, std::int64_t n, bool attractor, const Checks& checks) {
  if (!checks.usable("output.layers")) return;
  auto& layers = output.layers;
  if (layers.empty()) layers = {0, n};
  if (layers == all_layers && n > most_stored_layers)
    return checks.problem("output.layers",
                          "\"all\" of " + std::to_string(n) +
                              " layers are too many to store; list those you need");
  if (layers == all_layers) {
    layers.resize(static_cast<std::size_t>(n) + 1);
    std::iota(layers.begin(), layers.end(), 0);
  }
  std::sort(layers.begin(), layers.end());
  const auto twice = std::adjacent_find(layers.begin(), layers.end());
  if (twice != layers.end())
    checks.problem("output.layers", "names layer " + std::to_string(*twice) + " twice");
  if (layers.back() > n && checks.usable("network.layers"))
    checks.problem("output.layers",
                   "layer " + std::to_string(layers.back()) +
                       (attractor ? " is beyond the attractor, which is layer 1"
                                  : " is beyond network.layers = " + std::to_string(n)));
}

} // namespace nadir::schema
