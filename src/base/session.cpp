#include "nadir/base/session.hpp"

#include "mpi_io.hpp"
#include "petsc_words.hpp"

#include "nadir/base/check.hpp"
#include "nadir/base/collective.hpp"
#include "nadir/base/error.hpp"
#include "nadir/base/hdf5.hpp"

#include <petscsys.h>
#include <slepcsys.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <thread>

namespace nadir {
namespace {

using namespace std::chrono_literals;
constexpr auto patience = 10s; ///< for ranks that are still on their way to agree()

/// PETSc wants argc and argv; it keeps pointers to them until it ends.
struct Arguments {
  std::vector<std::string> words;
  std::vector<char*> pointers;
  int count = 0;
  char** list = nullptr;
};

Arguments& petsc_arguments() {
  static Arguments arguments;
  return arguments;
}

/// Of PETSc's start; its error handler is there already.
void start_petsc_with(const std::vector<std::string>& words) {
  auto& a = petsc_arguments();
  // Signals belong to the batch system, and what is ignored (nohup) is to stay so.
  a.words = {"nadir", "-no_signal_handler", "true"};
  a.words.insert(a.words.end(), words.begin(), words.end());
  a.pointers.clear();
  for (auto& word : a.words) a.pointers.push_back(word.data());
  a.pointers.push_back(nullptr);
  a.count = static_cast<int>(a.words.size());
  a.list = a.pointers.data();
  check_petsc(PetscInitialize(&a.count, &a.list, nullptr, nullptr));
}

std::vector<std::string> unused_options() {
  PetscInt count = 0;
  char** names = nullptr;
  char** values = nullptr;
  check_petsc(PetscOptionsLeftGet(nullptr, &count, &names, &values));
  std::vector<std::string> result;
  for (PetscInt i = 0; i < count; ++i) result.emplace_back("-") += names[i];
  check_petsc(PetscOptionsLeftRestore(nullptr, &count, &names, &values));
  return result;
}

/// PETSc takes `--name` for `-name`.
std::string single_dash(const std::string& word) {
  return word.starts_with("--") ? word.substr(1) : word;
}

/// Set before main.
const auto process_start = std::chrono::steady_clock::now();

} // namespace

double process_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - process_start).count();
}

void query_options(const std::vector<std::string>& names) {
  for (const auto& name : names) {
    PetscBool given = PETSC_FALSE;
    check_petsc(PetscOptionsHasName(nullptr, nullptr, name.c_str(), &given));
  }
}

/// Collective: what one rank finds in its environment, all refuse.
void Session::check_surroundings() const {
  check_mpi_io(comm_);
  together<InputError>(comm_, "", [&] {
    const auto problems = wrong_petsc_words(words_, rank_ == 0);
    if (!problems.empty()) throw InputError(problems);
  });
}

Session::Session(const std::vector<std::string>& petsc_words)
    : Session(MPI_COMM_WORLD, petsc_words) {}

Session::Session(MPI_Comm comm, const std::vector<std::string>& petsc_words) : words_(petsc_words) {
  // A file beyond the size limit is to be an error of the write, not the end of the process.
  file_size_signal_ = std::signal(SIGXFSZ, SIG_IGN);
  prepare_mpi_io();
  hdf5::start();
  try {
    start_mpi();
    take_ranks(comm);
    check_surroundings();
    start_petsc();
    start_slepc();
  } catch (...) {
    end();
    throw;
  }
}

void Session::start_mpi() {
  int runs = 0, ended = 0;
  MPI_Initialized(&runs);
  MPI_Finalized(&ended);
  if (ended) throw SystemError("MPI has ended in this process, and cannot start again");
  if (runs) return;
  int given = MPI_THREAD_SINGLE;
  check_mpi(MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &given));
  began_mpi_ = true;
  check_mpi(MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN));
}

void Session::take_ranks(MPI_Comm comm) {
  for (MPI_Comm* own : {&comm_, &last_}) {
    check_mpi(MPI_Comm_dup(comm, own));
    check_mpi(MPI_Comm_set_errhandler(*own, MPI_ERRORS_RETURN));
  }
  check_mpi(MPI_Comm_rank(comm_, &rank_));
  check_mpi(MPI_Comm_size(comm_, &ranks_));
}

void Session::start_petsc() {
  PetscBool runs = PETSC_FALSE;
  PetscInitialized(&runs);
  // Before all else: PETSc would print its own error of several lines.
  install_petsc_error_handler();
  handles_errors_ = true;
  if (runs) {
    for (std::size_t i = 0; i < words_.size(); ++i) {
      if (!is_option(words_[i])) continue;
      const bool has_value = i + 1 < words_.size() && !is_option(words_[i + 1]);
      lent_.push_back(single_dash(words_[i]));
      check_petsc(PetscOptionsSetValue(nullptr, lent_.back().c_str(),
                                       has_value ? words_[i + 1].c_str() : nullptr));
    }
    return;
  }
  PETSC_COMM_WORLD = comm_;
  start_petsc_with(words_);
  began_petsc_ = true;
  query_options({"-options_left", "-options_view"}); // PetscFinalize reads them
  // The program names unused options itself.
  if (std::ranges::find(words_, "-options_left") == words_.end())
    check_petsc(PetscOptionsSetValue(nullptr, "-options_left", "no"));
}

void Session::start_slepc() {
  PetscBool runs = PETSC_FALSE;
  SlepcInitialized(&runs);
  if (runs) return;
  check_petsc(SlepcInitializeNoArguments());
  began_slepc_ = true;
}

void Session::end() {
  if (began_slepc_) SlepcFinalize();
  if (began_petsc_ && PetscFinalize() != 0 && rank_ == 0)
    std::fprintf(stderr, "warning: PETSc: %s\n", take_petsc_message().c_str());
  if (PETSC_COMM_WORLD == comm_) PETSC_COMM_WORLD = MPI_COMM_NULL;
  for (const std::string& option : lent_) PetscOptionsClearValue(nullptr, option.c_str());
  if (handles_errors_) PetscPopErrorHandler();
  for (MPI_Comm* own : {&last_, &comm_})
    if (*own != MPI_COMM_NULL) MPI_Comm_free(own);
  std::signal(SIGXFSZ, file_size_signal_);
}

Session::~Session() {
  end();
  if (began_mpi_) MPI_Finalize();
}

std::vector<std::string> Session::unused_petsc_words() const {
  const auto left = unused_options();
  std::vector<std::string> result;
  bool value_allowed = false; // a word without dash is the value of the option before it
  for (const auto& word : words_) {
    const bool option = is_option(word);
    if (option && std::ranges::find(left, single_dash(word)) != left.end()) result.push_back(word);
    if (!option && !value_allowed) result.push_back(word);
    value_allowed = option;
  }
  return result;
}

std::vector<std::string> Session::unused_petsc_environment() const {
  std::vector<std::string> result;
  for (const auto& option : unused_options()) {
    const auto same = [&](const std::string& word) { return single_dash(word) == option; };
    if (std::ranges::none_of(words_, same) && option != "-options_left") result.push_back(option);
  }
  return result;
}

ExitCode Session::agree(ExitCode code, const std::string& message) const {
  const int mine = static_cast<int>(code);
  const auto give_up = [&] {
    std::fprintf(stderr, "%s\n(rank %d of %d; the other ranks were stopped)\n", message.c_str(),
                 rank_, ranks_);
    MPI_Abort(last_, mine);
  };
  std::array<int, 2> highest{mine, mine == 0 ? -ranks_ : -rank_}; // code, first failing rank
  MPI_Request request = MPI_REQUEST_NULL;
  const int started =
      MPI_Iallreduce(MPI_IN_PLACE, highest.data(), 2, MPI_INT, MPI_MAX, last_, &request);
  if (started != MPI_SUCCESS) give_up();
  const auto limit = std::chrono::steady_clock::now() + patience;
  for (int met = 0; !met;) {
    if (MPI_Test(&request, &met, MPI_STATUS_IGNORE) != MPI_SUCCESS) give_up();
    // A rank that is well may have to wait for others' last writes; only a failing one gives up.
    if (!met && mine != 0 && std::chrono::steady_clock::now() > limit) give_up();
    if (!met) std::this_thread::sleep_for(1ms);
  }
  if (mine != 0 && highest[1] == -rank_) std::fprintf(stderr, "%s\n", message.c_str());
  return static_cast<ExitCode>(highest[0]);
}

} // namespace nadir
