#include "stop_wishes.hpp"

#include "nadir/output/place_file.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <limits>

namespace nadir::app {
namespace {

constexpr double slack = 1.2;        ///< the next iteration may take longer than the longest
constexpr double least_margin = 2.0; ///< seconds to end in, whatever a checkpoint takes
constexpr auto file_pause = std::chrono::milliseconds(500);

volatile std::sig_atomic_t caught = 0;

extern "C" void catch_signal(int signal) {
  if (signal == SIGTERM && caught == SIGTERM) {
    std::signal(SIGTERM, SIG_DFL);
    std::raise(SIGTERM);
  }
  caught = signal;
}

void handle(int signal, void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART; // no read or write is to fail over it
  sigaction(signal, &action, nullptr);
}

/// Tells one file from the next of the same name, by no clock but its own.
std::string identity(const std::string& path) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) return {};
  return formatted("%lld %lld %lld", static_cast<long long>(status.st_ino),
                   static_cast<long long>(status.st_mtim.tv_sec),
                   static_cast<long long>(status.st_mtim.tv_nsec));
}

} // namespace

void note_early_signal() { handle(SIGUSR1, catch_signal); }

StopWishes::StopWishes(const Job& job)
    : rank_0_(job.session.rank() == 0), stop_file_(output_stem(job.c.output.file) + ".stop"),
      limit_(job.c.run.time_limit.value_or(std::numeric_limits<double>::infinity())) {
  note_early_signal();
  handle(SIGTERM, catch_signal);
  if (!rank_0_) return;
  old_file_ = identity(stop_file_);
  if (!old_file_.empty())
    job.log.warning(stop_file_ + " is older than this run and ignored; remove it");
}

StopWishes::~StopWishes() { handle(SIGTERM, SIG_DFL); }

std::string StopWishes::operator()(bool amid_work) {
  if (caught == SIGUSR1) return "SIGUSR1";
  if (caught == SIGTERM) return "SIGTERM";
  if (!rank_0_) return {};
  const double next = amid_work ? 0.0 : slack * iteration_;
  const double margin = std::max(least_margin, 2 * checkpoint_);
  if (process_seconds() + next + margin > limit_) return "run.time_limit";
  return stop_file_appeared() ? stop_file_ : std::string();
}

bool StopWishes::stop_file_appeared() {
  const auto now = Clock::now();
  if (appeared_ || now - looked_ < file_pause) return appeared_;
  looked_ = now;
  const std::string found = identity(stop_file_);
  appeared_ = !found.empty() && found != old_file_;
  return appeared_;
}

void StopWishes::iteration_took(double seconds) { iteration_ = std::max(iteration_, seconds); }
void StopWishes::checkpoint_took(double seconds) { checkpoint_ = std::max(checkpoint_, seconds); }

void StopWishes::obeyed() const {
  if (rank_0_ && appeared_) unlink(stop_file_.c_str());
}

} // namespace nadir::app
