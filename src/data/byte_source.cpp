#include "byte_source.hpp"

#include "nadir/base/error.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

namespace nadir {

void ByteSource::read(std::uint64_t offset, std::span<std::byte> bytes) const {
  if (offset > size() || bytes.size() > size() - offset)
    throw InputError(name_ + ": the file ends too early; write it again, or copy it completely");
  read_inside(offset, bytes);
}

std::string ByteSource::text(std::uint64_t offset, std::uint64_t length) const {
  if (offset > size() || length > size() - offset)
    throw InputError(name_ + ": the file ends too early; write it again, or copy it completely");
  std::string result(length, '\0');
  read(offset, std::as_writable_bytes(std::span(result)));
  return result;
}

FileBytes::FileBytes(const std::string& path) : ByteSource(path), file_(path, std::ios::binary) {
  const int code = errno;
  if (!file_) throw InputError("cannot open " + path + ": " + std::strerror(code));
  std::error_code error;
  size_ = std::filesystem::file_size(path, error);
  if (error) throw InputError("cannot read " + path + ": " + error.message());
}

void FileBytes::read_inside(std::uint64_t offset, std::span<std::byte> bytes) const {
  file_.clear();
  file_.seekg(static_cast<std::streamoff>(offset));
  file_.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  if (!file_) throw InputError(name() + ": cannot be read: " + std::strerror(errno));
}

void MemoryBytes::read_inside(std::uint64_t offset, std::span<std::byte> bytes) const {
  std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(offset), bytes.size(), bytes.begin());
}

} // namespace nadir
