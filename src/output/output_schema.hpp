#pragma once

#include "nadir/output/output_spec.hpp"
#include "schema/checks.hpp"
#include "schema/types.hpp"

/// The part of the schema that says what is written.
namespace nadir::schema {

/// `output.layers` before the number of layers is known: empty means "ends", this means "all".
inline const std::vector<std::int64_t> all_layers{-1};

Section<CheckpointSpec> checkpoint_section();
Section<OutputSpec> output_section();

/// The layers to store, of a network with n layers (or whose layer 1 is an attractor): settles the
/// defaults, sorts them.
void check_output(OutputSpec& output, std::int64_t n, bool attractor, const Checks& checks);

} // namespace nadir::schema
