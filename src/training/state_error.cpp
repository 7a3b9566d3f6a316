#include "nadir/training/state_error.hpp"

#include "nadir/base/collective.hpp"

#include <cmath>
#include <limits>

namespace nadir {
namespace {

double quotient(double difference, double exact) {
  if (difference == 0) return 0;
  return exact > 0 ? std::sqrt(difference / exact) : std::numeric_limits<double>::infinity();
}

} // namespace

StateError state_error(const ControlSpace& space, Vec gradient, Vec exact) {
  std::vector<ReproducibleSum> sums; // of squares: difference, exact of every block
  {
    const VecRead g(gradient), e(exact);
    for (const ControlSpace::Block& block : space.blocks()) {
      BufferedSum differences, squares;
      for (std::int64_t i = block.offset; i < block.offset + block.size(); ++i) {
        const auto k = static_cast<PetscInt>(i);
        differences.add((g[k] - e[k]) * (g[k] - e[k]));
        squares.add(e[k] * e[k]);
      }
      sums.push_back(differences.take());
      sums.push_back(squares.take());
    }
  }
  sum_over_ranks(PetscObjectComm(reinterpret_cast<PetscObject>(exact)), std::span(sums));
  StateError error;
  double differences = 0, squares = 0;
  for (std::size_t k = 0; k < space.blocks().size(); ++k) {
    const double difference = sums[2 * k].value(), square = sums[2 * k + 1].value();
    error.parameters.emplace_back(space.blocks()[k].parameter.name, quotient(difference, square));
    differences += difference;
    squares += square;
  }
  error.gradient = quotient(differences, squares);
  return error;
}

StateError state_error(Objective& objective, Vec x, Vec gradient, const StatePlan& plan,
                       const StatePlan& exact) {
  VecHandle exact_gradient = objective.space().create();
  objective.hold_states(exact);
  objective.value_and_gradient(x, exact_gradient);
  objective.hold_states(plan);
  return state_error(objective.space(), gradient, exact_gradient);
}

} // namespace nadir
