#include "nadir/network/parameter_set.hpp"

#include "support/cases.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace nadir {
namespace {

std::vector<std::string> names_of(const ParameterSet& set) {
  std::vector<std::string> names;
  for (const Parameter& p : set) names.push_back(p.name);
  return names;
}

TEST(ParameterSet, HasThoseOfItsKernelThenBiasAndRelaxation) {
  const Case c = test::small_case({6, 7}, {test::periodic, test::periodic}, DiffusionTensor::full);
  const ParameterSet set(c);
  EXPECT_EQ(names_of(set),
            (std::vector<std::string>{"reaction", "advection", "diffusion", "bias", "relaxation"}));
  for (std::size_t k = 0; k < set.size(); ++k) EXPECT_EQ(set[k].index, k);
  EXPECT_EQ(set["diffusion"].components, 3);
  EXPECT_EQ(set.component_names(set["diffusion"]), (std::vector<std::string>{"yy", "yx", "xx"}));
  EXPECT_TRUE(set.component_names(set["reaction"]).empty());
  EXPECT_EQ(set.bias().symbol, "b");
  EXPECT_EQ(set.relaxation().symbol, "omega");
  EXPECT_FALSE(set.bias().is_kernels());
  EXPECT_EQ(set.find("width"), nullptr);
  EXPECT_THROW(set["width"], std::logic_error);
}

TEST(ParameterSet, SecondParametersOfANameAreNumbered) {
  Case c = test::two_gaussians_case({12}, {test::periodic}, 2);
  c.kernel.terms[1].path = "kernel.sum.1";
  const ParameterSet set(c);
  EXPECT_EQ(names_of(set), (std::vector<std::string>{"amplitude", "width", "amplitude_2", "width_2",
                                                     "bias", "relaxation"}));
  EXPECT_EQ(set["width_2"].symbol, "sigma_2");
  EXPECT_EQ(set["width_2"].key, "kernel.sum.1.width");
  EXPECT_EQ(set["width_2"].spec.init, std::vector{1.6});
  EXPECT_EQ(set["width_2"].term, 1U);
  EXPECT_EQ(set.limit(set["width_2"])->low, 0);
  EXPECT_FALSE(set.limit(set["amplitude_2"]));
}

TEST(ParameterSet, NamedParametersAreTheSpecificationsThemselves) {
  Case c = test::two_gaussians_case({12}, {test::periodic}, 2);
  const ParameterSet before(c);
  auto named = named_parameters(c);
  ASSERT_EQ(named.size(), before.size());
  for (const Parameter& p : before) EXPECT_EQ(named[p.index].name, p.name);
  EXPECT_FALSE(before.any_by_layer());
  named[3].spec.varies_layer = true;
  EXPECT_TRUE(c.kernel.terms[1].find("width")->varies_layer);
  EXPECT_TRUE(ParameterSet(c).any_by_layer());
}

TEST(ParameterSet, BiasHasTheUnitsOfTheState) {
  Case c = test::small_case({6}, {test::periodic});
  c.grid.units = "km";
  const ParameterSet set(c);
  EXPECT_EQ(set.units(set.bias(), "degC"), "degC");
  EXPECT_EQ(set.units(set["advection"], "degC"), "km");
  EXPECT_EQ(set.units(set.relaxation(), "degC"), "1");
}

} // namespace
} // namespace nadir
