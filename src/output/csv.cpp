#include "nadir/output/csv.hpp"

#include "nadir/base/check.hpp"
#include "nadir/base/error.hpp"
#include "nadir/base/text.hpp"

#include <cstdio>
#include <filesystem>
#include <stdexcept>

namespace nadir {
CsvFile::CsvFile(MPI_Comm comm, std::string path, std::vector<std::string> names, Mode mode)
    : comm_(comm), path_(std::move(path)), columns_(names.size()) {
  check_mpi(MPI_Comm_rank(comm, &rank_));
  if (rank_ == 0) {
    std::error_code none;
    std::filesystem::create_directories(std::filesystem::path(path_).parent_path(), none);
    const bool more = mode == Mode::append && std::filesystem::file_size(path_, none) > 0 && !none;
    out_.open(path_, more ? std::ios::app : std::ios::trunc);
    for (std::size_t i = 0; i < names.size() && !more; ++i) out_ << (i ? "," : "") << names[i];
    if (!more) out_ << '\n';
    out_.flush();
  }
  agree();
}

void CsvFile::row(std::span<const double> values) {
  if (values.size() != columns_) throw std::logic_error("a row needs one value per column");
  if (rank_ == 0) {
    for (std::size_t i = 0; i < values.size(); ++i)
      out_ << (i ? "," : "") << exact_digits(values[i]);
    out_ << '\n' << std::flush;
  }
  agree();
}

void CsvFile::agree() const {
  int good = rank_ != 0 || out_.good();
  check_mpi(MPI_Bcast(&good, 1, MPI_INT, 0, comm_));
  if (!good) throw SystemError("cannot write " + path_);
}

} // namespace nadir
