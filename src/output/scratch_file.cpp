#include "nadir/output/scratch_file.hpp"

#include "nadir/base/error.hpp"
#include "nadir/base/profile.hpp"
#include "nadir/output/place_file.hpp"

#include <fcntl.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>

namespace nadir {
namespace {

std::string name_in(const std::string& folder) {
  return (std::filesystem::path(folder) / "nadir-states").string();
}

/// Ends with an error where such a file has no room. HDF5 is to meet no such error: it could not
/// close a file whose tables it cannot write.
void try_room(const std::string& path, std::uint64_t bytes) {
  const int file = open(path.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
  if (file < 0) throw SystemError("cannot create " + path + ": " + std::strerror(errno));
  close(file);
  try {
    reserve_disk(path, 0, bytes);
  } catch (...) {
    unlink(path.c_str());
    throw;
  }
  unlink(path.c_str());
}

} // namespace

ScratchFile::ScratchFile(const std::string& folder, std::size_t arrays, std::size_t size)
    : path_(temporary_name(name_in(folder))), size_(size) {
  try_room(path_, arrays * size * sizeof(double));
  file_ = hdf5::create_own_file(path_);
  try {
    create(arrays);
  } catch (...) {
    unlink(path_.c_str());
    throw;
  }
  unlink(path_.c_str());
}

void ScratchFile::create(std::size_t arrays) {
  const std::array<hsize_t, 2> extents{arrays, size_};
  selected_ =
      hdf5::Space(hdf5::check(H5Screate_simple(2, extents.data(), nullptr), "create space"));
  memory_ = hdf5::Space(hdf5::check(H5Screate_simple(1, &size_, nullptr), "create space"));
  const hdf5::Properties creation(hdf5::check(H5Pcreate(H5P_DATASET_CREATE), "create list"));
  hdf5::check(H5Pset_alloc_time(creation, H5D_ALLOC_TIME_EARLY), "set allocation");
  hdf5::check(H5Pset_fill_time(creation, H5D_FILL_TIME_NEVER), "set fill");
  dataset_ = hdf5::Dataset(hdf5::check(
      H5Dcreate2(file_, "state", H5T_NATIVE_DOUBLE, selected_, H5P_DEFAULT, creation, H5P_DEFAULT),
      "create a dataset"));
  hdf5::check(H5Fflush(file_, H5F_SCOPE_LOCAL), "write the file"); // nothing is left for its end
  reserve_disk(path_, H5Dget_offset(dataset_), H5Dget_storage_size(dataset_));
}

template<class Move> void ScratchFile::move(std::size_t array, Move&& move) {
  if (!problem_.empty()) return;
  const std::array<hsize_t, 2> start{array, 0}, count{1, size_};
  const bool done = H5Sselect_hyperslab(selected_, H5S_SELECT_SET, start.data(), nullptr,
                                        count.data(), nullptr) >= 0 &&
                    move() >= 0;
  if (!done) problem_ = "scratch file " + path_ + ": " + hdf5::take_error_text();
}

void ScratchFile::write(std::size_t array, const double* values) {
  const ProfileEvent event(Event::write);
  move(array, [&] {
    return H5Dwrite(dataset_, H5T_NATIVE_DOUBLE, memory_, selected_, H5P_DEFAULT, values);
  });
}

void ScratchFile::read(std::size_t array, double* values) {
  const ProfileEvent event(Event::read);
  move(array, [&] {
    return H5Dread(dataset_, H5T_NATIVE_DOUBLE, memory_, selected_, H5P_DEFAULT, values);
  });
}

std::string unusable_scratch(const std::string& folder) {
  std::error_code error;
  if (!std::filesystem::exists(folder, error)) return "there is no folder " + folder;
  if (!std::filesystem::is_directory(folder, error)) return folder + " is not a folder";
  return unwritable(name_in(folder));
}

double free_disk(const std::string& folder) {
  struct statvfs disk {};
  if (statvfs(folder.c_str(), &disk) != 0) return 0;
  return static_cast<double>(disk.f_bavail) * static_cast<double>(disk.f_frsize);
}

} // namespace nadir
