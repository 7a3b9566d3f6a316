#include "interpret.hpp"

#include "nadir/analysis/stencil_moments.hpp"
#include "nadir/base/error.hpp"
#include "nadir/data/stored_array.hpp"
#include "nadir/input/case_reader.hpp"
#include "nadir/input/file_checks.hpp"
#include "nadir/kernel/stencil_table.hpp"
#include "nadir/network/coefficients.hpp"
#include "nadir/network/schemes.hpp"
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

/// The grid of a case.
Lattice grid_lattice(const Case& c) {
  Lattice lattice{c.grid.shape, c.grid.spacing, {}};
  for (const BoundarySpec& boundary : c.grid.boundary)
    lattice.periodic.push_back(boundary.kind == BoundaryKind::periodic);
  return lattice;
}

/// /parameters/NAME of a result, layer by layer.
class StoredParameter {
 public:
  StoredParameter(const Case& c, const std::string& path, const Parameter& parameter)
      : spec_(parameter.spec), array_(MPI_COMM_SELF, {path, "/parameters/" + parameter.name}) {
    const auto expected = parameter_shape(c, spec_, parameter.components);
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
  ParameterSpec spec_;
  StoredArray array_;
  std::size_t points_ = 1;
};

double mean_relaxation(const Case& c, const StoredParameter& relaxation) {
  double sum = 0, count = 0;
  const std::int64_t layers = c.network.relaxation.varies_layer ? c.network.layers : 1;
  for (std::int64_t l = 0; l < layers; ++l) {
    for (const double value : relaxation.layer(l).values) {
      sum += value;
      count += 1;
    }
  }
  return sum / count;
}

/// How well weights and moments of a full stencil tell each other.
std::string stencil_moments_text(const Case& c) {
  const int radius = c.kernel.radius();
  const StencilMoments map(c.grid.dimension(), radius, {1, 1, 1});
  return formatted("its weights and its moments of the orders 0 to %d per axis tell each other "
                   "(condition %.1e)",
                   2 * radius, map.condition());
}

/// What is the same for results of all kernels.
void describe_result(const Case& c, const StoredParameter& relaxation, bool by_layer,
                     Subject& subject) {
  const std::int64_t n = c.network.layers, layers = by_layer ? n : 1;
  for (std::int64_t l = 0; l < layers; ++l)
    subject.matrix_names.push_back(by_layer ? "layer " + std::to_string(l) : "all layers");
  subject.text =
      c.network.attractor
          ? c.kernel.type() + " coefficients of layers that lead to an attractor"
          : formatted("%s coefficients of %lld layers, %s", c.kernel.type().c_str(),
                      static_cast<long long>(n), by_layer ? "each its own" : "the same in all");
  if (c.kernel.is("stencil")) subject.text += "; " + stencil_moments_text(c);
  subject.layers_per_matrix = n / layers;
  const Lattice lattice = grid_lattice(c);
  subject.plan.weights =
      static_cast<double>(lattice.points()) * static_cast<double>(lattice.points());
  subject.plan.neurons.dimension = lattice.dimension();
  subject.plan.neurons.lattice = lattice;
  subject.plan.units = c.grid.units;
  subject.origin = c.grid.origin;
  subject.plan.omega = mean_relaxation(c, relaxation);
  subject.plan.activation_is_identity = c.network.activation->linear;
  subject.plan.omega_is_trained = c.network.relaxation.train;
  if (c.network.scheme != SchemeKind::explicit_euler)
    subject.plan.scheme = scheme_name(c.network.scheme);
}

/// A dense kernel, as the matrices it is.
class DenseResult : public Subject {
 public:
  DenseResult(Case c, const std::string& path)
      : c_(std::move(c)), weights_(c_, path, ParameterSet(c_)["weights"]) {
    source = path;
    describe_result(c_, StoredParameter(c_, path, ParameterSet(c_).relaxation()),
                    c_.kernel["weights"].varies_layer, *this);
  }

  std::int64_t rows() const override { return plan.neurons.points(); }
  std::int64_t judged() const override { return judged_size(rows()); }
  double bytes() const override {
    constexpr double copies = 3; // as stored, by rows, and what LAPACK destroys
    return copies * 8 * static_cast<double>(rows()) * static_cast<double>(rows());
  }
  std::string problem_of(std::int64_t layer) const override {
    weights_.layer(layer);
    return {};
  }
  Interpretation interpret(std::int64_t layer, const RandomEnsemble* ensemble) const override {
    const LayerValues stored = weights_.layer(layer); // [source point][point]
    const auto n = static_cast<std::size_t>(rows());
    std::vector<double> matrix(n * n);
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j < n; ++j) matrix[i * n + j] = stored.at(j, i);
    return interpret_kernel(plan, {*plan.neurons.lattice, matrix}, ensemble);
  }

 private:
  Case c_;
  StoredParameter weights_;
};

class ResultSubject : public Subject {
 public:
  ResultSubject(Case c, const std::string& path)
      : c_(std::move(c)), table_(table_of(c_)),
        relaxation_(c_, path, ParameterSet(c_).relaxation()) {
    source = path;
    source_run_id = provenance_of(path, "run_id").value_or("");
    bool by_layer = false;
    for (const Parameter& p : ParameterSet(c_)) {
      if (!p.is_kernels()) continue;
      parameters_.push_back(p);
      coefficients_.emplace_back(c_, path, p);
      components_.push_back(static_cast<std::size_t>(p.components));
      by_space_ = by_space_ || p.spec.varies_space;
      by_layer = by_layer || p.spec.varies_layer;
    }
    describe_result(c_, relaxation_, by_layer, *this);
    taps_ = {std::vector<std::int64_t>(c_.grid.shape.size(), 2 * table_.radius + 1),
             c_.grid.spacing, std::vector<std::uint8_t>(c_.grid.shape.size(), 0)};
    own_ = taps_.points() / 2;
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
  /// That of the longest tail, where the family is part of the kernel.
  std::optional<PowerLaw> power_law(std::int64_t layer) const {
    std::optional<PowerLaw> law;
    for (std::size_t p = 0; p < parameters_.size(); ++p) {
      const std::string& name = parameters_[p].name;
      if (name != "length" && name != "exponent") continue;
      const std::vector<double> values = coefficients_[p].layer(layer).values;
      if (!law) law.emplace();
      if (name == "length")
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
      for (const StencilEntry& neighbour : table_.terms[t])
        taps[tap(neighbour)] += weights[t] * neighbour.weight;
  }

  std::size_t tap(const StencilEntry& neighbour) const {
    std::int64_t place = 0;
    for (int a = max_dimension - c_.grid.dimension(); a < max_dimension; ++a)
      place = place * (2 * table_.radius + 1) + table_.radius +
              neighbour.offset[static_cast<std::size_t>(a)];
    return static_cast<std::size_t>(place);
  }

  static StencilTable table_of(const Case& c) {
    std::array<double, max_dimension> spacing{1, 1, 1};
    std::copy_backward(c.grid.spacing.begin(), c.grid.spacing.end(), spacing.end());
    return stencil_table_of(c.kernel, c.grid.dimension(), spacing);
  }

  Case c_;
  StencilTable table_; ///< of the kernel's coefficients
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
  if (c.kernel.is_full_matrix()) return std::make_unique<DenseResult>(std::move(c), path);
  return std::make_unique<ResultSubject>(std::move(c), path);
}

} // namespace nadir::app
