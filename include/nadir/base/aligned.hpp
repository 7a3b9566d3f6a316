#pragma once

#include <cstddef>
#include <new>
#include <vector>

namespace nadir {

/// A cache line, and the longest vector of any instruction set in use: rows start there.
inline constexpr std::size_t alignment = 64;
inline constexpr std::size_t aligned_doubles = alignment / sizeof(double);

template<class T> struct AlignedAllocator {
  using value_type = T;

  AlignedAllocator() = default;
  template<class U> AlignedAllocator(const AlignedAllocator<U>& /*other*/) {}

  T* allocate(std::size_t n) {
    return static_cast<T*>(::operator new(n * sizeof(T), std::align_val_t(alignment)));
  }
  void deallocate(T* memory, std::size_t /*n*/) {
    ::operator delete(memory, std::align_val_t(alignment));
  }
  template<class U> bool operator==(const AlignedAllocator<U>& /*other*/) const { return true; }
};

using AlignedDoubles = std::vector<double, AlignedAllocator<double>>;

} // namespace nadir
