#pragma once

#include "nadir/network/coefficients.hpp"
#include "nadir/network/layer.hpp"
#include "nadir/network/layer_failure.hpp"
#include "nadir/network/state_store.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

/// The room `network`: layers, one after the other, and back.
///
/// Here live what a case says of them (network_spec.hpp), the coefficients of all layers on this
/// rank (coefficients.hpp), operators W on the distributed grid (kernel_operator.hpp), the kinds
/// of layers with their exact transposes (layer.hpp: swept, with deep halos, in Galerkin form, by
/// any scheme), the chain of them (chain.hpp), and where states are kept for the adjoint:
/// checkpointing, or revolve (state_store.hpp, mixed_store.hpp).
///
/// A Network (this header) takes inputs to states and adjoints of states to gradients. The room
/// knows no loss, no optimiser and no files.
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

/// What a network did on this rank, in sweeps and exchanges alone; an attractor, in all.
struct WorkCounters {
  double forward_points = 0, adjoint_points = 0; ///< points times layers times samples
  double forward_seconds = 0, adjoint_seconds = 0;
  double repetition = 1; ///< layers computed forward for each layer of the last adjoint

  /// Attractors found and gone back from; for them layers, and products with J and with J^T.
  struct Solves {
    double forward = 0, adjoint = 0;
    double layers = 0, products = 0, products_back = 0;
  };
  std::optional<Solves> solves{};
};

/// What takes an input z_0 to the states z_1 .. z_n that are stored and compared with targets, and
/// its transpose, for samples that go together: a chain of n layers, or the step from the input to
/// its attractor.
class Network {
 public:
  virtual ~Network() = default;

  virtual std::int64_t layers() const = 0; ///< n
  /// The layer that is repeated.
  virtual Layer& layer() = 0;
  virtual const Layer& layer() const = 0;
  const Layout& state_layout() const { return layer().state_layout(); }
  /// Samples that go together at most.
  virtual std::size_t samples_at_once() const = 0;
  /// Whether some f(W z - b) is taken of state z_layer.
  virtual bool activates(std::int64_t layer) const = 0;

  virtual const WorkCounters& work() const = 0;

  using StateStores = std::span<StateStore* const>;
  /// Sees the states of the watched layers one after the other, as soon as their owned points are
  /// there.
  using Observer = std::function<void(std::size_t sample, std::int64_t layer, const double* z)>;
  /// Adds the derivative of the misfit with respect to state z_l to lambda_l's owned points.
  using AdjointSource =
      std::function<void(std::size_t sample, std::int64_t layer, const double* z, double* lambda)>;

  /// Called again and again, at the same steps on all ranks.
  using Pulse = std::function<void()>;

  /// From state `first` in states[s]->read(first) to state `last`; `observe` sees the watched
  /// states among first + 1 .. last, and z_0 where first is 0. Collective. What comes after a state
  /// that has a problem is still computed, so that all ranks stay together.
  virtual void forward(const Coefficients& coefficients, StateStores states, std::int64_t first,
                       std::int64_t last, const WatchedLayers& watched, const Observer& observe,
                       const Pulse& pulse = {}) = 0;
  /// What went wrong first, on this rank, with a sample since the last forward run began.
  virtual const std::optional<LayerFailure>& problem(std::size_t sample) const = 0;

  /// The same for one sample; returns its problem.
  std::optional<LayerFailure>
  forward(const Coefficients& coefficients, StateStore& states, std::int64_t first,
          std::int64_t last,
          const std::function<void(std::int64_t layer, const double* z)>& observe,
          const WatchedLayers& watched = {});

  /// From z_n back to z_0 over the states of a forward run; adds all derivatives to `bar`. The
  /// coefficients have their ghosts (Coefficients::fill_ghosts). `seed` comes to the watched
  /// layers. Collective.
  virtual void adjoint(const Coefficients& coefficients, StateStores states,
                       const WatchedLayers& watched, const AdjointSource& seed, Coefficients& bar,
                       const Pulse& pulse = {}) = 0;
};

} // namespace nadir
