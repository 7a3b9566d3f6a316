#include "nadir/plan/workload.hpp"

#include "nadir/grid/process_grid.hpp"
#include "nadir/plan/passes.hpp"

#include <algorithm>
#include <limits>

namespace nadir {
namespace {

/// Samples that go together where that shares the reading of their coefficients.
constexpr std::int64_t most_samples = 8;

/// Sharing coefficients by samples must not change the order of a sum: so only where every trained
/// field has its own layer.
bool samples_may_go_together(const Workload& w) {
  const auto shared = [](const ParameterSize& p) {
    return p.trained && p.varies_space && !p.varies_layer;
  };
  const auto by_layer = [](const ParameterSize& p) { return p.varies_space && p.varies_layer; };
  return std::ranges::none_of(w.parameters, shared) && std::ranges::any_of(w.parameters, by_layer);
}

double result_bytes(const Workload& w, std::int64_t stored_layers) {
  const double n = points_in(w.shape), s = static_cast<double>(w.samples);
  constexpr double each = sizeof(double);
  double bytes = s * n * each * static_cast<double>(stored_layers);
  if (w.targets > 0) bytes += s * n * (each + 2);
  for (const ParameterSize& p : w.parameters)
    bytes += each * blocks_of(w, p) * (p.varies_space ? n : 1.0);
  return bytes;
}

} // namespace

double blocks_of(const Workload& w, const ParameterSize& parameter) {
  const auto layers = parameter.varies_layer ? w.layers : 1;
  return static_cast<double>(layers) * static_cast<double>(parameter.components);
}

std::int64_t fields_of(const Workload& w) {
  std::int64_t fields = 0;
  for (const ParameterSize& p : w.parameters)
    if (p.varies_space) fields += p.components;
  return fields;
}

std::int64_t trained_fields_of(const Workload& w) {
  std::int64_t fields = 0;
  for (const ParameterSize& p : w.parameters)
    if (p.varies_space && p.trained) fields += p.components;
  return fields;
}

std::int64_t samples_together(const Workload& w) {
  const std::int64_t most = w.attractor                     ? 1
                            : w.wishes.samples_per_pass > 0 ? w.wishes.samples_per_pass
                            : samples_may_go_together(w)    ? most_samples
                                                            : 1;
  return std::clamp<std::int64_t>(w.samples, 1, most);
}

std::int64_t layers_together(const Workload& w) {
  if (!w.together) return 1;
  const std::int64_t all = w.attractor ? std::numeric_limits<std::int64_t>::max() : w.layers;
  return std::min(all,
                  w.wishes.layers_per_pass > 0 ? w.wishes.layers_per_pass : most_layers_per_pass);
}

ParameterCount count_parameters(const Workload& w) {
  double all = 0, trained = 0;
  for (const ParameterSize& p : w.parameters) {
    const double entries = blocks_of(w, p) * (p.varies_space ? points_in(w.shape) : 1.0);
    all += entries;
    if (p.trained) trained += entries;
  }
  // Exact up to 2^53, far beyond any memory.
  const auto count = [](double n) {
    return n < 9e18 ? static_cast<std::int64_t>(n) : std::numeric_limits<std::int64_t>::max();
  };
  return {count(trained), count(all)};
}

double result_bytes(const Workload& w) { return result_bytes(w, w.stored_layers); }

double checkpoint_bytes(const Workload& w) {
  constexpr double best = 1; // where it is another iterate
  return result_bytes(w, w.checkpointed_layers) +
         sizeof(double) * static_cast<double>(count_parameters(w).trained) *
             (w.remembered_vectors + best);
}

} // namespace nadir
