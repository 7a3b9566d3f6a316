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

namespace nadir::app {
namespace {

/// Whether a result has each of these parameters; and its case, as text.
struct Found {
  std::vector<char> there;
  std::string resolved;
};

/// On rank 0. Throws what is wrong with the file.
Found look_at(const std::string& path, const std::vector<NamedParameter>& parameters) {
  const std::string problem = unreadable_file(path);
  if (!problem.empty()) throw InputError(problem);
  const auto resolved = provenance_of(path, ResultFile::resolved_case);
  if (!resolved) throw InputError(path + ": is no result of nadir");
  Found found{{}, *resolved};
  const hdf5::File file = hdf5::open_file(MPI_COMM_SELF, path);
  for (const NamedParameter& p : parameters)
    found.there.push_back(hdf5::exists(file, "/parameters/" + p.name) ? 1 : 0);
  if (std::ranges::none_of(found.there, [](char there) { return there != 0; }))
    throw InputError(path + ": has none of the parameters of this case");
  return found;
}

/// The radius of the result's kernel where the case has one and does not say how large.
std::optional<std::int64_t> radius_of(const Case& c, const std::string& resolved) {
  if (!c.kernel.with_option("radius") || c.positions.contains("kernel.radius")) return std::nullopt;
  Diagnostics ignored;
  const Case there = parse_case(resolved, "", {}, ignored);
  const KernelTerm* term = there.kernel.with_option("radius");
  return term ? std::optional(term->option("radius")) : std::nullopt;
}

} // namespace

InitFrom init_from(MPI_Comm comm, const std::string& case_file,
                   const std::vector<std::string>& overrides, const std::string& path) {
  Diagnostics later; // the same problems come up when the case is read with all words
  Case c = read_case(comm, case_file, overrides, later);
  const std::vector<NamedParameter> parameters = named_parameters(c);
  Found found;
  int rank = 0;
  check_mpi(MPI_Comm_rank(comm, &rank));
  together<InputError>(comm, "--init-from: ", [&] {
    if (rank == 0) found = look_at(path, parameters);
  });
  found.there.resize(parameters.size());
  check_mpi(MPI_Bcast(found.there.data(), static_cast<int>(found.there.size()), MPI_CHAR, 0, comm));
  found.resolved = broadcast_text(comm, found.resolved);

  InitFrom from;
  for (std::size_t k = 0; k < parameters.size(); ++k) {
    const NamedParameter& p = parameters[k];
    (found.there[k] ? from.taken : from.left).push_back(p.name);
    if (!found.there[k]) continue;
    from.overrides.push_back(p.key + ".init={ file = " + quote(path) +
                             ", dataset = " + quote("/parameters/" + p.name) + " }");
    // What was a number becomes a table, which would be trained.
    if (!p.spec.train) from.overrides.push_back(p.key + ".train=false");
  }
  if (const auto radius = radius_of(c, found.resolved))
    from.overrides.push_back("kernel.radius=" + std::to_string(*radius));
  return from;
}

void InitFrom::rename(KeyPositions& positions) const {
  for (auto& [key, position] : positions.given)
    if (std::ranges::find(overrides, position.source.substr(std::min<std::size_t>(
                                         std::string("--set ").size(), position.source.size()))) !=
        overrides.end())
      position.source = "--init-from";
}

} // namespace nadir::app
