#include "interpret.hpp"

#include "nadir/base/error.hpp"
#include "nadir/input/case_reader.hpp"
#include "nadir/input/file_checks.hpp"
#include "nadir/input/stored_array.hpp"
#include "nadir/kernel/differences.hpp"
#include "nadir/network/coefficients.hpp"
#include "nadir/output/result_file.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <span>

/// Results of nadir as something to interpret: the coefficients of every layer become the stencils
/// that its kernel applies, by the family's table of differences.
namespace nadir::app {
namespace {

/// A parameter of one layer: [component][point], or [component] when it is the same everywhere.
struct LayerValues {
  std::vector<double> values;
  std::size_t points = 1;
  double at(std::size_t component, std::size_t point) const {
    return values[component * points + (points > 1 ? point : 0)];
  }
};

/// /parameters/NAME of a result, layer by layer.
class StoredParameter {
 public:
  StoredParameter(const Case& c, const std::string& path, Parameter parameter)
      : spec_(case_of(c, parameter)),
        array_(MPI_COMM_SELF, {path, "/parameters/" + std::string(name_of(parameter))}) {
    const auto expected = parameter_shape(c, spec_, components_of(c, parameter));
    if (array_.shape() != expected)
      throw InputError(array_.name() + ": has the shape " + shape_text(array_.shape()) + ", not " +
                       shape_text(expected) + " as its case says");
    if (spec_.varies_space)
      for (const std::int64_t n : c.grid.shape) points_ *= static_cast<std::size_t>(n);
  }

  LayerValues layer(std::int64_t l) const {
    hdf5::Slab slab;
    for (const std::int64_t n : array_.shape()) {
      slab.start.push_back(0);
      slab.count.push_back(static_cast<hsize_t>(n));
    }
    if (spec_.varies_layer) {
      slab.start[0] = static_cast<hsize_t>(l);
      slab.count[0] = 1;
    }
    LayerValues result{std::vector<double>(slab.elements()), points_};
    array_.read(slab, result.values);
    for (const double value : result.values)
      if (!std::isfinite(value))
        throw InputError(array_.name() + ": has values that are not finite");
    return result;
  }

 private:
  const ParameterCase& spec_;
  StoredArray array_;
  std::size_t points_ = 1;
};

class ResultSubject : public Subject {
 public:
  ResultSubject(Case c, const std::string& path)
      : c_(std::move(c)), table_(table_of(c_)), relaxation_(c_, path, Parameter::relaxation) {
    source = path;
    bool by_layer = false;
    for (const auto p : all_parameters) {
      if (p == Parameter::bias || p == Parameter::relaxation || components_of(c_, p) == 0) continue;
      parameters_.push_back(p);
      coefficients_.emplace_back(c_, path, p);
      components_.push_back(static_cast<std::size_t>(components_of(c_, p)));
      by_space_ = by_space_ || case_of(c_, p).varies_space;
      by_layer = by_layer || case_of(c_, p).varies_layer;
    }
    const std::int64_t layers = by_layer ? c_.network.layers : 1;
    for (std::int64_t l = 0; l < layers; ++l)
      matrix_names.push_back(layers > 1 ? "layer " + std::to_string(l) : "all layers");
    text = formatted("%s coefficients of %lld layers, %s", c_.kernel.type.c_str(),
                     static_cast<long long>(c_.network.layers),
                     layers > 1 ? "each its own" : "the same in all");
    layers_per_matrix = c_.network.layers / layers;
    set_plan();
  }

  double farthest() const override { return farthest_distance(taps_, own_); }
  std::int64_t rows() const override { return by_space_ ? plan.neurons.points() : 1; }
  double bytes() const override {
    return 8 * static_cast<double>(rows()) * static_cast<double>(taps_.points());
  }
  std::string problem_of(std::int64_t layer) const override {
    for (const StoredParameter& parameter : coefficients_) parameter.layer(layer);
    return {};
  }
  Interpretation interpret(std::int64_t layer, const RandomEnsemble*) const override {
    const std::vector<double> weights = stencils_of(layer);
    return interpret_kernel(plan, {taps_, weights, own_}, nullptr, power_law(layer));
  }

 private:
  void set_plan() {
    Lattice lattice{c_.grid.shape, c_.grid.spacing, {}};
    for (const BoundaryCase& boundary : c_.grid.boundary)
      lattice.periodic.push_back(boundary.kind == BoundaryKind::periodic);
    taps_ = {std::vector<std::int64_t>(lattice.shape.size(), 2 * table_.radius + 1),
             lattice.spacing, std::vector<std::uint8_t>(lattice.shape.size(), 0)};
    own_ = taps_.points() / 2;
    plan.weights = static_cast<double>(lattice.points()) * static_cast<double>(lattice.points());
    plan.neurons.dimension = lattice.dimension();
    plan.neurons.lattice = std::move(lattice);
    plan.units = c_.grid.units;
    origin = c_.grid.origin;
    plan.omega = mean_relaxation();
    plan.activation_is_identity = c_.network.activation == ActivationKind::identity;
    plan.omega_is_trained = c_.network.relaxation.train;
  }

  double mean_relaxation() const {
    double sum = 0, count = 0;
    const std::int64_t layers = c_.network.relaxation.varies_layer ? c_.network.layers : 1;
    for (std::int64_t l = 0; l < layers; ++l) {
      for (const double value : relaxation_.layer(l).values) {
        sum += value;
        count += 1;
      }
    }
    return sum / count;
  }

  /// That of the longest tail, where the family is part of the kernel.
  std::optional<PowerLaw> power_law(std::int64_t layer) const {
    std::optional<PowerLaw> law;
    for (std::size_t p = 0; p < parameters_.size(); ++p) {
      const auto parameter = parameters_[p];
      if (parameter != Parameter::length && parameter != Parameter::exponent) continue;
      const std::vector<double> values = coefficients_[p].layer(layer).values;
      if (!law) law.emplace();
      if (parameter == Parameter::length)
        law->length = std::ranges::max(values);
      else
        law->exponent = std::ranges::min(values);
    }
    return law;
  }

  /// What the kernel applies at every point, [row][taps].
  std::vector<double> stencils_of(std::int64_t layer) const {
    const auto width = static_cast<std::size_t>(taps_.points());
    std::vector<double> weights(static_cast<std::size_t>(rows()) * width, 0.0);
    std::vector<LayerValues> values;
    for (const StoredParameter& parameter : coefficients_) values.push_back(parameter.layer(layer));
    for (std::size_t point = 0; point * width < weights.size(); ++point) {
      std::vector<double> theta;
      for (std::size_t p = 0; p < values.size(); ++p)
        for (std::size_t k = 0; k < components_[p]; ++k) theta.push_back(values[p].at(k, point));
      add_stencil(theta, std::span(weights).subspan(point * width, width));
    }
    return weights;
  }

  /// That of one point.
  void add_stencil(const std::vector<double>& theta, std::span<double> taps) const {
    if (table_.identity) taps[static_cast<std::size_t>(own_)] += 1.0;
    const std::vector<double> weights = table_.weights_of(theta);
    for (std::size_t t = 0; t < weights.size(); ++t)
      for (const Neighbour& neighbour : table_.terms[t])
        taps[tap(neighbour)] += weights[t] * neighbour.weight;
  }

  std::size_t tap(const Neighbour& neighbour) const {
    std::int64_t place = 0;
    for (int a = max_dimension - c_.grid.dimension(); a < max_dimension; ++a)
      place = place * (2 * table_.radius + 1) + table_.radius +
              neighbour.offset[static_cast<std::size_t>(a)];
    return static_cast<std::size_t>(place);
  }

  static Differences table_of(const Case& c) {
    std::array<double, max_dimension> spacing{1, 1, 1};
    std::copy_backward(c.grid.spacing.begin(), c.grid.spacing.end(), spacing.end());
    return differences_of(c.kernel, c.grid.dimension(), spacing);
  }

  Case c_;
  Differences table_; ///< of the kernel's coefficients
  std::vector<Parameter> parameters_;
  std::vector<StoredParameter> coefficients_; ///< of those, in the order of the table
  std::vector<std::size_t> components_;       ///< of each
  StoredParameter relaxation_;
  bool by_space_ = false;
  Lattice taps_;
  std::int64_t own_ = 0;
};

} // namespace

std::unique_ptr<Subject> open_result(const std::string& path, const InterpretOptions& options) {
  if (!unreadable_file(path).empty()) return nullptr;
  const auto resolved = provenance_of(path, ResultFile::resolved_case);
  const auto command = provenance_of(path, ResultFile::command);
  if (!resolved) return nullptr;
  if (command == "interpret")
    throw InputError(path + ": is an interpretation already; tools/report draws it");
  Diagnostics diagnostics;
  Case c = parse_case(*resolved, path, {}, diagnostics);
  if (!diagnostics.empty())
    throw InputError(path + ": the case in it is not understood by this version of nadir");
  if (c.network.basis != Basis::delta)
    throw InputError(path + ": has layers in Galerkin form, whose R, U and D act on functions and "
                            "not on points: there is no stencil to interpret");
  if (!options.shape.empty() || !options.coordinates.empty() || !options.boundary.empty() ||
      !options.spacing.empty() || !options.layout.empty())
    throw InputError(path + ": is a result of nadir and knows its grid; leave --shape, --spacing, "
                            "--boundary, --coordinates and --layout out, or name a --dataset");
  return std::make_unique<ResultSubject>(std::move(c), path);
}

} // namespace nadir::app
