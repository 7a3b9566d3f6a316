#include "commands.hpp"

#include "nadir/base/check.hpp"
#include "nadir/base/collective.hpp"
#include "nadir/output/place_file.hpp"
#include "nadir/output/result_file.hpp"

#include <filesystem>

namespace nadir::app {
namespace {

/// Why a file that stands there must not be moved away: it is somebody's data, or the case itself.
std::string foreign_file(const std::string& path) {
  const std::string whole = canonical_path(path);
  std::error_code none;
  if (!std::filesystem::exists(whole, none) || origin_of(whole)) return {};
  return path + " is there and no result of nadir; choose another name";
}

/// Every file of a case is read before results take their names, but must be there afterwards.
std::string file_in_use(const std::string& path, const std::vector<FileRead>& read) {
  for (const FileRead& file : read)
    if (is_written_by(file.path, path))
      return path + ": the run reads " + file.path + " (" + file.what +
             ") and would replace or move it; choose another name";
  return {};
}

std::vector<FileRead> files_of(const Case& c) {
  std::vector<FileRead> files{{"the case", c.positions.file}};
  const auto add = [&](const std::string& what, const DatasetSpec& source) {
    if (!source.file.empty()) files.push_back({what, source.file});
  };
  const auto add_field = [&](const std::string& what, const FieldSpec& field) {
    add(what + ".file", field.source);
    if (field.mask) add(what + ".mask.file", *field.mask);
  };
  add_field("data.input", c.data.input);
  for (std::size_t k = 0; k < c.data.targets.size(); ++k) {
    const TargetSpec& target = c.data.targets[k];
    add_field(target_path(c, k), target.field);
    if (target.withhold && target.withhold->source)
      add(target_path(c, k) + ".withhold.file", *target.withhold->source);
  }
  for (const Parameter& p : ParameterSet(c))
    if (p.spec.init_file) add(p.key + ".init.file", *p.spec.init_file);
  return files;
}

} // namespace

std::string output_problem(MPI_Comm comm, const std::string& path,
                           const std::vector<FileRead>& read) {
  int rank = 0;
  check_mpi(MPI_Comm_rank(comm, &rank));
  std::string problem = check_writable(comm, path);
  if (rank == 0 && problem.empty()) problem = foreign_file(path);
  if (rank == 0 && problem.empty()) problem = file_in_use(path, read);
  return first_problem(comm, problem);
}

void check_output(MPI_Comm comm, const Case& c, Diagnostics& diagnostics) {
  const std::string problem = output_problem(comm, c.output.file, files_of(c));
  if (!problem.empty()) diagnostics.add(c.positions.of("output.file"), "output.file", problem);
}

} // namespace nadir::app
