#include "nadir/network/convolution_operator.hpp"

#include "nadir/network/stencil_operator.hpp"

#include "support/cases.hpp"
#include "support/ranks.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace nadir {
namespace {

/// W z, W^T g and the derivatives of g.(W z) by an operator, this rank's part; the latter sums of
/// all ranks.
struct Products {
  std::vector<double> applied, transposed, gradient;
};

Products products_of(const Grid& grid, const Case& c, KernelOperator& kernel) {
  Coefficients coefficients = test::random_coefficients(grid, c, 0.05);
  coefficients.fill_ghosts();
  Coefficients bar(grid, c, Coefficients::Content::gradients);
  const Layout& layout = kernel.state_layout();
  const auto random = test::random_observations(grid, c, 2);
  Field z(layout), g(layout), Z(layout), z_bar(layout);
  unpack(layout, random.input_sample(0), z.data());
  unpack(layout, random.input_sample(1), g.data());
  Products found;
  const auto add = [&](const Field& field, std::vector<double>& to) {
    to.resize(static_cast<std::size_t>(grid.owned().points()));
    pack(layout, field.data(), to.data());
  };
  for (const std::int64_t layer : {0, 1, 0}) { // other coefficients in between
    kernel.set_coefficients(coefficients.layer(layer));
    kernel.apply(z.data(), Z.data(), GhostValue::given);
  }
  add(Z, found.applied);
  kernel.add_gradient(z.data(), g.data(), bar.layer_bar(0));
  kernel.apply_transpose(g.data(), z_bar.data());
  add(z_bar, found.transposed);
  for (const Parameter& p : coefficients.parameters()) {
    for (const ReproducibleSum& sum : bar.sums(p)) {
      double value = sum.value();
      MPI_Allreduce(MPI_IN_PLACE, &value, 1, MPI_DOUBLE, MPI_SUM, grid.comm());
      found.gradient.push_back(value);
    }
  }
  return found;
}

void expect_near(const std::vector<double>& a, const std::vector<double>& b, const char* what) {
  ASSERT_EQ(a.size(), b.size());
  double size = 0, error = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    size = std::max(size, std::abs(b[i]));
    error = std::max(error, std::abs(a[i] - b[i]));
  }
  EXPECT_LE(error, 1e-12 * std::max(size, 1e-3)) << what;
}

/// The same numbers as the sweep, for every family, even where the kernel reaches round the grid.
TEST(ConvolutionOperator, IsTheStencilToRounding) {
  for (const auto& shape : std::vector<std::vector<std::int64_t>>{
           {1}, {31}, {32}, {12, 7}, {1, 9}, {8, 1}, {9, 2}, {6, 5, 4}, {1, 4, 1}}) {
    const std::vector<BoundarySpec> boundary(shape.size(), test::periodic);
    for (const std::int64_t radius : {1, 2, 9}) {
      if (radius > 2 && shape.size() > 2) continue;
      for (Case c : {test::small_case(shape, boundary, DiffusionTensor::full),
                     test::stencil_case(shape, boundary, std::min<std::int64_t>(radius, 2)),
                     test::gaussian_case(shape, boundary, radius),
                     test::power_law_case(shape, boundary, radius),
                     test::sum_case(shape, boundary, radius)}) {
        test::train_all(c, false, true);
        MPI_Comm comm = MPI_COMM_WORLD;
        const Extents extents = three_extents(c.grid.shape);
        if (!choose_process_grid(extents, test::world_size(), c.kernel.radius()))
          comm = MPI_COMM_SELF; // the stencil does not fit
        const Grid grid(comm, c.grid, c.kernel.radius());
        StencilOperator stencil(grid, make_kernel(c.kernel, grid.dimension(), grid.spacings()));
        ConvolutionOperator convolution(
            grid, stencil_table_of(c.kernel, grid.dimension(), grid.spacings()));
        const Products expected = products_of(grid, c, stencil);
        const Products found = products_of(grid, c, convolution);
        expect_near(found.applied, expected.applied, "W z");
        expect_near(found.transposed, expected.transposed, "W^T g");
        expect_near(found.gradient, expected.gradient, "gradient");
        EXPECT_EQ(expected.gradient.empty(), false);
        if (test::failed_somewhere()) FAIL() << c.kernel.type() << ", " << grid.dimension() << "-D";
      }
    }
  }
}

} // namespace
} // namespace nadir
