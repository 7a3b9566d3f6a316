#pragma once

#include "nadir/grid/grid_spec.hpp"
#include "schema/checks.hpp"
#include "schema/types.hpp"

/// The part of the schema that describes the grid.
namespace nadir::schema {

Type<BoundarySpec> boundary();
Section<GridSpec> grid_section();

/// Fills entries left out, one for each axis, and checks them together.
void check_grid(GridSpec& grid, const Checks& checks);

} // namespace nadir::schema
