#pragma once

#include "nadir/input/case.hpp"
#include "nadir/schema/diagnostics.hpp"

#include <mpi.h>

#include <string>
#include <vector>

namespace nadir::app {

/// A case whose parameters start from those of a result (--init-from).
struct InitFrom {
  /// Words of --set that say so, for parameters of the case that the result has, and for the radius
  /// of its kernel where the case leaves that open: of a Gaussian it would follow from its width.
  std::vector<std::string> overrides;
  std::vector<std::string> taken, left; ///< names of parameters: from the result, as in the case

  /// What messages name instead of those words.
  void rename(KeyPositions& positions) const;
};

/// `case_file` and `overrides` as load_case reads them; `path` is the result. Throws InputError,
/// the same on all ranks, where that is no result or has none of the case's parameters. Collective.
InitFrom init_from(MPI_Comm comm, const std::string& case_file,
                   const std::vector<std::string>& overrides, const std::string& path);

} // namespace nadir::app
