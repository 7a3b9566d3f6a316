#pragma once

#include "schema/document.hpp"

#include "nadir/base/text.hpp"

#include <concepts>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
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

/// What a key does with the struct its section describes, whose type only the derived classes
/// below know: with templates up to the section itself, compiling the schema took minutes.
struct Binding {
  virtual ~Binding() = default;
  virtual void set_fallback(void*) const {}
  virtual bool read(const Item& item, void* value) const = 0;
  virtual std::string write(const void* value) const = 0;
};
using AnyBinding = std::shared_ptr<const Binding>;

/// A key whose value is one member.
template<class T, class M> struct MemberBinding final : Binding {
  MemberBinding(M T::*m, const Type<M>& t) : member(m), type(t) {}
  void set_fallback(void* value) const override {
    if (type.fallback) static_cast<T*>(value)->*member = *type.fallback;
  }
  bool read(const Item& item, void* value) const override {
    return type.read(item, static_cast<T*>(value)->*member);
  }
  std::string write(const void* value) const override {
    return type.write(static_cast<const T*>(value)->*member);
  }
  M T::*member;
  Type<M> type;
};

/// A key that sets several members.
template<class T> struct WholeBinding final : Binding {
  explicit WholeBinding(const Type<T>& t) : type(t) {}
  bool read(const Item& item, void* value) const override {
    return type.read(item, *static_cast<T*>(value));
  }
  std::string write(const void* value) const override {
    return type.write(*static_cast<const T*>(value));
  }
  Type<T> type;
};

/// A key of another section, for a member that has no table of its own.
template<class T, class Part> struct PartBinding final : Binding {
  PartBinding(Part T::*m, AnyBinding k) : member(m), key(std::move(k)) {}
  bool read(const Item& item, void* value) const override {
    return key->read(item, &(static_cast<T*>(value)->*member));
  }
  std::string write(const void* value) const override {
    return key->write(&(static_cast<const T*>(value)->*member));
  }
  Part T::*member;
  AnyBinding key;
};

/// The same for an optional member: present as soon as one of its keys is.
template<class T, class Part> struct OptionalBinding final : Binding {
  OptionalBinding(std::optional<Part> T::*m, AnyBinding k) : member(m), key(std::move(k)) {}
  bool read(const Item& item, void* value) const override {
    auto& part = static_cast<T*>(value)->*member;
    return key->read(item, part ? &*part : &part.emplace());
  }
  std::string write(const void* value) const override {
    const auto& part = static_cast<const T*>(value)->*member;
    return part ? key->write(&*part) : std::string();
  }
  std::optional<Part> T::*member;
  AnyBinding key;
};

/// The keys of a section, whatever it describes.
class Keys {
 public:
  using Condition = std::function<bool(const Item&, const void*)>;
  struct Key {
    KeyDoc doc;
    std::string reason;
    AnyBinding binding;
    std::function<bool(const void*)> applies = {}; ///< whether it is written; always if empty
  };

  /// `initial` is the struct before anything is read; it takes the key's fallback.
  void add(KeyDoc doc, const AnyBinding& binding, void* initial);
  void add(const Key& key) { keys_.push_back(key); }
  void add(Condition check) { checks_.push_back(std::move(check)); }
  Key& last() { return keys_.back(); }
  const std::vector<Key>& all() const { return keys_; }

  bool read(const Item& item, void* value) const;
  std::vector<std::pair<std::string, std::string>> write(const void* value) const;
  std::vector<KeyDoc> docs() const;

 private:
  std::vector<Key> keys_;
  std::vector<Condition> checks_;
};

template<class T> class Section {
 public:
  /// A key that may be left out: the member keeps its value, or takes the type's fallback.
  template<class M, class Base>
  requires std::derived_from<T, Base> Section& key(const std::string& name, M Base::*member,
                                                   const Type<M>& type, const std::string& doc) {
    return add(name, type, doc, std::make_shared<MemberBinding<T, M>>(member, type));
  }
  /// A key that sets several members of T.
  Section& key(const std::string& name, const Type<T>& type, const std::string& doc) {
    return add(name, type, doc, std::make_shared<WholeBinding<T>>(type));
  }
  /// The last key has no default: `reason` continues the message "missing".
  Section& required(const std::string& reason = "") {
    keys_.last().doc.required = true;
    keys_.last().doc.fallback.clear();
    keys_.last().reason = reason;
    return *this;
  }
  /// The default of the last key in words.
  Section& by_default(const std::string& text) {
    keys_.last().doc.fallback = text;
    return *this;
  }
  /// The last key is written only where it means something.
  Section& where(const std::function<bool(const T&)>& applies) {
    keys_.last().applies = [=](const void* value) {
      return applies(*static_cast<const T*>(value));
    };
    return *this;
  }
  /// All keys of another section, for a member that has no table of its own.
  template<class Part> Section& include(Part T::*member, const Section<Part>& part) {
    for (const auto& [doc, reason, binding, applies] : part.keys_.all())
      keys_.add({doc, reason, std::make_shared<PartBinding<T, Part>>(member, binding)});
    return *this;
  }
  /// The same for an optional member, for which no key is required.
  template<class Part> Section& include(std::optional<Part> T::*member, const Section<Part>& part) {
    for (const auto& [doc, reason, binding, applies] : part.keys_.all()) {
      keys_.add({doc, reason, std::make_shared<OptionalBinding<T, Part>>(member, binding)});
      keys_.last().doc.required = false;
    }
    return *this;
  }
  /// A check of the table as a whole, after its keys were read.
  Section& check(bool (*holds)(const Item&, const T&)) {
    keys_.add([holds](const Item& item, const void* value) {
      return holds(item, *static_cast<const T*>(value));
    });
    return *this;
  }

  bool read(const Item& item, T& value) const { return keys_.read(item, &value); }
  /// The keys and their values in TOML.
  std::vector<std::pair<std::string, std::string>> write(const T& value) const {
    return keys_.write(&value);
  }
  std::vector<KeyDoc> docs() const { return keys_.docs(); }

 private:
  template<class> friend class Section;

  template<class M>
  Section& add(const std::string& name, const Type<M>& type, const std::string& doc,
               const AnyBinding& binding) {
    T initial{};
    keys_.add({name, type.name, "", doc, false, type.keys, type.section}, binding, &initial);
    return *this;
  }

  Keys keys_;
};

/// Reports the entries of a table that no key names; returns the names they were probably meant
/// to be.
std::set<std::string> report_unknown(const Item& table, const std::vector<std::string>& names);

} // namespace nadir::schema
