#include "nadir/kernel/galerkin_sweep.hpp"

#include "index.hpp"
#include "row_list.hpp"

#include <algorithm>

namespace nadir {
namespace {

constexpr std::size_t x_axis = 2;
constexpr CellRows::Pair no_derivatives{0, 0};

template<class T> T* first_of(T* origin, Strides stride, std::int64_t z, std::int64_t y) {
  return origin + z * stride.z + y * stride.y;
}

void clear(std::span<CellRows::Buffer> rows) {
  for (auto& row : rows) row.fill(0.0);
}

/// Points between which a coefficient is interpolated, and their parts at a place.
int interpolation_points(const CellBasis& basis) { return std::min(basis.taps, 2); }
double part_at(const CellBasis& basis, int node, int point) {
  const double place = basis.place[uint(node)];
  return point == 0 ? 1 - place : place;
}

} // namespace

GalerkinSweep::GalerkinSweep(const KernelSpec& kernel, int dimension, const GridBasis& basis,
                             const Spacings& spacing, const Extents& count, const Mirrors& mirrored,
                             Activation activation)
    : basis_(basis), transform_(basis), count_(count), mirrored_(mirrored),
      activation_(activation_rows(activation)), sums_(row_sums()) {
  pair_index({0, 0});
  derivative_index({});
  choose_kernel(kernel, dimension, spacing);
  const std::size_t slots = theta_count_ + 2, taps = uint(basis_[0].taps);
  view_.resize(slots);
  bar_.resize(slots);
  term_used_.resize(terms_.size());
  row_used_.resize(derivatives_.size());
  pair_used_.resize(pairs_.size());
  y_rows_.resize(taps * orders_);
  mu_y_rows_.resize(taps);
  z_rows_.resize(pairs_.size());
  z_sums_.resize(pairs_.size());
  y_sums_.resize(taps * orders_);
  at_points_.resize(slots);
  at_node_.resize(slots);
  bar_points_.resize(slots);
  rows_.resize(derivatives_.size());
  changes_.resize(theta_count_);
  scratch_.resize(6);
}

void GalerkinSweep::choose_kernel(const KernelSpec& kernel, int dimension,
                                  const Spacings& spacing) {
  if (const auto family = radial_family(kernel)) {
    Box cells{dimension, {}, {}};
    for (std::size_t a = 0; a < basis_.size(); ++a) {
      const Range range = cells_of(a, 0, count_[a]);
      cells.start[a] = range.first;
      cells.count[a] = range.last - range.first + 1;
    }
    convolution_.emplace(*family, kernel.radius(), basis_, spacing, cells);
    theta_count_ = 1 + family->shapes;
    return;
  }
  terms_ = node_terms(kernel, dimension);
  for (const NodeTerm& term : terms_) row_of_.push_back(derivative_index(term.derivative));
  theta_count_ = terms_.back().coefficient + 1;
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

/// Whether a mirror stands in the middle of this cell, beyond the first point or the last one.
bool GalerkinSweep::at_mirror(std::size_t axis, std::int64_t cell, int side) const {
  return mirrored_[axis][uint(side)] && cell == (side == 0 ? -1 : count_[axis] - 1);
}

/// The cells that the functions of some points reach.
GalerkinSweep::Range GalerkinSweep::cells_of(std::size_t axis, std::int64_t first,
                                             std::int64_t count) const {
  Range range{basis_[axis].first_cell(first), basis_[axis].last_cell(first + count - 1)};
  if (mirrored_[axis][0]) range.first = std::max<std::int64_t>(range.first, -1);
  if (mirrored_[axis][1]) range.last = std::min(range.last, count_[axis] - 1);
  return range;
}

/// Every cell belongs to its first point's rank, one beyond a mirror to the next point's.
bool GalerkinSweep::owns(std::size_t axis, std::int64_t cell) const {
  return (cell >= 0 && cell < count_[axis]) || at_mirror(axis, cell, 0);
}

double GalerkinSweep::node_weight(std::size_t axis, std::int64_t cell, int node) const {
  double weight = basis_[axis].weight[uint(node)];
  for (int side = 0; side < 2; ++side)
    if (at_mirror(axis, cell, side)) weight *= basis_[axis].inside(node, side);
  return weight;
}

/// Where the coefficient of a point is: at the last point before a mirror for those beyond it.
std::int64_t GalerkinSweep::coefficient_point(std::size_t axis, std::int64_t point) const {
  if (point == -1 && mirrored_[axis][0]) return 0;
  if (point == count_[axis] && mirrored_[axis][1]) return point - 1;
  return point;
}

/// Calls use(cells) for the rows of cells that owned points see, in segments of points along x.
template<class Use> void GalerkinSweep::for_cells(Use use) {
  const Range z = cells_of(0, 0, count_[0]), y = cells_of(1, 0, count_[1]);
  for (std::int64_t cz = z.first; cz <= z.last; ++cz) {
    for (std::int64_t cy = y.first; cy <= y.last; ++cy) {
      for (std::int64_t x = 0; x < count_[x_axis]; x += segment_points) {
        const std::int64_t points = std::min<std::int64_t>(segment_points, count_[x_axis] - x);
        const Range cells = cells_of(x_axis, x, points);
        use(Cells{{cz, cy, cells.first, cells.last - cells.first + 1},
                  x,
                  points,
                  owns(0, cz) && owns(1, cy)});
      }
    }
  }
}

/// Calls use(row) for all cells that a convolution reads, in parts of rows.
template<class Use> void GalerkinSweep::for_reached_cells(Use use) {
  const Box& cells = convolution_->reached();
  for (std::int64_t z = 0; z < cells.count[0]; ++z)
    for (std::int64_t y = 0; y < cells.count[1]; ++y)
      for (std::int64_t x = 0; x < cells.count[x_axis]; x += segment_points)
        use(CellRow{cells.start[0] + z, cells.start[1] + y, cells.start[x_axis] + x,
                    std::min<std::int64_t>(segment_points, cells.count[x_axis] - x)});
}

/// Of a row, those that no other row has: from its points, and the one beyond a mirror before them.
GalerkinSweep::Range GalerkinSweep::own_cells(const Cells& at) const {
  const bool beyond = at.point == 0 && at_mirror(x_axis, at.first, 0);
  return {beyond ? -1 : at.point, at.point + at.points - 1};
}

/// Owned points of a row and ghosts beyond mirrors.
CellRows::Written GalerkinSweep::own_points(const Cells& at) const {
  const auto written = [&](std::size_t axis, std::int64_t first, std::int64_t count) {
    const CellBasis& b = basis_[axis];
    const bool low = first == 0 && mirrored_[axis][0];
    const bool high = first + count == count_[axis] && mirrored_[axis][1];
    return Range{low ? b.lowest - 1 : first,
                 first + count - 1 + (high ? b.lowest + b.taps - 1 : 0)};
  };
  return {written(0, 0, count_[0]), written(1, 0, count_[1]), written(x_axis, at.point, at.points)};
}

// ---- coefficients -------------------------------------------------------------------------------

void GalerkinSweep::set_coefficients(const LayerCoefficients& coefficients) {
  std::copy_n(coefficients.theta.begin(), theta_count_, view_.begin());
  view_[theta_count_] = coefficients.b;
  view_[theta_count_ + 1] = coefficients.omega;
  for (std::size_t slot = 0; slot < view_.size(); ++slot) {
    if (!view_[slot].field) at_node_[slot].fill(view_[slot].number);
  }
  if (convolution_) {
    std::array<double, max_shapes> shape{};
    const auto views = std::span(view_).subspan(1, convolution_->shapes());
    std::ranges::transform(views, shape.begin(), &CoefficientView::number);
    const bool numbers = std::ranges::none_of(views, &CoefficientView::field);
    convolution_->set_shape(std::span(shape).first(numbers ? views.size() : 0));
  }
  choose_rows();
}

void GalerkinSweep::set_gradient(const LayerGradient& bar) {
  std::copy_n(bar.theta.begin(), theta_count_, bar_.begin());
  bar_[theta_count_] = bar.b;
  bar_[theta_count_ + 1] = bar.omega;
  choose_rows();
}

/// Whether a coefficient matters to values or derivatives.
bool GalerkinSweep::used(std::size_t slot) const {
  const CoefficientView& view = view_[slot];
  return view.field || view.number != 0 || bar_[slot].field || bar_[slot].sum;
}

void GalerkinSweep::choose_rows() {
  std::ranges::fill(row_used_, 0);
  std::ranges::fill(pair_used_, 0);
  row_used_[0] = pair_used_[0] = 1;
  for (std::size_t t = 0; t < terms_.size(); ++t) {
    term_used_[t] = used(terms_[t].coefficient);
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

/// Fields at the nodes' places along z and y, at the points along x.
void GalerkinSweep::contract_coefficients(const Cells& at, const Nodes& nodes) {
  const CellBasis &bz = basis_[0], &by = basis_[1];
  for (std::size_t slot = 0; slot < view_.size(); ++slot) {
    const CoefficientView& view = view_[slot];
    if (!view.field) continue;
    double* row = at_points_[slot].data();
    RowList rows;
    for (int tz = 0; tz < interpolation_points(bz); ++tz) {
      for (int ty = 0; ty < interpolation_points(by); ++ty) {
        rows.add(first_of(view.field, view.stride, coefficient_point(0, at.z + tz),
                          coefficient_point(1, at.y + ty)) +
                     at.first,
                 part_at(bz, nodes.z, tz) * part_at(by, nodes.y, ty));
      }
    }
    sums_.set(rows.count, rows.row.data(), rows.factor.data(), static_cast<int>(at.count) + 1, row);
    if (at_mirror(x_axis, at.first, 0)) row[0] = row[1];
    if (at_mirror(x_axis, at.first + at.count - 1, 1)) row[at.count] = row[at.count - 1];
  }
}

/// The transpose, from bar_points_ to this rank's points.
void GalerkinSweep::spread_coefficients(const Cells& at, const Nodes& nodes) {
  const CellBasis &bz = basis_[0], &by = basis_[1];
  for (std::size_t slot = 0; slot < bar_.size(); ++slot) {
    const CoefficientBar& bar = bar_[slot];
    if (!bar.field) continue;
    double* row = bar_points_[slot].data();
    if (at_mirror(x_axis, at.first, 0)) row[1] += row[0];
    if (at_mirror(x_axis, at.first + at.count - 1, 1)) row[at.count - 1] += row[at.count];
    for (int tz = 0; tz < interpolation_points(bz); ++tz) {
      const std::int64_t z = coefficient_point(0, at.z + tz);
      for (int ty = 0; ty < interpolation_points(by); ++ty) {
        const std::int64_t y = coefficient_point(1, at.y + ty);
        if (z < 0 || z >= count_[0] || y < 0 || y >= count_[1]) continue;
        const double part = part_at(bz, nodes.z, tz) * part_at(by, nodes.y, ty);
        const double* from = row + at.point - at.first;
        sums_.add(1, &from, &part, static_cast<int>(at.points),
                  first_of(bar.field, bar.stride, z, y) + at.point);
      }
    }
  }
}

void GalerkinSweep::coefficients_at_nodes(const Cells& at, int node) {
  const CellBasis& bx = basis_[x_axis];
  const std::array parts{part_at(bx, node, 0), part_at(bx, node, 1)};
  for (std::size_t slot = 0; slot < view_.size(); ++slot) {
    if (!view_[slot].field) continue;
    const std::array<const double*, 2> from{at_points_[slot].data(), at_points_[slot].data() + 1};
    sums_.set(2, from.data(), parts.data(), static_cast<int>(at.count), at_node_[slot].data());
  }
}

/// The derivative by a coefficient, a row of nodes: to the sum of a number, over cells that are
/// this rank's, or to the points a field was interpolated from.
void GalerkinSweep::add_bar(const Cells& at, int node, std::size_t slot, const double* row) {
  const CoefficientBar& bar = bar_[slot];
  if (bar.field) {
    for (const int point : {0, 1}) {
      const double part = part_at(basis_[x_axis], node, point);
      sums_.add(1, &row, &part, static_cast<int>(at.count), bar_points_[slot].data() + point);
    }
  } else if (bar.sum && at.own) {
    const Range own = own_cells(at);
    bar.sum->add(row + own.first - at.first, own.last - own.first + 1);
  }
}

// ---- nodes --------------------------------------------------------------------------------------

/// rows_: the derivatives at the nodes; Z in scratch_[0], its derivatives by theta in changes_.
void GalerkinSweep::at_nodes(const Cells& at, const Nodes& nodes, int node) {
  for (std::size_t r = 0; r < derivatives_.size(); ++r)
    if (row_used_[r])
      transform_.contract_x(at, node, derivatives_[r].x, z_rows_[derivatives_[r].pair].data(),
                            rows_[r].data());
  coefficients_at_nodes(at, node);
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
    if (last) sums_.add_product(1.0, at_node_[c].data(), change, n, Z);
  }
}

/// Beginning some nodes after the first.
NodeConvolution::ShapeRows GalerkinSweep::shape_rows(std::int64_t skipped) const {
  NodeConvolution::ShapeRows rows{};
  for (std::size_t s = 0; s < convolution_->shapes(); ++s)
    rows[s] = at_node_[1 + s].data() + skipped;
  return rows;
}

/// Z = theta_0 S
void GalerkinSweep::convolve(const Cells& at, const Nodes& nodes, int node, double* Z) {
  const int n = static_cast<int>(at.count);
  std::array<double*, max_shapes> slopes{};
  for (std::size_t s = 0; s < convolution_->shapes(); ++s)
    if (with_slopes_ && (bar_[1 + s].field || bar_[1 + s].sum)) slopes[s] = changes_[1 + s].data();
  convolution_->sums({{nodes.z, nodes.y, node}, at.z, at.y, at.first, n}, shape_rows(0),
                     changes_[0].data(), slopes);
  const double* scale = at_node_[0].data();
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

/// Times the nodes' weights.
void GalerkinSweep::weigh(const Cells& at, int node, double weight, double* row) const {
  const double factor = weight * basis_[x_axis].weight[uint(node)];
  for (std::int64_t x = 0; x < at.count; ++x) row[x] *= factor;
  if (at_mirror(x_axis, at.first, 0)) row[0] *= basis_[x_axis].inside(node, 0);
  if (at_mirror(x_axis, at.first + at.count - 1, 1))
    row[at.count - 1] *= basis_[x_axis].inside(node, 1);
}

bool GalerkinSweep::forward_nodes(const Cells& at, const Nodes& nodes, int node) {
  at_nodes(at, nodes, node);
  double* y = scratch_[1].data() + aligned_doubles;
  const bool finite = activation_.relax(static_cast<int>(at.count), scratch_[0].data(),
                                        at_node_[theta_count_].data(),
                                        at_node_[theta_count_ + 1].data(), rows_[0].data(), y, {});
  weigh(at, node, nodes.weight, y);
  transform_.spread_x(at, node, 0, y, z_sums_[0].data());
  return finite;
}

bool GalerkinSweep::forward(FieldView z, MutableFieldView w) {
  bool finite = true;
  with_slopes_ = false;
  if (convolution_) set_node_values(z);
  for_cells([&](const Cells& at) {
    for (int qy = 0; qy < basis_[1].nodes; ++qy) {
      const double weight_y = node_weight(1, at.y, qy);
      if (weight_y == 0) continue;
      transform_.contract_y(z, at, qy, orders_, y_rows_);
      clear(y_sums_);
      for (int qz = 0; qz < basis_[0].nodes; ++qz) {
        const Nodes nodes{qz, qy, weight_y * node_weight(0, at.z, qz)};
        if (nodes.weight == 0) continue;
        contract_pairs(at, qz);
        contract_coefficients(at, nodes);
        z_sums_[0].fill(0.0);
        for (int qx = 0; qx < basis_[x_axis].nodes; ++qx) finite &= forward_nodes(at, nodes, qx);
        transform_.spread_z(at, qz, no_derivatives, z_sums_[0], y_sums_);
      }
      transform_.spread_y(at, qy, 1, y_sums_, own_points(at), w);
    }
  });
  return finite;
}

/// z_sums_ += the transpose of the derivatives along x: g is the adjoint of Z, `direct` that of the
/// value beside it.
void GalerkinSweep::spread_derivatives(const Cells& at, const Nodes& nodes, int node,
                                       const double* g, const double* direct) {
  double* row_bar = scratch_[5].data() + aligned_doubles;
  const int n = static_cast<int>(at.count);
  for (std::size_t r = 0; r < derivatives_.size(); ++r) {
    if (!row_used_[r]) continue;
    std::fill_n(row_bar, at.count, 0.0);
    for (std::size_t t = 0; t < terms_.size(); ++t)
      if (term_used_[t] && row_of_[t] == r)
        sums_.add_product(terms_[t].factor, at_node_[terms_[t].coefficient].data(), g, n, row_bar);
    if (r == 0)
      for (int x = 0; x < n; ++x) row_bar[x] += direct[x] + (convolution_ ? 0.0 : g[x]);
    transform_.spread_x(at, node, derivatives_[r].x, row_bar, z_sums_[derivatives_[r].pair].data());
  }
  if (convolution_ && at.own) spread_convolution(at, nodes, node, g);
}

/// From this rank's own nodes.
void GalerkinSweep::spread_convolution(const Cells& at, const Nodes& nodes, int node,
                                       const double* g) {
  const Range own = own_cells(at);
  const std::int64_t skipped = own.first - at.first;
  const int n = static_cast<int>(own.last - own.first + 1);
  double* S_bar = scratch_[5].data();
  std::fill_n(S_bar, n, 0.0);
  sums_.add_product(1.0, at_node_[0].data() + skipped, g + skipped, n, S_bar);
  convolution_->scatter({{nodes.z, nodes.y, node}, at.z, at.y, own.first, n}, shape_rows(skipped),
                        S_bar);
}

/// Those of the kernel's coefficients.
void GalerkinSweep::add_bars(const Cells& at, int node, const double* g) {
  double* product = scratch_[5].data();
  for (std::size_t c = 0; c < theta_count_; ++c) {
    if (!bar_[c].field && !bar_[c].sum) continue;
    std::fill_n(product, at.count, 0.0);
    sums_.add_product(1.0, g, changes_[c].data(), static_cast<int>(at.count), product);
    add_bar(at, node, c, product);
  }
}

void GalerkinSweep::adjoint_nodes(const Cells& at, const Nodes& nodes, int node) {
  at_nodes(at, nodes, node);
  double *y_bar = scratch_[1].data(), *g = scratch_[2].data(), *direct = scratch_[3].data();
  double *b_bar = scratch_[4].data(), *omega_bar = scratch_[5].data();
  transform_.contract_x(at, node, 0, mu_row_.data(), y_bar);
  weigh(at, node, nodes.weight, y_bar);
  std::fill_n(b_bar, at.count, 0.0);
  std::fill_n(omega_bar, at.count, 0.0);
  activation_.adjoint(static_cast<int>(at.count), scratch_[0].data(), at_node_[theta_count_].data(),
                      at_node_[theta_count_ + 1].data(), rows_[0].data(), y_bar, g, direct, b_bar,
                      omega_bar);
  add_bar(at, node, theta_count_, b_bar);
  add_bar(at, node, theta_count_ + 1, omega_bar);
  add_bars(at, node, g);
  spread_derivatives(at, nodes, node, g, direct);
}

void GalerkinSweep::adjoint(FieldView z, FieldView mu, MutableFieldView z_bar) {
  with_slopes_ = true;
  if (convolution_) {
    set_node_values(z);
    convolution_->clear_values_bar();
  }
  for_cells([&](const Cells& at) {
    for (int qy = 0; qy < basis_[1].nodes; ++qy) {
      const double weight_y = node_weight(1, at.y, qy);
      if (weight_y == 0) continue;
      transform_.contract_y(z, at, qy, orders_, y_rows_);
      transform_.contract_y(mu, at, qy, 1, mu_y_rows_);
      clear(y_sums_);
      for (int qz = 0; qz < basis_[0].nodes; ++qz) {
        const Nodes nodes{qz, qy, weight_y * node_weight(0, at.z, qz)};
        if (nodes.weight == 0) continue;
        contract_pairs(at, qz);
        transform_.contract_z(at, qz, no_derivatives, mu_y_rows_, mu_row_);
        contract_coefficients(at, nodes);
        clear(z_sums_);
        clear(bar_points_);
        for (int qx = 0; qx < basis_[x_axis].nodes; ++qx) adjoint_nodes(at, nodes, qx);
        spread_pairs(at, qz);
        spread_coefficients(at, nodes);
      }
      transform_.spread_y(at, qy, orders_, y_sums_, own_points(at), z_bar);
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
