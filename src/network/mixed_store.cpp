#include "nadir/network/mixed_store.hpp"

#include "nadir/output/scratch_file.hpp"

#include <algorithm>

namespace nadir {
namespace {

class MemoryArchive final : public StateArchive {
 public:
  MemoryArchive(const Layout& layout, std::int64_t places)
      : stride_(layout.size()), data_(stride_ * static_cast<std::size_t>(places)) {}
  void put(std::size_t place, const double* state) override {
    std::copy_n(state, stride_, data_.data() + place * stride_);
  }
  void fetch(std::size_t place, double* state) override {
    std::copy_n(data_.data() + place * stride_, stride_, state);
  }

 private:
  std::size_t stride_;
  AlignedDoubles data_;
};

class DiskArchive final : public StateArchive {
 public:
  DiskArchive(ScratchFile& file, std::size_t first) : file_(file), first_(first) {}
  void put(std::size_t place, const double* state) override { file_.write(first_ + place, state); }
  void fetch(std::size_t place, double* state) override { file_.read(first_ + place, state); }

 private:
  ScratchFile& file_;
  std::size_t first_;
};

std::size_t window_places(const StatePlan& plan) {
  return static_cast<std::size_t>(plan.single ? plan.window : plan.reversal.block + 1);
}

} // namespace

MixedStates::MixedStates(const Layout& layout, const StatePlan& plan,
                         std::vector<std::int64_t> exact, std::unique_ptr<StateArchive> archive)
    : single_(plan.single), block_(plan.reversal.block), blocks_(plan.reversal),
      archive_(std::move(archive)), stride_(layout.size()), contents_(window_places(plan)),
      window_(contents_.size() * stride_),
      rounded_(single_ ? stride_ * static_cast<std::size_t>(block_ + 1) : 0),
      exact_layers_(std::move(exact)), exact_(exact_layers_.size() * stride_) {}

std::int64_t MixedStates::layers_at_once() const {
  return static_cast<std::int64_t>(contents_.size()) - 1;
}

double* MixedStates::write(std::int64_t layer) {
  look_forward();
  if (layer == 0) {
    blocks_.start();
    forget();
  }
  if (double* place = exact(layer)) return place;
  // What was there is older than the state this pass began with, so its ghosts are complete.
  put_away(slot(layer));
  contents_[slot(layer)] = {layer, false};
  return window(slot(layer));
}

double* MixedStates::read(std::int64_t layer) {
  look_forward();
  if (double* place = exact(layer)) return place;
  Content& content = contents_[slot(layer)];
  if (content.layer != layer) {
    put_away(slot(layer));
    archive_->fetch(*blocks_.place(layer), window(slot(layer)));
    content = {layer, true};
  }
  return window(slot(layer));
}

double* MixedStates::read_back(std::int64_t layer) {
  if (!single_) return read(layer);
  look_back();
  if (double* place = exact(layer)) return place;
  Content& content = contents_[slot(layer)];
  if (content.layer != layer) {
    std::copy_n(rounded(layer), stride_, window(slot(layer)));
    content.layer = layer;
  }
  return window(slot(layer));
}

float* MixedStates::rounded(std::int64_t layer) {
  return rounded_.data() + static_cast<std::size_t>(layer - blocks_.first_held()) * stride_;
}

/// Null where state `layer` is none of them.
double* MixedStates::exact(std::int64_t layer) {
  const auto found = std::ranges::lower_bound(exact_layers_, layer);
  if (found == exact_layers_.end() || *found != layer) return nullptr;
  return exact_.data() + static_cast<std::size_t>(found - exact_layers_.begin()) * stride_;
}

/// To where it will be looked for, if anywhere.
void MixedStates::put_away(std::size_t slot) {
  const auto [layer, fetched] = contents_[slot];
  if (layer < 0) return;
  const auto place = blocks_.place(layer);
  if (place && !fetched) archive_->put(*place, window(slot));
  const std::int64_t first = blocks_.first_held();
  if (!single_ || layer < first || layer > first + block_) return;
  const auto to_single = [](double value) { return static_cast<float>(value); };
  std::transform(window(slot), window(slot) + stride_, rounded(layer), to_single);
}

void MixedStates::forget() { std::ranges::fill(contents_, Content{}); }

void MixedStates::look_forward() {
  if (looking_back_) forget();
  looking_back_ = false;
}

void MixedStates::look_back() {
  if (looking_back_) return;
  for (std::size_t slot = 0; slot < contents_.size(); ++slot) put_away(slot);
  forget();
  looking_back_ = true;
}

std::unique_ptr<StateStore> make_trajectory(const Layout& layout, std::int64_t layers,
                                            const StatePlan& plan,
                                            const std::vector<std::int64_t>& exact,
                                            ScratchFile* scratch, std::size_t first) {
  if (!plan.single && !plan.on_disk) {
    const RevolvePlan held = plan.keep_all ? all_kept(layers) : plan.reversal;
    return std::make_unique<RevolvedStates>(layout, held);
  }
  std::unique_ptr<StateArchive> archive;
  if (plan.on_disk)
    archive = std::make_unique<DiskArchive>(*scratch, first);
  else
    archive = std::make_unique<MemoryArchive>(layout, plan.reversal.kept);
  return std::make_unique<MixedStates>(
      layout, plan, plan.single ? exact : std::vector<std::int64_t>{}, std::move(archive));
}

} // namespace nadir
