#pragma once

#include "types.hpp"

/// The part of the schema that names files and datasets.
namespace nadir::schema {

Section<DatasetCase> dataset_section();
Section<FieldCase> field_section();
Section<WithholdCase> withhold_section();
Section<TargetCase> target_section();
Section<DataCase> data_section();

Type<DatasetCase> dataset();

} // namespace nadir::schema
