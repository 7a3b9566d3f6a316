// A program that runs MPI itself, and PETSc for a while: nadir works on half of its ranks, again
// and again, and leaves both as they were.

#include "diffusion.hpp"

#include <petscsys.h>

#include <cstdio>
#include <string>

namespace {

bool petsc_runs() {
  PetscBool runs = PETSC_FALSE;
  PetscInitialized(&runs);
  return runs == PETSC_TRUE;
}

/// A session on `comm`, and nothing else changed by it.
bool works(MPI_Comm comm, const std::string& path) {
  const bool ran = petsc_runs();
  bool right = false;
  {
    const nadir::Session session(comm, {"-log_view", ":/dev/null"});
    right = diffuses(session, path);
  }
  int ended = 0;
  MPI_Finalized(&ended);
  return right && !ended && petsc_runs() == ran;
}

} // namespace

int main(int argc, char** argv) {
  MPI_Init(&argc, &argv);
  int rank = 0;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm half = MPI_COMM_NULL;
  MPI_Comm_split(MPI_COMM_WORLD, rank % 2, 0, &half);
  const std::string name = "own-mpi" + std::to_string(rank % 2);

  bool right = works(half, name + "-first.h5") && works(half, name + "-again.h5");
  PetscInitialize(&argc, &argv, nullptr, nullptr);
  right = works(half, name + "-petsc.h5") && right;
  PetscFinalize();
  right = works(MPI_COMM_WORLD, "own-mpi.h5") && right;

  int wrong = right ? 0 : 1;
  MPI_Allreduce(MPI_IN_PLACE, &wrong, 1, MPI_INT, MPI_MAX, MPI_COMM_WORLD);
  if (rank == 0) std::printf("in a program that runs MPI: %s\n", wrong ? "wrong" : "right");
  MPI_Comm_free(&half);
  MPI_Finalize();
  return wrong;
}
