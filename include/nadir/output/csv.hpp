#pragma once

#include <mpi.h>

#include <fstream>
#include <span>
#include <string>
#include <vector>

namespace nadir {

/// A table that grows while the run goes on: a header line with the names, then one line per row,
/// flushed at once so that it can be watched. Written by rank 0; all ranks call.
class CsvFile {
 public:
  using Row = std::vector<double>;

  /// Begins the table with `rows`, which appear at once; what stood at `path` is replaced.
  /// Collective; all ranks throw the same SystemError or none does.
  CsvFile(MPI_Comm comm, std::string path, std::vector<std::string> names,
          const std::vector<Row>& rows = {});

  /// Appends a row, one value per name, with 17 significant digits (whole numbers as such).
  /// Collective; rank 0's values count. All ranks throw the same SystemError or none does.
  void row(std::span<const double> values);

 private:
  void agree() const;

  MPI_Comm comm_;
  int rank_ = 0;
  std::string path_;
  std::size_t columns_;
  std::ofstream out_; ///< open on rank 0
};

/// Whether the file at `path` is a table with these columns.
bool is_table(const std::string& path, const std::vector<std::string>& names);

} // namespace nadir
