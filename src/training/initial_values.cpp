#include "nadir/training/initial_values.hpp"

#include "nadir/base/error.hpp"
#include "nadir/base/hashed_random.hpp"
#include "nadir/base/log.hpp"
#include "nadir/data/field_data.hpp"
#include "nadir/kernel/kernel_family.hpp"
#include "nadir/schema/diagnostics.hpp"

#include <algorithm>
#include <cmath>

namespace nadir {
namespace {

void set_numbers(const std::vector<double>& init, ParameterValues& values) {
  const Layout& layout = values.layout();
  std::vector<double> packed(
      static_cast<std::size_t>(layout.count[0] * layout.count[1] * layout.count[2]));
  for (std::int64_t k = 0; k < values.blocks(); ++k) {
    const double number = init[static_cast<std::size_t>(k % values.components())];
    if (values.varies_space()) {
      std::ranges::fill(packed, number);
      unpack(layout, packed.data(), values.block(k));
    } else {
      *values.block(k) = number;
    }
  }
}

/// Adds a parameter's noise; what leaves the bounds is put on them.
void add_noise(const Space& space, const Parameter& p, ParameterValues& values) {
  const std::uint64_t stream = named_stream(p.spec.noise.seed, p.name);
  const auto [low, high] = p.spec.bounds.value_or(std::pair(-HUGE_VAL, HUGE_VAL));
  const auto noisy = [&](double value, std::int64_t place) {
    const double noise = normal_number(stream, static_cast<std::uint64_t>(place));
    return std::clamp(value + p.spec.noise.deviation * noise, low, high);
  };
  const Extents& n = space.owned().count;
  for (std::int64_t k = 0; k < values.blocks(); ++k) {
    double* block = values.block(k);
    if (!values.varies_space()) {
      *block = noisy(*block, k);
      continue;
    }
    for (std::int64_t z = 0; z < n[0]; ++z)
      for (std::int64_t y = 0; y < n[1]; ++y)
        for (std::int64_t x = 0; x < n[2]; ++x) {
          double& value = block[values.layout().index(z, y, x)];
          value = noisy(value, k * space.points() + space.global_index(z, y, x));
        }
  }
}

void read_file(const Space& space, const ParameterSpec& parameter, std::int64_t layers,
               const DataRecord& record, ParameterValues& values) {
  std::vector<std::int64_t> leading;
  if (values.varies_layer()) leading.push_back(layers);
  if (values.components() > 1) leading.push_back(values.components());
  const Box* box = values.varies_space() ? &space.owned() : nullptr;
  const auto data = read_values(space.comm(), *parameter.init_file, leading, box, record);
  const std::size_t points = box ? static_cast<std::size_t>(box->points()) : 1;
  for (std::int64_t k = 0; k < values.blocks(); ++k) {
    const double* from = data.data() + static_cast<std::size_t>(k) * points;
    if (box) {
      unpack(values.layout(), from, values.block(k));
    } else {
      *values.block(k) = *from;
    }
  }
}

/// Owned values of all ranks for which `wrong` holds. Collective.
template<class Wrong>
std::int64_t count_wrong(const Space& space, const ParameterValues& values, Wrong wrong) {
  std::int64_t count = 0;
  const Extents n = values.varies_space() ? space.owned().count : Extents{1, 1, 1};
  for (std::int64_t k = 0; k < values.blocks(); ++k) {
    for (std::int64_t z = 0; z < n[0]; ++z) {
      for (std::int64_t y = 0; y < n[1]; ++y) {
        const double* row =
            values.block(k) + (values.varies_space() ? values.layout().index(z, y, 0) : 0);
        count += std::count_if(row, row + n[2], wrong);
      }
    }
  }
  check_mpi(MPI_Allreduce(MPI_IN_PLACE, &count, 1, MPI_INT64_T, MPI_SUM, space.comm()));
  return count;
}

/// Values of a file, or with noise, against the bounds and what the kernel needs; a case's own
/// numbers were checked with the case. Collective.
void check_values(const Space& space, const ProblemSpec& c, const ParameterSet& parameters,
                  const Parameter& p, const ParameterValues& values) {
  const ParameterSpec& parameter = p.spec;
  const std::string path = p.key + ".init";
  Diagnostics diagnostics;
  const auto report = [&](std::int64_t wrong, const std::string& what) {
    if (wrong > 0)
      diagnostics.add(c.positions.of(path), path,
                      formatted("%lld values of the %s ", static_cast<long long>(wrong),
                                parameter.init_file ? "file" : "start") +
                          what);
  };
  if (parameter.bounds) {
    const auto [lo, hi] = *parameter.bounds;
    report(count_wrong(space, values, [lo, hi](double v) { return v < lo || v > hi; }),
           formatted("lie outside the bounds [%g, %g]", lo, hi));
  }
  if (const auto limit = parameters.limit(p))
    report(count_wrong(space, values, [low = limit->low](double v) { return !(v > low); }),
           formatted("are not above %g", limit->low) + limit->reason);
  diagnostics.throw_if_any();
}

} // namespace

Coefficients initial_coefficients(const Grid& grid, const ProblemSpec& c,
                                  std::vector<DataRead>* read, std::int64_t layers_per_exchange) {
  Coefficients coefficients(grid, c, Coefficients::Content::values, layers_per_exchange);
  for (const Parameter& p : coefficients.parameters()) {
    const ParameterSpec& parameter = p.spec;
    ParameterValues& values = coefficients[p];
    if (parameter.init_file) {
      const DataRecord record{read, p.key + ".init"};
      read_file(grid, parameter, c.network.layers, record, values);
      check_values(grid, c, coefficients.parameters(), p, values);
    } else {
      set_numbers(parameter.init, values);
      if (parameter.noise.deviation > 0) {
        add_noise(grid, p, values);
        check_values(grid, c, coefficients.parameters(), p, values);
      }
    }
  }
  return coefficients;
}

} // namespace nadir
