#include "training_schema.hpp"

#include "nadir/base/text.hpp"
#include "nadir/network/parameter_set.hpp"
#include "nadir/training/optimizers.hpp"

namespace nadir::schema {
namespace {

class TrainingCheck {
 public:
  TrainingCheck(ProblemSpec& problem, const Checks& checks) : problem_(problem), checks_(checks) {}

  void run() {
    for (const auto& [name, path, value] : named_parameters(problem_))
      bounds_supported(path, value);
    targets();
  }

 private:
  void bounds_supported(const std::string& path, const ParameterSpec& p);
  void targets();

  ProblemSpec& problem_;
  const Checks& checks_;
};

void TrainingCheck::bounds_supported(const std::string& path, const ParameterSpec& p) {
  if (!p.bounds || !checks_.usable(path + ".bounds") || !checks_.usable(path + ".train")) return;
  const auto* optimizer = find_optimizer(problem_.training.optimizer);
  if (!p.train || !checks_.usable("training.optimizer") || !optimizer || optimizer->takes_bounds)
    return;
  std::vector<std::string> able;
  for (const OptimizerInfo& each : optimizers())
    if (each.takes_bounds) able.emplace_back(each.name);
  checks_.problem(path + ".bounds", "the optimizer " + quote(optimizer->name) +
                                        " takes no bounds (these do: " + join(able, ", ") + ")");
}

void TrainingCheck::targets() {
  const auto n = problem_.network.layers;
  for (std::size_t k = 0; k < problem_.data.targets.size(); ++k) {
    auto& layer = problem_.data.targets[k].layer;
    if (layer < 0) layer = n;
    const std::string path = target_path(problem_, k) + ".layer";
    if (layer <= n || !checks_.usable("network.layers")) continue;
    checks_.problem(path, problem_.network.attractor
                              ? "must be 1, the attractor, or 0, the input, where network.layers = "
                                "\"attractor\"; is " +
                                    std::to_string(layer)
                              : "must be between 0 and network.layers = " + std::to_string(n) +
                                    ", is " + std::to_string(layer));
  }
}

} // namespace

void check_training(ProblemSpec& problem, const Checks& checks) {
  TrainingCheck(problem, checks).run();
}

} // namespace nadir::schema
