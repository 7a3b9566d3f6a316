#pragma once

#include "nadir/grid/process_grid.hpp"
#include "nadir/plan/convolution.hpp"
#include "nadir/plan/ghosts.hpp"
#include "nadir/plan/memory.hpp"
#include "nadir/plan/passes.hpp"
#include "nadir/plan/revolve.hpp"
#include "nadir/plan/workload.hpp"

#include <cstdint>
#include <limits>
#include <optional>
#include <string>

/// The room `plan`: what fits a machine, and how work is best laid out on it.
///
/// Here lives arithmetic only. A Workload says in numbers what there is to do, a Machine what there
/// is to do it with; plan() makes of both a Plan: how ranks cut the grid and share the samples,
/// which states of a gradient are held (revolve.hpp), how many layers go between exchanges of
/// ghosts (exchanges.hpp) and through the caches together (passes.hpp), how a convolution is
/// computed, and what all that takes (memory.hpp). The models behind the choices are in
/// layer_cost.hpp; they compare ways to do the same work, and are not more accurate than that
/// needs.
///
/// The room may know how grids are cut, boxes padded and messages buffered (grid), and nothing of
/// what is computed: no case, kernel, layer, file, nor MPI. Rooms above state their own numbers:
/// the kernel its reach, layers their work arrays, optimisers their vectors. Nobody measures here
/// either; what was measured comes with the Machine. So a plan can be made for machines that are
/// not there, and nothing that was found on one becomes part of a case: the same case on other
/// ranks has another plan and stays the same case.
namespace nadir {

/// What there is to work with.
struct Machine {
  int ranks = 1;
  /// Bytes that each rank may use, on the fullest node.
  double memory_per_rank = std::numeric_limits<double>::infinity();
  std::int64_t cache_bytes = usual_cache;        ///< of a core, the smallest of all ranks
  std::optional<ConvolutionCosts> convolution{}; ///< where it was measured
};

/// How a workload is done on a machine.
struct Plan {
  ProcessGrid processes{1, 1, 1}; ///< of all ranks
  Extents box{1, 1, 1};           ///< the largest of them
  Ghosts ghosts;
  LayerPlan layers;
  StatePlan states; ///< of a gradient, and the groups that share the samples
  MemoryEstimate memory;
  double state_bytes = 0;           ///< of one state of the samples that go together
  double disk = 0, disk_in_all = 0; ///< bytes of states in a rank's scratch file, of all ranks

  /// Bytes of the states in memory.
  double held(const Workload& w) const { return states.room(w.layers) * state_bytes; }
};

/// The ranks fit the grid (grid_problem).
Plan plan(const Workload& workload, const Machine& machine);

/// Whether it is open how the kernel is computed, and worth measuring.
bool may_choose_convolution(const Workload& w);
/// Whether Fourier transforms compute it: where that is wished, or left to us and was measured to
/// be quicker.
bool chosen_fft(const Workload& w, const std::optional<ConvolutionCosts>& measured);

/// What is wrong with a plan, and the key of the case that should be changed.
struct PlanProblem {
  std::string key, text;
};
using MaybeProblem = std::optional<PlanProblem>;

/// Whether the ranks fit the grid and the wished groups the ranks.
MaybeProblem grid_problem(const Workload& w, int ranks);
/// Whether there is work for every wished group.
MaybeProblem groups_problem(const Workload& w, int ranks);
/// Whether boxes are large enough for the wished layers between exchanges.
MaybeProblem exchange_problem(const Workload& w, const Machine& machine);
/// Whether the memory suffices, and a gradient ends in some time.
MaybeProblem memory_problem(const Workload& w, const Machine& machine, const Plan& plan);

/// On how many ranks, with as much memory for each, a plan that does not fit here would: the fewest
/// that were tried, in words.
std::string fitting_ranks_text(const Workload& w, const Machine& machine);

} // namespace nadir
