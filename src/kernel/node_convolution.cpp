#include "nadir/kernel/node_convolution.hpp"

#include "index.hpp"

#include <algorithm>

namespace nadir {
namespace {

bool in_use(const CellBasis& axis) { return axis.taps > 1; }

std::size_t nodes_of_a_cell(const GridBasis& basis) {
  std::size_t nodes = 1;
  for (const CellBasis& axis : basis) nodes *= uint(axis.nodes);
  return nodes;
}

/// `radius` more cells on both sides of every axis in use.
Box widened(Box cells, const GridBasis& basis, int radius) {
  for (std::size_t a = 0; a < basis.size(); ++a) {
    if (!in_use(basis[a])) continue;
    cells.start[a] -= radius;
    cells.count[a] += 2 * radius;
  }
  return cells;
}

} // namespace

NodeConvolution::NodeConvolution(const RadialFamily& family, int radius, const GridBasis& basis,
                                 const std::array<double, max_dimension>& spacing, const Box& cells)
    : family_(family), basis_(basis), spacing_(spacing), sums_(row_sums()),
      reached_(widened(cells, basis, radius)), stride_{reached_.count[1] * reached_.count[2],
                                                       reached_.count[2]} {
  const std::size_t nodes = nodes_of_a_cell(basis_);
  for (auto* values : {&values_, &values_bar_})
    values->assign(nodes, std::vector<double>(uint(reached_.points()), 0.0));
  distances_.dimension = static_cast<int>(std::ranges::count_if(basis_, in_use));
  for (std::size_t a = 0; a < basis_.size(); ++a)
    if (in_use(basis_[a])) distances_.volume *= spacing_[a];
  add_neighbours(radius);
  distances_.square.resize(neighbours_.size());
  tables_.resize(nodes);
  tables_.push_back({});
  for (RadialTable& table : tables_) tabulate({}, std::array{1.0, 1.0}.data(), table);
  table_ = std::move(tables_.back()); // as long as the others
  tables_.pop_back();
}

/// All nodes of all cells around one, cell by cell.
void NodeConvolution::add_neighbours(int radius) {
  std::array<int, max_dimension> reach{};
  for (std::size_t a = 0; a < reach.size(); ++a) reach[a] = in_use(basis_[a]) ? radius : 0;
  for (int z = -reach[0]; z <= reach[0]; ++z)
    for (int y = -reach[1]; y <= reach[1]; ++y)
      for (int x = -reach[2]; x <= reach[2]; ++x)
        for (int qz = 0; qz < basis_[0].nodes; ++qz)
          for (int qy = 0; qy < basis_[1].nodes; ++qy)
            for (int qx = 0; qx < basis_[2].nodes; ++qx)
              neighbours_.push_back({number_of({qz, qy, qx}),
                                     z * stride_.z + y * stride_.y + x,
                                     {z, y, x},
                                     {qz, qy, qx},
                                     basis_[0].weight[uint(qz)] * basis_[1].weight[uint(qy)] *
                                         basis_[2].weight[uint(qx)]});
}

std::size_t NodeConvolution::number_of(const Node& node) const {
  return (uint(node[0]) * uint(basis_[1].nodes) + uint(node[1])) * uint(basis_[2].nodes) +
         uint(node[2]);
}

std::ptrdiff_t NodeConvolution::index(std::int64_t z, std::int64_t y, std::int64_t x) const {
  return (z - reached_.start[0]) * stride_.z + (y - reached_.start[1]) * stride_.y + x -
         reached_.start[2];
}

double* NodeConvolution::values(const Node& node, std::int64_t z, std::int64_t y, std::int64_t x) {
  return values_[number_of(node)].data() + index(z, y, x);
}

double* NodeConvolution::values_bar(const Node& node, std::int64_t z, std::int64_t y,
                                    std::int64_t x) {
  return values_bar_[number_of(node)].data() + index(z, y, x);
}

void NodeConvolution::clear_values_bar() {
  for (auto& each : values_bar_) std::ranges::fill(each, 0.0);
}

void NodeConvolution::measure_from(const Node& node) {
  if (measured_from_ == node) return;
  measured_from_ = node;
  for (std::size_t e = 0; e < neighbours_.size(); ++e) {
    double square = 0;
    for (std::size_t a = 0; a < basis_.size(); ++a) {
      const auto& place = basis_[a].place;
      const double away =
          neighbours_[e].cells[a] + place[uint(neighbours_[e].place[a])] - place[uint(node[a])];
      square += (away * spacing_[a]) * (away * spacing_[a]);
    }
    distances_.square[e] = square;
  }
}

/// p_m phi and its derivatives for all neighbours of a node.
void NodeConvolution::tabulate(const Node& node, const double* shape, RadialTable& table) {
  measure_from(node);
  family_.tabulate(distances_, shape, table);
  for (std::size_t e = 0; e < neighbours_.size(); ++e) {
    table.value[e] *= neighbours_[e].weight;
    for (auto& slope : table.slope) slope[e] *= neighbours_[e].weight;
  }
}

void NodeConvolution::set_shape(std::span<const double> numbers) {
  if (std::ranges::equal(numbers, numbers_)) return;
  numbers_.assign(numbers.begin(), numbers.end());
  if (numbers.empty()) return;
  for (int qz = 0; qz < basis_[0].nodes; ++qz)
    for (int qy = 0; qy < basis_[1].nodes; ++qy)
      for (int qx = 0; qx < basis_[2].nodes; ++qx)
        tabulate({qz, qy, qx}, numbers.data(), tables_[number_of({qz, qy, qx})]);
}

/// For the x-th of some nodes, where every one has its own shape.
const RadialTable& NodeConvolution::table_at(const Nodes& at, const ShapeRows& shapes, int x) {
  std::array<double, max_shapes> shape{};
  for (std::size_t s = 0; s < family_.shapes; ++s) shape[s] = shapes[s][x];
  tabulate(at.node, shape.data(), table_);
  return table_;
}

void NodeConvolution::weighted_rows(const Nodes& at, const std::vector<double>& weights,
                                    double* sum) const {
  const std::ptrdiff_t first = index(at.z, at.y, at.x);
  std::array<const double*, RowSums::most> rows{};
  for (std::size_t e = 0; e < neighbours_.size(); e += rows.size()) {
    const std::size_t count = std::min(rows.size(), neighbours_.size() - e);
    for (std::size_t i = 0; i < count; ++i)
      rows[i] = values_[neighbours_[e + i].node].data() + first + neighbours_[e + i].offset;
    (e == 0 ? sums_.set : sums_.add)(static_cast<int>(count), rows.data(), weights.data() + e, at.n,
                                     sum);
  }
}

void NodeConvolution::sums(const Nodes& at, const ShapeRows& shapes, double* S,
                           const std::array<double*, max_shapes>& slopes) {
  if (!numbers_.empty()) {
    const RadialTable& table = tables_[number_of(at.node)];
    weighted_rows(at, table.value, S);
    for (std::size_t s = 0; s < family_.shapes; ++s)
      if (slopes[s]) weighted_rows(at, table.slope[s], slopes[s]);
    return;
  }
  for (int x = 0; x < at.n; ++x) {
    const RadialTable& table = table_at(at, shapes, x);
    const std::ptrdiff_t place = index(at.z, at.y, at.x + x);
    const auto weighted = [&](const std::vector<double>& weights) {
      double sum = 0;
      for (std::size_t e = 0; e < neighbours_.size(); ++e)
        sum += weights[e] * values_[neighbours_[e].node][uint(place + neighbours_[e].offset)];
      return sum;
    };
    S[x] = weighted(table.value);
    for (std::size_t s = 0; s < family_.shapes; ++s)
      if (slopes[s]) slopes[s][x] = weighted(table.slope[s]);
  }
}

void NodeConvolution::scatter(const Nodes& at, const ShapeRows& shapes, const double* g) {
  const std::ptrdiff_t first = index(at.z, at.y, at.x);
  if (!numbers_.empty()) {
    const RadialTable& table = tables_[number_of(at.node)];
    for (std::size_t e = 0; e < neighbours_.size(); ++e)
      sums_.add(1, &g, &table.value[e], at.n,
                values_bar_[neighbours_[e].node].data() + first + neighbours_[e].offset);
    return;
  }
  for (int x = 0; x < at.n; ++x) {
    const RadialTable& table = table_at(at, shapes, x);
    for (std::size_t e = 0; e < neighbours_.size(); ++e)
      values_bar_[neighbours_[e].node][uint(first + x + neighbours_[e].offset)] +=
          table.value[e] * g[x];
  }
}

double NodeConvolution::bytes(const RadialFamily& family, int radius, const GridBasis& basis,
                              const Extents& cells) {
  const auto nodes = static_cast<double>(nodes_of_a_cell(basis));
  const Box reached = widened({max_dimension, {0, 0, 0}, cells}, basis, radius);
  const Box around = widened({max_dimension, {0, 0, 0}, {1, 1, 1}}, basis, radius);
  const double neighbours = nodes * static_cast<double>(around.points());
  const double tables = (nodes + 1) * static_cast<double>(1 + family.shapes) + 1;
  return 2 * sizeof(double) * nodes * static_cast<double>(reached.points()) +
         neighbours * (sizeof(double) * tables + sizeof(StencilEntry));
}

} // namespace nadir
