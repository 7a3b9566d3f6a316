#include "nadir/network/scheme_layer.hpp"

#include <algorithm>

namespace nadir {

SchemeLayer::SchemeLayer(const Grid& grid, const NetworkSpec& network,
                         std::unique_ptr<KernelOperator> kernel, std::size_t samples)
    : grid_(grid), rate_(std::move(kernel), network.activation),
      normaliser_(grid, network, rate_.rows()), scheme_(make_scheme(grid, network, rate_)),
      problems_(samples) {}

std::int64_t SchemeLayer::arrays(const NetworkSpec& network, bool with_transpose) {
  constexpr std::int64_t of_rate = 2;
  const bool again = with_transpose && network.normalisation != Normalisation::none;
  return of_rate + scheme_arrays(network.scheme, with_transpose) + (again ? 1 : 0);
}

double SchemeLayer::forward_flops() const { return forward_evaluations_ * rate_.flops(); }

double SchemeLayer::adjoint_flops() const {
  return back_evaluations_ * rate_.flops() + rate_.transpose_flops();
}

void SchemeLayer::steps(const LayerCoefficients& coefficients, const StateTable& z) {
  rate_.set_coefficients(coefficients);
  const auto from = z.layer(0), to = z.layer(1);
  const std::int64_t before = rate_.evaluations();
  for (std::size_t s = 0; s < from.size(); ++s) {
    problems_[s].reset();
    const std::string problem = scheme_->step(from[s], to[s]);
    if (!problem.empty()) problems_[s] = {1, 0, problem};
    normaliser_.apply(from[s], to[s]);
    if (!problems_[s]) note_non_finite(to[s], problems_[s]);
  }
  forward_evaluations_ =
      static_cast<double>(rate_.evaluations() - before) / static_cast<double>(from.size());
}

/// Looks point by point only where there is something to be found.
void SchemeLayer::note_non_finite(const double* z, std::optional<LayerFailure>& first) const {
  double sum = 0; // v - v is 0 for numbers and NaN for all others
  for_owned_rows(state_layout(), z, [&](const double* row, std::int64_t n) {
    for (std::int64_t i = 0; i < n; ++i) sum += row[i] - row[i];
  });
  if (sum == 0) return;
  const Box all{grid_.dimension(), {0, 0, 0}, state_layout().count};
  nadir::note_non_finite(grid_, state_layout(), all, z, 1, first);
}

void SchemeLayer::steps_transpose(const LayerCoefficients& coefficients, const StateTable& z,
                                  const std::array<std::span<double* const>, 2>& lambda,
                                  const LayerGradient& bar) {
  rate_.set_coefficients(coefficients);
  rate_.set_gradient(bar);
  const auto from = z.layer(0), to = z.layer(1);
  const std::int64_t before = rate_.evaluations();
  for (std::size_t s = 0; s < from.size(); ++s) {
    problems_[s].reset();
    const std::string problem = transpose(from[s], to[s], lambda[0][s], lambda[1][s]);
    if (!problem.empty()) problems_[s] = {1, 0, problem};
  }
  back_evaluations_ =
      static_cast<double>(rate_.evaluations() - before) / static_cast<double>(from.size());
}

/// Whether the transpose needs z_next as the scheme left it and the normalisation changed it.
bool SchemeLayer::computes_again() const {
  return normaliser_.projects() ||
         (normaliser_.kind() != Normalisation::none && scheme_->reads_next());
}

std::string SchemeLayer::transpose(double* z, double* z_next, double* lambda_next, double* lambda) {
  double* y = z_next;
  if (computes_again()) {
    if (!y_) y_.emplace(state_layout());
    y = y_->data();
    scheme_->step(z, y);
  }
  if (normaliser_.projects()) normaliser_.transpose_projection(y, lambda_next);
  std::string problem = scheme_->step_transpose(z, y, lambda_next, lambda);
  if (has_thermostat(normaliser_.kind())) normaliser_.add_transpose(z, lambda_next, lambda);
  return problem;
}

void SchemeLayer::apply(const LayerCoefficients& coefficients, double* z, double* Z,
                        GhostValue beyond) {
  rate_.kernel().set_coefficients(coefficients);
  rate_.kernel().apply(z, Z, beyond);
}

void SchemeLayer::apply_transpose(const LayerCoefficients& coefficients, const double* Z_bar,
                                  double* z_bar) {
  rate_.kernel().set_coefficients(coefficients);
  rate_.kernel().apply_transpose(Z_bar, z_bar);
}

} // namespace nadir
