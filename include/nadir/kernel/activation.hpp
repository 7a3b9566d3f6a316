#pragma once

#include "nadir/input/case.hpp"

#include <cmath>
#include <cstdint>
#include <numbers>

/// Activations f(Z) and their derivatives f'(Z) (theory, section 2), as pointwise functions and as
/// rows. To add one: a struct here, a line in with_activation, a name in the case schema.
namespace nadir {

namespace activation {

struct Identity {
  static double value(double Z) { return Z; }
  static double derivative(double /*Z*/) { return 1.0; }
};

struct Tanh {
  static double value(double Z) { return std::tanh(Z); }
  static double derivative(double Z) {
    const double f = std::tanh(Z);
    return 1.0 - f * f;
  }
};

struct Relu {
  // Written so that a NaN stays one.
  static double value(double Z) { return Z < 0 ? 0.0 : Z; }
  static double derivative(double Z) { return Z > 0 ? 1.0 : 0.0; }
};

struct LeakyRelu {
  static constexpr double slope = 0.01;
  static double value(double Z) { return Z > 0 ? Z : slope * Z; }
  static double derivative(double Z) { return Z > 0 ? 1.0 : slope; }
};

struct Sigmoid {
  static double value(double Z) {
    // exp of a negative number only: no overflow on either side.
    const double e = std::exp(-std::abs(Z));
    return (Z >= 0 ? 1.0 : e) / (1.0 + e);
  }
  static double derivative(double Z) {
    const double e = std::exp(-std::abs(Z));
    return e / ((1.0 + e) * (1.0 + e));
  }
};

struct Softplus {
  static double value(double Z) { return (Z < 0 ? 0.0 : Z) + std::log1p(std::exp(-std::abs(Z))); }
  static double derivative(double Z) { return Sigmoid::value(Z); }
};

/// The erf form, Z Phi(Z).
struct Gelu {
  static double cumulative(double Z) { return 0.5 * std::erfc(-Z * (0.5 * std::numbers::sqrt2)); }
  static double value(double Z) { return Z * cumulative(Z); }
  static double derivative(double Z) {
    constexpr double normal = 0.5 * std::numbers::inv_sqrtpi * std::numbers::sqrt2;
    return cumulative(Z) + Z * normal * std::exp(-0.5 * Z * Z);
  }
};

struct Sin {
  static double value(double Z) { return std::sin(Z); }
  static double derivative(double Z) { return std::cos(Z); }
};

struct Square {
  static double value(double Z) { return Z * Z; }
  static double derivative(double Z) { return 2.0 * Z; }
};

struct Logistic {
  static double value(double Z) { return 2.0 * Z - Z * Z; }
  static double derivative(double Z) { return 2.0 - 2.0 * Z; }
};

} // namespace activation

/// Calls use(a) with an object of the activation's type.
template<class Use> auto with_activation(ActivationKind kind, Use use) {
  switch (kind) {
  case ActivationKind::tanh:
    return use(activation::Tanh{});
  case ActivationKind::relu:
    return use(activation::Relu{});
  case ActivationKind::leaky_relu:
    return use(activation::LeakyRelu{});
  case ActivationKind::sigmoid:
    return use(activation::Sigmoid{});
  case ActivationKind::softplus:
    return use(activation::Softplus{});
  case ActivationKind::gelu:
    return use(activation::Gelu{});
  case ActivationKind::sin:
    return use(activation::Sin{});
  case ActivationKind::square:
    return use(activation::Square{});
  case ActivationKind::logistic:
    return use(activation::Logistic{});
  case ActivationKind::identity:
    break;
  }
  return use(activation::Identity{});
}

/// Whether f has a kink at Z = 0, where a gradient test must not cross it.
inline bool has_kink(ActivationKind kind) {
  return kind == ActivationKind::relu || kind == ActivationKind::leaky_relu;
}

} // namespace nadir
