#include "nadir/input/file_checks.hpp"

#include "coordinates.hpp"

#include "nadir/network/parameter_set.hpp"

#include "nadir/base/check.hpp"
#include "nadir/base/collective.hpp"
#include "nadir/base/error.hpp"
#include "nadir/data/stored_array.hpp"

#include <cstddef>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <utility>

namespace nadir {
namespace {

using Shape = std::vector<std::int64_t>;

struct Problem {
  std::string path, message;
  bool warning = false;
};

/// Looks at the files of one case and lists what is wrong with them.
class FileChecker {
 public:
  explicit FileChecker(const Case& c) : case_(c) {}
  std::int64_t field(const FieldSpec& field, const std::string& path);
  void target(const TargetSpec& target, const std::string& path, std::int64_t input_samples);
  void parameter(const ParameterSpec& parameter, std::int64_t components, const std::string& path);
  const std::vector<Problem>& problems() const { return problems_; }

 private:
  void add(const std::string& path, const std::string& message) {
    problems_.push_back({path, message});
  }
  using Array = std::shared_ptr<const StoredArray>;
  Array array_at(const DatasetSpec& source, const std::string& path);
  void coordinates(const DatasetSpec& source, const StoredArray& array, const std::string& path);
  std::int64_t samples_in(const FieldSpec& field, const Shape& shape, const std::string& path);
  void marks(const DatasetSpec& source, const Shape& field, const std::string& path);

  const Case& case_;
  bool shape_known_ = !case_.grid.shape.empty(); ///< not so after a mistake in grid.shape
  std::vector<Problem> problems_;
  std::set<std::string> warned_;
  std::map<std::string, Array> opened_; ///< the last ones: targets often share datasets and masks
};

bool is_grid_shape(const Shape& shape, const Shape& grid) { return shape == grid; }

bool is_samples_of_grid(const Shape& shape, const Shape& grid) {
  return shape.size() == grid.size() + 1 && Shape(shape.begin() + 1, shape.end()) == grid;
}

FileChecker::Array FileChecker::array_at(const DatasetSpec& source, const std::string& path) {
  constexpr std::size_t most_open = 16;
  const std::string name = source.file + '\0' + source.dataset;
  if (const auto found = opened_.find(name); found != opened_.end()) return found->second;
  if (const std::string why = unreadable_file(source.file); !why.empty()) {
    add(path + ".file", why);
    return nullptr;
  }
  try {
    auto array = std::make_shared<const StoredArray>(MPI_COMM_SELF, source);
    if (opened_.size() >= most_open) opened_.clear();
    return opened_[name] = std::move(array);
  } catch (const Error& error) {
    add(path + ".dataset", error.what());
    return nullptr;
  }
}

/// Of an array with the shape of the grid. What is said of a file is said once.
void FileChecker::coordinates(const DatasetSpec& source, const StoredArray& array,
                              const std::string& path) {
  const CoordinateFindings found = compare_coordinates(case_, source, array);
  for (const std::string& error : found.errors)
    add(path + ".dataset", source.dataset + ": " + error);
  for (const std::string& warning : found.warnings)
    if (warned_.insert(warning).second) problems_.push_back({path, warning, true});
}

std::int64_t FileChecker::samples_in(const FieldSpec& field, const Shape& shape,
                                     const std::string& path) {
  const bool sample_axis = shape.size() > case_.grid.shape.size();
  const std::int64_t available = sample_axis ? shape.front() : 1;
  if (available == 0) add(path + ".dataset", field.source.dataset + " holds no sample");
  bool in_range = available > 0;
  for (const std::int64_t sample : field.all_samples ? Shape{} : field.samples) {
    if (sample >= 0 && sample < available) continue;
    in_range = false;
    add(path + ".index", "sample " + std::to_string(sample) +
                             " is out of range: " + field.source.dataset + " has " +
                             std::to_string(available) + ", counted from 0");
  }
  if (!in_range) return 0;
  return field.all_samples ? available : static_cast<std::int64_t>(field.samples.size());
}

void FileChecker::marks(const DatasetSpec& source, const Shape& field, const std::string& path) {
  const auto array = array_at(source, path);
  if (!array || !shape_known_) return;
  const Shape& shape = array->shape();
  if (is_grid_shape(shape, case_.grid.shape) || shape == field)
    return coordinates(source, *array, path);
  const bool same = field == case_.grid.shape;
  add(path + ".dataset", source.dataset + " has shape " + shape_text(shape) + ", expected " +
                             shape_text(case_.grid.shape) +
                             (same ? "" : " or that of the field, " + shape_text(field)) +
                             turning_hint(case_, source, *array));
}

std::int64_t FileChecker::field(const FieldSpec& field, const std::string& path) {
  if (field.source.file.empty()) return 0; // the reader of the case has said so
  const auto array = array_at(field.source, path);
  if (!array || !shape_known_) return 0;
  const Shape& shape = array->shape();
  const Shape& grid = case_.grid.shape;
  if (!is_grid_shape(shape, grid) && !is_samples_of_grid(shape, grid)) {
    std::string with_samples = shape_text(grid);
    with_samples.insert(1, "samples, ");
    add(path + ".dataset", field.source.dataset + " has shape " + shape_text(shape) +
                               ", the grid needs " + shape_text(grid) + " or " + with_samples +
                               turning_hint(case_, field.source, *array));
    return 0;
  }
  coordinates(field.source, *array, path);
  if (field.mask) marks(*field.mask, shape, path + ".mask");
  return samples_in(field, shape, path);
}

void FileChecker::target(const TargetSpec& target, const std::string& path,
                         std::int64_t input_samples) {
  const std::int64_t samples = field(target.field, path);
  if (samples > 0 && input_samples > 0 && samples != input_samples) {
    add(path, "the number of samples is " + std::to_string(samples) + ", that of data.input is " +
                  std::to_string(input_samples));
  }
  if (samples > 0 && target.withhold && target.withhold->source) {
    const Array array = array_at(target.field.source, path);
    if (array) marks(*target.withhold->source, array->shape(), path + ".withhold");
  }
}

void FileChecker::parameter(const ParameterSpec& parameter, std::int64_t components,
                            const std::string& path) {
  if (!parameter.init_file) return;
  const auto array = array_at(*parameter.init_file, path + ".init");
  const Shape expected = parameter_shape(case_, parameter, components);
  if (!array || !shape_known_) return;
  if (array->shape() == expected) {
    if (parameter.varies_space) coordinates(*parameter.init_file, *array, path + ".init");
    return;
  }
  add(path + ".init.dataset",
      parameter.init_file->dataset + " has shape " + shape_text(array->shape()) + ", expected " +
          shape_text(expected) + " (layers, components, grid; axes it does not vary in absent)");
}

std::vector<Problem> find_problems(const Case& c) {
  FileChecker checker(c);
  const std::int64_t samples = checker.field(c.data.input, "data.input");
  for (std::size_t k = 0; k < c.data.targets.size(); ++k)
    checker.target(c.data.targets[k], target_path(c, k), samples);
  for (const Parameter& p : ParameterSet(c)) checker.parameter(p.spec, p.components, p.key);
  return checker.problems();
}

} // namespace

std::vector<std::int64_t> parameter_shape(const Case& c, const ParameterSpec& parameter,
                                          std::int64_t components) {
  Shape shape;
  if (parameter.varies_layer) shape.push_back(c.network.layers);
  if (components > 1) shape.push_back(components);
  if (parameter.varies_space) shape.insert(shape.end(), c.grid.shape.begin(), c.grid.shape.end());
  return shape;
}

std::int64_t check_field(const Case& c, const FieldSpec& field, const std::string& path,
                         Diagnostics& diagnostics) {
  FileChecker checker(c);
  const std::int64_t samples = checker.field(field, path);
  bool good = true;
  for (const auto& [where, message, warning] : checker.problems()) {
    if (warning) continue; // check_case_files gives them
    diagnostics.add(c.positions.of(where), where, message);
    good = false;
  }
  return good ? samples : 0;
}

void check_case_files(MPI_Comm comm, const Case& c, Diagnostics& diagnostics) {
  int rank = 0;
  check_mpi(MPI_Comm_rank(comm, &rank));
  std::string found; // path \0 message \0 w(arning) or e(rror) ...
  if (rank == 0) {
    for (const auto& [path, message, warning] : find_problems(c))
      found += path + '\0' + message + '\0' + (warning ? 'w' : 'e');
  }
  found = broadcast_text(comm, found);
  for (std::size_t at = 0; at < found.size();) {
    const std::string path = found.c_str() + at;
    const std::string message = found.c_str() + at + path.size() + 1;
    at += path.size() + message.size() + 3;
    if (found[at - 1] == 'w')
      diagnostics.warn(c.positions.of(path), path, message);
    else
      diagnostics.add(c.positions.of(path), path, message);
  }
}

} // namespace nadir
