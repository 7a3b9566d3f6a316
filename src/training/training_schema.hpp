#pragma once

#include "nadir/training/training_spec.hpp"
#include "schema/checks.hpp"
#include "schema/types.hpp"

/// The part of the schema that says what is learned from what, and how.
namespace nadir::schema {

Section<TargetSpec> target_section();
Section<DataSpec> data_section();
Section<LossSpec> loss_section();
Section<TrainingSpec> training_section();

/// Bounds that the optimiser does not take; the layers of targets, the last where none is given.
void check_training(ProblemSpec& problem, const Checks& checks);

} // namespace nadir::schema
