#include "nadir/input/case_differences.hpp"

#include "nadir/base/text.hpp"

#include <map>
#include <set>
#include <sstream>

namespace nadir {
namespace {

bool may_change(const std::string& key) {
  return key == "training.iterations" || key == "training.gradient_tolerance" ||
         key.starts_with("attractor.") || key.starts_with("run.") || key.starts_with("output.");
}

/// The values of a resolved case by their keys. It is our own text: a line per key, lists of tables
/// as lines that begin with a blank.
std::map<std::string, std::string> values_of(const std::string& resolved) {
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
  return values;
}

} // namespace

std::vector<std::string> case_differences(const std::string& there, const std::string& here) {
  constexpr std::size_t shown = 200;
  const auto before = values_of(there), now = values_of(here);
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

} // namespace nadir
