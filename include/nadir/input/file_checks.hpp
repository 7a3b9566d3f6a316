#pragma once

#include "nadir/input/case.hpp"
#include "nadir/schema/diagnostics.hpp"

#include <mpi.h>

#include <cstdint>
#include <string>
#include <vector>

/// Whether the files a case names are there and fit it, from their headers alone.
namespace nadir {

/// Checks a FIELD of the case, given at `path` ("data.input"): file, dataset, numeric type, shape
/// against the grid, samples in range, mask. Returns the number of samples, or 0 with the problems
/// added. Not collective: call it on one rank.
std::int64_t check_field(const Case& c, const FieldSpec& field, const std::string& path,
                         Diagnostics& diagnostics);

/// Checks every file of a case: input, targets (with the input's samples), masks, withheld points,
/// initial parameters. Rank 0 looks; all ranks get the same problems. Collective.
void check_case_files(MPI_Comm comm, const Case& c, Diagnostics& diagnostics);

/// The shape of /parameters/NAME: [(layer,) (component,) (grid axes)], absent axes left out.
std::vector<std::int64_t> parameter_shape(const Case& c, const ParameterSpec& parameter,
                                          std::int64_t components);

} // namespace nadir
