#include "nadir/output/stored_texts.hpp"

#include "nadir/base/error.hpp"

#include "support/files.hpp"

#include <gtest/gtest.h>

namespace nadir {
namespace {

/// Each rank's own file of two datasets of texts; closed.
class StoredTextsFile : public testing::Test {
 protected:
  void make(const char* dataset, hsize_t texts) {
    const hdf5::Space space(H5Screate_simple(1, &texts, nullptr));
    hdf5::Dataset(hdf5::check(
        H5Dcreate2(file_, dataset, stored_text(), space, H5P_DEFAULT, text_block(), H5P_DEFAULT),
        "create"));
  }
  void finish() { file_.close(); }
  std::vector<std::string> read(const char* name, hsize_t texts) const {
    const hdf5::File file = hdf5::open_file(MPI_COMM_SELF, path);
    const hdf5::Dataset dataset(hdf5::check(H5Dopen2(file, name, H5P_DEFAULT), "open"));
    EXPECT_EQ(hdf5::extents(dataset), std::vector<hsize_t>{texts});
    const hdf5::Type type = stored_text();
    const hdf5::Space space(H5Dget_space(dataset));
    std::vector<char*> pointers(texts, nullptr);
    hdf5::check(H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, pointers.data()), "read");
    std::vector<std::string> values;
    for (const char* text : pointers) values.emplace_back(text ? text : "(none)");
    hdf5::check(H5Dvlen_reclaim(type, space, H5P_DEFAULT, pointers.data()), "free");
    return values;
  }

 private:
  test::Folder folder_;

 protected:
  const std::string path = folder_ / ("texts" + std::to_string(test::world_rank()) + ".h5");

 private:
  hdf5::File file_ = hdf5::create_own_file(path);
};

TEST_F(StoredTextsFile, ComeBackAsTheyWere) {
  make("/names", 3);
  make("/long", 1);
  finish();
  const std::vector<std::string> names{"yy", "", "σ in °C"}, one{std::string(100'000, 'x')};
  const StoredTexts all[] = {{"/names", names}, {"/long", one}};
  write_texts(path, all);
  EXPECT_EQ(read("/names", 3), names);
  EXPECT_TRUE(read("/long", 1) == one);
}

TEST_F(StoredTextsFile, NothingToWriteChangesNothing) {
  make("/names", 1);
  finish();
  const std::string before = test::text_of(path);
  write_texts(path, {});
  EXPECT_TRUE(test::text_of(path) == before);
}

/// Told before a byte is written: the file stays what it was.
TEST_F(StoredTextsFile, AFullDiskIsToldBefore) {
  make("/names", 1);
  finish();
  const std::string before = test::text_of(path);
  {
    const test::FileLimit limit(before.size() + 1024);
    const StoredTexts all[] = {{"/names", {std::string(100'000, 'x')}}};
    EXPECT_THROW(write_texts(path, all), SystemError);
  }
  EXPECT_TRUE(test::text_of(path) == before);
}

} // namespace
} // namespace nadir
