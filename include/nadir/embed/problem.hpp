#pragma once

#include "nadir/base/box.hpp"
#include "nadir/base/session.hpp"
#include "nadir/input/case.hpp"
#include "nadir/training/trainer.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// The room `embed`: nadir inside another program, on arrays in memory and without files.
///
/// Here lives a Problem (this header): a case as text and data as arrays become a loss, its
/// gradient, states and trainings. docs/embedding.md shows it on one page.
///
/// It stands above all rooms of the library, which it puts together as the commands of `app` do,
/// and knows nothing of these: no command line, no results, no checkpoints.
namespace nadir {

/// The data that a problem will be given.
struct DataShape {
  struct Target {
    std::int64_t layer = -1; ///< whose states are compared with it; -1: the last
    double weight = 1.0;
  };
  std::int64_t samples = 1;
  std::vector<Target> targets{{}};
};

/// A case on arrays of the program that calls. All arrays are of this rank's box: states
/// [sample][point], points in C order; vectors of unknowns as `unknowns()` has them. All functions
/// are collective, but for those that say nothing of it and only tell numbers; errors (InputError,
/// NumericsError, ...) are the same on all ranks.
class Problem {
 public:
  /// `text` is a case (docs/case-reference.md) whose data come from memory: it has no data.target,
  /// and data.input is not read. Throws InputError with all that is wrong in it. `session` must
  /// outlive this.
  Problem(const Session& session, const std::string& text, const DataShape& shape = {});
  ~Problem();
  Problem(const Problem&) = delete;
  Problem& operator=(const Problem&) = delete;

  /// Everything it is made of, defaults filled in.
  const Case& specification() const;
  /// This rank's points of the grid: first ones and how many, slowest axis first, axes that are not
  /// in use of one point. Not collective.
  const Box& box() const;

  /// What it learns from: inputs z_0, and values of every target, NaN where nothing was observed.
  /// Copied. Once, before everything that follows.
  void set_data(std::span<const double> input, const std::vector<std::span<const double>>& targets);

  /// Trained unknowns of this rank and of all. Fields lie on the ranks of their points, trained
  /// numbers on rank 0. Not collective.
  std::int64_t unknowns() const;
  std::int64_t all_unknowns() const;
  /// Where training starts, in the units of the case.
  std::vector<double> start() const;

  /// loss(x) = misfit + penalties (theory, section 5), and its gradient.
  LossParts loss(std::span<const double> x);
  LossParts loss_and_gradient(std::span<const double> x, std::span<double> gradient);

  /// Trains from x as [training] says; x becomes the iterate of the lowest loss. `each` sees every
  /// iteration.
  TrainingResult train(std::span<double> x, const std::function<void(const Iteration&)>& each = {});

  /// The states of layer 0 .. n of all samples, from the inputs of set_data or from others.
  std::vector<double> states(std::span<const double> x, std::int64_t layer);
  std::vector<double> states(std::span<const double> x, std::int64_t layer,
                             std::span<const double> input);
  /// A parameter at x, by its name in result files: one value where it is a number, else one for
  /// each point; of a layer, where it varies by layers, and a component.
  std::vector<double> parameter(std::span<const double> x, std::string_view name,
                                std::int64_t layer = 0, std::int64_t component = 0);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

} // namespace nadir
