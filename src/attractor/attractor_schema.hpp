#pragma once

#include "nadir/attractor/attractor_spec.hpp"
#include "schema/types.hpp"

/// The part of the schema that describes the search for attractors.
namespace nadir::schema {

Section<AttractorSpec> attractor_section();

} // namespace nadir::schema
