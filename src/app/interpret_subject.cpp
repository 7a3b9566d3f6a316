#include "interpret.hpp"
#include "interpret_options.hpp"

#include "nadir/base/error.hpp"
#include "nadir/base/text.hpp"
#include "nadir/data/stored_array.hpp"
#include "nadir/data/weight_file.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

namespace nadir::app {
namespace {

enum class WeightLayout { matrix, stack, filters };

WeightLayout layout_of(const WeightArray& array, const std::string& wanted) {
  const auto& shape = array.shape();
  const std::string found = array.name() + ": has the shape " + shape_text(shape);
  const std::size_t axes = shape.size();
  const bool square = axes >= 2 && shape[axes - 1] == shape[axes - 2];
  if (!wanted.empty() && wanted != "matrix" && wanted != "stack" && wanted != "filters")
    throw InputError("--layout: '" + one_line(wanted, 40) + "' is none of matrix, stack, filters");
  if (wanted == "filters" || (wanted.empty() && (axes == 4 || axes == 5))) {
    if (axes < 3 || axes > 5) throw InputError(found + "; filters are [out, in, (z, (y,)) x]");
    return WeightLayout::filters;
  }
  const std::size_t expected = wanted == "stack" ? 3 : wanted == "matrix" ? 2 : axes;
  if (axes == expected && (axes == 2 || axes == 3) && square)
    return axes == 2 ? WeightLayout::matrix : WeightLayout::stack;
  if (axes == expected && axes == 3 && wanted.empty())
    throw InputError(found + ": its matrices are not square; if these are convolution filters "
                             "[out, in, x], add --layout filters");
  throw InputError(found + "; wanted is a square matrix [N, N], a stack [matrix, N, N], or filters "
                           "[out, in, (z, (y,)) x]");
}

std::string place_text(std::int64_t index, std::int64_t columns) {
  return formatted("[%lld, %lld]", static_cast<long long>(index / columns),
                   static_cast<long long>(index % columns));
}

/// Every matrix is read, interpreted and written: of more than this nobody reads the report.
void require_countable(const std::string& name, std::int64_t matrices) {
  constexpr std::int64_t most = std::int64_t{1} << 22;
  if (matrices > most)
    throw InputError(
        formatted("%s: holds %lld matrices, and at most %lld are interpreted at a time; "
                  "cut it into parts",
                  name.c_str(), static_cast<long long>(matrices), static_cast<long long>(most)));
}

/// One matrix or a stack of them.
class MatrixSubject : public Subject {
 public:
  MatrixSubject(std::unique_ptr<WeightArray> array, WeightLayout layout)
      : array_(std::move(array)), stack_(layout == WeightLayout::stack),
        n_(array_->shape().back()) {
    const std::int64_t count = stack_ ? array_->shape()[0] : 1;
    source = array_->name();
    require_countable(source, count);
    const std::string short_name = source.substr(source.find_last_of("/ ") + 1);
    for (std::int64_t m = 0; m < count; ++m)
      matrix_names.push_back(stack_ ? "matrix " + std::to_string(m) : short_name);
    plan.weights = static_cast<double>(n_) * static_cast<double>(n_);
    text =
        formatted("%lld matri%s of %lld x %lld", static_cast<long long>(count),
                  count == 1 ? "x" : "ces", static_cast<long long>(n_), static_cast<long long>(n_));
  }

  std::int64_t rows() const override { return n_; }
  std::int64_t judged() const override { return judged_size(n_); }
  double bytes() const override {
    constexpr double copies = 2; // and what LAPACK destroys
    return copies * 8 * static_cast<double>(n_) * static_cast<double>(n_);
  }

  std::string problem_of(std::int64_t matrix) const override {
    const auto bad = first_not_finite(read(matrix));
    return bad < 0 ? ""
                   : source + ": " +
                         (stack_ ? matrix_names[static_cast<std::size_t>(matrix)] + ": " : "") +
                         "the weight " + place_text(bad, n_) + " is missing, infinite or no number";
  }

  Interpretation interpret(std::int64_t matrix, const RandomEnsemble* ensemble) const override {
    const auto weights = read(matrix);
    if (!plan.neurons.lattice) return interpret_points(plan, weights, ensemble);
    return interpret_kernel(plan, {*plan.neurons.lattice, weights}, ensemble);
  }

 private:
  std::vector<double> read(std::int64_t matrix) const {
    std::vector<double> weights(static_cast<std::size_t>(n_ * n_));
    array_->read(stack_ ? matrix : 0, stack_ ? 1 : n_, weights);
    return weights;
  }

  std::unique_ptr<WeightArray> array_;
  bool stack_;
  std::int64_t n_;
};

/// Convolution filters [out, in, taps]: every pair of channels has a kernel that is the same at all
/// points. Taps are offsets, as in a correlation: the middle one is the point itself, of an even
/// number the one before the middle.
class FilterSubject : public Subject {
 public:
  explicit FilterSubject(const WeightArray& array)
      : values_(values_of(array)), out_(array.shape()[0]), in_(array.shape()[1]) {
    taps_.shape.assign(array.shape().begin() + 2, array.shape().end());
    taps_.spacing.assign(taps_.shape.size(), 1.0);
    taps_.periodic.assign(taps_.shape.size(), 0);
    for (const std::int64_t n : taps_.shape) own_ = own_ * n + (n - 1) / 2;
    for (std::int64_t o = 0; o < out_; ++o)
      for (std::int64_t i = 0; i < in_; ++i)
        matrix_names.push_back(formatted("channel %lld from %lld", static_cast<long long>(o),
                                         static_cast<long long>(i)));
    source = array.name();
    plan.weights = static_cast<double>(taps_.points());
    text =
        formatted("filters of %lld channels from %lld with %s taps", static_cast<long long>(out_),
                  static_cast<long long>(in_), shape_text(taps_.shape).c_str());
  }

  int dimension() const { return taps_.dimension(); }
  void set_spacing(const std::vector<double>& spacing) { taps_.spacing = spacing; }
  double farthest() const override { return farthest_distance(taps_, own_); }

  std::int64_t rows() const override { return 1; }
  double bytes() const override { return 8 * static_cast<double>(taps_.points()); }
  std::string problem_of(std::int64_t matrix) const override {
    const auto bad = first_not_finite(weights_of(matrix));
    return bad < 0 ? ""
                   : source + ": " + matrix_names[static_cast<std::size_t>(matrix)] +
                         ": a weight is missing, infinite or no number";
  }
  Interpretation interpret(std::int64_t matrix, const RandomEnsemble*) const override {
    return interpret_kernel(plan, {taps_, weights_of(matrix), own_}, nullptr);
  }

 private:
  static std::vector<double> values_of(const WeightArray& array) {
    require_countable(array.name(), array.shape()[0] * array.shape()[1]);
    return array.read_all();
  }
  std::span<const double> weights_of(std::int64_t matrix) const {
    const auto n = static_cast<std::size_t>(taps_.points());
    return std::span(values_).subspan(static_cast<std::size_t>(matrix) * n, n);
  }

  std::vector<double> values_;
  std::int64_t out_, in_, own_ = 0;
  Lattice taps_;
};

/// Filters are judged on a closed lattice of this many points by axis where none is given.
constexpr std::int64_t filter_points = 32;

std::unique_ptr<Subject> filters_on_lattice(const WeightArray& array, const InterpretOptions& o,
                                            Problems& problems) {
  std::unique_ptr<FilterSubject> subject;
  collect(problems, [&] { subject = std::make_unique<FilterSubject>(array); });
  if (!subject) return nullptr;
  const auto d = static_cast<std::size_t>(subject->dimension());
  if (!o.coordinates.empty())
    problems.emplace_back("--coordinates: filters sit on a lattice; give --shape or nothing");
  InterpretOptions with_shape = o;
  if (o.shape.empty()) {
    with_shape.shape = std::to_string(filter_points);
    for (std::size_t a = 1; a < d; ++a) with_shape.shape += "," + std::to_string(filter_points);
    if (o.boundary.empty()) with_shape.boundary = "periodic";
  }
  Lattice lattice = lattice_of(with_shape, problems);
  if (problems.empty() && lattice.shape.size() != d)
    problems.push_back(
        formatted("--shape: has %zu axes, the filters %zu", lattice.shape.size(), d));
  if (!problems.empty()) return nullptr;
  subject->set_spacing(lattice.spacing);
  subject->plan.neurons.dimension = subject->dimension();
  subject->plan.neurons.lattice = std::move(lattice);
  return subject;
}

void check_size(const Neurons& neurons, std::int64_t n, const std::string& name,
                Problems& problems) {
  if (n < 2) problems.push_back(name + ": a single neuron has no neighbours");
  if (!problems.empty()) return;
  if (neurons.points() != n)
    problems.push_back(formatted("%s: %lld x %lld weights do not fit %s, which make%s %lld neurons",
                                 name.c_str(), static_cast<long long>(n), static_cast<long long>(n),
                                 neurons.lattice ? "--shape" : "--coordinates",
                                 neurons.lattice ? "s" : "",
                                 static_cast<long long>(neurons.points())));
}

std::unique_ptr<Subject> open_foreign(const Arguments& arguments, Problems& problems) {
  const InterpretOptions& o = arguments.interpret;
  std::unique_ptr<WeightArray> array;
  WeightLayout layout = WeightLayout::matrix;
  collect(problems, [&] {
    array = open_weights(arguments.case_file, o.dataset);
    layout = layout_of(*array, o.layout);
  });
  if (!array && o.shape.empty() && o.coordinates.empty()) return nullptr; // first a file to read
  const bool filters = array && layout == WeightLayout::filters;
  if (filters) return filters_on_lattice(*array, o, problems);
  const Neurons neurons = neurons_of(o, problems);
  if (array && problems.empty())
    check_size(neurons, array->shape().back(), array->name(), problems);
  if (!problems.empty()) return nullptr;
  std::unique_ptr<MatrixSubject> subject;
  collect(problems, [&] { subject = std::make_unique<MatrixSubject>(std::move(array), layout); });
  if (subject) subject->plan.neurons = neurons;
  return subject;
}

void check_order(const InterpretOptions& o, int dimension, Problems& problems) {
  constexpr int highest = 12;
  constexpr double most = 5000;
  if (o.order < 0 || o.order > highest) {
    problems.push_back(formatted("--order: must be between 0 and %d, is %d", highest, o.order));
  } else if (count_moment_indices(dimension, o.order) > most) {
    problems.push_back(
        formatted("--order: %d makes %.0f moments in %d dimensions; take a lower one", o.order,
                  count_moment_indices(dimension, o.order), dimension));
  }
}

/// Moments are sums of distances to the power of their order, and nothing of them is left beyond
/// the range of numbers.
void check_distances(const Subject& subject) {
  const double power = std::max<double>(2, static_cast<double>(subject.plan.order));
  const double farthest = subject.farthest();
  const auto& lattice = subject.plan.neurons.lattice;
  const double nearest = lattice ? std::ranges::min(lattice->spacing) : 1;
  constexpr double least = 1e-290, most = 1e290; // sums of many stay in range
  const bool too_far = !(std::pow(farthest, power) < most);
  if (!too_far && std::pow(nearest, power) > least) return;
  const double distance = !lattice  ? farthest
                          : too_far ? std::ranges::max(lattice->spacing)
                                    : nearest;
  throw InputError(formatted("%s: distances such as %g, to the power %g in the moments, are beyond "
                             "the range of numbers; give the %s in other units",
                             subject.source.c_str(), distance, power,
                             lattice ? "--spacing" : "--coordinates"));
}

} // namespace

double Subject::farthest() const {
  const Neurons& neurons = plan.neurons;
  if (neurons.lattice) return farthest_distance(*neurons.lattice);
  return farthest_distance(neurons.coordinates, neurons.dimension);
}

std::unique_ptr<Subject> open_subject(const Arguments& arguments) {
  const InterpretOptions& o = arguments.interpret;
  Problems problems;
  if (!std::isfinite(o.relaxation) || o.relaxation == 0)
    problems.push_back(formatted("--relaxation: must be finite and not 0, is %g", o.relaxation));
  std::unique_ptr<Subject> subject;
  const std::size_t before = problems.size();
  collect(problems, [&] {
    if (o.dataset.empty()) subject = open_result(arguments.case_file, o);
  });
  const bool refused = problems.size() > before; // a result of ours that cannot be read
  const bool ours = subject != nullptr;
  if (!ours && !refused) subject = open_foreign(arguments, problems);
  check_order(o, subject ? subject->plan.neurons.dimension : 1, problems);
  if (subject)
    collect(problems, [&] { read_signals(o, subject->plan.neurons.points(), subject->plan); });
  if (!problems.empty()) throw InputError(problems);
  subject->plan.order = o.order;
  if (!ours) {
    subject->plan.omega = o.relaxation;
    subject->plan.units = o.units;
    subject->origin.assign(static_cast<std::size_t>(subject->plan.neurons.dimension), 0.0);
  }
  check_distances(*subject);
  subject->plan.complete(subject->farthest());
  return subject;
}

} // namespace nadir::app
