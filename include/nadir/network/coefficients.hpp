#pragma once

#include "nadir/grid/field.hpp"
#include "nadir/grid/grid.hpp"
#include "nadir/grid/halo.hpp"
#include "nadir/kernel/cell_basis.hpp"
#include "nadir/kernel/layer_sweep.hpp"
#include "nadir/network/network_spec.hpp"
#include "nadir/network/parameter_set.hpp"
#include "nadir/plan/ghosts.hpp"

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace nadir {

/// Ghosts of states, where every layer has an exchange of its own, and of coefficients and Z_bar:
/// their transpose is gathered on the ghosts of z beyond `reflect` boundaries as well, and reads as
/// far beyond. Galerkin layers gather nothing; adr stays inside their cells.
inline bool is_galerkin(const ModelSpec& c) { return c.network.basis != Basis::delta; }
inline int state_ghosts(const ModelSpec& c) {
  if (!is_galerkin(c)) return c.kernel.radius();
  return basis_reach(c.network.basis) + (c.kernel.is("adr") ? 0 : c.kernel.radius());
}
inline int coefficient_ghosts(const ModelSpec& c) {
  return is_galerkin(c) ? basis_reach(c.network.basis) : 2 * c.kernel.radius();
}
/// Both, where so many layers share an exchange.
inline Ghosts ghosts_of(const ModelSpec& c, std::int64_t layers_per_exchange = 1) {
  return ghosts_of(Ghosts{state_ghosts(c), coefficient_ghosts(c)}, layers_per_exchange);
}

/// One parameter on this rank: numbers, or padded fields where it varies in space, for each
/// component and, where it varies by layer, each layer. Layout [layer][component][field].
class ParameterValues {
 public:
  ParameterValues() = default;
  ParameterValues(const Layout& layout, std::int64_t layers, std::int64_t components,
                  bool varies_space, bool varies_layer);

  bool varies_space() const { return varies_space_; }
  bool varies_layer() const { return varies_layer_; }
  std::int64_t layers() const { return layers_; } ///< 1 unless it varies by layer
  std::int64_t components() const { return components_; }
  std::int64_t blocks() const { return layers_ * components_; }
  const Layout& layout() const { return layout_; }

  /// The padded field (or the number) of block layer * components() + component.
  double* block(std::int64_t index) {
    return data_.data() + static_cast<std::size_t>(index) * stride_;
  }
  const double* block(std::int64_t index) const {
    return data_.data() + static_cast<std::size_t>(index) * stride_;
  }
  std::int64_t block_index(std::int64_t layer, std::int64_t component) const {
    return (varies_layer_ ? layer : 0) * components_ + component;
  }

  void fill(double value) { std::fill(data_.begin(), data_.end(), value); }
  void add(const ParameterValues& other);
  bool empty() const { return data_.empty(); }

 private:
  Layout layout_;
  std::int64_t layers_ = 0, components_ = 0;
  bool varies_space_ = false, varies_layer_ = false;
  std::size_t stride_ = 1;
  AlignedDoubles data_;
};

/// R, U, D, b and omega of all layers on this rank, or the derivatives with respect to them.
/// Not collective.
class Coefficients {
 public:
  enum class Content {
    values,    ///< every parameter
    gradients, ///< trained parameters only; the others stay empty
  };
  /// Ghosts are as wide as so many layers between exchanges need.
  Coefficients(const Grid& grid, const ModelSpec& c, Content content,
               std::int64_t layers_per_exchange = 1);

  /// Fields whose ghosts share messages: enough that latency counts little.
  static constexpr std::size_t fields_at_once = 16;

  const ParameterSet& parameters() const { return parameters_; }
  ParameterValues& operator[](const Parameter& p) { return values_[p.index]; }
  const ParameterValues& operator[](const Parameter& p) const { return values_[p.index]; }
  /// By its name; there must be one.
  ParameterValues& operator[](std::string_view name) { return (*this)[parameters_[name]]; }
  const ParameterValues& operator[](std::string_view name) const {
    return (*this)[parameters_[name]];
  }

  /// Of gradients with respect to numbers: this rank's sums over points, by layer and component.
  /// The numbers themselves are for what they become over all ranks.
  std::span<const ReproducibleSum> sums(const Parameter& p) const { return sums_[p.index]; }

  /// What a sweep of layer `layer` reads, or adds its derivatives to.
  LayerCoefficients layer(std::int64_t layer) const;
  LayerGradient layer_bar(std::int64_t layer);

  /// Fills the innermost ghosts of all fields from their owners, wrapped on periodic axes; those
  /// beyond other boundaries stay zero. Needed, for values, before a transpose sweep. Collective.
  void fill_ghosts();

  void set_zero();
  void clear_sums();
  /// Adds derivatives: all of them, or those by numbers.
  void add(const Coefficients& other);
  void add_sums(const Coefficients& other);

  /// The padded fields of the parameters that vary in space and are `wanted`, in the order of
  /// files.
  using Wanted = std::function<bool(const Parameter&)>;
  std::vector<double*> fields(const Wanted& wanted);
  /// Takes over what does not vary in space.
  void copy_numbers(const Coefficients& other);

 private:
  std::shared_ptr<Halo> halo_; ///< of values that vary in space
  /// Of gradients with respect to numbers, [layer][component].
  ParameterSet parameters_;
  std::vector<std::vector<ReproducibleSum>> sums_; ///< by parameter
  std::vector<ParameterValues> values_;
};

} // namespace nadir
