#pragma once

#include "nadir/input/case.hpp"
#include "nadir/plan/plan.hpp"
#include "nadir/plan/workload.hpp"

#include <cstdint>

namespace nadir {

/// A case in numbers, with so many samples of its input. Of a case that is not valid the numbers
/// mean little, but there are some.
Workload workload_of(const Case& c, std::int64_t samples, Purpose purpose);

/// Throws InputError, naming the key of the case, where a plan has a problem.
void refuse(const Case& c, const MaybeProblem& problem);

} // namespace nadir
