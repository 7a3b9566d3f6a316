#pragma once

#include <cstdint>

namespace nadir::test {

/// Calls of operator new so far; none are counted under the address sanitizer, which has its own.
std::int64_t allocations();

} // namespace nadir::test
