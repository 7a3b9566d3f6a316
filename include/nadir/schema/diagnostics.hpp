#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

/// The room `schema`: how a case file is read, whatever is in it.
///
/// Here live the tree of a TOML text with the place of every key (src/schema/document.hpp; toml++
/// stays behind it), the pieces that a schema is made of (schema.hpp, types.hpp), the list of
/// everything wrong (this header), and how two cases that were written out differ
/// (case_differences.hpp). A key is declared once; its reading, checking, writing and the row of
/// the reference page follow.
///
/// The room knows no key of a case: every room declares its own, in src/ROOM/*_schema.cpp, beside
/// the specification that they fill (grid_spec.hpp, kernel_spec.hpp, ...).
namespace nadir {

/// Where a value of the case was written: `file:line:column`, or an override on the command line.
struct Position {
  std::string source; ///< path as typed, or "--set key.path=value"
  int line = 0;       ///< 1-based; 0 for overrides and defaults
  int column = 0;
};

/// Where the keys of a case were given, by their paths ("grid.shape").
struct KeyPositions {
  std::string file; ///< the case file as typed
  std::map<std::string, Position> given = {};

  bool contains(const std::string& path) const { return given.contains(path); }
  /// Of `path`, or else of its nearest ancestor that was given, or else the start of the file.
  Position of(const std::string& path) const;
};

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

} // namespace nadir
