#include "schema/document.hpp"

#include "schema/toml_guard.hpp"

#include "nadir/base/text.hpp"

#include <algorithm>
#include <sstream>

// Nothing in a case is nested deeper than a few levels.
#define TOML_MAX_NESTED_VALUES 32
// Some wrong texts ("[.a]") fail assertions of toml++ 3.3 although the code after them reports the
// error well: neither assert nor assume, whatever the build type.
#undef NDEBUG
#define TOML_ASSERT(condition) static_assert(true)
#include <toml++/toml.h>

namespace nadir::schema {
namespace {

Position place(const toml::source_region& region, const Position& parent) {
  if (!region.begin) return parent;
  return {parent.source, static_cast<int>(region.begin.line),
          static_cast<int>(region.begin.column)};
}

Node convert(const toml::node& from, const Position& position, int depth);

Node convert_list(const toml::array& from, const Position& position, int depth) {
  List list;
  list.reserve(from.size());
  for (const auto& element : from)
    list.push_back(convert(element, place(element.source(), position), depth + 1));
  return {std::move(list), position};
}

Node convert_table(const toml::table& from, const Position& position, int depth) {
  Table table;
  for (const auto& [key, node] : from)
    table.push_back(
        {std::string(key.str()), convert(node, place(key.source(), position), depth + 1)});
  return {std::move(table), position};
}

template<class T> std::string printed(const T& value) {
  std::ostringstream stream;
  stream << value;
  return stream.str();
}

/// No key of the schema is deeper than a few levels, so what is left out below the deepest one
/// here is part of something reported as wrong above it.
Node convert(const toml::node& from, const Position& position, int depth) {
  constexpr int deepest = 20;
  if (depth > deepest) return {std::string(), position};
  switch (from.type()) {
  case toml::node_type::table:
    return convert_table(*from.as_table(), position, depth);
  case toml::node_type::array:
    return convert_list(*from.as_array(), position, depth);
  case toml::node_type::string:
    return {from.as_string()->get(), position};
  case toml::node_type::integer:
    return {from.as_integer()->get(), position};
  case toml::node_type::floating_point:
    return {from.as_floating_point()->get(), position};
  case toml::node_type::boolean:
    return {from.as_boolean()->get(), position};
  case toml::node_type::date:
    return {Moment{printed(from.as_date()->get())}, position};
  case toml::node_type::time:
    return {Moment{printed(from.as_time()->get())}, position};
  case toml::node_type::date_time:
    return {Moment{printed(from.as_date_time()->get())}, position};
  case toml::node_type::none:
    break;
  }
  return {std::string(), position};
}

// ---- overrides --------------------------------------------------------------------------------

std::string trimmed(const std::string& text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::vector<std::string> split(const std::string& path) {
  std::vector<std::string> parts;
  std::istringstream stream(path);
  for (std::string part; std::getline(stream, part, '.');) parts.push_back(part);
  if (path.empty() || path.back() == '.') parts.emplace_back();
  return parts;
}

Node parse_value(const std::string& text, const Position& position) {
  Diagnostics ignored; // not TOML: a string
  const auto document = parse_document("value = " + text, "", ignored);
  const bool one = document && document->table()->size() == 1;
  Node node = one ? document->table()->front().node : Node{text, position};
  const std::function<void(Node&)> place_all = [&](Node& each) {
    each.position = position;
    if (auto* list = std::get_if<List>(&each.value))
      std::for_each(list->begin(), list->end(), place_all);
    if (auto* table = std::get_if<Table>(&each.value))
      for (auto& entry : *table) place_all(entry.node);
  };
  place_all(node);
  return node;
}

/// The child `part` of a table, made when absent.
Node& child_of(Table& table, const std::string& part, const Position& position) {
  const auto at = std::lower_bound(table.begin(), table.end(), part,
                                   [](const Entry& e, const std::string& n) { return e.name < n; });
  if (at != table.end() && at->name == part) return at->node;
  return table.insert(at, Entry{part, Node{Table{}, position}})->node;
}

/// The element a part of a path names, or nullptr.
Node* element_of(List& list, const std::string& part) {
  const bool digits =
      !part.empty() && part.size() < 10 &&
      std::all_of(part.begin(), part.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (!digits) return nullptr;
  const std::size_t index = std::stoul(part);
  return index < list.size() ? &list[index] : nullptr;
}

std::string no_such(const Node& node, const std::string& part) {
  if (!node.list()) return ", not a table";
  return " of " + std::to_string(node.list()->size()) + ", counted from 0; it has no '" + part +
         "'";
}

} // namespace

std::optional<double> Node::number() const {
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return static_cast<double>(*integer);
  if (const auto* real = std::get_if<double>(&value)) return *real;
  return std::nullopt;
}

std::string Node::describe() const {
  if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
  if (const auto* integer = std::get_if<std::int64_t>(&value))
    return "the integer " + std::to_string(*integer);
  if (const auto* real = std::get_if<double>(&value)) return "the number " + number_text(*real);
  if (const auto* moment = std::get_if<Moment>(&value)) return "the date or time " + moment->text;
  if (list()) return "a list";
  if (table()) return "a table";
  const bool failed_toml =
      is_override(position) && (text()->starts_with('[') || text()->starts_with('{'));
  return "the string " + quote(one_line(*text(), 60)) + (failed_toml ? " (not valid TOML)" : "");
}

const Node* find(const Table& table, const std::string& name) {
  const auto same = [&](const Entry& entry) { return entry.name == name; };
  const auto found = std::find_if(table.begin(), table.end(), same);
  return found == table.end() ? nullptr : &found->node;
}

std::optional<Node> parse_document(const std::string& text, const std::string& source,
                                   Diagnostics& diagnostics) {
  const auto refuse = [&](const Position& position, std::string_view why) {
    diagnostics.add(position, "", "not valid TOML: " + std::string(why));
    return std::nullopt;
  };
  if (const auto pitfall = find_pitfall(text))
    return refuse({source, pitfall->line, pitfall->column}, pitfall->message);
  try {
    const toml::table table = toml::parse(text);
    return convert_table(table, {source, 1, 1}, 0);
  } catch (const toml::parse_error& error) {
    return refuse(place(error.source(), {source, 1, 1}), error.description());
  }
}

void apply_override(Node& root, const std::string& text,
                    const std::function<bool(const std::string& path)>& is_parameter,
                    Diagnostics& diagnostics) {
  const auto equals = text.find('=');
  const std::string path = trimmed(text.substr(0, equals));
  const Position position{"--set " + text, 0, 0};
  if (equals == std::string::npos) return diagnostics.add(position, "", "expected key.path=value");
  const auto parts = split(path);
  const bool gap = std::find(parts.begin(), parts.end(), "") != parts.end();
  if (gap || parts.size() > 16) return diagnostics.add(position, "", "not the path of a key");

  Node* node = &root;
  std::string walked;
  for (const auto& part : parts) {
    if (node->number() && is_parameter(walked))
      node->value = Table{Entry{"init", Node{node->value, node->position}}};
    Node* next = nullptr;
    if (auto* table = std::get_if<Table>(&node->value)) next = &child_of(*table, part, position);
    if (auto* list = std::get_if<List>(&node->value)) next = element_of(*list, part);
    if (!next)
      return diagnostics.add(position, path,
                             walked + " is " + node->describe() + no_such(*node, part));
    walked += (walked.empty() ? "" : ".") + part;
    node = next;
  }
  *node = parse_value(trimmed(text.substr(equals + 1)), position);
}

} // namespace nadir::schema
