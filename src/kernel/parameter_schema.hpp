#pragma once

#include "nadir/kernel/parameter_spec.hpp"
#include "schema/types.hpp"

/// The part of the schema that says how a parameter starts, varies and is kept small.
namespace nadir::schema {

Section<PenaltySpec> penalty_section();
Section<ParameterSpec> parameter_section();

/// A number (fixed), or a table. Absent, it is `fallback` and fixed.
Type<ParameterSpec> parameter(double fallback);

} // namespace nadir::schema
