#include "nadir/training/objective.hpp"

#include "nadir/base/collective.hpp"
#include "nadir/base/error.hpp"

#include <algorithm>
#include <cmath>

namespace nadir {
namespace {

WatchedLayers layers_of(const Observations& observations) {
  std::vector<std::int64_t> layers;
  for (const Target& target : observations.targets) layers.push_back(target.layer);
  return WatchedLayers(std::move(layers));
}

} // namespace

Objective::Objective(const Grid& grid, const Case& c, const Observations& observations,
                     Coefficients initial, const StatePlan& plan)
    : grid_(grid), observations_(observations), space_(grid, c), coefficients_(std::move(initial)),
      bar_(grid, c, Coefficients::Content::gradients),
      chain_(grid, c, std::min(observations.samples, plan.samples)),
      misfit_(chain_.state_layout(), observations, c.loss.reduction),
      penalty_(grid, space_, initial_control()), plan_(plan),
      target_layers_(layers_of(observations)), reduction_(first_number + space_.numbers()) {}

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
    bar_.set_zero();
    coefficients_.fill_ghosts();
  }
  non_finite_.reset();
  BufferedSum misfit, penalty;
  const auto together = static_cast<std::int64_t>(chain_.samples_at_once());
  for (std::int64_t s = 0; s < observations_.samples; s += together)
    run_samples(s, std::min(together, observations_.samples - s), gradient != nullptr, misfit);

  std::ranges::fill(reduction_, ReproducibleSum());
  reduction_[0] = misfit.take();
  if (non_finite_) reduction_[2].add(1.0);
  if (stop_ && stop_->wished()) reduction_[3].add(1.0);
  const VecRead x_local(x);
  std::optional<VecWrite> g_local;
  if (gradient) {
    space_.collect_sums(bar_, std::span(reduction_).subspan(first_number));
    g_local.emplace(gradient);
    space_.write_fields(bar_, g_local->data());
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
    space_.add_numbers(bar_, g_local->data());
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

std::unique_ptr<Trajectory> Objective::make_trajectory(bool to_go_back) const {
  const Layout& layout = chain_.state_layout();
  if (!to_go_back) return std::make_unique<KeepTwo>(layout);
  if (plan_.keep_all) return std::make_unique<KeepAll>(layout, chain_.layers());
  return std::make_unique<KeepSome>(layout, plan_.reversal);
}

std::vector<Trajectory*> Objective::trajectories(std::int64_t count, bool to_go_back) {
  auto& kept = to_go_back ? all_states_ : two_states_;
  std::vector<Trajectory*> result;
  for (std::size_t k = 0; k < static_cast<std::size_t>(count); ++k) {
    if (k == kept.size()) kept.push_back(make_trajectory(to_go_back));
    result.push_back(kept[k].get());
  }
  return result;
}

/// Forward through some samples together, back where a gradient is wanted; adds this rank's misfit.
void Objective::run_samples(std::int64_t first, std::int64_t count, bool with_adjoint,
                            BufferedSum& misfit) {
  const auto sample = [&](std::size_t s) { return first + static_cast<std::int64_t>(s); };
  const auto pulse = [this] {
    if (stop_) stop_->step();
  };
  const auto states = trajectories(count, with_adjoint);
  for (std::size_t s = 0; s < states.size(); ++s)
    unpack(chain_.state_layout(), observations_.input_sample(sample(s)), states[s]->write(0));
  chain_.forward(
      coefficients_, states, 0, chain_.layers(), target_layers_,
      [&](std::size_t s, std::int64_t layer, const double* z) {
        misfit_.add_value(sample(s), layer, z, misfit);
      },
      pulse);
  for (std::size_t s = 0; s < states.size() && !non_finite_; ++s) {
    non_finite_ = chain_.problem(s);
    non_finite_sample_ = sample(s);
  }
  if (!with_adjoint) return;
  chain_.adjoint(
      coefficients_, states, target_layers_,
      [&](std::size_t s, std::int64_t layer, const double* z, double* lambda) {
        misfit_.add_derivative(sample(s), layer, z, lambda);
      },
      bar_, pulse);
}

double Objective::penalty_value(Vec x) {
  const VecRead local(x);
  BufferedSum sum;
  penalty_.add(local.data(), nullptr, sum);
  return sum_over_ranks(grid_.comm(), sum.take());
}

} // namespace nadir
