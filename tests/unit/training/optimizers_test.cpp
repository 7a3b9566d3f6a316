#include "nadir/training/optimizers.hpp"

#include <gtest/gtest.h>

#include <map>
#include <string>

namespace nadir {
namespace {

TEST(Optimizers, HaveNamesOfTheirOwnAndAreFoundByThem) {
  for (const OptimizerInfo& info : optimizers()) EXPECT_EQ(find_optimizer(info.name), &info);
  EXPECT_GE(optimizers().size(), 10u);
  EXPECT_EQ(optimizers().front().name, TrainingSpec().optimizer);
  EXPECT_EQ(find_optimizer("nope"), nullptr);
  EXPECT_FALSE(find_optimizer("lmvm")->takes_bounds);
}

/// A key means the same to all that read it, and who has keys reads them.
TEST(Optimizers, ShareTheirOptions) {
  std::map<std::string_view, std::string_view> texts;
  for (const OptimizerInfo& info : optimizers()) {
    EXPECT_EQ(info.options.empty(), info.set_options == nullptr) << info.name;
    for (const OptimizerOption& option : info.options) {
      EXPECT_EQ(texts.emplace(option.key, option.text).first->second, option.text) << option.key;
      EXPECT_EQ(TrainingSpec().option(option.key), option.fallback) << option.key;
    }
  }
}

TEST(Optimizers, AreKnownToTao) {
  register_optimizers();
  for (const OptimizerInfo& info : optimizers()) {
    Tao tao = nullptr;
    ASSERT_EQ(TaoCreate(PETSC_COMM_SELF, &tao), 0);
    EXPECT_EQ(TaoSetType(tao, std::string(info.name).c_str()), 0) << info.name;
    TaoDestroy(&tao);
  }
}

} // namespace
} // namespace nadir
