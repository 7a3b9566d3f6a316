#include "nadir/grid/fourier_transform.hpp"

#include "nadir/base/error.hpp"

#include <fftw3-mpi.h>

#include <vector>

namespace nadir {
namespace {

/// FFTW's own set-up, once.
void start_fftw() {
  static const bool started = [] { return fftw_mpi_init(), true; }();
  static_cast<void>(started);
}

} // namespace

struct FourierTransform::Plans {
  struct FreeFftw {
    void operator()(fftw_complex* data) const { fftw_free(data); }
  };
  struct DestroyPlan {
    void operator()(fftw_plan plan) const { fftw_destroy_plan(plan); }
  };
  using PlanHandle = std::unique_ptr<std::remove_pointer_t<fftw_plan>, DestroyPlan>;

  std::int64_t first = 0, count = 0, frequencies = 0;
  std::unique_ptr<fftw_complex, FreeFftw> data;
  PlanHandle forward, backward;
};

FourierTransform::FourierTransform(const Grid& grid) : plans_(std::make_unique<Plans>()) {
  start_fftw();
  std::vector<std::ptrdiff_t> n; // FFTW's MPI part does not bear axes of one point
  for (const std::int64_t points : grid.shape())
    if (points > 1) n.push_back(static_cast<std::ptrdiff_t>(points));
  if (n.empty())
    make_single_point(grid);
  else
    make_plans(grid, n);
}

void FourierTransform::make_plans(const Grid& grid, const std::vector<std::ptrdiff_t>& n) {
  std::ptrdiff_t rows = 0, start = 0, other_rows = 0, other_start = 0, allocated = 0;
  std::int64_t row = 1, other_row = 1;
  // Plans are estimated, not measured, so that every run takes the same ones.
  unsigned there = FFTW_ESTIMATE, back = FFTW_ESTIMATE;
  if (n.size() == 1) {
    allocated = fftw_mpi_local_size_1d(n[0], grid.comm(), FFTW_FORWARD, there, &rows, &start,
                                       &other_rows, &other_start);
  } else {
    // Frequencies may lie as they come: that spares a transposition.
    there |= FFTW_MPI_TRANSPOSED_OUT;
    back |= FFTW_MPI_TRANSPOSED_IN;
    allocated = fftw_mpi_local_size_transposed(static_cast<int>(n.size()), n.data(), grid.comm(),
                                               &rows, &start, &other_rows, &other_start);
    for (std::size_t a = 1; a < n.size(); ++a) row *= n[a];
    other_row = row / n[1] * n[0];
  }
  plans_->first = start * row;
  plans_->count = rows * row;
  plans_->frequencies = other_rows * other_row;
  fftw_complex* data = fftw_alloc_complex(static_cast<std::size_t>(allocated));
  plans_->data.reset(data);
  const auto plan = [&](int sign, unsigned flags) {
    return Plans::PlanHandle(fftw_mpi_plan_dft(static_cast<int>(n.size()), n.data(), data, data,
                                               grid.comm(), sign, flags));
  };
  plans_->forward = plan(FFTW_FORWARD, there);
  plans_->backward = plan(FFTW_BACKWARD, back);
  // It has algorithms for all sizes, and a plan is made by all ranks or by none.
  if (!data || !plans_->forward || !plans_->backward)
    throw SystemError("FFTW finds no plan for a grid of this shape on these ranks");
}

/// Its transform is itself.
void FourierTransform::make_single_point(const Grid& grid) {
  plans_->count = plans_->frequencies = grid.rank() == 0 ? 1 : 0;
  plans_->data.reset(fftw_alloc_complex(1));
}

FourierTransform::~FourierTransform() = default;

std::int64_t FourierTransform::first() const { return plans_->first; }
std::int64_t FourierTransform::count() const { return plans_->count; }

std::complex<double>* FourierTransform::data() {
  return reinterpret_cast<std::complex<double>*>(plans_->data.get());
}
std::span<std::complex<double>> FourierTransform::frequencies() {
  return {data(), static_cast<std::size_t>(plans_->frequencies)};
}

void FourierTransform::forward() {
  if (plans_->forward) fftw_execute(plans_->forward.get());
}
void FourierTransform::backward() {
  if (plans_->backward) fftw_execute(plans_->backward.get());
}

} // namespace nadir
