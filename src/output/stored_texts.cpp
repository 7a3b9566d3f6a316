#include "nadir/output/stored_texts.hpp"

#include "nadir/output/place_file.hpp"

#include <cstdint>
#include <filesystem>

namespace nadir {
namespace {

/// As much as the texts and HDF5's tables of them may take; what is too much is given back when
/// the file is closed.
std::uint64_t room_for(std::span<const StoredTexts> all) {
  constexpr std::uint64_t tables = 64 << 10, around_each = 32;
  std::uint64_t bytes = tables;
  for (const StoredTexts& texts : all)
    for (const std::string& text : texts.values) bytes += text.size() + around_each;
  return bytes;
}

/// Without file locks, which some parallel file systems lack: nobody else knows the file yet.
hdf5::File open_to_change(const std::string& path) {
  const hdf5::Properties access(hdf5::check(H5Pcreate(H5P_FILE_ACCESS), "create access list"));
#if H5_VERSION_GE(1, 10, 7)
  hdf5::check(H5Pset_file_locking(access, false, true), "do without locks");
#endif
  return hdf5::File(hdf5::check(H5Fopen(path.c_str(), H5F_ACC_RDWR, access), "open the file"));
}

void write_into(hid_t file, const StoredTexts& texts) {
  const hdf5::Type type = stored_text();
  std::vector<const char*> pointers;
  for (const std::string& text : texts.values) pointers.push_back(text.c_str());
  const hdf5::Dataset dataset(
      hdf5::check(H5Dopen2(file, texts.dataset.c_str(), H5P_DEFAULT), "open a dataset"));
  hdf5::check(H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, pointers.data()),
              "write texts");
}

} // namespace

hdf5::Type stored_text() {
  hdf5::Type type(hdf5::check(H5Tcopy(H5T_C_S1), "copy type"));
  hdf5::check(H5Tset_size(type, H5T_VARIABLE), "set text size");
  hdf5::check(H5Tset_cset(type, H5T_CSET_UTF8), "set character set");
  return type;
}

hdf5::Properties text_block() {
  hdf5::Properties creation(hdf5::check(H5Pcreate(H5P_DATASET_CREATE), "create list"));
  hdf5::check(H5Pset_layout(creation, H5D_CONTIGUOUS), "set layout");
  hdf5::check(H5Pset_alloc_time(creation, H5D_ALLOC_TIME_EARLY), "set allocation");
  return creation; // filled: where a text lies must never be read from what was on the disk before
}

void write_texts(const std::string& path, std::span<const StoredTexts> all) {
  if (all.empty()) return;
  reserve_disk(path, std::filesystem::file_size(path), room_for(all));
  hdf5::File file = open_to_change(path);
  try {
    for (const StoredTexts& texts : all) write_into(file, texts);
    hdf5::check(H5Fflush(file, H5F_SCOPE_GLOBAL), "flush the file");
  } catch (...) {
    hdf5::abandon(file);
    throw;
  }
  file.close();
}

} // namespace nadir
