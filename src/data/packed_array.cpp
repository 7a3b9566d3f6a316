#include "packed_array.hpp"

#include "nadir/base/error.hpp"
#include "nadir/base/text.hpp"
#include "nadir/data/stored_array.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

namespace nadir {
namespace {

/// Numbers decoded at a time.
constexpr std::size_t piece = 65536;

/// IEEE half precision: 1 sign, 5 exponent, 10 fraction bits.
double from_half(std::uint16_t bits) {
  const int exponent = bits >> 10 & 31;
  const int fraction = bits & 1023;
  const double sign = bits >> 15 ? -1.0 : 1.0;
  if (exponent == 31)
    return fraction ? std::numeric_limits<double>::quiet_NaN()
                    : sign * std::numeric_limits<double>::infinity();
  return sign * (exponent ? std::ldexp(1024 + fraction, exponent - 25) : std::ldexp(fraction, -24));
}

template<class Stored> Stored load(const std::byte* bytes, bool big_endian) {
  std::array<std::byte, sizeof(Stored)> native;
  std::copy_n(bytes, sizeof(Stored), native.begin());
  if (big_endian != (std::endian::native == std::endian::big)) std::ranges::reverse(native);
  return std::bit_cast<Stored>(native);
}

template<class Stored, class Convert>
void decode_as(bool big_endian, const std::byte* bytes, std::span<double> values, Convert convert) {
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = convert(load<Stored>(bytes + i * sizeof(Stored), big_endian));
}

template<class Stored>
void decode_as(bool big_endian, const std::byte* bytes, std::span<double> values) {
  decode_as<Stored>(big_endian, bytes, values, [](Stored x) { return static_cast<double>(x); });
}

} // namespace

std::uint64_t bytes_of(Element element) {
  switch (element) {
  case Element::f8:
  case Element::i8:
  case Element::u8:
    return 8;
  case Element::f4:
  case Element::i4:
  case Element::u4:
    return 4;
  case Element::f2:
  case Element::bf2:
  case Element::i2:
  case Element::u2:
    return 2;
  case Element::i1:
  case Element::u1:
    return 1;
  }
  throw std::logic_error("unknown element");
}

void decode(Element element, bool big_endian, std::span<const std::byte> bytes,
            std::span<double> values) {
  const std::byte* data = bytes.data();
  switch (element) {
  case Element::f8:
    return decode_as<double>(big_endian, data, values);
  case Element::f4:
    return decode_as<float>(big_endian, data, values);
  case Element::f2:
    return decode_as<std::uint16_t>(big_endian, data, values, from_half);
  case Element::bf2:
    return decode_as<std::uint16_t>(big_endian, data, values, [](std::uint16_t bits) {
      return static_cast<double>(std::bit_cast<float>(std::uint32_t{bits} << 16));
    });
  case Element::i1:
    return decode_as<std::int8_t>(big_endian, data, values);
  case Element::i2:
    return decode_as<std::int16_t>(big_endian, data, values);
  case Element::i4:
    return decode_as<std::int32_t>(big_endian, data, values);
  case Element::i8:
    return decode_as<std::int64_t>(big_endian, data, values);
  case Element::u1:
    return decode_as<std::uint8_t>(big_endian, data, values);
  case Element::u2:
    return decode_as<std::uint16_t>(big_endian, data, values);
  case Element::u4:
    return decode_as<std::uint32_t>(big_endian, data, values);
  case Element::u8:
    return decode_as<std::uint64_t>(big_endian, data, values);
  }
}

std::optional<std::uint64_t> bytes_of(const PackedLayout& layout) {
  constexpr std::uint64_t most = std::uint64_t{1} << 62;
  std::uint64_t bytes = bytes_of(layout.element);
  for (const std::int64_t extent : layout.shape) {
    if (extent < 0) return std::nullopt;
    const auto n = static_cast<std::uint64_t>(extent);
    if (n > 0 && bytes > most / n) return std::nullopt;
    bytes *= n;
  }
  return bytes;
}

PackedArray::PackedArray(std::string name, std::shared_ptr<const ByteSource> bytes,
                         PackedLayout layout)
    : WeightArray(std::move(name), layout.shape), bytes_(std::move(bytes)),
      layout_(std::move(layout)) {
  const auto size = bytes_of(layout_);
  const std::string shape = one_line(shape_text(layout_.shape), 200);
  if (!size) throw InputError(this->name() + ": its header gives the impossible shape " + shape);
  if (*size == 0) throw InputError(this->name() + ": has no elements, its shape is " + shape);
  if (layout_.offset > bytes_->size() || *size > bytes_->size() - layout_.offset)
    throw InputError(this->name() + ": the file ends before the last number of the shape " + shape +
                     "; write it again, or copy it completely");
  if (layout_.fortran_order && layout_.shape.size() > 1) turn_to_c_order();
}

void PackedArray::read_stored(std::uint64_t first, std::span<double> values) const {
  const std::uint64_t width = bytes_of(layout_.element);
  std::vector<std::byte> buffer;
  for (std::size_t done = 0; done < values.size(); done += piece) {
    const std::size_t count = std::min(piece, values.size() - done);
    buffer.resize(count * width);
    bytes_->read(layout_.offset + (first + done) * width, buffer);
    decode(layout_.element, layout_.big_endian, buffer, values.subspan(done, count));
  }
}

void PackedArray::turn_to_c_order() {
  const std::uint64_t elements = *bytes_of(layout_) / bytes_of(layout_.element);
  require_memory(name(), 2 * sizeof(double) * static_cast<double>(elements));
  std::vector<double> stored(elements);
  read_stored(0, stored);
  const std::size_t axes = layout_.shape.size();
  std::vector<std::int64_t> index(axes, 0);
  turned_.resize(stored.size());
  for (double& value : turned_) {
    std::int64_t at = 0;
    for (std::size_t a = axes; a-- > 0;) at = at * layout_.shape[a] + index[a];
    value = stored[static_cast<std::size_t>(at)];
    for (std::size_t a = axes; a-- > 0;) {
      if (++index[a] < layout_.shape[a]) break;
      index[a] = 0;
    }
  }
}

void PackedArray::read(std::int64_t first, std::int64_t count, std::span<double> values) const {
  const auto from = static_cast<std::uint64_t>(first * row_size());
  const auto size = static_cast<std::size_t>(count * row_size());
  if (turned_.empty()) return read_stored(from, values.first(size));
  std::copy_n(turned_.begin() + static_cast<std::ptrdiff_t>(from), size, values.begin());
}

std::string choose_array(const std::string& file, const std::string& wanted,
                         const std::vector<std::string>& names) {
  if (names.empty()) throw InputError(file + ": has no arrays");
  if (wanted.empty() && names.size() == 1) return names.front();
  if (std::ranges::find(names, wanted) != names.end()) return wanted;
  constexpr std::size_t shown = 12;
  std::string list = join(
      {names.begin(), names.begin() + static_cast<std::ptrdiff_t>(std::min(shown, names.size()))},
      ", ");
  if (names.size() > shown) list += ", ...";
  list = one_line(list, 1000);
  if (wanted.empty())
    throw InputError(file + ": has several arrays; choose one by --dataset: " + list);
  const auto nearest = nearest_name(wanted, names);
  throw InputError(file + ": has no array '" + wanted + "'" +
                   (nearest ? " (did you mean '" + *nearest + "'?)" : "") + "; it has " + list);
}

} // namespace nadir
