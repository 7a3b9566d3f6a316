#include "nadir/training/misfit.hpp"

namespace nadir {
namespace {

/// Calls row(padded index, packed index, points) for every x-row of the owned box.
template<class UseRow> void for_rows(const Layout& layout, std::int64_t first, UseRow row) {
  for (std::int64_t z = 0; z < layout.count[0]; ++z) {
    for (std::int64_t y = 0; y < layout.count[1]; ++y) {
      row(layout.index(z, y, 0), first, layout.count[2]);
      first += layout.count[2];
    }
  }
}

} // namespace

Misfit::Misfit(const Layout& state_layout, const Observations& observations, Reduction reduction)
    : layout_(state_layout), observations_(observations) {
  if (reduction == Reduction::sum) return;
  double total = 0;
  for (const Target& t : observations.targets)
    total += t.weight * static_cast<double>(t.used_total);
  factor_ = 1.0 / total;
}

double Misfit::distance(std::int64_t s, std::size_t k, const double* z) const {
  const Target& target = observations_.targets[k];
  double sum = 0;
  for_rows(layout_, s * observations_.points,
           [&](std::ptrdiff_t at, std::int64_t i, std::int64_t n) {
             double row = 0;
             for (std::int64_t x = 0; x < n; ++x) {
               const auto p = static_cast<std::size_t>(i + x);
               const double difference = target.used[p] ? z[at + x] - target.y[p] : 0.0;
               row += difference * difference;
             }
             sum += row; // by rows: smaller rounding errors than one long sum
           });
  return sum;
}

double Misfit::value(std::int64_t s, std::int64_t layer, const double* z) const {
  double sum = 0;
  for (std::size_t k = 0; k < observations_.targets.size(); ++k) {
    const Target& target = observations_.targets[k];
    if (target.layer == layer) sum += target.weight * distance(s, k, z);
  }
  return factor_ * sum;
}

void Misfit::add_derivative(std::int64_t s, std::int64_t layer, const double* z,
                            double* lambda) const {
  for (const Target& target : observations_.targets) {
    if (target.layer != layer) continue;
    const double weight = 2.0 * factor_ * target.weight;
    for_rows(layout_, s * observations_.points,
             [&](std::ptrdiff_t at, std::int64_t i, std::int64_t n) {
               for (std::int64_t x = 0; x < n; ++x) {
                 const auto p = static_cast<std::size_t>(i + x);
                 if (target.used[p]) lambda[at + x] += weight * (z[at + x] - target.y[p]);
               }
             });
  }
}

} // namespace nadir
