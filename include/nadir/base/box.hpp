#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace nadir {

inline constexpr int max_dimension = 3;

/// Three extents, slowest axis first; in d dimensions the first 3-d are the unused ones.
using Extents = std::array<std::int64_t, max_dimension>;

/// A box of global grid points, axes slowest first (C order: z | y | x).
///
/// In d dimensions the first 3-d entries are unused (start 0, count 1), so loops over all three
/// axes are right in every dimension; `starts()` and `counts()` give the d axes in use.
struct Box {
  int dimension = 1;
  Extents start{0, 0, 0};
  Extents count{1, 1, 1};

  std::span<const std::int64_t> starts() const { return used(start); }
  std::span<const std::int64_t> counts() const { return used(count); }
  std::int64_t points() const { return count[0] * count[1] * count[2]; }

 private:
  std::span<const std::int64_t> used(const Extents& extents) const {
    return std::span(extents).last(static_cast<std::size_t>(dimension));
  }
};

} // namespace nadir
