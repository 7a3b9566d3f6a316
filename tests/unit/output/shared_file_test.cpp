#include "nadir/output/shared_file.hpp"

#include "../support/files.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <numeric>

using namespace nadir;
using nadir::test::barrier;
using nadir::test::FileLimit;
using nadir::test::Folder;
using nadir::test::world_rank;
using nadir::test::world_size;
using Runs = std::vector<FileRun>;

namespace {

TEST(FileRuns, AreAsLongAsTheyCanBe) {
  const SharedFile::Array array{100, {3, 4, 5}, 8};
  EXPECT_EQ(file_runs(array, {{0, 0, 0}, {3, 4, 5}}), (Runs{{100, 480}}));
  EXPECT_EQ(file_runs(array, {{1, 0, 0}, {2, 4, 5}}), (Runs{{260, 320}}));
  EXPECT_EQ(file_runs(array, {{1, 1, 0}, {1, 2, 5}}), (Runs{{300, 80}}));
  EXPECT_EQ(file_runs(array, {{1, 1, 0}, {2, 2, 5}}), (Runs{{300, 80}, {460, 80}}));
  EXPECT_EQ(file_runs(array, {{2, 1, 3}, {1, 2, 2}}), (Runs{{484, 16}, {524, 16}}));
  EXPECT_EQ(file_runs(array, {{0, 3, 4}, {2, 1, 1}}), (Runs{{252, 8}, {412, 8}}));
  EXPECT_EQ(file_runs(array, {{0, 0, 0}, {3, 0, 5}}), Runs{});
  EXPECT_EQ(file_runs(array, {{0, 0, 0}, {3, 4, 5}, false}), Runs{});
  EXPECT_EQ(file_runs({7, {}, 4}, {}), (Runs{{7, 4}})) << "a scalar";
  EXPECT_EQ(file_runs({7, {5}, 4}, {{4}, {1}}), (Runs{{23, 4}}));
}

/// A file of so many bytes, all 0xff.
std::string made(const Folder& folder, std::size_t bytes) {
  if (world_rank() == 0) {
    const std::string text(bytes, '\xff');
    std::ofstream(folder / "a", std::ios::binary) << text;
  }
  barrier();
  return folder / "a";
}

/// This rank's columns of a plane, of unequal widths; the last rank has none.
hdf5::Slab columns_of(hsize_t rows, hsize_t columns) {
  const auto rank = static_cast<hsize_t>(world_rank());
  const auto owners = static_cast<hsize_t>(std::max(1, world_size() - 1));
  const auto cut = [&](hsize_t r) { return columns * std::min(r, owners) / owners; };
  return {{0, cut(rank)}, {rows, cut(rank + 1) - cut(rank)}};
}

double value_at(hsize_t row, hsize_t column) { return static_cast<double>(10000 * row + column); }

std::vector<double> values_of(const hdf5::Slab& slab) {
  std::vector<double> values;
  for (hsize_t y = 0; y < slab.count[0]; ++y)
    for (hsize_t x = 0; x < slab.count[1]; ++x)
      values.push_back(value_at(slab.start[0] + y, slab.start[1] + x));
  return values;
}

/// Rows of all ranks interleave; several blocks for each rank, and a hole in front and behind.
TEST(SharedFile, GathersRowsOfAllRanks) {
  const Folder folder;
  constexpr hsize_t rows = 3001, columns = 1009;
  constexpr std::size_t front = 123, behind = 77;
  const auto path = made(folder, front + 8 * rows * columns + behind);
  SharedFile file(MPI_COMM_WORLD);
  file.open(path);
  const SharedFile::Array array{front, {rows, columns}, 8};
  const hdf5::Slab slab = columns_of(rows, columns);
  const auto values = values_of(slab);
  file.write(array, slab, values.data());
  barrier();
  std::vector<double> all(rows * columns);
  const hdf5::Slab whole{{0, 0}, {rows, columns}};
  file.read(array, whole, all.data());
  EXPECT_TRUE(all == values_of(whole));
  std::vector<double> again(values.size());
  file.read(array, slab, again.data());
  EXPECT_TRUE(again == values);
  file.close();
  std::ifstream in(path, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(in), {}};
  ASSERT_EQ(bytes.size(), front + 8 * rows * columns + behind);
  EXPECT_EQ(bytes.substr(0, front), std::string(front, '\xff'));
  EXPECT_EQ(bytes.substr(bytes.size() - behind), std::string(behind, '\xff'));
}

/// What nobody has is left as it was.
TEST(SharedFile, LeavesHolesAlone) {
  const Folder folder;
  constexpr hsize_t rows = 40, columns = 100;
  const auto path = made(folder, rows * columns);
  SharedFile file(MPI_COMM_WORLD);
  file.open(path);
  const auto n = static_cast<hsize_t>(world_size()), r = static_cast<hsize_t>(world_rank());
  const hdf5::Slab slab{{3, 2 * r}, {rows - 5, 1}}; // every other column of the first 2 n
  const std::vector<char> mine(rows, static_cast<char>(r));
  file.write({0, {rows, columns}, 1}, slab, mine.data());
  barrier();
  std::vector<char> all(rows * columns);
  file.read({0, {rows, columns}, 1}, {{0, 0}, {rows, columns}}, all.data());
  for (hsize_t y = 0; y < rows; ++y)
    for (hsize_t x = 0; x < columns; ++x) {
      const bool written = y >= 3 && y < rows - 2 && x < 2 * n && x % 2 == 0;
      ASSERT_EQ(all[y * columns + x], written ? static_cast<char>(x / 2) : '\xff') << y << " " << x;
    }
}

TEST(SharedFile, ASlabOutsideIsRefusedByAllRanks) {
  const Folder folder;
  SharedFile file(MPI_COMM_WORLD);
  file.open(made(folder, 80));
  const bool last = world_rank() + 1 == world_size();
  const double value = 1;
  EXPECT_THROW(file.write({0, {10}, 8}, {{last ? hsize_t{10} : 0}, {1}, last}, &value),
               hdf5::Failure);
  EXPECT_THROW(file.read({0, {10}, 8}, {{10}, {1}}, nullptr), hdf5::Failure);
}

/// The rank whose limit is reached says so; all others have written, and nobody waits.
TEST(SharedFile, OneRanksFailureIsItsOwn) {
  const Folder folder;
  constexpr hsize_t rows = 2000, columns = 1000;
  SharedFile file(MPI_COMM_WORLD);
  file.open(made(folder, 8));
  const hdf5::Slab slab = columns_of(rows, columns);
  const auto values = values_of(slab);
  const bool first = world_rank() == 0;
  const FileLimit limit(first ? 4096 : RLIM_INFINITY);
  const auto write = [&] { file.write({0, {rows, columns}, 8}, slab, values.data()); };
  if (first) {
    EXPECT_THROW(write(), hdf5::Failure);
  } else {
    EXPECT_NO_THROW(write());
  }
  barrier();
}

} // namespace
