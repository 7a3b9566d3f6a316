#pragma once

#include <mpi.h>

#include <cstdio>
#include <fstream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace peers {

/// Seconds of `work` on the slowest rank. Collective.
template<class Work> double time_of(Work work) {
  MPI_Barrier(MPI_COMM_WORLD);
  const double start = MPI_Wtime();
  work();
  double seconds = MPI_Wtime() - start;
  MPI_Allreduce(MPI_IN_PLACE, &seconds, 1, MPI_DOUBLE, MPI_MAX, MPI_COMM_WORLD);
  return seconds;
}

/// A flat JSON object, written by rank 0.
class Report {
 public:
  void add(const std::string& name, const std::string& text) { put(name, '"' + text + '"'); }
  void add(const std::string& name, double value) { put(name, digits(value)); }
  void add(const std::string& name, const std::vector<double>& values) {
    std::string list;
    for (const double value : values) list += (list.empty() ? "" : ", ") + digits(value);
    put(name, '[' + list + ']');
  }
  void add(const std::string& name, const std::vector<std::pair<std::string, double>>& values) {
    std::string list;
    for (const auto& [key, value] : values)
      list += (list.empty() ? "\"" : ", \"") + key + "\": " + digits(value);
    put(name, '{' + list + '}');
  }

  void write(const std::string& path) const {
    int rank = 0;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    if (rank == 0) std::ofstream(path) << "{\n" << text_ << "\n}\n";
  }

 private:
  static std::string digits(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.17g", value);
    return text;
  }
  void put(const std::string& name, const std::string& value) {
    text_ += (text_.empty() ? "  \"" : ",\n  \"") + name + "\": " + value;
  }

  std::string text_;
};

} // namespace peers
