#pragma once

#include "types.hpp"

/// The part of the schema that says how a parameter starts, varies and is kept small.
namespace nadir::schema {

Section<PenaltyCase> penalty_section();
Section<ParameterCase> parameter_section();

/// A number (fixed), or a table. Absent, it is `fallback` and fixed.
Type<ParameterCase> parameter(double fallback);

} // namespace nadir::schema
