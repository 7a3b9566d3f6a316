#pragma once

#include "result.hpp"

#include "nadir/output/csv.hpp"

#include <deque>

namespace nadir::app {

/// "16 layers", or what an attractor has in their place.
std::string depth_text(const Case& c);
/// The basis functions of a case in Galerkin form, and their nodes.
std::string basis_text(const Case& c);

/// How many layers share an exchange of ghosts, where they do.
std::string exchange_text(const Plan& plan);
/// Who shares the samples and which states of a gradient are held, and how: lines, none where there
/// are no groups, all states are held and nothing else was asked for.
std::vector<std::string> plan_texts(const Job& job, const Plan& plan);

/// How quick the work was (speed_text), done with so many samples together. Collective.
std::string speed_line(const Job& job, const WorkCounters& work, std::size_t samples);

/// Prints the resolved case (verbose), a line about what runs where, and the plan.
void print_start(const Job& job, const Grid& grid, std::int64_t samples, std::int64_t trained);

/// Prints how much of every target is in the loss, withheld, not observed.
void print_targets(const Job& job, const Space& space, const Observations& observations);

/// Prints misfit, scores and where the files are.
void print_outcome(const Job& job, const Outcome& outcome);

/// A line per iteration on a terminal, fewer in a log file; every row in NAME.csv.
class Progress {
 public:
  /// Opens NAME.csv; it begins with what came before a restart. `read` are the datasets of the run.
  /// Collective.
  Progress(const Job& job, MPI_Comm comm, const std::vector<DataRead>& read,
           const std::vector<Iteration>& history);
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
