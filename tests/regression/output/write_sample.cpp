// Writes results of known values in 1, 2 and 3 dimensions, laid out as the program's own, for the
// readers in this folder:  mpirun -n N write_sample FOLDER
//
// state(sample, layer, z, y, x) = 10000 sample + 1000 layer + 100 z + 10 y + x, target the same of
// the last layer plus 0.5, advection(layer, component, ...) = 1000 layer + 100 component + 10 y +
// x.

#include "nadir/base/session.hpp"
#include "nadir/output/result_file.hpp"
#include "nadir/output/xdmf.hpp"

#include <cstdio>
#include <numeric>

using namespace nadir;

namespace {

constexpr std::int64_t samples = 2;
constexpr std::int64_t layers = 4;
const std::vector<std::int64_t> stored{0, 2, 4};

std::vector<std::string> axis_names(int dimension) {
  const std::vector<std::string> names{"z", "y", "x"};
  return {names.end() - dimension, names.end()};
}

std::vector<std::int64_t> numbers(std::int64_t count) {
  std::vector<std::int64_t> values(static_cast<std::size_t>(count));
  std::iota(values.begin(), values.end(), 0);
  return values;
}

template<class... Names>
std::vector<std::string> scales(const std::vector<std::string>& axes, Names... leading) {
  std::vector<std::string> all{leading...};
  all.insert(all.end(), axes.begin(), axes.end());
  return all;
}

/// This rank's share of the rows of the slowest axis.
Box share(const GridCase& grid, const Session& session) {
  Box box;
  box.dimension = grid.dimension();
  std::copy(grid.shape.rbegin(), grid.shape.rend(), box.count.rbegin());
  const auto axis = static_cast<std::size_t>(max_dimension - box.dimension);
  const std::int64_t rows = box.count[axis];
  box.start[axis] = rows * session.rank() / session.ranks();
  box.count[axis] = rows * (session.rank() + 1) / session.ranks() - box.start[axis];
  return box;
}

std::vector<double> values_on(const Box& box, double base) {
  std::vector<double> values;
  for (std::int64_t z = box.start[0]; z < box.start[0] + box.count[0]; ++z)
    for (std::int64_t y = box.start[1]; y < box.start[1] + box.count[1]; ++y)
      for (std::int64_t x = box.start[2]; x < box.start[2] + box.count[2]; ++x)
        values.push_back(base + static_cast<double>(100 * z + 10 * y + x));
  return values;
}

void add_axes(ResultFile& file, const std::string& group, const GridCase& grid) {
  const auto names = axis_names(grid.dimension());
  for (std::size_t axis = 0; axis < names.size(); ++axis) {
    std::vector<double> coordinates;
    for (std::int64_t i = 0; i < grid.shape[axis]; ++i)
      coordinates.push_back(grid.origin[axis] + static_cast<double>(i) * grid.spacing[axis]);
    file.add_scale(group, names[axis], coordinates, {"m", names[axis]});
  }
}

void write_fields(ResultFile& file, const GridCase& grid, const Box& box) {
  const auto axes = axis_names(grid.dimension());
  file.add_scale("/", "sample", numbers(samples), {"1", "sample"});
  file.add_scale("/", "layer", stored, {"1", "number of the stored layer"});
  file.add_scale("/", "depth", numbers(layers + 1), {"1", "layer"});
  add_axes(file, "/", grid);
  const auto state =
      file.create_dataset("/state", Number::f8, scales(axes, "sample", "layer"), {"degC", "state"});
  const auto target =
      file.create_dataset("/target", Number::f8, scales(axes, "sample"), {"degC", "target"});
  const auto observed =
      file.create_dataset("/observed", Number::u1, scales(axes, "sample"), {"1", "observed"});
  const std::vector<std::uint8_t> ones(static_cast<std::size_t>(box.points()), 1);
  for (std::int64_t s = 0; s < samples; ++s) {
    const auto base = static_cast<double>(10000 * s);
    for (std::size_t k = 0; k < stored.size(); ++k) {
      const auto values = values_on(box, base + static_cast<double>(1000 * stored[k]));
      file.write(state, std::vector{s, static_cast<std::int64_t>(k)}, box, values.data());
    }
    file.write(target, std::vector{s}, box, values_on(box, base + 1000 * layers + 0.5).data());
    file.write(observed, std::vector{s}, box, ones.data());
  }
  const auto loss =
      file.create_dataset("/loss_by_layer", Number::f8, {"sample", "depth"}, {"degC2", "distance"});
  file.write_all<double>(loss, std::vector<double>(samples * (layers + 1), 1.0));
  file.attribute("/", "loss", 0.25);
  file.attribute("/", "Conventions", "CF-1.8");
}

void write_parameters(ResultFile& file, const GridCase& grid, const Box& box) {
  const auto axes = axis_names(grid.dimension());
  for (const std::string group : {"/parameters", "/gradient"}) {
    file.add_scale(group, "layer", numbers(layers), {"1", "layer"});
    file.add_scale(group, "advection_component", axes, {"1", "axis"});
    add_axes(file, group, grid);
    const auto all = grid.dimension() == 1 ? scales(axes, "layer")
                                           : scales(axes, "layer", "advection_component");
    const auto advection =
        file.create_dataset(group + "/advection", Number::f8, all, {"m", "advection"});
    for (std::int64_t layer = 0; layer < layers; ++layer)
      for (std::int64_t c = 0; c < grid.dimension(); ++c) {
        std::vector<std::int64_t> at{layer};
        if (grid.dimension() > 1) at.push_back(c);
        const auto values = values_on(box, static_cast<double>(1000 * layer + 100 * c));
        file.write(advection, at, box, values.data());
      }
    const auto bias = file.create_dataset(group + "/bias", Number::f8, {}, {"1", "bias"});
    file.write_all<double>(bias, std::vector{0.125});
  }
}

void write_records(ResultFile& file) {
  file.add_scale("/history", "iteration", numbers(3), {"1", "iteration"});
  const auto evaluations =
      file.create_dataset("/history/evaluations", Number::i8, {"iteration"}, {"1", "evaluations"});
  file.write_all<std::int64_t>(evaluations, numbers(3));
  file.add_scale("/timing", "repeat", numbers(2), {"1", "repeat"});
  const auto timing =
      file.create_dataset("/timing/forward", Number::f8, {"repeat"}, {"s", "forward"});
  file.write_all<double>(timing, std::vector{1.0, 2.0});
  file.attribute("/provenance", ResultFile::resolved_case, "title = \"sample\"\n");
}

void write_result(const Session& session, const std::string& path, const GridCase& grid) {
  const Box box = share(grid, session);
  ResultFile file(session.comm(), path);
  write_fields(file, grid, box);
  write_parameters(file, grid, box);
  write_records(file);
  file.commit();

  auto fields = state_fields(samples, static_cast<std::int64_t>(stored.size()));
  const auto add = [&](const std::vector<XdmfField>& more) {
    fields.insert(fields.end(), more.begin(), more.end());
  };
  add(sample_fields("/target", Number::f8, samples));
  add(sample_fields("/observed", Number::u1, samples));
  const auto names = axis_names(grid.dimension());
  add(parameter_fields("advection", layers, true,
                       names.size() > 1 ? names : std::vector<std::string>{}, stored));
  write_xdmf(session.comm(), grid, path, {stored.begin(), stored.end()}, fields);
}

} // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: write_sample FOLDER\n");
    return 2;
  }
  const Session session;
  const std::string folder = argv[1];
  GridCase grid;
  grid.shape = {11};
  grid.spacing = {0.5};
  grid.origin = {-1.0};
  write_result(session, folder + "/line.h5", grid);
  grid.shape = {4, 7};
  grid.spacing = {0.5, 2.0};
  grid.origin = {-1.0, 10.0};
  write_result(session, folder + "/plane.h5", grid);
  grid.shape = {3, 4, 7};
  grid.spacing = {3.0, 0.5, 2.0};
  grid.origin = {5.0, -1.0, 10.0};
  write_result(session, folder + "/box.h5", grid);
}
