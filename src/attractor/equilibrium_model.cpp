#include "nadir/attractor/equilibrium_model.hpp"

#include "nadir/base/log.hpp"
#include "nadir/base/profile.hpp"

#include <mpi.h>

#include <algorithm>

namespace nadir {
namespace {

std::string not_found(const FixedPointEnd& end) {
  const auto layers = static_cast<long long>(end.iterations);
  const std::string residuals =
      ". Residuals |z - f(Z)| on the way:" + residuals_text(end.history) + ". ";
  if (end.diverged)
    return formatted("no attractor was found: the layers diverge within %lld", layers) + residuals +
           "Try a smaller network.relaxation (it moves no attractor), or coefficients and bounds "
           "with which layers are stable; `nadir describe` tells about those of the start";
  return formatted("no attractor was found: not at rest after %lld layers", layers) + residuals +
         "Try more attractor.layers, a smaller network.relaxation, which moves no attractor but "
         "may end a cycle, or other coefficients to start from";
}

std::string without_derivative(const std::string& why) {
  return "the attractor has no derivative: I - J is singular or nearly so (" + why +
         "), so that it moves without bound with the coefficients, or its place depends on the "
         "input. Where f is the identity, let R be below 0 or hold an axis by a value boundary; "
         "elsewhere stay away from where attractors appear or vanish, with bounds or penalties";
}

} // namespace

EquilibriumModel::EquilibriumModel(const Grid& grid, const ModelSpec& c, const AttractorSpec& a,
                                   const PassPlan& plan)
    : linear_(c.network.activation->linear), map_(grid, c, plan), response_(map_),
      basin_(map_, response_, a), z_(map_.create()), mu_(map_.create()),
      lambda_(map_.state_layout()) {
  work_.solves.emplace();
}

void EquilibriumModel::forward(const Coefficients& coefficients, StateStores states,
                               std::int64_t /*first*/, std::int64_t /*last*/,
                               const WatchedLayers& watched, const Observer& observe,
                               const Pulse& pulse) {
  const ProfileEvent event(Event::forward);
  map_.use(coefficients);
  StateStore& sample = *states[0];
  if (watched.contains(0)) observe(0, 0, sample.read(0));
  find(sample);
  if (watched.contains(1)) observe(0, 1, sample.read(1));
  if (pulse) pulse();
}

/// z_1 from z_0.
void EquilibriumModel::find(StateStore& states) {
  const double start = MPI_Wtime();
  const FixedPointMap::Counts before = map_.counts();
  pack(map_.state_layout(), states.read(0), VecWrite(z_).data());
  const FixedPointEnd end = basin_.solve(z_);
  unpack(map_.state_layout(), VecRead(z_).data(), states.write(1));
  problem_.reset();
  if (!end.found) problem_ = {0, 0, not_found(end)};
  work_.forward_seconds += MPI_Wtime() - start;
  work_.solves->forward += 1;
  work_.solves->layers += static_cast<double>(map_.counts().layers - before.layers);
  work_.solves->products += static_cast<double>(map_.counts().products - before.products);
}

void EquilibriumModel::adjoint(const Coefficients& coefficients, StateStores states,
                               const WatchedLayers& watched, const AdjointSource& seed,
                               Coefficients& bar, const Pulse& pulse) {
  const ProfileEvent event(Event::adjoint);
  map_.use(coefficients);
  if (!problem_ && watched.contains(1)) {
    std::fill_n(lambda_.data(), map_.state_layout().size(), 0.0);
    seed(0, 1, states[0]->read_back(1), lambda_.data());
    transpose(*states[0], lambda_.data(), bar);
  }
  if (pulse) pulse();
}

void EquilibriumModel::transpose(StateStore& states, const double* lambda, Coefficients& bar) {
  const double start = MPI_Wtime();
  const FixedPointMap::Counts before = map_.counts();
  const VecHandle right = map_.create();
  pack(map_.state_layout(), lambda, VecWrite(right).data());
  pack(map_.state_layout(), states.read_back(1), VecWrite(z_).data());
  map_.linearise(z_);
  if (solve_transpose(right)) map_.add_derivatives(z_, mu_, bar);
  work_.adjoint_seconds += MPI_Wtime() - start;
  work_.solves->adjoint += 1;
  work_.solves->products_back +=
      static_cast<double>(map_.counts().products_back - before.products_back);
}

/// (I - J)^T mu = right; what is singular for sure is not tried.
bool EquilibriumModel::solve_transpose(Vec right) {
  if (linear_ && response_.is_singular()) {
    problem_ = {0, 0, without_derivative("the constant, or a checkerboard, is a null vector")};
    return false;
  }
  const LinearEnd end = response_.solve_transpose(right, mu_);
  if (!end.solved)
    problem_ = {0, 0,
                without_derivative(formatted("GMRES stopped at %.1e of the start", end.residual))};
  return end.solved;
}

} // namespace nadir
