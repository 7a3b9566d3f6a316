#pragma once

#include <cstddef>
#include <vector>

namespace nadir {

/// A cache line, and the longest vector of any instruction set in use: rows start there.
inline constexpr std::size_t alignment = 64;
inline constexpr std::size_t aligned_doubles = alignment / sizeof(double);

/// Memory that starts at a cache line. Where it is large it lies in huge pages, if the system has
/// any to give (Linux: transparent_hugepage "madvise" or "always"), because a sweep over a dozen
/// arrays misses the table of small pages at every other row; and the starts of large arrays
/// differ in their places within the caches' ways, because a sweep reads the same points of all of
/// them. Throws std::bad_alloc. free_aligned takes the same number of bytes.
void* allocate_aligned(std::size_t bytes);
void free_aligned(void* memory, std::size_t bytes) noexcept;

template<class T> struct AlignedAllocator {
  using value_type = T;

  AlignedAllocator() = default;
  template<class U> AlignedAllocator(const AlignedAllocator<U>& /*other*/) {}

  T* allocate(std::size_t n) { return static_cast<T*>(allocate_aligned(n * sizeof(T))); }
  void deallocate(T* memory, std::size_t n) { free_aligned(memory, n * sizeof(T)); }
  template<class U> bool operator==(const AlignedAllocator<U>& /*other*/) const { return true; }
};

using AlignedDoubles = std::vector<double, AlignedAllocator<double>>;

} // namespace nadir
