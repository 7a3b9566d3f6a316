#include "nadir/training/optimizers.hpp"

#include "base/petsc/descent.hpp"

#include "nadir/base/check.hpp"

#include <array>

namespace nadir::optimizer_files {
namespace {

/// theta <- P(theta - alpha grad), (5) as it stands, whatever the scales; P projects on the bounds.
class SteepestDescent final : public Descent {
 public:
  static void set_options(Tao tao, const TrainingSpec& training) {
    static_cast<SteepestDescent&>(*state_of(tao)).alpha = training.option(learning_rate.key);
  }

 private:
  void step(Vec x, Vec g, double /*f*/, double /*number*/) override {
    check_petsc(VecAXPY(x, -alpha, g));
  }
};

} // namespace

std::span<const OptimizerInfo> steepest_descent() {
  static constexpr std::array all{OptimizerInfo{
      .name = "steepest-descent",
      .summary = "`theta <- theta - learning_rate * gradient`, the paper's eq. (5); projected",
      .searches = false,
      .vectors = 6,
      .options = {&learning_rate, 1},
      .create = create_tao_type<SteepestDescent>,
      .set_options = SteepestDescent::set_options,
      .order = 9}};
  return all;
}

} // namespace nadir::optimizer_files
