#pragma once

#include "nadir/grid/field.hpp"

#include <cstdint>

namespace nadir {

/// Where the states z_0 .. z_n of one sample live while they are computed and read again. States
/// are padded arrays of one layout.
class Trajectory {
 public:
  virtual ~Trajectory() = default;

  /// The place state `layer` is computed into; a chain writes layers in ascending order.
  virtual double* write(std::int64_t layer) = 0;

  /// State `layer`, with the ghosts its layer's step left. A forward chain reads the layer it wrote
  /// last; what else can be read depends on the store.
  virtual double* read(std::int64_t layer) = 0;
};

/// Every state stays in memory: (n + 1) padded arrays. All layers can be read in any order.
class KeepAll final : public Trajectory {
 public:
  KeepAll(const Layout& layout, std::int64_t layers);
  double* write(std::int64_t layer) override { return slot(layer); }
  double* read(std::int64_t layer) override { return slot(layer); }

 private:
  double* slot(std::int64_t layer) {
    return data_.data() + static_cast<std::size_t>(layer) * stride_;
  }
  std::size_t stride_;
  AlignedDoubles data_;
};

/// Only the last two states: enough to go forward through any number of layers.
class KeepTwo final : public Trajectory {
 public:
  explicit KeepTwo(const Layout& layout);
  double* write(std::int64_t layer) override { return slot(layer); }
  double* read(std::int64_t layer) override { return slot(layer); }

 private:
  double* slot(std::int64_t layer) {
    return data_.data() + static_cast<std::size_t>(layer % 2) * stride_;
  }
  std::size_t stride_;
  AlignedDoubles data_;
};

} // namespace nadir
