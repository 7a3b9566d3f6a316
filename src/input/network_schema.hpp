#pragma once

#include "types.hpp"

/// The part of the schema that describes the layers and their operator.
namespace nadir::schema {

Section<NetworkCase> network_section();
Section<KernelCase> kernel_section();

} // namespace nadir::schema
