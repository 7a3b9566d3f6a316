#pragma once

#include "nadir/grid/grid_spec.hpp"
#include "nadir/kernel/activation.hpp"
#include "nadir/kernel/kernel_spec.hpp"

#include <cstdint>

namespace nadir {

enum class SchemeKind { explicit_euler, implicit_euler, crank_nicolson, rk2, rk4 };

/// What holds the norm of the states (theory, section 7).
enum class Normalisation { none, uniform, radial, project };

/// Most layers that can be asked for.
inline constexpr std::int64_t most_network_layers = 1'000'000'000;

struct NetworkSpec {
  std::int64_t layers = 1;
  bool attractor = false; ///< layers without end: state 1 is where they lead, `layers` is 1
  Activation activation = "identity";
  Basis basis = Basis::delta;
  std::int64_t nodes = 0; ///< per cell and axis, of other bases than delta; resolved: 2 to 5
  SchemeKind scheme = SchemeKind::explicit_euler;
  double rate = 1.0; ///< gamma
  Normalisation normalisation = Normalisation::none;
  double thermostat = 1.0;  ///< alpha of uniform and radial
  ParameterSpec relaxation; ///< omega
  ParameterSpec bias;       ///< b
  bool operator==(const NetworkSpec&) const = default;
};

/// What a network is made of: all that its layers need to know.
struct ModelSpec {
  GridSpec grid;
  NetworkSpec network;
  KernelSpec kernel;
};

} // namespace nadir
