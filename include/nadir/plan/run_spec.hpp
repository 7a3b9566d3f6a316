#pragma once

#include "nadir/output/output_spec.hpp"
#include "nadir/plan/convolution.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace nadir {

struct RunSpec {
  std::optional<CheckpointSpec> checkpoint;
  std::optional<double> time_limit; ///< seconds, of the whole run
  double memory = 0;                ///< bytes of each rank for states; 0: chosen
  bool single_states = false;       ///< what the adjoint reads is rounded to single precision
  std::string scratch;              ///< folder for states that do not fit; empty: none
  std::int64_t layers_per_pass = 0; ///< 0: chosen
  std::int64_t layers_per_exchange = 0;
  std::int64_t samples_per_pass = 0;
  std::int64_t sample_groups = 0; ///< of ranks that share the samples; 0: chosen
  std::int64_t tile = 0;
  Convolution convolution = Convolution::automatic;
  bool operator==(const RunSpec&) const = default;
};

} // namespace nadir
