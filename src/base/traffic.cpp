#include "nadir/base/traffic.hpp"

namespace nadir {
namespace {

Traffic sent;

} // namespace

Traffic traffic_sent() { return sent; }

void count_sent(std::int64_t messages, std::int64_t doubles) {
  sent.messages += messages;
  sent.bytes += doubles * static_cast<std::int64_t>(sizeof(double));
}

} // namespace nadir
