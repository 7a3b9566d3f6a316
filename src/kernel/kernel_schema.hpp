#pragma once

#include "nadir/grid/grid_spec.hpp"
#include "nadir/kernel/kernel_spec.hpp"
#include "schema/checks.hpp"
#include "schema/types.hpp"

/// The part of the schema that describes the operator W of a layer.
namespace nadir::schema {

Section<KernelSpec> kernel_section();
/// One of a sum, with keys of its own.
std::vector<KeyDoc> kernel_term_keys();

/// What the keys of [kernel] mean together and on this grid; settles radii that are left out.
void check_kernel(KernelSpec& kernel, const GridSpec& grid, const Checks& checks);

} // namespace nadir::schema
