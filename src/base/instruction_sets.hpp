#pragma once

/// The instruction sets that vectorised loops are compiled for, of those Highway knows: include
/// before any header of Highway. The plain one is always there, so that tests can compare with it.
#define HWY_COMPILE_ALL_ATTAINABLE
// SSSE3: hardly a machine without SSE4 is left. SVE: its vectors have no operators, its machines
// take NEON.
#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128)
