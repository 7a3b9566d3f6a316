#include "input/coordinates.hpp"

#include "support/files.hpp"
#include "support/input_file.hpp"

#include <gtest/gtest.h>

namespace nadir {
namespace {

using Lines = std::vector<std::string>;

/// An axis of the data: its name, coordinates and units.
struct Axis {
  std::string name;
  std::vector<double> x;
  std::string units = "";
};

/// Data of two axes with coordinates against a grid of 3 x 4 points, spacing 1 and 2, from 0.
class Coordinates : public testing::Test {
 protected:
  Coordinates() {
    c.grid.shape = {3, 4};
    c.grid.spacing = {1, 2};
    c.grid.origin = {0, 0};
    c.grid.boundary.resize(2);
  }
  void write(const std::vector<Axis>& axes) {
    test::InputFile file(path);
    std::vector<hsize_t> extents;
    for (const Axis& axis : axes) extents.push_back(axis.x.size());
    file.dataset("v", extents, H5T_IEEE_F64LE, test::counting(12));
    for (unsigned a = 0; a < axes.size(); ++a) {
      const std::string& name = axes[a].name;
      file.dataset(name.c_str(), {extents[a]}, H5T_IEEE_F64LE, axes[a].x);
      if (!axes[a].units.empty()) file.text(name.c_str(), "units", axes[a].units);
      file.scale("v", a, name.c_str(), name.c_str());
    }
  }
  CoordinateFindings findings() const {
    const StoredArray array(MPI_COMM_SELF, source());
    return compare_coordinates(c, source(), array);
  }
  /// The only warning, without the name of the file.
  std::string warning() const {
    const CoordinateFindings found = findings();
    EXPECT_EQ(found.errors, Lines{});
    EXPECT_EQ(found.warnings.size(), 1U);
    return found.warnings.empty() ? "" : found.warnings[0].substr(path.size() + 2);
  }
  DatasetSpec source() const { return {path, "v"}; }

  test::Folder folder;
  const std::string path = folder / "in.nc";
  Case c;
};

TEST_F(Coordinates, ThoseOfTheGridSayNothing) {
  write({{"y", {0, 1, 2}}, {"x", {0, 2, 4, 6.0001}}});
  const CoordinateFindings found = findings();
  EXPECT_EQ(found.errors, Lines{});
  EXPECT_EQ(found.warnings, Lines{}) << "rounded by less than a hundredth of a spacing";
}

TEST_F(Coordinates, OtherNumbersAreWarnedOfWithThoseToWrite) {
  write({{"y", {5, 6, 7}}, {"x", {0, 3, 6, 9}}});
  EXPECT_EQ(warning(),
            "its coordinates, y from 5 in steps of 1 and x from 0 in steps of 3, are not "
            "those of [grid]; if they are in its units, write spacing = [1, 3] and "
            "origin = [5, 0] there");
}

TEST_F(Coordinates, OtherUnitsAreNotCompared) {
  write({{"y", {500, 600, 700}, "m"}, {"x", {0, 200, 400, 600}, "m"}});
  c.grid.units = "km";
  EXPECT_EQ(findings().warnings, Lines{});
  c.grid.units = "m";
  EXPECT_EQ(findings().warnings.size(), 1U);
}

TEST_F(Coordinates, AnAxisThatRunsDownOrUnevenly) {
  write({{"y", {2, 1, 0}}, {"x", {0, 2, 4, 6}}});
  EXPECT_TRUE(warning().starts_with("its axis y runs from 2 down to 0,")) << warning();
  EXPECT_TRUE(warning().ends_with("in-new.nc"));
}

TEST_F(Coordinates, AnUnevenAxis) {
  write({{"y", {0, 1, 2}}, {"x", {0, 1, 4, 6}}});
  EXPECT_TRUE(warning().starts_with("its axis x is uneven, in steps from 1 to 3,")) << warning();
}

TEST_F(Coordinates, BothEndsOfAPeriodAreTheSamePlaceTwice) {
  c.grid.boundary[1].kind = BoundaryKind::periodic;
  c.grid.spacing = {1, 120};
  const Axis latitudes{"lat", {0, 1, 2}, "degrees_north"};
  write({latitudes, {"lon", {0, 120, 240, 360}, "degrees_east"}});
  EXPECT_TRUE(warning().starts_with("its axis lon holds both ends of the period, 0 and 360"))
      << warning();
}

TEST_F(Coordinates, LongitudesMayBeginAnewWithinAPeriod) {
  c.grid.boundary[1].kind = BoundaryKind::periodic;
  c.grid.spacing = {1, 90};
  c.grid.origin = {0, 180};
  write({{"lat", {0, 1, 2}, "degrees_north"}, {"lon", {180, -90, 0, 90}, "degrees_east"}});
  EXPECT_EQ(findings().warnings, Lines{});
}

TEST_F(Coordinates, AxesInAnotherOrderAreAnError) {
  write({{"lon", {0, 2, 4}}, {"lat", {10, 11, 12, 13}}});
  const CoordinateFindings found = findings();
  ASSERT_EQ(found.errors.size(), 1U);
  EXPECT_TRUE(found.errors[0].starts_with(
      "its axes are lon, lat, those of [grid] y, x: turn it with ncpdq -a lat,lon "))
      << found.errors[0];
}

TEST_F(Coordinates, AShapeInAnotherOrderIsToldHowToTurn) {
  write({{"x", {0, 2, 4, 6}}, {"y", {0, 1, 2}}});
  const StoredArray array(MPI_COMM_SELF, source());
  EXPECT_TRUE(turning_hint(c, source(), array)
                  .starts_with("; its axes are x, y, those of [grid] y, x: turn it with ncpdq"));
  c.grid.shape = {4, 3};
  EXPECT_EQ(turning_hint(c, source(), array), "");
  c.grid.shape = {2, 6};
  EXPECT_EQ(turning_hint(c, source(), array), "");
}

} // namespace
} // namespace nadir
