#include "nadir/plan/memory.hpp"

#include "nadir/grid/field.hpp"
#include "nadir/grid/halo.hpp"
#include "nadir/grid/regrouping.hpp"
#include "nadir/plan/samples.hpp"

#include <petscsystypes.h>

#include <algorithm>
#include <array>
#include <numeric>

namespace nadir {
namespace {

constexpr double real = sizeof(double);

/// Bytes of what a network is made of, on one rank.
struct Sizes {
  double field = 0;        ///< the owned points once
  double samples = 0;      ///< of all samples
  double state = 0;        ///< padded for a state
  double wide = 0;         ///< padded for a coefficient
  double values = 0;       ///< all coefficients
  double gradients = 0;    ///< their derivatives
  double control = 0;      ///< one control vector
  double largest_init = 0; ///< of a parameter while its file is read
};

Sizes sizes_of(const Workload& w, const Extents& owned, std::int64_t samples,
               const Ghosts& ghosts) {
  Sizes sizes;
  sizes.field = real * points_in(owned);
  sizes.samples = sizes.field * static_cast<double>(w.channels * samples);
  const auto padded = [&](int width) {
    return real * static_cast<double>(Layout(owned, w.dimension, width).size());
  };
  sizes.state = padded(ghosts.states) * static_cast<double>(w.channels);
  sizes.wide = padded(ghosts.coefficients);
  for (const ParameterSize& p : w.parameters) {
    const double bytes = blocks_of(w, p) * (p.varies_space ? sizes.wide : real);
    const double packed = blocks_of(w, p) * (p.varies_space ? sizes.field : real);
    sizes.values += bytes;
    if (p.from_file) sizes.largest_init = std::max(sizes.largest_init, packed);
    if (!p.trained) continue;
    sizes.gradients += bytes;
    sizes.control += packed;
  }
  return sizes;
}

/// Values and two marks per point of a target.
constexpr double marks = 2 / real;

double data_bytes(const Workload& w, const Sizes& sizes) {
  return sizes.samples * (1 + static_cast<double>(w.targets) * (1 + marks));
}

/// Beside the data while the last dataset is read: a mask, or the init file of a parameter.
double reading_bytes(const Workload& w, const Sizes& sizes) {
  return std::max(sizes.largest_init, w.reads_mask ? (1 - marks / 2) * sizes.samples : 0.0);
}

/// Matrix and multigrid of the interpolation in fields of the free points, where these are next to
/// each other: measured with PETSc 3.18. Scattered ones take less.
double multigrid_fields(int dimension) {
  constexpr std::array fields{38.0, 51.0, 92.0};
  constexpr double long_indices = sizeof(PetscInt) > 4 ? 1.4 : 1.0;
  return long_indices * fields[static_cast<std::size_t>(dimension - 1)];
}

/// While the result is written: two states and a packed one, the interpolation of withheld points.
double writing_bytes(const Workload& w, const Sizes& sizes) {
  constexpr double interpolation_fields = 4; // padded and packed ones
  double fields = 1;
  if (w.interpolated)
    fields += interpolation_fields + multigrid_fields(w.dimension) * *w.interpolated;
  return 2 * sizes.state + sizes.field * fields;
}

/// Buffers of messages between ranks: of states and of g in layers, of coefficients, of penalties.
double message_bytes(const Workload& w, const Extents& owned, std::int64_t layers_per_exchange,
                     std::size_t samples) {
  Axes remote{};
  for (std::size_t a = 0; a < remote.size(); ++a) remote[a] = owned[a] < w.shape[a];
  const int d = w.dimension;
  const Ghosts ghosts = ghosts_of(w.reach, layers_per_exchange);
  const Layout single(owned, d, 1), state(owned, d, ghosts.states),
      wide(owned, d, ghosts.coefficients);
  const int radius = layers_per_exchange > 1 ? 1 : ghosts.states;
  double bytes = Halo::buffer_bytes(state, remote, radius, samples) +
                 Halo::buffer_bytes(wide, remote, radius, samples) +
                 Halo::buffer_bytes(single, remote);
  if (layers_per_exchange > 1) // of states as deep as their ghosts; of g and lambda on the way back
    bytes += Halo::buffer_bytes(state, remote, ghosts.states, samples) +
             Halo::buffer_bytes(state, remote, static_cast<int>(layers_per_exchange), 2 * samples);
  if (fields_of(w) > 0) bytes += Halo::buffer_bytes(wide, remote, ghosts.states, w.fields_at_once);
  return bytes;
}

/// That, and PETSc's index lists: measured with PETSc 3.18.
double grid_bytes(const Workload& w, const Extents& owned, std::int64_t layers_per_exchange,
                  std::int64_t together) {
  constexpr double indices_per_point = 5;
  return indices_per_point * sizeof(PetscInt) * points_in(owned) +
         message_bytes(w, owned, layers_per_exchange, static_cast<std::size_t>(together));
}

/// The start of the l2 penalty is kept.
double penalty_vectors(const Workload& w) {
  const auto pulled = [](const ParameterSize& p) { return p.trained && p.pulled_to_start; };
  return std::ranges::any_of(w.parameters, pulled) ? 1 : 0;
}

std::vector<MemoryPart> forward_parts(const Workload& w, const Extents& owned, const Sizes& sizes,
                                      const LayerPlan& layers) {
  // One after the other: files, the penalty of the coefficients, the states of all samples on their
  // way and the result.
  const double penalty =
      w.targets == 0 ? 0 : (1 + penalty_vectors(w)) * sizes.control + sizes.state;
  const double most = std::max(penalty, sizes.samples + writing_bytes(w, sizes));
  return {{"data", data_bytes(w, sizes)},
          {"grid", grid_bytes(w, owned, layers.layers_per_exchange, 1)},
          {"coefficients", sizes.values},
          {"layers", w.layer_bytes({owned, false, layers.by_fft})},
          {"work arrays", std::max(reading_bytes(w, sizes), most)}};
}

constexpr double solver_vectors = 20; ///< of fixed points, beside their Krylov bases

/// Vectors of the solvers of `attractor`, the fixed points of all starts and Green's functions.
double attractor_vectors(const Workload& w) {
  constexpr double krylov = 110; // bases of GMRES or Anderson
  const auto modes = static_cast<double>(w.modes);
  const double fixed_points = static_cast<double>(2 * (w.starts + w.samples + 1));
  return krylov + solver_vectors + std::max(2 * modes, modes + 15) + fixed_points;
}

/// Bytes of the solvers of a network that is an attractor.
double solver_bytes(const Workload& w, const Sizes& sizes) {
  constexpr double krylov = 62 + 102; // bases of GMRES: of Newton's method, of linear systems
  return w.attractor ? (krylov + solver_vectors) * sizes.field + 2 * sizes.state : 0;
}

/// Bytes of the model of the Hessian: blocks, their factors and what they are made of, states and
/// derivatives of one layer, control vectors of its inverse. Two states more have the place of
/// those that are written at the end.
double model_bytes(const Workload& w, const Sizes& sizes) {
  const Workload::HessianModel& model = *w.hessian_model;
  double bytes = sizes.control * (3 + 4 * model.couples + model.corners + model.bounded) +
                 sizes.state * (6 + model.corners) + sizes.field;
  double derivatives = model.bias ? 0 : 1; // that of b is needed
  for (const bool in_space : {true, false}) {
    for (const bool by_layer : {true, false}) {
      std::int64_t unknowns = 0;
      for (const ParameterSize& p : w.parameters)
        if (p.trained && p.varies_space == in_space && p.varies_layer == by_layer)
          unknowns += p.components;
      const auto count = static_cast<double>(unknowns);
      derivatives += count;
      const double layers = by_layer ? static_cast<double>(w.layers) : 1;
      if (in_space)
        bytes += 2 * sizes.field * layers * static_cast<double>(block_entries(unknowns));
      if (!by_layer) bytes += sizes.field * (count + (in_space && unknowns > 0 ? 2 : 0));
    }
  }
  return bytes + sizes.wide * derivatives;
}

/// What one group of ranks has of all samples, at most.
struct Shares {
  std::int64_t samples = 0;
  double nodes = 0;          ///< of gradients on a rank's box of all ranks
  double nodes_in_group = 0; ///< on its box within the group
};

Shares shares_of(const Workload& w, int groups) {
  const std::int64_t each = samples_per_leaf(w.samples, samples_together(w));
  const std::int64_t leaves = (w.samples + each - 1) / each;
  const auto count = [](auto n) { return static_cast<double>(n); };
  if (groups == 1) return {w.samples, count(most_nodes_alive({0, leaves}, leaves)), 0};
  Shares shares;
  for (int g = 0; g < groups; ++g) {
    const Leaves some = leaves_of_group(g, groups, leaves);
    shares.samples = std::max(shares.samples, (some.last - some.first) * each);
    shares.nodes += count(joined_leaves(some, leaves).size());
    shares.nodes_in_group = std::max(shares.nodes_in_group, count(most_nodes_alive(some, leaves)));
  }
  return shares;
}

/// What a group has once more beside its grid: its samples, the coefficients, the gradients of its
/// own samples, and the messages to the others.
double group_bytes(const Workload& w, const Sizes& sizes, const Sizes& swept,
                   const Shares& shares) {
  const double data = swept.samples * (1 + static_cast<double>(w.targets) * (1 + marks / 2));
  const double fields = std::min(static_cast<double>(Regrouping::fields_at_once),
                                 std::max(swept.values, swept.gradients) / swept.wide);
  return data + swept.values + shares.nodes_in_group * swept.gradients +
         fields * (swept.field + shares.nodes * sizes.field);
}

std::vector<MemoryPart> gradient_parts(const Workload& w, const Boxes& boxes, const Sizes& sizes,
                                       const LayerPlan& layers, const StatePlan& plan) {
  const std::int64_t K = layers.layers_per_exchange;
  const Shares shares = shares_of(w, plan.groups);
  const Sizes swept = sizes_of(w, boxes.swept, shares.samples, ghosts_of(w.reach, K));
  const auto together = static_cast<double>(plan.samples);
  // Beside the trajectory two states for values without adjoint, two adjoints, g, which several
  // layers in a pass need twice; one state for penalties.
  const bool several = layers_together(w) > 1 || K > 1;
  const double work = together * (4 * swept.state + (several ? 2 : 1) * swept.wide) + sizes.state +
                      writing_bytes(w, sizes);
  // Where states are rounded, a gradient is compared with the exact one.
  const bool training = w.purpose == Purpose::train;
  const double vectors = penalty_vectors(w) + (training ? w.training_vectors : plan.single ? 3 : 2);
  const double states = together * plan.room(w.layers);
  const bool grouped = plan.groups > 1; // then layers are swept on the group's grid
  const double shared =
      grouped ? group_bytes(w, sizes, swept, shares) + grid_bytes(w, boxes.swept, K, plan.samples)
              : 0.0;
  return {{"data", data_bytes(w, sizes)},
          {"grid", grid_bytes(w, boxes.owned, K, grouped ? 0 : plan.samples)},
          {"coefficients", sizes.values},
          {"layers", w.layer_bytes({boxes.swept, true, layers.by_fft})},
          {"work arrays", work},
          {"states", states * swept.state},
          {"vectors of the solvers", solver_bytes(w, swept)},
          {"gradients", shares.nodes * sizes.gradients},
          {training ? "optimiser" : "control vectors", vectors * sizes.control},
          {"model of the Hessian",
           training && w.hessian_model && !layers.by_fft ? model_bytes(w, sizes) : 0.0},
          {"shared samples", shared}};
}

} // namespace

double MemoryEstimate::total() const {
  return std::accumulate(parts.begin(), parts.end(), 0.0,
                         [](double sum, const MemoryPart& part) { return sum + part.bytes; });
}

double state_bytes(const Workload& w, const Extents& box, std::int64_t layers_per_exchange) {
  const int width = ghosts_of(w.reach, layers_per_exchange).states;
  return real * static_cast<double>(w.channels) *
         static_cast<double>(Layout(box, w.dimension, width).size());
}

MemoryEstimate estimate_memory(const Workload& w, const Boxes& boxes, const LayerPlan& layers,
                               const StatePlan& states) {
  const Ghosts ghosts = ghosts_of(w.reach, layers.layers_per_exchange);
  const Sizes sizes = sizes_of(w, boxes.owned, w.samples, ghosts);
  if (goes_back(w.purpose)) return {gradient_parts(w, boxes, sizes, layers, states)};
  std::vector<MemoryPart> parts = forward_parts(w, boxes.owned, sizes, layers);
  parts.push_back({"vectors of the solvers", w.purpose == Purpose::attractor
                                                 ? attractor_vectors(w) * sizes.field
                                                 : solver_bytes(w, sizes)});
  return {parts};
}

} // namespace nadir
