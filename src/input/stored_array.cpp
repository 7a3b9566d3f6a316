#include "nadir/input/stored_array.hpp"

#include "nadir/base/collective.hpp"
#include "nadir/base/error.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>

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

/// Compressed files need their filter in this HDF5; without it the read would fail much later.
void require_filters(hid_t dataset) {
  const hdf5::Properties creation(hdf5::check(H5Dget_create_plist(dataset), "get creation list"));
  if (H5Pget_layout(creation) == H5D_VIRTUAL)
    throw hdf5::Failure("is a virtual dataset, which parallel HDF5 does not read; copy it first");
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

/// Numbers of an attribute in netCDF's sense, none when it is absent.
std::vector<double> numbers(hid_t dataset, const char* name) {
  if (hdf5::check(H5Aexists(dataset, name), "look for attribute") == 0) return {};
  const hdf5::Attribute attribute(
      hdf5::check(H5Aopen(dataset, name, H5P_DEFAULT), "open attribute"));
  const hdf5::Type type(hdf5::check(H5Aget_type(attribute), "get type"));
  const auto kind = H5Tget_class(type);
  if (kind != H5T_INTEGER && kind != H5T_FLOAT)
    throw hdf5::Failure("its attribute '" + std::string(name) + "' is not a number");
  const hdf5::Space space(hdf5::check(H5Aget_space(attribute), "get space"));
  std::vector<double> values(static_cast<std::size_t>(H5Sget_simple_extent_npoints(space)));
  if (!values.empty())
    hdf5::check(H5Aread(attribute, H5T_NATIVE_DOUBLE, values.data()), "read attribute");
  return values;
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
  if (!fs::is_regular_file(status) && fs::exists(status)) return path + " is no regular file";
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

StoredArray::StoredArray(MPI_Comm comm, const DatasetCase& source)
    : comm_(comm), name_(source.file + ": " + source.dataset) {
  const std::string problem = first_problem(comm, unreadable_file(source.file));
  if (!problem.empty()) throw InputError(problem);
  together<InputError>(comm, name_ + ": ", [&] { file_ = hdf5::open_file(comm, source.file); });
  together<InputError>(comm, name_ + ": ", [&] { open(source); });
}

void StoredArray::open(const DatasetCase& source) {
  if (!hdf5::is_dataset(file_, source.dataset))
    throw hdf5::Failure("no such dataset" + datasets_hint(file_));
  dataset_ = hdf5::Dataset(
      hdf5::check(H5Dopen2(file_, source.dataset.c_str(), H5P_DEFAULT), "open the dataset"));
  const hdf5::Type stored(hdf5::check(H5Dget_type(dataset_), "get type"));
  const auto kind = H5Tget_class(stored);
  if (kind == H5T_ENUM)
    enum_type_ = hdf5::Type(hdf5::check(H5Tget_native_type(stored, H5T_DIR_DEFAULT), "get type"));
  else if (kind != H5T_INTEGER && kind != H5T_FLOAT)
    throw hdf5::Failure("does not hold numbers");
  require_filters(dataset_);
  for (const hsize_t extent : hdf5::extents(dataset_))
    shape_.push_back(static_cast<std::int64_t>(extent));
  read_conventions(kind == H5T_FLOAT && H5Tget_size(stored) == sizeof(float));
}

void StoredArray::read_conventions(bool single_precision) {
  const auto one_of = [&](const char* name, double otherwise) {
    const auto values = numbers(dataset_, name);
    return values.empty() ? otherwise : values.front();
  };
  scale_factor_ = one_of("scale_factor", 1.0);
  add_offset_ = one_of("add_offset", 0.0);
  for (const char* name : {"_FillValue", "missing_value"})
    for (const double value : numbers(dataset_, name)) missing_.push_back(value);
  // An attribute may be wider than the data: -1e34 as a double is not the float next to it.
  if (single_precision)
    for (double& value : missing_) value = static_cast<double>(static_cast<float>(value));
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

void StoredArray::read(const hdf5::Slab& slab, std::span<double> values) const {
  // All data are read before anything is computed: what is damaged is wrong input.
  together<InputError>(comm_, name_ + ": ", [&] { read_stored(slab, values); });
  for (double& value : values) {
    if (std::find(missing_.begin(), missing_.end(), value) != missing_.end())
      value = std::numeric_limits<double>::quiet_NaN();
    else
      value = value * scale_factor_ + add_offset_;
  }
}

std::vector<double> StoredArray::read_all() const {
  hdf5::Slab slab;
  for (const std::int64_t extent : shape_) {
    slab.start.push_back(0);
    slab.count.push_back(static_cast<hsize_t>(extent));
  }
  std::vector<double> values(slab.elements());
  read(slab, values);
  return values;
}

} // namespace nadir
