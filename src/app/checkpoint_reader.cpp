#include "checkpoint_reader.hpp"

#include "result.hpp"

#include "nadir/base/check.hpp"
#include "nadir/base/collective.hpp"
#include "nadir/base/error.hpp"
#include "nadir/base/log.hpp"
#include "nadir/output/result_file.hpp"
#include "nadir/output/seal.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>

namespace nadir::app {
namespace {

/// Of which every integer is a double.
constexpr double largest_count = 9007199254740992.0;

constexpr const char* reached[] = {"iteration", "layer_reached"};

std::string number_text(double value) { return formatted("%.17g", value); }

/// Rank 0 looks at what every checkpoint has.
std::string contents_problem(const std::string& path) {
  const hdf5::File file = hdf5::open_file(MPI_COMM_SELF, path);
  const auto version = hdf5::number_attribute(file, "/", "schema_version");
  if (version && *version != static_cast<double>(schema_version))
    return "has schema_version " + number_text(*version) + "; this nadir reads " +
           std::to_string(schema_version);
  const auto first = hdf5::number_attribute(file, "/", reached[0]);
  const auto number = first ? first : hdf5::number_attribute(file, "/", reached[1]);
  if (!number) return "is no checkpoint: it does not say how far it is";
  if (!(*number >= 0 && *number <= largest_count && *number == std::floor(*number)))
    return std::string("cannot be right: ") + (first ? reached[0] : reached[1]) + " is " +
           number_text(*number);
  if (provenance_of(path, "run_id").value_or("").empty())
    return "cannot be right: it does not say of which run it is";
  return {};
}

} // namespace

std::string checkpoint_problem(MPI_Comm comm, const std::string& path) {
  const std::string problem = seal_problem(comm, path);
  if (!problem.empty()) return problem;
  int rank = 0;
  check_mpi(MPI_Comm_rank(comm, &rank));
  std::string found;
  if (rank == 0) {
    try {
      found = contents_problem(path);
    } catch (const hdf5::Failure& error) {
      found = std::string("cannot be read: ") + error.what();
    }
  }
  return broadcast_text(comm, found);
}

bool is_result(MPI_Comm comm, const std::string& path) {
  int rank = 0, result = 0;
  check_mpi(MPI_Comm_rank(comm, &rank));
  if (rank == 0 && provenance_of(path, ResultFile::command)) {
    const hdf5::File file = hdf5::open_file(MPI_COMM_SELF, path);
    result = std::ranges::none_of(reached, [&](const char* name) {
      return hdf5::number_attribute(file, "/", name).has_value();
    });
  }
  check_mpi(MPI_Bcast(&result, 1, MPI_INT, 0, comm));
  return result != 0;
}

void CheckpointReader::refuse(const std::string& why) const {
  throw InputError(path_ + ": cannot be right: " + why);
}

bool CheckpointReader::has(const std::string& object) const {
  int rank = 0, found = 0;
  check_mpi(MPI_Comm_rank(comm_, &rank));
  together<InputError>(comm_, path_ + ": ", [&] {
    if (rank == 0) found = hdf5::exists(hdf5::open_file(MPI_COMM_SELF, path_), object) ? 1 : 0;
  });
  check_mpi(MPI_Bcast(&found, 1, MPI_INT, 0, comm_));
  return found != 0;
}

bool CheckpointReader::has_number(const std::string& group, const std::string& name) const {
  int rank = 0, found = 0;
  check_mpi(MPI_Comm_rank(comm_, &rank));
  together<InputError>(comm_, path_ + ": ", [&] {
    if (rank != 0) return;
    const hdf5::File file = hdf5::open_file(MPI_COMM_SELF, path_);
    found = hdf5::number_attribute(file, group, name.c_str()) ? 1 : 0;
  });
  check_mpi(MPI_Bcast(&found, 1, MPI_INT, 0, comm_));
  return found != 0;
}

double CheckpointReader::number(const std::string& group, const std::string& name) const {
  int rank = 0;
  double value = 0;
  check_mpi(MPI_Comm_rank(comm_, &rank));
  together<InputError>(comm_, path_ + ": ", [&] {
    if (rank != 0) return;
    const hdf5::File file = hdf5::open_file(MPI_COMM_SELF, path_);
    const auto found = hdf5::number_attribute(file, group, name.c_str());
    if (!found) throw std::runtime_error("has no attribute " + name + " of " + group);
    value = *found;
  });
  check_mpi(MPI_Bcast(&value, 1, MPI_DOUBLE, 0, comm_));
  if (!std::isfinite(value)) refuse(name + " of " + group + " is " + number_text(value));
  return value;
}

std::int64_t CheckpointReader::count(const std::string& group, const std::string& name,
                                     std::int64_t most) const {
  const double value = number(group, name);
  const double limit = std::min(static_cast<double>(most), largest_count);
  if (!(value >= 0 && value <= limit && value == std::floor(value)))
    refuse(name + " of " + group + " is " + number_text(value) + ", no integer from 0 to " +
           number_text(limit));
  return static_cast<std::int64_t>(value);
}

StoredArray CheckpointReader::array(const std::string& dataset,
                                    const std::vector<std::int64_t>& shape) const {
  StoredArray array(comm_, {path_, dataset});
  if (array.shape() != shape)
    refuse(dataset + " has shape " + shape_text(array.shape()) + ", expected " + shape_text(shape));
  return array;
}

void CheckpointReader::require_finite(const std::vector<double>& values,
                                      const std::string& dataset) const {
  const auto finite = [](double value) { return std::isfinite(value); };
  int wrong = std::ranges::all_of(values, finite) ? 0 : 1;
  check_mpi(MPI_Allreduce(MPI_IN_PLACE, &wrong, 1, MPI_INT, MPI_MAX, comm_));
  if (wrong != 0) refuse("not all values of " + dataset + " are finite");
}

std::vector<double> CheckpointReader::column(const std::string& dataset) const {
  const StoredArray array(comm_, {path_, dataset});
  // What is declared may be more than any memory holds; what is there is in the file.
  std::error_code none;
  const auto bytes = std::filesystem::file_size(path_, none);
  const bool there =
      array.shape().size() == 1 && static_cast<std::uintmax_t>(array.shape()[0]) <= bytes;
  const std::string problem = first_problem(
      comm_, there ? "" : dataset + " has shape " + shape_text(array.shape()) + ", no column");
  if (!problem.empty()) refuse(problem);
  auto values = array.read_all();
  require_finite(values, dataset);
  return values;
}

std::vector<double> CheckpointReader::column(const std::string& dataset, std::size_t rows) const {
  auto values = array(dataset, {static_cast<std::int64_t>(rows)}).read_all();
  require_finite(values, dataset);
  return values;
}

} // namespace nadir::app
