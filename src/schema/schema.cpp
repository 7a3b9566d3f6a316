#include "schema/schema.hpp"

#include <algorithm>

namespace nadir::schema {
namespace {

bool within(const std::string& path, const std::string& parent) {
  return path == parent || parent.empty() || path.starts_with(parent + ".");
}

/// The key of this name in another table, the outermost one: "kernel.diffusion" for "diffusion".
std::optional<std::string> home_of(const std::string& name, const std::vector<std::string>& keys) {
  const auto depth = [](const std::string& key) { return std::count(key.begin(), key.end(), '.'); };
  std::optional<std::string> home;
  for (const auto& key : keys)
    if (key.ends_with("." + name) && (!home || depth(key) < depth(*home))) home = key;
  return home;
}

} // namespace

void Reading::problem(const Position& position, const std::string& path,
                      const std::string& message) {
  failed.insert(path);
  diagnostics.add(position, path, message);
}

bool Reading::usable(const std::string& path) const {
  // `failed` is sorted, and there may be very many.
  const auto below = path.empty() ? failed.begin() : failed.lower_bound(path + ".");
  if (below != failed.end() && within(*below, path)) return false;
  for (std::string above = path;; above.resize(above.rfind('.'))) {
    if (failed.contains(above)) return false;
    if (above.find('.') == std::string::npos) return above.empty() || !failed.contains("");
  }
}

bool Item::problem(const std::string& message) const {
  reading.problem(node.position, path, message);
  return false;
}

bool Item::expected(const std::string& what) const {
  return problem("expected " + what + ", found " + node.describe());
}

Item Item::entry(const std::string& name, const Node& child) const {
  const std::string place = path.empty() ? name : path + "." + name;
  reading.positions[place] = child.position;
  return {child, place, reading};
}

Item Item::element(std::size_t index) const {
  const std::string place = path + "." + std::to_string(index);
  const Node& child = (*node.list())[index];
  reading.positions[place] = child.position;
  return {child, place, reading};
}

std::set<std::string> report_unknown(const Item& table, const std::vector<std::string>& names) {
  std::set<std::string> meant;
  for (const auto& [name, node] : *table.node.table()) {
    if (std::find(names.begin(), names.end(), name) != names.end()) continue;
    const auto near = nearest_name(name, names);
    if (near) meant.insert(*near);
    const auto home = near ? std::nullopt : home_of(name, table.reading.keys);
    const std::string hint = near   ? "did you mean '" + *near + "'?"
                             : home ? "did you mean '" + *home + "'?"
                                    : "known: " + join(names, ", ");
    table.entry(name, node).problem("unknown key (" + hint + ")");
  }
  return meant;
}

void Keys::add(KeyDoc doc, const AnyBinding& binding, void* initial) {
  binding->set_fallback(initial);
  doc.fallback = binding->write(initial);
  keys_.push_back({std::move(doc), "", binding});
}

bool Keys::read(const Item& item, void* value) const {
  const auto* table = item.node.table();
  if (!table) return item.expected("a table");
  std::vector<std::string> names;
  for (const auto& key : keys_) names.push_back(key.doc.name);
  const auto meant = report_unknown(item, names);
  bool good = meant.empty();
  for (const auto& key : keys_) {
    const Node* node = find(*table, key.doc.name);
    if (node) {
      good = key.binding->read(item.entry(key.doc.name, *node), value) && good;
      continue;
    }
    key.binding->set_fallback(value);
    const std::string path = item.path.empty() ? key.doc.name : item.path + "." + key.doc.name;
    if (meant.contains(key.doc.name)) {
      item.reading.failed.insert(path);
    } else if (key.doc.required) {
      item.reading.problem(item.node.position, path,
                           key.reason.empty() ? "missing" : "missing: " + key.reason);
      good = false;
    } else if (key.doc.section) {
      const Node empty{Table{}, item.node.position};
      good = key.binding->read(Item{empty, path, item.reading}, value) && good;
    }
  }
  if (good)
    for (const auto& check : checks_) good = check(item, value) && good;
  return good;
}

std::vector<std::pair<std::string, std::string>> Keys::write(const void* value) const {
  std::vector<std::pair<std::string, std::string>> lines;
  for (const auto& key : keys_) {
    if (key.applies && !key.applies(value)) continue;
    if (std::string text = key.binding->write(value); !text.empty())
      lines.emplace_back(key.doc.name, std::move(text));
  }
  return lines;
}

std::vector<KeyDoc> Keys::docs() const {
  std::vector<KeyDoc> docs;
  for (const auto& key : keys_) docs.push_back(key.doc);
  return docs;
}

} // namespace nadir::schema
