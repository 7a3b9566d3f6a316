#include "nadir/analysis/speed.hpp"

#include "nadir/base/log.hpp"

#include "support/files.hpp"

#include <gtest/gtest.h>

namespace nadir {
namespace {

/// Ranks do the same work, the last one takes longest.
std::string text_of(WorkCounters work) {
  const int ranks = test::world_size();
  const double part = (test::world_rank() + 1.0) / ranks;
  work.forward_seconds *= part;
  work.adjoint_seconds *= part;
  work.forward_points /= ranks;
  work.adjoint_points /= ranks;
  const ByteModel bytes = byte_model(4, 4, 1); // R, U and D in two dimensions
  return speed_text(MPI_COMM_WORLD, work, bytes, 11.2e9 / ranks);
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

TEST(Speed, LayersThatGoOverThePointsMoreThanOnceHaveNoModel) {
  WorkCounters work;
  work.forward_points = 3e8 / test::world_size();
  work.forward_seconds = 1.5;
  EXPECT_EQ(speed_text(MPI_COMM_WORLD, work, std::nullopt, 1e9),
            "speed: 200 Mpoint-layers/s forward");
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
