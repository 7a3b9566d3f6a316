#pragma once

/// The instruction sets that vectorised loops are compiled for, of those Highway knows: include
/// before any header of Highway. The plain one is always there, so that tests can compare with it.
#define HWY_COMPILE_ALL_ATTAINABLE
// SSSE3, SSE4: no fused multiply-add, and hardly a machine without AVX2 is left. SVE: its vectors
// have no operators, its machines take NEON.
#define NADIR_UNUSED_TARGETS                                                                       \
  (HWY_SSSE3 | HWY_SSE4 | HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128)
#ifdef NADIR_FEW_INSTRUCTION_SETS // checking builds: one of vectors is enough
#define HWY_DISABLED_TARGETS (NADIR_UNUSED_TARGETS | HWY_AVX3)
#else
#define HWY_DISABLED_TARGETS NADIR_UNUSED_TARGETS
#endif
