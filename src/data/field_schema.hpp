#pragma once

#include "nadir/data/field_spec.hpp"
#include "schema/types.hpp"

/// The part of the schema that names files and datasets.
namespace nadir::schema {

Section<DatasetSpec> dataset_section();
Section<FieldSpec> field_section();
Section<WithholdSpec> withhold_section();

Type<DatasetSpec> dataset();

} // namespace nadir::schema
