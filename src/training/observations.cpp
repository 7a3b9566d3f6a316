#include "nadir/training/observations.hpp"

#include "nadir/base/collective.hpp"
#include "nadir/base/error.hpp"
#include "nadir/base/hashed_random.hpp"
#include "nadir/base/log.hpp"
#include "nadir/base/profile.hpp"
#include "nadir/base/text.hpp"
#include "nadir/data/field_data.hpp"
#include "nadir/schema/diagnostics.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace nadir {
namespace {

std::int64_t count_marked(MPI_Comm comm, const std::vector<std::uint8_t>& marks) {
  return sum_over_ranks(comm, std::accumulate(marks.begin(), marks.end(), std::int64_t{0}));
}

/// Calls use(local index, hash) for every point of every sample on this rank.
template<class Use>
void for_point_hashes(const Space& space, std::int64_t samples, std::uint64_t seed, Use use) {
  const Extents& n = space.owned().count;
  std::size_t local = 0;
  for (std::int64_t s = 0; s < samples; ++s) {
    for (std::int64_t z = 0; z < n[0]; ++z) {
      for (std::int64_t y = 0; y < n[1]; ++y) {
        for (std::int64_t x = 0; x < n[2]; ++x) {
          const std::int64_t index = s * space.points() + space.global_index(z, y, x);
          use(local++, hashed(seed, static_cast<std::uint64_t>(index)));
        }
      }
    }
  }
}

std::vector<std::uint8_t> withheld_points(const Space& space, const TargetSpec& target,
                                          FieldSamples& field, const DataRecord& record) {
  const WithholdSpec& withhold = *target.withhold;
  if (withhold.source) {
    auto marks = read_marks(space.comm(), *withhold.source, target.field, space.owned(),
                            field.notes, record);
    for (std::size_t i = 0; i < marks.size(); ++i) marks[i] = marks[i] && field.observed[i];
    return marks;
  }
  const auto observed = static_cast<double>(count_marked(space.comm(), field.observed));
  return choose_points(space, field.observed, field.samples,
                       std::llround(withhold.fraction * observed), withhold.seed);
}

/// `withheld` are marks, or none.
Target target_of(const Space& space, const TargetSpec& target, FieldSamples field,
                 std::vector<std::uint8_t> withheld) {
  Target result;
  result.layer = target.layer;
  result.weight = target.weight;
  result.scale = target.field.scale;
  result.offset = target.field.offset;
  result.withheld = std::move(withheld);
  result.withheld.resize(field.observed.size(), 0);
  result.y = std::move(field.value);
  result.used = std::move(field.observed);
  for (std::size_t i = 0; i < result.used.size(); ++i) {
    result.used[i] = result.used[i] && !result.withheld[i];
  }
  result.used_total = count_marked(space.comm(), result.used);
  result.withheld_total = count_marked(space.comm(), result.withheld);
  return result;
}

Target load_target(const Space& space, const TargetSpec& target, const DataRecord& record,
                   std::vector<std::string>& notes) {
  FieldSamples field = read_field(space.comm(), target.field, space.owned(), record);
  std::vector<std::uint8_t> withheld;
  if (target.withhold) withheld = withheld_points(space, target, field, record.below("withhold"));
  for (const std::string& note : field.notes)
    if (std::ranges::find(notes, note) == notes.end()) notes.push_back(note);
  return target_of(space, target, std::move(field), std::move(withheld));
}

} // namespace

std::vector<std::uint8_t> choose_points(const Space& space,
                                        const std::vector<std::uint8_t>& candidate,
                                        std::int64_t samples, std::int64_t count,
                                        std::uint64_t seed) {
  const auto below = [&](std::uint64_t threshold) {
    std::int64_t n = 0;
    for_point_hashes(space, samples, seed, [&](std::size_t i, std::uint64_t hash) {
      n += candidate[i] && hash <= threshold;
    });
    return sum_over_ranks(space.comm(), n);
  };
  std::vector<std::uint8_t> chosen(candidate.size(), 0);
  if (count <= 0) return chosen;
  // The smallest threshold with `count` candidates at or below it, bit by bit from the top.
  std::uint64_t threshold = 0;
  for (std::uint64_t bit = std::uint64_t{1} << 63; bit != 0; bit >>= 1) {
    if (below(threshold | (bit - 1)) < count) threshold |= bit;
  }
  for_point_hashes(space, samples, seed, [&](std::size_t i, std::uint64_t hash) {
    chosen[i] = candidate[i] && hash <= threshold;
  });
  return chosen;
}

/// Runs read(); an error in the data gets the place of the key that names them.
template<class Read> auto at_key(const ProblemSpec& c, const std::string& path, Read read) {
  try {
    return read();
  } catch (const InputError& error) {
    Diagnostics diagnostics;
    diagnostics.add(c.positions.of(path), path, error.what());
    diagnostics.throw_if_any();
    throw; // not reached
  }
}

Observations load_observations(const Space& space, const ProblemSpec& c) {
  const ProfileStage stage(Stage::reading);
  const ProfileEvent event(Event::read);
  Observations observations;
  observations.points = space.owned().points();
  const auto record = [&](const std::string& key) { return DataRecord{&observations.read, key}; };
  observations.input = at_key(c, "data.input", [&] {
    return read_input(space.comm(), c.data.input, space.owned(), record("data.input"));
  });
  const std::int64_t local = static_cast<std::int64_t>(observations.input.size());
  observations.samples = local / std::max<std::int64_t>(observations.points, 1);
  Diagnostics diagnostics;
  for (std::size_t k = 0; k < c.data.targets.size(); ++k) {
    observations.targets.push_back(at_key(c, target_path(c, k), [&] {
      return load_target(space, c.data.targets[k], record("data.target." + std::to_string(k)),
                         observations.notes);
    }));
    const Target& target = observations.targets.back();
    if (target.used_total > 0) continue;
    const std::string path = target_path(c, k);
    const std::string notes =
        observations.notes.empty() ? "" : " (" + join(observations.notes, "; ") + ")";
    diagnostics.add(c.positions.of(path), path,
                    target.withheld_total > 0
                        ? "all observed values are withheld: nothing is left to learn from"
                        : "no value is observed: all are missing or masked" + notes);
  }
  diagnostics.throw_if_any();
  return observations;
}

Observations observations_of(const Space& space, const ProblemSpec& c, std::int64_t samples,
                             std::span<const double> input,
                             const std::vector<std::span<const double>>& targets) {
  const auto refuse_where = [&](std::span<const double> values, auto is_wrong, const char* what) {
    if (sum_over_ranks(space.comm(), std::int64_t{std::ranges::count_if(values, is_wrong)}) > 0)
      throw InputError(what);
  };
  refuse_where(
      input, [](double v) { return !std::isfinite(v); }, "an input has values that are not finite");
  Observations observations;
  observations.samples = samples;
  observations.points = space.owned().points();
  observations.input.assign(input.begin(), input.end());
  for (std::size_t k = 0; k < targets.size(); ++k) {
    refuse_where(
        targets[k], [](double v) { return std::isinf(v); },
        "a target has values that are infinite; NaN tells that nothing was observed");
    FieldSamples field;
    field.samples = samples;
    for (const double value : targets[k]) {
      field.observed.push_back(std::isfinite(value));
      field.value.push_back(std::isfinite(value) ? value : 0.0);
    }
    observations.targets.push_back(target_of(space, c.data.targets[k], std::move(field), {}));
    if (observations.targets.back().used_total == 0)
      throw InputError(formatted("target %zu has no value that is finite", k));
  }
  return observations;
}

} // namespace nadir
