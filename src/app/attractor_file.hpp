#pragma once

#include "result_writer.hpp"

#include "nadir/analysis/relaxation_history.hpp"

#include <vector>

namespace nadir::app {

/// All that `attractor` has found.
struct AttractorResult {
  const Attractors& attractors;
  const std::vector<RelaxationHistory>& relaxations; ///< by sample
  const std::vector<VecHandle>& green;               ///< [attractor][point]
};

/// Writes the analysis file of the contract under the result's name, and renames it when it is
/// complete. Returns the name of the file that stood there, when that was kept. Collective.
std::string write_attractors(const Result& result, const AttractorResult& found);

} // namespace nadir::app
