#include "nadir/base/collective.hpp"
#include "nadir/base/error.hpp"
#include "nadir/base/hdf5.hpp"

#include <gtest/gtest.h>

#include <unistd.h>

using namespace nadir;

namespace {

TEST(Hdf5, SplitsASlabIntoContiguousPieces) {
  const hdf5::Slab slab{{1, 2, 3}, {3, 4, 5}};
  for (const std::size_t limit : {1U, 3U, 5U, 7U, 20U, 45U, 60U, 100U}) {
    std::size_t next = 0; // position in the packed slab
    for (const auto& piece : hdf5::split(slab, limit)) {
      EXPECT_LE(piece.elements(), limit);
      const auto local = [&](int axis) { return piece.start[axis] - slab.start[axis]; };
      EXPECT_EQ((local(0) * 4 + local(1)) * 5 + local(2), next);
      // Contiguous: below the first axis longer than 1 every axis is whole.
      for (int axis = 0; axis < 2; ++axis) {
        if (piece.count[axis] == 1) continue;
        for (int below = axis + 1; below < 3; ++below)
          EXPECT_EQ(piece.count[below], slab.count[below]);
      }
      next += piece.elements();
    }
    EXPECT_EQ(next, slab.elements());
  }
}

TEST(Hdf5, NothingToSplit) {
  EXPECT_TRUE(hdf5::split({{0, 0}, {0, 5}}, 10).empty());
  EXPECT_TRUE(hdf5::split({{0}, {5}, false}, 10).empty());
  EXPECT_EQ(hdf5::split({{}, {}}, 10).size(), 1U); // a scalar is one element
}

TEST(Hdf5, AllRanksGetTheProblemOfTheLowestFailingRank) {
  int rank = 0;
  int ranks = 1;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &ranks);
  EXPECT_EQ(first_problem(MPI_COMM_WORLD, ""), "");
  const std::string mine = rank == ranks - 1 ? "on the last" : "";
  EXPECT_EQ(first_problem(MPI_COMM_WORLD, mine), "on the last");
  EXPECT_EQ(first_problem(MPI_COMM_WORLD, std::to_string(rank)), "0");
}

TEST(Hdf5, TogetherThrowsEverywhereOrNowhere) {
  int rank = 0;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  together<SystemError>(MPI_COMM_WORLD, "file: ", [] {});
  try {
    together<SystemError>(MPI_COMM_WORLD, "file: ", [&] {
      if (rank == 0) throw std::runtime_error("disk full");
    });
    FAIL() << "rank " << rank << " did not throw";
  } catch (const SystemError& error) {
    EXPECT_STREQ(error.what(), "file: disk full");
  }
}

TEST(Hdf5, ErrorsCarryTheLibrarysReasonAndPrintNothing) {
  testing::internal::CaptureStderr();
  try {
    hdf5::open_file(MPI_COMM_SELF, "/no/such/file.h5");
    FAIL();
  } catch (const hdf5::Failure& failure) {
    const std::string what = failure.what();
    EXPECT_TRUE(what.starts_with("HDF5 cannot open the file: ")) << what;
    EXPECT_EQ(what.find("unknown"), std::string::npos) << what;
  }
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

} // namespace
