#pragma once

// One step of diffusion on nadir's distributed grid: a spike spreads to its neighbours, its mass
// stays 1, and the number of ranks goes into an HDF5 file.

#include <nadir/base/check.hpp>
#include <nadir/base/hdf5.hpp>
#include <nadir/base/session.hpp>
#include <nadir/grid/field.hpp>
#include <nadir/grid/grid.hpp>
#include <nadir/grid/halo.hpp>

#include <cmath>
#include <cstdint>
#include <string>

inline nadir::GridSpec periodic_square() {
  nadir::GridSpec square;
  square.shape = {6, 5};
  square.spacing = {1.0, 1.0};
  square.origin = {0.0, 0.0};
  square.boundary = {{nadir::BoundaryKind::periodic, 0.0}, {nadir::BoundaryKind::periodic, 0.0}};
  return square;
}

inline double mass_after_one_step(const nadir::Grid& grid, nadir::Field& z, double& squares) {
  nadir::Halo(grid, z.layout()).copy(z.data());
  double local[2] = {0.0, 0.0}; // mass, sum of squares
  const auto& count = grid.owned().count;
  for (std::int64_t y = 0; y < count[1]; ++y) {
    for (std::int64_t x = 0; x < count[2]; ++x) {
      const double around =
          z.at(0, y - 1, x) + z.at(0, y + 1, x) + z.at(0, y, x - 1) + z.at(0, y, x + 1);
      const double value = 0.5 * z.at(0, y, x) + 0.125 * around;
      local[0] += value;
      local[1] += value * value;
    }
  }
  double all[2];
  nadir::check_mpi(MPI_Allreduce(local, all, 2, MPI_DOUBLE, MPI_SUM, grid.comm()));
  squares = all[1];
  return all[0];
}

/// Whether it comes out as it must; writes `path`. Collective.
inline bool diffuses(const nadir::Session& session, const std::string& path) {
  const nadir::Grid grid(session.comm(), periodic_square());
  nadir::Field z(nadir::Layout(grid, 1));
  const bool mine = grid.owned().start[1] == 0 && grid.owned().start[2] == 0;
  if (mine) z.at(0, 0, 0) = 1.0; // in the corner: its neighbours lie across both seams

  double squares = 0.0;
  const double mass = mass_after_one_step(grid, z, squares);
  const double expected = 0.25 + 4 * 0.125 * 0.125;
  auto file = nadir::hdf5::create_file(session.comm(), path);
  nadir::hdf5::write_attribute(file, "ranks", static_cast<std::int64_t>(session.ranks()));
  file.close();
  return std::abs(mass - 1.0) < 1e-14 && std::abs(squares - expected) < 1e-14;
}
