#pragma once

#include "nadir/input/case.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace nadir {

/// Collects everything wrong with a case, so that the user sees it all in one list.
///
/// A problem prints as `case.toml:12:3: network.layrs: unknown key (did you mean 'layers'?)`, one
/// that comes from the command line as `--set network.layrs: unknown key (...)`.
class Diagnostics {
 public:
  /// `path` is the key ("network.layers"), empty for the file as a whole. The same problem added
  /// twice is kept once.
  void add(const Position& position, const std::string& path, const std::string& message);

  /// Something that does not stop the run.
  void warn(const Position& position, const std::string& path, const std::string& message);

  bool empty() const { return lines_.empty(); }
  /// One line per warning, in the order they came.
  const std::vector<std::string>& warnings() const { return warnings_; }

  /// One line per problem: those of the file by line and column, then those of the overrides. Of
  /// very many the first that were added, and a line that counts the others.
  std::vector<std::string> problems() const;

  /// Throws InputError with all problems, if there are any.
  void throw_if_any() const;

 private:
  struct Place {
    bool from_override;
    int line, column;
    auto operator<=>(const Place&) const = default;
  };
  std::vector<Place> places_; ///< ascending, beside lines_
  std::vector<std::string> lines_;
  std::size_t left_out_ = 0;
  std::vector<std::string> warnings_;
};

/// Whether a position names an override on the command line.
bool is_override(const Position& position);

/// Where `path` was given, or else its nearest ancestor that was, or else the start of the file.
Position position_of(const Case& c, const std::string& path);

/// The path of target k as the user wrote it: "data.target" or "data.target.k".
std::string target_path(const Case& c, std::size_t k);

} // namespace nadir
