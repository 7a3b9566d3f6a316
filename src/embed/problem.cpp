#include "nadir/embed/problem.hpp"

#include "nadir/analysis/machine.hpp"
#include "nadir/base/error.hpp"
#include "nadir/base/log.hpp"
#include "nadir/grid/field.hpp"
#include "nadir/input/case_reader.hpp"
#include "nadir/input/case_workload.hpp"
#include "nadir/plan/plan.hpp"
#include "nadir/training/end_to_end_trainer.hpp"
#include "nadir/training/initial_values.hpp"

#include <algorithm>
#include <optional>
#include <stdexcept>

namespace nadir {
namespace {

/// The case with targets at the layers of `shape`.
Case case_in_memory(const std::string& text, const DataShape& shape) {
  Diagnostics diagnostics;
  Case c = parse_case(text, "case",
                      {R"(data.input={ file = "memory", dataset = "input", index = "all" })"},
                      diagnostics);
  if (!c.data.targets.empty())
    diagnostics.add(c.positions.of("data.target"), "data.target",
                    "targets come from memory: leave it out");
  for (const auto& [layer, weight] : shape.targets) {
    TargetSpec& target = c.data.targets.emplace_back();
    target.layer = layer < 0 ? c.network.layers : layer;
    target.weight = weight;
    if (target.layer > c.network.layers)
      diagnostics.add({"the program", 0, 0}, "targets",
                      formatted("layer %lld is beyond the %lld of the case",
                                static_cast<long long>(target.layer),
                                static_cast<long long>(c.network.layers)));
  }
  if (shape.samples < 1) diagnostics.add({"the program", 0, 0}, "samples", "must be at least 1");
  diagnostics.throw_if_any();
  return c;
}

Plan checked_plan(const Case& c, const Workload& workload, const Machine& machine) {
  refuse(c, grid_problem(workload, machine.ranks));
  refuse(c, groups_problem(workload, machine.ranks));
  refuse(c, exchange_problem(workload, machine));
  Plan made = plan(workload, machine);
  refuse(c, memory_problem(workload, machine, made));
  return made;
}

} // namespace

struct Problem::Parts {
  Parts(const Session& session, Case of, const DataShape& shape)
      : c(std::move(of)), samples(shape.samples),
        made(
            checked_plan(c, workload_of(c, samples, Purpose::train), this_machine(session.comm()))),
        grid(session.comm(), c.grid, made.ghosts.states) {}

  /// What set_data makes.
  Objective& objective() {
    if (!computed) throw std::logic_error("a problem without data: call set_data first");
    return *computed;
  }
  std::size_t values() const { return static_cast<std::size_t>(samples * grid.owned().points()); }

  VecHandle vector_of(std::span<const double> x) {
    VecHandle v = objective().space().create();
    if (std::ssize(x) != objective().space().local_size())
      throw std::logic_error("a vector of another length than that of the unknowns");
    std::ranges::copy(x, VecWrite(v).data());
    return v;
  }

  Case c;
  std::int64_t samples;
  Plan made;
  Grid grid;
  Observations observations;
  std::optional<Objective> computed;
};

Problem::Problem(const Session& session, const std::string& text, const DataShape& shape)
    : parts_(std::make_unique<Parts>(session, case_in_memory(text, shape), shape)) {}

Problem::~Problem() = default;

const Case& Problem::specification() const { return parts_->c; }

const Box& Problem::box() const { return parts_->grid.owned(); }

void Problem::set_data(std::span<const double> input,
                       const std::vector<std::span<const double>>& targets) {
  Parts& p = *parts_;
  const auto fits = [&](std::span<const double> array) { return array.size() == p.values(); };
  if (p.computed) throw std::logic_error("the data of a problem are set once");
  if (!fits(input) || targets.size() != p.c.data.targets.size() ||
      !std::ranges::all_of(targets, fits))
    throw std::logic_error("arrays that are not [sample][point] of this rank's box");
  p.observations = observations_of(p.grid, p.c, p.samples, input, targets);
  p.computed.emplace(p.grid, p.c, p.observations,
                     initial_coefficients(p.grid, p.c, nullptr, p.made.layers.layers_per_exchange),
                     p.made.states, p.made.layers);
}

std::int64_t Problem::unknowns() const { return parts_->objective().space().local_size(); }

std::int64_t Problem::all_unknowns() const { return parts_->objective().space().global_size(); }

std::vector<double> Problem::start() const {
  const VecHandle x = parts_->objective().initial_control();
  const VecRead values(x);
  return {values.data(), values.data() + unknowns()};
}

LossParts Problem::loss(std::span<const double> x) {
  return parts_->objective().value(parts_->vector_of(x));
}

LossParts Problem::loss_and_gradient(std::span<const double> x, std::span<double> gradient) {
  const VecHandle at = parts_->vector_of(x), g = parts_->vector_of(gradient);
  const LossParts parts = parts_->objective().value_and_gradient(at, g);
  std::copy_n(VecRead(g).data(), gradient.size(), gradient.begin());
  return parts;
}

TrainingResult Problem::train(std::span<double> x,
                              const std::function<void(const Iteration&)>& each) {
  const VecHandle at = parts_->vector_of(x);
  EndToEndTrainer trainer(parts_->c, parts_->objective());
  const TrainingResult result = trainer.run(
      at, each ? each : [](const Iteration&) {});
  std::copy_n(VecRead(at).data(), x.size(), x.begin());
  return result;
}

std::vector<double> Problem::states(std::span<const double> x, std::int64_t layer) {
  return states(x, layer, parts_->observations.input);
}

std::vector<double> Problem::states(std::span<const double> x, std::int64_t layer,
                                    std::span<const double> input) {
  Objective& objective = parts_->objective();
  const std::int64_t points = box().points(),
                     samples = std::ssize(input) / std::max<std::int64_t>(points, 1);
  if (layer < 0 || layer > parts_->c.network.layers || samples * points != std::ssize(input))
    throw std::logic_error("a layer that is not there, or inputs that are not [sample][point]");
  objective.set_control(parts_->vector_of(x));
  const Layout& layout = objective.network().state_layout();
  LastTwoStates store(layout);
  std::vector<double> all(input.size());
  for (std::int64_t s = 0; s < samples; ++s) {
    unpack(layout, input.data() + s * points, store.write(0));
    throw_if_not_finite(parts_->grid, s,
                        objective.network().forward(
                            objective.coefficients(), store, 0, layer,
                            [](std::int64_t, const double*) {}, WatchedLayers({layer})));
    pack(layout, store.read(layer), all.data() + s * points);
  }
  return all;
}

std::vector<double> Problem::parameter(std::span<const double> x, std::string_view name,
                                       std::int64_t layer, std::int64_t component) {
  Objective& objective = parts_->objective();
  objective.set_control(parts_->vector_of(x));
  const Coefficients& coefficients = objective.coefficients();
  const Parameter* p = coefficients.parameters().find(name);
  if (!p) throw InputError("no parameter of this network is called '" + std::string(name) + "'");
  const ParameterValues& values = coefficients[*p];
  if (layer < 0 || component < 0 || component >= values.components() ||
      layer >= (values.varies_layer() ? values.layers() : parts_->c.network.layers))
    throw std::logic_error("a layer or a component that is not there");
  const double* block = values.block(values.block_index(layer, component));
  if (!values.varies_space()) return {*block};
  std::vector<double> packed(static_cast<std::size_t>(box().points()));
  pack(values.layout(), block, packed.data());
  return packed;
}

} // namespace nadir
