#pragma once

#include <cstddef>
#include <cstdint>
#include <fstream>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace nadir {

/// What lies in a file, or in a part of one that was unpacked. Throws InputError, naming the file,
/// for what cannot be read.
class ByteSource {
 public:
  explicit ByteSource(std::string name) : name_(std::move(name)) {}
  virtual ~ByteSource() = default;
  ByteSource(const ByteSource&) = delete;
  ByteSource& operator=(const ByteSource&) = delete;

  const std::string& name() const { return name_; }
  virtual std::uint64_t size() const = 0;
  /// The bytes from `offset` on; all of them must be there.
  void read(std::uint64_t offset, std::span<std::byte> bytes) const;
  std::string text(std::uint64_t offset, std::uint64_t length) const;
  /// A whole number of N bytes, lowest first.
  template<class Integer> Integer number(std::uint64_t offset) const {
    std::byte bytes[sizeof(Integer)];
    read(offset, bytes);
    std::uint64_t value = 0;
    for (std::size_t i = sizeof(Integer); i-- > 0;)
      value = value << 8 | std::to_integer<std::uint64_t>(bytes[i]);
    return static_cast<Integer>(value);
  }

 private:
  virtual void read_inside(std::uint64_t offset, std::span<std::byte> bytes) const = 0;

  std::string name_;
};

/// A file, read where it is asked for.
class FileBytes : public ByteSource {
 public:
  explicit FileBytes(const std::string& path);
  std::uint64_t size() const override { return size_; }

 private:
  void read_inside(std::uint64_t offset, std::span<std::byte> bytes) const override;

  mutable std::ifstream file_;
  std::uint64_t size_ = 0;
};

/// Bytes in memory.
class MemoryBytes : public ByteSource {
 public:
  MemoryBytes(std::string name, std::vector<std::byte> bytes)
      : ByteSource(std::move(name)), bytes_(std::move(bytes)) {}
  std::uint64_t size() const override { return bytes_.size(); }

 private:
  void read_inside(std::uint64_t offset, std::span<std::byte> bytes) const override;

  std::vector<std::byte> bytes_;
};

} // namespace nadir
