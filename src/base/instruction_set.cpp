#include "nadir/base/instruction_set.hpp"

#include "base/instruction_sets.hpp"

#include <hwy/highway.h>
#include <hwy/targets.h>

#include "nadir/base/error.hpp"

#include <cstdint>

namespace nadir {
namespace {

std::string name_of(std::int64_t target) {
  if (target == HWY_EMU128 || target == HWY_SCALAR) return "none";
  const std::string name = hwy::TargetName(target);
  return name.starts_with("AVX3") ? "AVX-512" : name; // with what later processors added
}

} // namespace

std::vector<std::string> usable_instruction_sets() {
  std::vector<std::string> names;
  for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
    names.push_back(name_of(target));
  }
  return names;
}

std::string instruction_set() { return usable_instruction_sets().front(); }

void use_instruction_set(const std::string& name) {
  hwy::SetSupportedTargetsForTest(0);
  if (name.empty()) return;
  for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
    if (name_of(target) == name) return hwy::SetSupportedTargetsForTest(target);
  }
  throw InputError("this machine has no instruction set '" + name + "'");
}

} // namespace nadir
