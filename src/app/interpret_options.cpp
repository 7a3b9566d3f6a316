#include "interpret_options.hpp"

#include "nadir/base/error.hpp"
#include "nadir/base/log.hpp"
#include "nadir/base/text.hpp"
#include "nadir/data/stored_array.hpp"
#include "nadir/data/weight_file.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <functional>
#include <memory>

namespace nadir::app {
namespace {

std::vector<std::string> words_of(const std::string& text) {
  std::vector<std::string> words;
  std::size_t start = 0;
  while (start <= text.size()) {
    const std::size_t end = std::min(text.find(',', start), text.size());
    words.push_back(text.substr(start, end - start));
    start = end + 1;
  }
  return words;
}

template<class Value>
std::vector<Value> numbers_of(const std::string& option, const std::string& text,
                              const std::function<bool(Value)>& valid, const char* what) {
  std::vector<Value> values;
  for (const std::string& word : words_of(text)) {
    Value value{};
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
    if (error != std::errc() || end != word.data() + word.size() || !valid(value))
      throw InputError(option + ": '" + one_line(word, 40) + "' is no " + what);
    values.push_back(value);
  }
  return values;
}

/// One value for every axis, or one for all.
template<class Value>
void spread_over_axes(const std::string& option, std::size_t axes, std::vector<Value>& values) {
  if (values.size() == 1) values.resize(axes, values.front());
  if (values.size() != axes)
    throw InputError(
        formatted("%s: has %zu values for %zu axes", option.c_str(), values.size(), axes));
}

std::vector<std::uint8_t> boundaries_of(const std::string& text) {
  std::vector<std::uint8_t> periodic;
  for (const std::string& word : words_of(text)) {
    if (word != "periodic" && word != "open")
      throw InputError("--boundary: '" + one_line(word, 40) +
                       "' is none of periodic, open; ends that reflect or have values are open");
    periodic.push_back(word == "periodic");
  }
  return periodic;
}

std::unique_ptr<WeightArray> open_option(const std::string& option, const std::string& text,
                                         std::size_t axes) {
  const auto [path, name] = split_array_name(text);
  auto array = open_weights(path, name);
  if (array->shape().size() != axes)
    throw InputError(array->name() + ": " + option + " wants " + std::to_string(axes) +
                     " axes, this has the shape " + shape_text(array->shape()));
  return array;
}

std::vector<double> finite_values(const WeightArray& array) {
  auto values = array.read_all();
  if (first_not_finite(values) >= 0)
    throw InputError(array.name() + ": has values that are missing, infinite or no numbers");
  return values;
}

} // namespace

std::ptrdiff_t first_not_finite(std::span<const double> values) {
  const auto found = std::ranges::find_if(values, [](double x) { return !std::isfinite(x); });
  return found == values.end() ? -1 : found - values.begin();
}

/// The lattice of --shape, --spacing and --boundary.
Lattice lattice_of(const InterpretOptions& o, Problems& problems) {
  Lattice lattice;
  collect(problems, [&] {
    lattice.shape = numbers_of<std::int64_t>(
        "--shape", o.shape, [](std::int64_t n) { return n >= 1 && n <= 1'000'000'000; },
        "number of points");
    if (lattice.shape.size() > max_dimension)
      throw InputError("--shape: has more than three axes; give --coordinates instead");
    constexpr double most = 1e15;
    double points = 1;
    for (const std::int64_t n : lattice.shape) points *= static_cast<double>(n);
    if (points > most) throw InputError("--shape: has too many points");
  });
  const std::size_t axes = lattice.shape.size();
  collect(problems, [&] {
    lattice.spacing = numbers_of<double>(
        "--spacing", o.spacing.empty() ? "1" : o.spacing,
        [](double h) { return std::isfinite(h) && h > 0; }, "distance above 0");
    if (axes > 0) spread_over_axes("--spacing", axes, lattice.spacing);
  });
  collect(problems, [&] {
    if (o.boundary.empty())
      throw InputError("--boundary: say of each axis of --shape whether it is periodic or open");
    lattice.periodic = boundaries_of(o.boundary);
    if (axes > 0) spread_over_axes("--boundary", axes, lattice.periodic);
  });
  return lattice;
}

Neurons neurons_of(const InterpretOptions& o, Problems& problems) {
  Neurons neurons;
  if (o.coordinates.empty() && o.shape.empty()) {
    problems.emplace_back("where do the neurons sit? Add --shape and --boundary (--shape 64,64 "
                          "--boundary periodic,open), or --coordinates FILE:/dataset");
    return neurons;
  }
  if (o.coordinates.empty()) {
    neurons.lattice = lattice_of(o, problems);
    neurons.dimension = std::max(1, neurons.lattice->dimension());
    return neurons;
  }
  if (!o.shape.empty() || !o.boundary.empty() || !o.spacing.empty())
    problems.emplace_back("--coordinates: excludes --shape, --spacing and --boundary");
  collect(problems, [&] {
    const auto array = open_option("--coordinates", o.coordinates, 2);
    if (array->shape()[1] > 1000)
      throw InputError(array->name() + ": --coordinates has more than 1000 axes");
    neurons.dimension = static_cast<int>(array->shape()[1]);
    neurons.coordinates = finite_values(*array);
  });
  return neurons;
}

void read_signals(const InterpretOptions& o, std::int64_t points, InterpretationPlan& plan) {
  if (o.signals.empty()) return;
  const auto array = open_option("--signals", o.signals, 2);
  if (array->shape()[1] != points)
    throw InputError(formatted("%s: --signals have %lld points, the weights %lld",
                               array->name().c_str(), static_cast<long long>(array->shape()[1]),
                               static_cast<long long>(points)));
  plan.signals = finite_values(*array);
}

} // namespace nadir::app
