#include "nadir/kernel/galerkin_sweep.hpp"

#include "index.hpp"
#include "row_list.hpp"

#include <algorithm>

namespace nadir {
namespace {

constexpr CellRows::Pair no_derivatives{0, 0};

void clear(std::span<CellRows::Buffer> rows) {
  for (auto& row : rows) row.fill(0.0);
}

} // namespace

GalerkinSweep::GalerkinSweep(const KernelSpec& kernel, int dimension, const GridBasis& basis,
                             const Spacings& spacing, const Extents& count, const Mirrors& mirrored,
                             Activation activation)
    : basis_(basis), transform_(basis), cells_(basis_, count, mirrored), theta_(basis_, cells_),
      activation_(activation_rows(activation)), sums_(row_sums()) {
  pair_index({0, 0});
  derivative_index({});
  choose_kernel(kernel, dimension, spacing);
  const std::size_t taps = uint(basis_[0].taps);
  term_used_.resize(terms_.size());
  row_used_.resize(derivatives_.size());
  pair_used_.resize(pairs_.size());
  y_rows_.resize(taps * orders_);
  mu_y_rows_.resize(taps);
  z_rows_.resize(pairs_.size());
  z_sums_.resize(pairs_.size());
  y_sums_.resize(taps * orders_);
  rows_.resize(derivatives_.size());
  changes_.resize(theta_.theta_count());
  scratch_.resize(6);
}

void GalerkinSweep::choose_kernel(const KernelSpec& kernel, int dimension,
                                  const Spacings& spacing) {
  if (const auto family = radial_family(kernel)) {
    Box cells{dimension, {}, {}};
    for (std::size_t a = 0; a < basis_.size(); ++a) {
      const CellGrid::Range range = cells_.reached(static_cast<int>(a));
      cells.start[a] = range.first;
      cells.count[a] = range.last - range.first + 1;
    }
    convolution_.emplace(*family, kernel.radius(), basis_, spacing, cells);
    theta_.resize(1 + family->shapes);
    return;
  }
  terms_ = node_terms(kernel, dimension);
  for (const NodeTerm& term : terms_) row_of_.push_back(derivative_index(term.derivative));
  theta_.resize(terms_.back().coefficient + 1);
}

std::size_t GalerkinSweep::pair_index(Pair pair) {
  const auto same = [&](const Pair& each) { return each.z == pair.z && each.y == pair.y; };
  const auto found = std::ranges::find_if(pairs_, same);
  if (found != pairs_.end()) return uint(found - pairs_.begin());
  pairs_.push_back(pair);
  orders_ = std::max(orders_, uint(pair.y) + 1);
  return pairs_.size() - 1;
}

std::size_t GalerkinSweep::derivative_index(const MultiIndex& k) {
  const std::size_t pair = pair_index({k[0], k[1]});
  const auto same = [&](const Derivative& each) { return each.pair == pair && each.x == k[2]; };
  const auto found = std::ranges::find_if(derivatives_, same);
  if (found != derivatives_.end()) return uint(found - derivatives_.begin());
  derivatives_.push_back({pair, k[2]});
  return derivatives_.size() - 1;
}

// ---- cells --------------------------------------------------------------------------------------

/// Calls use(row) for all cells that a convolution reads, in parts of rows.
template<class Use> void GalerkinSweep::for_reached_cells(Use use) {
  const Box& cells = convolution_->reached();
  for (std::int64_t z = 0; z < cells.count[0]; ++z)
    for (std::int64_t y = 0; y < cells.count[1]; ++y)
      for (std::int64_t x = 0; x < cells.count[x_axis]; x += segment_points)
        use(CellRow{cells.start[0] + z, cells.start[1] + y, cells.start[x_axis] + x,
                    std::min<std::int64_t>(segment_points, cells.count[x_axis] - x)});
}

// ---- coefficients -------------------------------------------------------------------------------

void GalerkinSweep::set_coefficients(const LayerCoefficients& coefficients) {
  theta_.set_coefficients(coefficients);
  if (convolution_) {
    std::array<double, max_shapes> shape{};
    const auto views = theta_.views().subspan(1, convolution_->shapes());
    std::ranges::transform(views, shape.begin(), &CoefficientView::number);
    const bool numbers = std::ranges::none_of(views, &CoefficientView::field);
    convolution_->set_shape(std::span(shape).first(numbers ? views.size() : 0));
  }
  choose_rows();
}

void GalerkinSweep::set_gradient(const LayerGradient& bar) {
  theta_.set_gradient(bar);
  choose_rows();
}

void GalerkinSweep::choose_rows() {
  std::ranges::fill(row_used_, 0);
  std::ranges::fill(pair_used_, 0);
  row_used_[0] = pair_used_[0] = 1;
  for (std::size_t t = 0; t < terms_.size(); ++t) {
    term_used_[t] = theta_.used(terms_[t].coefficient);
    if (!term_used_[t]) continue;
    row_used_[row_of_[t]] = 1;
    pair_used_[derivatives_[row_of_[t]].pair] = 1;
  }
}

/// At a node along z, what matters.
void GalerkinSweep::contract_pairs(const Cells& at, int node) {
  for (std::size_t p = 0; p < pairs_.size(); ++p)
    if (pair_used_[p]) transform_.contract_z(at, node, pairs_[p], y_rows_, z_rows_[p]);
}

/// Its transpose.
void GalerkinSweep::spread_pairs(const Cells& at, int node) {
  for (std::size_t p = 0; p < pairs_.size(); ++p)
    if (pair_used_[p]) transform_.spread_z(at, node, pairs_[p], z_sums_[p], y_sums_);
}

// ---- nodes --------------------------------------------------------------------------------------

/// rows_: the derivatives at the nodes; Z in scratch_[0], its derivatives by theta in changes_.
void GalerkinSweep::at_nodes(const Cells& at, const NodeRow& nodes, int node) {
  for (std::size_t r = 0; r < derivatives_.size(); ++r)
    if (row_used_[r])
      transform_.contract_x(at, node, derivatives_[r].x, z_rows_[derivatives_[r].pair].data(),
                            rows_[r].data());
  theta_.contract_x(at, node);
  if (convolution_)
    convolve(at, nodes, node, scratch_[0].data());
  else
    apply_terms(at, scratch_[0].data());
}

void GalerkinSweep::apply_terms(const Cells& at, double* Z) {
  const int n = static_cast<int>(at.count);
  std::copy_n(rows_[0].data(), at.count, Z);
  for (std::size_t t = 0; t < terms_.size(); ++t) {
    if (!term_used_[t]) continue;
    const std::size_t c = terms_[t].coefficient;
    double* change = changes_[c].data();
    const double* row = rows_[row_of_[t]].data();
    const bool first = t == 0 || terms_[t - 1].coefficient != c;
    (first ? sums_.set : sums_.add)(1, &row, &terms_[t].factor, n, change);
    const bool last = t + 1 == terms_.size() || terms_[t + 1].coefficient != c;
    if (last) sums_.add_product(1.0, theta_.row(c), change, n, Z);
  }
}

/// Beginning some nodes after the first.
NodeConvolution::ShapeRows GalerkinSweep::shape_rows(std::int64_t skipped) const {
  NodeConvolution::ShapeRows rows{};
  for (std::size_t s = 0; s < convolution_->shapes(); ++s) rows[s] = theta_.row(1 + s) + skipped;
  return rows;
}

/// Z = theta_0 S
void GalerkinSweep::convolve(const Cells& at, const NodeRow& nodes, int node, double* Z) {
  const int n = static_cast<int>(at.count);
  std::array<double*, max_shapes> slopes{};
  for (std::size_t s = 0; s < convolution_->shapes(); ++s)
    if (with_slopes_ && theta_.wanted(1 + s)) slopes[s] = changes_[1 + s].data();
  convolution_->sums({{nodes.z, nodes.y, node}, at.z, at.y, at.first, n}, shape_rows(0),
                     changes_[0].data(), slopes);
  const double* scale = theta_.row(0);
  std::fill_n(Z, n, 0.0);
  sums_.add_product(1.0, scale, changes_[0].data(), n, Z);
  for (double* slope : slopes)
    for (int x = 0; slope && x < n; ++x) slope[x] *= scale[x];
}

/// Phi z in all cells that a convolution reads.
void GalerkinSweep::set_node_values(FieldView z) {
  for_reached_cells([&](const CellRow& at) {
    for (int qy = 0; qy < basis_[1].nodes; ++qy) {
      transform_.contract_y(z, at, qy, 1, y_rows_);
      for (int qz = 0; qz < basis_[0].nodes; ++qz) {
        transform_.contract_z(at, qz, no_derivatives, y_rows_, z_rows_[0]);
        for (int qx = 0; qx < basis_[x_axis].nodes; ++qx)
          transform_.contract_x(at, qx, 0, z_rows_[0].data(),
                                convolution_->values({qz, qy, qx}, at.z, at.y, at.first));
      }
    }
  });
}

/// Its transpose.
void GalerkinSweep::spread_node_values(MutableFieldView z_bar) {
  double* row = scratch_[5].data() + aligned_doubles;
  for_reached_cells([&](const CellRow& at) {
    for (int qy = 0; qy < basis_[1].nodes; ++qy) {
      clear(y_sums_);
      for (int qz = 0; qz < basis_[0].nodes; ++qz) {
        z_sums_[0].fill(0.0);
        for (int qx = 0; qx < basis_[x_axis].nodes; ++qx) {
          std::copy_n(convolution_->values_bar({qz, qy, qx}, at.z, at.y, at.first), at.count, row);
          transform_.spread_x(at, qx, 0, row, z_sums_[0].data());
        }
        transform_.spread_z(at, qz, no_derivatives, z_sums_[0], y_sums_);
      }
      transform_.spread_y(at, qy, 1, y_sums_, transform_.points_of(at), z_bar);
    }
  });
}

bool GalerkinSweep::forward_nodes(const Cells& at, const NodeRow& nodes, int node) {
  at_nodes(at, nodes, node);
  double* y = scratch_[1].data() + aligned_doubles;
  const bool finite =
      activation_.relax(static_cast<int>(at.count), scratch_[0].data(), theta_.row(theta_.b()),
                        theta_.row(theta_.omega()), rows_[0].data(), y, {});
  cells_.weigh(at, node, nodes.weight, y);
  transform_.spread_x(at, node, 0, y, z_sums_[0].data());
  return finite;
}

bool GalerkinSweep::forward(FieldView z, MutableFieldView w) {
  bool finite = true;
  with_slopes_ = false;
  if (convolution_) set_node_values(z);
  cells_.for_cells([&](const Cells& at) {
    for (int qy = 0; qy < basis_[1].nodes; ++qy) {
      const double weight_y = cells_.node_weight(1, at.y, qy);
      if (weight_y == 0) continue;
      transform_.contract_y(z, at, qy, orders_, y_rows_);
      clear(y_sums_);
      for (int qz = 0; qz < basis_[0].nodes; ++qz) {
        const NodeRow nodes{qz, qy, weight_y * cells_.node_weight(0, at.z, qz)};
        if (nodes.weight == 0) continue;
        contract_pairs(at, qz);
        theta_.contract(at, nodes);
        z_sums_[0].fill(0.0);
        for (int qx = 0; qx < basis_[x_axis].nodes; ++qx) finite &= forward_nodes(at, nodes, qx);
        transform_.spread_z(at, qz, no_derivatives, z_sums_[0], y_sums_);
      }
      transform_.spread_y(at, qy, 1, y_sums_, cells_.own_points(at), w);
    }
  });
  return finite;
}

/// z_sums_ += the transpose of the derivatives along x: g is the adjoint of Z, `direct` that of the
/// value beside it.
void GalerkinSweep::spread_derivatives(const Cells& at, const NodeRow& nodes, int node,
                                       const double* g, const double* direct) {
  double* row_bar = scratch_[5].data() + aligned_doubles;
  const int n = static_cast<int>(at.count);
  for (std::size_t r = 0; r < derivatives_.size(); ++r) {
    if (!row_used_[r]) continue;
    std::fill_n(row_bar, at.count, 0.0);
    for (std::size_t t = 0; t < terms_.size(); ++t)
      if (term_used_[t] && row_of_[t] == r)
        sums_.add_product(terms_[t].factor, theta_.row(terms_[t].coefficient), g, n, row_bar);
    if (r == 0)
      for (int x = 0; x < n; ++x) row_bar[x] += direct[x] + (convolution_ ? 0.0 : g[x]);
    transform_.spread_x(at, node, derivatives_[r].x, row_bar, z_sums_[derivatives_[r].pair].data());
  }
  if (convolution_ && at.own) spread_convolution(at, nodes, node, g);
}

/// From this rank's own nodes.
void GalerkinSweep::spread_convolution(const Cells& at, const NodeRow& nodes, int node,
                                       const double* g) {
  const CellGrid::Range own = cells_.own_cells(at);
  const std::int64_t skipped = own.first - at.first;
  const int n = static_cast<int>(own.last - own.first + 1);
  double* S_bar = scratch_[5].data();
  std::fill_n(S_bar, n, 0.0);
  sums_.add_product(1.0, theta_.row(0) + skipped, g + skipped, n, S_bar);
  convolution_->scatter({{nodes.z, nodes.y, node}, at.z, at.y, own.first, n}, shape_rows(skipped),
                        S_bar);
}

/// Those of the kernel's coefficients.
void GalerkinSweep::add_bars(const Cells& at, int node, const double* g) {
  double* product = scratch_[5].data();
  for (std::size_t c = 0; c < theta_.theta_count(); ++c) {
    if (!theta_.wanted(c)) continue;
    std::fill_n(product, at.count, 0.0);
    sums_.add_product(1.0, g, changes_[c].data(), static_cast<int>(at.count), product);
    theta_.add_bar(at, node, c, product);
  }
}

void GalerkinSweep::adjoint_nodes(const Cells& at, const NodeRow& nodes, int node) {
  at_nodes(at, nodes, node);
  double *y_bar = scratch_[1].data(), *g = scratch_[2].data(), *direct = scratch_[3].data();
  double *b_bar = scratch_[4].data(), *omega_bar = scratch_[5].data();
  transform_.contract_x(at, node, 0, mu_row_.data(), y_bar);
  cells_.weigh(at, node, nodes.weight, y_bar);
  std::fill_n(b_bar, at.count, 0.0);
  std::fill_n(omega_bar, at.count, 0.0);
  activation_.adjoint(static_cast<int>(at.count), scratch_[0].data(), theta_.row(theta_.b()),
                      theta_.row(theta_.omega()), rows_[0].data(), y_bar, g, direct, b_bar,
                      omega_bar);
  theta_.add_bar(at, node, theta_.b(), b_bar);
  theta_.add_bar(at, node, theta_.omega(), omega_bar);
  add_bars(at, node, g);
  spread_derivatives(at, nodes, node, g, direct);
}

void GalerkinSweep::adjoint(FieldView z, FieldView mu, MutableFieldView z_bar) {
  with_slopes_ = true;
  if (convolution_) {
    set_node_values(z);
    convolution_->clear_values_bar();
  }
  cells_.for_cells([&](const Cells& at) {
    for (int qy = 0; qy < basis_[1].nodes; ++qy) {
      const double weight_y = cells_.node_weight(1, at.y, qy);
      if (weight_y == 0) continue;
      transform_.contract_y(z, at, qy, orders_, y_rows_);
      transform_.contract_y(mu, at, qy, 1, mu_y_rows_);
      clear(y_sums_);
      for (int qz = 0; qz < basis_[0].nodes; ++qz) {
        const NodeRow nodes{qz, qy, weight_y * cells_.node_weight(0, at.z, qz)};
        if (nodes.weight == 0) continue;
        contract_pairs(at, qz);
        transform_.contract_z(at, qz, no_derivatives, mu_y_rows_, mu_row_);
        theta_.contract(at, nodes);
        clear(z_sums_);
        theta_.clear_bars();
        for (int qx = 0; qx < basis_[x_axis].nodes; ++qx) adjoint_nodes(at, nodes, qx);
        spread_pairs(at, qz);
        theta_.spread(at, nodes);
      }
      transform_.spread_y(at, qy, orders_, y_sums_, cells_.own_points(at), z_bar);
    }
  });
  if (convolution_) spread_node_values(z_bar);
}

double GalerkinSweep::forward_flops() const {
  constexpr double activation = 25;
  double nodes = 1;
  for (const CellBasis& axis : basis_) nodes *= axis.nodes;
  const double taps = basis_[x_axis].taps;
  const auto rows = static_cast<double>(std::ranges::count(row_used_, 1));
  const auto terms = static_cast<double>(std::ranges::count(term_used_, 1));
  const double sums = convolution_ ? convolution_->flops() : 0;
  return nodes * (2 * taps * (rows + 1) + 3 * terms + sums + activation);
}

} // namespace nadir
