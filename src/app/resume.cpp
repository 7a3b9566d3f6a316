#include "restart.hpp"

#include "checkpoint_reader.hpp"

#include "nadir/base/error.hpp"
#include "nadir/training/initial_values.hpp"

#include <algorithm>
#include <limits>

namespace nadir::app {
namespace {

constexpr std::int64_t no_limit = std::numeric_limits<std::int64_t>::max();

/// A control vector from the datasets GROUP/NAME of its parameters.
void read_control(const Job& job, const Grid& grid, const ControlSpace& space,
                  const std::string& group, Vec v) {
  Case from = job.c;
  for (auto& [name, key, spec] : named_parameters(from)) {
    if (!spec.train) continue;
    spec.init_file = DatasetSpec{job.restart->path, group + "/" + name};
    spec.bounds.reset(); // steps and gradients have none
  }
  space.from_coefficients(initial_coefficients(grid, from), v);
}

/// The rows up to `iteration`: the best iterate's checkpoint has later ones, too.
std::vector<Iteration> read_history(const CheckpointReader& checkpoint, std::int64_t iteration) {
  std::vector<Iteration> history;
  const auto column = [&](const std::string& name, std::size_t rows) {
    return checkpoint.column("/history/" + name, rows);
  };
  if (checkpoint.has("/history/iteration")) {
    const auto number = checkpoint.column("/history/iteration");
    const std::size_t rows = number.size();
    const auto misfit = column("misfit", rows), penalty = column("penalty", rows),
               norm = column("gradient_norm", rows), step = column("step_length", rows),
               evaluations = column("evaluations", rows), seconds = column("seconds", rows);
    double last = -1;
    for (std::size_t i = 0; i < rows && number[i] <= static_cast<double>(iteration); ++i) {
      if (!(number[i] > last) || !(evaluations[i] >= 0 && evaluations[i] < 1e18))
        checkpoint.refuse("iterations or evaluations of /history do not count up");
      last = number[i];
      history.push_back({static_cast<std::int64_t>(number[i]),
                         {misfit[i], penalty[i]},
                         norm[i],
                         step[i],
                         static_cast<std::int64_t>(evaluations[i]),
                         seconds[i]});
    }
  }
  // A run that was stopped amid an evaluation has no row of the iterate it was evaluating.
  const std::int64_t last = history.empty() ? -1 : history.back().iteration;
  if (last < iteration - 1 || (history.size() > 0 && history.front().iteration != 0))
    checkpoint.refuse("/history does not lead to iteration " + std::to_string(iteration));
  return history;
}

/// Fills what the iteration carries: numbers first, since they tell which vectors there are.
void read_iteration(const Job& job, const Grid& grid, const ControlSpace& space,
                    const CheckpointReader& checkpoint, Trainer& trainer) {
  for (int pass = 0; pass < 2; ++pass) {
    for (const auto& [name, value] : trainer.state().numbers)
      *value = checkpoint.number("/optimizer", name);
    for (const auto& [name, value] : trainer.state().newer_numbers)
      if (checkpoint.has_number("/optimizer", name)) *value = checkpoint.number("/optimizer", name);
    const std::string problem = trainer.state().problem;
    if (!problem.empty()) checkpoint.refuse("/optimizer has " + problem);
  }
  for (const auto& [name, v] : trainer.state().vectors)
    read_control(job, grid, space, "/optimizer/" + name, v);
}

/// Reads the stored part of a chain on this rank's box.
class ForwardReader {
 public:
  explicit ForwardReader(const Result& result)
      : result_(result), grid_(result.grid), checkpoint_(grid_.comm(), result.job.restart->path) {}

  std::int64_t layer() const {
    return checkpoint_.count("/", "layer_reached", result_.network.layers());
  }

  /// The states that were reached, [sample][point].
  std::vector<double> current() const {
    const StoredArray array = checkpoint_.array("/current", with_axes({samples()}));
    std::vector<double> states(points() * static_cast<std::size_t>(samples()));
    for (std::int64_t s = 0; s < samples(); ++s)
      array.read(slab_at({s}),
                 std::span(states).subspan(static_cast<std::size_t>(s) * points(), points()));
    checkpoint_.require_finite(states, "/current");
    return states;
  }

  /// Hands on the states of these layers, which must be those that are stored.
  void states(const std::vector<std::int64_t>& layers, const StateScan::Store& store) const {
    const auto stored = std::ssize(layers);
    const auto there =
        checkpoint_.has("/layer") ? checkpoint_.column("/layer") : std::vector<double>();
    const auto same = [](double a, std::int64_t b) { return a == static_cast<double>(b); };
    if (!std::ranges::equal(there, layers, same))
      throw InputError(checkpoint_.path() +
                       ": holds the states of other layers than output.layers asks for up to "
                       "there; give the same as before");
    if (stored == 0) return;
    const StoredArray array = checkpoint_.array("/state", with_axes({samples(), stored}));
    std::vector<double> packed(points());
    for (std::int64_t s = 0; s < samples(); ++s) {
      for (std::int64_t k = 0; k < stored; ++k) {
        array.read(slab_at({s, k}), packed);
        checkpoint_.require_finite(packed, "/state");
        store(s, k, packed.data());
      }
    }
  }

  StateScan::Sums sums() const {
    StateScan::Sums sums{checkpoint_.number("/", "misfit_so_far"),
                         checkpoint_.number("/", "withheld_so_far"),
                         checkpoint_.number("/", "persistence_so_far"),
                         {}};
    if (result_.observations.targets.empty()) return sums;
    sums.distances =
        checkpoint_.array("/loss_by_layer", {samples(), result_.network.layers() + 1}).read_all();
    checkpoint_.require_finite(sums.distances, "/loss_by_layer");
    return sums;
  }

 private:
  std::int64_t samples() const { return result_.observations.samples; }
  std::size_t points() const { return static_cast<std::size_t>(result_.observations.points); }

  std::vector<std::int64_t> with_axes(std::vector<std::int64_t> leading) const {
    const auto& shape = result_.job.c.grid.shape;
    leading.insert(leading.end(), shape.begin(), shape.end());
    return leading;
  }

  hdf5::Slab slab_at(std::initializer_list<std::int64_t> at) const {
    const Box& box = grid_.owned();
    hdf5::Slab slab;
    slab.start.assign(at.begin(), at.end());
    slab.count.assign(at.size(), 1);
    for (const auto start : box.starts()) slab.start.push_back(static_cast<hsize_t>(start));
    for (const auto count : box.counts()) slab.count.push_back(static_cast<hsize_t>(count));
    return slab;
  }

  const Result& result_;
  const Grid& grid_;
  CheckpointReader checkpoint_;
};

} // namespace

void resume_training(const Job& job, const Grid& grid, const ControlSpace& space, Trainer& trainer,
                     Vec x) {
  const CheckpointReader checkpoint(grid.comm(), job.restart->path);
  TrainingProgress progress;
  progress.iteration = checkpoint.count("/", "iteration", no_limit);
  progress.history = read_history(checkpoint, progress.iteration);
  read_control(job, grid, space, "/parameters", x);
  if (!trainer.goes_on_exactly()) {
    job.log.line(job.c.training.optimizer + " goes on from the parameters; what it had learned of "
                                            "the curvature is not kept");
  } else if (checkpoint.has("/optimizer")) {
    read_iteration(job, grid, space, checkpoint, trainer);
  } else {
    job.log.line("the checkpoint has parameters only: the optimiser starts anew from them");
  }
  *trainer.state().iteration = static_cast<double>(progress.iteration);
  VecHandle best = space.create();
  if (checkpoint.has("/best"))
    read_control(job, grid, space, "/best", best);
  else
    check_petsc(VecCopy(x, best));
  trainer.resume(std::move(progress), best);
}

std::int64_t resume_forward(const Result& result, StateScan& scan, const StateScan::Store& store) {
  const ForwardReader reader(result);
  const std::int64_t layer = reader.layer();
  std::vector<double> current = reader.current();
  const auto& layers = result.job.c.output.layers;
  reader.states({layers.begin(), std::ranges::upper_bound(layers, layer)}, store);
  scan.resume(std::move(current), reader.sums());
  return layer;
}

} // namespace nadir::app
