#include "arguments.hpp"

#include "nadir/base/byte_size.hpp"
#include "nadir/base/error.hpp"
#include "nadir/base/log.hpp"
#include "nadir/base/text.hpp"
#include "nadir/base/version.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <string_view>

namespace nadir::app {
namespace {

struct CommandInfo {
  Command command;
  std::string_view name, summary;
};
constexpr std::array commands{
    CommandInfo{Command::forward, "forward", "run the layers, write the states"},
    CommandInfo{Command::gradient, "gradient", "loss and gradient once"},
    CommandInfo{Command::train, "train", "minimise the loss"},
    CommandInfo{Command::describe, "describe",
                "what would run: unknowns, layout, memory, stability"},
    CommandInfo{Command::attractor, "attractor",
                "fixed points, their stability, relaxation history"},
    CommandInfo{Command::interpret, "interpret",
                "moments and physical report of kernels or of others' weights"},
};

std::string version_text() {
  return "nadir " + std::string(version()) + " (" + std::string(git_hash()) +
         (git_dirty() == "yes" ? ", with local changes)" : ")");
}

/// FILE and the words after it that say what is in it and where the neurons sit.
void add_interpret_options(CLI::App& sub, Arguments& arguments) {
  InterpretOptions& o = arguments.interpret;
  sub.add_option("FILE", arguments.case_file,
                 "a result of nadir, or weights: HDF5, .npy, .npz, .safetensors")
      ->required();
  struct TextOption {
    const char* name;
    std::string& value;
    const char* help;
  };
  const std::array texts{
      TextOption{"--dataset", o.dataset, "the array in FILE, when it has several"},
      TextOption{"--layout", o.layout,
                 "matrix [N, N], stack [matrix, N, N] or filters [out, in, (z, (y,)) x]; told by "
                 "the shape where it can be"},
      TextOption{"--shape", o.shape, "neurons by axis, slowest first: 64,64"},
      TextOption{"--spacing", o.spacing, "distance of neighbours by axis (default 1)"},
      TextOption{"--boundary", o.boundary, "periodic or open by axis: periodic,open"},
      TextOption{"--coordinates", o.coordinates,
                 "FILE:/dataset with the neurons' places [N, axis], instead of a shape"},
      TextOption{"--signals", o.signals,
                 "FILE:/dataset [signal, N] to judge moments by (default: waves)"},
      TextOption{"--units", o.units, "units of the places (default 1)"},
  };
  for (const auto& text : texts) sub.add_option(text.name, text.value, text.help);
  sub.add_option("--order", o.order, "largest order of the moments (default 4)");
  sub.add_option("--relaxation", o.relaxation, "omega of a layer of others (default 1)");
}

/// The words that tell of a machine, as typed.
struct MachineWords {
  int ranks = 0, ranks_per_node = 0;
  std::string memory_per_node;
};

void add_machine_options(CLI::App& sub, MachineWords& words) {
  constexpr int most_ranks = 1 << 24;
  sub.add_option("--ranks", words.ranks,
                 "plan for so many ranks of a machine that is not here; nothing is measured then")
      ->check(CLI::Range(1, most_ranks));
  sub.add_option("--memory-per-node", words.memory_per_node,
                 "what its nodes have free: a size as \"512 GiB\", or bytes");
  sub.add_option("--ranks-per-node", words.ranks_per_node, "ranks that share that (default 1)")
      ->check(CLI::Range(1, most_ranks));
}

std::optional<double> memory_in_bytes(const std::string& text) {
  double bytes = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), bytes);
  if (error != std::errc() || end != text.data() + text.size()) return size_in_bytes(text);
  return bytes > 0 && std::isfinite(bytes) ? std::optional(bytes) : std::nullopt;
}

/// What the words tell, all of which go together. Throws InputError.
std::optional<Elsewhere> machine_told(const MachineWords& words) {
  const bool memory = !words.memory_per_node.empty();
  if (words.ranks == 0 && !memory && words.ranks_per_node == 0) return std::nullopt;
  if (words.ranks == 0 || !memory)
    throw InputError("nadir: a machine that is not here is told by --ranks and --memory-per-node "
                     "together, with --ranks-per-node where nodes have several");
  const auto bytes = memory_in_bytes(words.memory_per_node);
  if (!bytes)
    throw InputError("nadir: --memory-per-node: expected a size as \"512 GiB\", or bytes, is \"" +
                     words.memory_per_node + "\"");
  if (words.ranks_per_node > words.ranks)
    throw InputError(formatted("nadir: --ranks-per-node: %d ranks on each node are more than %d "
                               "ranks in all",
                               words.ranks_per_node, words.ranks));
  return Elsewhere{words.ranks, *bytes, std::max(words.ranks_per_node, 1)};
}

void add_options(CLI::App& sub, Command command, Arguments& arguments, bool& quiet, bool& verbose) {
  if (command == Command::interpret) {
    add_interpret_options(sub, arguments);
  } else {
    sub.add_option("CASE", arguments.case_file, "the case file (TOML)")->required();
    sub.add_option("--set", arguments.overrides, "key.path=value: change the case; repeatable")
        ->take_all()
        ->expected(1)
        ->allow_extra_args(false);
    sub.add_option("--init-from", arguments.init_from,
                   "RESULT.h5: every parameter of the case that this result has starts there");
  }
  sub.add_option("--output", arguments.output, "result file instead of the case's output.file");
  sub.add_flag("--quiet", quiet, "print errors and warnings only");
  sub.add_flag("--verbose", verbose, "print more");
  if (command == Command::train || command == Command::forward) {
    sub.add_flag("--restart{newest}", arguments.restart_file,
                 "go on from the newest whole checkpoint, or from --restart=FILE; from the start "
                 "where there is none");
  }
  if (command == Command::gradient) {
    sub.add_flag("--verify", arguments.verify,
                 "test the gradient: transpose, Taylor rates, directions");
    sub.add_option("--repeat", arguments.repeat, "evaluate K times after one warm-up, with timings")
        ->check(CLI::Range(1, 1000000));
  }
}

/// An option with an empty value would count as not given: `--output "$FILE"` of a script whose
/// variable is not set.
void refuse_empty_values(const CLI::App& sub) {
  for (const CLI::Option* option : sub.get_options()) {
    const auto& values = option->results();
    if (std::ranges::any_of(values, &std::string::empty))
      throw InputError("nadir: " + option->get_name() + " needs a value, and got an empty one");
  }
}

/// The word that is no command, with the nearest one that is.
void refuse_unknown_command(const std::vector<std::string>& words) {
  if (words.empty() || words[0].starts_with("-")) return;
  const auto known = [&](const CommandInfo& info) { return info.name == words[0]; };
  if (std::ranges::any_of(commands, known)) return;
  std::vector<std::string> names;
  for (const auto& info : commands) names.emplace_back(info.name);
  const auto nearest = nearest_name(words[0], names);
  throw InputError("nadir: unknown command '" + words[0] + "'" +
                   (nearest ? " (did you mean '" + *nearest + "'?)" : "") + "; see nadir --help");
}

} // namespace

Parsed parse_arguments(const std::vector<std::string>& words) {
  refuse_unknown_command(words);
  Arguments arguments;
  bool quiet = false, verbose = false;
  MachineWords machine;
  CLI::App app(
      "nadir - neural advection-diffusion-reaction networks: learn the physics that takes one "
      "field to another",
      "nadir");
  app.set_version_flag("--version", version_text());
  app.footer(
      "Words after -- go to PETSc: nadir train CASE.toml -- -log_view\n"
      "Exit codes: 0 done, 1 failed in the numerics, 2 wrong input, 3 file or system error,\n"
      "75 stopped early on request with a complete checkpoint: run again with --restart.");
  app.require_subcommand(1);
  for (const auto& info : commands) {
    CLI::App* sub = app.add_subcommand(std::string(info.name), std::string(info.summary));
    add_options(*sub, info.command, arguments, quiet, verbose);
    if (info.command == Command::describe) add_machine_options(*sub, machine);
    sub->set_version_flag("--version", version_text());
    sub->callback([&arguments, info] {
      arguments.command = info.command;
      arguments.command_name = info.name;
    });
  }
  if (std::ranges::find(words, "--restart=") != words.end())
    throw InputError("nadir: --restart= names no file: say --restart=FILE, or --restart for the "
                     "newest checkpoint");
  std::vector<std::string> reversed(words.rbegin(), words.rend());
  try {
    app.parse(reversed);
  } catch (const CLI::CallForVersion&) {
    return {std::nullopt, version_text()};
  } catch (const CLI::CallForHelp&) {
    const auto used = app.get_subcommands();
    return {std::nullopt, used.empty() ? app.help() : used.front()->help("nadir")};
  } catch (const CLI::ParseError& error) {
    throw InputError(std::string("nadir: ") + error.what() + "; see nadir --help");
  }
  refuse_empty_values(*app.get_subcommands().front());
  arguments.elsewhere = machine_told(machine);
  arguments.restart = !arguments.restart_file.empty();
  if (arguments.restart_file == "newest") arguments.restart_file.clear();
  if (quiet && verbose) throw InputError("nadir: --quiet and --verbose exclude each other");
  if (quiet) arguments.verbosity = Verbosity::quiet;
  if (verbose) arguments.verbosity = Verbosity::verbose;
  return {arguments, {}};
}

} // namespace nadir::app
