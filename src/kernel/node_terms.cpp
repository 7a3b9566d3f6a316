#include "nadir/kernel/node_terms.hpp"

namespace nadir {
namespace {

/// The k-th derivative of a wave of one axis at a node.
std::complex<double> wave_at(const CellBasis& basis, std::size_t k, std::size_t node,
                             double angle) {
  std::complex<double> sum = 0;
  for (int t = 0; t < basis.taps; ++t)
    sum += basis.value[k][node][static_cast<std::size_t>(t)] *
           std::polar(1.0, angle * (basis.lowest + t));
  return sum;
}

/// Of one axis, before the mass matrix is solved with.
std::complex<double> axis_symbol(const CellBasis& basis, std::size_t k, double angle) {
  std::complex<double> sum = 0;
  for (std::size_t q = 0; q < static_cast<std::size_t>(basis.nodes); ++q)
    sum += basis.weight[q] * std::conj(wave_at(basis, 0, q, angle)) * wave_at(basis, k, q, angle);
  return sum;
}

} // namespace

std::vector<NodeTerm> node_terms(const KernelSpec& kernel, int dimension) {
  std::vector<NodeTerm> terms{{0, 1.0, {}}};
  const auto first = static_cast<std::size_t>(max_dimension - dimension);
  std::size_t slot = 1;
  for (std::size_t a = first; a < max_dimension; ++a) {
    NodeTerm& term = terms.emplace_back(NodeTerm{slot++, -1.0, {}});
    term.derivative[a] = 1;
  }
  const DiffusionTensor tensor = kernel.terms.front().tensor();
  for (std::size_t a = first; a < max_dimension; ++a) {
    for (std::size_t b = a; b < max_dimension; ++b) {
      if (b > a && tensor != DiffusionTensor::full) continue;
      NodeTerm& term = terms.emplace_back(NodeTerm{slot, a == b ? 1.0 : 2.0, {}});
      ++term.derivative[a];
      ++term.derivative[b];
      if (tensor != DiffusionTensor::isotropic) ++slot;
    }
  }
  return terms;
}

std::complex<double> projected_symbol(const GridBasis& basis, const MultiIndex& derivative,
                                      const std::array<double, max_dimension>& angle) {
  std::complex<double> product = 1;
  for (std::size_t a = 0; a < basis.size(); ++a)
    if (derivative[a] > 0)
      product *= axis_symbol(basis[a], static_cast<std::size_t>(derivative[a]), angle[a]) /
                 axis_symbol(basis[a], 0, angle[a]);
  return product;
}

} // namespace nadir
