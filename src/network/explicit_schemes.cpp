#include "explicit_schemes.hpp"

namespace nadir {

RungeKutta::RungeKutta(RelaxationRhs& rate, const Tableau& tableau)
    : rate_(rate), tableau_(tableau), stages_(1, Field(rate.state_layout())) {}

std::string RungeKutta::step(double* z, double* z_next) {
  double* const next = stages_.front().data(); // each stage takes the place of the one before
  for (std::size_t i = 0; i < tableau_.stages; ++i) {
    double* const Y = i == 0 ? z : next;
    const double* const sum = i == 0 ? z : z_next;
    const bool last = i + 1 == tableau_.stages;
    const double b = tableau_.b[i], a = last ? 0 : tableau_.a[i + 1];
    rate_.evaluate(Y, [&](const PointRows::Piece& piece, const double* f, const double*) {
      for (int x = 0; x < piece.n; ++x) {
        const std::ptrdiff_t at = piece.at + x;
        const double omega_k = piece.omega[x] * (f[x] - Y[at]);
        z_next[at] = sum[at] + b * omega_k;
        if (!last) next[at] = z[at] + a * omega_k;
      }
    });
  }
  return {};
}

/// Y_1, Y_2, ... of z.
void RungeKutta::make_stages(double* z) {
  while (stages_.size() + 1 < tableau_.stages) stages_.emplace_back(rate_.state_layout());
  for (std::size_t i = 1; i < tableau_.stages; ++i) {
    double* const Y = i == 1 ? z : stages_[i - 2].data();
    double* const next = stages_[i - 1].data();
    const double a = tableau_.a[i];
    rate_.evaluate(Y, [&](const PointRows::Piece& piece, const double* f, const double*) {
      for (int x = 0; x < piece.n; ++x) {
        const std::ptrdiff_t at = piece.at + x;
        next[at] = z[at] + a * (piece.omega[x] * (f[x] - Y[at]));
      }
    });
  }
}

std::string RungeKutta::step_transpose(double* z, double*, const double* lambda_next,
                                       double* lambda) {
  if (back_.empty()) back_.assign(2, Field(rate_.state_layout()));
  double *const m = back_[0].data(), *const bar = back_[1].data();
  make_stages(z);
  const std::size_t last = tableau_.stages - 1;
  rate_.rows().for_pieces([&](const PointRows::Piece& piece) {
    for (std::ptrdiff_t at = piece.at; at < piece.at + piece.n; ++at) {
      lambda[at] = lambda_next[at];
      m[at] = tableau_.b[last] * lambda_next[at];
    }
  });
  for (std::size_t i = last + 1; i-- > 0;) {
    rate_.transpose(i == 0 ? z : stages_[i - 1].data(), m, bar);
    const double a = tableau_.a[i], b = i == 0 ? 0 : tableau_.b[i - 1];
    rate_.rows().for_pieces([&](const PointRows::Piece& piece) {
      for (std::ptrdiff_t at = piece.at; at < piece.at + piece.n; ++at) {
        const double Y_bar = bar[at] - m[at]; // the rate's transpose holds m itself
        lambda[at] += Y_bar;
        m[at] = b * lambda_next[at] + a * Y_bar;
      }
    });
  }
  return {};
}

} // namespace nadir
