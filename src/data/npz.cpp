#include "packed_array.hpp"

#include "nadir/base/error.hpp"
#include "nadir/base/text.hpp"

#include <zip.h>

#include <algorithm>
#include <map>

namespace nadir {
namespace {

constexpr std::size_t largest_piece = std::size_t{1} << 20;

[[noreturn]] void damaged_zip(const std::string& name) {
  throw InputError(name + ": the zip file is damaged or incomplete; write it again with "
                          "numpy.savez, or copy it completely");
}

std::shared_ptr<zip_t> open_zip(const std::string& path) {
  int code = ZIP_ER_OK;
  zip_t* zip = zip_open(path.c_str(), ZIP_RDONLY, &code);
  if (!zip && code == ZIP_ER_MEMORY)
    throw InputError(path + ": there is no memory for the zip file's directory");
  if (!zip) damaged_zip(path);
  return {zip, zip_discard};
}

/// Index by name; of members with the same name the last one counts, as it does in Python.
std::map<std::string, zip_uint64_t> members_of(const std::string& path, zip_t* zip) {
  std::map<std::string, zip_uint64_t> members;
  const zip_int64_t count = zip_get_num_entries(zip, 0);
  for (zip_uint64_t i = 0; i < static_cast<zip_uint64_t>(std::max<zip_int64_t>(count, 0)); ++i) {
    const char* name = zip_get_name(zip, i, ZIP_FL_ENC_RAW);
    if (!name) damaged_zip(path);
    members[name] = i;
  }
  return members;
}

/// One file within a zip file. Its directory may say anything: nothing here believes its sizes.
class Member {
 public:
  Member(std::string name, std::shared_ptr<zip_t> zip, zip_uint64_t index)
      : name_(std::move(name)), zip_(std::move(zip)),
        file_(zip_fopen_index(zip_.get(), index, 0), zip_fclose) {
    if (!file_) damaged_zip(name_);
  }

  void seek(std::uint64_t offset) const {
    if (zip_fseek(file_.get(), static_cast<zip_int64_t>(offset), SEEK_SET) != 0) damaged_zip(name_);
  }
  /// All of `bytes`, from where the last call ended.
  void read(std::span<std::byte> bytes) const {
    while (!bytes.empty()) {
      const std::size_t count = read_some(bytes.first(std::min(bytes.size(), largest_piece)));
      if (count == 0) damaged_zip(name_);
      bytes = bytes.subspan(count);
    }
  }
  /// Nothing may follow; libzip then compares the checksum of all that was read.
  void expect_end() const {
    std::byte beyond;
    if (read_some({&beyond, 1}) != 0) damaged_zip(name_);
  }

 private:
  std::size_t read_some(std::span<std::byte> bytes) const {
    const zip_int64_t count = zip_fread(file_.get(), bytes.data(), bytes.size());
    if (count < 0) damaged_zip(name_);
    return static_cast<std::size_t>(count);
  }

  std::string name_;
  std::shared_ptr<zip_t> zip_; // outlives file_
  std::unique_ptr<zip_file_t, int (*)(zip_file_t*)> file_;
};

/// A member that is not packed, read where it is asked for.
class StoredMember : public ByteSource {
 public:
  StoredMember(const std::string& name, Member member, std::uint64_t size)
      : ByteSource(name), member_(std::move(member)), size_(size) {
    std::vector<std::byte> piece;
    for (std::uint64_t done = 0; done < size_; done += piece.size()) {
      piece.resize(std::min<std::uint64_t>(largest_piece, size_ - done));
      member_.read(piece);
    }
    member_.expect_end();
  }
  std::uint64_t size() const override { return size_; }

 private:
  void read_inside(std::uint64_t offset, std::span<std::byte> bytes) const override {
    member_.seek(offset);
    member_.read(bytes);
  }

  Member member_;
  std::uint64_t size_;
};

std::shared_ptr<const ByteSource> unpacked(const std::string& name, std::uint64_t file_size,
                                           std::shared_ptr<zip_t> zip, zip_uint64_t index) {
  zip_stat_t entry;
  constexpr zip_uint64_t needed =
      ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_COMP_METHOD | ZIP_STAT_ENCRYPTION_METHOD;
  if (zip_stat_index(zip.get(), index, 0, &entry) != 0 || (entry.valid & needed) != needed)
    damaged_zip(name);
  if (entry.encryption_method != ZIP_EM_NONE) throw InputError(name + ": is encrypted");
  if (entry.comp_method != ZIP_CM_STORE && entry.comp_method != ZIP_CM_DEFLATE)
    throw InputError(name + ": is packed by another method than deflate; write it again with "
                            "numpy.savez or numpy.savez_compressed");
  if (entry.comp_size > file_size) damaged_zip(name);
  Member member(name, std::move(zip), index);
  if (entry.comp_method == ZIP_CM_STORE) {
    if (entry.size != entry.comp_size) damaged_zip(name);
    return std::make_shared<StoredMember>(name, std::move(member), entry.size);
  }
  constexpr std::uint64_t strongest = 1032; // deflate cannot pack more densely
  if (entry.size > (entry.comp_size + 64) * strongest) damaged_zip(name);
  require_memory(name, static_cast<double>(entry.size));
  std::vector<std::byte> bytes(entry.size);
  member.read(bytes);
  member.expect_end();
  return std::make_shared<MemoryBytes>(name, std::move(bytes));
}

} // namespace

std::unique_ptr<WeightArray> open_npz(const ByteSource& file, const std::string& array) {
  const std::string& path = file.name();
  const auto zip = open_zip(path);
  const auto members = members_of(path, zip.get());
  std::vector<std::string> names;
  bool torch = false;
  for (const auto& [name, index] : members) {
    if (name.ends_with(".npy")) names.push_back(name.substr(0, name.size() - 4));
    torch = torch || name.ends_with("data.pkl");
  }
  if (names.empty() && torch)
    throw InputError(path + ": is a PyTorch file; convert it with tools/export-torch " + path +
                     " weights.safetensors");
  const std::string wanted = array.ends_with(".npy") ? array.substr(0, array.size() - 4) : array;
  const std::string chosen = choose_array(path, wanted, names);
  const std::string name = path + ": " + one_line(chosen, 200);
  return open_npy(name, unpacked(name, file.size(), zip, members.at(chosen + ".npy")));
}

} // namespace nadir
