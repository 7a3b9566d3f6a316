#include "radial_parameters.hpp"

namespace nadir {

FamilyOption radius_option(std::string_view text) {
  return {.name = "radius", .text = text, .least = 1, .most = 1'000'000, .fallback = 1};
}

int counted_radius(const KernelTerm& term) { return static_cast<int>(term.option("radius")); }

std::optional<ValueLimit> above_zero(int) { return ValueLimit{0, ""}; }

} // namespace nadir
