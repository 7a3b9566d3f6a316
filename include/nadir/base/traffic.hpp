#pragma once

#include <cstdint>

namespace nadir {

/// Messages between ranks that carry fields, and their bytes; small reductions do not count.
struct Traffic {
  std::int64_t messages = 0, bytes = 0;

  friend Traffic operator-(const Traffic& left, const Traffic& right) {
    return {left.messages - right.messages, left.bytes - right.bytes};
  }
};

/// What this process has sent so far, all of nadir together. Not collective.
Traffic traffic_sent();
/// Counts `messages` of so many doubles in all: whoever sends fields tells it.
void count_sent(std::int64_t messages, std::int64_t doubles);

} // namespace nadir
