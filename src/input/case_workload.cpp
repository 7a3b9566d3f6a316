#include "nadir/input/case_workload.hpp"

#include "nadir/kernel/kernel_family.hpp"
#include "nadir/network/coefficients.hpp"
#include "nadir/network/layer.hpp"
#include "nadir/training/model_hessian.hpp"
#include "nadir/training/optimizers.hpp"

#include <algorithm>
#include <memory>
#include <set>
#include <string>

namespace nadir {
namespace {

double bound_vectors(const Case& c) {
  const auto bounded = [](const Parameter& p) { return p.spec.train && p.spec.bounds; };
  return std::ranges::any_of(ParameterSet(c), bounded) ? 2 : 0;
}

/// Scales of the unknowns, and what PETSc's types see in place of them and their bounds. They are
/// not needed on grids with steps of 1, unless a bias is trained.
double scale_vectors(const Case& c, const OptimizerInfo& optimizer) {
  const auto is_one = [](double step) { return step == 1; };
  if (std::ranges::all_of(c.grid.spacing, is_one) && !c.network.bias.train) return 0;
  return optimizer.create ? 1 : 2 + bound_vectors(c);
}

void add_grid(const GridSpec& grid, Workload& w) {
  w.dimension = grid.dimension();
  w.shape = three_extents(grid.shape);
  std::size_t a = w.periodic.size();
  for (auto k = std::min(a, grid.boundary.size()); k > 0; --k)
    w.periodic[--a] = grid.boundary[k - 1].kind == BoundaryKind::periodic;
}

void add_network(const Case& c, Workload& w) {
  w.layers = c.network.layers;
  w.attractor = c.network.attractor;
  w.reach = ghosts_of(c);
  w.together = layers_may_go_together(c);
  const bool radial = std::ranges::any_of(
      c.kernel.terms, [](const KernelTerm& term) { return term.family->radial != nullptr; });
  w.two_ways = radial && !is_galerkin(c) && convolution_problem(c.kernel, c.grid).empty();
  w.fields_at_once = Coefficients::fields_at_once;
  w.layer_bytes = [of = std::make_shared<const Case>(c)](const Workload::LayerSetting& s) {
    return layer_bytes(*of, s.box, s.way_back, s.by_fft);
  };
  for (const Parameter& p : ParameterSet(c)) {
    const ParameterSpec& parameter = p.spec;
    w.parameters.push_back({.components = p.components,
                            .varies_space = parameter.varies_space,
                            .varies_layer = parameter.varies_layer,
                            .trained = parameter.train,
                            .from_file = parameter.init_file.has_value(),
                            .pulled_to_start = parameter.penalty.l2 != 0});
  }
}

/// The part of the points that is interpolated; where files tell which, what it is at most. Points
/// that a dataset lacks without a mask cannot be counted.
double interpolated_part(const TargetSpec& target) {
  return target.withhold->source || target.field.mask ? 1.0 : target.withhold->fraction;
}

void add_data(const DataSpec& data, Workload& w) {
  w.targets = std::ssize(data.targets);
  std::set<std::int64_t> layers;
  for (const TargetSpec& target : data.targets) layers.insert(target.layer);
  w.target_layers = std::ssize(layers);
  const FieldSpec& last = data.targets.empty() ? data.input : data.targets.back().field;
  w.reads_mask = last.mask.has_value();
  if (!data.targets.empty() && data.targets.back().withhold)
    w.interpolated = interpolated_part(data.targets.back());
}

void add_hessian_model(const Case& c, Workload& w) {
  auto& model = w.hessian_model.emplace();
  model.bounded = bound_vectors(c) > 0;
  model.bias = c.network.bias.train;
  w.remembered_vectors += 1; // the point it is made at
  for (const Parameter& p : ParameterSet(c)) {
    const PenaltySpec& penalty = p.spec.penalty;
    if (!p.spec.train) continue;
    model.corners = model.corners || penalty.corners();
    model.couples =
        model.couples || (penalty.pairs() && (p.spec.varies_space || p.spec.varies_layer));
  }
}

void add_training(const Case& c, Workload& w) {
  w.starts = c.attractor.starts;
  w.modes = c.attractor.modes;
  const OptimizerInfo* optimizer = find_optimizer(c.training.optimizer);
  if (!optimizer) return; // a mistake in the case
  w.training_vectors = optimizer->vectors + bound_vectors(c) + scale_vectors(c, *optimizer);
  w.remembered_vectors = optimizer->remembered;
  if (optimizer->begins_with_model && begins_with_model(c)) add_hessian_model(c, w);
}

void add_output(const Case& c, Workload& w) {
  w.stored_layers = std::ssize(c.output.layers);
  const StoredLayers layers = c.run.checkpoint.value_or(CheckpointSpec{}).layers;
  w.checkpointed_layers = layers == StoredLayers::none   ? 0
                          : layers == StoredLayers::ends ? 2
                                                         : c.network.layers + 1;
}

Wishes wishes_of(const RunSpec& run) {
  return {.layers_per_pass = run.layers_per_pass,
          .layers_per_exchange = run.layers_per_exchange,
          .samples_per_pass = run.samples_per_pass,
          .sample_groups = run.sample_groups,
          .tile = run.tile,
          .memory = run.memory,
          .single_states = run.single_states,
          .scratch = !run.scratch.empty(),
          .convolution = run.convolution};
}

} // namespace

Workload workload_of(const Case& c, std::int64_t samples, Purpose purpose) {
  Workload w;
  w.purpose = purpose;
  w.samples = samples;
  add_grid(c.grid, w);
  add_network(c, w);
  add_data(c.data, w);
  add_training(c, w);
  add_output(c, w);
  w.wishes = wishes_of(c.run);
  return w;
}

void refuse(const Case& c, const MaybeProblem& problem) {
  if (!problem) return;
  Diagnostics diagnostics;
  diagnostics.add(c.positions.of(problem->key), problem->key, problem->text);
  diagnostics.throw_if_any();
}

} // namespace nadir
