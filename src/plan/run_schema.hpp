#pragma once

#include "nadir/plan/run_spec.hpp"
#include "schema/types.hpp"

/// The part of the schema that says how long a run may take and what it may use.
namespace nadir::schema {

Section<RunSpec> run_section();

} // namespace nadir::schema
