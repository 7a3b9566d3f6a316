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
/// Roundings that may add up in a loss, and in a difference of two.
constexpr double taylor_roundings = 1e3, difference_roundings = 10;
/// Those of a derivative that was added to another.
constexpr double sum_roundings = 4;
/// A remainder is not seen above the rounding of a derivative that is larger than this part of it.
constexpr double most_rounded = 1e-4;

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

/// The window of smallest steps whose remainders all exceed their rounding; -1 if there is none.
int find_window(const TaylorCheck& check) {
  int above = 0;
  for (auto k = static_cast<int>(check.steps.size()) - 1; k >= 0; --k) {
    const auto at = static_cast<std::size_t>(k);
    above = check.remainders[at] > check.floors[at] ? above + 1 : 0;
    if (above > TaylorCheck::halvings) return k;
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

/// Cosine and relative distance of the adjoint's directional derivatives and the differences.
void compare(DirectionCheck& check) {
  /// From here on rounding alone keeps 1 - cosine below 1e-9.
  constexpr double clear_of_rounding = 3e4;
  const double a = distance(check.adjoint, {}), b = distance(check.difference, {});
  const double product =
      std::inner_product(check.adjoint.begin(), check.adjoint.end(), check.difference.begin(), 0.0);
  check.distance = distance(check.adjoint, check.difference);
  const bool nothing = a <= check.rounding && b <= check.rounding;
  check.relative = nothing ? 0.0 : b > 0 ? check.distance / b : a;
  check.one_minus_cosine = std::min(a, b) > clear_of_rounding * check.rounding
                               ? 1.0 - product / (a * b)
                               : std::numeric_limits<double>::quiet_NaN();
}

} // namespace

bool DirectionCheck::passed() const {
  if (sign_changes > 0) return true; // as for the Taylor test
  const double size = nadir::distance(difference, {});
  return !(one_minus_cosine > cosine_tolerance) &&
         distance <= std::max(relative_tolerance * size, rounding);
}

bool TaylorCheck::passed() const {
  if (!judged()) return true; // reported
  constexpr double linear_enough = 1e-6;
  if (penalty && linear_to <= linear_enough) return true;
  if (window >= 0) return std::abs(slope - 2.0) <= 0.02;
  for (std::size_t k = 0; k < steps.size(); ++k) {
    if (steps[k] <= longest_linear_step && !(remainders[k] < linear_limit(k))) return false;
  }
  return true;
}

GradientCheck::GradientCheck(const Grid& grid, const ProblemSpec& c, Objective& objective,
                             std::uint64_t seed)
    : grid_(grid), case_(c), objective_(objective), seed_(seed),
      evaluate_([&objective](Vec x, Vec g) { return objective.value_and_gradient(x, g).loss(); }),
      gradient_(objective.space().create()), moved_(objective.space().create()),
      misfit_gradient_(objective.space().create()), penalty_gradient_(objective.space().create()),
      products_(objective.space().create()) {
  const Misfit misfit(objective.network().state_layout(), objective.observations(),
                      c.loss.reduction);
  target_size_ = std::sqrt(sum_over_ranks(grid.comm(), misfit.target_squares()));
}

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
  for (const Parameter& p : coefficients.parameters())
    layers = std::max(layers, coefficients[p].layers());
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

/// Infinite where states blow up, or there are none: such a step is too long to be judged. Rounding
/// of states z makes 2 eps sum w m |z| |z - y| of the misfit, and eps^2 sum w m z^2 where all z are
/// y: the norms of z and z - y are bounds of that.
GradientCheck::Rounded GradientCheck::misfit_at(Vec x, double h, Vec direction) {
  move(x, h, direction);
  try {
    const double misfit = objective_.value(moved_).misfit;
    const double off = std::sqrt(misfit), size = target_size_ + off;
    return {misfit, eps * size * off + taylor_roundings * (eps * size) * (eps * size)};
  } catch (const NumericsError&) {
    return {std::numeric_limits<double>::infinity(), 0};
  }
}

/// Rounding is that of the values, and of the parameters.
GradientCheck::Rounded GradientCheck::penalty_at(const ControlSpace::Block& block, Vec x, double h,
                                                 Vec direction) {
  move(x, h, direction);
  const double value = objective_.penalty_of(block, moved_, penalty_gradient_);
  check_petsc(VecPointwiseMult(products_, moved_, penalty_gradient_));
  PetscReal parameters = 0;
  check_petsc(VecNorm(products_, NORM_1, &parameters));
  return {value, eps * (std::abs(value) + parameters)};
}

/// The gradient at x and its part that is the misfit's.
void GradientCheck::split_gradient(const ControlSpace::Block& block, Vec x) {
  evaluate_(x, gradient_);
  objective_.penalty_of(block, x, penalty_gradient_);
  check_petsc(VecWAXPY(misfit_gradient_, -1.0, penalty_gradient_, gradient_));
}

/// Rounding is that of the sum with the penalty's.
GradientCheck::Rounded GradientCheck::misfit_derivative(Vec direction) {
  PetscReal derivative = 0, size = 0;
  check_petsc(VecDot(misfit_gradient_, direction, &derivative));
  check_petsc(VecPointwiseMult(products_, gradient_, direction));
  check_petsc(VecNorm(products_, NORM_1, &size));
  return {derivative, eps * size};
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
  for (const auto& block : objective_.space().blocks()) {
    checks.push_back(taylor_of(block, x, false));
    if (block.parameter.spec.penalty.any()) checks.push_back(taylor_of(block, x, true));
  }
  return checks;
}

TaylorCheck GradientCheck::taylor_of(const ControlSpace::Block& block, Vec x, bool penalty) {
  TaylorCheck check;
  check.parameter = block.parameter.name;
  check.penalty = penalty;
  VecHandle direction = objective_.space().create();
  set_direction(block, seed_ + 100 + block.parameter.index, direction);
  const auto term_at = [&](double h) {
    return penalty ? penalty_at(block, x, h, direction) : misfit_at(x, h, direction);
  };
  split_gradient(block, x);
  Rounded derivative = misfit_derivative(direction);
  if (penalty) check_petsc(VecDot(penalty_gradient_, direction, &derivative.value));
  const Rounded here = term_at(0);
  double h = first_step;
  for (int k = 0; k < most_steps; ++k, h *= 0.5) {
    const Rounded there = term_at(h);
    const double remainder = std::abs(there.value - here.value - h * derivative.value);
    const double floor =
        taylor_roundings * (here.noise + there.noise) + h * sum_roundings * derivative.noise;
    check.steps.push_back(h);
    check.remainders.push_back(remainder);
    check.floors.push_back(floor);
    if (derivative.value != 0)
      check.linear_to =
          std::min(check.linear_to, std::max(remainder, floor) / std::abs(h * derivative.value));
    if (k >= TaylorCheck::halvings && remainder <= floor) break; // from here on rounding
  }
  check.drowned = !penalty && block.parameter.spec.penalty.any() &&
                  sum_roundings * derivative.noise > most_rounded * std::abs(derivative.value);
  check.window = find_window(check);
  const auto first = static_cast<std::size_t>(std::max(check.window, 0));
  if (!penalty) check.sign_changes = sign_changes(x, 0.0, check.steps[first], direction);
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
  check.parameter = block.parameter.name;
  split_gradient(block, x);
  VecHandle direction = objective_.space().create();
  std::array<Directions, quarterings> extrapolated{}, noise{};
  for (std::size_t k = 0; k < DirectionCheck::directions; ++k) {
    set_direction(block, direction_stream(block, k), direction);
    const Rounded derivative = misfit_derivative(direction);
    check.adjoint[k] = derivative.value;
    Rounded coarse = central_difference(x, longest, direction);
    for (std::size_t s = 0; s < quarterings; ++s) {
      const Rounded fine =
          central_difference(x, std::ldexp(longest, -2 - 2 * static_cast<int>(s)), direction);
      extrapolated[s][k] = (16.0 * fine.value - coarse.value) / 15.0;
      noise[s][k] = difference_roundings * fine.noise + sum_roundings * derivative.noise;
      coarse = fine;
    }
  }
  const std::size_t best = steadiest(extrapolated);
  check.difference = extrapolated[best];
  check.rounding = distance(noise[best], {});
  const double step = std::ldexp(longest, -2 * static_cast<int>(best));
  for (std::size_t k = 0; k < DirectionCheck::directions && kinked(); ++k) {
    set_direction(block, direction_stream(block, k), direction);
    check.sign_changes += sign_changes(x, -step, step, direction);
  }
  compare(check);
  return check;
}

bool GradientCheck::kinked() const { return case_.network.activation->kink; }

std::uint64_t GradientCheck::direction_stream(const ControlSpace::Block& block,
                                              std::size_t k) const {
  return seed_ + 200 + 16 * k + block.parameter.index;
}

GradientCheck::Rounded GradientCheck::central_difference(Vec x, double h, Vec direction) {
  const Rounded after = misfit_at(x, h, direction), before = misfit_at(x, -h, direction);
  return {(after.value - before.value) / (2.0 * h), (after.noise + before.noise) / (2.0 * h)};
}

/// Whether Z > 0 at every point of this rank, layer and sample.
std::vector<std::uint8_t> GradientCheck::signs_at(Vec x, double h, Vec direction) {
  move(x, h, direction);
  objective_.set_control(moved_);
  Network& network = objective_.network();
  const Coefficients& coefficients = objective_.coefficients();
  const Layout& layout = network.state_layout();
  LastTwoStates states(layout);
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
