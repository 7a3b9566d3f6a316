#include "nadir/output/csv.hpp"

#include "nadir/base/check.hpp"
#include "nadir/base/collective.hpp"
#include "nadir/base/error.hpp"
#include "nadir/base/text.hpp"
#include "nadir/output/place_file.hpp"

#include <stdexcept>

namespace nadir {
namespace {

std::string line_of(std::span<const double> values) {
  std::string line;
  for (const double value : values) {
    if (!line.empty()) line += ',';
    line += exact_digits(value);
  }
  return line + '\n';
}

} // namespace

bool is_table(const std::string& path, const std::vector<std::string>& names) {
  std::ifstream file(path);
  std::string line;
  return std::getline(file, line) && line == join(names, ",");
}

CsvFile::CsvFile(MPI_Comm comm, std::string path, std::vector<std::string> names,
                 const std::vector<Row>& rows)
    : comm_(comm), path_(std::move(path)), columns_(names.size()) {
  check_mpi(MPI_Comm_rank(comm, &rank_));
  together<SystemError>(comm, "", [&] {
    if (rank_ != 0) return;
    std::string text = join(names, ",") + "\n";
    for (const Row& row : rows) text += line_of(row);
    make_folder_of(path_);
    place_text(text, path_);
    out_.open(path_, std::ios::app);
  });
  agree();
}

void CsvFile::row(std::span<const double> values) {
  if (values.size() != columns_) throw std::logic_error("a row needs one value per column");
  if (rank_ == 0) out_ << line_of(values) << std::flush;
  agree();
}

void CsvFile::agree() const {
  int good = rank_ != 0 || out_.good();
  check_mpi(MPI_Bcast(&good, 1, MPI_INT, 0, comm_));
  if (!good) throw SystemError("cannot write " + path_);
}

} // namespace nadir
