#pragma once

#include "byte_source.hpp"

#include "nadir/data/weight_file.hpp"

#include <optional>

namespace nadir {

/// How one number is stored.
enum class Element { f8, f4, f2, bf2, i1, i2, i4, i8, u1, u2, u4, u8 };

std::uint64_t bytes_of(Element element);

/// Numbers as they lie in a file to doubles. `bytes` has bytes_of(element) of each value.
void decode(Element element, bool big_endian, std::span<const std::byte> bytes,
            std::span<double> values);

/// What a header says about an array and where its bytes begin.
struct PackedLayout {
  Element element = Element::f8;
  bool big_endian = false;
  bool fortran_order = false; ///< the first axis is the fastest
  std::vector<std::int64_t> shape;
  std::uint64_t offset = 0;
};

/// Bytes of all numbers; nothing where their count leaves 64 bits.
std::optional<std::uint64_t> bytes_of(const PackedLayout& layout);

/// Numbers one after the other in a source of bytes.
class PackedArray : public WeightArray {
 public:
  /// Throws InputError where an extent is below 1 or the numbers reach beyond the source.
  PackedArray(std::string name, std::shared_ptr<const ByteSource> bytes, PackedLayout layout);
  void read(std::int64_t first, std::int64_t count, std::span<double> values) const override;

 private:
  void read_stored(std::uint64_t first, std::span<double> values) const;
  void turn_to_c_order();

  std::shared_ptr<const ByteSource> bytes_;
  PackedLayout layout_;
  std::vector<double> turned_; ///< all values in C order, where the file has the other one
};

/// The array of a NumPy .npy file (or of that part of a .npz).
std::unique_ptr<WeightArray> open_npy(const std::string& name,
                                      std::shared_ptr<const ByteSource> bytes);
/// An array of a NumPy .npz file, whose path is its name.
std::unique_ptr<WeightArray> open_npz(const ByteSource& file, const std::string& array);
/// A tensor of a .safetensors file.
std::unique_ptr<WeightArray> open_safetensors(std::shared_ptr<const ByteSource> bytes,
                                              const std::string& array);
/// Whether a file begins as a .safetensors file does.
bool looks_like_safetensors(const ByteSource& bytes);

/// Throws InputError where an array of `name` takes more memory than is free.
void require_memory(const std::string& name, double bytes);

/// The name that is meant: `wanted`, or the only one of `names` where that is empty. Throws
/// InputError that lists what `file` has.
std::string choose_array(const std::string& file, const std::string& wanted,
                         const std::vector<std::string>& names);

} // namespace nadir
