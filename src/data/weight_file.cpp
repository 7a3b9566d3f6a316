#include "nadir/data/weight_file.hpp"

#include "packed_array.hpp"

#include "nadir/base/error.hpp"
#include "nadir/base/log.hpp"
#include "nadir/base/memory.hpp"
#include "nadir/data/stored_array.hpp"

#include <algorithm>
#include <filesystem>
#include <functional>
#include <numeric>

namespace nadir {
namespace {

/// A dataset of an HDF5 file.
class StoredWeights : public WeightArray {
 public:
  explicit StoredWeights(StoredArray array)
      : WeightArray(array.name(), array.shape()), array_(std::move(array)) {
    if (shape().empty()) throw InputError(name() + ": holds a single number, not an array");
    if (std::ranges::count(shape(), 0) > 0) throw InputError(name() + ": has no elements");
    require_numbers();
  }

  void read(std::int64_t first, std::int64_t count, std::span<double> values) const override {
    hdf5::Slab slab{std::vector<hsize_t>(shape().size(), 0), {}};
    for (const std::int64_t extent : shape()) slab.count.push_back(static_cast<hsize_t>(extent));
    slab.start[0] = static_cast<hsize_t>(first);
    slab.count[0] = static_cast<hsize_t>(count);
    array_.read(slab, values);
  }

 private:
  /// Chunks that were never written take no room in a file, and a minute to be read as zeros.
  void require_numbers() const {
    constexpr double strongest = 2000, small = 1 << 20; // gzip packs zeros about 1000 times
    const double declared = array_.declared_bytes(), stored = array_.stored_bytes();
    if (declared <= strongest * stored + small) return;
    throw InputError(name() + ": declares " + bytes_text(declared) + " as its shape " +
                     shape_text(shape()) + ", and the file holds " + bytes_text(stored) +
                     " of them: it was not written, or not completely");
  }

  StoredArray array_;
};

std::unique_ptr<WeightArray> open_hdf5(const std::string& path, const std::string& array) {
  constexpr std::size_t listed = 1000;
  std::string chosen = array;
  if (chosen.empty()) {
    try {
      const hdf5::File file = hdf5::open_file(MPI_COMM_SELF, path);
      chosen = choose_array(path, "", hdf5::dataset_paths(file, listed));
    } catch (const hdf5::Failure& failure) {
      throw InputError(path + ": " + failure.what());
    }
  }
  return std::make_unique<StoredWeights>(StoredArray(MPI_COMM_SELF, {path, chosen}));
}

std::string why_not_a_file(const std::string& path) {
  namespace fs = std::filesystem;
  std::error_code error;
  const auto status = fs::status(path, error);
  if (status.type() == fs::file_type::not_found) return "no such file: " + path;
  if (fs::is_directory(status)) return path + " is a folder, not a file";
  return fs::is_regular_file(status) ? "" : path + " is no regular file";
}

} // namespace

void require_memory(const std::string& name, double bytes) {
  const double free = free_memory();
  if (bytes > free)
    throw InputError(name + ": takes " + bytes_text(bytes) + " of memory, and there is " +
                     bytes_text(free));
}

std::int64_t WeightArray::row_size() const {
  return std::accumulate(shape_.begin() + 1, shape_.end(), std::int64_t{1}, std::multiplies<>());
}

std::vector<double> WeightArray::read_all() const {
  const double bytes =
      sizeof(double) * static_cast<double>(shape_.front()) * static_cast<double>(row_size());
  require_memory(name_, bytes);
  std::vector<double> values(static_cast<std::size_t>(shape_.front() * row_size()));
  read(0, shape_.front(), values);
  return values;
}

std::unique_ptr<WeightArray> open_weights(const std::string& path, const std::string& name) {
  const std::string problem = why_not_a_file(path);
  if (!problem.empty()) throw InputError(problem);
  auto bytes = std::make_shared<FileBytes>(path);
  const std::string start = bytes->text(0, std::min<std::uint64_t>(8, bytes->size()));
  if (start.starts_with("\x93NUMPY")) {
    if (!name.empty())
      throw InputError(path + ": a .npy file has one array and no names; leave '" + name + "' out");
    return open_npy(path, bytes);
  }
  if (start.starts_with("PK")) return open_npz(*bytes, name);
  // HDF5 may begin behind a block of others' bytes; it finds out itself.
  const std::string not_hdf5 = unreadable_file(path);
  if (not_hdf5.empty()) return open_hdf5(path, name);
  if (start.starts_with("CDF")) throw InputError(not_hdf5);
  if (looks_like_safetensors(*bytes)) return open_safetensors(bytes, name);
  throw InputError(path + ": unknown format; HDF5, netCDF-4, NumPy .npy and .npz and .safetensors "
                          "are read, PyTorch files after tools/export-torch");
}

std::pair<std::string, std::string> split_array_name(const std::string& text) {
  const auto colon = text.rfind(':');
  if (colon == std::string::npos || colon + 1 == text.size()) return {text, ""};
  return {text.substr(0, colon), text.substr(colon + 1)};
}

} // namespace nadir
