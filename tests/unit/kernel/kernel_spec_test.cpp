#include "nadir/kernel/kernel_spec.hpp"

#include "nadir/base/error.hpp"
#include "nadir/kernel/kernel_family.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace nadir {
namespace {

TEST(KernelSpec, TermsComeInTheOrderOfFamilies) {
  KernelSpec kernel{"power-law", "adr"};
  kernel.add(KernelTerm(*find_family("gaussian")));
  EXPECT_EQ(kernel.type(), "adr+gaussian+power-law");
  EXPECT_TRUE(kernel.has("gaussian"));
  EXPECT_FALSE(kernel.has("moment"));
  EXPECT_FALSE(kernel.is("adr"));
  EXPECT_TRUE(KernelSpec().is("adr"));
}

TEST(KernelSpec, TermsOfOneFamilyKeepTheirOrderAndTheirValues) {
  KernelSpec kernel{"gaussian", "gaussian"};
  *kernel.terms[0].find_option("radius") = 2;
  *kernel.terms[1].find_option("radius") = 5;
  kernel.terms[1].find("width")->init = {3.0};
  EXPECT_EQ(kernel.radius(), 5);
  EXPECT_EQ(kernel.terms[0].radius(), 2);
  kernel["width"].init = {1.0}; // of the first
  EXPECT_EQ(kernel.terms[0].find("width")->init, std::vector{1.0});
  EXPECT_EQ(kernel.terms[1].find("width")->init, std::vector{3.0});
  kernel.set_option("radius", 4); // of all
  EXPECT_EQ(kernel.terms[0].radius() + kernel.terms[1].radius(), 8);
}

TEST(KernelSpec, WhatIsNotThereIsSaid) {
  KernelSpec kernel;
  EXPECT_EQ(kernel.with_parameter("width"), nullptr);
  EXPECT_EQ(kernel.with_option("radius"), nullptr);
  EXPECT_EQ(kernel.terms[0].find("width"), nullptr);
  EXPECT_THROW(kernel["width"], std::logic_error);
  EXPECT_THROW(kernel.terms[0].option("radius"), std::logic_error);
  EXPECT_THROW(KernelSpec{"gausian"}, InputError);
}

TEST(KernelSpec, TensorsAreNamedByPairsOfAxes) {
  using Names = std::vector<std::string>;
  EXPECT_EQ(diffusion_names(3, DiffusionTensor::isotropic), Names{""});
  EXPECT_EQ(diffusion_names(2, DiffusionTensor::diagonal), (Names{"yy", "xx"}));
  EXPECT_EQ(diffusion_names(2, DiffusionTensor::full), (Names{"yy", "yx", "xx"}));
}

} // namespace
} // namespace nadir
