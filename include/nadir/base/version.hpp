#pragma once

#include <string_view>

/// What was built, from what and how: for `--version`, the log and `/provenance`.
/// Generated at build time from src/base/version.cpp.in; safe to call before MPI starts.
namespace nadir {

/// "MAJOR.MINOR.PATCH"
std::string_view version();

/// The commit, 40 hexadecimal digits; "unknown" when built outside a git repository.
std::string_view git_hash();

/// "yes" when tracked files differed from that commit, "no" when not, "unknown" without git.
std::string_view git_dirty();

/// Name and version of the C++ compiler, "GNU 12.2.0".
std::string_view compiler();

/// Build type and flags, "Release: -O3 -DNDEBUG -ffp-contract=off".
std::string_view compile_flags();

} // namespace nadir
