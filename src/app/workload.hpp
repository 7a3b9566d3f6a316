#pragma once

#include "nadir/input/case.hpp"
#include "nadir/plan/workload.hpp"

#include <cstdint>

namespace nadir::app {

/// A case in numbers, with so many samples of its input. Of a case that is not valid the numbers
/// mean little, but there are some.
Workload workload_of(const Case& c, std::int64_t samples, Purpose purpose);

} // namespace nadir::app
