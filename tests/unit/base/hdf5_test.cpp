#include "nadir/base/check.hpp"
#include "nadir/base/hdf5.hpp"

#include "support/files.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <utility>
#include <vector>

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

TEST(Hdf5, TheRangeOfASlabIsTheSlabWhereItIsOneBlock) {
  using Range = std::pair<hsize_t, hsize_t>;
  const std::vector<hsize_t> extents{3, 4, 5};
  EXPECT_EQ(hdf5::range_of({{0, 0, 0}, {3, 4, 5}}, extents), Range(0, 60));
  EXPECT_EQ(hdf5::range_of({{1, 2, 0}, {1, 2, 5}}, extents), Range(30, 40));
  EXPECT_EQ(hdf5::range_of({{2, 3, 1}, {1, 1, 3}}, extents), Range(56, 59));
  EXPECT_EQ(hdf5::range_of({{0, 1, 2}, {2, 2, 2}}, extents), Range(7, 34)); // 8 elements
  EXPECT_EQ(hdf5::range_of({{1, 1, 1}, {0, 2, 2}}, extents), Range(0, 0));
  EXPECT_EQ(hdf5::range_of({{}, {}}, {}), Range(0, 1)); // a scalar
}

/// Writes each rank's slab of numbers that tell their places; reads it back, and then all of it.
void check_slabs(const std::vector<hsize_t>& shape, const hdf5::Slab& mine) {
  const test::Folder folder;
  const hdf5::File file = hdf5::create_file(MPI_COMM_WORLD, folder / "a.h5");
  const hdf5::Space space(H5Screate_simple(2, shape.data(), nullptr));
  const hdf5::Dataset dataset(
      H5Dcreate2(file, "x", H5T_NATIVE_DOUBLE, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
  std::vector<double> written;
  for (hsize_t i = 0; i < mine.count[0]; ++i)
    for (hsize_t k = 0; k < mine.count[1]; ++k)
      written.push_back(static_cast<double>((mine.start[0] + i) * shape[1] + mine.start[1] + k));
  hdf5::write(MPI_COMM_WORLD, dataset, mine, H5T_NATIVE_DOUBLE, written.data());
  std::vector<double> values(written.size(), -1.0);
  hdf5::read(MPI_COMM_WORLD, dataset, mine, H5T_NATIVE_DOUBLE, values.data());
  EXPECT_TRUE(values == written);
  const hdf5::Slab all{{0, 0}, shape};
  values.assign(all.elements(), -1.0);
  check_mpi(MPI_Barrier(MPI_COMM_WORLD));
  hdf5::read(MPI_COMM_WORLD, dataset, all, H5T_NATIVE_DOUBLE, values.data());
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < values.size(); ++i) wrong += values[i] != static_cast<double>(i);
  EXPECT_EQ(wrong, 0U);
}

TEST(Hdf5, LargeBlocksOfAllRanksAreWhereTheyBelong) {
  const auto rank = static_cast<hsize_t>(test::world_rank());
  const auto ranks = static_cast<hsize_t>(test::world_size());
  check_slabs({300 * ranks, 500}, {{300 * rank, 0}, {300, 500}}); // 1.2 MB
}

TEST(Hdf5, LargeBlocksBesideSmallOrScatteredOnesAndNone) {
  const auto rank = static_cast<hsize_t>(test::world_rank());
  const auto ranks = static_cast<hsize_t>(test::world_size());
  const hsize_t rows = 300, columns = 500;
  // The last rank has all but a small block, rank 0 that; others nothing.
  const hsize_t first = ranks == 1 || rank == 0 ? 0 : rank + 1 == ranks ? 1 : rows;
  const hsize_t end = ranks == 1 || rank + 1 == ranks || rank > 0 ? rows : 1;
  check_slabs({rows, columns}, {{first, 0}, {end - first, columns}});
  // The last rank has one large block, all the others columns of the rest.
  const hsize_t parts = std::max<hsize_t>(1, ranks - 1);
  if (rank + 1 == ranks && ranks > 1)
    check_slabs({2 * rows, columns}, {{rows, 0}, {rows, columns}});
  else {
    const hsize_t left = columns * rank / parts, right = columns * (rank + 1) / parts;
    check_slabs({2 * rows, columns}, {{0, left}, {ranks == 1 ? 2 * rows : rows, right - left}});
  }
  // Large blocks, but for one rank without any.
  const hsize_t owners = std::max<hsize_t>(1, ranks - 1);
  const hsize_t mine = rank < owners ? rows : 0;
  check_slabs({rows * owners, columns}, {{mine == 0 ? 0 : rows * rank, 0}, {mine, columns}});
}

TEST(Hdf5, ASlabOutsideTheDatasetIsRefusedByAllRanks) {
  const test::Folder folder;
  const hdf5::File file = hdf5::create_file(MPI_COMM_WORLD, folder / "a.h5");
  const hsize_t size = 10;
  const hdf5::Space space(H5Screate_simple(1, &size, nullptr));
  const hdf5::Dataset dataset(
      H5Dcreate2(file, "x", H5T_NATIVE_DOUBLE, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
  const std::vector<double> values(size);
  const hsize_t start = test::world_rank() == 0 ? 1 : 0;
  EXPECT_THROW(
      hdf5::write(MPI_COMM_WORLD, dataset, {{start}, {size}}, H5T_NATIVE_DOUBLE, values.data()),
      hdf5::Failure);
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
