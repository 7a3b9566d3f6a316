#pragma once

#include "nadir/grid/grid_spec.hpp"
#include "schema/types.hpp"

/// The part of the schema that describes the grid.
namespace nadir::schema {

Type<BoundarySpec> boundary();
Section<GridSpec> grid_section();

} // namespace nadir::schema
