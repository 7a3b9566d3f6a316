#include "run_schema.hpp"

#include "output/output_schema.hpp"

#include "nadir/base/byte_size.hpp"

namespace nadir::schema {
namespace {

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

} // namespace

Section<RunSpec> run_section() {
  Section<RunSpec> s;
  s.key("checkpoint", &RunSpec::checkpoint, maybe(table("CHECKPOINT", checkpoint_section())),
        "when to write checkpoints; without it `train` does as this table's defaults say, but less "
        "often where they would take more than 2 % of the time, and `forward` only when it is "
        "stopped");
  s.key("time_limit", &RunSpec::time_limit, maybe(time_limit()),
        "of the whole run: it stops early, with a checkpoint and exit code 75");
  s.key(
      "memory", &RunSpec::memory, memory_size(),
      "of each rank for the states a gradient goes back over: all of them where they fit, else as "
      "many as do, and the others are computed again, with the same result; \"auto\": what the "
      "node has free, within the limits of the process (ulimit -v) and of its control groups");
  s.key("state_precision", &RunSpec::single_states,
        choice<bool>("state_precision", {{"double", false}, {"single", true}}),
        "single: the way back of a gradient reads states rounded to single precision, which take "
        "half the room; the loss is the same, and how far the gradient is from the exact one is "
        "printed and stored");
  s.key(
       "scratch", &RunSpec::scratch, name(),
       "a folder, relative to the working directory, best on a disk of each node: where the states "
       "do not fit the memory, those from which others are computed again lie there while the "
       "program runs, so that no layer is computed more than twice")
      .by_default("none");
  s.key("layers_per_pass", &RunSpec::layers_per_pass, integer(at_least(0)),
        "layers computed in one pass over the points, where they share their coefficients; never "
        "changes a result; 0: as many as fit the cache, 1: one after the other");
  s.key("tile", &RunSpec::tile, integer(at_least(0)),
        "points of the second axis in a tile of such a pass; 0: as many as fit the cache");
  s.key(
      "layers_per_exchange", &RunSpec::layers_per_exchange, integer(at_least(0)),
      "layers computed after each exchange of ghosts between ranks, where they share their "
      "coefficients and reach to the next neighbour: K of them take one exchange of ghosts 2 K - 1 "
      "points wide and compute these ghosts once more, which is quicker where boxes are small or "
      "messages slow; never changes a result; 0: as many as a model finds quickest");
  s.key("samples_per_pass", &RunSpec::samples_per_pass, integer(at_least(0)),
        "samples swept together, each with states of its own; 0: several where every trained field "
        "varies by layer, else one, because more would change the order of the gradient's sum");
  s.key(
      "sample_groups", &RunSpec::sample_groups, integer(at_least(0)),
      "groups of ranks that share the samples of `gradient` and `train`, each with the whole grid "
      "cut among its ranks; must divide the number of ranks; never changes a result; 0: as many "
      "as a model finds quickest and memory allows, 1: all ranks share the grid");
  s.key("convolution", &RunSpec::convolution,
        choice<Convolution>("convolution", {{"auto", Convolution::automatic},
                                            {"stencil", Convolution::stencil},
                                            {"fft", Convolution::fft}}),
        "how kernels that are the same at all points of a grid with periodic axes are computed: "
        "swept over the neighbours, or as products of Fourier transforms, whose cost does not know "
        "the radius; both agree to rounding; auto: of gaussian and power-law the quicker one, as "
        "measured at the start, of others the sweep");
  return s;
}

} // namespace nadir::schema
