#include "nadir/analysis/resources.hpp"

#include "nadir/base/check.hpp"
#include "nadir/base/memory_limits.hpp"
#include "nadir/grid/field.hpp"
#include "nadir/grid/halo.hpp"
#include "nadir/kernel/kernel.hpp"
#include "nadir/network/coefficients.hpp"
#include "nadir/network/convolution_operator.hpp"
#include "nadir/network/deep_halo_layer.hpp"
#include "nadir/network/dense_operator.hpp"
#include "nadir/network/galerkin_layer.hpp"
#include "nadir/network/scheme_layer.hpp"
#include "nadir/network/tiling.hpp"
#include "nadir/training/optimizers.hpp"
#include "nadir/training/sample_groups.hpp"

#include <petscsystypes.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <limits>
#include <numeric>
#include <set>

namespace nadir {
namespace {

constexpr double real = sizeof(double);

double blocks(const Case& c, Parameter p) {
  const auto layers = case_of(c, p).varies_layer ? c.network.layers : 1;
  return static_cast<double>(layers) * static_cast<double>(components_of(c, p));
}

const OptimizerInfo& optimizer_of(const Case& c) { return *find_optimizer(c.training.optimizer); }

/// Bytes of what a case is made of, on one rank.
struct Sizes {
  double field = 0;        ///< the owned points once
  double samples = 0;      ///< of all samples
  double state = 0;        ///< padded for a state
  double wide = 0;         ///< padded for a coefficient
  double values = 0;       ///< all coefficients
  double gradients = 0;    ///< their derivatives
  double control = 0;      ///< one control vector
  double largest_init = 0; ///< of a parameter while its file is read
  double coefficients = 0; ///< of the kernel, of one layer
};

Sizes sizes_of(const Case& c, const Extents& owned, std::int64_t samples, bool rank_0) {
  const int d = c.grid.dimension();
  Sizes sizes;
  sizes.field = real * points_in(owned);
  sizes.samples = sizes.field * static_cast<double>(samples);
  sizes.state = real * static_cast<double>(Layout(owned, d, state_ghosts(c)).size());
  sizes.wide = real * static_cast<double>(Layout(owned, d, coefficient_ghosts(c)).size());
  for (const auto p : all_parameters) {
    const ParameterCase& parameter = case_of(c, p);
    const double bytes = blocks(c, p) * (parameter.varies_space ? sizes.wide : real);
    const double packed = blocks(c, p) * (parameter.varies_space ? sizes.field : real);
    sizes.values += bytes;
    if (p != Parameter::bias && p != Parameter::relaxation)
      sizes.coefficients += static_cast<double>(components_of(c, p));
    if (parameter.init_file) sizes.largest_init = std::max(sizes.largest_init, packed);
    if (!parameter.train) continue;
    sizes.gradients += bytes;
    if (parameter.varies_space || rank_0) sizes.control += packed;
  }
  return sizes;
}

/// Values and two marks per point of a target.
constexpr double marks = 2 / real;

double data_bytes(const Case& c, const Sizes& sizes) {
  return sizes.samples * (1 + static_cast<double>(c.data.targets.size()) * (1 + marks));
}

/// Beside the data while the last dataset is read: a mask, or the init file of a parameter.
double reading_bytes(const Case& c, const Sizes& sizes) {
  const bool mask = c.data.targets.empty() ? c.data.input.mask.has_value()
                                           : c.data.targets.back().field.mask.has_value();
  return std::max(sizes.largest_init, mask ? (1 - marks / 2) * sizes.samples : 0.0);
}

/// The part of the points that is interpolated; where files tell which, what it is at most. Points
/// that a dataset lacks without a mask cannot be counted.
double free_part(const TargetCase& target) {
  return target.withhold->source || target.field.mask ? 1.0 : target.withhold->fraction;
}

/// Matrix and multigrid of the interpolation in fields of the free points, where these are next to
/// each other: measured with PETSc 3.18. Scattered ones take less.
double multigrid_fields(int dimension) {
  constexpr std::array fields{38.0, 51.0, 92.0};
  constexpr double long_indices = sizeof(PetscInt) > 4 ? 1.4 : 1.0;
  return long_indices * fields[static_cast<std::size_t>(dimension - 1)];
}

/// While the result is written: two states and a packed one, the interpolation of withheld points.
double writing_bytes(const Case& c, const Sizes& sizes) {
  constexpr double interpolation_fields = 4; // padded and packed ones
  double fields = 1;
  if (!c.data.targets.empty() && c.data.targets.back().withhold)
    fields += interpolation_fields +
              multigrid_fields(c.grid.dimension()) * free_part(c.data.targets.back());
  return 2 * sizes.state + sizes.field * fields;
}

/// Buffers of messages between ranks: of states and of g in layers, of coefficients, of penalties.
double message_bytes(const Case& c, const Extents& owned, std::size_t samples) {
  const Extents shape = three_extents(c.grid.shape);
  Axes remote{};
  for (std::size_t a = 0; a < remote.size(); ++a) remote[a] = owned[a] < shape[a];
  const int d = c.grid.dimension(), width = state_ghosts(c);
  const Layout single(owned, d, 1), state(owned, d, width), wide(owned, d, coefficient_ghosts(c));
  const auto varies = [&](Parameter p) { return case_of(c, p).varies_space; };
  const int radius = c.layers_per_exchange > 1 ? 1 : width;
  double bytes = Halo::buffer_bytes(state, remote, radius, samples) +
                 Halo::buffer_bytes(wide, remote, radius, samples) +
                 Halo::buffer_bytes(single, remote);
  if (c.layers_per_exchange > 1)
    bytes += DeepHaloLayer::buffer_bytes(state, remote, c.layers_per_exchange, samples);
  if (std::ranges::any_of(all_parameters, varies))
    bytes += Halo::buffer_bytes(wide, remote, width, Coefficients::fields_at_once);
  return bytes;
}

/// That, and PETSc's index lists: measured with PETSc 3.18.
double grid_bytes(const Case& c, const Extents& owned, std::int64_t together) {
  constexpr double indices_per_point = 5;
  return indices_per_point * sizeof(PetscInt) * points_in(owned) +
         message_bytes(c, owned, static_cast<std::size_t>(together));
}

/// The start of the l2 penalty is kept.
double penalty_vectors(const Case& c) {
  const auto with_l2 = [&](Parameter p) {
    return case_of(c, p).train && case_of(c, p).penalty.l2 != 0;
  };
  return std::ranges::any_of(all_parameters, with_l2) ? 1 : 0;
}

double bound_vectors(const Case& c) {
  const auto bounded = [&](Parameter p) { return case_of(c, p).train && case_of(c, p).bounds; };
  return std::ranges::any_of(all_parameters, bounded) ? 2 : 0;
}

/// Scales of the unknowns, and what PETSc's types see in place of them and their bounds. They are
/// not needed on grids with steps of 1, unless a bias is trained.
double scale_vectors(const Case& c) {
  const auto is_one = [](double step) { return step == 1; };
  if (std::ranges::all_of(c.grid.spacing, is_one) && !c.network.bias.train) return 0;
  return optimizer_of(c).create ? 1 : 2 + bound_vectors(c);
}

/// What layers that are not swept as one hold beside the states.
double layer_bytes(const Case& c, const Extents& box, const Sizes& sizes, bool with_transpose) {
  if (is_galerkin(c)) return GalerkinLayer::work_bytes(c, box);
  if (swept_as_one(c)) return 0;
  double bytes = static_cast<double>(SchemeLayer::arrays(c.network, with_transpose)) * sizes.state;
  double points = 1;
  for (const std::int64_t n : c.grid.shape) points *= static_cast<double>(n);
  const double owned = sizes.field / real;
  if (is_full_matrix(c.kernel)) return bytes + DenseOperator::bytes(points, owned);
  return is_swept(c) ? bytes : bytes + ConvolutionOperator::bytes(owned, sizes.coefficients);
}

std::vector<MemoryPart> forward_parts(const Case& c, const Extents& owned, const Sizes& sizes) {
  // One after the other: files, the penalty of the coefficients, the states of all samples on their
  // way and the result.
  const double penalty =
      c.data.targets.empty() ? 0 : (1 + penalty_vectors(c)) * sizes.control + sizes.state;
  const double most = std::max(penalty, sizes.samples + writing_bytes(c, sizes));
  return {{"data", data_bytes(c, sizes)},
          {"grid", grid_bytes(c, owned, 1)},
          {"coefficients", sizes.values},
          {"layers", layer_bytes(c, owned, sizes, false)},
          {"work arrays", std::max(reading_bytes(c, sizes), most)}};
}

constexpr double solver_vectors = 20; ///< of fixed points, beside their Krylov bases

/// Vectors of the solvers of `attractor`, the fixed points of all starts and Green's functions.
double attractor_vectors(const Case& c, std::int64_t samples) {
  constexpr double krylov = 110; // bases of GMRES or Anderson
  const AttractorCase& a = c.attractor;
  const auto modes = static_cast<double>(a.modes);
  const double fixed_points = static_cast<double>(2 * (a.starts + samples + 1));
  return krylov + solver_vectors + std::max(2 * modes, modes + 15) + fixed_points;
}

/// Bytes of the solvers of a network that is an attractor.
double step_bytes(const Case& c, const Sizes& sizes) {
  constexpr double krylov = 62 + 102; // bases of GMRES: of Newton's method, of linear systems
  return c.network.attractor ? (krylov + solver_vectors) * sizes.field + 2 * sizes.state : 0;
}

std::int64_t target_layers(const Case& c) {
  std::set<std::int64_t> layers;
  for (const TargetCase& target : c.data.targets) layers.insert(target.layer);
  return static_cast<std::int64_t>(layers.size());
}

/// A plan of rounded states, whose window takes a small part of `states`.
StatePlan rounded(const Case& c, const StatePlan& from, double states) {
  constexpr double share = 1.0 / 8;
  const auto layers = static_cast<double>(most_layers_per_pass(c));
  StatePlan plan = from;
  plan.single = true;
  plan.exact = target_layers(c);
  plan.window = 1 + static_cast<std::int64_t>(std::clamp(share * states, 1.0, layers));
  return plan;
}

/// All states of a case, rounded where it asks for that and it saves room.
StatePlan all_states(const Case& c, std::int64_t samples, int groups) {
  const std::int64_t n = c.network.layers;
  StatePlan plan;
  plan.samples = samples;
  plan.groups = groups;
  if (!c.run.single_states || c.network.attractor) return plan;
  StatePlan single = rounded(c, plan, static_cast<double>(n));
  single.reversal = {n, n, 0, n};
  return single.room(n) < plan.room(n) ? single : plan;
}

/// The states that compute the fewest layers in the room of `states`, or of the fewest that do.
StatePlan some_states(const Case& c, const StatePlan& from, double states) {
  constexpr double fewest = 3, fewest_rounded = 2; // one kept and two of a block; those
  StatePlan plan = from.single ? rounded(c, from, states) : from;
  StateCosts costs;
  if (plan.single) costs = {0.5, 1, static_cast<double>(plan.exact + plan.window)};
  const double room = std::max(states, plan.single ? fewest_rounded + costs.beside : fewest);
  plan.keep_all = false;
  plan.reversal = plan_revolve(c.network.layers, room, costs);
  if (c.run.scratch.empty()) return plan;
  costs.kept = 0;
  const RevolvePlan on_disk = plan_revolve(c.network.layers, room, costs);
  if (on_disk.forward >= plan.reversal.forward) return plan;
  plan.reversal = on_disk;
  plan.on_disk = true;
  return plan;
}

/// What one group of ranks has of all samples, at most.
struct Shares {
  std::int64_t samples = 0;
  double nodes = 0;          ///< of gradients on a rank's box of all ranks
  double nodes_in_group = 0; ///< on its box within the group
};

Shares shares_of(const Case& c, std::int64_t samples, int groups) {
  const std::int64_t each = samples_per_leaf(c, samples), leaves = (samples + each - 1) / each;
  const auto count = [](auto n) { return static_cast<double>(n); };
  if (groups == 1) return {samples, count(PairwiseSum::most_nodes({0, leaves}, leaves)), 0};
  Shares shares;
  for (int g = 0; g < groups; ++g) {
    const auto some = SampleGroups::leaves_of(g, groups, leaves);
    shares.samples = std::max(shares.samples, (some.last - some.first) * each);
    shares.nodes += count(PairwiseSum::joined(some, leaves).size());
    shares.nodes_in_group =
        std::max(shares.nodes_in_group, count(PairwiseSum::most_nodes(some, leaves)));
  }
  return shares;
}

/// What a group has once more beside its grid: its samples, the coefficients, the gradients of its
/// own samples, and the messages to the others.
double group_bytes(const Case& c, const Sizes& sizes, const Sizes& swept, const Shares& shares) {
  const double data =
      swept.samples * (1 + static_cast<double>(c.data.targets.size()) * (1 + marks / 2));
  const double fields = std::min(static_cast<double>(Regrouping::fields_at_once),
                                 std::max(swept.values, swept.gradients) / swept.wide);
  return data + swept.values + shares.nodes_in_group * swept.gradients +
         fields * (swept.field + shares.nodes * sizes.field);
}

} // namespace

double MemoryEstimate::total() const {
  return std::accumulate(parts.begin(), parts.end(), 0.0,
                         [](double sum, const MemoryPart& part) { return sum + part.bytes; });
}

double state_bytes(const Case& c, const Extents& box) {
  return real * static_cast<double>(Layout(box, c.grid.dimension(), state_ghosts(c)).size());
}

MemoryEstimate estimate_memory(const Case& c, const Boxes& boxes, std::int64_t samples, bool rank_0,
                               Workload workload, const StatePlan& plan) {
  const Sizes sizes = sizes_of(c, boxes.owned, samples, rank_0);
  const char* solvers = "vectors of the solvers";
  if (workload == Workload::forward) {
    std::vector<MemoryPart> parts = forward_parts(c, boxes.owned, sizes);
    parts.push_back({solvers, step_bytes(c, sizes)});
    return {parts};
  }
  if (workload == Workload::attractor) {
    std::vector<MemoryPart> parts = forward_parts(c, boxes.owned, sizes);
    parts.push_back({solvers, attractor_vectors(c, samples) * sizes.field});
    return {parts};
  }
  const bool training = workload == Workload::train;
  const Shares shares = shares_of(c, samples, plan.groups);
  const Sizes swept = sizes_of(c, boxes.swept, shares.samples, false);
  const auto together = static_cast<double>(plan.samples);
  // Beside the trajectory two states for values without adjoint, two adjoints, g, which several
  // layers in a pass need twice; one state for penalties.
  const bool several = most_layers_per_pass(c) > 1 || c.layers_per_exchange > 1;
  const double work = together * (4 * swept.state + (several ? 2 : 1) * swept.wide) + sizes.state +
                      writing_bytes(c, sizes);
  // Where states are rounded, a gradient is compared with the exact one.
  const double vectors =
      penalty_vectors(c) + (training ? optimizer_of(c).vectors + bound_vectors(c) + scale_vectors(c)
                            : plan.single ? 3
                                          : 2);
  const double states = together * plan.room(c.network.layers);
  const bool grouped = plan.groups > 1; // then layers are swept on the group's grid
  const double shared =
      grouped ? group_bytes(c, sizes, swept, shares) + grid_bytes(c, boxes.swept, plan.samples)
              : 0.0;
  return {{{"data", data_bytes(c, sizes)},
           {"grid", grid_bytes(c, boxes.owned, grouped ? 0 : plan.samples)},
           {"coefficients", sizes.values},
           {"layers", layer_bytes(c, boxes.swept, swept, true)},
           {"work arrays", work},
           {"states", states * swept.state},
           {solvers, step_bytes(c, swept)},
           {"gradients", shares.nodes * sizes.gradients},
           {training ? "optimiser" : "control vectors", vectors * sizes.control},
           {"shared samples", shared}}};
}

StatePlan plan_states(const Case& c, const Boxes& boxes, std::int64_t samples, Workload workload,
                      double bytes, int groups) {
  const double state = state_bytes(c, boxes.swept);
  StatePlan plan = all_states(c, samples_per_pass(c, samples), groups);
  const auto taken = [&] {
    return static_cast<double>(plan.samples) * plan.room(c.network.layers) * state;
  };
  const auto budget = [&] {
    if (c.run.memory > 0) return c.run.memory;
    return bytes - (estimate_memory(c, boxes, samples, true, workload, plan).total() - taken());
  };
  if (taken() <= budget()) return plan;
  if (c.run.samples_per_pass == 0) plan.samples = 1;
  constexpr std::int64_t fewest_layers = 3; // of fewer, none is computed again
  if (taken() <= budget() || c.network.layers < fewest_layers) return plan;
  return some_states(c, plan, std::floor(budget() / (static_cast<double>(plan.samples) * state)));
}

StatePlan exact_plan(const Case& c, const StatePlan& plan) {
  constexpr std::int64_t fewest = 3;
  StatePlan exact;
  exact.samples = plan.samples;
  exact.groups = plan.groups;
  exact.keep_all = false;
  exact.reversal = plan_revolve(c.network.layers, std::max(fewest, (plan.reversal.block + 1) / 2));
  return exact;
}

double points_in(const Extents& box) {
  return static_cast<double>(box[0]) * static_cast<double>(box[1]) * static_cast<double>(box[2]);
}

Extents largest_box(const Extents& shape, const ProcessGrid& processes) {
  Extents box;
  for (std::size_t a = 0; a < box.size(); ++a)
    box[a] = (shape[a] + processes[a] - 1) / processes[a];
  return box;
}

ParameterCount count_parameters(const Case& c) {
  double all = 0, trained = 0;
  for (const auto p : all_parameters) {
    const ParameterCase& parameter = case_of(c, p);
    const double points_each =
        parameter.varies_space ? points_in(three_extents(c.grid.shape)) : 1.0;
    const double entries = blocks(c, p) * points_each;
    all += entries;
    if (parameter.train) trained += entries;
  }
  // Exact up to 2^53, far beyond any memory.
  const auto count = [](double n) {
    return n < 9e18 ? static_cast<std::int64_t>(n) : std::numeric_limits<std::int64_t>::max();
  };
  return {count(trained), count(all)};
}

double result_bytes(const Case& c, std::int64_t samples) {
  const double n = points_in(three_extents(c.grid.shape)), s = static_cast<double>(samples);
  double bytes = s * n * real * static_cast<double>(c.output.layers.size());
  if (!c.data.targets.empty()) bytes += s * n * (real + 2);
  for (const auto p : all_parameters)
    bytes += real * blocks(c, p) * (case_of(c, p).varies_space ? n : 1.0);
  return bytes;
}

double checkpoint_bytes(const Case& c, std::int64_t samples) {
  constexpr double best = 1; // where it is another iterate
  const StoredLayers layers = c.run.checkpoint.value_or(CheckpointCase{}).layers;
  Case stored = c;
  stored.output.layers.resize(layers == StoredLayers::none ? 0
                              : layers == StoredLayers::ends
                                  ? 2
                                  : static_cast<std::size_t>(c.network.layers) + 1);
  return result_bytes(stored, samples) + real * static_cast<double>(count_parameters(c).trained) *
                                             (optimizer_of(c).remembered + best);
}

double NodeMemory::per_rank() const {
  return std::min(available > 0 ? available / ranks : process, process);
}

NodeMemory node_memory(MPI_Comm comm) {
  NodeMemory memory;
  MPI_Comm node = MPI_COMM_NULL;
  check_mpi(MPI_Comm_split_type(comm, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &node));
  check_mpi(MPI_Comm_size(node, &memory.ranks));
  check_mpi(MPI_Comm_free(&node));
  std::ifstream info("/proc/meminfo");
  for (std::string word; info >> word;) {
    double kib = 0;
    if (word == "MemAvailable:" && info >> kib) memory.available = 1024 * kib;
  }
  const double room = control_group_room();
  const bool limited = std::isfinite(room);
  if (limited && memory.available > 0) memory.available = std::min(memory.available, room);
  if (limited && memory.available == 0) memory.available = room;
  memory.process = process_memory_room();
  return memory;
}

} // namespace nadir
