#include "nadir/data/stored_array.hpp"

#include "packing.hpp"

#include "nadir/base/collective.hpp"
#include "nadir/base/error.hpp"
#include "nadir/base/files.hpp"
#include "nadir/base/log.hpp"
#include "nadir/base/memory.hpp"

#include <hdf5_hl.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>
#include <utility>

namespace nadir {
namespace {

namespace fs = std::filesystem;

bool is_classic_netcdf(const std::string& path) {
  std::array<char, 4> magic{};
  std::ifstream(path, std::ios::binary).read(magic.data(), magic.size());
  const bool known = magic[3] == 1 || magic[3] == 2 || magic[3] == 5;
  return known && std::string(magic.data(), 3) == "CDF";
}

std::string conversion_line(const std::string& path) {
  const std::string out = fs::path(path).replace_extension().string() + "-nc4.nc";
  return "nccopy -k nc4 " + path + " " + out;
}

/// "it has /x, /y" as a hint beside "no such dataset".
std::string datasets_hint(hid_t file) {
  constexpr std::size_t shown = 12;
  const auto paths = hdf5::dataset_paths(file, shown + 1);
  std::string text = paths.empty() ? " (the file has no datasets" : " (the file has ";
  for (std::size_t i = 0; i < std::min(shown, paths.size()); ++i)
    text += (i ? ", " : "") + paths[i];
  return text + (paths.size() > shown ? ", ...)" : ")");
}

/// Throws hdf5::Failure where a path leads to no dataset.
void require_dataset(hid_t file, const std::string& path) {
  const hdf5::Place place = hdf5::look_up(file, path);
  switch (place.thing) {
  case hdf5::Thing::dataset:
    return;
  case hdf5::Thing::nothing:
    throw hdf5::Failure("no such dataset" + datasets_hint(file));
  case hdf5::Thing::broken_link:
    throw hdf5::Failure(place.why);
  case hdf5::Thing::group:
    throw hdf5::Failure("is a group, not a dataset" + datasets_hint(file));
  case hdf5::Thing::other:
    throw hdf5::Failure("is a type, not a dataset" + datasets_hint(file));
  }
}

/// Compressed files need their filter in this HDF5; without it the read would fail much later.
void require_filters(hid_t creation) {
  const int filters = hdf5::check(H5Pget_nfilters(creation), "count filters");
  for (int i = 0; i < filters; ++i) {
    std::array<char, 64> name{};
    unsigned flags = 0;
    std::size_t values = 0;
    const auto filter = H5Pget_filter2(creation, static_cast<unsigned>(i), &flags, &values, nullptr,
                                       name.size() - 1, name.data(), nullptr);
    if (H5Zfilter_avail(filter) <= 0) {
      throw hdf5::Failure("is compressed by '" + std::string(name.data()) +
                          "', which this HDF5 cannot read; store it plain or with gzip");
    }
  }
}

/// A chunk is read as a whole, however little of it is asked for.
void require_room_for_chunks(hid_t creation, std::size_t axes, std::size_t size) {
  if (H5Pget_layout(creation) != H5D_CHUNKED) return;
  std::vector<hsize_t> chunk(axes);
  hdf5::check(H5Pget_chunk(creation, static_cast<int>(axes), chunk.data()), "get chunks");
  double bytes = static_cast<double>(size);
  for (const hsize_t n : chunk) bytes *= static_cast<double>(n);
  if (const double free = free_memory(); bytes > free)
    throw hdf5::Failure(
        formatted("is cut into chunks of %s, and only %s of memory are free; cut it "
                  "smaller with h5repack",
                  bytes_text(bytes).c_str(), bytes_text(free).c_str()));
}

/// What this HDF5 can read, and what lies in this file: numbers that are kept elsewhere could be
/// any file of the machine.
void require_storage(hid_t dataset, std::size_t axes, std::size_t size) {
  const hdf5::Properties creation(hdf5::check(H5Dget_create_plist(dataset), "get creation list"));
  if (H5Pget_layout(creation) == H5D_VIRTUAL)
    throw hdf5::Failure("is a virtual dataset, which parallel HDF5 does not read; copy it first");
  if (hdf5::check(H5Pget_external_count(creation), "count external files") > 0)
    throw hdf5::Failure("keeps its numbers in another file (HDF5 external storage), which is not "
                        "read; copy them into this one: in h5py, assign its [...] to a new name");
  require_filters(creation);
  require_room_for_chunks(creation, axes, size);
}

/// Throws hdf5::Failure where the bytes of its elements as doubles leave 63 bits.
std::vector<std::int64_t> checked_shape(hid_t dataset) {
  const hdf5::Space space(hdf5::check(H5Dget_space(dataset), "get space"));
  if (H5Sget_simple_extent_type(space) == H5S_NULL) throw hdf5::Failure("is empty");
  constexpr auto most = static_cast<hsize_t>(std::numeric_limits<std::int64_t>::max());
  std::vector<std::int64_t> shape;
  hsize_t elements = 1;
  for (const hsize_t extent : hdf5::extents(dataset)) {
    if (extent > 0 && elements > most / sizeof(double) / extent)
      throw hdf5::Failure("declares more bytes than 64 bits count");
    elements *= std::max<hsize_t>(extent, 1);
    shape.push_back(static_cast<std::int64_t>(extent));
  }
  return shape;
}

/// A dimension scale that holds coordinates; netCDF has others that only carry a name.
struct ScaleSearch {
  hsize_t length = 0;
  hdf5::Dataset found = {};
};

std::string scale_name(hid_t scale) {
  std::array<char, 256> name{};
  const ssize_t length = H5DSget_scale_name(scale, name.data(), name.size());
  return length > 0 ? std::string(name.data()) : "";
}

herr_t take_scale(hid_t /*dataset*/, unsigned /*axis*/, hid_t scale, void* data) {
  auto& search = *static_cast<ScaleSearch*>(data);
  const hdf5::Space space(H5Dget_space(scale));
  const hdf5::Type type(H5Dget_type(scale));
  const auto kind = H5Tget_class(type);
  if (H5Sget_simple_extent_ndims(space) != 1 || (kind != H5T_INTEGER && kind != H5T_FLOAT) ||
      H5Sget_simple_extent_npoints(space) != static_cast<hssize_t>(search.length) ||
      scale_name(scale).starts_with("This is a netCDF dimension but not a netCDF variable"))
    return 0;
  H5Iinc_ref(scale); // closed by the caller and by us
  search.found = hdf5::Dataset(scale);
  return 1;
}

} // namespace

std::string shape_text(std::span<const std::int64_t> shape) {
  if (shape.empty()) return "a scalar";
  std::string text = "[";
  for (std::size_t i = 0; i < shape.size(); ++i) text += (i ? ", " : "") + std::to_string(shape[i]);
  return text + "]";
}

std::string unreadable_file(const std::string& path) {
  std::error_code error;
  const auto status = fs::status(path, error);
  if (status.type() == fs::file_type::not_found) return "no such file: " + path;
  if (fs::is_directory(status)) return path + " is a folder, not a file";
  if (!irregular_file(path).empty()) return path + " is no regular file";
  if (!std::ifstream(path, std::ios::binary)) {
    const int code = errno;
    return "cannot open " + path + ": " + std::strerror(code);
  }
  if (is_classic_netcdf(path))
    return path + " is a classic netCDF file; convert it with: " + conversion_line(path);
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  if (H5Fis_hdf5(path.c_str()) <= 0) return path + " is neither an HDF5 nor a netCDF-4 file";
  return {};
}

StoredArray::StoredArray(MPI_Comm comm, const DatasetSpec& source)
    : comm_(comm), name_(source.file + ": " + source.dataset) {
  const std::string problem = first_problem(comm, unreadable_file(source.file));
  if (!problem.empty()) throw InputError(problem);
  together<InputError>(comm, name_ + ": ", [&] { file_ = hdf5::open_file(comm, source.file); });
  together<InputError>(comm, name_ + ": ", [&] { open(source); });
}

StoredArray::StoredArray(MPI_Comm comm, std::string name, hdf5::Dataset dataset)
    : comm_(comm), name_(std::move(name)), dataset_(std::move(dataset)) {
  together<InputError>(comm, name_ + ": ", [&] {
    file_ = hdf5::File(hdf5::check(H5Iget_file_id(dataset_), "get the file"));
    describe();
  });
}

void StoredArray::open(const DatasetSpec& source) {
  require_dataset(file_, source.dataset);
  const hdf5::Properties access = hdf5::link_access();
  dataset_ = hdf5::Dataset(
      hdf5::check(H5Dopen2(file_, source.dataset.c_str(), access), "open the dataset"));
  describe();
}

void StoredArray::describe() {
  const hdf5::Type stored(hdf5::check(H5Dget_type(dataset_), "get type"));
  hdf5::require_sound_numbers(stored);
  const auto kind = H5Tget_class(stored);
  if (kind == H5T_ENUM)
    enum_type_ = hdf5::Type(hdf5::check(H5Tget_native_type(stored, H5T_DIR_DEFAULT), "get type"));
  else if (kind != H5T_INTEGER && kind != H5T_FLOAT)
    throw hdf5::Failure("does not hold numbers");
  shape_ = checked_shape(dataset_);
  require_storage(dataset_, shape_.size(), H5Tget_size(stored));
  packing_ = std::make_shared<Packing>(file_, dataset_);
}

void StoredArray::read_stored(const hdf5::Slab& slab, std::span<double> values) const {
  if (!enum_type_.open()) {
    hdf5::read(comm_, dataset_, slab, H5T_NATIVE_DOUBLE, values.data());
    return;
  }
  // HDF5 converts no enumeration to numbers on reading, so read its integers and convert those.
  const hdf5::Type integer(hdf5::check(H5Tget_super(enum_type_), "get type"));
  std::vector<double> buffer(std::max<std::size_t>(values.size(), 1));
  hdf5::read(comm_, dataset_, slab, enum_type_, buffer.data());
  hdf5::check(
      H5Tconvert(integer, H5T_NATIVE_DOUBLE, values.size(), buffer.data(), nullptr, H5P_DEFAULT),
      "convert an enumeration");
  std::copy_n(buffer.begin(), values.size(), values.begin());
}

void StoredArray::read(const hdf5::Slab& slab, std::span<double> values,
                       MissingCounts* counts) const {
  // All data are read before anything is computed: what is damaged is wrong input.
  together<InputError>(comm_, name_ + ": ", [&] { read_stored(slab, values); });
  MissingCounts ignored;
  packing_->unpack(values, counts ? *counts : ignored);
}

std::vector<double> StoredArray::read_all() const {
  hdf5::Slab slab;
  for (const std::int64_t extent : shape_) {
    slab.start.push_back(0);
    slab.count.push_back(static_cast<hsize_t>(extent));
  }
  std::vector<double> values;
  together<InputError>(comm_, name_ + ": ", [&] {
    const double bytes = sizeof(double) * static_cast<double>(slab.elements());
    if (const double free = free_memory(); bytes > free)
      throw hdf5::Failure(formatted("its shape %s takes %s of memory, and there is %s",
                                    shape_text(shape_).c_str(), bytes_text(bytes).c_str(),
                                    bytes_text(free).c_str()));
    values.resize(slab.elements());
  });
  read(slab, values);
  return values;
}

std::string StoredArray::missing_text(const MissingCounts& counts) const {
  const MissingCounts all{sum_over_ranks(comm_, counts.out_of_range),
                          sum_over_ranks(comm_, counts.default_fill)};
  return packing_->text(all);
}

std::unique_ptr<StoredArray> StoredArray::scale_of(std::size_t axis) const {
  ScaleSearch search{static_cast<hsize_t>(shape_.at(axis))};
  H5DSiterate_scales(dataset_, static_cast<unsigned>(axis), nullptr, take_scale, &search);
  H5Eclear2(H5E_DEFAULT);
  if (!search.found.open()) return nullptr;
  std::string name = scale_name(search.found);
  if (const auto slash = name.rfind('/'); slash != std::string::npos) name.erase(0, slash + 1);
  return std::unique_ptr<StoredArray>(
      new StoredArray(comm_, std::move(name), std::move(search.found)));
}

double StoredArray::declared_bytes() const {
  const hdf5::Type stored(hdf5::check(H5Dget_type(dataset_), "get type"));
  double bytes = static_cast<double>(H5Tget_size(stored));
  for (const std::int64_t extent : shape_) bytes *= static_cast<double>(extent);
  return bytes;
}

double StoredArray::stored_bytes() const {
  return static_cast<double>(H5Dget_storage_size(dataset_));
}

std::optional<std::string> StoredArray::text(const char* attribute) const {
  return hdf5::text_attribute(dataset_, attribute);
}

bool StoredArray::single_precision() const {
  const hdf5::Type stored(hdf5::check(H5Dget_type(dataset_), "get type"));
  return H5Tget_class(stored) == H5T_FLOAT && H5Tget_size(stored) <= sizeof(float);
}

} // namespace nadir
