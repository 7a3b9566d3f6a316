#pragma once

#include "nadir/base/error.hpp"

#include <mpi.h>

#include <string>
#include <vector>

/// The room `base`: what every other room stands on, and what is outside nadir made safe.
///
/// Here live the session of MPI, PETSc and SLEPc (this header), errors and what all ranks do
/// together about them (error.hpp, collective.hpp), checked return codes (check.hpp), handles that
/// close themselves (handle.hpp, hdf5.hpp), sums that do not depend on their order
/// (reproducible_sum.hpp), aligned memory, boxes of points, text, log lines and timers. Everything
/// that needs PETSc's private headers is in src/base/petsc, with its reasons.
///
/// The room knows nothing of grids, layers, cases or files of nadir: nothing that stands above it.
namespace nadir {

/// Asks for options that PETSc reads only later, so that giving them does not count as a mistake.
void query_options(const std::vector<std::string>& names);

/// Seconds since the process started to work, by a clock that nobody sets.
double process_seconds();

/// MPI, PETSc and SLEPc while nadir works: made before all else of nadir, destroyed after it. What
/// runs already, of a program that nadir is part of, goes on running afterwards.
class Session {
 public:
  /// On all ranks. Starts what does not run yet, hands `petsc_words` (what stood after `--`) to
  /// PETSc's options, and turns errors of MPI and PETSc into codes that check_mpi and check_petsc
  /// throw. Throws InputError for what these would not survive in words and environment; MPI then
  /// runs on, so that the caller can tell. Collective.
  explicit Session(const std::vector<std::string>& petsc_words = {});
  /// On the ranks of `comm`, where the program has started MPI, and perhaps PETSc and SLEPc. Works
  /// on duplicates of `comm`, which stays the caller's. A PETSc that is started here has them as
  /// its PETSC_COMM_WORLD; one that runs already is given `petsc_words` until the end of the
  /// session. Collective over `comm`.
  explicit Session(MPI_Comm comm, const std::vector<std::string>& petsc_words = {});
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  MPI_Comm comm() const { return comm_; }
  int rank() const { return rank_; }
  int ranks() const { return ranks_; }

  /// Words given after `--` that no part of PETSc has asked for so far.
  std::vector<std::string> unused_petsc_words() const;
  /// Options from the environment or rc files that nobody has asked for so far.
  std::vector<std::string> unused_petsc_environment() const;

  /// Ends a run: all ranks meet and return the same code, the highest one; the first failing rank
  /// prints its `message` to stderr. When some rank does not come within a few seconds (it waits
  /// in another collective) a failing one prints and aborts the run with its own code.
  /// Collective, after all files are closed.
  ExitCode agree(ExitCode code, const std::string& message) const;

 private:
  void start_mpi();
  void take_ranks(MPI_Comm comm);
  void check_surroundings() const;
  void start_petsc();
  void start_slepc();
  void end();

  std::vector<std::string> words_;
  std::vector<std::string> lent_; ///< options set in the PETSc of others
  void (*file_size_signal_)(int) = nullptr;
  bool began_mpi_ = false, began_petsc_ = false, began_slepc_ = false, handles_errors_ = false;
  MPI_Comm comm_ = MPI_COMM_NULL; ///< for the program
  MPI_Comm last_ = MPI_COMM_NULL; ///< for agree() only
  int rank_ = 0;
  int ranks_ = 1;
};

} // namespace nadir
