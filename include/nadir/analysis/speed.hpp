#pragma once

#include "nadir/network/network.hpp"
#include "nadir/plan/layer_cost.hpp"

#include <mpi.h>

#include <optional>
#include <string>

namespace nadir {

/// Bytes per second that each rank streams while all of them do: a + s b for three arrays of 4 MiB,
/// the best of some; from memory, or from the last cache where that holds as much for each rank.
/// Collective.
double stream_bandwidth(MPI_Comm comm);

/// "speed: 241 Mpoint-layers/s forward, ..." of `work`, and its part of what the byte model allows
/// at the bandwidth of streams, more than 1 where several layers share a pass; none of layers that
/// go over the points more than once. Of attractors: what finding one and its gradient took.
/// Collective.
std::string speed_text(MPI_Comm comm, const WorkCounters& work,
                       const std::optional<ByteModel>& bytes);
/// The same at a bandwidth of so many bytes per second and rank.
std::string speed_text(MPI_Comm comm, const WorkCounters& work,
                       const std::optional<ByteModel>& bytes, double bandwidth);

} // namespace nadir
