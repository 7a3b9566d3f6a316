#include "nadir/analysis/summary.hpp"

#include "nadir/base/log.hpp"
#include "nadir/kernel/kernel_family.hpp"
#include "nadir/network/schemes.hpp"

#include <algorithm>
#include <array>
#include <limits>

namespace nadir {

std::string layers_text(const NetworkSpec& network) {
  const std::string text(scheme_name(network.scheme));
  switch (network.normalisation) {
  case Normalisation::none:
    break;
  case Normalisation::uniform:
    return text + formatted(", uniform normalisation with alpha = %g", network.thermostat);
  case Normalisation::radial:
    return text + formatted(", radial normalisation with alpha = %g", network.thermostat);
  case Normalisation::project:
    return text + ", states projected to norm 1";
  }
  return text;
}

Range range_of(const Space& space, const ParameterValues& values, std::int64_t component) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  std::array<double, 2> extremes{-infinity, -infinity}; // -minimum, maximum
  double sum = 0;
  const double entries = static_cast<double>(values.layers()) *
                         (values.varies_space() ? static_cast<double>(space.points()) : 1.0);
  const auto add = [&](const double* row, std::int64_t n) {
    for (std::int64_t i = 0; i < n; ++i) {
      extremes[0] = std::max(extremes[0], -row[i]);
      extremes[1] = std::max(extremes[1], row[i]);
      sum += row[i] / entries; // each divided: their plain sum may leave the range of numbers
    }
  };
  for (std::int64_t l = 0; l < values.layers(); ++l) {
    const double* block = values.block(values.block_index(l, component));
    if (values.varies_space()) {
      for_owned_rows(values.layout(), block, add);
    } else {
      add(block, 1);
    }
  }
  if (values.varies_space()) {
    check_mpi(MPI_Allreduce(MPI_IN_PLACE, extremes.data(), 2, MPI_DOUBLE, MPI_MAX, space.comm()));
    check_mpi(MPI_Allreduce(MPI_IN_PLACE, &sum, 1, MPI_DOUBLE, MPI_SUM, space.comm()));
  }
  // Rounding may carry the mean past the extremes, and with them out of the range of numbers.
  return {-extremes[0], extremes[1], std::clamp(sum, -extremes[0], extremes[1])};
}

namespace {

/// Of all components together.
Range range_of_all(const Space& space, const ParameterValues& values) {
  Range all = range_of(space, values, 0);
  const auto count = static_cast<double>(values.components());
  all.mean /= count;
  for (std::int64_t k = 1; k < values.components(); ++k) {
    const Range one = range_of(space, values, k);
    all = {std::min(all.minimum, one.minimum), std::max(all.maximum, one.maximum),
           all.mean + one.mean / count};
  }
  return all;
}

std::string parameter_line(const std::string& name, const ParameterSpec& spec, const Range& range,
                           bool one_number) {
  const char* kind = spec.train ? "trained" : "fixed";
  if (one_number) return formatted("%-6s %12.6g  (%s)", name.c_str(), range.mean, kind);
  const char* over = !spec.varies_layer   ? "by space"
                     : !spec.varies_space ? "by layer"
                                          : "by space and layer";
  return formatted("%-6s %12.6g .. %.6g, mean %.6g  (%s, %s)", name.c_str(), range.minimum,
                   range.maximum, range.mean, kind, over);
}

} // namespace

std::string parameter_table(const Space& space, const ParameterSet& described,
                            const Coefficients& coefficients) {
  std::string text;
  const auto add = [&text](const std::string& line) { text += (text.empty() ? "" : "\n") + line; };
  for (const Parameter& p : described) {
    const ParameterValues& values = coefficients[p];
    const ParameterSpec& spec = p.spec;
    const std::string& symbol = p.symbol;
    const FamilyParameter* family = described.description(p);
    if (family && family->count) { // too many to name: a full matrix
      add(parameter_line(symbol, spec, range_of_all(space, values), false));
      continue;
    }
    const auto names = described.component_names(p);
    for (std::int64_t k = 0; k < values.components(); ++k)
      add(parameter_line(symbol + (names.empty() ? "" : "_" + names[static_cast<std::size_t>(k)]),
                         spec, range_of(space, values, k),
                         !spec.varies_space && !spec.varies_layer));
  }
  return text;
}

} // namespace nadir
