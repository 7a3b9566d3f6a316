#include "nadir/analysis/speed.hpp"

#include "nadir/base/log.hpp"

#include "support/cases.hpp"
#include "support/files.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

namespace nadir {
namespace {

/// R, U and isotropic D are trained fields: d + 2 of them.
Case field_case(std::size_t dimension) {
  Case c = test::small_case(std::vector<std::int64_t>(dimension, 6),
                            std::vector<BoundaryCase>(dimension, test::periodic));
  const std::vector<double> zeros(dimension, 0.0);
  c.kernel.reaction = c.kernel.diffusion = test::trained({0.0}, true, false);
  c.kernel.advection = test::trained(zeros, true, false);
  return c;
}

TEST(Speed, AllStreamsOfALayerAreCounted) {
  // 24 + 8 nc/B forward, 32 + 24 nc/B back.
  EXPECT_EQ(byte_model(field_case(1), 1).forward, 24 + 8 * 3);
  EXPECT_EQ(byte_model(field_case(1), 1).adjoint, 32 + 24 * 3);
  EXPECT_EQ(byte_model(field_case(2), 1).forward, 56);
  EXPECT_EQ(byte_model(field_case(2), 1).adjoint, 128);
  EXPECT_EQ(byte_model(field_case(2), 16).forward, 26);
  EXPECT_EQ(byte_model(field_case(2), 16).adjoint, 38);
  EXPECT_EQ(byte_model(field_case(3), 1).forward, 24 + 8 * 5);
  EXPECT_EQ(byte_model(field_case(3), 1).adjoint, 32 + 24 * 5);
}

TEST(Speed, NumbersStreamNothingAndFixedFieldsHaveNoGradient) {
  const Case numbers = test::small_case({6, 7}, {test::periodic, test::periodic});
  EXPECT_EQ(byte_model(numbers, 1).forward, 24);
  EXPECT_EQ(byte_model(numbers, 1).adjoint, 32);
  Case c = numbers;
  c.kernel.reaction = test::trained({0.0}, false, true); // a number for each layer
  c.network.bias.varies_space = true;                    // fixed
  c.kernel.advection.varies_space = true;                // fixed, two components
  EXPECT_EQ(byte_model(c, 1).forward, 24 + 8 * 3);
  EXPECT_EQ(byte_model(c, 1).adjoint, 32 + 8 * 3);
}

/// The page's numbers, without and with the read of a line before it is written.
TEST(Speed, IsTheTableInTheDocuments) {
  std::ostringstream page;
  page << std::ifstream(NADIR_SOURCE_DIR "/docs/performance.md").rdbuf();
  const auto row = [](const char* sweep, double one, double sixteen) {
    return std::pair(sweep, formatted("| %g (%g) | %g (%g) |", one - 8, one, sixteen - 8, sixteen));
  };
  const ByteModel one = byte_model(field_case(2), 1), sixteen = byte_model(field_case(2), 16);
  for (const auto& [sweep, numbers] : {row("\n| forward |", one.forward, sixteen.forward),
                                       row("\n| adjoint |", one.adjoint, sixteen.adjoint)}) {
    const std::string text = page.str();
    const std::size_t start = text.find(sweep);
    ASSERT_NE(start, std::string::npos);
    const std::string line = text.substr(start + 1, text.find('\n', start + 1) - start - 1);
    EXPECT_TRUE(line.ends_with(numbers)) << line << " should have " << numbers;
  }
}

/// Ranks do the same work, the last one takes longest.
std::string text_of(WorkCounters work) {
  const int ranks = test::world_size();
  const double part = (test::world_rank() + 1.0) / ranks;
  work.forward_seconds *= part;
  work.adjoint_seconds *= part;
  work.forward_points /= ranks;
  work.adjoint_points /= ranks;
  return speed_text(MPI_COMM_WORLD, field_case(2), work, 1, 11.2e9 / ranks);
}

TEST(Speed, TheLineTellsRatesAndTheirPartOfTheModel) {
  WorkCounters work;
  EXPECT_EQ(text_of(work), "speed: nothing was computed");
  work.forward_points = 3e8;
  work.forward_seconds = 1.5; // 200 million in a second, as many as 11.2 GB/s / 56 bytes allow
  const std::string rank = formatted(" (%.3g GB/s per rank)", 11.2 / test::world_size());
  EXPECT_EQ(text_of(work), "speed: 200 Mpoint-layers/s forward, 1.00 of the byte model" + rank);
  work.adjoint_points = 1e8;
  work.adjoint_seconds = 1.25;
  work.repetition = 1.5; // 1.5 x 5 ns + 12.5 ns, of which 184 bytes take 16.4 ns
  EXPECT_EQ(text_of(work),
            "speed: 200 Mpoint-layers/s forward, 1.00 of the byte model; 50 with the gradient, "
            "0.82 of it" +
                rank);
}

TEST(Speed, LargeRatesHaveAllTheirDigits) {
  WorkCounters work;
  work.forward_points = 123456e6;
  work.forward_seconds = 1.0;
  EXPECT_EQ(text_of(work).find("speed: 123456 Mpoint-layers/s forward"), 0u) << text_of(work);
}

TEST(Speed, StreamsAtSomeGigabytesPerSecond) {
  const double bandwidth = stream_bandwidth(MPI_COMM_WORLD);
  EXPECT_GT(bandwidth, 1e6);
  EXPECT_LT(bandwidth, 1e13);
}

} // namespace
} // namespace nadir
