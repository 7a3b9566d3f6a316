#include "nadir/base/stop.hpp"

#include "nadir/base/check.hpp"
#include "nadir/base/collective.hpp"

#include <algorithm>
#include <array>

namespace nadir {
namespace {

constexpr double often = 0.5, seldom = 2.0; ///< seconds between two looks
constexpr std::int64_t longest_interval = std::int64_t{1} << 40;

} // namespace

void Stop::decide(bool stop, bool amid_work) {
  if (!stop || agreed()) return;
  why_ = first_problem(comm_, wish_(amid_work));
  // The wish may be gone by now (a file removed): the decision stands.
  if (why_.empty()) why_ = "a request that was taken back";
}

bool Stop::ask() {
  int wished_by_any = wished();
  check_mpi(MPI_Allreduce(MPI_IN_PLACE, &wished_by_any, 1, MPI_INT, MPI_MAX, comm_));
  decide(wished_by_any != 0);
  return agreed();
}

void Stop::step() {
  if (++steps_ < interval_) return;
  const auto now = Clock::now();
  std::array<double, 2> highest{wished(true) ? 1.0 : 0.0,
                                std::chrono::duration<double>(now - looked_).count()};
  check_mpi(MPI_Allreduce(MPI_IN_PLACE, highest.data(), 2, MPI_DOUBLE, MPI_MAX, comm_));
  steps_ = 0;
  looked_ = now;
  if (highest[1] < often) interval_ = std::min(2 * interval_, longest_interval);
  if (highest[1] > seldom) interval_ = std::max<std::int64_t>(1, interval_ / 2);
  decide(highest[0] > 0, true);
  if (agreed()) throw StopRequest(why_);
}

} // namespace nadir
