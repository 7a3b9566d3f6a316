// A program that leaves MPI and PETSc to nadir.

#include "diffusion.hpp"

#include <nadir/base/version.hpp>

#include <cstdio>

int main() {
  const nadir::Session session;
  const bool right = diffuses(session, "outside.h5");
  const auto version = nadir::version();
  if (session.rank() == 0)
    std::printf("nadir %.*s: %s\n", static_cast<int>(version.size()), version.data(),
                right ? "right" : "wrong");
  return right ? 0 : 1;
}
