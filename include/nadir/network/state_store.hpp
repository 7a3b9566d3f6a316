#pragma once

#include "nadir/grid/field.hpp"
#include "nadir/network/kept_blocks.hpp"

#include <cstdint>
#include <limits>

namespace nadir {

/// Where the states z_0 .. z_n of one sample live while they are computed and read again. States
/// are padded arrays of one layout.
class StateStore {
 public:
  virtual ~StateStore() = default;

  /// The place state `layer` is computed into; a chain writes layers in ascending order, first
  /// 0 .. n, and begins anew with 0. The states of layers k and k + 1 never share a place.
  virtual double* write(std::int64_t layer) = 0;

  /// State `layer`, with the ghosts its layer's step left. A forward chain reads the layer it wrote
  /// last; what else can be read depends on the store.
  virtual double* read(std::int64_t layer) = 0;

  /// State `layer` for the way back (not LastTwoStates), maybe rounded, where resume() let it be
  /// held; valid while at most layers_at_once() + 1 states that follow each other are recalled.
  virtual double* read_back(std::int64_t layer) { return read(layer); }
  /// Layers that may be written in one go after the one that is read.
  virtual std::int64_t layers_at_once() const { return std::numeric_limits<std::int64_t>::max(); }

  /// On the way back (not LastTwoStates), in descending order: the last layer up to `layer` whose
  /// state is held. From there up to `layer` states are to be written once more.
  virtual std::int64_t resume(std::int64_t layer) { return layer; }
  /// The first layer from which on all states up to `layer`, which resume() saw, are held.
  virtual std::int64_t held_from(std::int64_t /*layer*/) const { return 0; }
};

/// Only the last two states: enough to go forward through any number of layers.
class LastTwoStates final : public StateStore {
 public:
  explicit LastTwoStates(const Layout& layout);
  double* write(std::int64_t layer) override { return slot(layer); }
  double* read(std::int64_t layer) override { return slot(layer); }

 private:
  double* slot(std::int64_t layer) {
    return data_.data() + static_cast<std::size_t>(layer % 2) * stride_;
  }
  std::size_t stride_;
  AlignedDoubles data_;
};

/// As many states as a plan says, all of them where it keeps everything (all_kept); the others are
/// computed again on the way back.
class RevolvedStates final : public StateStore {
 public:
  RevolvedStates(const Layout& layout, const RevolvePlan& plan);
  double* write(std::int64_t layer) override;
  double* read(std::int64_t layer) override { return place(layer); }
  std::int64_t resume(std::int64_t layer) override { return blocks_.resume(layer); }
  std::int64_t held_from(std::int64_t layer) const override { return blocks_.first_of(layer); }

 private:
  double* place(std::int64_t layer);

  RevolvePlan plan_;
  KeptBlocks blocks_;
  std::size_t stride_;
  /// Of the states kept, then of the last block + 1 states written.
  AlignedDoubles data_;
};

} // namespace nadir
