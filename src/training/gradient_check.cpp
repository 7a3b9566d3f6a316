#include "nadir/training/gradient_check.hpp"

#include "nadir/base/collective.hpp"
#include "nadir/base/error.hpp"
#include "nadir/base/hashed_random.hpp"
#include "nadir/kernel/activation.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace nadir {
namespace {

constexpr double eps = std::numeric_limits<double>::epsilon();
constexpr int most_steps = 40; ///< halvings from the first step on
constexpr double first_step =
    12.8; ///< long: where the signal is weak, shorter ones drown in rounding
constexpr double longest_linear_step = 0.1;

double dot(const Layout& layout, const Field& a, const Field& b) {
  std::vector<double> packed(
      static_cast<std::size_t>(layout.count[0] * layout.count[1] * layout.count[2]));
  auto other = packed;
  pack(layout, a.data(), packed.data());
  pack(layout, b.data(), other.data());
  return std::inner_product(packed.begin(), packed.end(), other.begin(), 0.0);
}

void fill_random(const Grid& grid, std::uint64_t stream, Field& field) {
  const Extents& n = grid.owned().count;
  for (std::int64_t z = 0; z < n[0]; ++z) {
    for (std::int64_t y = 0; y < n[1]; ++y) {
      for (std::int64_t x = 0; x < n[2]; ++x) {
        field.at(z, y, x) =
            hashed_number(stream, static_cast<std::uint64_t>(grid.global_index(z, y, x)));
      }
    }
  }
}

/// The window of smallest steps whose remainders all exceed `floor`; -1 if there is none.
int find_window(const std::vector<double>& remainders, double floor) {
  for (int first = static_cast<int>(remainders.size()) - 1 - TaylorCheck::halvings; first >= 0;
       --first) {
    const auto begin = remainders.begin() + first;
    if (std::all_of(begin, begin + TaylorCheck::halvings + 1, [&](double r) { return r > floor; }))
      return first;
  }
  return -1;
}

using Directions = std::array<double, DirectionCheck::directions>;

double distance(const Directions& a, const Directions& b) {
  double squares = 0;
  for (std::size_t k = 0; k < a.size(); ++k) squares += (a[k] - b[k]) * (a[k] - b[k]);
  return std::sqrt(squares);
}

/// The entry that differs least from the one before it; where a step was too long both are NaN.
template<std::size_t n> std::size_t steadiest(const std::array<Directions, n>& sequence) {
  std::size_t best = n - 1;
  double least = std::numeric_limits<double>::infinity();
  for (std::size_t s = 1; s < n; ++s) {
    const double change = distance(sequence[s], sequence[s - 1]);
    if (change < least) {
      least = change;
      best = s;
    }
  }
  return best;
}

/// Cosine and relative distance of the adjoint's directional derivatives and the differences; two
/// no larger than `floor` are the same.
void compare(DirectionCheck& check, double floor) {
  const double a = distance(check.adjoint, {}), b = distance(check.difference, {});
  const double product =
      std::inner_product(check.adjoint.begin(), check.adjoint.end(), check.difference.begin(), 0.0);
  if (a <= floor && b <= floor) return;
  check.one_minus_cosine = a > 0 && b > 0 ? 1.0 - product / (a * b) : (a == b ? 0.0 : 1.0);
  check.relative = b > 0 ? distance(check.adjoint, check.difference) / b : a;
}

} // namespace

bool DirectionCheck::passed() const {
  if (sign_changes > 0) return true; // as for the Taylor test
  return one_minus_cosine <= cosine_tolerance && relative <= relative_tolerance;
}

bool TaylorCheck::passed() const {
  if (sign_changes > 0) return true; // a kink inside the window: reported, not judged
  if (window >= 0) return std::abs(slope - 2.0) <= 0.02;
  for (std::size_t k = 0; k < steps.size(); ++k) {
    if (steps[k] <= longest_linear_step && !(remainders[k] < linear_limit)) return false;
  }
  return true;
}

GradientCheck::GradientCheck(const Grid& grid, const Case& c, Objective& objective,
                             std::uint64_t seed)
    : grid_(grid), case_(c), objective_(objective), seed_(seed),
      evaluate_([&objective](Vec x, Vec g) { return objective.value_and_gradient(x, g).loss(); }),
      gradient_(objective.space().create()), moved_(objective.space().create()) {}

TransposeCheck GradientCheck::transpose(Vec x) {
  objective_.set_control(x);
  Layer& layer = objective_.network().layer();
  const Layout& layout = layer.state_layout();
  Field z(layout), Wz(layout), lambda(layout), Wt_lambda(layout);
  fill_random(grid_, seed_, z);
  fill_random(grid_, seed_ + 1, lambda);
  TransposeCheck check;
  const Coefficients& coefficients = objective_.coefficients();
  std::int64_t layers = 1;
  for (const auto p : all_parameters) layers = std::max(layers, coefficients[p].layers());
  for (std::int64_t l = 0; l < layers; ++l) {
    layer.apply(coefficients.layer(l), z.data(), Wz.data(), GhostValue::zero);
    layer.apply_transpose(coefficients.layer(l), lambda.data(), Wt_lambda.data());
    std::array<double, 4> products{dot(layout, Wz, lambda), dot(layout, z, Wt_lambda),
                                   dot(layout, Wz, Wz), dot(layout, lambda, lambda)};
    check_mpi(MPI_Allreduce(MPI_IN_PLACE, products.data(), 4, MPI_DOUBLE, MPI_SUM, grid_.comm()));
    const double scale = std::sqrt(products[2] * products[3]);
    check.difference = std::max(check.difference, std::abs(products[0] - products[1]) / scale);
  }
  return check;
}

/// Random entries in one parameter's block, 0 elsewhere.
void GradientCheck::set_direction(const ControlSpace::Block& block, std::uint64_t stream,
                                  Vec d) const {
  check_petsc(VecSet(d, 0.0));
  VecWrite local(d);
  const Extents& n = grid_.owned().count;
  std::int64_t i = block.offset;
  for (std::int64_t k = 0; k < block.layers * block.components; ++k) {
    if (!block.varies_space) {
      if (block.points > 0)
        local[static_cast<PetscInt>(i++)] = hashed_number(stream, static_cast<std::uint64_t>(k));
      continue;
    }
    for (std::int64_t z = 0; z < n[0]; ++z) {
      for (std::int64_t y = 0; y < n[1]; ++y) {
        for (std::int64_t x = 0; x < n[2]; ++x) {
          const std::int64_t place = k * grid_.points() + grid_.global_index(z, y, x);
          local[static_cast<PetscInt>(i++)] =
              hashed_number(stream, static_cast<std::uint64_t>(place));
        }
      }
    }
  }
}

void GradientCheck::move(Vec from, double h, Vec direction) {
  check_petsc(VecWAXPY(moved_, h, direction, from));
}

/// Infinite where states blow up, or there are none: such a step is too long to be judged.
double GradientCheck::value_at(Vec x, double h, Vec direction) {
  move(x, h, direction);
  try {
    return objective_.value(moved_).loss();
  } catch (const NumericsError&) {
    return std::numeric_limits<double>::infinity();
  }
}

/// Points, layers and samples where Z changes its sign between two steps; 0 for smooth activations.
std::int64_t GradientCheck::sign_changes(Vec x, double from, double to, Vec direction) {
  if (!kinked()) return 0;
  const auto before = signs_at(x, from, direction), after = signs_at(x, to, direction);
  double changes = 0;
  for (std::size_t i = 0; i < before.size(); ++i) changes += before[i] != after[i];
  return static_cast<std::int64_t>(sum_over_ranks(grid_.comm(), changes));
}

std::vector<TaylorCheck> GradientCheck::taylor(Vec x) {
  std::vector<TaylorCheck> checks;
  for (const auto& block : objective_.space().blocks()) checks.push_back(taylor_of(block, x));
  return checks;
}

TaylorCheck GradientCheck::taylor_of(const ControlSpace::Block& block, Vec x) {
  TaylorCheck check;
  check.parameter = block.parameter;
  VecHandle direction = objective_.space().create();
  set_direction(block, seed_ + 100 + static_cast<std::uint64_t>(block.parameter), direction);
  const double J = evaluate_(x, gradient_);
  PetscReal derivative = 0;
  check_petsc(VecDot(gradient_, direction, &derivative));
  const double floor = 1e3 * eps * std::abs(J);
  check.linear_limit = 1e4 * eps * std::abs(J);
  double h = first_step;
  for (int k = 0; k < most_steps; ++k, h *= 0.5) {
    const double remainder = std::abs(value_at(x, h, direction) - J - h * derivative);
    check.steps.push_back(h);
    check.remainders.push_back(remainder);
    if (k >= TaylorCheck::halvings && remainder <= floor) break; // from here on rounding
  }
  check.window = find_window(check.remainders, floor);
  const auto first = static_cast<std::size_t>(std::max(check.window, 0));
  check.sign_changes = sign_changes(x, 0.0, check.steps[first], direction);
  if (check.window < 0) return check;
  const double ratio = check.remainders[first] / check.remainders[first + TaylorCheck::halvings];
  check.slope = std::log2(ratio) / TaylorCheck::halvings;
  return check;
}

std::vector<DirectionCheck> GradientCheck::directions(Vec x) {
  std::vector<DirectionCheck> checks;
  for (const auto& block : objective_.space().blocks()) checks.push_back(directions_of(block, x));
  return checks;
}

/// Central differences at quartered steps, extrapolated once (Richardson): error h^4. The step is
/// chosen where they change least from one to the next, without a look at the adjoint's answer.
DirectionCheck GradientCheck::directions_of(const ControlSpace::Block& block, Vec x) {
  constexpr std::size_t quarterings = 8;
  constexpr double longest = 0.32;
  DirectionCheck check;
  check.parameter = block.parameter;
  const double J = evaluate_(x, gradient_);
  VecHandle direction = objective_.space().create();
  std::array<Directions, quarterings> extrapolated{};
  for (std::size_t k = 0; k < DirectionCheck::directions; ++k) {
    set_direction(block, direction_stream(block, k), direction);
    check_petsc(VecDot(gradient_, direction, &check.adjoint[k]));
    double coarse = central_difference(x, longest, direction);
    for (std::size_t s = 0; s < quarterings; ++s) {
      const double fine =
          central_difference(x, std::ldexp(longest, -2 - 2 * static_cast<int>(s)), direction);
      extrapolated[s][k] = (16.0 * fine - coarse) / 15.0;
      coarse = fine;
    }
  }
  const std::size_t best = steadiest(extrapolated);
  check.difference = extrapolated[best];
  const double step = std::ldexp(longest, -2 * static_cast<int>(best));
  for (std::size_t k = 0; k < DirectionCheck::directions && kinked(); ++k) {
    set_direction(block, direction_stream(block, k), direction);
    check.sign_changes += sign_changes(x, -step, step, direction);
  }
  constexpr double roundings = 10; // of J, in a difference
  compare(check, roundings * eps * std::abs(J) / step);
  return check;
}

bool GradientCheck::kinked() const { return has_kink(case_.network.activation); }

std::uint64_t GradientCheck::direction_stream(const ControlSpace::Block& block,
                                              std::size_t k) const {
  return seed_ + 200 + 16 * k + static_cast<std::uint64_t>(block.parameter);
}

double GradientCheck::central_difference(Vec x, double h, Vec direction) {
  return (value_at(x, h, direction) - value_at(x, -h, direction)) / (2.0 * h);
}

/// Whether Z > 0 at every point of this rank, layer and sample.
std::vector<std::uint8_t> GradientCheck::signs_at(Vec x, double h, Vec direction) {
  move(x, h, direction);
  objective_.set_control(moved_);
  Network& network = objective_.network();
  const Coefficients& coefficients = objective_.coefficients();
  const Layout& layout = network.state_layout();
  KeepTwo states(layout);
  Field z(layout), Z(layout);
  std::vector<std::uint8_t> signs;
  const auto look = [&](std::int64_t l, const double* z_l) {
    if (!network.activates(l)) return;
    const LayerCoefficients rows = coefficients.layer(l);
    std::copy_n(z_l, layout.size(), z.data());
    network.layer().apply(rows, z.data(), Z.data(), GhostValue::given);
    for (std::int64_t k = 0; k < layout.count[0]; ++k) {
      for (std::int64_t j = 0; j < layout.count[1]; ++j) {
        for (std::int64_t i = 0; i < layout.count[2]; ++i) {
          const double b = rows.b.field
                               ? rows.b.field[k * rows.b.stride.z + j * rows.b.stride.y + i]
                               : rows.b.number;
          signs.push_back(Z.at(k, j, i) > b);
        }
      }
    }
  };
  for (std::int64_t s = 0; s < objective_.observations().samples; ++s) {
    unpack(layout, objective_.observations().input_sample(s), states.write(0));
    network.forward(coefficients, states, 0, network.layers(), look);
  }
  return signs;
}

} // namespace nadir
