#include "nadir/output/axis_scale.hpp"

#include "../support/files.hpp"

#include <gtest/gtest.h>

using namespace nadir;

namespace {

std::vector<std::string> units_of(const GridAxes& axes) {
  std::vector<std::string> units;
  for (const AxisLabel& axis : axis_labels(axes)) units.push_back(axis.label.units);
  return units;
}

using Texts = std::vector<std::string>;

TEST(AxisScale, DegreesAreLatitudeAndLongitude) {
  for (const char* degrees : {"degree", "degrees", "deg", "\u00b0"})
    EXPECT_EQ(units_of({{90, 180}, {-89, 21}, {2, 2}, degrees}),
              (Texts{"degrees_north", "degrees_east"}))
        << degrees;
  // From pole to pole, and downwards; the third axis keeps its units.
  EXPECT_EQ(units_of({{3, 7, 8}, {0, 90, 0}, {10, -30, 45}, "degrees"}),
            (Texts{"degrees", "degrees_north", "degrees_east"}));
  const auto labels = axis_labels({{3, 7, 8}, {0, 90, 0}, {10, -30, 45}, "degrees"});
  EXPECT_EQ(labels[0].standard_name + labels[0].axis, "");
  EXPECT_EQ(labels[1].standard_name, "latitude");
  EXPECT_EQ(labels[1].axis, "Y");
  EXPECT_EQ(labels[2].label.long_name, "longitude");
  EXPECT_EQ(labels[2].axis, "X");
}

TEST(AxisScale, OtherUnitsAndWhatIsNoLatitudeStay) {
  EXPECT_EQ(units_of({{4, 5}, {0, 0}, {1, 1}, "km"}), (Texts{"km", "km"}));
  EXPECT_EQ(units_of({{36, 36}, {0, 0}, {10, 10}, "degree"}), (Texts{"degree", "degree"}));
  EXPECT_EQ(units_of({{36}, {0}, {10}, "degree"}), Texts{"degree"}) << "a line of any direction";
  EXPECT_EQ(axis_labels({{4, 5}, {0, 0}, {1, 1}, "km"})[0].label.long_name, "y coordinate");
}

TEST(AxisScale, TheFileSaysSoInEveryGroup) {
  const test::Folder folder;
  const std::string path = folder / "a.h5";
  {
    ResultFile file(MPI_COMM_WORLD, path);
    for (const char* group : {"/", "/parameters"})
      add_axis_scales(file, group, {{4, 5}, {-30, 0}, {20, 72}, "degree"});
    file.commit();
  }
  const auto file = hdf5::open_file(MPI_COMM_SELF, path);
  for (const char* y : {"/y", "/parameters/y"}) {
    EXPECT_EQ(hdf5::text_attribute(file, y, "units"), "degrees_north");
    EXPECT_EQ(hdf5::text_attribute(file, y, "standard_name"), "latitude");
    EXPECT_EQ(hdf5::text_attribute(file, y, "axis"), "Y");
  }
  EXPECT_EQ(hdf5::text_attribute(file, "/x", "units"), "degrees_east");
}

} // namespace
