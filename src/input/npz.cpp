#include "packed_array.hpp"

#include "nadir/base/error.hpp"
#include "nadir/base/text.hpp"

#include <zlib.h>

#include <algorithm>
#include <map>

namespace nadir {
namespace {

/// One file within a zip file, as the directory at its end describes it.
struct ZipEntry {
  unsigned method = 0; ///< 0 stored, 8 deflated
  unsigned flags = 0;
  std::uint32_t checksum = 0;
  std::uint64_t packed = 0, size = 0, header = 0;
};

[[noreturn]] void damaged_zip(const std::string& name) {
  throw InputError(name + ": the zip file is damaged or incomplete; write it again with "
                          "numpy.savez, or copy it completely");
}

/// Reads a zip file's directory, with the 64-bit extension.
class ZipDirectory {
 public:
  explicit ZipDirectory(const ByteSource& bytes) : bytes_(bytes) {
    find();
    std::uint64_t at = start_;
    for (std::uint64_t i = 0; i < count_; ++i) at = read_entry(at);
  }
  std::map<std::string, ZipEntry> entries;

 private:
  /// The record at the file's end, before a comment of up to 64 KiB.
  void find() {
    constexpr std::uint64_t record = 22, longest_comment = 65535;
    if (bytes_.size() < record) damaged_zip(bytes_.name());
    const std::uint64_t first = bytes_.size() - std::min(bytes_.size(), record + longest_comment);
    const std::string tail = bytes_.text(first, bytes_.size() - first);
    const auto found = tail.rfind("PK\5\6", tail.size() - record);
    if (found == std::string::npos) damaged_zip(bytes_.name());
    const std::uint64_t end = first + found;
    count_ = bytes_.number<std::uint16_t>(end + 10);
    start_ = bytes_.number<std::uint32_t>(end + 16);
    const bool large = count_ == 0xffff || start_ == 0xffffffff;
    if (!large) return;
    // 20 bytes before it say where the record of 64 bits is.
    if (end < 20 || bytes_.text(end - 20, 4) != "PK\6\7") return;
    const auto at = bytes_.number<std::uint64_t>(end - 12);
    if (at > end || bytes_.text(at, 4) != "PK\6\6") damaged_zip(bytes_.name());
    count_ = bytes_.number<std::uint64_t>(at + 32);
    start_ = bytes_.number<std::uint64_t>(at + 48);
  }

  std::uint64_t read_entry(std::uint64_t at) {
    constexpr std::uint64_t fixed = 46;
    if (start_ > bytes_.size() || bytes_.text(at, 4) != "PK\1\2") damaged_zip(bytes_.name());
    ZipEntry entry;
    entry.flags = bytes_.number<std::uint16_t>(at + 8);
    entry.method = bytes_.number<std::uint16_t>(at + 10);
    entry.checksum = bytes_.number<std::uint32_t>(at + 16);
    entry.packed = bytes_.number<std::uint32_t>(at + 20);
    entry.size = bytes_.number<std::uint32_t>(at + 24);
    entry.header = bytes_.number<std::uint32_t>(at + 42);
    const std::uint64_t name = bytes_.number<std::uint16_t>(at + 28);
    const std::uint64_t extra = bytes_.number<std::uint16_t>(at + 30);
    const std::uint64_t comment = bytes_.number<std::uint16_t>(at + 32);
    read_large_sizes(at + fixed + name, extra, entry);
    entries[bytes_.text(at + fixed, name)] = entry;
    return at + fixed + name + extra + comment;
  }

  /// The extra field 1 has, in this order, those numbers that do not fit 32 bits.
  void read_large_sizes(std::uint64_t at, std::uint64_t length, ZipEntry& entry) const {
    const std::uint64_t end = at + length;
    while (at + 4 <= end) {
      const auto kind = bytes_.number<std::uint16_t>(at);
      const std::uint64_t size = bytes_.number<std::uint16_t>(at + 2);
      std::uint64_t field = at + 4;
      at = field + size;
      if (kind != 1 || at > end) continue;
      for (std::uint64_t* number : {&entry.size, &entry.packed, &entry.header}) {
        if (*number != 0xffffffff || field + 8 > at) continue;
        *number = bytes_.number<std::uint64_t>(field);
        field += 8;
      }
    }
  }

  const ByteSource& bytes_;
  std::uint64_t count_ = 0, start_ = 0;
};

/// zlib's state while something is inflated.
class Inflater {
 public:
  explicit Inflater(const std::string& name) : name_(name) {
    constexpr int no_header = -MAX_WBITS;
    if (inflateInit2(&stream_, no_header) != Z_OK)
      throw InputError(name + ": zlib does not start: out of memory");
  }
  ~Inflater() { inflateEnd(&stream_); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  /// All of `packed` to exactly the bytes of `result`.
  void run(const ByteSource& packed, std::span<std::byte> result) {
    std::vector<std::byte> buffer;
    std::uint64_t read = 0;
    std::size_t made = 0;
    int state = Z_OK;
    while (state != Z_STREAM_END) {
      if (stream_.avail_in == 0) refill(packed, read, buffer);
      const std::size_t room = std::min<std::size_t>(result.size() - made, largest_piece);
      stream_.next_out = reinterpret_cast<Bytef*>(result.data() + made);
      stream_.avail_out = static_cast<uInt>(room);
      state = inflate(&stream_, Z_NO_FLUSH);
      const std::size_t step = room - stream_.avail_out;
      made += step;
      const bool stuck = step == 0 && stream_.avail_in == 0 && read == packed.size();
      if ((state != Z_OK && state != Z_STREAM_END) || (stuck && state == Z_OK)) damaged_zip(name_);
    }
    if (made != result.size()) damaged_zip(name_);
  }

 private:
  static constexpr std::size_t largest_piece = std::size_t{1} << 20;

  void refill(const ByteSource& packed, std::uint64_t& read, std::vector<std::byte>& buffer) {
    buffer.resize(std::min<std::uint64_t>(largest_piece, packed.size() - read));
    packed.read(read, buffer);
    read += buffer.size();
    stream_.next_in = reinterpret_cast<Bytef*>(buffer.data());
    stream_.avail_in = static_cast<uInt>(buffer.size());
  }

  const std::string& name_;
  z_stream stream_{};
};

/// Piece by piece.
std::uint32_t checksum_of(const ByteSource& bytes) {
  constexpr std::uint64_t largest_piece = std::uint64_t{1} << 20;
  uLong sum = crc32(0, nullptr, 0);
  std::vector<std::byte> piece;
  for (std::uint64_t done = 0; done < bytes.size(); done += piece.size()) {
    piece.resize(std::min(largest_piece, bytes.size() - done));
    bytes.read(done, piece);
    sum = crc32(sum, reinterpret_cast<const Bytef*>(piece.data()), static_cast<uInt>(piece.size()));
  }
  return static_cast<std::uint32_t>(sum);
}

/// The packed bytes of an entry, behind its own header.
std::shared_ptr<const ByteSource> packed_part(const std::string& name,
                                              std::shared_ptr<const ByteSource> bytes,
                                              const ZipEntry& entry) {
  constexpr std::uint64_t fixed = 30;
  if (entry.header > bytes->size() || bytes->text(entry.header, 4) != "PK\3\4") damaged_zip(name);
  const std::uint64_t start = entry.header + fixed +
                              bytes->number<std::uint16_t>(entry.header + 26) +
                              bytes->number<std::uint16_t>(entry.header + 28);
  if (start > bytes->size() || entry.packed > bytes->size() - start) damaged_zip(name);
  return std::make_shared<PartOfBytes>(name, std::move(bytes), start, entry.packed);
}

std::shared_ptr<const ByteSource>
unpacked(const std::string& name, std::shared_ptr<const ByteSource> bytes, const ZipEntry& entry) {
  constexpr unsigned encrypted = 1;
  if (entry.flags & encrypted) throw InputError(name + ": is encrypted");
  auto part = packed_part(name, std::move(bytes), entry);
  if (entry.method == 0) {
    if (entry.size != entry.packed || checksum_of(*part) != entry.checksum) damaged_zip(name);
    return part;
  }
  if (entry.method != 8)
    throw InputError(name + ": is packed by another method than deflate; write it again with "
                            "numpy.savez or numpy.savez_compressed");
  constexpr std::uint64_t strongest = 1032; // deflate cannot pack more densely
  if (entry.size > (entry.packed + 64) * strongest) damaged_zip(name);
  require_memory(name, static_cast<double>(entry.size));
  std::vector<std::byte> result(entry.size);
  Inflater(name).run(*part, result);
  auto bytes_of_entry = std::make_shared<MemoryBytes>(name, std::move(result));
  if (checksum_of(*bytes_of_entry) != entry.checksum) damaged_zip(name);
  return bytes_of_entry;
}

} // namespace

std::unique_ptr<WeightArray> open_npz(std::shared_ptr<const ByteSource> bytes,
                                      const std::string& array) {
  const ZipDirectory directory(*bytes);
  std::vector<std::string> names;
  bool torch = false;
  for (const auto& [name, entry] : directory.entries) {
    if (name.ends_with(".npy")) names.push_back(name.substr(0, name.size() - 4));
    torch = torch || name.ends_with("data.pkl");
  }
  if (names.empty() && torch)
    throw InputError(bytes->name() + ": is a PyTorch file; convert it with tools/export-torch " +
                     bytes->name() + " weights.safetensors");
  const std::string wanted = array.ends_with(".npy") ? array.substr(0, array.size() - 4) : array;
  const std::string chosen = choose_array(bytes->name(), wanted, names);
  const std::string name = bytes->name() + ": " + one_line(chosen, 200);
  return open_npy(name, unpacked(name, bytes, directory.entries.at(chosen + ".npy")));
}

} // namespace nadir
