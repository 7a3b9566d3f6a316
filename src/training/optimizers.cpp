#include "nadir/training/optimizers.hpp"

#include "optimizer_list.hpp"

#include "nadir/base/check.hpp"

#include <algorithm>
#include <string>
#include <tuple>
#include <vector>

namespace nadir {

std::span<const OptimizerInfo> optimizers() {
  static const std::vector<OptimizerInfo> sorted = [] {
    std::vector<OptimizerInfo> all;
    for (const auto file : {NADIR_OPTIMIZERS}) all.insert(all.end(), file.begin(), file.end());
    std::ranges::sort(all, {}, [](const OptimizerInfo& o) { return std::tuple(o.order, o.name); });
    return all;
  }();
  return sorted;
}

const OptimizerInfo* find_optimizer(std::string_view name) {
  const auto found = std::ranges::find(optimizers(), name, &OptimizerInfo::name);
  return found == optimizers().end() ? nullptr : &*found;
}

std::map<std::string, double> optimizer_defaults() {
  std::map<std::string, double> options;
  for (const OptimizerInfo& each : optimizers())
    for (const OptimizerOption& option : each.options) options.emplace(option.key, option.fallback);
  return options;
}

void register_optimizers() {
  for (const OptimizerInfo& each : optimizers())
    if (each.create) check_petsc(TaoRegister(std::string(each.name).c_str(), each.create));
}

} // namespace nadir
