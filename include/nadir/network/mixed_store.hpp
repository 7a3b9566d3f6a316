#pragma once

#include "nadir/network/state_store.hpp"

#include <cstddef>
#include <memory>
#include <vector>

namespace nadir {

class ScratchFile;

/// Where states are kept from which others are computed again: numbered places for padded arrays,
/// which come back bit by bit.
class StateArchive {
 public:
  virtual ~StateArchive() = default;
  virtual void put(std::size_t place, const double* state) = 0;
  virtual void fetch(std::size_t place, double* state) = 0;
};

/// States are computed into a window of some places in double precision. When the window moves on,
/// those at the starts of blocks go to a archive, and those of the block that is held are rounded
/// to single precision, ghosts included, where the plan says so (else the window has room for a
/// block).
///
/// What a chain computes from is never rounded, so states and losses are those of the other stores
/// bit by bit. What the adjoint reads is rounded to float's 24 bits, always: a relative 6e-8 at
/// most, and the gradient does not depend on what is held or computed again, nor on the length of
/// passes. Only the `exact` states, those of layers with a target, stay as they are: z - y may be
/// small, and the adjoint begins with it. Values beyond 3.4e38 become infinite. Allocates nothing
/// after construction.
class MixedStates final : public StateStore {
 public:
  /// `exact` are the layers the plan counts; of a plan without `single` there are none.
  MixedStates(const Layout& layout, const StatePlan& plan, std::vector<std::int64_t> exact,
              std::unique_ptr<StateArchive> archive);

  double* write(std::int64_t layer) override;
  double* read(std::int64_t layer) override;
  double* read_back(std::int64_t layer) override;
  std::int64_t layers_at_once() const override;
  std::int64_t resume(std::int64_t layer) override { return blocks_.resume(layer); }
  std::int64_t held_from(std::int64_t layer) const override { return blocks_.first_of(layer); }

 private:
  /// What is in a place of the window.
  struct Content {
    std::int64_t layer = -1; ///< none
    bool fetched = false;    ///< from the archive, which has it
  };

  std::size_t slot(std::int64_t layer) const {
    return static_cast<std::size_t>(layer) % contents_.size();
  }
  double* window(std::size_t slot) { return window_.data() + slot * stride_; }
  float* rounded(std::int64_t layer);
  double* exact(std::int64_t layer);
  void put_away(std::size_t slot);
  void forget();
  void look_forward();
  void look_back();

  bool single_;
  std::int64_t block_;
  KeptBlocks blocks_;
  std::unique_ptr<StateArchive> archive_;
  std::size_t stride_;
  std::vector<Content> contents_;
  AlignedDoubles window_;
  std::vector<float, AlignedAllocator<float>> rounded_; ///< of the block that is held
  std::vector<std::int64_t> exact_layers_;              ///< ascending
  AlignedDoubles exact_;
  bool looking_back_ = false; ///< the window holds what was rounded
};

/// The store of a sample's states for a gradient over `layers` layers. `exact`: layers with a
/// target, ascending; of a plan on disk, the states' file has places from `first` on.
std::unique_ptr<StateStore> make_trajectory(const Layout& layout, std::int64_t layers,
                                            const StatePlan& plan,
                                            const std::vector<std::int64_t>& exact,
                                            ScratchFile* scratch = nullptr, std::size_t first = 0);

} // namespace nadir
