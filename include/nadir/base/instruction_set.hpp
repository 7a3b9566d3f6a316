#pragma once

#include <string>
#include <vector>

/// The instruction set vectorised loops run with: the best one this machine has.
namespace nadir {

/// Its name: "AVX-512", "AVX2", "NEON" or "none".
std::string instruction_set();

/// All those that were compiled and that this machine has, best first.
std::vector<std::string> usable_instruction_sets();

/// Takes another one, for kernels and activations made from now on; for tests. An empty name goes
/// back to the best.
void use_instruction_set(const std::string& name);

} // namespace nadir
