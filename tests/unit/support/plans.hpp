#pragma once

#include "nadir/input/case.hpp"
#include "nadir/plan/memory.hpp"

#include "nadir/input/case_workload.hpp"

#include <cstdint>

namespace nadir::test {

/// Which states of a gradient are held of a case with so many samples, in room of `states` states.
inline StatePlan plan_in_room(Case c, const Boxes& boxes, std::int64_t samples, double states,
                              int groups = 1) {
  Workload w = nadir::workload_of(c, samples, Purpose::gradient);
  w.wishes.memory = states * state_bytes(w, boxes.swept);
  return plan_states(w, boxes, 0, groups);
}

} // namespace nadir::test
