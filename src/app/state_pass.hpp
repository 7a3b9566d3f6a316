#pragma once

#include "result.hpp"

#include <functional>

namespace nadir::app {

/// One pass of all samples through the chain: hands out the states that are to be stored and
/// collects misfit, distances by layer and errors at withheld points.
class StatePass {
 public:
  /// Gets a stored state: sample, position among the stored layers, its points packed.
  using Store =
      std::function<void(std::int64_t sample, std::int64_t position, const double* packed)>;

  explicit StatePass(const Result& result);

  /// Collective; throws NumericsError on all ranks for a state that is not finite.
  void run(const Store& store);

  double misfit() const { return misfit_sum_; }
  /// [sample][depth]: unpenalised distance of every state to the last target; empty without
  /// targets.
  const std::vector<double>& distances() const { return distances_; }
  /// Nothing without withheld points. Collective.
  std::optional<Scores> scores() const;

 private:
  void run_sample(std::int64_t s, const Store& store);
  void observe(std::int64_t s, std::int64_t layer, const double* z, const Store& store);
  double withheld_squares(std::int64_t s, const double* packed) const;

  const Result& r_;
  const Case& c_;
  const Target* target_; ///< the last one, or null
  Misfit misfit_;
  KeepTwo states_;
  std::vector<double> packed_;
  std::vector<double> distances_;
  double misfit_sum_ = 0, withheld_ = 0, persistence_ = 0;
};

} // namespace nadir::app
