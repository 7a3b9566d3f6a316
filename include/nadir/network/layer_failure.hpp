#pragma once

#include "nadir/base/error.hpp"
#include "nadir/grid/field.hpp"
#include "nadir/grid/grid.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace nadir {

/// A value of a state that is not finite; or, where all ranks know a reason, why there is no such
/// state.
struct LayerFailure {
  std::int64_t layer = 0; ///< of the state z_layer, 1..n; with a reason 0: not of one layer
  std::int64_t point = 0; ///< global index, C order
  std::string reason{};
};

/// There is no state to go on with, for a reason: "sample 3: no attractor was found: ...".
class NoState : public NumericsError {
 public:
  using NumericsError::NumericsError;
};

/// Notes the first value on the owned points of `box` of z_layer, a padded array, that is not
/// finite, unless `first` is one of an earlier layer or point.
void note_non_finite(const Space& space, const Layout& layout, const Box& box, const double* z,
                     std::int64_t layer, std::optional<LayerFailure>& first);

/// Throws NumericsError on all ranks, naming the first place of all ranks (by sample, layer,
/// point), when some rank gives one; "the state is not finite: sample 0, layer 7, point (y, x) =
/// (3, 12)"; NoState, with sample, layer and reason, where there is a reason. Collective.
void throw_if_not_finite(const Space& space, std::int64_t sample,
                         const std::optional<LayerFailure>& mine);

} // namespace nadir
