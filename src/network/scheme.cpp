#include "nadir/network/scheme.hpp"

#include "explicit_schemes.hpp"
#include "implicit_scheme.hpp"

namespace nadir {

std::unique_ptr<Scheme> make_scheme(const Grid& grid, const NetworkSpec& network,
                                    RelaxationRhs& rate) {
  switch (network.scheme) {
  case SchemeKind::explicit_euler:
    return std::make_unique<ExplicitEuler>(rate);
  case SchemeKind::rk2:
    return std::make_unique<RungeKutta>(rate, heun);
  case SchemeKind::rk4:
    return std::make_unique<RungeKutta>(rate, classical_fourth_order);
  case SchemeKind::implicit_euler:
    break;
  case SchemeKind::crank_nicolson:
    return std::make_unique<ImplicitScheme>(grid, rate, 0.5, network.activation);
  }
  return std::make_unique<ImplicitScheme>(grid, rate, 1.0, network.activation);
}

std::int64_t scheme_arrays(SchemeKind kind, bool with_transpose) {
  switch (kind) {
  case SchemeKind::explicit_euler:
    return 0;
  case SchemeKind::rk2:
    return RungeKutta::arrays(heun, with_transpose);
  case SchemeKind::rk4:
    return RungeKutta::arrays(classical_fourth_order, with_transpose);
  case SchemeKind::implicit_euler:
  case SchemeKind::crank_nicolson:
    break;
  }
  return ImplicitScheme::arrays(with_transpose);
}

std::complex<double> amplification_factor(SchemeKind kind, std::complex<double> h) {
  switch (kind) {
  case SchemeKind::explicit_euler:
    break;
  case SchemeKind::implicit_euler:
    return 1.0 / (1.0 - h);
  case SchemeKind::crank_nicolson:
    return (1.0 + 0.5 * h) / (1.0 - 0.5 * h);
  case SchemeKind::rk2:
    return 1.0 + h * (1.0 + h / 2.0);
  case SchemeKind::rk4:
    return 1.0 + h * (1.0 + h / 2.0 * (1.0 + h / 3.0 * (1.0 + h / 4.0)));
  }
  return 1.0 + h;
}

} // namespace nadir
