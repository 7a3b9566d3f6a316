#pragma once

namespace nadir::test {

/// Whether the address sanitizer watches: everything is some ten times slower then, and loops over
/// many alike cases take fewer of them.
#ifdef __SANITIZE_ADDRESS__
inline constexpr bool sanitized = true;
#else
inline constexpr bool sanitized = false;
#endif

} // namespace nadir::test
