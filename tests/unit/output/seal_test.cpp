#include "nadir/output/seal.hpp"

#include "../support/files.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <random>
#include <sstream>

using namespace nadir;
using nadir::test::Folder;

namespace {

std::string random_text(std::size_t size) {
  std::mt19937 random(3);
  std::string text(size, ' ');
  for (char& c : text) c = static_cast<char>(random());
  return text;
}

void write(const std::string& path, const std::string& text) {
  if (test::world_rank() == 0) std::ofstream(path, std::ios::binary) << text;
  test::barrier();
}

std::string read(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  test::barrier();
  return text.str();
}

class Seal : public testing::TestWithParam<std::size_t> {};

TEST_P(Seal, TellsAWholeFileFromEveryOther) {
  const Folder folder;
  const std::string path = folder / "a", text = random_text(GetParam());
  write(path, text);
  EXPECT_NE(seal_problem(MPI_COMM_WORLD, path), "");
  seal_file(MPI_COMM_WORLD, path);
  EXPECT_EQ(seal_problem(MPI_COMM_WORLD, path), "");
  EXPECT_EQ(seal_problem(MPI_COMM_SELF, path), "") << "depends on the number of ranks";
  const std::string sealed = read(path);
  ASSERT_EQ(sealed.substr(0, text.size()), text);
  for (const std::size_t at : {std::size_t{0}, text.size() / 2, text.size(), sealed.size() - 1}) {
    std::string changed = sealed;
    changed[at] = static_cast<char>(changed[at] ^ 4);
    write(path, changed);
    EXPECT_NE(seal_problem(MPI_COMM_WORLD, path), "") << "byte " << at;
  }
  for (const std::size_t size : {std::size_t{0}, sealed.size() / 2, sealed.size() - 1}) {
    write(path, sealed.substr(0, size));
    EXPECT_NE(seal_problem(MPI_COMM_WORLD, path), "") << size << " bytes";
  }
  write(path, sealed + "x");
  EXPECT_NE(seal_problem(MPI_COMM_WORLD, path), "") << "a byte too many";
}

INSTANTIATE_TEST_SUITE_P(Sizes, Seal, testing::Values(1, 7, 8, 9, 100, 3000001));

TEST(SealProblem, SaysThatThereIsNoFile) {
  const Folder folder;
  EXPECT_EQ(seal_problem(MPI_COMM_WORLD, folder / "none").find("cannot be read: "), 0U);
}

} // namespace
