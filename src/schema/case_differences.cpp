#include "nadir/schema/case_differences.hpp"

#include "nadir/base/text.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <sstream>
#include <string_view>

namespace nadir {
namespace {

bool may_change(const std::string& key) {
  return key == "training.iterations" || key == "training.gradient_tolerance" ||
         key == "training.initial_hessian" || key == "training.perturb" ||
         key.starts_with("attractor.") || key.starts_with("run.") || key.starts_with("output.");
}

/// Where the string that begins at `first` with a quote ends: behind its last one.
std::size_t end_of_string(const std::string& text, std::size_t first) {
  std::size_t at = first + 1;
  while (at < text.size() && text[at] != '"') at += text[at] == '\\' ? 2 : 1;
  return std::min(at + 1, text.size());
}

/// A value without the names of the files in it: `{ dataset = "x" }` of `{ file = "f", ... }`.
std::string without_files(const std::string& value) {
  constexpr std::string_view key = "file = ";
  std::string text;
  for (std::size_t at = 0; at < value.size();) {
    const bool file = value.compare(at, key.size(), key) == 0 && (at == 0 || value[at - 1] == ' ');
    if (file) at += key.size();
    const std::size_t end = value[at] == '"' ? end_of_string(value, at) : at + 1;
    if (!file) text += value.substr(at, end - at);
    at = end;
  }
  return text;
}

/// The values of a resolved case by their keys. It is our own text: a line per key, lists of tables
/// as lines that begin with a blank.
std::map<std::string, std::string> values_of(const std::string& resolved,
                                             DataFiles files = DataFiles::count) {
  std::map<std::string, std::string> values;
  std::istringstream lines(resolved);
  std::string section, key;
  for (std::string line; std::getline(lines, line);) {
    if (line.empty() || line[0] == '#') continue;
    const auto equals = line.find(" = ");
    if (line[0] == '[') {
      section = line.substr(1, line.find(']') - 1) + ".";
    } else if (line[0] == ' ' || line[0] == ']') {
      values[key] += line;
    } else if (equals != std::string::npos) {
      key = section + line.substr(0, equals);
      values[key] = line.substr(equals + 3);
    }
  }
  if (files == DataFiles::ignored)
    for (auto& [name, value] : values) value = without_files(value);
  return values;
}

} // namespace

std::vector<std::string> case_differences(const std::string& there, const std::string& here,
                                          DataFiles files) {
  constexpr std::size_t shown = 200;
  const auto before = values_of(there, files), now = values_of(here, files);
  std::set<std::string> keys;
  for (const auto* values : {&before, &now})
    for (const auto& [key, value] : *values) keys.insert(key);
  const auto text = [&](const auto& values, const std::string& key) {
    const auto found = values.find(key);
    return found == values.end() ? std::string("not given") : one_line(found->second, shown);
  };
  std::vector<std::string> differences;
  for (const auto& key : keys) {
    const std::string a = text(before, key), b = text(now, key);
    const auto in_before = before.find(key), in_now = now.find(key);
    const bool same =
        in_before != before.end() && in_now != now.end() && in_before->second == in_now->second;
    if (!same && !may_change(key)) differences.push_back(key + ": " + a + " there, " + b + " here");
  }
  return differences;
}

bool same_but_for_files(const std::string& left, const std::string& right) {
  return values_of(left, DataFiles::ignored) == values_of(right, DataFiles::ignored);
}

} // namespace nadir
