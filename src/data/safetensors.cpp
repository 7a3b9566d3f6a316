#include "packed_array.hpp"

#include "nadir/base/error.hpp"
#include "nadir/base/text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <limits>
#include <map>
#include <set>
#include <utility>

namespace nadir {
namespace {

using Json = nlohmann::json;

/// Eight bytes with the length of a JSON header, the header, and then the numbers:
/// {"NAME": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}, ..., "__metadata__": {...}}
constexpr std::uint64_t length_bytes = 8;
constexpr std::uint64_t longest_header = 100'000'000; // as other readers have it
constexpr std::uint64_t most_bytes = std::numeric_limits<std::int64_t>::max();

[[noreturn]] void damaged_header(const std::string& name) {
  throw InputError(name + ": its safetensors header is damaged; write the file again, or copy it "
                          "completely");
}

/// Refuses, while a header is parsed, what the parser itself takes: names that an object has twice,
/// of which it keeps one, and nesting without end.
class HeaderCheck {
 public:
  explicit HeaderCheck(const std::string& file) : file_(file) {}

  bool operator()(int depth, Json::parse_event_t event, const Json& parsed) {
    constexpr int deepest = 32;
    if (depth > deepest) damaged_header(file_);
    if (event == Json::parse_event_t::object_start) names_.emplace_back();
    if (event == Json::parse_event_t::object_end) names_.pop_back();
    if (event == Json::parse_event_t::key) take(parsed.get_ref<const std::string&>());
    return true;
  }

 private:
  void take(const std::string& name) {
    if (names_.back().insert(name).second) return;
    throw InputError(file_ + ": its safetensors header names '" + one_line(name, 200) +
                     "' twice, and which is meant is not known; write the file again");
  }

  const std::string& file_;
  std::vector<std::set<std::string>> names_; ///< of the objects that are open
};

Json read_header(const ByteSource& bytes) {
  const auto length = bytes.number<std::uint64_t>(0);
  if (length > longest_header) damaged_header(bytes.name());
  const std::string text = bytes.text(length_bytes, length);
  if (text.find('\0') != std::string::npos)
    damaged_header(bytes.name()); // the parser would end there
  constexpr bool throws = false;
  Json header = Json::parse(text, HeaderCheck(bytes.name()), throws);
  if (!header.is_object()) damaged_header(bytes.name());
  return header;
}

const Json& member(const std::string& name, const Json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end()) damaged_header(name);
  return *found;
}

std::vector<std::int64_t> whole_numbers(const std::string& name, const Json& value) {
  if (!value.is_array()) damaged_header(name);
  std::vector<std::int64_t> result;
  for (const Json& entry : value) {
    const bool whole = entry.is_number_integer() && entry.get<std::uint64_t>() <= most_bytes;
    if (!whole) damaged_header(name); // negative numbers are beyond it, too
    result.push_back(entry.get<std::int64_t>());
  }
  return result;
}

Element element_named(const std::string& name, const Json& type) {
  static const std::map<std::string, Element, std::less<>> elements{
      {"F64", Element::f8}, {"F32", Element::f4}, {"F16", Element::f2}, {"BF16", Element::bf2}};
  if (!type.is_string()) damaged_header(name);
  const auto& text = type.get_ref<const std::string&>();
  const auto found = elements.find(text);
  if (found == elements.end())
    throw InputError(name + ": holds numbers of the type " + one_line(text, 40) +
                     "; F64, F32, F16 and BF16 are read");
  return found->second;
}

/// Where a tensor's bytes begin and end behind the header.
std::pair<std::int64_t, std::int64_t> offsets_of(const std::string& name, const Json& entry) {
  const auto offsets = whole_numbers(name, member(name, entry, "data_offsets"));
  if (offsets.size() != 2 || offsets[0] > offsets[1])
    throw InputError(name + ": the header's shape and data_offsets do not agree; write the file "
                            "again");
  return {offsets[0], offsets[1]};
}

/// Bytes that two tensors share are wrong in one of them.
void refuse_overlaps(const std::string& file, const Json& header) {
  struct Part {
    std::int64_t first, end;
    std::string name;
  };
  std::vector<Part> parts;
  for (const auto& [name, entry] : header.items()) {
    if (name == "__metadata__") continue;
    if (!entry.is_object()) damaged_header(file);
    const auto [first, end] = offsets_of(file + ": " + one_line(name, 200), entry);
    if (first < end) parts.push_back({first, end, name});
  }
  std::ranges::sort(parts, {}, &Part::first);
  for (std::size_t i = 1; i < parts.size(); ++i)
    if (parts[i].first < parts[i - 1].end)
      throw InputError(file + ": the tensors '" + one_line(parts[i - 1].name, 200) + "' and '" +
                       one_line(parts[i].name, 200) +
                       "' overlap in it; write the file again, or copy it completely");
}

} // namespace

bool looks_like_safetensors(const ByteSource& bytes) {
  if (bytes.size() < length_bytes + 2) return false;
  const auto length = bytes.number<std::uint64_t>(0);
  return length <= longest_header && bytes.text(length_bytes, 1) == "{";
}

std::unique_ptr<WeightArray> open_safetensors(std::shared_ptr<const ByteSource> bytes,
                                              const std::string& array) {
  const Json header = read_header(*bytes);
  std::vector<std::string> names;
  for (const auto& [name, entry] : header.items())
    if (name != "__metadata__") names.push_back(name);
  const std::string chosen = choose_array(bytes->name(), array, names);
  const std::string name = bytes->name() + ": " + one_line(chosen, 200);
  const Json& entry = header.at(chosen);
  if (!entry.is_object()) damaged_header(name);

  PackedLayout layout;
  layout.element = element_named(name, member(name, entry, "dtype"));
  layout.shape = whole_numbers(name, member(name, entry, "shape"));
  const auto [first, end] = offsets_of(name, entry);
  const auto size = bytes_of(layout);
  if (!size || *size != static_cast<std::uint64_t>(end - first))
    throw InputError(name + ": the header's shape and data_offsets do not agree; write the file "
                            "again");
  layout.offset =
      length_bytes + bytes->number<std::uint64_t>(0) + static_cast<std::uint64_t>(first);
  refuse_overlaps(bytes->name(), header);
  return std::make_unique<PackedArray>(name, std::move(bytes), std::move(layout));
}

} // namespace nadir
