#pragma once

#include "nadir/network/network_spec.hpp"
#include "nadir/plan/run_spec.hpp"
#include "schema/checks.hpp"
#include "schema/types.hpp"

/// The part of the schema that describes the layers.
namespace nadir::schema {

Section<NetworkSpec> network_section();

/// b and omega, and what layers of this kind cannot have: keys of other schemes, bases and
/// normalisations, what an attractor does not depend on, ways of `run` to compute them.
void check_network(ModelSpec& model, const RunSpec& run, const Checks& checks);

} // namespace nadir::schema
