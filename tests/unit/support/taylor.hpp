#pragma once

#include "nadir/input/case.hpp"
#include "nadir/training/gradient_check.hpp"

#include <algorithm>
#include <vector>

namespace nadir::test {

/// The Taylor checks of all parameters, each along a random direction; of those that fail, along
/// another one. J may bend so little along the first that its third derivative shows in the window;
/// a wrong gradient fails along all of them. Collective.
inline std::vector<TaylorCheck> taylor_checks(const Grid& grid, const Case& c, Objective& objective,
                                              Vec x) {
  auto checks = GradientCheck(grid, c, objective).taylor(x);
  if (std::ranges::all_of(checks, &TaylorCheck::passed)) return checks;
  constexpr std::uint64_t other_seed = 2;
  const auto others = GradientCheck(grid, c, objective, other_seed).taylor(x);
  for (std::size_t k = 0; k < checks.size(); ++k)
    if (!checks[k].passed()) checks[k] = others[k];
  return checks;
}

} // namespace nadir::test
