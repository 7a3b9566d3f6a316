#pragma once

#include "nadir/data/stored_array.hpp"

#include <mpi.h>

#include <cstdint>
#include <string>
#include <vector>

namespace nadir::app {

/// Why a file is no checkpoint to go on from, in words, on all ranks; empty when it is one: seal,
/// version, and the numbers and tables that all checkpoints have. Collective.
std::string checkpoint_problem(MPI_Comm comm, const std::string& path);

/// Whether a file is the result of a run and no checkpoint. Collective.
bool is_result(MPI_Comm comm, const std::string& path);

/// Reads a checkpoint and trusts nothing in it: what cannot be there is refused. Everything is
/// collective; all ranks throw the same InputError, naming file and place, or none does.
class CheckpointReader {
 public:
  CheckpointReader(MPI_Comm comm, std::string path) : comm_(comm), path_(std::move(path)) {}

  const std::string& path() const { return path_; }
  /// Whether a group or dataset is there.
  bool has(const std::string& object) const;
  /// Whether a group has an attribute that is a number.
  bool has_number(const std::string& group, const std::string& name) const;
  /// A finite number in an attribute of a group.
  double number(const std::string& group, const std::string& name) const;
  /// The same, an integer from 0 to `most`.
  std::int64_t count(const std::string& group, const std::string& name, std::int64_t most) const;
  /// A dataset of this shape.
  StoredArray array(const std::string& dataset, const std::vector<std::int64_t>& shape) const;
  /// A column of a table, all of it, finite numbers; columns of a table have as many as the first.
  std::vector<double> column(const std::string& dataset) const;
  std::vector<double> column(const std::string& dataset, std::size_t rows) const;

  [[noreturn]] void refuse(const std::string& why) const;
  /// Refuses the file where `values` of any rank, read from this dataset, are not all finite.
  void require_finite(const std::vector<double>& values, const std::string& dataset) const;

 private:
  MPI_Comm comm_;
  std::string path_;
};

} // namespace nadir::app
