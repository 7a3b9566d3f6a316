#pragma once

#include "nadir/network/network_spec.hpp"

#include <array>
#include <string_view>

namespace nadir {

struct SchemeInfo {
  SchemeKind kind;
  std::string_view name;    ///< in the case file
  int order;                ///< in omega, at a fixed time
  std::string_view formula; ///< of z', the next state
};

/// The ways a layer marches `dz/dt = gamma F(z)`, `F(z) = f(W z - b) - z`, over omega = gamma dt,
/// in the order of SchemeKind.
inline constexpr std::array schemes{
    SchemeInfo{SchemeKind::explicit_euler, "explicit-euler", 1, "z + ω F(z)"},
    SchemeInfo{SchemeKind::implicit_euler, "implicit-euler", 1, "z + ω F(z')"},
    SchemeInfo{SchemeKind::crank_nicolson, "crank-nicolson", 2, "z + ω/2 (F(z) + F(z'))"},
    SchemeInfo{SchemeKind::rk2, "rk2", 2,
               "z + ω/2 (k₁ + k₂), k₁ = F(z), k₂ = F(z + ω k₁): Heun's method"},
    SchemeInfo{SchemeKind::rk4, "rk4", 4,
               "z + ω/6 (k₁ + 2 k₂ + 2 k₃ + k₄), k₁ = F(z), k₂ = F(z + ω k₁/2), "
               "k₃ = F(z + ω k₂/2), k₄ = F(z + ω k₃)"},
};

constexpr std::string_view scheme_name(SchemeKind kind) {
  return schemes[static_cast<std::size_t>(kind)].name;
}

/// Whether every layer solves an equation.
constexpr bool is_implicit(SchemeKind kind) {
  return kind == SchemeKind::implicit_euler || kind == SchemeKind::crank_nicolson;
}

/// Whether layers are those of the theory's network: explicit Euler alone.
inline bool is_plain(const NetworkSpec& network) {
  return network.scheme == SchemeKind::explicit_euler &&
         network.normalisation == Normalisation::none;
}

/// Whether the normalisation is a term of strength alpha.
constexpr bool has_thermostat(Normalisation normalisation) {
  return normalisation == Normalisation::uniform || normalisation == Normalisation::radial;
}

} // namespace nadir
