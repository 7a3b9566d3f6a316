// What memory alone allows: the streams of one loss, and of one loss and gradient, without stencil
// and activation, on arrays of the same sizes and as many ranks; and STREAM's triad.
//
// nadir-twin --points N --layers N --samples B --fields NC --per-layer 0|1 --repeat K
//            --triad POINTS --output FILE.json         (points of all ranks together)

#include "support/options.hpp"
#include "support/report.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdio>
#include <exception>
#include <functional>
#include <utility>

namespace {

using peers::time_of;
using Size = std::size_t;
using Array = std::vector<double>;

/// Points of the coefficients that stay in the first-level cache while the samples pass.
constexpr Size block = 512;

template<int fields> using Streams = std::array<const double*, fields>;
template<int fields> using Sums = std::array<double*, fields>;

/// z' = z + sum_c theta_c: reads z and the fields, writes z'.
template<int fields>
void forward_block(Size n, const double* __restrict z, Streams<fields> theta,
                   double* __restrict z_next) {
  for (Size i = 0; i < n; ++i) {
    double sum = z[i];
    for (const double* field : theta) sum += field[i];
    z_next[i] = sum;
  }
}

/// lambda = lambda' + sum_c theta_c, theta_bar_c += z lambda': reads z, lambda' and the fields,
/// writes lambda, adds to the gradients.
template<int fields>
void adjoint_block(Size n, const double* __restrict z, const double* __restrict lambda_next,
                   Streams<fields> theta, double* __restrict lambda, Sums<fields> theta_bar) {
#pragma GCC ivdep
  for (Size i = 0; i < n; ++i) {
    const double l = lambda_next[i], product = z[i] * l;
    double sum = l;
    for (const double* field : theta) sum += field[i];
    for (double* field : theta_bar) field[i] += product;
    lambda[i] = sum + (fields == 0 ? product : 0.0);
  }
}

struct Sizes {
  Size points = 0, layers = 0, samples = 0; // points of this rank
  bool per_layer = false;
};

/// The arrays of a chain of layers with `fields` coefficient fields, and the passes over them.
template<int fields> class Twin {
 public:
  explicit Twin(const Sizes& sizes)
      : s_(sizes), states_((s_.layers + 1) * state(), 1e-3),
        theta_(fields * (s_.per_layer ? s_.layers : 1) * s_.points, 1e-6),
        theta_bar_(theta_.size(), 0.0), lambda_(2 * state(), 1e-3) {}

  /// Two states in turn, as where no adjoint follows.
  void loss() {
    for (Size l = 0; l < s_.layers; ++l) forward_layer(l, l % 2, (l + 1) % 2);
  }

  void loss_and_gradient() {
    for (Size l = 0; l < s_.layers; ++l) forward_layer(l, l, l + 1);
    for (Size l = s_.layers; l-- > 0;) adjoint_layer(l);
  }

 private:
  Size state() const { return s_.samples * s_.points; }

  template<class Use> void for_blocks(Use use) const {
    for (Size start = 0; start < s_.points; start += block) {
      const Size n = std::min(block, s_.points - start);
      for (Size sample = 0; sample < s_.samples; ++sample)
        use(start, n, sample * s_.points + start);
    }
  }

  template<class Pointers, class From> Pointers rows(From& array, Size layer, Size start) const {
    Pointers pointers{};
    const Size first = s_.per_layer ? layer * fields : 0;
    for (Size c = 0; c < fields; ++c) pointers[c] = array.data() + (first + c) * s_.points + start;
    return pointers;
  }

  void forward_layer(Size layer, Size from, Size to) {
    for_blocks([&](Size start, Size n, Size at) {
      forward_block<fields>(n, states_.data() + from * state() + at,
                            rows<Streams<fields>>(theta_, layer, start),
                            states_.data() + to * state() + at);
    });
  }

  void adjoint_layer(Size layer) {
    const Size from = (layer + 1) % 2 * state(), to = layer % 2 * state();
    for_blocks([&](Size start, Size n, Size at) {
      adjoint_block<fields>(n, states_.data() + layer * state() + at, lambda_.data() + from + at,
                            rows<Streams<fields>>(theta_, layer, start), lambda_.data() + to + at,
                            rows<Sums<fields>>(theta_bar_, layer, start));
    });
  }

  Sizes s_;
  Array states_, theta_, theta_bar_, lambda_;
};

template<class Pass> std::vector<double> repeated(std::int64_t repeat, Pass pass) {
  pass(); // the warm-up
  std::vector<double> seconds;
  for (std::int64_t k = 0; k < repeat; ++k) seconds.push_back(time_of(pass));
  return seconds;
}

template<int fields>
void measure_twin(const Sizes& sizes, std::int64_t repeat, peers::Report& report) {
  Twin<fields> twin(sizes);
  report.add("forward", repeated(repeat, [&] { twin.loss(); }));
  report.add("gradient", repeated(repeat, [&] { twin.loss_and_gradient(); }));
}

void measure_twin(Size fields, const Sizes& sizes, std::int64_t repeat, peers::Report& report) {
  switch (fields) {
  case 0:
    return measure_twin<0>(sizes, repeat, report);
  case 3:
    return measure_twin<3>(sizes, repeat, report);
  case 4:
    return measure_twin<4>(sizes, repeat, report);
  case 5:
    return measure_twin<5>(sizes, repeat, report);
  default:
    throw std::invalid_argument("--fields is 0, 3, 4 or 5");
  }
}

/// GB/s of a = b + 3 c on all ranks together, each array of `points`; the best of several passes.
double triad(Size points, int ranks) {
  const Size n = points / static_cast<Size>(ranks);
  Array a(n, 0.0), b(n, 1.0), c(n, 2.0);
  double* __restrict to = a.data();
  const double *first = b.data(), *second = c.data();
  const auto pass = [&] {
    for (Size i = 0; i < n; ++i) to[i] = first[i] + 3.0 * second[i];
    asm volatile("" : : "r"(to) : "memory"); // the result counts as used
  };
  const Size inner = std::max<Size>(1, 1'000'000 / std::max<Size>(n, 1)); // a short pass, repeated
  const auto seconds = repeated(5, [&] {
    for (Size k = 0; k < inner; ++k) pass();
  });
  const double bytes = 24.0 * static_cast<double>(n * inner) * ranks;
  return bytes / *std::ranges::min_element(seconds) / 1e9;
}

void run(const peers::Options& options) {
  int ranks = 1;
  MPI_Comm_size(MPI_COMM_WORLD, &ranks);
  const auto number = [&](const char* name) { return static_cast<Size>(options.number(name)); };
  const Sizes sizes{.points = number("points") / static_cast<Size>(ranks),
                    .layers = number("layers"),
                    .samples = number("samples"),
                    .per_layer = number("per-layer") != 0};
  peers::Report report;
  report.add("version", "g++ " __VERSION__);
  measure_twin(number("fields"), sizes, options.number("repeat"), report);
  report.add("triad_gb_per_s", triad(number("triad"), ranks));
  report.write(options.text("output"));
}

} // namespace

int main(int argc, char** argv) {
  MPI_Init(&argc, &argv);
  try {
    run(peers::Options(argc, argv));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "nadir-twin: %s\n", error.what());
    MPI_Abort(MPI_COMM_WORLD, 2);
  }
  return MPI_Finalize();
}
