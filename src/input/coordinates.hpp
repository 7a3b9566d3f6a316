#pragma once

#include "nadir/data/stored_array.hpp"
#include "nadir/input/case.hpp"

#include <string>
#include <vector>

namespace nadir {

/// What the coordinates of a dataset, its dimension scales, say against [grid].
struct CoordinateFindings {
  std::vector<std::string> errors, warnings; ///< each with the words that mend it
};

/// Compares the last axes of a dataset that has the shape of the grid there. Axes that run down,
/// are uneven, have another spacing or origin or both ends of a period are warnings; axes in
/// another order are an error, unless their coordinates are those of the grid as it stands. Not
/// collective: for an array opened by one rank alone.
CoordinateFindings compare_coordinates(const Case& c, const DatasetSpec& source,
                                       const StoredArray& array);

/// Where a shape is that of the grid in another order: how to turn it, as an addition to a message.
std::string turning_hint(const Case& c, const DatasetSpec& source, const StoredArray& array);

} // namespace nadir
