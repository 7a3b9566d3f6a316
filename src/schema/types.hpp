#pragma once

#include "schema/schema.hpp"

#include <cmath>
#include <limits>

/// The types of values a case is made of, and the checks that narrow them.
namespace nadir::schema {

/// A condition on a value, in words that follow "must be".
template<class M> struct Check {
  std::string words;
  std::function<bool(const M&)> holds;
};
using IntegerCheck = Check<std::int64_t>;
using RealCheck = Check<double>;

IntegerCheck at_least(std::int64_t low);
IntegerCheck between(std::int64_t low, std::int64_t high);
RealCheck positive();
RealCheck not_negative();
RealCheck not_zero();
RealCheck from_to_below(double low, double high); ///< low <= value < high

Type<std::int64_t> integer();
Type<std::int64_t> integer(const IntegerCheck& check);
/// A finite number; an integer counts as one.
Type<double> real();
Type<double> real(const RealCheck& check);
/// Of random numbers.
Type<std::uint64_t> seed();
Type<bool> flag();
/// A string without control characters.
Type<std::string> text();
/// The same, and not empty.
Type<std::string> name();
/// A path to read from: relative to the case file, or to the working directory if it was given on
/// the command line; read it is ready to open, written it is absolute.
Type<std::string> input_path();

/// "one of: a, b, c", and the name probably meant by a wrong one.
std::string valid_names(const std::string& wrong, const std::vector<std::string>& names);

template<class M> struct Choice {
  std::string name;
  M value;
};

/// One of some names. `what` says what they name: "activation".
template<class M> Type<M> choice(const std::string& what, const std::vector<Choice<M>>& choices) {
  std::vector<std::string> names, cited;
  for (const auto& each : choices) names.push_back(each.name);
  for (const auto& each : names) cited.push_back(quote(each));
  Type<M> type;
  type.name = join(cited, " or ");
  type.expected = "a string that names the " + what;
  type.read = [=](const Item& item, M& value) {
    const auto* given = item.node.text();
    if (!given) return item.expected(type.expected);
    for (const auto& each : choices)
      if (each.name == *given) return value = each.value, true;
    return item.problem("unknown " + what + " " + valid_names(*given, names));
  };
  type.write = [=](const M& value) {
    for (const auto& each : choices)
      if (each.value == value) return quote(each.name);
    return std::string();
  };
  return type;
}

/// One of some names, kept as the name.
Type<std::string> choice(const std::string& what, const std::vector<std::string>& names);

/// How many entries a list takes.
struct Count {
  std::size_t least = 1;
  std::size_t most = std::numeric_limits<std::size_t>::max();
  std::string words() const;
};

/// A list of `elements` (plural). Only its first wrong element is reported.
template<class M>
Type<std::vector<M>> list(const std::string& elements, const Type<M>& element, Count count = {}) {
  Type<std::vector<M>> type;
  type.name = type.expected = "a list of " + elements;
  type.read = [=](const Item& item, std::vector<M>& values) {
    const auto* given = item.node.list();
    if (!given) return item.expected(type.expected);
    if (given->size() < count.least || given->size() > count.most)
      return item.problem("must have " + count.words() + ", has " + std::to_string(given->size()));
    std::vector<M> read(given->size());
    for (std::size_t i = 0; i < read.size(); ++i)
      if (!element.read(item.element(i), read[i])) return false;
    values = std::move(read);
    return true;
  };
  type.write = [=](const std::vector<M>& values) {
    std::vector<std::string> texts;
    for (const auto& value : values) texts.push_back(element.write(value));
    return texts.empty() ? std::string() : "[" + join(texts, ", ") + "]";
  };
  type.keys = element.keys;
  return type;
}

/// A value that may be absent.
template<class M> Type<std::optional<M>> maybe(const Type<M>& inner) {
  Type<std::optional<M>> type{inner.name, inner.expected, {}, {}, inner.keys, {}, false};
  type.read = [=](const Item& item, std::optional<M>& value) {
    M read{};
    if (!inner.read(item, read)) return false;
    value = std::move(read);
    return true;
  };
  type.write = [=](const std::optional<M>& value) {
    return value ? inner.write(*value) : std::string();
  };
  return type;
}

/// An inline table with the keys of a section; `initial` before they are read.
template<class M>
Type<M> table(const std::string& type_name, const Section<M>& section, const M& initial = M{}) {
  Type<M> type;
  type.name = type_name;
  type.expected = "a table";
  type.keys = section.docs();
  type.read = [=](const Item& item, M& value) {
    M read = initial;
    const bool good = section.read(item, read);
    value = std::move(read); // what was read well still serves later checks
    return good;
  };
  type.write = [=](const M& value) {
    std::vector<std::string> entries;
    for (const auto& [key, text] : section.write(value)) entries.push_back(key + " = " + text);
    return entries.empty() ? std::string() : "{ " + join(entries, ", ") + " }";
  };
  return type;
}

/// A table of the case itself ([grid], ...), written as one line per key.
template<class M> Type<M> section(const Section<M>& keys) {
  Type<M> type = table("section", keys);
  type.section = true;
  type.write = [=](const M& value) {
    std::string lines;
    for (const auto& [key, text] : keys.write(value)) lines += key + " = " + text + "\n";
    return lines;
  };
  return type;
}

} // namespace nadir::schema
