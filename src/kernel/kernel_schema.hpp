#pragma once

#include "nadir/kernel/kernel_spec.hpp"
#include "schema/types.hpp"

/// The part of the schema that describes the operator W of a layer.
namespace nadir::schema {

Section<KernelSpec> kernel_section();

} // namespace nadir::schema
