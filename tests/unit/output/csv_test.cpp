#include "nadir/base/error.hpp"
#include "nadir/output/csv.hpp"

#include "../support/files.hpp"

#include <gtest/gtest.h>

#include <array>
#include <fstream>

using namespace nadir;
using nadir::test::Folder;
using nadir::test::text_of;

namespace {

TEST(CsvFile, RowsAppearAsTheyAreWritten) {
  const Folder folder;
  const std::string path = folder / "a.csv";
  CsvFile csv(MPI_COMM_WORLD, path, {"iteration", "loss"});
  EXPECT_EQ(text_of(path), "iteration,loss\n");
  csv.row(std::array{0.0, 0.1});
  EXPECT_EQ(text_of(path), "iteration,loss\n0,0.10000000000000001\n");
  csv.row(std::array{1.0, 1e-300});
  EXPECT_EQ(text_of(path), "iteration,loss\n0,0.10000000000000001\n1,1e-300\n");
}

TEST(CsvFile, BeginsWithTheRowsOfBefore) {
  const Folder folder;
  const std::string path = folder / "a.csv";
  const auto write = [&](const std::vector<CsvFile::Row>& before, double value) {
    CsvFile(MPI_COMM_WORLD, path, {"a"}, before).row(std::array{value});
    test::barrier();
  };
  write({{1}, {0.5}}, 2);
  EXPECT_EQ(text_of(path), "a\n1\n0.5\n2\n");
  write({}, 3);
  EXPECT_EQ(text_of(path), "a\n3\n");
}

TEST(CsvFile, FailsOnAllRanks) {
  const Folder folder;
  CsvFile full(MPI_COMM_WORLD, folder / "a.csv", {"a"});
  EXPECT_THROW(CsvFile(MPI_COMM_WORLD, folder / "a.csv/b.csv", {"a"}), SystemError);
  EXPECT_THROW(full.row(std::array{1.0, 2.0}), std::logic_error);
}

TEST(CsvFile, IsKnownByItsColumns) {
  const Folder folder;
  const std::vector<std::string> names{"iteration", "loss"};
  { const CsvFile csv(MPI_COMM_WORLD, folder / "a.csv", names); }
  folder.touch({"b.csv"});
  EXPECT_TRUE(is_table(folder / "a.csv", names));
  EXPECT_FALSE(is_table(folder / "a.csv", {"iteration"}));
  EXPECT_FALSE(is_table(folder / "b.csv", names));
  EXPECT_FALSE(is_table(folder / "absent.csv", names));
}

} // namespace
