#include "checkpoints.hpp"
#include "planning.hpp"
#include "report.hpp"
#include "restart.hpp"

#include "nadir/base/collective.hpp"
#include "nadir/base/profile.hpp"
#include "nadir/base/stop.hpp"
#include "nadir/training/make_network.hpp"
#include "nadir/training/penalty.hpp"

#include <algorithm>

namespace nadir::app {
namespace {

/// The penalties of the coefficients as they are. Collective.
double penalty_of(const Grid& grid, const Case& c, const Coefficients& coefficients) {
  const ControlSpace space(grid, c);
  if (space.blocks().empty()) return 0.0;
  VecHandle x = space.create();
  space.from_coefficients(coefficients, x);
  Penalty penalty(grid, space, x);
  const VecRead local(x);
  BufferedSum sum;
  penalty.add(local.data(), nullptr, sum);
  return sum_over_ranks(grid.comm(), sum.take());
}

/// The network in blocks of layers, so short that wishes to stop are heard within a second or so.
class ForwardRun {
 public:
  explicit ForwardRun(const Result& result)
      : result_(result), job_(result.job), comm_(result.grid.comm()), wishes_(job_),
        stop_(comm_, [this](bool amid_work) { return wishes_(amid_work); }),
        checkpoints_(job_, wishes_), writer_(result, job_.c.output.file, job_.c.output.layers),
        scan_(result, job_.c.output.layers) {}

  Outcome run() {
    const ProfileStage stage(Stage::computing);
    writer_.add_root_scales();
    const ResultFile::Dataset states = writer_.create_states();
    const StateScan::Store store = [&](std::int64_t sample, std::int64_t position,
                                       const double* packed) {
      const std::array at{sample, position};
      writer_.file().write(states, at, result_.grid.owned(), packed);
    };
    const std::int64_t n = result_.network.layers();
    std::int64_t layer = job_.restart ? resume_forward(result_, scan_, store) : 0;
    while (layer < n) {
      const std::int64_t last = std::min(layer + block_, checkpoints_.next_due(layer, n));
      advance(layer, last, store);
      layer = last;
      const bool stop = stop_.ask() && layer < n;
      if (!stop && (layer == n || !checkpoints_.due(layer))) continue;
      const std::string path = checkpoints_.write(result_, writer_, states, scan_, layer);
      if (stop) leave(layer, path);
    }
    writer_.write_distances(scan_.distances());
    const Outcome outcome = finish_result(result_, writer_, scan_.outcome());
    checkpoints_.tidy(false);
    return outcome;
  }

 private:
  /// Blocks grow while they take less than `short_block` seconds on the slowest rank.
  void advance(std::int64_t first, std::int64_t last, const StateScan::Store& store) {
    constexpr double short_block = 0.2, long_block = 1.0;
    const double start = process_seconds();
    scan_.advance(first, last, store);
    double seconds = process_seconds() - start;
    check_mpi(MPI_Allreduce(MPI_IN_PLACE, &seconds, 1, MPI_DOUBLE, MPI_MAX, comm_));
    if (seconds < short_block && last - first == block_) block_ *= 2;
    if (seconds > long_block) block_ = std::max<std::int64_t>(1, block_ / 2);
    report(last);
  }

  void report(std::int64_t layer) {
    constexpr double pause = 30.0;
    if (process_seconds() - reported_ < pause) return;
    reported_ = process_seconds();
    job_.log.line(formatted("layer %lld of %lld after %s", static_cast<long long>(layer),
                            static_cast<long long>(result_.network.layers()),
                            duration_text(reported_).c_str()));
  }

  [[noreturn]] void leave(std::int64_t layer, const std::string& path) {
    wishes_.obeyed();
    throw StopRequest(formatted("stopped early at layer %lld of %lld (%s); everything is in %s: "
                                "run again with --restart",
                                static_cast<long long>(layer),
                                static_cast<long long>(result_.network.layers()),
                                stop_.why().c_str(), path.c_str()));
  }

  const Result& result_;
  const Job& job_;
  MPI_Comm comm_;
  StopWishes wishes_;
  Stop stop_;
  Checkpoints checkpoints_;
  ResultWriter writer_;
  StateScan scan_;
  std::int64_t block_ = 1;
  double reported_ = process_seconds();
};

} // namespace

void run_forward(const Job& job) {
  check_memory(job);
  const Grid grid(job.session.comm(), job.c.grid, job.plan.ghosts.states);
  const auto network = make_network(grid, job.c, 1, job.plan.layers);
  refuse_unused_options(job);
  Observations observations = load_observations(grid, job.c);
  Coefficients coefficients =
      start_coefficients(job, grid, observations.read, job.plan.layers.layers_per_exchange);
  refuse_other_data(job, observations.read);
  if (network->layer().reads_coefficient_ghosts()) coefficients.fill_ghosts();
  print_start(job, grid, observations.samples, 0);
  print_targets(job, grid, observations);
  mention_checkpoints(job);
  const double penalty = job.c.data.targets.empty() ? 0.0 : penalty_of(grid, job.c, coefficients);
  const Result result{job, grid, observations, *network, coefficients, penalty};
  print_outcome(job, ForwardRun(result).run());
  job.log.line(speed_line(job, network->work(), 1));
}

} // namespace nadir::app
