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

void Misfit::add_squares(std::int64_t s, const Target& target, double weight, const double* z,
                         BufferedSum& sum) const {
  for_rows(layout_, s * observations_.points,
           [&](std::ptrdiff_t at, std::int64_t i, std::int64_t n) {
             const double *row = z + at, *y = target.y.data() + i;
             const auto* used = target.used.data() + i;
             sum.add_all(n, [=](std::int64_t x) { // a 0 more changes no sum
               const double difference = row[x] - y[x];
               return used[x] ? weight * (difference * difference) : 0.0;
             });
           });
}

ReproducibleSum Misfit::distance(std::int64_t s, std::size_t k, const double* z) const {
  BufferedSum sum;
  add_squares(s, observations_.targets[k], 1.0, z, sum);
  return sum.take();
}

ReproducibleSum Misfit::target_squares() const {
  BufferedSum sum;
  for (const Target& target : observations_.targets) {
    const double weight = factor_ * target.weight;
    for (std::size_t i = 0; i < target.y.size(); ++i)
      if (target.used[i]) sum.add(weight * (target.y[i] * target.y[i]));
  }
  return sum.take();
}

void Misfit::add_value(std::int64_t s, std::int64_t layer, const double* z,
                       BufferedSum& sum) const {
  for (const Target& target : observations_.targets)
    if (target.layer == layer) add_squares(s, target, factor_ * target.weight, z, sum);
}

void Misfit::add_derivative(std::int64_t s, std::int64_t layer, const double* z,
                            double* lambda) const {
  for (const Target& target : observations_.targets) {
    if (target.layer != layer) continue;
    const double weight = 2.0 * factor_ * target.weight;
    for_rows(layout_, s * observations_.points,
             [&](std::ptrdiff_t at, std::int64_t i, std::int64_t n) {
               const double *row = z + at, *y = target.y.data() + i;
               const auto* used = target.used.data() + i;
               double* to = lambda + at;
               for (std::int64_t x = 0; x < n; ++x)
                 to[x] += used[x] ? weight * (row[x] - y[x]) : 0.0;
             });
  }
}

} // namespace nadir
