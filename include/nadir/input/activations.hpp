#pragma once

#include "nadir/input/case.hpp"

#include <array>
#include <string_view>

namespace nadir {

struct ActivationInfo {
  ActivationKind kind;
  std::string_view name;    ///< in the case file
  std::string_view formula; ///< f(Z)
  std::string_view slope;   ///< f'(Z)
};

/// The activations of theory section 2, in the order of ActivationKind.
inline constexpr std::array activations{
    ActivationInfo{ActivationKind::identity, "identity", "Z", "1"},
    ActivationInfo{ActivationKind::tanh, "tanh", "tanh Z", "1 - tanh² Z"},
    ActivationInfo{ActivationKind::relu, "relu", "max(Z, 0)", "1 for Z > 0, else 0"},
    ActivationInfo{ActivationKind::leaky_relu, "leaky-relu", "Z for Z > 0, else 0.01 Z",
                   "1 for Z > 0, else 0.01"},
    ActivationInfo{ActivationKind::sigmoid, "sigmoid", "s(Z) = 1 / (1 + exp(-Z))", "s (1 - s)"},
    ActivationInfo{ActivationKind::softplus, "softplus", "ln(1 + exp Z)", "s(Z)"},
    ActivationInfo{ActivationKind::gelu, "gelu", "Z Φ(Z), Φ(Z) = (1 + erf(Z/√2)) / 2",
                   "Φ(Z) + Z exp(-Z²/2) / √(2π)"},
    ActivationInfo{ActivationKind::sin, "sin", "sin Z", "cos Z"},
    ActivationInfo{ActivationKind::square, "square", "Z²", "2 Z"},
    ActivationInfo{ActivationKind::logistic, "logistic", "2 Z - Z²", "2 - 2 Z"},
};

constexpr std::string_view activation_name(ActivationKind kind) {
  return activations[static_cast<std::size_t>(kind)].name;
}

} // namespace nadir
