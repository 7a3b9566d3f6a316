#include "nadir/training/objective.hpp"

#include "nadir/base/collective.hpp"
#include "nadir/base/error.hpp"

#include <algorithm>
#include <cmath>

namespace nadir {

Objective::Objective(const Grid& grid, const Case& c, const Observations& observations,
                     Coefficients initial)
    : grid_(grid), observations_(observations), space_(grid, c), coefficients_(std::move(initial)),
      bar_(grid, c, Coefficients::Content::gradients), chain_(grid, c),
      misfit_(chain_.state_layout(), observations, c.loss.reduction),
      penalty_(grid, space_, initial_control()), two_states_(chain_.state_layout()),
      reduction_(first_number + space_.numbers()) {}

VecHandle Objective::initial_control() const {
  VecHandle x = space_.create();
  space_.from_coefficients(coefficients_, x);
  return x;
}

LossParts Objective::value(Vec x) { return evaluate(x, nullptr); }

LossParts Objective::value_and_gradient(Vec x, Vec gradient) { return evaluate(x, gradient); }

LossParts Objective::evaluate(Vec x, Vec gradient) {
  ++evaluations_;
  space_.to_coefficients(x, coefficients_);
  if (gradient) {
    if (!states_) states_ = std::make_unique<KeepAll>(chain_.state_layout(), chain_.layers());
    bar_.set_zero();
  }
  non_finite_.reset();
  BufferedSum misfit, penalty;
  for (std::int64_t s = 0; s < observations_.samples; ++s)
    run_sample(s, gradient != nullptr, misfit);

  std::ranges::fill(reduction_, ReproducibleSum());
  reduction_[0] = misfit.take();
  if (non_finite_) reduction_[2].add(1.0);
  if (stop_ && stop_->wished()) reduction_[3].add(1.0);
  const VecRead x_local(x);
  std::optional<VecWrite> g_local;
  if (gradient) {
    space_.collect_sums(bar_, std::span(reduction_).subspan(first_number));
    check_petsc(VecSet(gradient, 0.0));
    g_local.emplace(gradient);
  }
  penalty_.add(x_local.data(), gradient ? g_local->data() : nullptr, penalty);
  reduction_[1] = penalty.take();
  sum_over_ranks(grid_.comm(),
                 std::span(reduction_).first(gradient ? reduction_.size() : first_number));
  ++reductions_;
  const auto result = [this](std::size_t k) { return reduction_[k].value(); };
  if (gradient) {
    std::vector<double> numbers;
    for (std::size_t k = first_number; k < reduction_.size(); ++k) numbers.push_back(result(k));
    space_.spread_numbers(numbers, bar_);
    space_.add_coefficients(bar_, g_local->data());
  }
  if (result(2) > 0) throw_if_not_finite(grid_, non_finite_sample_, non_finite_);
  g_local.reset(); // while its array is out, PETSc answers with the norm it remembers
  const LossParts parts{result(0), result(1)};
  check_finite(parts, gradient);
  if (stop_) stop_->decide(result(3) > 0);
  return parts;
}

/// States may be finite and what is made of them not: a square, or an adjoint, that overflows.
void Objective::check_finite(const LossParts& parts, Vec gradient) {
  PetscReal norm = 0;
  if (gradient) check_petsc(VecNorm(gradient, NORM_2, &norm)); // what optimisers work with
  const bool finite = std::isfinite(parts.misfit) && std::isfinite(parts.penalty);
  if (!finite) throw NumericsError("the loss is not finite, though all states are");
  if (!std::isfinite(norm))
    throw NumericsError("the norm of the gradient is not finite, though all states are");
}

/// Forward through one sample, back where a gradient is wanted; adds this rank's misfit.
void Objective::run_sample(std::int64_t s, bool with_adjoint, BufferedSum& misfit) {
  Trajectory& states = with_adjoint ? *states_ : static_cast<Trajectory&>(two_states_);
  unpack(chain_.state_layout(), observations_.input_sample(s), states.write(0));
  const auto problem = chain_.forward(coefficients_, states, 0, chain_.layers(),
                                      [&](std::int64_t layer, const double* z) {
                                        misfit_.add_value(s, layer, z, misfit);
                                        if (stop_) stop_->step();
                                      });
  if (problem && !non_finite_) {
    non_finite_ = problem;
    non_finite_sample_ = s;
  }
  if (with_adjoint) {
    const auto seed = [&](std::int64_t layer, const double* z, double* lambda) {
      misfit_.add_derivative(s, layer, z, lambda);
      if (stop_) stop_->step();
    };
    chain_.adjoint(coefficients_, states, seed, bar_);
  }
}

double Objective::penalty_value(Vec x) {
  const VecRead local(x);
  BufferedSum sum;
  penalty_.add(local.data(), nullptr, sum);
  return sum_over_ranks(grid_.comm(), sum.take());
}

} // namespace nadir
