#include "nadir/kernel/differences.hpp"

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

Difference scaled(double factor, Difference difference) {
  for (Neighbour& neighbour : difference) neighbour.weight *= factor;
  return difference;
}

MultiIndex unit(int axis) {
  MultiIndex k{};
  k[static_cast<std::size_t>(axis)] = 1;
  return k;
}

/// D:grad grad by the components of D.
void add_diffusion(DiffusionTensor tensor, int dimension,
                   const std::array<double, max_dimension>& spacing, Differences& table) {
  Difference laplacian;
  for (int a = max_dimension - dimension; a < max_dimension; ++a) {
    for (int b = a; b < max_dimension; ++b) {
      MultiIndex k = unit(a);
      ++k[static_cast<std::size_t>(b)];
      const Difference second = scaled(a == b ? 1.0 : 2.0, central_difference(k, spacing));
      if (a == b) laplacian.insert(laplacian.end(), second.begin(), second.end());
      if (tensor == DiffusionTensor::full || (tensor == DiffusionTensor::diagonal && a == b))
        table.terms.push_back(second);
    }
  }
  if (tensor == DiffusionTensor::isotropic) table.terms.push_back(laplacian);
}

Differences moment_table(const KernelCase& kernel, int dimension,
                         const std::array<double, max_dimension>& spacing) {
  Differences table;
  table.terms.push_back(central_difference({}, spacing));
  for (int a = max_dimension - dimension; a < max_dimension; ++a)
    table.terms.push_back(scaled(-1.0, central_difference(unit(a), spacing)));
  add_diffusion(kernel.diffusion_tensor, dimension, spacing, table);
  const int order = kernel.type == "adr" ? 2 : static_cast<int>(kernel.order);
  for (const auto& k : multi_indices(dimension, 3, order))
    table.terms.push_back(central_difference(k, spacing));
  return table;
}

} // namespace

std::vector<double> central_difference(int order, double spacing) {
  Weights row{1.0};
  for (int k = 0; k < order / 2; ++k) row = convolved(row, {1.0, -2.0, 1.0});
  if (order % 2 != 0) row = convolved(row, {-0.5, 0.0, 0.5});
  for (double& weight : row) weight /= std::pow(spacing, order);
  return row;
}

Difference central_difference(const MultiIndex& k,
                              const std::array<double, max_dimension>& spacing) {
  std::array<Weights, max_dimension> rows;
  std::array<int, max_dimension> reach{};
  for (std::size_t a = 0; a < rows.size(); ++a) {
    rows[a] = central_difference(k[a], spacing[a]);
    reach[a] = static_cast<int>(rows[a].size() / 2);
  }
  Difference difference;
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

Differences differences_of(const KernelCase& kernel, int dimension,
                           const std::array<double, max_dimension>& spacing) {
  Differences table;
  if (kernel.type == "stencil") {
    table.identity = false;
    for (const auto& offset : stencil_offsets(dimension, static_cast<int>(kernel.radius)))
      table.terms.push_back({{offset, 1.0}});
  } else {
    table = moment_table(kernel, dimension, spacing);
  }
  table.radius = kernel_radius(kernel);
  return table;
}

std::complex<double> symbol(const Differences& differences, std::span<const double> theta,
                            const std::array<double, max_dimension>& angle) {
  std::complex<double> sum = differences.identity ? 1.0 : 0.0;
  for (std::size_t c = 0; c < differences.terms.size(); ++c) {
    for (const Neighbour& neighbour : differences.terms[c]) {
      double phase = 0;
      for (std::size_t a = 0; a < angle.size(); ++a) phase += neighbour.offset[a] * angle[a];
      sum += theta[c] * neighbour.weight * std::polar(1.0, phase);
    }
  }
  return sum;
}

} // namespace nadir
