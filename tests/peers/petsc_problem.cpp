#include "petsc_problem.hpp"

#include <hdf5.h>

#include <stdexcept>

namespace peers {
namespace {

std::string name_of(int coefficient, int d) {
  return coefficient == 0 ? "reaction" : coefficient <= d ? "advection" : "diffusion";
}

/// An HDF5 file that every rank reads a part of.
class InputFile {
 public:
  explicit InputFile(const std::string& path)
      : file_(H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT)) {
    if (file_ < 0) throw std::runtime_error(path + ": cannot be read");
  }
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;
  ~InputFile() { H5Fclose(file_); }

  /// The values at `leading` indices of the first axes, in `box` of the last `d` axes.
  void read(const std::string& name, const std::vector<hsize_t>& leading, const Box& box, int d,
            double* values) const {
    std::vector<hsize_t> start = leading, count(leading.size(), 1);
    for (int a = 3 - d; a < 3; ++a) {
      start.push_back(static_cast<hsize_t>(box.start[static_cast<std::size_t>(a)]));
      count.push_back(static_cast<hsize_t>(box.count[static_cast<std::size_t>(a)]));
    }
    const hid_t dataset = H5Dopen2(file_, name.c_str(), H5P_DEFAULT);
    const hid_t in_file = H5Dget_space(dataset);
    if (H5Sget_simple_extent_ndims(in_file) != static_cast<int>(start.size()))
      throw std::runtime_error(name + " has another number of axes than expected");
    const hid_t in_memory = H5Screate_simple(static_cast<int>(count.size()), count.data(), nullptr);
    if (start.empty()) {
      H5Sselect_all(in_file);
    } else {
      H5Sselect_hyperslab(in_file, H5S_SELECT_SET, start.data(), nullptr, count.data(), nullptr);
    }
    const bool done = H5Dread(dataset, H5T_NATIVE_DOUBLE, start.empty() ? H5S_ALL : in_memory,
                              in_file, H5P_DEFAULT, values) >= 0;
    H5Sclose(in_memory);
    H5Sclose(in_file);
    H5Dclose(dataset);
    if (!done) throw std::runtime_error(name + " cannot be read");
  }

 private:
  hid_t file_;
};

} // namespace

Problem::Problem(const Options& options) {
  layers = static_cast<int>(options.number("layers"));
  samples = static_cast<int>(options.number("samples"));
  const std::string varies = options.text("varies");
  fields = varies != "constant";
  per_layer = varies == "layer";
  make_grid(options.numbers("shape"));
  coefficients = 2 + grid.d;
  read(options.text("input"));
}

Problem::~Problem() {
  for (auto* vectors : {&input, &target})
    for (Vec& v : *vectors) VecDestroy(&v);
  DMDestroy(&da);
}

void Problem::make_grid(const std::vector<std::int64_t>& shape) {
  const auto d = grid.d = static_cast<int>(shape.size());
  const auto size = [&](int from_last) {
    return static_cast<PetscInt>(shape[static_cast<std::size_t>(d - 1 - from_last)]);
  };
  constexpr auto wrap = DM_BOUNDARY_PERIODIC;
  const MPI_Comm comm = PETSC_COMM_WORLD;
  if (d == 1) {
    check(DMDACreate1d(comm, wrap, size(0), 1, 1, nullptr, &da));
  } else if (d == 2) {
    check(DMDACreate2d(comm, wrap, wrap, DMDA_STENCIL_STAR, size(0), size(1), PETSC_DECIDE,
                       PETSC_DECIDE, 1, 1, nullptr, nullptr, &da));
  } else {
    check(DMDACreate3d(comm, wrap, wrap, wrap, DMDA_STENCIL_STAR, size(0), size(1), size(2),
                       PETSC_DECIDE, PETSC_DECIDE, PETSC_DECIDE, 1, 1, nullptr, nullptr, nullptr,
                       &da));
  }
  check(DMSetUp(da));
  const auto corners = [&](auto get) {
    PetscInt x = 0, y = 0, z = 0, nx = 1, ny = 1, nz = 1;
    check(get(da, &x, &y, &z, &nx, &ny, &nz));
    return Box{{z, y, x}, {nz, ny, nx}};
  };
  grid.owned = corners(DMDAGetCorners);
  grid.ghosted = corners(DMDAGetGhostCorners);
}

void Problem::read(const std::string& path) {
  const InputFile file(path);
  for (int s = 0; s < samples; ++s) {
    for (auto* vectors : {&input, &target}) {
      double* values = nullptr;
      check(DMCreateGlobalVector(da, &vectors->emplace_back()));
      check(VecGetArray(vectors->back(), &values));
      file.read(vectors == &input ? "input" : "target", {static_cast<hsize_t>(s)}, grid.owned,
                grid.d, values);
      check(VecRestoreArray(vectors->back(), &values));
    }
  }
  Vec owned = nullptr, ghosted = nullptr;
  check(DMGetGlobalVector(da, &owned));
  check(DMGetLocalVector(da, &ghosted));
  for (int l = 0; l < parameter_sets(); ++l) {
    for (int c = 0; c < coefficients; ++c) {
      std::vector<hsize_t> leading;
      if (per_layer) leading.push_back(static_cast<hsize_t>(l));
      const std::string name = name_of(c, grid.d);
      if (name == "advection" && grid.d > 1) leading.push_back(static_cast<hsize_t>(c - 1));
      auto& theta = theta_.emplace_back(fields ? grid.ghosted.points() : 1);
      if (!fields) {
        file.read(name, leading, Box{}, 0, theta.data());
        continue;
      }
      double* values = nullptr;
      check(VecGetArray(owned, &values));
      file.read(name, leading, grid.owned, grid.d, values);
      check(VecRestoreArray(owned, &values));
      check(DMGlobalToLocal(da, owned, INSERT_VALUES, ghosted));
      check(VecGetArray(ghosted, &values));
      theta.assign(values, values + theta.size());
      check(VecRestoreArray(ghosted, &values));
    }
  }
  check(DMRestoreLocalVector(da, &ghosted));
  check(DMRestoreGlobalVector(da, &owned));
}

Coefficients Problem::of_layer(int layer) const {
  Coefficients pointers{};
  const auto first = static_cast<std::size_t>((per_layer ? layer : 0) * coefficients);
  for (std::size_t c = 0; c < static_cast<std::size_t>(coefficients); ++c)
    pointers[c] = theta_[first + c].data();
  return pointers;
}

std::ptrdiff_t Problem::local_parameters() const {
  if (fields) return coefficients * grid.owned.points();
  int rank = 0;
  MPI_Comm_rank(PETSC_COMM_WORLD, &rank);
  return rank == 0 ? coefficients : 0;
}

void Problem::fingerprint(const std::vector<Vec>& gradient,
                          std::array<double, max_coefficients>& dot,
                          std::array<double, max_coefficients>& square) const {
  dot = {};
  square = {};
  for (int l = 0; l < parameter_sets(); ++l) {
    const Coefficients theta = of_layer(l);
    const double* values = nullptr;
    check(VecGetArrayRead(gradient[static_cast<std::size_t>(l)], &values));
    for (std::size_t c = 0; c < static_cast<std::size_t>(coefficients); ++c) {
      const auto add = [&](double theta_bar, double value) {
        dot[c] += theta_bar * value;
        square[c] += theta_bar * theta_bar;
      };
      if (!fields && local_parameters() > 0) add(values[c], theta[c][0]);
      if (!fields) continue;
      const double* theta_bar = values + static_cast<std::ptrdiff_t>(c) * grid.owned.points();
      grid.for_rows([&](std::ptrdiff_t in_ghosted, std::ptrdiff_t in_owned, std::ptrdiff_t n) {
        for (std::ptrdiff_t i = 0; i < n; ++i)
          add(theta_bar[in_owned + i], theta[c][in_ghosted + i]);
      });
    }
    check(VecRestoreArrayRead(gradient[static_cast<std::size_t>(l)], &values));
  }
  for (auto* sums : {&dot, &square})
    MPI_Allreduce(MPI_IN_PLACE, sums->data(), max_coefficients, MPI_DOUBLE, MPI_SUM,
                  PETSC_COMM_WORLD);
}

} // namespace peers
