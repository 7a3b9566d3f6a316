#include "kernel_schema.hpp"

#include "parameter_schema.hpp"

#include "nadir/kernel/kernel_family.hpp"

#include <algorithm>
#include <cmath>

namespace nadir::schema {
namespace {

Type<std::string> family_name() {
  std::vector<std::string> names;
  for (const auto& family : kernel_families()) names.emplace_back(family.name);
  return choice("kernel", names);
}

bool has_parameter(const KernelFamily& family, std::string_view name) {
  return std::ranges::find(family.parameters, name, &FamilyParameter::name) !=
         family.parameters.end();
}

/// Why families that share the keys of [kernel] cannot be added; empty where they can. Those with a
/// parameter in common would count it twice.
std::string sum_problem(const std::vector<std::string>& names) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    const KernelFamily& one = *find_family(names[i]);
    for (std::size_t j = 0; j < i; ++j) {
      const KernelFamily& other = *find_family(names[j]);
      if (names[i] == names[j])
        return "names " + quote(names[i]) + " twice: kernel.sum gives each keys of its own";
      for (const auto* each : {&one, &other})
        if (each->full_matrix)
          return quote(std::string(each->name)) + " contains all other kernels and stands alone";
      for (const FamilyParameter& p : one.parameters)
        if (has_parameter(other, p.name))
          return quote(names[j]) + " and " + quote(names[i]) + " both have the parameter " +
                 std::string(p.name) + ", which their sum would count twice";
    }
  }
  return {};
}

/// A family, or a list of them: their sum, which shares the keys of [kernel].
Type<KernelSpec> kernel_type() {
  const auto one = family_name();
  const auto several = list("kernels", one);
  Type<KernelSpec> type;
  type.name = one.name + ", or a list of them";
  type.read = [=](const Item& item, KernelSpec& kernel) {
    std::vector<std::string> given(1);
    if (!(item.node.list() ? several.read(item, given) : one.read(item, given[0]))) return false;
    const std::string problem = sum_problem(given);
    if (!problem.empty()) return item.problem(problem);
    kernel.terms.clear();
    for (const auto& name : given) kernel.add(KernelTerm(*find_family(name)));
    return true;
  };
  type.write = [=](const KernelSpec& kernel) {
    std::vector<std::string> names;
    for (const KernelTerm& term : kernel.terms) names.emplace_back(term.family->name);
    return names.size() == 1 ? one.write(names[0]) : several.write(names);
  };
  return type;
}

Type<std::int64_t> option_value(const FamilyOption& option) {
  if (option.choices.empty()) return integer(between(option.least, option.most));
  std::vector<Choice<std::int64_t>> choices;
  for (const auto name : option.choices)
    choices.push_back({std::string(name), std::ssize(choices)});
  std::string what(option.name);
  std::ranges::replace(what, '_', ' ');
  return choice<std::int64_t>(what, choices);
}

/// Whether the keys of [kernel] itself say it all: no two terms differ in what they share.
bool is_flat(const KernelSpec& kernel) {
  for (const KernelTerm& term : kernel.terms) {
    for (const FamilyParameter& p : term.family->parameters)
      if (kernel.with_parameter(p.name) != &term) return false;
    for (std::size_t k = 0; k < term.options.size(); ++k)
      if (kernel.with_option(term.family->options[k].name)->option(term.family->options[k].name) !=
          term.options[k])
        return false;
  }
  return true;
}

Type<KernelSpec> option_key(const FamilyOption& option) {
  const auto value_type = option_value(option);
  Type<KernelSpec> type;
  type.name = value_type.name;
  type.read = [=, name = std::string(option.name)](const Item& item, KernelSpec& kernel) {
    std::int64_t value = 0;
    if (!value_type.read(item, value)) return false;
    kernel.set_option(name, value);
    return true;
  };
  type.write = [=, name = std::string(option.name)](const KernelSpec& kernel) {
    const KernelTerm* term = kernel.with_option(name);
    return term ? value_type.write(term->option(name)) : std::string();
  };
  return type;
}

Type<KernelSpec> parameter_key(const FamilyParameter& p) {
  const auto value_type = parameter(p.fallback);
  Type<KernelSpec> type;
  type.name = value_type.name;
  type.keys = value_type.keys;
  type.read = [=, name = std::string(p.name)](const Item& item, KernelSpec& kernel) {
    ParameterSpec value;
    const bool good = value_type.read(item, value);
    if (kernel.with_parameter(name)) kernel[name] = value;
    return good;
  };
  type.write = [=, name = std::string(p.name)](const KernelSpec& kernel) {
    return kernel.with_parameter(name) ? value_type.write(kernel[name]) : std::string();
  };
  return type;
}

/// Those of all families, each once, with what it means to all that have it.
template<class Entry> struct SharedKey {
  Entry entry;
  std::string text;
};
template<class Entry>
std::vector<SharedKey<Entry>> shared_keys(std::vector<Entry> KernelFamily::*entries) {
  std::vector<SharedKey<Entry>> keys;
  for (const auto& family : kernel_families()) {
    for (const Entry& each : family.*entries) {
      const auto same = [&](const auto& key) { return key.entry.name == each.name; };
      const auto found = std::ranges::find_if(keys, same);
      if (found == keys.end())
        keys.push_back({each, std::string(each.text)});
      else if (found->text.find(each.text) == std::string::npos)
        found->text += "; " + std::string(each.text);
    }
  }
  return keys;
}

std::string default_of(const FamilyOption& option) {
  if (!option.fallback_text.empty()) return std::string(option.fallback_text);
  return option_value(option).write(option.fallback);
}

std::string default_of(const FamilyParameter& p) {
  if (std::isnan(p.fallback)) return "**required** with its kernel";
  return p.fallback_text.empty() ? number_text(p.fallback) : std::string(p.fallback_text);
}

/// The names of the keys of a family.
std::vector<std::string> key_names(const KernelFamily& family) {
  std::vector<std::string> names{"type"};
  for (const auto& each : family.options) names.emplace_back(each.name);
  for (const auto& each : family.parameters) names.emplace_back(each.name);
  return names;
}

/// Keys that only other families have, and those that none has.
bool report_foreign(const Item& item, const KernelTerm& term) {
  auto known = key_names(*term.family);
  bool good = true;
  for (const auto& [key, node] : *item.node.table()) {
    if (std::ranges::count(known, key)) continue;
    for (const auto& other : kernel_families()) {
      if (!std::ranges::count(key_names(other), key)) continue;
      good =
          item.entry(key, node).problem("is a key of the kernel " + quote(std::string(other.name)) +
                                        ", not of " + quote(std::string(term.family->name)));
      known.push_back(key);
      break;
    }
  }
  return report_unknown(item, known).empty() && good;
}

bool read_term_keys(const Item& item, KernelTerm& term) {
  bool good = report_foreign(item, term);
  for (std::size_t k = 0; k < term.options.size(); ++k) {
    const FamilyOption& option = term.family->options[k];
    if (const Node* node = find(*item.node.table(), std::string(option.name)))
      good =
          option_value(option).read(item.entry(std::string(option.name), *node), term.options[k]) &&
          good;
  }
  for (std::size_t k = 0; k < term.parameters.size(); ++k) {
    const FamilyParameter& p = term.family->parameters[k];
    if (const Node* node = find(*item.node.table(), std::string(p.name)))
      good =
          parameter(p.fallback).read(item.entry(std::string(p.name), *node), term.parameters[k]) &&
          good;
  }
  return good;
}

bool read_term(const Item& item, KernelSpec& kernel) {
  if (!item.node.table()) return item.expected("a table");
  const Node* node = find(*item.node.table(), "type");
  if (!node) return item.problem("missing: type, the kernel family");
  std::string name;
  if (!family_name().read(item.entry("type", *node), name)) return false;
  KernelTerm term(*find_family(name));
  term.path = item.path;
  const bool good = read_term_keys(item, term);
  kernel.add(std::move(term));
  return good;
}

std::string write_term(const KernelTerm& term) {
  std::string text = "{ type = " + quote(std::string(term.family->name));
  for (std::size_t k = 0; k < term.options.size(); ++k) {
    const FamilyOption& option = term.family->options[k];
    text += ", " + std::string(option.name) + " = " + option_value(option).write(term.options[k]);
  }
  for (std::size_t k = 0; k < term.parameters.size(); ++k) {
    const FamilyParameter& p = term.family->parameters[k];
    text += ", " + std::string(p.name) + " = " + parameter(p.fallback).write(term.parameters[k]);
  }
  return text + " }";
}

/// Terms with keys of their own.
Type<KernelSpec> kernel_sum() {
  Type<KernelSpec> type;
  type.name = "list of KERNEL";
  type.read = [](const Item& item, KernelSpec& kernel) {
    if (!item.node.list()) return item.expected("a list of tables, each with type and its keys");
    if (item.node.list()->empty()) return item.problem("must have at least one kernel");
    kernel.terms.clear();
    bool good = true;
    for (std::size_t k = 0; k < item.node.list()->size(); ++k)
      good = read_term(item.element(k), kernel) && good;
    if (kernel.terms.empty()) kernel = KernelSpec(); // for the checks that follow
    return good;
  };
  type.write = [](const KernelSpec& kernel) {
    std::string text;
    for (const KernelTerm& term : kernel.terms) text += "  " + write_term(term) + ",\n";
    return "[\n" + text + "]";
  };
  return type;
}

} // namespace

Section<KernelSpec> kernel_section() {
  Section<KernelSpec> s;
  std::string text = "the kernel family, or several whose kernels are added";
  for (const auto& family : kernel_families())
    text += "; " + std::string(family.name) + ": " + std::string(family.text);
  s.key("type", kernel_type(), text).where(is_flat);
  for (const auto& [option, meaning] : shared_keys(&KernelFamily::options)) {
    s.key(std::string(option.name), option_key(option), meaning).by_default(default_of(option));
    s.where([name = option.name](const KernelSpec& kernel) {
      return is_flat(kernel) && kernel.with_option(name);
    });
  }
  for (const auto& [p, meaning] : shared_keys(&KernelFamily::parameters)) {
    s.key(std::string(p.name), parameter_key(p), meaning).by_default(default_of(p));
    s.where([name = p.name](const KernelSpec& kernel) {
      return is_flat(kernel) && kernel.with_parameter(name);
    });
  }
  s.key("sum", kernel_sum(),
        "in place of all these keys: kernels that are added, each with keys of its own, so that a "
        "family may come twice; parameters of the second in a result are NAME_2, and so on")
      .by_default("none")
      .where([](const KernelSpec& kernel) { return !is_flat(kernel); });
  s.check([](const Item& item, const KernelSpec&) {
    const auto& table = *item.node.table();
    if (!find(table, "sum") || table.size() == 1) return true;
    return item.problem("has both sum and other keys: in a sum every kernel has its own");
  });
  return s;
}

std::vector<KeyDoc> kernel_term_keys() {
  return {{"type", family_name().name, "", "the kernel family", true, {}, false}};
}

} // namespace nadir::schema
