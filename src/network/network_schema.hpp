#pragma once

#include "nadir/network/network_spec.hpp"
#include "schema/types.hpp"

/// The part of the schema that describes the layers.
namespace nadir::schema {

Section<NetworkSpec> network_section();

} // namespace nadir::schema
