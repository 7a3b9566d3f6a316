#include "json.hpp"
#include "packed_array.hpp"

#include "nadir/base/error.hpp"
#include "nadir/base/text.hpp"

#include <map>

namespace nadir {
namespace {

/// Eight bytes with the length of a JSON header, the header, and then the numbers:
/// {"NAME": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}, ..., "__metadata__": {...}}
constexpr std::uint64_t length_bytes = 8;
constexpr std::uint64_t longest_header = 100'000'000; // as other readers have it

[[noreturn]] void damaged_header(const std::string& name) {
  throw InputError(name + ": its safetensors header is damaged; write the file again, or copy it "
                          "completely");
}

Json::Object read_header(const ByteSource& bytes) {
  const auto length = bytes.number<std::uint64_t>(0);
  if (length > longest_header) damaged_header(bytes.name());
  auto header = parse_json(bytes.text(length_bytes, length));
  if (!header || !header->object()) damaged_header(bytes.name());
  return std::move(std::get<Json::Object>(header->value));
}

const Json& member(const std::string& name, const Json::Object& object, std::string_view key) {
  const auto found = object.find(key);
  if (found == object.end()) damaged_header(name);
  return found->second;
}

std::vector<std::int64_t> whole_numbers(const std::string& name, const Json& value) {
  if (!value.array()) damaged_header(name);
  std::vector<std::int64_t> result;
  for (const Json& entry : *value.array()) {
    if (!entry.whole() || *entry.whole() < 0) damaged_header(name);
    result.push_back(*entry.whole());
  }
  return result;
}

Element element_named(const std::string& name, const Json& type) {
  static const std::map<std::string, Element, std::less<>> elements{
      {"F64", Element::f8}, {"F32", Element::f4}, {"F16", Element::f2}, {"BF16", Element::bf2}};
  if (!type.text()) damaged_header(name);
  const auto found = elements.find(*type.text());
  if (found == elements.end())
    throw InputError(name + ": holds numbers of the type " + one_line(*type.text(), 40) +
                     "; F64, F32, F16 and BF16 are read");
  return found->second;
}

} // namespace

bool looks_like_safetensors(const ByteSource& bytes) {
  if (bytes.size() < length_bytes + 2) return false;
  const auto length = bytes.number<std::uint64_t>(0);
  return length <= longest_header && bytes.text(length_bytes, 1) == "{";
}

std::unique_ptr<WeightArray> open_safetensors(std::shared_ptr<const ByteSource> bytes,
                                              const std::string& array) {
  const Json::Object header = read_header(*bytes);
  std::vector<std::string> names;
  for (const auto& [name, entry] : header)
    if (name != "__metadata__") names.push_back(name);
  const std::string chosen = choose_array(bytes->name(), array, names);
  const std::string name = bytes->name() + ": " + one_line(chosen, 200);
  const Json::Object* entry = header.at(chosen).object();
  if (!entry) damaged_header(name);

  PackedLayout layout;
  layout.element = element_named(name, member(name, *entry, "dtype"));
  layout.shape = whole_numbers(name, member(name, *entry, "shape"));
  const auto offsets = whole_numbers(name, member(name, *entry, "data_offsets"));
  const auto size = bytes_of(layout);
  if (offsets.size() != 2 || offsets[0] > offsets[1] || !size ||
      *size != static_cast<std::uint64_t>(offsets[1] - offsets[0]))
    throw InputError(name + ": the header's shape and data_offsets do not agree; write the file "
                            "again");
  layout.offset =
      length_bytes + bytes->number<std::uint64_t>(0) + static_cast<std::uint64_t>(offsets[0]);
  return std::make_unique<PackedArray>(name, std::move(bytes), std::move(layout));
}

} // namespace nadir
