#include "nadir/kernel/kernel_family.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

namespace nadir {
namespace {

GridSpec plane() {
  GridSpec grid;
  grid.shape = {4, 5};
  grid.spacing = {2.0, 0.5};
  grid.origin = {0, 0};
  grid.boundary = {{BoundaryKind::periodic, 0}, {BoundaryKind::periodic, 0}};
  grid.units = "m";
  return grid;
}

/// What every descriptor must say for the rooms that use it.
TEST(KernelFamily, DescriptorsAreComplete) {
  std::set<std::string_view> names;
  std::set<int> places;
  for (const KernelFamily& family : kernel_families()) {
    SCOPED_TRACE(family.name);
    EXPECT_TRUE(names.insert(family.name).second);
    EXPECT_TRUE(places.insert(family.place).second);
    EXPECT_EQ(find_family(family.name), &family);
    EXPECT_FALSE(family.text.empty());
    EXPECT_FALSE(family.parameters.empty());
    EXPECT_TRUE(family.full_matrix || family.table);
    EXPECT_TRUE(family.radius);
    const KernelTerm term(family);
    EXPECT_EQ(family.natural_radius != nullptr, term.find_option("radius") != nullptr);
    for (const FamilyParameter& p : family.parameters) {
      EXPECT_FALSE(p.symbol.empty()) << p.name;
      EXPECT_EQ(count_components(term, p, plane()), std::ssize(component_names(term, p, plane())))
          << p.name;
    }
  }
  EXPECT_EQ(find_family("gausian"), nullptr);
}

TEST(KernelFamily, ScalesAndUnitsAreThoseOfTheMoment) {
  const GridSpec grid = plane();
  KernelTerm adr(*find_family("adr"));
  *adr.find_option("diffusion_tensor") = static_cast<std::int64_t>(DiffusionTensor::full);
  const auto& p = adr.family->parameters;
  EXPECT_EQ(component_scale(adr, p[0], grid, 0), 1);
  EXPECT_EQ(component_scale(adr, p[1], grid, 0), 2);
  EXPECT_EQ(component_scale(adr, p[1], grid, 1), 0.5);
  EXPECT_EQ(component_scale(adr, p[2], grid, 0), 4);
  EXPECT_EQ(component_scale(adr, p[2], grid, 1), 1);
  EXPECT_EQ(component_scale(adr, p[2], grid, 2), 0.25);
  EXPECT_EQ(parameter_units(p[0], grid), "1");
  EXPECT_EQ(parameter_units(p[1], grid), "m");
  EXPECT_EQ(parameter_units(p[2], grid), "m^2");
  *adr.find_option("diffusion_tensor") = static_cast<std::int64_t>(DiffusionTensor::isotropic);
  EXPECT_EQ(component_scale(adr, p[2], grid, 0), 0.25); // of the shortest step
}

TEST(KernelFamily, ConvolutionsNeedPeriodicAxesAndConstantParameters) {
  GridSpec grid = plane();
  KernelSpec kernel{"gaussian", "gaussian"};
  EXPECT_EQ(convolution_problem(kernel, grid), "");
  kernel.terms[1].path = "kernel.sum.1";
  kernel.terms[1].find("width")->varies_space = true;
  EXPECT_EQ(convolution_problem(kernel, grid), "kernel.sum.1.width varies in space");
  grid.boundary[0] = {BoundaryKind::reflect, 0};
  EXPECT_EQ(convolution_problem(KernelSpec{"gaussian"}, grid), "not all axes are periodic");
}

} // namespace
} // namespace nadir
