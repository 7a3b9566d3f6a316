#pragma once

#include "nadir/base/log.hpp"

#include <optional>
#include <string>
#include <vector>

namespace nadir::app {

enum class Command { forward, gradient, train, describe, attractor, interpret };

/// Options of `interpret`, as typed; empty where not given.
struct InterpretOptions {
  std::string dataset, layout, shape, spacing, boundary, coordinates, signals;
  std::string units = "1";
  int order = 4;
  double relaxation = 1.0;
};

/// A machine that is not here, for `describe` to plan for.
struct Elsewhere {
  int ranks = 0;
  double memory_per_node = 0; ///< bytes
  int ranks_per_node = 1;
};

/// The command line, `nadir COMMAND CASE.toml [options] [-- PETSc options]`.
struct Arguments {
  Command command = Command::describe;
  std::string command_name;           ///< "forward", ...
  std::string case_file;              ///< of `interpret`: the file with the weights
  std::vector<std::string> overrides; ///< key.path=value, in order
  std::string init_from;              ///< a result whose parameters are the start; or empty
  std::string output;                 ///< empty: as in the case
  Verbosity verbosity = Verbosity::normal;
  bool verify = false;      ///< gradient
  bool restart = false;     ///< train, forward: go on from a checkpoint ...
  std::string restart_file; ///< ... this one; empty: the newest that is whole
  int repeat = 0;           ///< gradient: evaluations after one warm-up; 0 without --repeat
  std::optional<Elsewhere> elsewhere; ///< describe
  InterpretOptions interpret;
  std::string line; ///< the whole command line, for /provenance
};

/// What to do: run `arguments`, or print `text` (help, version) and end well.
struct Parsed {
  std::optional<Arguments> arguments;
  std::string text;
};

/// Throws InputError for a command line that cannot be understood. `words` are argv without the
/// program's name and without what follows `--`.
Parsed parse_arguments(const std::vector<std::string>& words);

} // namespace nadir::app
