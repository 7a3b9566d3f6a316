#include "nadir/kernel/kernel.hpp"

#include "nadir/base/error.hpp"
#include "nadir/kernel/adr.hpp"
#include "nadir/kernel/differences.hpp"

namespace nadir {

std::unique_ptr<Kernel> make_kernel(const KernelCase& kernel, int dimension,
                                    const std::array<double, max_dimension>& spacing) {
  if (kernel.type == "adr") return make_adr_kernel(dimension, kernel.diffusion_tensor, spacing);
  if (kernel.type == family_of(kernel).name)
    return make_difference_kernel(differences_of(kernel, dimension, spacing));
  throw InputError("kernel.type: no family is called '" + kernel.type + "'");
}

} // namespace nadir
