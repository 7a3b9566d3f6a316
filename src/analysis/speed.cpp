#include "nadir/analysis/speed.hpp"

#include "nadir/base/check.hpp"
#include "nadir/base/log.hpp"

#include <algorithm>
#include <array>

namespace nadir {
namespace {

constexpr double bytes_each = sizeof(double);

double triad(const double* b, const double* c, std::size_t n, double* a) {
  const double start = MPI_Wtime();
  for (std::size_t i = 0; i < n; ++i) a[i] = b[i] + 3.0 * c[i];
  return MPI_Wtime() - start;
}

/// What attractors took, each on average.
std::string solves_text(MPI_Comm comm, const WorkCounters& work) {
  const WorkCounters::Solves& s = *work.solves;
  std::array all{s.forward,           s.adjoint,       s.layers,
                 s.products,          s.products_back, work.forward_seconds,
                 work.adjoint_seconds};
  check_mpi(MPI_Allreduce(MPI_IN_PLACE, all.data(), 7, MPI_DOUBLE, MPI_SUM, comm));
  const auto each = [&](std::size_t k, std::size_t of) { return all[k] / std::max(all[of], 1.0); };
  std::string text = formatted("speed: an attractor took %.1f layers and %.1f products with J, "
                               "%.3g ms",
                               each(2, 0), each(3, 0), 1e3 * each(5, 0));
  if (all[1] > 0)
    text += formatted("; its gradient %.1f products with the transpose, %.3g ms", each(4, 1),
                      1e3 * each(6, 1));
  return text;
}

/// Three digits or all before the point.
std::string rate_text(double rate) {
  return rate < 100 ? formatted("%.3g", rate) : formatted("%.0f", rate);
}

} // namespace

double stream_bandwidth(MPI_Comm comm) {
  constexpr std::size_t n = std::size_t{1} << 19;
  constexpr int rounds = 8;
  AlignedDoubles a(n, 1.0), b(n, 2.0), c(n, 0.5);
  double best = 1e30;
  for (int k = 0; k < rounds; ++k) {
    check_mpi(MPI_Barrier(comm));
    best = std::min(best, triad(b.data(), c.data(), n, a.data()));
    b.swap(a); // so that nothing may be left out
  }
  check_mpi(MPI_Allreduce(MPI_IN_PLACE, &best, 1, MPI_DOUBLE, MPI_MAX, comm));
  return 4 * bytes_each * static_cast<double>(n) / best; // two read, one read and written
}

std::string speed_text(MPI_Comm comm, const WorkCounters& work,
                       const std::optional<ByteModel>& bytes) {
  if (work.solves) return solves_text(comm, work);
  return speed_text(comm, work, bytes, stream_bandwidth(comm));
}

std::string speed_text(MPI_Comm comm, const WorkCounters& work,
                       const std::optional<ByteModel>& bytes, double bandwidth) {
  if (work.solves) return solves_text(comm, work);
  std::array slowest{work.forward_seconds, work.adjoint_seconds};
  std::array all{work.forward_points, work.adjoint_points};
  check_mpi(MPI_Allreduce(MPI_IN_PLACE, slowest.data(), 2, MPI_DOUBLE, MPI_MAX, comm));
  check_mpi(MPI_Allreduce(MPI_IN_PLACE, all.data(), 2, MPI_DOUBLE, MPI_SUM, comm));
  int ranks = 1;
  check_mpi(MPI_Comm_size(comm, &ranks));
  if (all[0] == 0 || slowest[0] <= 0) return "speed: nothing was computed";
  const double streams = ranks * bandwidth;
  const double forward = slowest[0] / all[0];
  std::string text = "speed: " + rate_text(1e-6 / forward) + " Mpoint-layers/s forward";
  if (bytes) text += formatted(", %.2f of the byte model", bytes->forward / streams / forward);
  if (all[1] > 0) {
    // Values alone went forward too: what each layer of a gradient took, by its layers computed.
    const double gradient = forward * work.repetition + slowest[1] / all[1];
    text += "; " + rate_text(1e-6 / gradient) + " with the gradient";
    if (bytes)
      text += formatted(", %.2f of it", (bytes->forward + bytes->adjoint) / streams / gradient);
  }
  if (!bytes) return text;
  return text + formatted(" (%.3g GB/s per rank)", 1e-9 * bandwidth);
}

} // namespace nadir
