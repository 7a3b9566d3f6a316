#pragma once

#include "nadir/kernel/kernel_family.hpp"

/// What families whose neighbours the case counts share, and those that know distances alone.
namespace nadir {

using Spacings = std::array<double, max_dimension>;

/// More take longer than anybody waits.
inline constexpr double most_neighbours_computed = 1e6;

/// The option `radius`; `text` is what it means to the family.
FamilyOption radius_option(std::string_view text);
int counted_radius(const KernelTerm& term);
std::optional<ValueLimit> above_zero(int dimension);

template<RadialFamily (*profile)()>
StencilTable radial_table(const KernelTerm& term, int dimension, const Spacings& spacing) {
  return radial_table_of(profile(), radial_stencil(dimension, counted_radius(term), spacing));
}

template<RadialFamily (*profile)()>
std::unique_ptr<Kernel> radial_kernel(const KernelTerm& term, int dimension,
                                      const Spacings& spacing) {
  return profile().kernel(radial_stencil(dimension, counted_radius(term), spacing));
}

} // namespace nadir
