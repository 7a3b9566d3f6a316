#include "checkpoints.hpp"

#include "nadir/base/collective.hpp"
#include "nadir/base/error.hpp"
#include "nadir/output/checkpoint_files.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace nadir::app {
namespace {

/// Without a wish of the case: trainings as the schema's defaults, forward runs only when stopped.
CheckpointSpec wanted(const Job& job) {
  CheckpointSpec checkpoint = job.c.run.checkpoint.value_or(CheckpointSpec{});
  if (!job.c.run.checkpoint && job.arguments.command == Command::forward) checkpoint.every = 0;
  return checkpoint;
}

const Iteration* lowest(const std::vector<Iteration>& history) {
  const auto lower = [](const Iteration& a, const Iteration& b) {
    return a.loss.loss() < b.loss.loss();
  };
  const auto found = std::ranges::min_element(history, lower);
  return found == history.end() ? nullptr : &*found;
}

/// A result without the history's rows or with them, at the objective's coefficients.
Result state_of(const Job& job, const Grid& grid, Objective& objective,
                std::span<const Iteration> history, double penalty) {
  return {.job = job,
          .grid = grid,
          .observations = objective.observations(),
          .network = objective.network(),
          .coefficients = objective.coefficients(),
          .penalty = penalty,
          .history = history};
}

/// What every checkpoint and result has in common; the states only where there are any.
void write_common(ResultWriter& writer, const Result& result, bool states) {
  writer.add_root_scales();
  if (states)
    writer.write_attributes(writer.write_states(ResultWriter::Scoring::none));
  else
    writer.write_description();
  if (!result.observations.targets.empty()) writer.write_target();
  writer.write_coefficients();
  if (!result.history.empty()) writer.write_history();
}

} // namespace

Checkpoints::Checkpoints(const Job& job, StopWishes& wishes)
    : job_(job), c_(job.c), wishes_(wishes), wanted_(wanted(job)),
      best_loss_(std::numeric_limits<double>::infinity()) {}

bool Checkpoints::due(std::int64_t number) const {
  return regular() && number > 0 && number % wanted_.every == 0 && !has(number) && affordable();
}

bool Checkpoints::affordable() const {
  constexpr double share = 0.02;
  if (c_.run.checkpoint || longest_ == 0) return true;
  int enough = process_seconds() - ended_ > longest_ / share;
  check_mpi(MPI_Bcast(&enough, 1, MPI_INT, 0, job_.session.comm())); // clocks differ a little
  return enough != 0;
}

std::int64_t Checkpoints::next_due(std::int64_t number, std::int64_t end) const {
  if (!regular()) return end;
  return std::min(end, (number / wanted_.every + 1) * wanted_.every);
}

bool Checkpoints::to_be_kept() const { return c_.positions.contains("run.checkpoint.keep"); }

bool Checkpoints::ours(const std::string& path) const {
  return provenance_of(path, ResultFile::first_run_id) == job_.run.first_id;
}

void Checkpoints::tidy(bool needed) const {
  if (to_be_kept()) return;
  // Of a run that went on from an earlier one than its last there are higher numbers.
  const std::string last = last_ < 0 ? "" : checkpoint_path(c_.output.file, last_);
  const auto to_go = [&](const std::string& path) {
    return ours(path) && !(needed && path == last);
  };
  together<SystemError>(job_.session.comm(), "", [&] {
    if (job_.session.rank() != 0) return;
    rotate_checkpoints(c_.output.file, needed && last.empty() ? 1 : 0, to_go);
    remove_best_checkpoint(c_.output.file, to_go);
  });
}

std::vector<std::int64_t> Checkpoints::states_of_case() const {
  const std::int64_t n = c_.network.layers;
  if (wanted_.layers == StoredLayers::none) return {};
  if (wanted_.layers == StoredLayers::ends) return {0, n};
  std::vector<std::int64_t> all(static_cast<std::size_t>(n) + 1);
  std::iota(all.begin(), all.end(), std::int64_t{0});
  return all;
}

std::string Checkpoints::write(const Grid& grid, Objective& objective, Trainer& trainer) {
  const double started = process_seconds();
  const IterationState state = trainer.state();
  const auto number = static_cast<std::int64_t>(*state.iteration);
  const std::string path = checkpoint_path(c_.output.file, number);
  if (has(number)) return path;
  objective.set_control(state.point);
  const double penalty = objective.penalty_value(state.point);
  const Result result = state_of(job_, grid, objective, trainer.history(), penalty);
  const auto layers = states_of_case();
  ResultWriter writer(result, path, layers);
  write_common(writer, result, !layers.empty());
  writer.file().attribute("/", "iteration", number);
  write_iteration(writer, grid, objective, trainer);
  finish(writer, number, started);
  keep_best(grid, objective, trainer, path);
  return path;
}

void Checkpoints::write_iteration(ResultWriter& writer, const Grid& grid,
                                  const Objective& objective, Trainer& trainer) {
  const IterationState state = trainer.state();
  const Iteration* best = lowest(trainer.history());
  if (best && best->iteration != static_cast<std::int64_t>(*state.iteration))
    write_vector(writer, grid, objective.space(), "/best", trainer.best());
  writer.file().attribute("/optimizer", "type", c_.training.optimizer);
  for (const auto& [name, value] : state.numbers)
    writer.file().attribute("/optimizer", name, *value);
  for (const auto& [name, value] : state.newer_numbers)
    writer.file().attribute("/optimizer", name, *value);
  for (const auto& [name, v] : state.vectors)
    write_vector(writer, grid, objective.space(), "/optimizer/" + name, v);
}

void Checkpoints::write_vector(ResultWriter& writer, const Grid& grid, const ControlSpace& space,
                               const std::string& group, Vec v) {
  Coefficients values(grid, c_, Coefficients::Content::gradients);
  space.to_coefficients(v, values);
  writer.write_parameters(group, values, ResultWriter::Which::trained, [&](const Parameter& p) {
    return Label{"1", group.substr(group.rfind('/') + 1) + " of " + p.name};
  });
}

/// NAME.checkpoint-best.h5 is the last checkpoint when that is the best iterate, else a file of its
/// own with the best parameters and nothing of the optimiser.
void Checkpoints::keep_best(const Grid& grid, Objective& objective, Trainer& trainer,
                            const std::string& path) {
  const Iteration* best = lowest(trainer.history());
  if (!best || best->loss.loss() >= best_loss_) return;
  best_loss_ = best->loss.loss();
  if (best->iteration == last_) {
    together<SystemError>(grid.comm(), "", [&] {
      if (grid.rank() == 0) name_best_checkpoint(c_.output.file, path);
    });
    return;
  }
  objective.set_control(trainer.best());
  const Result result = state_of(job_, grid, objective, trainer.history(), best->loss.penalty);
  const auto layers = states_of_case();
  ResultWriter writer(result, best_checkpoint_path(c_.output.file), layers);
  write_common(writer, result, !layers.empty());
  writer.file().attribute("/", "iteration", best->iteration);
  writer.write_provenance();
  writer.file().commit_checkpoint();
}

std::string Checkpoints::write(const Result& result, ResultWriter& from, ResultFile::Dataset states,
                               const StateScan& scan, std::int64_t layer) {
  const double started = process_seconds();
  const std::string path = checkpoint_path(c_.output.file, layer);
  if (has(layer)) return path;
  std::vector<std::int64_t> layers = c_.output.layers;
  layers.erase(std::ranges::upper_bound(layers, layer), layers.end());
  ResultWriter writer(result, path, layers);
  write_common(writer, result, false);
  const Box& box = result.grid.owned();
  const auto points = static_cast<std::size_t>(result.observations.points);
  const auto current =
      writer.file().create_dataset("/current", StoredType::f8, writer.with_axes({"sample"}),
                                   {writer.state_units(), "state of the layer that was reached"});
  for (std::int64_t s = 0; s < result.observations.samples; ++s) {
    const std::array at{s};
    writer.file().write(current, at, box,
                        scan.current().data() + static_cast<std::size_t>(s) * points);
  }
  if (!layers.empty()) {
    const auto stored = writer.create_states();
    std::vector<double> packed(points);
    for (std::int64_t s = 0; s < result.observations.samples; ++s) {
      for (std::int64_t k = 0; k < static_cast<std::int64_t>(layers.size()); ++k) {
        const std::array at{s, k};
        from.file().read(states, at, box, packed.data());
        writer.file().write(stored, at, box, packed.data());
      }
    }
  }
  const StateScan::Sums sums = scan.sums();
  writer.write_distances(sums.distances);
  writer.file().attribute("/", "layer_reached", layer);
  writer.file().attribute("/", "misfit_so_far", sums.misfit);
  writer.file().attribute("/", "withheld_so_far", sums.withheld);
  writer.file().attribute("/", "persistence_so_far", sums.persistence);
  finish(writer, layer, started);
  return path;
}

/// Places the file; after that, and never before, older ones of this run may go.
void Checkpoints::finish(ResultWriter& writer, std::int64_t number, double started) {
  writer.write_provenance();
  const auto ours = [this](const std::string& path) { return this->ours(path); };
  MPI_Comm comm = job_.session.comm();
  together<SystemError>(comm, "", [&] {
    if (job_.session.rank() == 0) set_aside_checkpoints(c_.output.file, ours);
  });
  writer.file().commit_checkpoint();
  last_ = number;
  // Of a run that goes on from an earlier one than its last there are higher numbers.
  const auto ours_before = [&](const std::string& path) {
    return path != checkpoint_path(c_.output.file, number) && ours(path);
  };
  together<SystemError>(comm, "", [&] {
    if (job_.session.rank() == 0) rotate_checkpoints(c_.output.file, wanted_.keep - 1, ours_before);
  });
  const double seconds = process_seconds() - started;
  wishes_.checkpoint_took(seconds);
  longest_ = std::max(longest_, seconds);
  ended_ = process_seconds();
  job_.log.detail(
      formatted("checkpoint %lld took %.2f s", static_cast<long long>(number), seconds));
}

} // namespace nadir::app
