#include "nadir/kernel/kernel.hpp"

#include "sum_kernel.hpp"

#include "nadir/kernel/kernel_family.hpp"
#include "nadir/kernel/stencil_table.hpp"

#include <stdexcept>

namespace nadir {
namespace {

using Spacings = std::array<double, max_dimension>;

StencilTable table_of(const KernelTerm& term, int dimension, const Spacings& spacing) {
  if (!term.family->table)
    throw std::logic_error(std::string(term.family->name) + " is no stencil");
  return term.family->table(term, dimension, spacing);
}

std::unique_ptr<Kernel> kernel_of(const KernelTerm& term, int dimension, const Spacings& spacing) {
  if (term.family->make) return term.family->make(term, dimension, spacing);
  return make_table_kernel(table_of(term, dimension, spacing));
}

} // namespace

std::unique_ptr<Kernel> make_kernel(const KernelSpec& kernel, int dimension,
                                    const Spacings& spacing) {
  std::vector<std::unique_ptr<Kernel>> parts;
  for (const KernelTerm& term : kernel.terms) parts.push_back(kernel_of(term, dimension, spacing));
  return parts.size() == 1 ? std::move(parts.front()) : make_sum_kernel(std::move(parts));
}

std::optional<RadialFamily> radial_family(const KernelSpec& kernel) {
  if (kernel.terms.size() != 1 || !kernel.terms.front().family->radial) return std::nullopt;
  return kernel.terms.front().family->radial();
}

StencilTable stencil_table_of(const KernelSpec& kernel, int dimension, const Spacings& spacing) {
  std::vector<StencilTable> tables;
  for (const KernelTerm& term : kernel.terms) tables.push_back(table_of(term, dimension, spacing));
  return tables.size() == 1 ? tables.front() : sum_of(tables);
}

} // namespace nadir
