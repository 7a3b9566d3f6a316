#include "nadir/training/unknowns.hpp"

#include "support/cases.hpp"

#include <gtest/gtest.h>

namespace nadir {
namespace {

Case metric_case() {
  Case c = test::small_case({6, 8}, {test::periodic, test::reflect}, DiffusionTensor::full);
  c.grid.spacing = {2.0, 5.0};
  test::set_kernel(c, {"moment"});
  c.kernel.set_option("order", 3);
  c.kernel["reaction"] = test::trained({-0.1}, true, false);
  c.kernel["advection"] = test::trained({0.1, 0.2}, false, true);
  c.kernel["diffusion"] = test::trained({0.1, 0.0, 0.2}, false, false);
  c.kernel["higher"] = test::trained({0.0, 0.0, 0.0, 0.0}, false, false);
  c.network.relaxation = test::trained({0.6}, false, false);
  return c;
}

/// The first entries of the blocks' components, on rank 0.
std::vector<double> first_entries(const ControlSpace& space, Vec v) {
  std::vector<double> entries;
  const VecRead local(v);
  for (const auto& block : space.blocks())
    for (std::int64_t k = 0; k < block.layers * block.components; ++k)
      entries.push_back(local[static_cast<PetscInt>(block.offset + k * block.points)]);
  return entries;
}

TEST(Unknowns, ScalesAreThoseOfMoments) {
  Case c = metric_case();
  c.network.bias = test::trained({0.0}, false, false);
  const Grid grid(MPI_COMM_WORLD, c.grid);
  const ControlSpace space(grid, c);
  Observations o = test::random_observations(grid, c, 2);
  for (std::size_t i = 0; i < o.input.size(); ++i) o.input[i] = i % 2 == 0 ? 300.0 : -300.0;
  const VecHandle scales = unknown_scales(grid, c, space, o);
  ASSERT_TRUE(scales);
  if (grid.rank() > 0) return;
  const std::vector<double> expected{1,                    // R
                                     2,   5,  2,  5, 2, 5, // U of 3 layers
                                     4,   10, 25,          // D: yy, yx, xx
                                     125, 50, 20, 8,       // c: xxx, yxx, yyx, yyy
                                     300, 1};              // b, omega
  EXPECT_EQ(first_entries(space, scales), expected);
}

TEST(Unknowns, OtherFamiliesHaveTheirUnits) {
  ModelSpec model;
  model.grid.shape = {8, 8};
  model.grid.spacing = {2.0, 5.0};
  const auto scale = [&](std::string_view name, std::int64_t component) {
    const ParameterSet parameters(model);
    return parameters.scale(parameters[name], component);
  };
  model.kernel = KernelSpec{"gaussian", "power-law"};
  EXPECT_EQ(scale("amplitude", 0), 1.0);
  EXPECT_EQ(scale("width", 0), 2.0);
  EXPECT_EQ(scale("strength", 0), 0.1);
  EXPECT_EQ(scale("length", 0), 2.0);
  EXPECT_EQ(scale("exponent", 0), 1.0);
  model.kernel = KernelSpec{"adr"};
  EXPECT_EQ(scale("diffusion", 0), 4.0); // isotropic: the shorter step
  test::set_tensor(model.kernel, DiffusionTensor::diagonal);
  EXPECT_EQ(scale("diffusion", 1), 25.0);
}

/// On steps of 1 nothing is scaled, nor are there any vectors for it.
TEST(Unknowns, StepsOfOneNeedNoScales) {
  Case c = metric_case();
  c.grid.spacing = {1.0, 1.0};
  const Grid grid(MPI_COMM_WORLD, c.grid);
  const ControlSpace space(grid, c);
  EXPECT_FALSE(unknown_scales(grid, c, space, test::random_observations(grid, c, 1)));
  VecHandle u = space.create();
  Unknowns unknowns(space, nullptr, nullptr, nullptr);
  EXPECT_EQ(unknowns.parameters(u), u.get());
}

/// What is on a bound of u is exactly on that of theta, and nothing is beyond.
TEST(Unknowns, BoundsAreKeptExactly) {
  Case c = metric_case();
  c.grid.spacing = {0.3, 0.7};
  c.kernel["reaction"].train = false;
  c.kernel["advection"].bounds = std::pair{-0.1, 0.7};
  const Grid grid(MPI_COMM_WORLD, c.grid);
  const ControlSpace space(grid, c);
  VecHandle low = space.create(), high = space.create(), u = space.create(), theta = space.create();
  space.bounds(low, high);
  const VecHandle scales = unknown_scales(grid, c, space, test::random_observations(grid, c, 1));
  Unknowns unknowns(space, scales, low, high);
  for (Vec bound : {unknowns.lower(), unknowns.upper()}) {
    check_petsc(VecCopy(bound, u));
    Vec at = unknowns.parameters(u);
    PetscBool same = PETSC_FALSE;
    check_petsc(VecEqual(at, bound == unknowns.lower() ? low : high, &same));
    EXPECT_TRUE(same);
  }
  check_petsc(VecSet(theta, 0.25));
  unknowns.assign(theta, u);
  const VecRead back(unknowns.parameters(u));
  for (PetscInt i = 0; i < space.local_size(); ++i) EXPECT_DOUBLE_EQ(back[i], 0.25);
}

TEST(Unknowns, TheLossIsDividedByItsFirstValue) {
  Case c = metric_case();
  const Grid grid(MPI_COMM_WORLD, c.grid);
  const ControlSpace space(grid, c);
  const VecHandle scales = unknown_scales(grid, c, space, test::random_observations(grid, c, 1));
  Unknowns unknowns(space, scales, nullptr, nullptr);
  unknowns.set_first_loss(5.3e-24);
  EXPECT_EQ(unknowns.loss_unit(), 5.3e-24);
  VecHandle g = space.create();
  check_petsc(VecSet(g, 1.0));
  unknowns.scale_gradient(g);
  const VecRead scaled(g), scale(scales);
  for (PetscInt i = 0; i < space.local_size(); ++i) EXPECT_DOUBLE_EQ(scaled[i] * 5.3e-24, scale[i]);
  unknowns.set_first_loss(0.0);
  EXPECT_EQ(unknowns.loss_unit(), 1.0);
}

} // namespace
} // namespace nadir
