#include "nadir/network/state_store.hpp"

namespace nadir {

LastTwoStates::LastTwoStates(const Layout& layout) : stride_(layout.size()), data_(2 * stride_) {}

RevolvedStates::RevolvedStates(const Layout& layout, const RevolvePlan& plan)
    : plan_(plan), blocks_(plan), stride_(layout.size()),
      data_(stride_ * static_cast<std::size_t>(plan.states())) {}

double* RevolvedStates::place(std::int64_t layer) {
  const auto last = static_cast<std::size_t>(plan_.kept + layer % (plan_.block + 1));
  return data_.data() + blocks_.place(layer).value_or(last) * stride_;
}

double* RevolvedStates::write(std::int64_t layer) {
  if (layer == 0) blocks_.start();
  return place(layer);
}

} // namespace nadir
