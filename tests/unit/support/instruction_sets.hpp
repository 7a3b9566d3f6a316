#pragma once

#include "nadir/base/instruction_set.hpp"

#include <string>

namespace nadir::test {

/// Calls use(name, whether it is the first) with each instruction set of this machine in use.
template<class Use> void with_each_instruction_set(Use use) {
  bool first = true;
  for (const auto& name : usable_instruction_sets()) {
    use_instruction_set(name);
    use(name, first);
    first = false;
  }
  use_instruction_set("");
}

} // namespace nadir::test
