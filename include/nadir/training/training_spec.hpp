#pragma once

#include "nadir/attractor/attractor_spec.hpp"
#include "nadir/data/field_spec.hpp"
#include "nadir/network/network_spec.hpp"
#include "nadir/plan/run_spec.hpp"
#include "nadir/schema/diagnostics.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace nadir {

struct TargetSpec {
  FieldSpec field;
  std::int64_t layer = -1; ///< 0..n; resolved: never negative
  double weight = 1.0;
  std::optional<WithholdSpec> withhold;
  bool operator==(const TargetSpec&) const = default;
};

struct DataSpec {
  FieldSpec input;
  std::vector<TargetSpec> targets; ///< in the order of the file; may be empty for `forward`
  std::string units = "1";
  bool operator==(const DataSpec&) const = default;
};

enum class Reduction { sum, mean };

struct LossSpec {
  Reduction reduction = Reduction::sum;
  bool operator==(const LossSpec&) const = default;
};

/// Where quasi-Newton methods begin: from a model of the curvature, or a multiple of the identity.
enum class HessianStart { model, identity };

/// Of all optimisers' options.
std::map<std::string, double> optimizer_defaults();

struct TrainingSpec {
  std::string strategy = "end-to-end";
  std::string optimizer = "bqnls";
  std::int64_t iterations = 200;
  double gradient_tolerance = 1e-6; ///< relative to the first gradient
  HessianStart initial_hessian = HessianStart::model;
  bool perturb = true; ///< layers that would stay equal
  /// Numbers that some optimisers read, by their keys.
  std::map<std::string, double> options = optimizer_defaults();
  double option(std::string_view key) const { return options.at(std::string(key)); }
  bool operator==(const TrainingSpec&) const = default;
};

/// What is learned from what: a network and the data it is compared with.
struct ProblemSpec : ModelSpec {
  DataSpec data;
  LossSpec loss;
  TrainingSpec training;
  AttractorSpec attractor;
  RunSpec run;
  KeyPositions positions; ///< for messages
};

/// The path of target k as the user wrote it: "data.target" or "data.target.k".
std::string target_path(const ProblemSpec& c, std::size_t k);

} // namespace nadir
