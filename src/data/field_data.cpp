#include "nadir/data/field_data.hpp"

#include "nadir/base/check.hpp"
#include "nadir/base/error.hpp"
#include "nadir/base/text.hpp"
#include "nadir/data/stored_array.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>
#include <string>

namespace nadir {
namespace {

using Index = std::vector<std::int64_t>;

std::size_t points_of(const Box& box) { return static_cast<std::size_t>(box.points()); }

bool has_sample_axis(const StoredArray& array, const Box& box) {
  return array.shape().size() == static_cast<std::size_t>(box.dimension) + 1;
}

/// The box below `leading` axes given as start and count.
hdf5::Slab slab_of(Index start, Index count, const Box* box) {
  if (box) {
    start.insert(start.end(), box->starts().begin(), box->starts().end());
    count.insert(count.end(), box->counts().begin(), box->counts().end());
  }
  return {{start.begin(), start.end()}, {count.begin(), count.end()}};
}

/// Throws the same InputError on all ranks when the dataset has neither the axes of the grid nor
/// one more. (A box beyond the dataset is refused by the read itself.)
void require_field_rank(const StoredArray& array, const Box& box) {
  const auto axes = array.shape().size();
  const auto d = static_cast<std::size_t>(box.dimension);
  if (axes == d || axes == d + 1) return;
  throw InputError(array.name() + ": has shape " + shape_text(array.shape()) + ", the grid has " +
                   std::to_string(d) + " axes");
}

/// The samples of the dataset that a field asks for.
Index samples_of(const FieldSpec& field, const StoredArray& array, const Box& box) {
  const std::int64_t available = has_sample_axis(array, box) ? array.shape().front() : 1;
  Index samples = field.samples;
  if (field.all_samples) {
    samples.resize(static_cast<std::size_t>(available));
    std::iota(samples.begin(), samples.end(), 0);
  }
  for (const std::int64_t sample : samples) {
    if (sample < 0 || sample >= available)
      throw InputError(array.name() + ": has no sample " + std::to_string(sample));
  }
  return samples;
}

/// Given samples of an array, [sample][points]; neighbours in the file are read in one go. An
/// array without a sample axis gives the same values for each. Adds what it reads to `checksum`.
std::vector<double> read_samples(const StoredArray& array, const Index& samples, const Box& box,
                                 MissingCounts& missing, std::uint64_t& checksum) {
  const std::size_t points = points_of(box);
  std::vector<double> values(samples.size() * points);
  const auto read = [&](const hdf5::Slab& slab, std::span<double> part) {
    array.read(slab, part, &missing);
    checksum += data_checksum(slab, array.shape(), part);
  };
  if (!has_sample_axis(array, box)) {
    if (samples.empty()) return values;
    read(slab_of({}, {}, &box), std::span(values).first(points));
    for (std::size_t s = 1; s < samples.size(); ++s)
      std::copy_n(values.begin(), points, values.begin() + static_cast<std::ptrdiff_t>(s * points));
    return values;
  }
  for (std::size_t first = 0; first < samples.size();) {
    std::size_t end = first + 1;
    while (end < samples.size() && samples[end] == samples[end - 1] + 1) ++end;
    const auto count = static_cast<std::int64_t>(end - first);
    read(slab_of({samples[first]}, {count}, &box),
         std::span(values).subspan(first * points, (end - first) * points));
    first = end;
  }
  return values;
}

/// The lexicographically first index over all ranks, on all ranks. Collective.
std::optional<Index> first_index(MPI_Comm comm, const std::optional<Index>& mine,
                                 std::size_t axes) {
  constexpr auto none = std::numeric_limits<std::int64_t>::max();
  bool candidate = mine.has_value();
  int any = candidate ? 1 : 0;
  check_mpi(MPI_Allreduce(MPI_IN_PLACE, &any, 1, MPI_INT, MPI_MAX, comm));
  if (any == 0) return std::nullopt;
  Index first(axes, none);
  for (std::size_t axis = 0; axis < axes; ++axis) {
    if (candidate) first[axis] = (*mine)[axis];
    check_mpi(MPI_Allreduce(MPI_IN_PLACE, &first[axis], 1, MPI_INT64_T, MPI_MIN, comm));
    candidate = candidate && (*mine)[axis] == first[axis];
  }
  return first;
}

/// Index in the dataset of the packed element `position` of a slab.
Index unpack(std::size_t position, const hdf5::Slab& slab) {
  Index index(slab.count.size());
  for (std::size_t axis = index.size(); axis-- > 0;) {
    index[axis] = static_cast<std::int64_t>(slab.start[axis] + position % slab.count[axis]);
    position /= slab.count[axis];
  }
  return index;
}

std::string tuple_text(std::span<const std::int64_t> index) {
  std::string text = "(";
  for (std::size_t i = 0; i < index.size(); ++i) text += (i ? ", " : "") + std::to_string(index[i]);
  return text + ")";
}

/// "sample 2, point (y,x) = (3, 7)".
std::string point_text(const Index& index) {
  const auto point = std::span(index).subspan(1);
  const char* names[] = {"(x)", "(y,x)", "(z,y,x)"};
  return "sample " + std::to_string(index.front()) + ", point " + names[point.size() - 1] + " = " +
         tuple_text(point);
}

/// What the file says of missing values without marking them, as an addition to a message.
std::string in_addition(const std::string& note) { return note.empty() ? note : " (" + note + ")"; }

/// Throws the same InputError on all ranks where some packed element is `bad`, naming the first in
/// the order of the samples asked for. Collective.
template<class Bad>
void refuse(MPI_Comm comm, const std::string& name, const Index& samples, const Box& box,
            const std::string& why, Bad bad) {
  const auto count = static_cast<std::int64_t>(samples.size());
  const hdf5::Slab slab = slab_of({0}, {count}, &box);
  std::optional<Index> mine;
  for (std::size_t i = 0; i < slab.elements() && !mine; ++i)
    if (bad(i)) mine = unpack(i, slab);
  auto first = first_index(comm, mine, slab.count.size());
  if (!first) return;
  first->front() = samples[static_cast<std::size_t>(first->front())];
  throw InputError(name + ": " + point_text(*first) + " " + why);
}

/// What was found of missing values in `array`, if anything, for the user. Collective.
void take_note(const StoredArray& array, const MissingCounts& missing,
               std::vector<std::string>& notes) {
  const std::string text = array.missing_text(missing);
  if (!text.empty()) notes.push_back(array.name() + ": " + text);
}

std::vector<std::uint8_t> read_marks_of(MPI_Comm comm, const DatasetSpec& marks,
                                        const Index& samples, const Box& box,
                                        std::vector<std::string>& notes, const DataRecord& record) {
  const StoredArray array(comm, marks);
  require_field_rank(array, box);
  if (has_sample_axis(array, box)) {
    for (const std::int64_t sample : samples)
      if (sample >= array.shape().front())
        throw InputError(array.name() + ": has no sample " + std::to_string(sample));
  }
  MissingCounts missing;
  std::uint64_t checksum = 0;
  const auto values = read_samples(array, samples, box, missing, checksum);
  take_note(array, missing, notes);
  record.add(marks, sum_of_checksums(comm, checksum));
  std::vector<std::uint8_t> result(values.size());
  std::transform(values.begin(), values.end(), result.begin(),
                 [](double value) -> std::uint8_t { return value != 0 && !std::isnan(value); });
  return result;
}

/// A field with its holes as NaN, and which samples of the dataset it holds.
struct RawField {
  std::string name;
  Index samples;
  std::vector<double> values;
  std::vector<std::string> notes;
};

RawField read_raw(MPI_Comm comm, const FieldSpec& field, const Box& box, const DataRecord& record) {
  RawField raw;
  {
    const StoredArray array(comm, field.source);
    require_field_rank(array, box);
    raw.name = array.name();
    raw.samples = samples_of(field, array, box);
    MissingCounts missing;
    std::uint64_t checksum = 0;
    raw.values = read_samples(array, raw.samples, box, missing, checksum);
    take_note(array, missing, raw.notes);
    record.add(field.source, sum_of_checksums(comm, checksum));
  }
  for (double& value : raw.values) value = (value - field.offset) / field.scale;
  if (!field.mask) return raw;
  const auto mask =
      read_marks_of(comm, *field.mask, raw.samples, box, raw.notes, record.below("mask"));
  for (std::size_t i = 0; i < mask.size(); ++i)
    if (mask[i] == 0) raw.values[i] = std::numeric_limits<double>::quiet_NaN();
  return raw;
}

} // namespace

FieldSamples read_field(MPI_Comm comm, const FieldSpec& field, const Box& box,
                        const DataRecord& record) {
  RawField raw = read_raw(comm, field, box, record);
  refuse(comm, raw.name, raw.samples, box, "is infinite",
         [&](std::size_t i) { return std::isinf(raw.values[i]); });
  FieldSamples result{static_cast<std::int64_t>(raw.samples.size()),
                      std::move(raw.values),
                      {},
                      std::move(raw.notes)};
  result.observed.resize(result.value.size());
  for (std::size_t i = 0; i < result.value.size(); ++i) {
    result.observed[i] = !std::isnan(result.value[i]);
    if (!result.observed[i]) result.value[i] = 0.0;
  }
  return result;
}

std::vector<double> read_input(MPI_Comm comm, const FieldSpec& field, const Box& box,
                               const DataRecord& record) {
  RawField raw = read_raw(comm, field, box, record);
  refuse(comm, raw.name, raw.samples, box,
         "is missing or not finite (NaN, fill value, mask = 0 or infinite); an input must be known "
         "everywhere: fill its gaps in the file, or choose samples without any by its index" +
             in_addition(join(raw.notes, "; ")),
         [&](std::size_t i) { return !std::isfinite(raw.values[i]); });
  return std::move(raw.values);
}

std::vector<std::uint8_t> read_marks(MPI_Comm comm, const DatasetSpec& marks,
                                     const FieldSpec& field, const Box& box,
                                     std::vector<std::string>& notes, const DataRecord& record) {
  Index samples;
  {
    const StoredArray array(comm, field.source);
    require_field_rank(array, box);
    samples = samples_of(field, array, box);
  }
  return read_marks_of(comm, marks, samples, box, notes, record);
}

std::vector<double> read_values(MPI_Comm comm, const DatasetSpec& source,
                                std::span<const std::int64_t> leading, const Box* box,
                                const DataRecord& record) {
  const StoredArray array(comm, source);
  const std::size_t axes = leading.size() + (box ? static_cast<std::size_t>(box->dimension) : 0);
  const Index count(leading.begin(), leading.end());
  if (array.shape().size() != axes ||
      !std::equal(count.begin(), count.end(), array.shape().begin()))
    throw InputError(array.name() + ": has shape " + shape_text(array.shape()) +
                     ", which is not that of the parameter");
  const hdf5::Slab slab = slab_of(Index(count.size(), 0), count, box);
  std::vector<double> values(slab.elements());
  MissingCounts missing;
  array.read(slab, values, &missing);
  const std::uint64_t checksum = data_checksum(slab, array.shape(), values);
  record.add(source, box ? sum_of_checksums(comm, checksum) : checksum); // without: all have all
  const std::string note = array.missing_text(missing);
  std::optional<Index> mine;
  for (std::size_t i = 0; i < values.size() && !mine; ++i)
    if (!std::isfinite(values[i])) mine = unpack(i, slab);
  if (const auto first = first_index(comm, mine, axes)) {
    throw InputError(array.name() + ": element " + tuple_text(*first) +
                     " is missing or not finite" + in_addition(note));
  }
  return values;
}

} // namespace nadir
