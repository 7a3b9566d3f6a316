#pragma once

#include "nadir/input/case.hpp"
#include "nadir/network/chain.hpp"

#include <mpi.h>

#include <string>

namespace nadir {

/// Bytes a layer moves per point between memory and processor when it is swept alone: every stream
/// once, and what is written once more, because caches read it first; coefficient fields shared by
/// `samples` that go together.
struct ByteModel {
  double forward = 0.0; ///< z, z_next, coefficients
  double adjoint = 0.0; ///< z, lambda, lambda_next, coefficients and their gradients
};
ByteModel byte_model(const Case& c, std::int64_t samples);

/// Bytes per second that each rank streams while all of them do: a + s b for three arrays of 4 MiB,
/// the best of some; from memory, or from the last cache where that holds as much for each rank.
/// Collective.
double stream_bandwidth(MPI_Comm comm);

/// "speed: 241 Mpoint-layers/s forward, ..." of `work`, done with `samples` together, and its part
/// of what the byte model allows at the bandwidth of streams; more than 1 where several layers
/// share a pass. Of attractors: what finding one and its gradient took. Collective.
std::string speed_text(MPI_Comm comm, const Case& c, const WorkCounters& work, std::size_t samples);
/// The same at a bandwidth of so many bytes per second and rank.
std::string speed_text(MPI_Comm comm, const Case& c, const WorkCounters& work, std::size_t samples,
                       double bandwidth);

} // namespace nadir
