#pragma once

#include "nadir/base/box.hpp"
#include "nadir/plan/convolution.hpp"
#include "nadir/plan/ghosts.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

namespace nadir {

/// What a command does with a network.
enum class Purpose { forward, gradient, train, attractor };
inline bool goes_back(Purpose purpose) {
  return purpose == Purpose::gradient || purpose == Purpose::train;
}

/// One parameter of a network.
struct ParameterSize {
  std::int64_t components = 1;
  bool varies_space = false, varies_layer = false, trained = false;
  bool from_file = false;       ///< its start is read from one
  bool pulled_to_start = false; ///< by an l2 penalty, for which the start is kept
};

/// What the user fixed; 0, or automatic, where it is left to the plan.
struct Wishes {
  std::int64_t layers_per_pass = 0, layers_per_exchange = 0, samples_per_pass = 0;
  std::int64_t sample_groups = 0, tile = 0;
  double memory = 0;          ///< bytes of each rank for states
  bool single_states = false; ///< rounded to single precision
  bool scratch = false;       ///< there is a folder for states that do not fit
  Convolution convolution = Convolution::automatic;
};

/// What there is to do, in numbers that grid, kernel, network and training state of themselves.
struct Workload {
  Purpose purpose = Purpose::forward;

  int dimension = 1;
  Extents shape{1, 1, 1};
  std::array<bool, max_dimension> periodic{};

  std::int64_t layers = 1; ///< whose states are stored
  bool attractor = false;  ///< layers without end; `layers` is 1
  std::int64_t channels = 1;
  Ghosts reach;          ///< where every layer has an exchange of its own
  bool together = false; ///< layers share their coefficients and couple next neighbours alone
  bool two_ways = false; ///< its kernel may as well be computed by Fourier transforms
  std::vector<ParameterSize> parameters;
  std::size_t fields_at_once = 1; ///< coefficients whose ghosts share messages
  /// Bytes that layers hold beside states on a rank's box, with their transpose or without, the
  /// kernel computed by Fourier transforms or not.
  struct LayerSetting {
    Extents box;
    bool way_back = false, by_fft = false;
  };
  std::function<double(const LayerSetting&)> layer_bytes = [](const LayerSetting&) { return 0.0; };

  std::int64_t samples = 1;
  std::int64_t targets = 0, target_layers = 0; ///< and the layers that have some
  bool reads_mask = false;                     ///< with the dataset that is read last
  std::optional<double>
      interpolated; ///< part of the points that are interpolated at the end, at most

  /// Control vectors alive while an optimiser trains, those of bounds and scales included, and
  /// those it remembers in a checkpoint.
  double training_vectors = 0, remembered_vectors = 0;
  /// A model of the Hessian that training begins with, where the kernel is swept.
  struct HessianModel {
    bool couples = false; ///< penalties do so with neighbours
    bool corners = false; ///< they are no parabolas
    bool bounded = false; ///< some unknowns
    bool bias = false;    ///< is trained
  };
  std::optional<HessianModel> hessian_model{};
  std::int64_t starts = 0, modes = 0; ///< of the search for attractors
  std::int64_t stored_layers = 0, checkpointed_layers = 0;

  Wishes wishes;
};

/// Coefficients of one layer that vary in space, and of them those that are trained.
std::int64_t fields_of(const Workload& w);
std::int64_t trained_fields_of(const Workload& w);
/// Entries of a parameter at one point: components, of every layer where it varies by layer.
double blocks_of(const Workload& w, const ParameterSize& parameter);

/// Entries of a symmetric block of so many unknowns: of more than that, its diagonal alone.
inline constexpr std::int64_t most_in_block = 16;
constexpr std::int64_t block_entries(std::int64_t unknowns) {
  return unknowns > most_in_block ? unknowns : unknowns * (unknowns + 1) / 2;
}

/// Samples that go together at most, as far as the workload tells: more than one only where it says
/// so or where that changes no order of summation.
std::int64_t samples_together(const Workload& w);
/// Layers a pass takes at most, as far as the workload tells; a grid may be too small for them.
std::int64_t layers_together(const Workload& w);

/// Entries of all parameters, trained and all, over the whole grid.
struct ParameterCount {
  std::int64_t trained = 0, all = 0;
};
ParameterCount count_parameters(const Workload& w);

/// Bytes of the result file's arrays.
double result_bytes(const Workload& w);
/// Bytes of a training's checkpoint at most: parameters, states, what the optimiser remembers.
double checkpoint_bytes(const Workload& w);

} // namespace nadir
