#include "nadir/data/data_checksum.hpp"

#include "../support/files.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <limits>

using namespace nadir;
using nadir::test::part_of;

namespace {

using Shape = std::vector<std::int64_t>;

/// Values of the whole dataset, all different.
std::vector<double> values_of(std::size_t size) {
  std::vector<double> values(size);
  for (std::size_t i = 0; i < size; ++i) values[i] = 0.25 * static_cast<double>(i * i) - 3;
  return values;
}

hdf5::Slab whole(const Shape& shape) {
  return {std::vector<hsize_t>(shape.size(), 0), {shape.begin(), shape.end()}};
}

/// Sample `s` of a dataset [sample, grid] on this rank's box, and where it lies.
std::pair<hdf5::Slab, std::vector<double>> part(const std::vector<double>& all, const Shape& grid,
                                                std::int64_t s) {
  const Box box = part_of(grid);
  hdf5::Slab slab{{static_cast<hsize_t>(s)}, {1}};
  for (const auto start : box.starts()) slab.start.push_back(static_cast<hsize_t>(start));
  for (const auto count : box.counts()) slab.count.push_back(static_cast<hsize_t>(count));
  std::vector<double> values;
  test::for_each_point(box, [&](auto, auto y, auto x) {
    values.push_back(all[static_cast<std::size_t>((s * grid[0] + y) * grid[1] + x)]);
  });
  return {slab, values};
}

TEST(DataChecksum, IsTheSameHoweverTheDatasetIsCut) {
  const Shape grid{5, 7}, shape{3, 5, 7};
  const auto all = values_of(105);
  std::uint64_t sum = 0;
  for (const std::int64_t s : {2, 0, 1}) {
    const auto [slab, values] = part(all, grid, s);
    sum += data_checksum(slab, shape, values);
  }
  EXPECT_EQ(sum_of_checksums(MPI_COMM_WORLD, sum), data_checksum(whole(shape), shape, all));
}

TEST(DataChecksum, KnowsEveryValueAndItsPlace) {
  const Shape shape{4, 6};
  const auto all = values_of(24);
  const std::uint64_t right = data_checksum(whole(shape), shape, all);
  for (std::size_t i = 0; i < all.size(); ++i) {
    auto changed = all;
    changed[i] = std::nextafter(changed[i], 1e9);
    EXPECT_NE(data_checksum(whole(shape), shape, changed), right) << "value " << i;
    changed = all;
    std::swap(changed[i], changed[(i + 7) % 24]);
    EXPECT_NE(data_checksum(whole(shape), shape, changed), right) << "places of " << i;
  }
  const std::vector<double> scalar{2.5};
  EXPECT_NE(data_checksum({}, {}, scalar), data_checksum({}, {}, std::vector{2.0}));
  EXPECT_EQ(data_checksum(hdf5::Slab{{0, 6}, {4, 0}}, shape, {}), 0U) << "a rank without points";
}

TEST(DataChecksum, WhatIsMissingIsMissingWhateverBitsItHas) {
  const double quiet = std::numeric_limits<double>::quiet_NaN();
  const auto other = std::bit_cast<double>(std::bit_cast<std::uint64_t>(quiet) | 12345U);
  const Shape shape{2};
  EXPECT_EQ(data_checksum(whole(shape), shape, std::vector{1.0, quiet}),
            data_checksum(whole(shape), shape, std::vector{1.0, other}));
}

TEST(DataText, SaysWhichDatasetHasChanged) {
  std::vector<DataRead> read;
  const DataRecord record{&read, "data.target.0"};
  record.add({"/there/a.h5", "y"}, 17);
  record.below("mask").add({"/there/a.h5", "land"}, 1);
  const std::string before = data_text(read);
  EXPECT_EQ(before, "data.target.0 0000000000000011 /there/a.h5: y\n"
                    "data.target.0.mask 0000000000000001 /there/a.h5: land\n");
  for (auto& each : read) each.source.file = "/else where/b.h5";
  EXPECT_EQ(data_differences(before, read), std::vector<std::string>{}) << "only moved";
  EXPECT_TRUE(same_data(before, data_text(read)));
  read[1].checksum = 2;
  EXPECT_FALSE(same_data(before, data_text(read)));
  EXPECT_EQ(
      data_differences(before, read),
      std::vector<std::string>{"data.target.0.mask: /else where/b.h5: land holds other values "
                               "than /there/a.h5: land did"});
  EXPECT_EQ(data_differences("", read), std::vector<std::string>{}) << "nothing was noted then";
  read.pop_back();
  EXPECT_FALSE(same_data(before, data_text(read)));
}

TEST(DataRecord, WithoutAPlaceNotesNothing) {
  const DataRecord record;
  record.below("mask").add({"a.h5", "y"}, 1); // must not crash
}

} // namespace
