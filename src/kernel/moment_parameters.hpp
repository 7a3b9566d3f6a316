#pragma once

#include "nadir/kernel/kernel_family.hpp"

/// What families whose coefficients are moments share: R, U and D.
namespace nadir {

FamilyOption diffusion_tensor_option();
FamilyParameter reaction_parameter();
FamilyParameter advection_parameter();
FamilyParameter diffusion_parameter();

} // namespace nadir
