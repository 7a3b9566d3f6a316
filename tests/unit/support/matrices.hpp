#pragma once

#include "nadir/analysis/lattice.hpp"

#include <cmath>
#include <functional>
#include <vector>

/// Weight matrices with known coefficients, made without the code under test.
namespace nadir::test {

using At = std::array<std::int64_t, 3>; ///< a point's place by axis: z, y, x

/// R, U_a and D_ab (symmetric, three axes; unused ones 0) at a point.
struct KnownCoefficients {
  double R = 0;
  std::array<double, 3> U{};
  std::array<std::array<double, 3>, 3> D{};
};

/// W = 1 + R - U.grad + D:grad grad by central differences on a closed lattice, [point][point].
inline std::vector<double>
adr_matrix(const Lattice& lattice,
           const std::function<KnownCoefficients(const At&)>& coefficients) {
  const Extents n = lattice.extents();
  const auto points = static_cast<std::size_t>(lattice.points());
  std::vector<double> w(points * points, 0.0);
  for (std::size_t i = 0; i < points; ++i) {
    const At at = lattice.place(static_cast<std::int64_t>(i));
    const KnownCoefficients c = coefficients(at);
    const auto add = [&](At offset, double weight) {
      std::int64_t j = 0;
      for (std::size_t a = 0; a < 3; ++a) j = j * n[a] + (at[a] + offset[a] + n[a]) % n[a];
      w[i * points + static_cast<std::size_t>(j)] += weight;
    };
    add({0, 0, 0}, 1 + c.R);
    for (std::size_t a = 3 - lattice.shape.size(); a < 3; ++a) {
      const double h = lattice.spacing_of(static_cast<int>(a));
      At step{};
      step[a] = 1;
      At back{};
      back[a] = -1;
      add(step, -c.U[a] / (2 * h) + c.D[a][a] / (h * h));
      add(back, c.U[a] / (2 * h) + c.D[a][a] / (h * h));
      add({0, 0, 0}, -2 * c.D[a][a] / (h * h));
      for (std::size_t b = a + 1; b < 3; ++b) {
        const double mixed = 2 * c.D[a][b] / (4 * h * lattice.spacing_of(static_cast<int>(b)));
        for (const std::int64_t s : {-1, 1}) {
          for (const std::int64_t t : {-1, 1}) {
            At corner{};
            corner[a] = s;
            corner[b] = t;
            add(corner, static_cast<double>(s * t) * mixed);
          }
        }
      }
    }
  }
  return w;
}

/// W_ij = f(r) of the shorter way round a ring of n points with spacing h, r >= 0.
inline std::vector<double> ring_matrix(std::int64_t n, double h,
                                       const std::function<double(double)>& f) {
  std::vector<double> w;
  for (std::int64_t i = 0; i < n; ++i)
    for (std::int64_t j = 0; j < n; ++j) {
      const std::int64_t away = std::abs(i - j);
      w.push_back(f(h * static_cast<double>(std::min(away, n - away))));
    }
  return w;
}

inline Lattice closed_lattice(std::vector<std::int64_t> shape, std::vector<double> spacing) {
  const std::size_t axes = shape.size();
  return {std::move(shape), std::move(spacing), std::vector<std::uint8_t>(axes, 1)};
}

} // namespace nadir::test
