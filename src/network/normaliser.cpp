#include "nadir/network/normaliser.hpp"

#include "nadir/base/collective.hpp"

#include <cmath>

namespace nadir {
namespace {

using Piece = PointRows::Piece;

/// Two sums over the points of all ranks, to which use(piece, sums) adds.
template<class Use> std::array<double, 2> two_sums(MPI_Comm comm, const PointRows& rows, Use use) {
  std::array<ReproducibleSum, 2> sums;
  rows.for_pieces([&](const Piece& piece) { use(piece, sums); });
  sum_over_ranks(comm, std::span(sums));
  return {sums[0].value(), sums[1].value()};
}

} // namespace

Normaliser::Normaliser(const Grid& grid, const NetworkSpec& network, PointRows& rows)
    : comm_(grid.comm()), kind_(network.normalisation), alpha_(network.thermostat),
      rate_(network.rate), volume_(grid.spacing(0) * grid.spacing(1) * grid.spacing(2)),
      rows_(rows) {}

double Normaliser::norm(const double* z) const {
  ReproducibleSum squares;
  rows_.for_pieces(
      [&](const Piece& piece) { squares.add_products(z + piece.at, z + piece.at, piece.n); });
  return std::sqrt(volume_ * sum_over_ranks(comm_, squares));
}

/// R = of_one + of_z z, for |z| = n.
Normaliser::Term Normaliser::term(double n) const {
  const double pull = -alpha_ * (n - 1);
  if (kind_ == Normalisation::uniform) return {pull, 0};
  return {0, n == 0 ? 0 : pull / n};
}

void Normaliser::apply(const double* z, double* z_next) const {
  if (kind_ == Normalisation::none) return;
  const double n = norm(projects() ? z_next : z);
  const Term R = projects() ? Term() : term(n);
  rows_.for_pieces([&](const Piece& piece) {
    for (int i = 0; i < piece.n; ++i) {
      double& next = z_next[piece.at + i];
      if (projects())
        next /= n;
      else
        next += piece.omega[i] / rate_ * (R.of_one + R.of_z * z[piece.at + i]);
    }
  });
}

void Normaliser::transpose_projection(const double* y, double* lambda) const {
  const auto [squares, product] =
      two_sums(comm_, rows_, [&](const Piece& piece, std::array<ReproducibleSum, 2>& sums) {
        sums[0].add_products(y + piece.at, y + piece.at, piece.n);
        sums[1].add_products(y + piece.at, lambda + piece.at, piece.n);
      });
  const double n = std::sqrt(volume_ * squares), along = volume_ * product / (n * n);
  rows_.for_pieces([&](const Piece& piece) {
    for (std::ptrdiff_t at = piece.at; at < piece.at + piece.n; ++at)
      lambda[at] = (lambda[at] - along * y[at]) / n;
  });
}

void Normaliser::add_transpose(const double* z, const double* lambda_next, double* lambda) const {
  const bool radial = kind_ == Normalisation::radial;
  const auto [squares, product] =
      two_sums(comm_, rows_, [&](const Piece& piece, std::array<ReproducibleSum, 2>& sums) {
        std::array<double, segment_points> t;
        for (int i = 0; i < piece.n; ++i)
          t[static_cast<std::size_t>(i)] =
              piece.omega[i] / rate_ * lambda_next[piece.at + i] * (radial ? z[piece.at + i] : 1.0);
        sums[0].add_products(z + piece.at, z + piece.at, piece.n);
        sums[1].add(t.data(), piece.n);
      });
  const double n = std::sqrt(volume_ * squares);
  const Term R = term(n);
  // Of |z| in R, whose derivative is V z/n; radial R = -alpha (z - z/|z|).
  const double of_norm = n == 0 ? 0 : -alpha_ * volume_ * product / (radial ? n * n * n : n);
  rows_.for_pieces_back([&](const Piece& piece, double*, double* omega_bar) {
    for (int i = 0; i < piece.n; ++i) {
      const std::ptrdiff_t at = piece.at + i;
      const double t = piece.omega[i] / rate_ * lambda_next[at];
      lambda[at] += R.of_z * t + of_norm * z[at];
      if (omega_bar) omega_bar[i] += lambda_next[at] * (R.of_one + R.of_z * z[at]) / rate_;
    }
  });
}

} // namespace nadir
