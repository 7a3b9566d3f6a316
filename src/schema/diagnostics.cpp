#include "nadir/schema/diagnostics.hpp"

#include "nadir/base/error.hpp"
#include "nadir/base/text.hpp"

#include <algorithm>

namespace nadir {
namespace {

std::string place_text(const Position& position, const std::string& path) {
  if (is_override(position)) return path.empty() ? position.source : "--set " + path;
  std::string text = position.source;
  if (position.line > 0)
    text += ':' + std::to_string(position.line) + ':' + std::to_string(position.column);
  return path.empty() ? text : text + ": " + path;
}

} // namespace

bool is_override(const Position& position) {
  return position.line == 0 && position.source.starts_with("--set ");
}

Position KeyPositions::of(const std::string& path) const {
  for (std::string place = path; !place.empty();) {
    if (const auto found = given.find(place); found != given.end()) return found->second;
    const auto dot = place.rfind('.');
    place.resize(dot == std::string::npos ? 0 : dot);
  }
  return {file, 1, 1};
}

void Diagnostics::add(const Position& position, const std::string& path,
                      const std::string& message) {
  constexpr std::size_t most = 1000; // nobody reads more, and each costs a search in the others
  if (lines_.size() >= most) {
    ++left_out_;
    return;
  }
  std::string line = one_line(place_text(position, path)) + ": " + one_line(message);
  if (std::find(lines_.begin(), lines_.end(), line) != lines_.end()) return;
  const Place place{is_override(position), position.line, position.column};
  const auto at = std::upper_bound(places_.begin(), places_.end(), place);
  lines_.insert(lines_.begin() + (at - places_.begin()), std::move(line));
  places_.insert(at, place);
}

void Diagnostics::warn(const Position& position, const std::string& path,
                       const std::string& message) {
  const std::string line = one_line(place_text(position, path)) + ": " + one_line(message);
  if (std::ranges::find(warnings_, line) == warnings_.end()) warnings_.push_back(line);
}

std::vector<std::string> Diagnostics::problems() const {
  std::vector<std::string> all = lines_;
  if (left_out_ > 0) all.push_back("and " + std::to_string(left_out_) + " more problems");
  return all;
}

void Diagnostics::throw_if_any() const {
  if (!empty()) throw InputError(problems());
}

} // namespace nadir
