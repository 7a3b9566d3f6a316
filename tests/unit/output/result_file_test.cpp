#include "nadir/base/error.hpp"
#include "nadir/output/place_file.hpp"
#include "nadir/output/result_file.hpp"
#include "nadir/output/seal.hpp"

#include "../support/files.hpp"

#include <gtest/gtest.h>
#include <hdf5_hl.h>

#include <array>
#include <csignal>
#include <fstream>
#include <numeric>
#include <sys/resource.h>

using namespace nadir;
using nadir::test::barrier;
using nadir::test::Folder;
using nadir::test::for_each_point;
using nadir::test::part_of;
using nadir::test::world_rank;

namespace {

const std::vector<std::int64_t> shape{3, 4, 7};
const Label label{"degC", "temperature"};

double value_at(std::int64_t sample, std::int64_t layer, std::int64_t z, std::int64_t y,
                std::int64_t x) {
  return static_cast<double>((((sample * 10 + layer) * 10 + z) * 10 + y) * 10 + x);
}

void add_axes(ResultFile& file, const std::string& group) {
  const std::array<const char*, 3> names{"z", "y", "x"};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    std::vector<double> coordinates(static_cast<std::size_t>(shape[axis]));
    std::iota(coordinates.begin(), coordinates.end(), 0.0);
    file.add_scale(group, names[axis], coordinates, {"m", names[axis]});
  }
}

void add_counts(ResultFile& file, const std::string& group, const std::string& name,
                std::int64_t count) {
  std::vector<std::int64_t> numbers(static_cast<std::size_t>(count));
  std::iota(numbers.begin(), numbers.end(), 0);
  file.add_scale(group, name, numbers, {"1", name});
}

std::vector<double> packed_state(const Box& box, std::int64_t sample, std::int64_t layer) {
  std::vector<double> values;
  for_each_point(
      box, [&](auto z, auto y, auto x) { values.push_back(value_at(sample, layer, z, y, x)); });
  return values;
}

/// Two samples, two layers; the second sample is written with all its layers at once.
void write_state(ResultFile& file) {
  add_counts(file, "/", "sample", 2);
  add_counts(file, "/", "layer", 2);
  add_axes(file, "/");
  const auto state =
      file.create_dataset("/state", StoredType::f8, {"sample", "layer", "z", "y", "x"}, label);
  const Box box = part_of(shape);
  for (std::int64_t layer = 0; layer < 2; ++layer) {
    const auto values = packed_state(box, 0, layer);
    file.write(state, std::array<std::int64_t, 2>{0, layer}, box, values.data());
  }
  auto values = packed_state(box, 1, 0);
  const auto more = packed_state(box, 1, 1);
  values.insert(values.end(), more.begin(), more.end());
  file.write(state, std::array<std::int64_t, 1>{1}, box, values.data());
}

std::vector<double> read_all(const std::string& path, const std::string& dataset) {
  const auto file = hdf5::open_file(MPI_COMM_SELF, path);
  const hdf5::Dataset id(hdf5::check(H5Dopen2(file, dataset.c_str(), H5P_DEFAULT), "open"));
  hdf5::Slab slab{{}, hdf5::extents(id)};
  slab.start.resize(slab.count.size(), 0);
  std::vector<double> values(slab.elements());
  hdf5::read(MPI_COMM_SELF, id, slab, H5T_NATIVE_DOUBLE, values.data());
  return values;
}

std::string resolved_case_of(const std::string& path) {
  const auto file = hdf5::open_file(MPI_COMM_SELF, path);
  return hdf5::text_attribute(file, "/provenance", "resolved_case").value_or("none");
}

void write_result(const std::string& path, const std::string& resolved_case, double loss) {
  ResultFile file(MPI_COMM_WORLD, path);
  file.attribute("/provenance", "resolved_case", resolved_case);
  const auto dataset = file.create_dataset("/loss", StoredType::f8, {}, {"1", "loss"});
  file.write_all<double>(dataset, std::vector{loss});
  file.commit();
}

TEST(ResultFile, EveryRanksBoxIsWhereItBelongs) {
  const Folder folder;
  const std::string path = folder / "a.h5";
  {
    ResultFile file(MPI_COMM_WORLD, path);
    write_state(file);
    EXPECT_FALSE(std::filesystem::exists(path)) << "visible before it is complete";
    file.commit();
  }
  const auto values = read_all(path, "/state");
  ASSERT_EQ(values.size(), 2U * 2 * 3 * 4 * 7);
  std::size_t i = 0;
  for (std::int64_t sample = 0; sample < 2; ++sample)
    for (std::int64_t layer = 0; layer < 2; ++layer)
      for_each_point({3, {0, 0, 0}, {3, 4, 7}}, [&](auto z, auto y, auto x) {
        EXPECT_EQ(values[i++], value_at(sample, layer, z, y, x));
      });
  EXPECT_EQ(folder.names(), std::vector<std::string>{"a.h5"});
}

/// Rows of a grid that are one block of the file, a megabyte and more on each rank but the first,
/// which has none where there are others.
Box rows_of(std::int64_t rows, std::int64_t columns) {
  const int idle = test::world_size() > 1 ? 1 : 0;
  const std::int64_t place = std::max(0, world_rank() - idle);
  return {2, {0, place * rows, 0}, {1, world_rank() < idle ? 0 : rows, columns}};
}

TEST(ResultFile, LargeBlocksAreWhereTheyBelong) {
  const Folder folder;
  const std::string path = folder / "a.h5";
  const std::int64_t columns = 700, owners = std::max(1, test::world_size() - 1);
  const Box box = rows_of(200, columns);
  const auto place = [&](std::int64_t layer, std::int64_t y, std::int64_t x) {
    return static_cast<double>((layer * 200 * owners + y) * columns + x);
  };
  {
    ResultFile file(MPI_COMM_WORLD, path);
    add_counts(file, "/", "layer", 3);
    add_counts(file, "/", "y", 200 * owners);
    add_counts(file, "/", "x", columns);
    const auto state = file.create_dataset("/state", StoredType::f8, {"layer", "y", "x"}, label);
    for (const std::int64_t layer : {2, 0, 1}) {
      std::vector<double> values;
      for_each_point(box, [&](auto, auto y, auto x) { values.push_back(place(layer, y, x)); });
      file.write(state, std::array{layer}, box, values.data());
      std::vector<double> again(values.size(), -1.0);
      file.read(state, std::array{layer}, box, again.data());
      EXPECT_TRUE(again == values) << "layer " << layer;
    }
    file.commit();
  }
  const auto values = read_all(path, "/state");
  ASSERT_EQ(values.size(), static_cast<std::size_t>(3 * 200 * owners * columns));
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < values.size(); ++i) wrong += values[i] != static_cast<double>(i);
  EXPECT_EQ(wrong, 0U);
}

TEST(ResultFile, DatasetsCarryTheirScalesUnitsAndNames) {
  const Folder folder;
  const std::string path = folder / "a.h5";
  {
    ResultFile file(MPI_COMM_WORLD, path);
    write_state(file);
    file.commit();
  }
  const auto file = hdf5::open_file(MPI_COMM_SELF, path);
  const hdf5::Dataset state(H5Dopen2(file, "/state", H5P_DEFAULT));
  const std::array<const char*, 5> names{"sample", "layer", "z", "y", "x"};
  for (unsigned axis = 0; axis < names.size(); ++axis) {
    const hdf5::Dataset scale(H5Dopen2(file, names[axis], H5P_DEFAULT));
    EXPECT_GT(H5DSis_attached(state, scale, axis), 0) << names[axis];
    EXPECT_TRUE(hdf5::text_attribute(file, names[axis], "units"));
  }
  EXPECT_EQ(hdf5::text_attribute(file, "/state", "units"), "degC");
  EXPECT_EQ(hdf5::text_attribute(file, "/state", "long_name"), "temperature");
}

TEST(ResultFile, SmallArraysAndAttributesAreThoseOfRankZero) {
  const Folder folder;
  const std::string path = folder / "a.h5";
  const std::string text(300'000, 'x'); // beyond the 64 KiB of a plain attribute
  const double mine = world_rank() == 0 ? 1.5 : -7.0;
  {
    ResultFile file(MPI_COMM_WORLD, path);
    add_counts(file, "/history", "iteration", 3);
    add_counts(file, "/timing", "repeat", 0); // nothing to say is no error
    const auto loss = file.create_dataset("/history/loss", StoredType::f8, {"iteration"}, label);
    file.write_all<double>(loss, std::vector{mine, 2 * mine, 3 * mine});
    const auto counts =
        file.create_dataset("/history/evaluations", StoredType::i8, {"iteration"}, label);
    file.write_all<std::int64_t>(counts, std::vector<std::int64_t>{1, 2, std::int64_t{1} << 60});
    const auto marks = file.create_dataset("/history/marks", StoredType::u1, {"iteration"}, label);
    file.write_all<std::uint8_t>(marks, std::vector<std::uint8_t>{0, 1, 255});
    const auto scalar = file.create_dataset("/parameters/reaction", StoredType::f8, {}, label);
    file.write_all<double>(scalar, std::vector{mine});
    file.attribute("/", "loss", mine);
    file.attribute("/provenance", "case", text);
    for (int k = 0; k < 20; ++k) file.attribute("/provenance", "a" + std::to_string(k), "text");
    file.attribute("/provenance", "ranks", std::int64_t{world_rank() + 5});
    file.attribute("/provenance", "ranks", std::int64_t{world_rank() + 3}); // replaces
    file.commit();
  }
  EXPECT_EQ(read_all(path, "/history/loss"), (std::vector{1.5, 3.0, 4.5}));
  EXPECT_EQ(read_all(path, "/history/evaluations"), (std::vector{1.0, 2.0, 1152921504606846976.0}));
  EXPECT_EQ(read_all(path, "/history/marks"), (std::vector{0.0, 1.0, 255.0}));
  EXPECT_EQ(read_all(path, "/parameters/reaction"), std::vector{1.5});
  EXPECT_TRUE(read_all(path, "/timing/repeat").empty());
  const auto file = hdf5::open_file(MPI_COMM_SELF, path);
  EXPECT_EQ(hdf5::text_attribute(file, "/provenance", "case"), text);
  EXPECT_EQ(hdf5::text_attribute(file, "/provenance", "a19"), "text");
  double loss = 0;
  const hdf5::Attribute attribute(H5Aopen_by_name(file, "/", "loss", H5P_DEFAULT, H5P_DEFAULT));
  ASSERT_GE(H5Aread(attribute, H5T_NATIVE_DOUBLE, &loss), 0);
  EXPECT_EQ(loss, 1.5);
  std::int64_t ranks = 0;
  const hdf5::Attribute count(
      H5Aopen_by_name(file, "/provenance", "ranks", H5P_DEFAULT, H5P_DEFAULT));
  ASSERT_GE(H5Aread(count, H5T_NATIVE_INT64, &ranks), 0);
  EXPECT_EQ(ranks, 3);
}

/// Texts of one axis as netCDF reads them: of variable length.
std::vector<std::string> read_texts(const std::string& path, const std::string& dataset) {
  const auto file = hdf5::open_file(MPI_COMM_SELF, path);
  const hdf5::Dataset id(hdf5::check(H5Dopen2(file, dataset.c_str(), H5P_DEFAULT), "open"));
  const hdf5::Type type(hdf5::check(H5Dget_type(id), "get type"));
  if (H5Tis_variable_str(type) <= 0 || H5Tget_cset(type) != H5T_CSET_UTF8) return {"no texts"};
  std::vector<char*> pointers(hdf5::extents(id).at(0));
  hdf5::check(H5Dread(id, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, pointers.data()), "read");
  std::vector<std::string> texts;
  for (char* text : pointers) {
    texts.emplace_back(text);
    H5free_memory(text);
  }
  return texts;
}

TEST(ResultFile, ScalesOfTextsHaveTextsOfAnyLength) {
  const Folder folder;
  const std::string path = folder / "a.h5";
  const std::vector<std::string> names{"y", "", std::string(100'000, 'x'), "\u00e4\u00b5"};
  std::vector<std::string> many;
  for (int k = 0; k < 5000; ++k) many.push_back(std::to_string(k));
  {
    ResultFile file(MPI_COMM_WORLD, path);
    file.add_scale("/parameters", "component", names, {"1", "component"});
    file.add_scale("/", "point", many, {"1", "point"});
    const auto values = file.create_dataset("/parameters/a", StoredType::f8, {"component"}, label);
    file.write_all<double>(values, std::vector{1.0, 2.0, 3.0, 4.0});
    file.commit_checkpoint();
  }
  EXPECT_EQ(read_texts(path, "/parameters/component"), names);
  EXPECT_EQ(read_texts(path, "/point"), many);
  EXPECT_EQ(read_all(path, "/parameters/a"), (std::vector{1.0, 2.0, 3.0, 4.0}));
  EXPECT_EQ(seal_problem(MPI_COMM_WORLD, path), "");
}

TEST(ResultFile, IsRemovedWhenNotCommitted) {
  const Folder folder;
  {
    ResultFile file(MPI_COMM_WORLD, folder / "a.h5");
    write_state(file);
    barrier();
    EXPECT_EQ(folder.names().size(), 1U);
  }
  barrier();
  EXPECT_TRUE(folder.names().empty());
}

TEST(ResultFile, LeavesNothingOpenWhenSomethingElseEndsIt) {
  const Folder folder;
  const auto before = H5Fget_obj_count(H5F_OBJ_ALL, H5F_OBJ_ALL);
  {
    ResultFile file(MPI_COMM_WORLD, folder / "a.h5");
    write_state(file);
  }
  EXPECT_EQ(H5Fget_obj_count(H5F_OBJ_ALL, H5F_OBJ_ALL), before);
}

TEST(ResultFile, ReplacesItsOwnCaseAndKeepsOthers) {
  const Folder folder;
  const std::string path = folder / "a.h5";
  write_result(path, "case one", 1.0);
  write_result(path, "case one", 2.0);
  EXPECT_EQ(folder.names(), std::vector<std::string>{"a.h5"});
  EXPECT_EQ(read_all(path, "/loss"), std::vector{2.0});
  write_result(path, "case two", 3.0);
  write_result(path, "case three", 4.0);
  EXPECT_EQ(folder.names(), (std::vector<std::string>{"a.1.h5", "a.2.h5", "a.h5"}));
  EXPECT_EQ(resolved_case_of(folder / "a.1.h5"), "case one");
  EXPECT_EQ(resolved_case_of(folder / "a.2.h5"), "case two");
  EXPECT_EQ(resolved_case_of(path), "case three");
}

/// Of the command `train`, with what it says of case and data.
void write_of(const std::string& path, const std::string& resolved, const std::string& data) {
  ResultFile file(MPI_COMM_WORLD, path);
  const std::string group = ResultFile::provenance_group;
  file.attribute(group, ResultFile::command, std::string("train"));
  file.attribute(group, ResultFile::resolved_case, resolved);
  if (!data.empty()) file.attribute(group, ResultFile::data, data);
  file.commit();
}

TEST(ResultFile, OtherDataMakeAnotherResultButNotOtherPlaces) {
  const Folder folder;
  const std::string path = folder / "a.h5";
  const std::string here = "[data]\ninput = { file = \"/a.h5\", dataset = \"x\" }\n";
  const std::string there = "[data]\ninput = { file = \"/b.h5\", dataset = \"x\" }\n";
  write_of(path, here, "data.input 01 /a.h5: x\n");
  write_of(path, there, "data.input 01 /b.h5: x\n"); // moved
  EXPECT_EQ(folder.names(), std::vector<std::string>{"a.h5"});
  write_of(path, there, "data.input 02 /b.h5: x\n"); // changed
  EXPECT_EQ(folder.names(), (std::vector<std::string>{"a.1.h5", "a.h5"}));
  write_of(path, there, ""); // as versions before did it: the files tell
  EXPECT_EQ(folder.names(), (std::vector<std::string>{"a.1.h5", "a.h5"}));
  write_of(path, here, "data.input 02 /a.h5: x\n");
  EXPECT_EQ(folder.names(), (std::vector<std::string>{"a.1.h5", "a.2.h5", "a.h5"}));
}

TEST(ResultFile, IsSealed) {
  const Folder folder;
  const std::string path = folder / "a.h5";
  write_of(path, "case", "");
  EXPECT_EQ(seal_problem(MPI_COMM_WORLD, path), "");
  if (world_rank() == 0) std::filesystem::resize_file(path, std::filesystem::file_size(path) - 1);
  barrier();
  EXPECT_NE(seal_problem(MPI_COMM_WORLD, path), "");
}

TEST(ResultFile, KeepsAFileThatIsNoResult) {
  const Folder folder;
  const std::string path = folder / "a.h5";
  if (world_rank() == 0) std::ofstream(path) << "notes";
  barrier();
  write_result(path, "case one", 1.0);
  std::string text;
  std::ifstream(folder / "a.1.h5") >> text;
  EXPECT_EQ(text, "notes");
  EXPECT_EQ(read_all(path, "/loss"), std::vector{1.0});
}

TEST(ResultFile, NothingIsLostWhenRunsRace) {
  const Folder folder;
  const std::string path = folder / "a.h5";
  constexpr int rounds = 10;
  // Every rank is a run of its own, all of different cases.
  for (int round = 0; round < rounds; ++round) {
    ResultFile file(MPI_COMM_SELF, path);
    const std::string name = std::to_string(world_rank()) + "/" + std::to_string(round);
    file.attribute("/provenance", "resolved_case", name);
    file.commit();
  }
  barrier();
  std::vector<std::string> cases;
  for (const auto& name : folder.names()) cases.push_back(resolved_case_of(folder / name));
  std::sort(cases.begin(), cases.end());
  EXPECT_EQ(std::unique(cases.begin(), cases.end()), cases.end());
  EXPECT_EQ(cases.size(), static_cast<std::size_t>(rounds * test::world_size()));
}

TEST(ResultFile, AFailedCreationIsTheSameErrorOnAllRanks) {
  const Folder folder;
  try {
    if (world_rank() == 0) std::ofstream(folder / "file") << "text";
    barrier();
    ResultFile file(MPI_COMM_WORLD, folder / "file/a.h5");
    FAIL() << "created a file below a file";
  } catch (const SystemError& error) {
    EXPECT_TRUE(std::string(error.what()).starts_with(folder / "file/a.h5: ")) << error.what();
  }
}

/// A limit on the size of files stands in for a full disk.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() {
    setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

 private:
  void (*handler_)(int);
  rlimit before_{};
};

TEST(ResultFile, AFullDiskIsFoundBeforeWritingAndLeavesNothing) {
  const Folder folder;
  const std::string path = folder / "a.h5";
  write_result(path, "case one", 1.0);
  {
    ResultFile file(MPI_COMM_WORLD, path);
    write_state(file);
    const FileSizeLimit limit(64 << 10);
    try {
      add_counts(file, "/large", "x", 100'000);
      FAIL() << "no error on rank " << world_rank();
    } catch (const SystemError& error) {
      EXPECT_EQ(error.what(), path + ": cannot reserve 800000 bytes on disk: File too large");
    }
  }
  barrier();
  EXPECT_EQ(folder.names(), std::vector<std::string>{"a.h5"});
  EXPECT_EQ(read_all(path, "/loss"), std::vector{1.0});
}

TEST(ResultFile, TextsThatHaveNoRoomAreAnErrorAndLeaveNothing) {
  const Folder folder;
  const std::string path = folder / "a.h5";
  {
    ResultFile file(MPI_COMM_WORLD, path);
    file.add_scale("/", "name", std::vector(10, std::string(1 << 20, 'x')), {"1", "name"});
    const FileSizeLimit limit(8 << 20);
    EXPECT_THROW(file.commit(), SystemError);
  }
  barrier();
  EXPECT_TRUE(folder.names().empty());
}

TEST(ResultFile, ABlockThatOneRankCannotWriteIsAnErrorOfAllAndLeavesNothing) {
  const Folder folder;
  {
    ResultFile file(MPI_COMM_WORLD, folder / "a.h5");
    const std::int64_t owners = std::max(1, test::world_size() - 1);
    add_counts(file, "/", "y", 200 * owners);
    add_counts(file, "/", "x", 700);
    const auto state = file.create_dataset("/state", StoredType::f8, {"y", "x"}, label);
    const Box box = rows_of(200, 700);
    const std::vector<double> values(static_cast<std::size_t>(box.points()), 1.0);
    const bool last = world_rank() + 1 == test::world_size();
    const FileSizeLimit limit(last ? 64 << 10 : RLIM_INFINITY);
    EXPECT_THROW(file.write(state, {}, box, values.data()), SystemError);
  }
  barrier();
  EXPECT_TRUE(folder.names().empty());
}

/// A limit that stays: also the tables cannot be written, and the process must survive its end.
TEST(ResultFile, ARankThatCannotWriteAnyMoreLeavesNothingAndHangsNobody) {
  const Folder folder;
  const std::string path = folder / "a.h5";
  write_result(path, "case one", 1.0);
  for (const int weak : {0, test::world_size() - 1}) {
    const FileSizeLimit limit(world_rank() == weak ? 600 : RLIM_INFINITY);
    const auto write = [&] {
      ResultFile file(MPI_COMM_WORLD, path);
      write_state(file);
      file.commit();
    };
    try {
      write();
      // Where rank 0 gathers all rows of this small file, the last one has nothing to write.
      EXPECT_NE(weak, 0);
    } catch (const SystemError& error) {
      EXPECT_NE(std::string(error.what()).find("File too large"), std::string::npos)
          << error.what();
    }
  }
  barrier();
  const auto names = folder.names();
  EXPECT_TRUE(std::ranges::all_of(names, [](const std::string& name) {
    return name == "a.h5" || name == "a.1.h5";
  })) << names.back();
  EXPECT_EQ(read_all(folder / names.front(), "/loss"), std::vector{1.0});
}

TEST(CheckWritable, LeavesNoTraceAndTheFileMakesItsFolder) {
  const Folder folder;
  EXPECT_EQ(check_writable(MPI_COMM_WORLD, folder / "new/deep/a.h5"), "");
  EXPECT_TRUE(folder.names().empty());
  ResultFile file(MPI_COMM_WORLD, folder / "new/deep/a.h5");
  file.attribute("/", "title", std::string("made"));
  file.commit();
  EXPECT_TRUE(std::filesystem::exists(folder / "new/deep/a.h5"));
}

TEST(ResultFile, AnotherCommandOfTheSameCaseKeepsTheOldResult) {
  const Folder folder;
  for (const std::string command : {"train", "forward", "forward"}) {
    ResultFile file(MPI_COMM_WORLD, folder / "a.h5");
    file.attribute(ResultFile::provenance_group, ResultFile::resolved_case,
                   std::string("the case"));
    file.attribute(ResultFile::provenance_group, ResultFile::command, command);
    file.commit();
  }
  EXPECT_EQ(folder.names(), (std::vector<std::string>{"a.1.h5", "a.h5"}));
}

TEST(ResultFile, WhatLiesBesideAKeptResultIsKeptToo) {
  const Folder folder;
  const auto text_of = [&](const std::string& name) {
    std::string text;
    std::getline(std::ifstream(folder / name), text);
    return text;
  };
  write_result(folder / "a.h5", "case one", 1.0);
  if (world_rank() == 0) {
    std::ofstream(folder / "a.xdmf") << "a.h5:/state b.h5:/state";
    std::ofstream(folder / "a.csv") << "rows";
    keep_table(folder / "a.csv", folder / "a");
  }
  barrier();
  write_result(folder / "a.h5", "case two", 2.0);
  EXPECT_EQ(folder.names(),
            (std::vector<std::string>{"a.1.csv", "a.1.h5", "a.1.xdmf", "a.h5", "a.xdmf"}));
  EXPECT_EQ(text_of("a.1.csv"), "rows");
  EXPECT_EQ(text_of("a.1.xdmf"), "a.1.h5:/state b.h5:/state");
}

TEST(CheckWritable, SaysWhyNot) {
  const Folder folder;
  if (world_rank() == 0) std::ofstream(folder / "file") << "text";
  barrier();
  const auto why = [&](const std::string& name) {
    return check_writable(MPI_COMM_WORLD, folder / name);
  };
  EXPECT_NE(why("file/a.h5").find("cannot create the folder"), std::string::npos)
      << why("file/a.h5");
  EXPECT_NE(why("").find("not the name of a file"), std::string::npos);
  EXPECT_EQ(check_writable(MPI_COMM_WORLD, "/proc"), "/proc is a folder");
  EXPECT_NE(check_writable(MPI_COMM_WORLD, "/proc/a.h5").find("cannot write in the folder /proc"),
            std::string::npos);
}

/// One rank writes more than 2 GiB in one call. Only with NADIR_TEST_FULL in the environment.
TEST(ResultFile, OneRankWritesMoreThanTwoGibibytes) {
  if (!std::getenv("NADIR_TEST_FULL")) GTEST_SKIP() << "needs NADIR_TEST_FULL, 2.2 GB of disk";
  const Folder folder;
  const std::string path = folder / "large.h5";
  const std::int64_t rows = 1100;
  const std::int64_t columns = 262'144; // 2 MiB per row
  const bool mine = world_rank() == 0;
  const Box box{2, {0, 0, 0}, {1, mine ? rows : 0, columns}};
  std::vector<double> values(static_cast<std::size_t>(box.points()));
  std::iota(values.begin(), values.end(), 0.0);
  {
    ResultFile file(MPI_COMM_WORLD, path);
    add_counts(file, "/", "y", rows);
    add_counts(file, "/", "x", columns);
    const auto dataset = file.create_dataset("/state", StoredType::f8, {"y", "x"}, label);
    file.write(dataset, {}, box, values.data());
    file.commit();
  }
  if (!mine) return;
  const auto file = hdf5::open_file(MPI_COMM_SELF, path);
  const hdf5::Dataset state(H5Dopen2(file, "/state", H5P_DEFAULT));
  std::fill(values.begin(), values.end(), -1.0);
  const hdf5::Slab whole{{0, 0}, {static_cast<hsize_t>(rows), static_cast<hsize_t>(columns)}};
  hdf5::read(MPI_COMM_SELF, state, whole, H5T_NATIVE_DOUBLE, values.data());
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < values.size(); ++i) wrong += values[i] != static_cast<double>(i);
  EXPECT_EQ(wrong, 0U);
}

} // namespace
