#include "nadir/plan/layer_cost.hpp"

#include "nadir/plan/ghosts.hpp"

#include <cstddef>

namespace nadir {
namespace {

/// Of the box and so many points around it, next to other ranks.
double points_around(const Extents& box, const ProcessGrid& processes, std::int64_t around) {
  double points = 1;
  for (std::size_t a = 0; a < box.size(); ++a)
    points *= static_cast<double>(box[a] + (processes[a] > 1 ? 2 * around : 0));
  return points;
}

/// Of an exchange of so many layers of points, axis after axis.
double exchange_seconds(const Extents& box, const ProcessGrid& processes, std::int64_t layers) {
  double seconds = 0;
  for (std::size_t a = 0; a < box.size(); ++a) {
    if (processes[a] == 1) continue;
    const double face = points_around(box, processes, 0) / static_cast<double>(box[a]);
    const double bytes = 2 * face * static_cast<double>(layers) * sizeof(double);
    seconds += latency + bytes / bytes_per_second;
  }
  return seconds;
}

} // namespace

double layer_seconds(const Extents& box, const ProcessGrid& processes,
                     std::int64_t layers_per_exchange) {
  const std::int64_t K = layers_per_exchange, ghosts = K > 1 ? deep_ghosts(K) : 1;
  const std::int64_t sent_back = K > 1 ? 2 * K : 1; // of lambda too
  double points = 0;                                // forward and back count half each
  for (std::int64_t k = 1; k <= K; ++k)
    points +=
        points_around(box, processes, ghosts - k) / 2 + points_around(box, processes, K - k) / 2;
  const double pass = points * seconds_per_point + exchange_seconds(box, processes, ghosts) +
                      exchange_seconds(box, processes, sent_back);
  return pass / static_cast<double>(K);
}

ByteModel byte_model(std::int64_t fields, std::int64_t trained_fields, std::int64_t samples) {
  constexpr double bytes_each = sizeof(double);
  const auto shared = [&](std::int64_t count) {
    return static_cast<double>(count) / static_cast<double>(samples);
  };
  return {bytes_each * (3 + shared(fields)),
          bytes_each * (4 + shared(fields + 2 * trained_fields))};
}

} // namespace nadir
