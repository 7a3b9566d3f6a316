#include "kernel_schema.hpp"

#include "parameter_schema.hpp"

#include "nadir/kernel/kernel_family.hpp"

namespace nadir::schema {
namespace {

/// A family, or a list of them: their sum.
Type<std::string> kernel_type() {
  std::vector<std::string> names;
  for (const auto& family : kernel_families()) names.emplace_back(family.name);
  const auto one = choice("kernel", names);
  const auto several = list("kernels", one);
  Type<std::string> type;
  type.name = one.name + ", or a list of them";
  type.read = [=](const Item& item, std::string& value) {
    if (!item.node.list()) return one.read(item, value);
    std::vector<std::string> given;
    if (!several.read(item, given)) return false;
    const std::string problem = sum_problem(given);
    if (!problem.empty()) return item.problem(problem);
    value = sum_of_families(given);
    return true;
  };
  type.write = [=](const std::string& value) {
    const auto each = families_in(value);
    return each.size() == 1 ? one.write(value) : several.write(each);
  };
  return type;
}

} // namespace

Section<KernelSpec> kernel_section() {
  Section<KernelSpec> s;
  const auto belonging = [&s](std::string_view key) {
    s.where([key](const KernelSpec& kernel) { return has_key(kernel, key); });
  };
  std::string text = "the kernel family, or several whose kernels are added";
  for (const auto& family : kernel_families())
    text += "; " + std::string(family.name) + ": " + std::string(family.text);
  s.key("type", &KernelSpec::type, kernel_type(), text);
  s.key("diffusion_tensor", &KernelSpec::diffusion_tensor,
        choice<DiffusionTensor>("diffusion tensor", {{"isotropic", DiffusionTensor::isotropic},
                                                     {"diagonal", DiffusionTensor::diagonal},
                                                     {"full", DiffusionTensor::full}}),
        "the form of D");
  belonging("diffusion_tensor");
  s.key("order", &KernelSpec::order, integer(between(2, 24)),
        "of moment: the highest derivative; in 2 dimensions at most 14, in 3 at most 6");
  belonging("order");
  s.key("radius", &KernelSpec::radius, integer(between(1, 1000000)),
        "points to the farthest neighbours along an axis; of stencil: at most 125 neighbours, of "
        "gaussian: by default 8 σ, σ the upper bound or where it starts; of power-law: to be "
        "given, its tail has no natural end")
      .by_default("`1`, that of gaussian");
  belonging("radius");
  for (const KernelParameter& p : kernel_parameters) {
    s.key(std::string(p.key), p.value, parameter(p.fallback), std::string(p.text));
    if (p.key == "weights") s.by_default("`W = 1`");
    if (std::isnan(p.fallback)) s.by_default("**required** with its kernel");
    belonging(p.key);
  }
  return s;
}

} // namespace nadir::schema
