#include "output_schema.hpp"

namespace nadir::schema {
namespace {

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

} // namespace nadir::schema
