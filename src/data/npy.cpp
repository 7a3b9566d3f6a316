#include "packed_array.hpp"

#include "nadir/base/error.hpp"
#include "nadir/base/text.hpp"

#include <array>
#include <charconv>
#include <map>
#include <string_view>

namespace nadir {
namespace {

[[noreturn]] void refuse_npy(const std::string& name, const std::string& why) {
  throw InputError(name + ": " + why + "; write it again with numpy.save or numpy.savez");
}

/// The header of a .npy file, a Python dict of three entries:
/// {'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), }
class NpyHeader {
 public:
  NpyHeader(const std::string& name, std::string_view text) : name_(name), rest_(text) {
    expect('{');
    while (!take('}')) {
      const std::string key = quoted();
      expect(':');
      read_value(key);
      if (!take(',')) {
        expect('}');
        break;
      }
    }
    skip_spaces();
    if (!rest_.empty() || found_ != 7) damaged();
  }

  PackedLayout layout;

 private:
  [[noreturn]] void damaged() const { refuse_npy(name_, "its NumPy header is damaged"); }

  void skip_spaces() {
    const auto start = rest_.find_first_not_of(" \n\t\r");
    rest_.remove_prefix(start == std::string_view::npos ? rest_.size() : start);
  }
  bool take(char c) {
    skip_spaces();
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  void expect(char c) {
    if (!take(c)) damaged();
  }
  bool take_word(std::string_view word) {
    skip_spaces();
    if (!rest_.starts_with(word)) return false;
    rest_.remove_prefix(word.size());
    return true;
  }
  std::string quoted() {
    skip_spaces();
    const char mark = rest_.empty() ? '\0' : rest_.front();
    if (mark != '\'' && mark != '"') damaged();
    const auto end = rest_.find(mark, 1);
    if (end == std::string_view::npos) damaged();
    std::string text(rest_.substr(1, end - 1));
    rest_.remove_prefix(end + 1);
    return text;
  }

  void read_value(const std::string& key) {
    if (key == "descr") {
      found_ |= 1;
      read_type();
    } else if (key == "fortran_order") {
      found_ |= 2;
      layout.fortran_order = take_word("True");
      if (!layout.fortran_order && !take_word("False")) damaged();
    } else if (key == "shape") {
      found_ |= 4;
      read_shape();
    } else {
      damaged();
    }
  }

  void read_type() {
    static const std::map<std::string, Element, std::less<>> elements{
        {"f8", Element::f8}, {"f4", Element::f4}, {"f2", Element::f2}, {"i1", Element::i1},
        {"i2", Element::i2}, {"i4", Element::i4}, {"i8", Element::i8}, {"u1", Element::u1},
        {"u2", Element::u2}, {"u4", Element::u4}, {"u8", Element::u8}};
    skip_spaces();
    if (!rest_.empty() && rest_.front() == '[')
      refuse_npy(name_, "holds records, not plain numbers");
    const std::string type = quoted();
    const auto found = elements.find(std::string_view(type).substr(type.empty() ? 0 : 1));
    if (found == elements.end() || std::string_view("<>|=").find(type[0]) == std::string::npos)
      refuse_npy(name_, "holds numbers of the type '" + one_line(type, 40) +
                            "'; real floats and integers are read");
    layout.element = found->second;
    layout.big_endian = type[0] == '>';
  }

  void read_shape() {
    layout.shape.clear();
    expect('(');
    while (!take(')')) {
      std::int64_t extent = 0;
      skip_spaces();
      const auto [end, error] = std::from_chars(rest_.begin(), rest_.end(), extent);
      if (error != std::errc() || extent < 0) refuse_npy(name_, "its header gives no valid shape");
      rest_.remove_prefix(static_cast<std::size_t>(end - rest_.begin()));
      layout.shape.push_back(extent);
      if (!take(',')) {
        expect(')');
        break;
      }
    }
    if (layout.shape.empty()) refuse_npy(name_, "holds a single number, not an array");
    if (layout.shape.size() > 32) damaged();
  }

  const std::string& name_;
  std::string_view rest_;
  int found_ = 0;
};

} // namespace

std::unique_ptr<WeightArray> open_npy(const std::string& name,
                                      std::shared_ptr<const ByteSource> bytes) {
  const std::string magic = bytes->text(0, 8);
  if (!magic.starts_with("\x93NUMPY")) refuse_npy(name, "is no .npy array");
  const int version = magic[6];
  if (version < 1 || version > 3) refuse_npy(name, "has an unknown version of NumPy's format");
  // The length of the header takes two bytes in version 1, four after it.
  const std::uint64_t start = version == 1 ? 10 : 12;
  const std::uint64_t length =
      version == 1 ? bytes->number<std::uint16_t>(8) : bytes->number<std::uint32_t>(8);
  constexpr std::uint64_t longest = 1 << 16;
  if (length > longest) refuse_npy(name, "its NumPy header is damaged");
  const std::string text = bytes->text(start, length);
  PackedLayout layout = NpyHeader(name, text).layout;
  layout.offset = start + length;
  return std::make_unique<PackedArray>(name, std::move(bytes), std::move(layout));
}

} // namespace nadir
