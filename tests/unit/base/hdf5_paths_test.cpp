#include "nadir/base/hdf5.hpp"

#include "support/files.hpp"

#include <gtest/gtest.h>

#include <sys/stat.h>

namespace nadir::hdf5 {
namespace {

/// A file of each rank's own: /a/b/x and /y are datasets, the rest links to them and to nothing.
class Hdf5Paths : public testing::Test {
 protected:
  Hdf5Paths() {
    make_group("/a");
    make_group("/a/b");
    make_dataset("/a/b/x");
    make_dataset("/y");
    soft_link("/a/b", "/short");
    soft_link("/gone", "/broken");
    soft_link("/circle", "/circle");
    const File other = create_own_file(path("other.h5"));
    check(H5Gclose(H5Gcreate2(other, "/far", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT)), "make");
    external_link("other.h5", "/far", "/elsewhere");
    external_link("absent.h5", "/far", "/absent");
    external_link("other.h5", "/no", "/misses");
    mkfifo(path("pipe").c_str(), 0600);
    external_link("pipe", "/far", "/waits");
  }

  std::string path(const std::string& name) const {
    return folder_ / (std::to_string(test::world_rank()) + name);
  }
  void make_group(const char* name) {
    check(H5Gclose(H5Gcreate2(made_, name, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT)), "make");
  }
  void make_dataset(const char* name) {
    const Space scalar(H5Screate(H5S_SCALAR));
    check(H5Dclose(H5Dcreate2(made_, name, H5T_NATIVE_INT, scalar, H5P_DEFAULT, H5P_DEFAULT,
                              H5P_DEFAULT)),
          "make");
  }
  void soft_link(const char* to, const char* name) {
    check(H5Lcreate_soft(to, made_, name, H5P_DEFAULT, H5P_DEFAULT), "link");
  }
  void external_link(const std::string& target, const char* object, const char* name) {
    const std::string own = std::to_string(test::world_rank()) + target;
    check(H5Lcreate_external(own.c_str(), object, made_, name, H5P_DEFAULT, H5P_DEFAULT), "link");
  }
  /// A text attribute of fixed length at the root.
  void fixed_text(const char* name, const std::string& bytes, H5T_str_t padding) {
    const Type type(H5Tcopy(H5T_C_S1));
    check(H5Tset_size(type, bytes.size()), "set size");
    check(H5Tset_strpad(type, padding), "set padding");
    const Space scalar(H5Screate(H5S_SCALAR));
    const Attribute attribute(H5Acreate2(made_, name, type, scalar, H5P_DEFAULT, H5P_DEFAULT));
    check(H5Awrite(attribute, type, bytes.data()), "write");
  }
  /// The file as everything reads it, complete.
  File opened() {
    made_.close();
    return open_file(MPI_COMM_SELF, path("file.h5"));
  }
  static std::string why(hid_t file, const std::string& name) {
    const Place place = look_up(file, name);
    EXPECT_EQ(place.thing, Thing::broken_link) << name;
    return place.why;
  }

 private:
  test::Folder folder_;

 protected:
  File made_ = create_own_file(path("file.h5"));
};

TEST_F(Hdf5Paths, LookUpFollowsEveryLink) {
  const File file = opened();
  EXPECT_EQ(look_up(file, "/").thing, Thing::group);
  EXPECT_EQ(look_up(file, "").thing, Thing::nothing);
  EXPECT_EQ(look_up(file, "/a").thing, Thing::group);
  EXPECT_EQ(look_up(file, "a//b/").thing, Thing::group);
  EXPECT_EQ(look_up(file, "/a/b/x").thing, Thing::dataset);
  EXPECT_EQ(look_up(file, "/short/x").thing, Thing::dataset);
  EXPECT_EQ(look_up(file, "/elsewhere").thing, Thing::group);
  EXPECT_EQ(look_up(file, "/a/c/x").thing, Thing::nothing);
  EXPECT_EQ(look_up(file, "/y/x").thing, Thing::nothing) << "a dataset holds nothing";
}

TEST_F(Hdf5Paths, BrokenLinksSayWhereTheyLead) {
  const File file = opened();
  EXPECT_EQ(why(file, "/broken/x"), "is a broken link to /gone: it leads nowhere");
  EXPECT_EQ(why(file, "/circle"), "is a broken link to /circle: it leads nowhere");
  const std::string rank = std::to_string(test::world_rank());
  EXPECT_EQ(why(file, "/absent"), "is a broken link to " + rank + "absent.h5:/far: no such file");
  EXPECT_EQ(why(file, "/misses"),
            "is a broken link to " + rank + "other.h5:/no: no such object, or no HDF5 file");
  EXPECT_EQ(why(file, "/waits"),
            "is a broken link to " + rank + "pipe:/far: that is a FIFO, not a regular file");
}

TEST_F(Hdf5Paths, ExistsLooksAtLinksAlone) {
  const File file = opened();
  EXPECT_TRUE(exists(file, "/short/x"));
  EXPECT_TRUE(exists(file, "/broken"));
  EXPECT_TRUE(exists(file, "/"));
  EXPECT_FALSE(exists(file, "/broken/x"));
  EXPECT_FALSE(exists(file, "/b"));
}

TEST_F(Hdf5Paths, DatasetsAreListedOnceWhateverLeadsToThem) {
  check(H5Lcreate_hard(made_, "/a", made_, "/a/b/up", H5P_DEFAULT, H5P_DEFAULT), "link");
  const File file = opened();
  EXPECT_EQ(dataset_paths(file, 10), (std::vector<std::string>{"/a/b/x", "/y"}));
  EXPECT_EQ(dataset_paths(file, 1).size(), 1U);
}

TEST_F(Hdf5Paths, TextsOfEveryKind) {
  fixed_text("zeros", std::string("K\0\0", 3), H5T_STR_NULLPAD);
  fixed_text("spaces", "m s-1  ", H5T_STR_SPACEPAD);
  write_attribute(made_, "variable", std::string("°C"));
  write_attribute(made_, "number", 2.5);
  write_attribute(made_, "integer", std::int64_t{7});
  const File file = opened();
  EXPECT_EQ(text_attribute(file, "/", "zeros"), "K");
  EXPECT_EQ(text_attribute(file, "/", "spaces"), "m s-1");
  EXPECT_EQ(text_attribute(file, "variable"), "°C");
  EXPECT_EQ(text_attribute(file, "/", "number"), std::nullopt);
  EXPECT_EQ(text_attribute(file, "absent"), std::nullopt);
  EXPECT_EQ(text_attribute(file, "/gone", "zeros"), std::nullopt);
  EXPECT_EQ(number_attribute(file, "/", "number"), 2.5);
  EXPECT_EQ(number_attribute(file, "/", "integer"), 7.0);
  EXPECT_EQ(number_attribute(file, "/", "zeros"), std::nullopt);
  EXPECT_EQ(number_attribute(file, "/broken", "number"), std::nullopt);
}

} // namespace
} // namespace nadir::hdf5
