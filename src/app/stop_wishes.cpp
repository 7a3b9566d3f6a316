#include "stop_wishes.hpp"

#include "nadir/output/place_file.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <limits>
#include <string_view>

namespace nadir::app {
namespace {

constexpr double slack = 1.2;        ///< the next iteration may take longer than the longest
constexpr double least_margin = 2.0; ///< seconds to end in, whatever a checkpoint takes
constexpr auto file_pause = std::chrono::milliseconds(500);

volatile std::sig_atomic_t caught = 0;                      ///< the first wish
volatile std::sig_atomic_t interrupted = 0, terminated = 0; ///< whether SIGINT, SIGTERM came
volatile std::sig_atomic_t speaks = 0;                      ///< this is rank 0

/// A signal that is a wish to stop early.
struct Wish {
  int signal;
  const char* words;
  /// One that is ignored when the program starts (nohup, a job in the background) stays so.
  bool may_be_ignored;
};
constexpr std::array wishes{
    Wish{SIGTERM, "SIGTERM", false},
    Wish{SIGINT, "SIGINT, Ctrl-C", true},
    Wish{SIGHUP, "SIGHUP: the terminal or its connection is gone", true},
    Wish{SIGXCPU, "SIGXCPU: the limit of CPU time is reached", true},
    Wish{SIGPIPE, "SIGPIPE: nobody reads any more what the run prints", true},
    Wish{SIGUSR1, "SIGUSR1", false},
    Wish{SIGUSR2, "SIGUSR2", false},
};

void end_by(int signal) {
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

/// Who says it twice wants the end now; the other signals may well come twice by themselves.
extern "C" void catch_signal(int signal) {
  if ((signal == SIGINT && interrupted) || (signal == SIGTERM && terminated)) end_by(signal);
  if (signal == SIGTERM) terminated = 1;
  if (signal == SIGINT) {
    interrupted = 1;
    constexpr std::string_view text =
        "\nnadir: stopping with a checkpoint; Ctrl-C once more ends at once, without one\n";
    if (speaks && write(STDERR_FILENO, text.data(), text.size()) < 0) speaks = 0;
  }
  if (caught == 0) caught = signal;
}

void handle(int signal) {
  struct sigaction action {};
  action.sa_handler = catch_signal;
  action.sa_flags = SA_RESTART; // no read or write is to fail over it
  sigaction(signal, &action, nullptr);
}

bool is_ignored(int signal) {
  struct sigaction action {};
  return sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
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

void note_early_signal() {
  handle(SIGUSR1);
  handle(SIGUSR2);
}

StopWishes::StopWishes(const Job& job)
    : rank_0_(job.session.rank() == 0), stop_file_(output_stem(job.c.output.file) + ".stop"),
      limit_(job.c.run.time_limit.value_or(std::numeric_limits<double>::infinity())) {
  speaks = rank_0_;
  for (const Wish& wish : wishes) {
    struct sigaction before {};
    sigaction(wish.signal, nullptr, &before);
    before_.push_back(before);
    if (!wish.may_be_ignored || !is_ignored(wish.signal)) handle(wish.signal);
  }
  if (!rank_0_) return;
  old_file_ = identity(stop_file_);
  if (!old_file_.empty())
    job.log.warning(stop_file_ + " is older than this run and ignored; remove it");
}

StopWishes::~StopWishes() {
  for (std::size_t i = 0; i < wishes.size(); ++i) sigaction(wishes[i].signal, &before_[i], nullptr);
}

std::string StopWishes::operator()(bool amid_work) {
  for (const Wish& wish : wishes)
    if (caught == wish.signal) return wish.words;
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
