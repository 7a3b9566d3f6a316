#pragma once

#include "nadir/base/error.hpp"

#include <mpi.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>

namespace nadir {

/// Thrown on all ranks where work was left because they had agreed to stop.
class StopRequest : public Error {
 public:
  explicit StopRequest(const std::string& why) : Error(ExitCode::stopped, why) {}
};

/// The one decision of all ranks to stop early. Any rank may wish it (a signal, a clock, a file);
/// it is made in a collective call that everybody comes to, and is never taken back.
class Stop {
 public:
  /// Why this rank wishes to stop now, amid long work or before the next begins; empty when it does
  /// not. Called often: cheap, not collective.
  using Wish = std::function<std::string(bool amid_work)>;

  Stop(MPI_Comm comm, Wish wish) : comm_(comm), wish_(std::move(wish)) {}

  /// This rank's part of a decision that is made within another reduction.
  bool wished(bool amid_work = false) const { return !wish_(amid_work).empty(); }
  /// The decision, the same on all ranks. Collective where it is to stop for the first time.
  void decide(bool stop, bool amid_work = false);
  /// Decides now. Collective.
  bool ask();
  /// For long work in many small steps: decides about once a second. Collective, called at the same
  /// steps on all ranks. Throws StopRequest on all of them when they agree to stop.
  void step();

  bool agreed() const { return !why_.empty(); }
  const std::string& why() const { return why_; }

 private:
  using Clock = std::chrono::steady_clock; // a clock that is set back does not matter

  MPI_Comm comm_;
  Wish wish_;
  std::string why_;
  std::int64_t interval_ = 1, steps_ = 0; ///< steps between two looks, and since the last one
  Clock::time_point looked_ = Clock::now();
};

} // namespace nadir
