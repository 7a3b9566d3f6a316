#include "nadir/kernel/row_sums.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernel/row_sums.cpp"
#include "base/instruction_sets.hpp"

#include <hwy/foreach_target.h> // includes this file once for every instruction set

#include "base/lanes-inl.hpp"

#include <array>

HWY_BEFORE_NAMESPACE();
namespace nadir::HWY_NAMESPACE {
namespace {

/// Of a number of rows known to the compiler.
template<int count, bool more>
void sum_rows(const double* const* rows, const double* factors, int n, double* HWY_RESTRICT to) {
  std::array<const double*, count> row;
  std::array<double, count> factor;
  for (std::size_t t = 0; t < count; ++t) {
    row[t] = rows[t];
    factor[t] = factors[t];
  }
  for_lanes(n, [&](auto d, int x) HWY_ATTR {
    auto sum = hn::Set(d, factor[0]) * hn::LoadU(d, row[0] + x);
    for (std::size_t t = 1; t < count; ++t)
      sum = fused(hn::Set(d, factor[t]), hn::LoadU(d, row[t] + x), sum);
    hn::StoreU(more ? hn::LoadU(d, to + x) + sum : sum, d, to + x);
  });
}

template<bool more>
void sum_of_rows(int count, const double* const* rows, const double* factors, int n, double* to) {
  switch (count) {
  case 1:
    return sum_rows<1, more>(rows, factors, n, to);
  case 2:
    return sum_rows<2, more>(rows, factors, n, to);
  case 3:
    return sum_rows<3, more>(rows, factors, n, to);
  default:
    return sum_rows<4, more>(rows, factors, n, to);
  }
}

void add_product(double factor, const double* a, const double* b, int n, double* HWY_RESTRICT to) {
  for_lanes(n, [&](auto d, int x) HWY_ATTR {
    const auto product = hn::LoadU(d, a + x) * hn::LoadU(d, b + x);
    hn::StoreU(fused(hn::Set(d, factor), product, hn::LoadU(d, to + x)), d, to + x);
  });
}

RowSums rows_of_sums() { return {sum_of_rows<false>, sum_of_rows<true>, add_product}; }

} // namespace
} // namespace nadir::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace nadir {

HWY_EXPORT(rows_of_sums);

RowSums row_sums() { return HWY_DYNAMIC_DISPATCH(rows_of_sums)(); }

} // namespace nadir
#endif
