#include "nadir/training/objective.hpp"
#include "nadir/training/make_network.hpp"

#include "nadir/base/collective.hpp"
#include "nadir/base/error.hpp"

#include <algorithm>
#include <cmath>

namespace nadir {
Objective::Objective(const Grid& grid, const ProblemSpec& c, const Observations& observations,
                     Coefficients initial, const StatePlan& plan, const LayerPlan& layers)
    : grid_(grid), by_fft_(layers.by_fft), case_(c), observations_(observations), space_(grid, c),
      coefficients_(std::move(initial)),
      network_(make_network(
          grid, c, plan.groups > 1 ? 1 : std::min(observations.samples, plan.samples), layers)),
      samples_(grid, c, observations, coefficients_, *network_, plan, layers),
      tree_(grid, c, samples_.leaves(), layers.layers_per_exchange),
      penalty_(grid, space_, initial_control()), reduction_(first_number + space_.numbers()) {
  if (plan.on_disk)
    together<SystemError>(grid.comm(), "no scratch file in " + c.run.scratch + ": ",
                          [&] { samples_.sweep().open_scratch(c.run.scratch); });
}

VecHandle Objective::initial_control() const {
  VecHandle x = space_.create();
  space_.from_coefficients(coefficients_, x);
  return x;
}

LossParts Objective::value(Vec x) { return evaluate(x, nullptr); }

LossParts Objective::value_and_gradient(Vec x, Vec gradient) { return evaluate(x, gradient); }

/// All samples, on this rank's part of them; in the end the tree has one node.
void Objective::run_samples(BufferedSum& misfit, bool with_gradient) {
  const auto trained = [](const Parameter& p) { return p.spec.train; };
  const auto pulse = [this] {
    if (stop_) stop_->step();
  };
  samples_.set_coefficients(trained, with_gradient);
  samples_.run(misfit, with_gradient ? &tree_ : nullptr, pulse);
}

LossParts Objective::evaluate(Vec x, Vec gradient) {
  ++evaluations_;
  space_.to_coefficients(x, coefficients_);
  BufferedSum misfit, penalty;
  run_samples(misfit, gradient != nullptr);
  const auto& problem = samples_.problem();

  std::ranges::fill(reduction_, ReproducibleSum());
  reduction_[0] = misfit.take();
  if (problem) reduction_[2].add(1.0);
  if (stop_ && stop_->wished()) reduction_[3].add(1.0);
  if (!samples_.sweep().disk_problem().empty()) reduction_[4].add(1.0);
  Coefficients* const bar = gradient ? tree_.nodes().front().sum.get() : nullptr;
  const VecRead x_local(x);
  std::optional<VecWrite> g_local;
  if (gradient) {
    space_.gather_sums(*bar, std::span(reduction_).subspan(first_number));
    g_local.emplace(gradient);
    space_.write_fields(*bar, g_local->data());
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
    space_.scatter_numbers(numbers, *bar);
    space_.add_numbers(*bar, g_local->data());
  }
  if (result(4) > 0)
    throw SystemError(first_problem(grid_.comm(), samples_.sweep().disk_problem()));
  if (result(2) > 0) throw_if_not_finite(grid_, samples_.problem_sample(), problem);
  g_local.reset(); // while its array is out, PETSc answers with the norm it remembers
  const LossParts parts{result(0), result(1)};
  check_finite(parts, gradient);
  if (stop_) stop_->decide(result(3) > 0);
  return parts;
}

/// States may be finite and what is made of them not: a square, or an adjoint, that overflows.
void Objective::check_finite(const LossParts& parts, Vec gradient) const {
  PetscReal norm = 0;
  if (gradient) check_petsc(VecNorm(gradient, NORM_2, &norm)); // what optimisers work with
  const bool finite = std::isfinite(parts.misfit) && std::isfinite(parts.penalty);
  if (!finite) throw NumericsError("the loss is not finite, though all states are");
  if (!std::isfinite(norm))
    throw NumericsError(
        std::string("the norm of the gradient is not finite, though all states are") +
        (case_.run.single_states ? " (in single precision none may exceed 3.4e38: try "
                                   "run.state_precision = \"double\")"
                                 : ""));
}

double Objective::penalty_value(Vec x) {
  const VecRead local(x);
  BufferedSum sum;
  penalty_.add(local.data(), nullptr, sum);
  return sum_over_ranks(grid_.comm(), sum.take());
}

double Objective::penalty_of(const ControlSpace::Block& block, Vec x, Vec gradient) {
  check_petsc(VecSet(gradient, 0.0));
  const VecRead local(x);
  VecWrite g(gradient);
  BufferedSum sum;
  penalty_.add_block(block, local.data(), g.data(), sum);
  return sum_over_ranks(grid_.comm(), sum.take());
}

} // namespace nadir
