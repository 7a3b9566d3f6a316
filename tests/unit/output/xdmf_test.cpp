#include "nadir/base/error.hpp"
#include "nadir/output/xdmf.hpp"

#include "../support/files.hpp"

#include <gtest/gtest.h>

#include <fstream>

using namespace nadir;
using nadir::test::Folder;

namespace {

// What a viewer makes of the file is tested with ParaView's reader in tests/regression/output.

using Indices = std::vector<std::vector<std::int64_t>>;

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

GridSpec plane() {
  GridSpec grid;
  grid.shape = {4, 6};
  grid.spacing = {0.5, 2.0};
  grid.origin = {-1.0, 10.0};
  return grid;
}

TEST(Xdmf, OneBoxPerFieldAndStep) {
  const auto text = xdmf_text(plane(), "a&b.h5", {0.0, 8.0}, state_fields(2, 2));
  EXPECT_TRUE(contains(text, "Version=\"2.0\""));
  EXPECT_TRUE(contains(text, "GridType=\"Collection\" CollectionType=\"Temporal\""));
  EXPECT_TRUE(contains(text, "TopologyType=\"3DCoRectMesh\" Dimensions=\"1 4 6\""));
  EXPECT_TRUE(contains(text, ">0 -1 10<"));
  EXPECT_TRUE(contains(text, ">1 0.5 2<"));
  EXPECT_TRUE(contains(text, "<Time Value=\"8\"/>"));
  // Sample 1, stored layer 0: start, stride, count.
  EXPECT_TRUE(contains(text, ">1 0 0 0 1 1 1 1 1 1 4 6<"));
  EXPECT_TRUE(contains(text, "Dimensions=\"2 2 4 6\">a&amp;b.h5:/state<"));
}

TEST(Xdmf, ParametersShowTheLayerThatMadeTheState) {
  const auto fields = parameter_fields("advection", 8, true, {"y", "x"}, {0, 4, 8});
  ASSERT_EQ(fields.size(), 2U);
  EXPECT_EQ(fields[1].name, "advection x");
  EXPECT_EQ(fields[1].extents, (std::vector<std::int64_t>{8, 2}));
  EXPECT_EQ(fields[1].at, (Indices{{0, 1}, {3, 1}, {7, 1}}));
  const auto constant = parameter_fields("reaction", 8, false, {}, {0, 4, 8});
  ASSERT_EQ(constant.size(), 1U);
  EXPECT_TRUE(constant[0].extents.empty());
  EXPECT_EQ(constant[0].at, Indices{{}});
}

TEST(Xdmf, LiesBesideTheResult) {
  const Folder folder;
  write_xdmf(MPI_COMM_WORLD, plane(), folder / "a.h5", {0.0}, state_fields(1, 1));
  test::barrier();
  EXPECT_EQ(folder.names(), std::vector<std::string>{"a.xdmf"});
  EXPECT_THROW(
      write_xdmf(MPI_COMM_WORLD, plane(), folder / "missing/a.h5", {0.0}, state_fields(1, 1)),
      SystemError);
}

TEST(Xdmf, ReplacesItsOwnFileAndKeepsOthers) {
  const Folder folder;
  const auto write = [&] {
    return write_xdmf(MPI_COMM_WORLD, plane(), folder / "a.h5", {0.0}, state_fields(1, 1));
  };
  EXPECT_EQ(write(), "");
  EXPECT_EQ(write(), "");
  EXPECT_EQ(folder.names(), std::vector<std::string>{"a.xdmf"});
  folder.touch({"a.xdmf", "a.1.xdmf"}); // somebody's
  EXPECT_EQ(write(), folder / "a.2.xdmf");
  EXPECT_EQ(folder.names(), (std::vector<std::string>{"a.1.xdmf", "a.2.xdmf", "a.xdmf"}));
  std::string text;
  std::ifstream(folder / "a.2.xdmf") >> text;
  EXPECT_EQ(text, "a.xdmf");
}

} // namespace
