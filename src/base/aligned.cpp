#include "nadir/base/aligned.hpp"

#include <sys/mman.h>

#include <atomic>
#include <cstdint>
#include <new>

namespace nadir {
namespace {

constexpr std::size_t huge_page = std::size_t{1} << 21;
/// Below this a huge page would hold more than the array.
constexpr std::size_t large = 2 * huge_page;

/// Distances between the starts of consecutive large arrays: other sets of the first-level cache
/// (4 KiB a way) and of the second (64 to 128 KiB).
constexpr std::size_t step = 4096 + 5 * alignment, steps = 16;

/// How far into its first page the next large array starts.
std::size_t next_offset() {
  static std::atomic<std::size_t> count{0};
  return step * (count.fetch_add(1, std::memory_order_relaxed) % steps);
}

} // namespace

void* allocate_aligned(std::size_t bytes) {
  if (bytes < large) return ::operator new(bytes, std::align_val_t(alignment));
  const std::size_t offset = next_offset();
  void* const pages = ::operator new(bytes + offset, std::align_val_t(huge_page));
#ifdef MADV_HUGEPAGE
  madvise(pages, bytes + offset, MADV_HUGEPAGE); // a wish: small pages serve as well
#endif
  return static_cast<std::byte*>(pages) + offset;
}

void free_aligned(void* memory, std::size_t bytes) noexcept {
  if (bytes < large) return ::operator delete(memory, std::align_val_t(alignment));
  const auto place = reinterpret_cast<std::uintptr_t>(memory);
  auto* const pages = static_cast<std::byte*>(memory) - place % huge_page;
  ::operator delete(pages, std::align_val_t(huge_page));
}

} // namespace nadir
