#pragma once

#include "document.hpp"

#include "nadir/base/text.hpp"

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

/// The pieces a schema is made of. A `Type<M>` reads, writes and names one kind of value; a
/// `Section<T>` binds the keys of a table to the members of a struct. From the one declaration of
/// a key come its reading and checking, the resolved case and the reference page.
namespace nadir::schema {

/// What the reading of one case shares.
struct Reading {
  Diagnostics& diagnostics;
  std::map<std::string, Position>& positions; ///< of every key given
  std::filesystem::path folder;               ///< input paths of the file are relative to it
  std::vector<std::string> keys;              ///< of the whole schema, for hints
  std::set<std::string> failed = {};          ///< paths with a problem, their values mean nothing

  void problem(const Position& position, const std::string& path, const std::string& message);
  /// Whether a value may be used: no problem at the path, above it or below it.
  bool usable(const std::string& path) const;
};

/// A node of the case with its path: what types read from and report to.
struct Item {
  const Node& node;
  std::string path;
  Reading& reading;

  /// Reports at this place and returns false.
  bool problem(const std::string& message) const;
  bool expected(const std::string& what) const;
  Item entry(const std::string& name, const Node& child) const;
  Item element(std::size_t index) const; ///< of a list
};

/// A row of the reference page.
struct KeyDoc {
  std::string name, type, fallback, doc;
  bool required = false;
  std::vector<KeyDoc> keys; ///< of a table
  bool section = false;     ///< a table of the case itself, read as empty when it is not there
};

template<class M> struct Type {
  std::string name;     ///< on the reference page: "integer, at least 1"
  std::string expected; ///< in messages: "an integer"
  /// Reads into the value, or reports and returns false.
  std::function<bool(const Item&, M&)> read;
  /// The value in TOML; empty leaves the key out.
  std::function<std::string(const M&)> write;
  std::vector<KeyDoc> keys;  ///< of a table
  std::optional<M> fallback; ///< the value of an absent key, where the member's own does not do
  bool section = false;      ///< see KeyDoc
};

template<class T> class Section {
 public:
  /// A key that may be left out: the member keeps its value, or takes the type's fallback.
  template<class M>
  Section& key(const std::string& name, M T::*member, const Type<M>& type, const std::string& doc) {
    return add(
        name, type, doc, [member](auto& t) -> auto& { return t.*member; });
  }
  /// A key that sets several members of T.
  Section& key(const std::string& name, const Type<T>& type, const std::string& doc) {
    return add(
        name, type, doc, [](auto& t) -> auto& { return t; });
  }
  /// The last key has no default: `reason` continues the message "missing".
  Section& required(const std::string& reason = "") {
    keys_.back().doc.required = true;
    keys_.back().doc.fallback.clear();
    keys_.back().reason = reason;
    return *this;
  }
  /// The default of the last key in words.
  Section& by_default(const std::string& text) {
    keys_.back().doc.fallback = text;
    return *this;
  }
  /// All keys of another section, for a member that has no table of its own.
  template<class Part> Section& include(Part T::*member, const Section<Part>& part) {
    return embed(
        part, [member](T& t) -> Part& { return t.*member; },
        [member](const T& t) { return &(t.*member); }, true);
  }
  /// The same for an optional member: present as soon as one of its keys is.
  template<class Part> Section& include(std::optional<Part> T::*member, const Section<Part>& part) {
    return embed(
        part, [member](T& t) -> Part& { return t.*member ? *(t.*member) : (t.*member).emplace(); },
        [member](const T& t) { return t.*member ? &*(t.*member) : nullptr; }, false);
  }
  /// A check of the table as a whole, after its keys were read.
  Section& check(std::function<bool(const Item&, const T&)> condition) {
    checks_.push_back(std::move(condition));
    return *this;
  }

  bool read(const Item& item, T& value) const;
  /// The keys and their values in TOML.
  std::vector<std::pair<std::string, std::string>> write(const T& value) const;
  std::vector<KeyDoc> docs() const;

 private:
  template<class> friend class Section;
  struct Key {
    KeyDoc doc;
    std::string reason;
    std::function<void(T&)> set_fallback;
    std::function<bool(const Item&, T&)> read;
    std::function<std::string(const T&)> write;
  };

  template<class M, class Access>
  Section& add(const std::string& name, const Type<M>& type, const std::string& doc,
               Access access) {
    T initial{};
    if (type.fallback) access(initial) = *type.fallback;
    Key key;
    key.doc = {name,      type.name,   type.write(access(std::as_const(initial))), doc, false,
               type.keys, type.section};
    key.set_fallback = [=](T& t) {
      if (type.fallback) access(t) = *type.fallback;
    };
    key.read = [=](const Item& item, T& t) { return type.read(item, access(t)); };
    key.write = [=](const T& t) { return type.write(access(t)); };
    keys_.push_back(std::move(key));
    return *this;
  }

  template<class Part, class Access, class Look>
  Section& embed(const Section<Part>& part, Access access, Look look, bool keep_required) {
    for (const auto& from : part.keys_) {
      Key key;
      key.doc = from.doc;
      key.doc.required = keep_required && from.doc.required;
      key.reason = from.reason;
      key.set_fallback = [](T&) {};
      key.read = [=](const Item& item, T& t) { return from.read(item, access(t)); };
      key.write = [=](const T& t) { return look(t) ? from.write(*look(t)) : std::string(); };
      keys_.push_back(std::move(key));
    }
    return *this;
  }

  std::vector<Key> keys_;
  std::vector<std::function<bool(const Item&, const T&)>> checks_;
};

/// Reports the entries of a table that no key names; returns the names they were probably meant
/// to be.
std::set<std::string> report_unknown(const Item& table, const std::vector<std::string>& names);

template<class T> bool Section<T>::read(const Item& item, T& value) const {
  const auto* table = item.node.table();
  if (!table) return item.expected("a table");
  std::vector<std::string> names;
  for (const auto& key : keys_) names.push_back(key.doc.name);
  const auto meant = report_unknown(item, names);
  bool good = meant.empty();
  for (const auto& key : keys_) {
    const Node* node = find(*table, key.doc.name);
    if (node) {
      good = key.read(item.entry(key.doc.name, *node), value) && good;
      continue;
    }
    key.set_fallback(value);
    const std::string path = item.path.empty() ? key.doc.name : item.path + "." + key.doc.name;
    if (meant.contains(key.doc.name)) {
      item.reading.failed.insert(path);
    } else if (key.doc.required) {
      item.reading.problem(item.node.position, path,
                           key.reason.empty() ? "missing" : "missing: " + key.reason);
      good = false;
    } else if (key.doc.section) {
      const Node empty{Table{}, item.node.position};
      good = key.read(Item{empty, path, item.reading}, value) && good;
    }
  }
  if (good)
    for (const auto& check : checks_) good = check(item, value) && good;
  return good;
}

template<class T>
std::vector<std::pair<std::string, std::string>> Section<T>::write(const T& value) const {
  std::vector<std::pair<std::string, std::string>> lines;
  for (const auto& key : keys_)
    if (std::string text = key.write(value); !text.empty())
      lines.emplace_back(key.doc.name, std::move(text));
  return lines;
}

template<class T> std::vector<KeyDoc> Section<T>::docs() const {
  std::vector<KeyDoc> docs;
  for (const auto& key : keys_) docs.push_back(key.doc);
  return docs;
}

} // namespace nadir::schema
