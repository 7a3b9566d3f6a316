#include "nadir/network/coefficients.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace nadir {
namespace {

/// Calls use(view slot, parameter, component) for every coefficient of a layer. The weights of a
/// full matrix are as many as there are points: they follow one another from the first one on.
template<class View, class Use>
void for_each_slot(const Coefficients& coefficients, LayerRows<View>& rows, Use use) {
  std::size_t slot = 0;
  const ParameterSet& parameters = coefficients.parameters();
  for (const Parameter& p : parameters) {
    if (!p.is_kernels()) continue;
    for (std::int64_t c = 0; c < coefficients[p].components() && slot < rows.theta.size(); ++c)
      use(rows.theta[slot++], p, c);
  }
  use(rows.b, parameters.bias(), 0);
  use(rows.omega, parameters.relaxation(), 0);
}

} // namespace

ParameterValues::ParameterValues(const Layout& layout, std::int64_t layers, std::int64_t components,
                                 bool varies_space, bool varies_layer)
    : layout_(layout), layers_(varies_layer ? layers : 1), components_(components),
      varies_space_(varies_space), varies_layer_(varies_layer),
      stride_(varies_space ? layout.size() : 1),
      data_(static_cast<std::size_t>(blocks()) * stride_) {}

void ParameterValues::add(const ParameterValues& other) {
  for (std::size_t i = 0; i < data_.size(); ++i) data_[i] += other.data_[i];
}

Coefficients::Coefficients(const Grid& grid, const ModelSpec& c, Content content,
                           std::int64_t layers_per_exchange)
    : parameters_(c), sums_(parameters_.size()), values_(parameters_.size()) {
  const Ghosts ghosts = ghosts_of(c, layers_per_exchange);
  const Layout layout(grid, ghosts.coefficients);
  const int exchanged = std::min(ghosts.states, ghosts.coefficients);
  for (const Parameter& p : parameters_) {
    const ParameterSpec& parameter = p.spec;
    // Of an untrained parameter's derivative only the number of components is kept.
    const std::int64_t layers =
        content == Content::gradients && !parameter.train ? 0 : c.network.layers;
    const bool by_layer = parameter.varies_layer || layers == 0;
    (*this)[p] = ParameterValues(layout, layers, p.components, parameter.varies_space, by_layer);
    if (content == Content::gradients && !parameter.varies_space)
      sums_[p.index].resize(static_cast<std::size_t>((*this)[p].blocks()));
    if (content == Content::values && parameter.varies_space && !halo_ && exchanged > 0)
      halo_ = std::make_shared<Halo>(grid, layout, exchanged, fields_at_once);
  }
}

std::vector<double*> Coefficients::fields(const Wanted& wanted) {
  std::vector<double*> fields;
  for (const Parameter& p : parameters_) {
    ParameterValues& values = (*this)[p];
    for (std::int64_t k = 0; wanted(p) && values.varies_space() && k < values.blocks(); ++k)
      fields.push_back(values.block(k));
  }
  return fields;
}

void Coefficients::copy_numbers(const Coefficients& other) {
  for (const Parameter& p : parameters_)
    if (!(*this)[p].varies_space()) (*this)[p] = other[p];
}

void Coefficients::fill_ghosts() {
  if (!halo_) return;
  const auto all = fields([](const Parameter&) { return true; });
  std::span<double* const> rest = all;
  while (!rest.empty()) {
    const auto some = rest.first(std::min(rest.size(), fields_at_once));
    halo_->copy(some, GhostValue::untouched);
    rest = rest.subspan(some.size());
  }
}

LayerCoefficients Coefficients::layer(std::int64_t layer) const {
  LayerCoefficients rows;
  for_each_slot(*this, rows,
                [&](CoefficientView& view, const Parameter& p, std::int64_t component) {
                  const ParameterValues& values = (*this)[p];
                  const double* block = values.block(values.block_index(layer, component));
                  if (values.varies_space()) {
                    const Layout& layout = values.layout();
                    view.field = block + layout.index(0, 0, 0);
                    view.stride = {layout.stride_z, layout.stride_y};
                  } else {
                    view.number = *block;
                  }
                });
  return rows;
}

LayerGradient Coefficients::layer_bar(std::int64_t layer) {
  LayerGradient rows;
  for_each_slot(*this, rows, [&](CoefficientBar& bar, const Parameter& p, std::int64_t component) {
    ParameterValues& values = (*this)[p];
    if (values.empty()) return;
    const std::int64_t block = values.block_index(layer, component);
    if (values.varies_space()) {
      const Layout& layout = values.layout();
      bar.field = values.block(block) + layout.index(0, 0, 0);
      bar.stride = {layout.stride_z, layout.stride_y};
    } else {
      bar.sum = &sums_[p.index][static_cast<std::size_t>(block)];
    }
  });
  return rows;
}

void Coefficients::add(const Coefficients& other) {
  for (std::size_t p = 0; p < values_.size(); ++p) values_[p].add(other.values_[p]);
  add_sums(other);
}

void Coefficients::add_sums(const Coefficients& other) {
  for (std::size_t p = 0; p < sums_.size(); ++p)
    for (std::size_t k = 0; k < sums_[p].size(); ++k) sums_[p][k].merge(other.sums_[p][k]);
}

void Coefficients::clear_sums() {
  for (auto& sums : sums_) std::ranges::fill(sums, ReproducibleSum());
}

void Coefficients::set_zero() {
  for (auto& values : values_) values.fill(0.0);
  clear_sums();
}

} // namespace nadir
