#include "nadir/kernel/stencil_table.hpp"

#include <algorithm>
#include <cmath>

namespace nadir {
namespace {

/// Weights at offsets -(n-1)/2 .. (n-1)/2.
using Weights = std::vector<double>;

Weights convolved(const Weights& a, const Weights& b) {
  Weights product(a.size() + b.size() - 1, 0.0);
  for (std::size_t i = 0; i < a.size(); ++i)
    for (std::size_t j = 0; j < b.size(); ++j) product[i + j] += a[i] * b[j];
  return product;
}

Stencil scaled(double factor, Stencil difference) {
  for (StencilEntry& neighbour : difference) neighbour.weight *= factor;
  return difference;
}

MultiIndex unit(int axis) {
  MultiIndex k{};
  k[static_cast<std::size_t>(axis)] = 1;
  return k;
}

/// D:grad grad by the components of D.
void add_diffusion(DiffusionTensor tensor, int dimension,
                   const std::array<double, max_dimension>& spacing, StencilTable& table) {
  Stencil laplacian;
  for (int a = max_dimension - dimension; a < max_dimension; ++a) {
    for (int b = a; b < max_dimension; ++b) {
      MultiIndex k = unit(a);
      ++k[static_cast<std::size_t>(b)];
      const Stencil second = scaled(a == b ? 1.0 : 2.0, central_difference(k, spacing));
      if (a == b) laplacian.insert(laplacian.end(), second.begin(), second.end());
      if (tensor == DiffusionTensor::full || (tensor == DiffusionTensor::diagonal && a == b))
        table.terms.push_back(second);
    }
  }
  if (tensor == DiffusionTensor::isotropic) table.terms.push_back(laplacian);
}

/// exp(i o angle) for o = -radius .. radius.
std::vector<std::complex<double>> phases(int radius, double angle) {
  std::vector<std::complex<double>> phases;
  for (int o = -radius; o <= radius; ++o) phases.push_back(std::polar(1.0, o * angle));
  return phases;
}

} // namespace

std::vector<double> central_difference(int order, double spacing) {
  Weights row{1.0};
  for (int k = 0; k < order / 2; ++k) row = convolved(row, {1.0, -2.0, 1.0});
  if (order % 2 != 0) row = convolved(row, {-0.5, 0.0, 0.5});
  for (double& weight : row) weight /= std::pow(spacing, order);
  return row;
}

Stencil central_difference(const MultiIndex& k, const std::array<double, max_dimension>& spacing) {
  std::array<Weights, max_dimension> rows;
  std::array<int, max_dimension> reach{};
  for (std::size_t a = 0; a < rows.size(); ++a) {
    rows[a] = central_difference(k[a], spacing[a]);
    reach[a] = static_cast<int>(rows[a].size() / 2);
  }
  Stencil difference;
  for (int z = -reach[0]; z <= reach[0]; ++z) {
    for (int y = -reach[1]; y <= reach[1]; ++y) {
      for (int x = -reach[2]; x <= reach[2]; ++x) {
        const auto weight = [&](std::size_t a, int o) {
          return rows[a][static_cast<std::size_t>(o + reach[a])];
        };
        const double product = weight(0, z) * weight(1, y) * weight(2, x);
        if (product != 0) difference.push_back({{z, y, x}, product});
      }
    }
  }
  return difference;
}

std::vector<std::array<int, 3>> stencil_offsets(int dimension, int radius) {
  std::vector<std::array<int, 3>> offsets;
  const int rz = dimension > 2 ? radius : 0, ry = dimension > 1 ? radius : 0;
  for (int z = -rz; z <= rz; ++z)
    for (int y = -ry; y <= ry; ++y)
      for (int x = -radius; x <= radius; ++x) offsets.push_back({z, y, x});
  return offsets;
}

StencilTable moment_stencil_table(DiffusionTensor tensor, int order, int dimension,
                                  const std::array<double, max_dimension>& spacing) {
  StencilTable table;
  table.terms.push_back(central_difference({}, spacing));
  for (int a = max_dimension - dimension; a < max_dimension; ++a)
    table.terms.push_back(scaled(-1.0, central_difference(unit(a), spacing)));
  add_diffusion(tensor, dimension, spacing, table);
  for (const auto& k : multi_indices(dimension, 3, order))
    table.terms.push_back(central_difference(k, spacing));
  table.coefficients = table.terms.size();
  table.radius = (order + 1) / 2;
  return table;
}

StencilTable full_stencil_table(int radius, int dimension) {
  StencilTable table;
  table.identity = false;
  table.radius = radius;
  for (const auto& offset : stencil_offsets(dimension, radius))
    table.terms.push_back({{offset, 1.0}});
  table.coefficients = table.terms.size();
  return table;
}

std::vector<double> StencilTable::weights_of(std::span<const double> theta) const {
  std::vector<double> values(theta.begin(), theta.end());
  if (linear()) return values;
  values.resize(terms.size());
  weights(theta, values);
  return values;
}

std::vector<double> StencilTable::slopes_of(std::span<const double> theta, std::size_t c) const {
  std::vector<double> values(terms.size(), 0.0);
  if (linear())
    values[c] = 1.0;
  else
    slopes(theta, c, values);
  return values;
}

StencilTable sum_of(const std::vector<StencilTable>& tables) {
  StencilTable sum;
  sum.identity = false;
  sum.radius = 0;
  for (const StencilTable& table : tables) {
    sum.identity = sum.identity || table.identity;
    sum.radius = std::max(sum.radius, table.radius);
    sum.terms.insert(sum.terms.end(), table.terms.begin(), table.terms.end());
    sum.coefficients += table.coefficients;
  }
  if (std::ranges::all_of(tables, [](const auto& table) { return table.linear(); })) return sum;
  sum.weights = [tables](std::span<const double> theta, std::span<double> weights) {
    for (const StencilTable& table : tables) {
      const auto some = table.weights_of(theta.first(table.coefficients));
      std::ranges::copy(some, weights.begin());
      theta = theta.subspan(table.coefficients);
      weights = weights.subspan(some.size());
    }
  };
  sum.slopes = [tables](std::span<const double> theta, std::size_t c, std::span<double> slopes) {
    std::ranges::fill(slopes, 0.0);
    for (const StencilTable& table : tables) {
      if (c < table.coefficients) {
        std::ranges::copy(table.slopes_of(theta.first(table.coefficients), c), slopes.begin());
        return;
      }
      c -= table.coefficients;
      theta = theta.subspan(table.coefficients);
      slopes = slopes.subspan(table.terms.size());
    }
  };
  return sum;
}

std::complex<double> symbol(const StencilTable& differences, std::span<const double> weights,
                            const std::array<double, max_dimension>& angle) {
  const int r = differences.radius;
  const std::array along{phases(r, angle[0]), phases(r, angle[1]), phases(r, angle[2])};
  std::complex<double> sum = differences.identity ? 1.0 : 0.0;
  for (std::size_t t = 0; t < differences.terms.size(); ++t) {
    std::complex<double> term = 0.0;
    for (const StencilEntry& neighbour : differences.terms[t]) {
      std::complex<double> phase = neighbour.weight;
      for (std::size_t a = 0; a < along.size(); ++a)
        if (neighbour.offset[a] != 0)
          phase *= along[a][static_cast<std::size_t>(neighbour.offset[a] + r)];
      term += phase;
    }
    sum += weights[t] * term;
  }
  return sum;
}

} // namespace nadir
