#pragma once

#include "result.hpp"

#include "nadir/output/csv.hpp"

#include <deque>

namespace nadir::app {

/// Which states of a gradient are held.
std::string states_text(const Case& c, const MemoryPlan& memory);

/// Prints the resolved case (verbose), a line about what runs where, and one about the states where
/// not all are held.
void print_start(const Job& job, const Grid& grid, std::int64_t samples, std::int64_t trained,
                 const MemoryPlan* memory = nullptr);

/// Prints how much of every target is in the loss, withheld, not observed.
void print_targets(const Job& job, const Grid& grid, const Observations& observations);

/// Prints misfit, scores and where the files are.
void print_outcome(const Job& job, const Outcome& outcome);

/// A line per iteration on a terminal, fewer in a log file; every row in NAME.csv.
class Progress {
 public:
  /// Opens NAME.csv; it begins with what came before a restart. Collective.
  Progress(const Job& job, MPI_Comm comm, const std::vector<Iteration>& history);
  void add(const Iteration& iteration);
  /// Prints the last line if it was left out.
  void finish();

 private:
  void print(const Iteration& iteration);
  double remaining_seconds(const Iteration& iteration) const;
  bool due(const Iteration& iteration) const;

  const Job& job_;
  CsvFile csv_;
  std::deque<Iteration> recent_; ///< for the pace of the last iterations
  std::int64_t printed_ = -1;
  double printed_seconds_ = 0.0;
};

} // namespace nadir::app
