#pragma once

#include "nadir/network/coefficients.hpp"
#include "nadir/network/layer.hpp"
#include "nadir/network/non_finite.hpp"
#include "nadir/network/tiling.hpp"
#include "nadir/network/trajectory.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace nadir {

/// Layers whose states somebody looks at.
class WatchedLayers {
 public:
  /// All of them.
  WatchedLayers() = default;
  explicit WatchedLayers(std::vector<std::int64_t> layers);

  bool contains(std::int64_t layer) const;
  /// Ascending, each once; empty where all are watched.
  const std::vector<std::int64_t>& listed() const { return layers_; }
  /// The first one after `layer`, or `last`, whichever comes first; and the last one before.
  std::int64_t next(std::int64_t layer, std::int64_t last) const;
  std::int64_t previous(std::int64_t layer, std::int64_t first) const;

 private:
  bool all_ = true;
  std::vector<std::int64_t> layers_; ///< ascending
};

/// What a chain did on this rank, in sweeps and exchanges alone.
struct Work {
  double forward_points = 0, adjoint_points = 0; ///< points times layers times samples
  double forward_seconds = 0, adjoint_seconds = 0;
  double repetition = 1; ///< layers computed forward for each layer of the last adjoint
};

/// The chain z_0 -> z_n of n relaxation layers and its transpose, for samples that go together.
class Chain {
 public:
  /// For at most `samples` samples. Collective.
  Chain(const Grid& grid, const Case& c, std::int64_t samples = 1);
  Chain(const Grid& grid, const Case& c, const PassPlan& plan);

  std::int64_t layers() const { return layers_; }
  const Layout& state_layout() const { return layer_->state_layout(); }
  Layer& layer() { return *layer_; }
  const Layer& layer() const { return *layer_; }
  /// Samples that go together at most.
  std::size_t samples_at_once() const { return layer_->samples_per_pass(); }

  const Work& work() const { return work_; }

  using Trajectories = std::span<Trajectory* const>;
  /// Sees the states of the watched layers one after the other, as soon as their owned points are
  /// there.
  using Observer = std::function<void(std::size_t sample, std::int64_t layer, const double* z)>;
  /// Adds the derivative of the misfit with respect to state z_l to lambda_l's owned points.
  using Seed =
      std::function<void(std::size_t sample, std::int64_t layer, const double* z, double* lambda)>;

  /// Called after every pass over the points, at the same steps on all ranks.
  using Pulse = std::function<void()>;

  /// From state `first` in states[s]->read(first) to state `last`; `observe` sees the watched
  /// states among first + 1 .. last, and z_0 where first is 0. Collective. Layers after a value
  /// that is not finite are still computed, so that all ranks stay together.
  void forward(const Coefficients& coefficients, Trajectories states, std::int64_t first,
               std::int64_t last, const WatchedLayers& watched, const Observer& observe,
               const Pulse& after_pass = {});
  /// The first value on this rank that was not finite in the last forward run, of one sample, or
  /// why a layer of it or of its transpose could not be computed.
  const std::optional<NonFinite>& problem(std::size_t sample) const { return problems_[sample]; }

  /// The same for one sample; returns its problem.
  std::optional<NonFinite>
  forward(const Coefficients& coefficients, Trajectory& states, std::int64_t first,
          std::int64_t last,
          const std::function<void(std::int64_t layer, const double* z)>& observe,
          const WatchedLayers& watched = {});

  /// From z_n back to z_0 over the states of a forward run, computing again what is not held; adds
  /// all derivatives to `bar`. The coefficients have their ghosts (Coefficients::fill_ghosts).
  /// `seed` comes to the watched layers. Collective.
  void adjoint(const Coefficients& coefficients, Trajectories states, const WatchedLayers& watched,
               const Seed& seed, Coefficients& bar, const Pulse& after_pass = {});
  /// lambda_0 = d misfit / d z_0 of a sample, a padded array; valid until the next call.
  const double* lambda(std::size_t sample) const { return lambda_arrays_[0][sample]; }

 private:
  StateTable table_to_write(Trajectories states, std::int64_t first, std::int64_t last);
  StateTable table_to_recall(Trajectories states, std::int64_t first, std::int64_t last);
  static std::int64_t layers_per_pass(Trajectories states, std::int64_t most);
  void compute(const Coefficients& coefficients, Trajectories states, std::int64_t first,
               std::int64_t last);
  void transpose(const Coefficients& coefficients, Trajectories states, std::int64_t first,
                 std::int64_t last, Coefficients& bar);
  void compute_again(const Coefficients& coefficients, Trajectories states, std::int64_t layer,
                     const Pulse& after_pass);
  void note_problems(std::size_t samples, std::int64_t first);
  double points_of(std::size_t samples, std::int64_t layers) const;
  void make_lambda(std::size_t samples);

  std::int64_t layers_;
  std::unique_ptr<Layer> layer_;
  std::vector<std::optional<NonFinite>> problems_; ///< by sample
  Work work_;
  std::vector<double*> states_;      ///< of the pass: [layer][sample]
  std::vector<Field> lambda_fields_; ///< made by the first adjoint
  std::array<std::vector<double*>, 2> lambda_arrays_;
};

} // namespace nadir
