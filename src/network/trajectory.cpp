#include "nadir/network/trajectory.hpp"

namespace nadir {

KeepAll::KeepAll(const Layout& layout, std::int64_t layers)
    : stride_(layout.size()), data_(stride_ * static_cast<std::size_t>(layers + 1)) {}

KeepTwo::KeepTwo(const Layout& layout) : stride_(layout.size()), data_(2 * stride_) {}

} // namespace nadir
