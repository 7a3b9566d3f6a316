#pragma once

#include "commands.hpp"

#include "nadir/analysis/interpretation.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

/// What the options of `interpret` say of the neurons. Nothing is collective.
namespace nadir::app {

using Problems = std::vector<std::string>;

/// Runs work(); what it throws becomes a problem among others.
template<class Work> void collect(Problems& problems, Work work) {
  try {
    work();
  } catch (const InputError& error) {
    problems.emplace_back(error.what());
  }
}

/// The grid of --shape, --spacing and --boundary; what is wrong with them goes into `problems`.
Lattice lattice_of(const InterpretOptions& o, Problems& problems);

/// Where the neurons sit: on that grid, or at --coordinates.
Neurons neurons_of(const InterpretOptions& o, Problems& problems);

/// The --signals, for so many neurons. Throws InputError.
void read_signals(const InterpretOptions& o, std::int64_t points, InterpretationPlan& plan);

/// The first value that is not finite, as an index; negative without one.
std::ptrdiff_t first_not_finite(std::span<const double> values);

} // namespace nadir::app
