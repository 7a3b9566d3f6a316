#include "init_from.hpp"

#include "nadir/base/check.hpp"
#include "nadir/base/collective.hpp"
#include "nadir/base/error.hpp"
#include "nadir/base/hdf5.hpp"
#include "nadir/base/text.hpp"
#include "nadir/data/stored_array.hpp"
#include "nadir/input/case_reader.hpp"
#include "nadir/network/parameter_set.hpp"
#include "nadir/output/result_file.hpp"

#include <algorithm>
#include <optional>
#include <sstream>

namespace nadir::app {
namespace {

constexpr std::size_t most_listed = 125; ///< numbers in words

/// The words that give a parameter of the case what the result has: numbers of one that is the same
/// everywhere, so that it may vary now; or the dataset itself.
std::string start_of(const NamedParameter& p, const std::string& path, const Case& there) {
  const DatasetSpec dataset{path, "/parameters/" + p.name};
  const ParameterSet parameters(there);
  const Parameter* stored = parameters.find(p.name);
  if (stored && !stored->spec.varies_space && !stored->spec.varies_layer) {
    const std::vector<double> values = StoredArray(MPI_COMM_SELF, dataset).read_all();
    std::vector<std::string> numbers;
    for (const double value : values) numbers.push_back(number_text(value));
    if (numbers.size() == 1) return numbers[0];
    if (numbers.size() <= most_listed) return "[" + join(numbers, ", ") + "]";
  }
  return "{ file = " + quote(dataset.file) + ", dataset = " + quote(dataset.dataset) + " }";
}

/// The radius of the result's kernel where the case has one and does not say how large.
std::optional<std::int64_t> radius_of(const Case& c, const Case& there) {
  if (!c.kernel.with_option("radius") || c.positions.contains("kernel.radius")) return std::nullopt;
  const KernelTerm* term = there.kernel.with_option("radius");
  return term ? std::optional(term->option("radius")) : std::nullopt;
}

/// On rank 0. Throws what is wrong with the file.
InitFrom look_at(const std::string& path, Case& c) {
  const std::string problem = unreadable_file(path);
  if (!problem.empty()) throw InputError(problem);
  const auto resolved = provenance_of(path, ResultFile::resolved_case);
  if (!resolved) throw InputError(path + ": is no result of nadir");
  Diagnostics ignored; // of a version with other keys
  const Case there = parse_case(*resolved, path, {}, ignored);
  InitFrom from;
  const hdf5::File file = hdf5::open_file(MPI_COMM_SELF, path);
  for (const NamedParameter& p : named_parameters(c)) {
    const bool found = hdf5::exists(file, "/parameters/" + p.name);
    (found ? from.taken : from.left).push_back(p.name);
    if (!found) continue;
    from.overrides.push_back(p.key + ".init=" + start_of(p, path, there));
    // What was a number becomes a table, which would be trained.
    if (!p.spec.train) from.overrides.push_back(p.key + ".train=false");
  }
  if (from.taken.empty()) throw InputError(path + ": has none of the parameters of this case");
  if (const auto radius = radius_of(c, there))
    from.overrides.push_back("kernel.radius=" + std::to_string(*radius));
  return from;
}

std::vector<std::string> broadcast_lines(MPI_Comm comm, const std::vector<std::string>& lines) {
  std::istringstream text(broadcast_text(comm, join(lines, "\n")));
  std::vector<std::string> all;
  for (std::string line; std::getline(text, line);) all.push_back(line);
  return all;
}

} // namespace

InitFrom init_from(MPI_Comm comm, const std::string& case_file,
                   const std::vector<std::string>& overrides, const std::string& path) {
  Diagnostics later; // the same problems come up when the case is read with all words
  Case c = read_case(comm, case_file, overrides, later);
  InitFrom from;
  int rank = 0;
  check_mpi(MPI_Comm_rank(comm, &rank));
  together<InputError>(comm, "--init-from: ", [&] {
    if (rank == 0) from = look_at(path, c);
  });
  return {broadcast_lines(comm, from.overrides), broadcast_lines(comm, from.taken),
          broadcast_lines(comm, from.left)};
}

void InitFrom::rename(KeyPositions& positions) const {
  for (auto& [key, position] : positions.given)
    if (std::ranges::find(overrides, position.source.substr(std::min<std::size_t>(
                                         std::string("--set ").size(), position.source.size()))) !=
        overrides.end())
      position.source = "--init-from";
}

} // namespace nadir::app
