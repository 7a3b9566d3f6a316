#pragma once

#include "types.hpp"

/// The part of the schema that says how long a run may take, what it may use and what it writes.
namespace nadir::schema {

Section<CheckpointCase> checkpoint_section();
Section<RunCase> run_section();
Section<OutputCase> output_section();

} // namespace nadir::schema
