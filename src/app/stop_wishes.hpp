#pragma once

#include "commands.hpp"

#include <signal.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace nadir::app {

/// Notes SIGUSR1 and SIGUSR2 from now on. Called first of all: they may come before there is
/// anything to stop.
void note_early_signal();

/// Where the wish to stop a run early comes from: SIGUSR1, SIGUSR2, SIGTERM, SIGINT (a second one
/// of these two ends the process at once), SIGHUP, SIGXCPU, SIGPIPE, the file NAME.stop,
/// run.time_limit. For Stop; one at a time.
class StopWishes {
 public:
  /// Catches these signals from now on, some only unless they are ignored. A stop
  /// file that is there already is an old one.
  explicit StopWishes(const Job& job);
  /// From here on signals do what they did before.
  ~StopWishes();
  StopWishes(const StopWishes&) = delete;
  StopWishes& operator=(const StopWishes&) = delete;

  /// Why to stop now; empty when there is no reason. Towards the time limit, work that has begun
  /// may use the time that is kept for the next.
  std::string operator()(bool amid_work);

  /// What must fit into the time that is left: the longest of each so far, in seconds.
  void iteration_took(double seconds);
  void checkpoint_took(double seconds);

  /// After the checkpoint: removes a stop file that was obeyed.
  void obeyed() const;

 private:
  using Clock = std::chrono::steady_clock;
  bool stop_file_appeared();

  bool rank_0_;
  std::string stop_file_;
  std::string old_file_; ///< what tells the file that was there at the start from a new one
  Clock::time_point looked_{};
  bool appeared_ = false;
  double limit_; ///< seconds of the process; infinite without one
  double iteration_ = 0, checkpoint_ = 0;
  std::vector<struct sigaction> before_; ///< what signals did before
};

} // namespace nadir::app
