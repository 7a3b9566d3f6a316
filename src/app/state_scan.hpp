#pragma once

#include "result.hpp"

#include <functional>

namespace nadir::app {

/// A pass of all samples through the network: hands out the states that are to be stored and
/// collects misfit, distances by layer and errors at withheld points. Everything is collective.
class StateScan {
 public:
  /// Gets a stored state: sample, position among the stored layers, its points packed.
  using Store =
      std::function<void(std::int64_t sample, std::int64_t position, const double* packed)>;

  /// What was collected on the way to a layer, of all ranks.
  struct Sums {
    double misfit = 0, withheld = 0, persistence = 0;
    std::vector<double> distances; ///< [sample][depth], 0 beyond the layer; empty without targets
  };

  StateScan(const Result& result, std::vector<std::int64_t> layers);

  /// The whole way, one sample after the other. Throws NumericsError on all ranks for a state
  /// that is not finite.
  void run(const Store& store);

  /// For long chains that may be interrupted: all samples from layer `first` to `last`. The states
  /// they have reached are current(). Throws NumericsError as run().
  void advance(std::int64_t first, std::int64_t last, const Store& store);
  /// [sample][points of the box]
  const std::vector<double>& current() const { return current_; }
  Sums sums() const;
  /// Before advance(first, ...) with first > 0: the states there and what was collected so far.
  void resume(std::vector<double> current, const Sums& sums);

  /// After the whole way; throws NumericsError on all ranks where a sum of squares is not finite,
  /// though all states are. distances() are [sample][depth]: unpenalised distance of every state to
  /// the last target; empty without targets.
  Outcome outcome(bool with_scores = true) const;
  std::vector<double> distances() const { return sums().distances; }

 private:
  void move(std::int64_t s, std::int64_t first, std::int64_t last, const Store& store);
  void add_distances(std::int64_t s, std::int64_t first, std::int64_t last);
  void observe(std::int64_t s, std::int64_t layer, const double* z, const Store& store);
  void add_withheld(std::int64_t s, const double* packed, ReproducibleSum& sum) const;
  std::optional<Scores> scores(const Sums& sums) const;

  const Result& r_;
  const Case& c_;
  std::vector<std::int64_t> layers_; ///< to be stored, ascending
  const Target* target_;             ///< the last one, or null
  Misfit misfit_;
  LastTwoStates states_;
  std::vector<double> packed_, current_;
  /// This rank's part since the start or the resumption, before which is resumed_ (its
  /// distances excepted).
  ReproducibleSum misfit_sum_, withheld_, persistence_;
  /// This rank's distances of the layers from looked_from_ on, until all ranks look up.
  std::vector<ReproducibleSum> looked_;
  std::int64_t looked_from_ = 0;
  std::vector<double> distances_; ///< of all ranks
  Sums resumed_;
};

} // namespace nadir::app
