#pragma once

#include "nadir/base/reproducible_sum.hpp"

#include <mpi.h>

#include <cstdint>
#include <exception>
#include <span>
#include <string>

/// Small exchanges between all ranks of a communicator. Collective; they throw SystemError.
namespace nadir {

/// The text of rank `root`, on all ranks.
std::string broadcast_text(MPI_Comm comm, std::string text, int root = 0);

/// The sum of all ranks' values, on all ranks.
double sum_over_ranks(MPI_Comm comm, double value);
std::int64_t sum_over_ranks(MPI_Comm comm, std::int64_t value);

/// Adds up the sums of all ranks, each for itself, in one reduction.
void sum_over_ranks(MPI_Comm comm, std::span<ReproducibleSum> sums);
double sum_over_ranks(MPI_Comm comm, ReproducibleSum sum);

/// The problem of the lowest rank that has one, on all ranks; empty when none has. Collective.
std::string first_problem(MPI_Comm comm, const std::string& mine);

/// Does `work` on every rank; then either no rank throws, or all throw `Problem(context + why)`
/// with the reason of the lowest failing rank. Collective: put one around every step others depend
/// on.
template<class Problem, class Work>
void together(MPI_Comm comm, const std::string& context, Work&& work) {
  std::string mine;
  try {
    work();
  } catch (const std::exception& error) {
    mine = *error.what() ? error.what() : "unknown error";
  }
  const std::string problem = first_problem(comm, mine);
  if (!problem.empty()) throw Problem(context + problem);
}

} // namespace nadir
