#include "nadir/training/unknowns.hpp"

#include "nadir/base/collective.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

namespace nadir {
namespace {

/// Of all values of all ranks; 0 where there are none.
double root_mean_square(const Space& space, BufferedSum& squares, std::int64_t mine) {
  const std::int64_t count = sum_over_ranks(space.comm(), mine);
  const double sum = sum_over_ranks(space.comm(), squares.take());
  return count > 0 ? std::sqrt(sum / static_cast<double>(count)) : 0.0;
}

double state_scale(const Space& space, const Observations& observations) {
  BufferedSum inputs, targets;
  std::int64_t used = 0;
  for (const double z : observations.input) inputs.add(z * z);
  for (const Target& target : observations.targets) {
    for (std::size_t i = 0; i < target.y.size(); ++i) {
      if (!target.used[i]) continue;
      targets.add(target.y[i] * target.y[i]);
      ++used;
    }
  }
  const double input = root_mean_square(space, inputs, std::ssize(observations.input));
  const double target = root_mean_square(space, targets, used);
  const double scale = input > 0 ? input : target;
  return std::isnormal(scale) ? scale : 1.0;
}

bool is_infinite(double bound) { return bound <= PETSC_NINFINITY || bound >= PETSC_INFINITY; }

/// Bounds of u; what is infinite stays so.
VecHandle scaled_bound(const ControlSpace& space, Vec bound, Vec scales) {
  VecHandle scaled = space.create();
  const VecRead from(bound), scale(scales);
  VecWrite to(scaled);
  for (PetscInt i = 0; i < space.local_size(); ++i)
    to[i] = is_infinite(from[i]) ? from[i] : from[i] / scale[i];
  return scaled;
}

} // namespace

std::vector<double> component_scales(const Grid& grid, const ProblemSpec& c,
                                     const Parameter& parameter, const Observations& observations) {
  std::vector<double> scales(static_cast<std::size_t>(parameter.components));
  if (parameter.name == "bias") {
    std::ranges::fill(scales, state_scale(grid, observations));
    return scales;
  }
  const ParameterSet parameters(c);
  for (std::int64_t k = 0; k < parameter.components; ++k)
    scales[static_cast<std::size_t>(k)] = parameters.scale(parameter, k);
  return scales;
}

VecHandle unknown_scales(const Grid& grid, const ProblemSpec& c, const ControlSpace& space,
                         const Observations& observations) {
  VecHandle scales = space.create();
  bool all_one = true;
  {
    VecWrite local(scales);
    for (const ControlSpace::Block& block : space.blocks()) {
      const std::vector<double> of = component_scales(grid, c, block.parameter, observations);
      all_one = all_one && std::ranges::all_of(of, [](double scale) { return scale == 1; });
      for (std::int64_t k = 0; k < block.layers * block.components; ++k)
        std::fill_n(local.data() + block.offset + k * block.points, block.points,
                    of[static_cast<std::size_t>(k % block.components)]);
    }
  }
  return all_one ? VecHandle() : std::move(scales);
}

Unknowns::Unknowns(const ControlSpace& space, Vec scales, Vec lower, Vec upper)
    : scales_(scales), lower_(lower), upper_(upper) {
  if (!scales_) return;
  parameters_ = space.create();
  if (!lower_) return;
  scaled_lower_ = scaled_bound(space, lower_, scales_);
  scaled_upper_ = scaled_bound(space, upper_, scales_);
}

Vec Unknowns::parameters(Vec u) {
  if (!scales_) return u;
  check_petsc(VecPointwiseMult(parameters_, scales_, u));
  if (!lower_) return parameters_;
  // What is on a bound of u is on that of theta, whatever the rounding.
  PetscInt n = 0;
  check_petsc(VecGetLocalSize(u, &n));
  const VecRead at(u), low(scaled_lower_), high(scaled_upper_), lowest(lower_), highest(upper_);
  VecWrite theta(parameters_);
  for (PetscInt i = 0; i < n; ++i) {
    theta[i] = at[i] <= low[i]    ? lowest[i]
               : at[i] >= high[i] ? highest[i]
                                  : std::clamp(theta[i], lowest[i], highest[i]);
  }
  return parameters_;
}

void Unknowns::assign(Vec theta, Vec u) const {
  check_petsc(scales_ ? VecPointwiseDivide(u, theta, scales_) : VecCopy(theta, u));
}

void Unknowns::set_first_loss(double loss) {
  loss_unit_ = std::isnormal(loss) ? std::abs(loss) : 1.0;
}

void Unknowns::scale_gradient(Vec g) const {
  if (scales_) check_petsc(VecPointwiseMult(g, g, scales_));
  if (loss_unit_ != 1) check_petsc(VecScale(g, 1 / loss_unit_));
}

} // namespace nadir
