#pragma once

#include "nadir/kernel/parameter_spec.hpp"

#include <array>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace nadir {

enum class DiffusionTensor { isotropic, diagonal, full };

/// Which of these a family has, and their components: kernel_family.hpp.
struct KernelSpec {
  std::string type = "adr"; ///< a family, or several of a sum joined by '+', as their table orders
  DiffusionTensor diffusion_tensor = DiffusionTensor::isotropic;
  std::int64_t order = 4;  ///< of the family moment: the highest derivative
  std::int64_t radius = 1; ///< of the families whose neighbours it counts; resolved
  ParameterSpec reaction;  ///< R, 1 component
  ParameterSpec advection; ///< U, d components in axis order
  ParameterSpec diffusion; ///< D: 1 | d | d(d+1)/2 components
  ParameterSpec higher;    ///< c_k of the derivatives of order 3 and more
  ParameterSpec weights;   ///< of the neighbours of a full stencil
  ParameterSpec amplitude; ///< A of a Gaussian
  ParameterSpec width;     ///< sigma
  ParameterSpec strength;  ///< A of a power law
  ParameterSpec length;    ///< l
  ParameterSpec exponent;  ///< s
  bool operator==(const KernelSpec&) const = default;
};

/// A parameter of kernels, by its key in [kernel].
struct KernelParameter {
  std::string_view key, symbol;
  ParameterSpec KernelSpec::*value;
  double fallback;       ///< where the case does not give it; NaN: it must
  std::string_view text; ///< for the case reference
};
inline constexpr double must_be_given = std::numeric_limits<double>::quiet_NaN();

/// All of them, in the order of files.
inline constexpr std::array kernel_parameters{
    KernelParameter{"reaction", "R", &KernelSpec::reaction, 0.0, "R, 1 component"},
    KernelParameter{"advection", "U", &KernelSpec::advection, 0.0,
                    "U, d components in axis order, such as (y, x)"},
    KernelParameter{"diffusion", "D", &KernelSpec::diffusion, 0.0,
                    "D: 1 component (isotropic), d (diagonal) or d(d+1)/2 (full), the upper "
                    "triangle by rows, such as (yy, yx, xx)"},
    KernelParameter{"higher", "c", &KernelSpec::higher, 0.0,
                    "of moment: `c_k` of the derivatives `∂^k`, 3 ≤ |k| ≤ order, by order, then as "
                    "in (xxx, yxx, yyx, yyy)"},
    KernelParameter{
        "weights", "W", &KernelSpec::weights, 0.0,
        "of stencil: weights of the neighbours in C order, from the lowest offsets on; of "
        "dense: of all source points in C order, in space: a row of the matrix for each "
        "point; a number is that of each"},
    KernelParameter{"amplitude", "A", &KernelSpec::amplitude, 1.0,
                    "A of gaussian, 1 component: the sum of its weights"},
    KernelParameter{"width", "sigma", &KernelSpec::width, must_be_given,
                    "σ of gaussian, 1 component, in the units of the grid; above 0"},
    KernelParameter{"strength", "A_p", &KernelSpec::strength, must_be_given,
                    "A of power-law, 1 component"},
    KernelParameter{"length", "l", &KernelSpec::length, must_be_given,
                    "ℓ of power-law, 1 component, in the units of the grid; above 0"},
    KernelParameter{"exponent", "s", &KernelSpec::exponent, must_be_given,
                    "s of power-law, 1 component; above d, or its weights have no sum"}};

/// Components of D in d dimensions.
std::int64_t diffusion_components(int dimension, DiffusionTensor tensor);

/// Pairs of axes ("yy", "yx", "xx") that name the components of D; none for an isotropic one.
std::vector<std::string> diffusion_names(int dimension, DiffusionTensor tensor);

/// What the numbers of a state multiply (theory, section 8).
enum class Basis { delta, hat, cubic_spline };

} // namespace nadir
