#include "nadir/plan/layer_cost.hpp"

#include "nadir/base/log.hpp"

#include "support/workloads.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

namespace nadir {
namespace {

TEST(LayerCost, CountsPointsAndExchanges) {
  const Extents box{1, 100, 200};
  const double points = 100 * 200 * seconds_per_point;
  EXPECT_DOUBLE_EQ(layer_seconds(box, {1, 1, 1}, 1), points);
  EXPECT_DOUBLE_EQ(layer_seconds(box, {1, 1, 1}, 4), points);
  // Two sides of 200 points, forward and back.
  const double once = 2 * (latency + 2 * 200 * 8 / bytes_per_second);
  EXPECT_DOUBLE_EQ(layer_seconds(box, {1, 3, 1}, 1), points + once);
  // Ghosts of 3 forward: 2 and 1 rows on each side are computed again; back: 1 and 0.
  const double rows = ((104 + 102) / 2.0 + (102 + 100) / 2.0) / 2 * 200 * seconds_per_point;
  const double sent = 2 * latency + (3 + 2 * 2) * 2 * 200 * 8 / bytes_per_second;
  EXPECT_DOUBLE_EQ(layer_seconds(box, {1, 3, 1}, 2), rows + sent / 2);
}

TEST(LayerCost, AllStreamsOfALayerAreCounted) {
  // 24 + 8 nc/B forward, 32 + 24 nc/B back, of as many coefficients as R, U and D have.
  EXPECT_EQ(byte_model(3, 3, 1).forward, 24 + 8 * 3);
  EXPECT_EQ(byte_model(3, 3, 1).adjoint, 32 + 24 * 3);
  EXPECT_EQ(byte_model(4, 4, 1).forward, 56);
  EXPECT_EQ(byte_model(4, 4, 1).adjoint, 128);
  EXPECT_EQ(byte_model(4, 4, 16).forward, 26);
  EXPECT_EQ(byte_model(4, 4, 16).adjoint, 38);
  EXPECT_EQ(byte_model(5, 5, 1).forward, 24 + 8 * 5);
  EXPECT_EQ(byte_model(5, 5, 1).adjoint, 32 + 24 * 5);
}

TEST(LayerCost, NumbersStreamNothingAndFixedFieldsHaveNoGradient) {
  EXPECT_EQ(byte_model(0, 0, 1).forward, 24);
  EXPECT_EQ(byte_model(0, 0, 1).adjoint, 32);
  Workload w = test::small_workload({6, 7});
  w.parameters[test::reaction].trained = w.parameters[test::reaction].varies_layer = true;
  w.parameters[test::bias].varies_space = true;      // fixed
  w.parameters[test::advection].varies_space = true; // fixed, two components
  EXPECT_EQ(byte_model(fields_of(w), trained_fields_of(w), 1).forward, 24 + 8 * 3);
  EXPECT_EQ(byte_model(fields_of(w), trained_fields_of(w), 1).adjoint, 32 + 8 * 3);
}

/// The page's numbers, without and with the read of a line before it is written.
TEST(LayerCost, IsTheTableInTheDocuments) {
  std::ostringstream page;
  page << std::ifstream(NADIR_SOURCE_DIR "/docs/performance.md").rdbuf();
  const auto row = [](const char* sweep, double one, double sixteen) {
    return std::pair(sweep, formatted("| %g (%g) | %g (%g) |", one - 8, one, sixteen - 8, sixteen));
  };
  const ByteModel one = byte_model(4, 4, 1), sixteen = byte_model(4, 4, 16);
  for (const auto& [sweep, numbers] : {row("\n| forward |", one.forward, sixteen.forward),
                                       row("\n| adjoint |", one.adjoint, sixteen.adjoint)}) {
    const std::string text = page.str();
    const std::size_t start = text.find(sweep);
    ASSERT_NE(start, std::string::npos);
    const std::string line = text.substr(start + 1, text.find('\n', start + 1) - start - 1);
    EXPECT_TRUE(line.ends_with(numbers)) << line << " should have " << numbers;
  }
}

} // namespace
} // namespace nadir
