#pragma once

#include "nadir/schema/diagnostics.hpp"

#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

/// The case as a plain tree, each node with the place it was written at. toml++ stays behind this
/// header.
namespace nadir::schema {

struct Node;
struct Entry;
using List = std::vector<Node>;
using Table = std::vector<Entry>; ///< in the order of their names

/// A TOML date or time, as text.
struct Moment {
  std::string text;
};

struct Node {
  std::variant<bool, std::int64_t, double, std::string, Moment, List, Table> value;
  Position position; ///< of the key, in a list of the element

  const List* list() const { return std::get_if<List>(&value); }
  const Table* table() const { return std::get_if<Table>(&value); }
  const std::string* text() const { return std::get_if<std::string>(&value); }
  /// An integer counts as a number.
  std::optional<double> number() const;
  /// What it is, for messages: "the integer 3", "a table", `the string "abc"`.
  std::string describe() const;
};

struct Entry {
  std::string name;
  Node node;
};

/// The entry of that name, or nullptr.
const Node* find(const Table& table, const std::string& name);

/// Parses a TOML text; positions carry `source`. A syntax error goes to `diagnostics`.
std::optional<Node> parse_document(const std::string& text, const std::string& source,
                                   Diagnostics& diagnostics);

/// Applies one `key.path=value` of --set to the tree: the last key is replaced whole, numbers in
/// the path index lists, missing tables are made. A number on the way for which `is_parameter`
/// holds first becomes `{ init = number }`. A value that is not TOML is taken as a string.
void apply_override(Node& root, const std::string& text,
                    const std::function<bool(const std::string& path)>& is_parameter,
                    Diagnostics& diagnostics);

} // namespace nadir::schema
