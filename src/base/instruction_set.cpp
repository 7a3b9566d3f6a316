#include "nadir/base/instruction_set.hpp"

#include "base/instruction_sets.hpp"

#include <hwy/highway.h>
#include <hwy/targets.h>

#include "nadir/base/error.hpp"

namespace nadir {

std::vector<std::string> usable_instruction_sets() {
  std::vector<std::string> names;
  for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
    names.emplace_back(hwy::TargetName(target));
  }
  return names;
}

std::string instruction_set() { return usable_instruction_sets().front(); }

void use_instruction_set(const std::string& name) {
  hwy::SetSupportedTargetsForTest(0);
  if (name.empty()) return;
  for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
    if (hwy::TargetName(target) == name) return hwy::SetSupportedTargetsForTest(target);
  }
  throw InputError("this machine has no instruction set '" + name + "'");
}

} // namespace nadir
