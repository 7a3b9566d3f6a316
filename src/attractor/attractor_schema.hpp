#pragma once

#include "nadir/attractor/attractor_spec.hpp"
#include "nadir/grid/grid_spec.hpp"
#include "schema/checks.hpp"
#include "schema/types.hpp"

/// The part of the schema that describes the search for attractors.
namespace nadir::schema {

Section<AttractorSpec> attractor_section();

/// Whether points of the grid are named.
void check_attractor(const AttractorSpec& attractor, const GridSpec& grid, const Checks& checks);

} // namespace nadir::schema
