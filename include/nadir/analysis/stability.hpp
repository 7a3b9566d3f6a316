#pragma once

#include "nadir/network/coefficients.hpp"

#include <string>

namespace nadir {

/// Stability numbers of the worst point and layer (theory, section 5), for f = identity and R = 0:
///
///     diffusive = sum_a 2 omega D_aa / Delta_a^2  <= 1,   advective = sum_a omega U_a^2 / (2 D_aa)
///     <= 1
///
/// and, for a full tensor, kernels beyond adr, schemes other than explicit Euler and layers in
/// Galerkin form, the largest amplification |a(k)| over sampled wave numbers k instead (and, on
/// large boxes, a sample of the points): a(k) = 1 - omega + omega W^(k), or what the scheme makes
/// of it (amplification_factor). All of it without normalisation.
struct Stability {
  bool full_matrix = false;   ///< nothing below is known
  bool full_tensor = false;   ///< or another family, scheme or basis: judged by the amplification
  double diffusive = 0.0;     ///< infinite where some omega D_aa is negative
  double advective = 0.0;     ///< infinite where U is not 0 and D is
  double amplification = 0.0; ///< where it is what counts
  double omega_min = 0.0, omega_max = 0.0;
  bool relaxes = true;            ///< explicit Euler: omega > 1 is over-relaxation
  bool normalised = false;        ///< which the numbers leave out
  bool maximum_principle = false; ///< the maximum norm cannot grow (sufficient conditions)
};

/// Collective.
Stability stability_of(const Grid& grid, const ModelSpec& c, const Coefficients& coefficients);

/// Two or three lines for a reader.
std::string stability_text(const Stability& s);

/// What to try where the very first states leave the range of numbers, with the largest stable D
/// where there is one. Collective.
std::string start_advice(const Grid& grid, const ModelSpec& c, const Coefficients& coefficients);

} // namespace nadir
