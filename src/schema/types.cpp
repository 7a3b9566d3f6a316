#include "schema/types.hpp"

#include <algorithm>

namespace nadir::schema {
namespace {

template<class M> Type<M> narrowed(Type<M> type, const Check<M>& check) {
  type.name += ", " + check.words;
  const auto read = type.read;
  type.read = [=](const Item& item, M& value) {
    M given{};
    if (!read(item, given)) return false;
    if (!check.holds(given))
      return item.problem("must be " + check.words + ", is " + type.write(given));
    value = given;
    return true;
  };
  return type;
}

bool has_control_characters(const std::string& text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

} // namespace

IntegerCheck at_least(std::int64_t low) {
  return {"at least " + std::to_string(low), [=](std::int64_t v) { return v >= low; }};
}

IntegerCheck between(std::int64_t low, std::int64_t high) {
  return {"between " + std::to_string(low) + " and " + std::to_string(high),
          [=](std::int64_t v) { return v >= low && v <= high; }};
}

RealCheck positive() {
  return {"positive", [](double v) { return v > 0; }};
}

RealCheck not_negative() {
  return {"0 or more", [](double v) { return v >= 0; }};
}

RealCheck not_zero() {
  return {"other than 0", [](double v) { return v != 0; }};
}

RealCheck from_to_below(double low, double high) {
  return {"at least " + number_text(low) + " and below " + number_text(high),
          [=](double v) { return v >= low && v < high; }};
}

Type<std::int64_t> integer() {
  Type<std::int64_t> type{"integer", "an integer", {}, {}, {}, {}, false};
  type.read = [](const Item& item, std::int64_t& value) {
    const auto* given = std::get_if<std::int64_t>(&item.node.value);
    if (!given) return item.expected("an integer");
    value = *given;
    return true;
  };
  type.write = [](const std::int64_t& value) { return std::to_string(value); };
  return type;
}

Type<std::int64_t> integer(const IntegerCheck& check) { return narrowed(integer(), check); }

Type<double> real() {
  Type<double> type{"number", "a number", {}, {}, {}, {}, false};
  type.read = [](const Item& item, double& value) {
    const auto given = item.node.number();
    if (!given) return item.expected("a number");
    if (!std::isfinite(*given)) return item.problem("must be finite, is " + number_text(*given));
    value = *given;
    return true;
  };
  type.write = [](const double& value) { return number_text(value); };
  return type;
}

Type<double> real(const RealCheck& check) { return narrowed(real(), check); }

Type<std::uint64_t> seed() {
  return {"integer, at least 0",
          "an integer",
          [](const Item& item, std::uint64_t& value) {
            std::int64_t read = 0;
            if (!integer(at_least(0)).read(item, read)) return false;
            value = static_cast<std::uint64_t>(read);
            return true;
          },
          [](const std::uint64_t& value) { return std::to_string(value); },
          {},
          {},
          false};
}

Type<bool> flag() {
  Type<bool> type{"true or false", "true or false", {}, {}, {}, {}, false};
  type.read = [](const Item& item, bool& value) {
    const auto* given = std::get_if<bool>(&item.node.value);
    if (!given) return item.expected("true or false");
    value = *given;
    return true;
  };
  type.write = [](const bool& value) { return std::string(value ? "true" : "false"); };
  return type;
}

Type<std::string> text() {
  Type<std::string> type{"string", "a string", {}, {}, {}, {}, false};
  type.read = [](const Item& item, std::string& value) {
    const auto* given = item.node.text();
    if (!given) return item.expected("a string");
    if (has_control_characters(*given))
      return item.problem("must not have line breaks or other control characters");
    value = *given;
    return true;
  };
  type.write = [](const std::string& value) { return quote(value); };
  return type;
}

Type<std::string> name() {
  Type<std::string> type = text();
  const auto read = type.read;
  type.read = [=](const Item& item, std::string& value) {
    if (!read(item, value)) return false;
    return value.empty() ? item.problem("must not be empty") : true;
  };
  type.write = [](const std::string& value) { return value.empty() ? value : quote(value); };
  return type;
}

Type<std::string> input_path() {
  Type<std::string> type = name();
  type.name = "path";
  const auto read = type.read;
  type.read = [=](const Item& item, std::string& value) {
    if (!read(item, value)) return false;
    const bool typed = is_override(item.node.position);
    const auto path = typed ? std::filesystem::path(value) : item.reading.folder / value;
    value = path.lexically_normal().string();
    return true;
  };
  type.write = [](const std::string& value) {
    if (value.empty()) return value;
    return quote(std::filesystem::absolute(value).lexically_normal().string());
  };
  return type;
}

std::string valid_names(const std::string& wrong, const std::vector<std::string>& names) {
  const auto near = nearest_name(wrong, names);
  return quote(one_line(wrong, 60)) + " (" + (near ? "did you mean \"" + *near + "\"? " : "") +
         "one of: " + join(names, ", ") + ")";
}

Type<std::string> choice(const std::string& what, const std::vector<std::string>& names) {
  std::vector<Choice<std::string>> choices;
  for (const auto& each : names) choices.push_back({each, each});
  return choice<std::string>(what, choices);
}

std::string Count::words() const {
  const auto entries = [](std::size_t n) {
    return std::to_string(n) + (n == 1 ? " entry" : " entries");
  };
  if (least == most) return entries(least);
  if (most == std::numeric_limits<std::size_t>::max()) return "at least " + entries(least);
  return std::to_string(least) + " to " + entries(most);
}

} // namespace nadir::schema
