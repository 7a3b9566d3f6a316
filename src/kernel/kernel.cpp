#include "nadir/kernel/kernel.hpp"

#include "sum_kernel.hpp"

#include "nadir/base/error.hpp"
#include "nadir/kernel/adr.hpp"
#include "nadir/kernel/radial.hpp"
#include "nadir/kernel/stencil_table.hpp"

#include <algorithm>

namespace nadir {
namespace {

using Spacings = std::array<double, max_dimension>;

/// How the kernels of a family are computed, and its table.
struct FamilyCode {
  std::string_view name;
  StencilTable (*table)(const KernelSpec& kernel, int dimension, const Spacings& spacing);
  std::unique_ptr<Kernel> (*make)(const KernelSpec& kernel, int dimension, const Spacings& spacing);
  RadialFamily (*radial)() = nullptr; ///< of kernels that know distances alone
};

/// By its table alone.
template<auto table>
std::unique_ptr<Kernel> of_table(const KernelSpec& kernel, int dimension, const Spacings& spacing) {
  return make_table_kernel(table(kernel, dimension, spacing));
}

template<auto family>
StencilTable radial_table(const KernelSpec& kernel, int dimension, const Spacings& spacing) {
  const int radius = static_cast<int>(kernel.radius);
  return radial_table_of(family(), radial_stencil(dimension, radius, spacing));
}
template<auto family>
std::unique_ptr<Kernel> radial(const KernelSpec& kernel, int dimension, const Spacings& spacing) {
  const int radius = static_cast<int>(kernel.radius);
  return family().kernel(radial_stencil(dimension, radius, spacing));
}

StencilTable adr_table(const KernelSpec& kernel, int dimension, const Spacings& spacing) {
  return moment_stencil_table(kernel.diffusion_tensor, 2, dimension, spacing);
}
std::unique_ptr<Kernel> adr(const KernelSpec& kernel, int dimension, const Spacings& spacing) {
  return make_adr_kernel(dimension, kernel.diffusion_tensor, spacing);
}

StencilTable moment_table(const KernelSpec& kernel, int dimension, const Spacings& spacing) {
  return moment_stencil_table(kernel.diffusion_tensor, static_cast<int>(kernel.order), dimension,
                              spacing);
}

StencilTable stencil_table(const KernelSpec& kernel, int dimension, const Spacings& /*spacing*/) {
  return full_stencil_table(static_cast<int>(kernel.radius), dimension);
}

constexpr std::array codes{
    FamilyCode{"adr", adr_table, adr}, FamilyCode{"moment", moment_table, of_table<moment_table>},
    FamilyCode{"stencil", stencil_table, of_table<stencil_table>},
    FamilyCode{"gaussian", radial_table<gaussian_family>, radial<gaussian_family>, gaussian_family},
    FamilyCode{"power-law", radial_table<power_law_family>, radial<power_law_family>,
               power_law_family}};

/// Of the families a case names, in their order.
std::vector<FamilyCode> codes_of(const KernelSpec& kernel) {
  std::vector<FamilyCode> found;
  for (const auto& name : families_in(kernel.type)) {
    const auto code = std::ranges::find(codes, name, &FamilyCode::name);
    if (code == codes.end()) throw InputError("kernel.type: no family is called '" + name + "'");
    found.push_back(*code);
  }
  return found;
}

} // namespace

std::unique_ptr<Kernel> make_kernel(const KernelSpec& kernel, int dimension,
                                    const Spacings& spacing) {
  std::vector<std::unique_ptr<Kernel>> parts;
  for (const FamilyCode& code : codes_of(kernel))
    parts.push_back(code.make(kernel, dimension, spacing));
  return parts.size() == 1 ? std::move(parts.front()) : make_sum_kernel(std::move(parts));
}

std::optional<RadialFamily> radial_family(const KernelSpec& kernel) {
  const auto found = codes_of(kernel);
  if (found.size() != 1 || !found.front().radial) return std::nullopt;
  return found.front().radial();
}

StencilTable stencil_table_of(const KernelSpec& kernel, int dimension, const Spacings& spacing) {
  std::vector<StencilTable> tables;
  for (const FamilyCode& code : codes_of(kernel))
    tables.push_back(code.table(kernel, dimension, spacing));
  return tables.size() == 1 ? tables.front() : sum_of(tables);
}

} // namespace nadir
