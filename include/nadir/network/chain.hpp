#pragma once

#include "nadir/network/network.hpp"

#include <array>
#include <memory>
#include <optional>
#include <vector>

namespace nadir {

/// The chain z_0 -> z_n of n relaxation layers and its transpose, for samples that go together.
class Chain final : public Network {
 public:
  /// For at most `samples` samples. Collective.
  Chain(const Grid& grid, const ModelSpec& c, std::int64_t samples = 1);
  Chain(const Grid& grid, const ModelSpec& c, const PassPlan& plan);

  std::int64_t layers() const override { return layers_; }
  Layer& layer() override { return *layer_; }
  const Layer& layer() const override { return *layer_; }
  std::size_t samples_at_once() const override { return layer_->samples_per_pass(); }
  bool activates(std::int64_t layer) const override { return layer < layers_; }

  const WorkCounters& work() const override { return work_; }

  using Network::forward;
  /// Pulses after every pass over the points. Problems are values that are not finite.
  void forward(const Coefficients& coefficients, StateStores states, std::int64_t first,
               std::int64_t last, const WatchedLayers& watched, const Observer& observe,
               const Pulse& after_pass = {}) override;
  const std::optional<LayerFailure>& problem(std::size_t sample) const override {
    return problems_[sample];
  }

  /// Computes again what is not held.
  void adjoint(const Coefficients& coefficients, StateStores states, const WatchedLayers& watched,
               const AdjointSource& seed, Coefficients& bar, const Pulse& after_pass = {}) override;
  /// lambda_0 = d misfit / d z_0 of a sample, a padded array; valid until the next call.
  const double* lambda(std::size_t sample) const { return lambda_arrays_[0][sample]; }

 private:
  StateTable table_to_write(StateStores states, std::int64_t first, std::int64_t last);
  StateTable table_to_recall(StateStores states, std::int64_t first, std::int64_t last);
  static std::int64_t layers_per_pass(StateStores states, std::int64_t most);
  void compute(const Coefficients& coefficients, StateStores states, std::int64_t first,
               std::int64_t last);
  void transpose(const Coefficients& coefficients, StateStores states, std::int64_t first,
                 std::int64_t last, Coefficients& bar);
  void compute_again(const Coefficients& coefficients, StateStores states, std::int64_t layer,
                     const Pulse& after_pass);
  void note_problems(std::size_t samples, std::int64_t first);
  double points_of(std::size_t samples, std::int64_t layers) const;
  void make_lambda(std::size_t samples);

  std::int64_t layers_;
  std::unique_ptr<Layer> layer_;
  std::vector<std::optional<LayerFailure>> problems_; ///< by sample
  WorkCounters work_;
  std::vector<double*> states_;      ///< of the pass: [layer][sample]
  std::vector<Field> lambda_fields_; ///< made by the first adjoint
  std::array<std::vector<double*>, 2> lambda_arrays_;
};

} // namespace nadir
