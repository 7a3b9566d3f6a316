#pragma once

#include "commands.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace nadir::app {

/// Notes SIGUSR1 from now on. Called first of all: it may come before there is anything to stop.
void note_early_signal();

/// Where the wish to stop a run early comes from: SIGUSR1, SIGTERM (a second one ends the process
/// at once), the file NAME.stop, run.time_limit. For Stop; one at a time.
class StopWishes {
 public:
  /// Catches SIGTERM from now on. A stop file that is there already is an old one.
  explicit StopWishes(const Job& job);
  /// From here on SIGTERM ends the process again.
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
};

} // namespace nadir::app
