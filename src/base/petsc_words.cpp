#include "petsc_words.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace nadir {
namespace {

namespace fs = std::filesystem;
using Words = std::vector<std::string>;

constexpr int deepest = 10; ///< files of options that name further ones

Words words_of(const std::string& text) {
  std::istringstream in(text);
  Words words;
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

/// Without comments.
Words words_in_file(const std::string& path) {
  std::ifstream file(path);
  Words words;
  for (std::string line; std::getline(file, line);) {
    const auto more = words_of(line.substr(0, line.find('#')));
    words.insert(words.end(), more.begin(), more.end());
  }
  return words;
}

/// Why a file of options cannot be read.
std::string unreadable(const std::string& path) {
  std::error_code error;
  const auto status = fs::status(path, error);
  if (fs::is_directory(status)) return std::strerror(EISDIR);
  if (fs::exists(status) && !fs::is_regular_file(status)) return "no regular file";
  return access(path.c_str(), R_OK) == 0 ? "" : std::strerror(errno);
}

/// Why PETSc cannot write a file of its own.
std::string unwritable_log(const std::string& path) {
  std::error_code error;
  if (fs::is_directory(path, error)) return std::strerror(EISDIR);
  if (fs::exists(path, error)) return access(path.c_str(), W_OK) == 0 ? "" : std::strerror(errno);
  const fs::path folder = fs::path(path).parent_path();
  return access(folder.empty() ? "." : folder.c_str(), W_OK) == 0 ? "" : std::strerror(errno);
}

/// The file of a viewer, "type:file:format"; empty where it has none.
std::string file_of_viewer(const std::string& value) {
  const auto colon = value.find(':');
  if (colon == std::string::npos) return {};
  const auto end = value.find(':', colon + 1);
  return value.substr(colon + 1, end == std::string::npos ? end : end - colon - 1);
}

class Checker {
 public:
  explicit Checker(bool reads_files) : reads_files_(reads_files) {}

  void check(const std::string& where, const Words& words, int depth = 0) {
    for (std::size_t i = 0; i < words.size(); ++i) {
      const std::string name = words[i].starts_with("--") ? words[i].substr(1) : words[i];
      const bool has_value = i + 1 < words.size() && !is_option(words[i + 1]);
      check_option(where, name, has_value ? words[i + 1] : "", depth);
    }
  }
  Words problems;

 private:
  void check_option(const std::string& where, const std::string& name, const std::string& value,
                    int depth) {
    const auto wrong = [&](const std::string& why) {
      problems.push_back(where + " " + name + (value.empty() ? "" : " " + value) + ": " + why);
    };
    if (name == "-mpi_linear_solver_server")
      return wrong("makes servers of all ranks but the first, which nadir needs; leave it out");
    if (!reads_files_) return;
    if (name == "-options_file" || name == "-options_file_yaml" || name == "-f") {
      if (value.empty()) return wrong("needs the name of a file");
      if (const std::string why = unreadable(value); !why.empty()) return wrong(why);
      if (name != "-options_file") return;
      if (depth == deepest) return wrong("files of options name each other in a circle");
      check(value + ":", words_in_file(value), depth + 1);
    }
    const std::string log = name == "-history"    ? value
                            : name == "-log_view" ? file_of_viewer(value)
                                                  : "";
    if (log.empty()) return;
    if (const std::string why = unwritable_log(log); !why.empty()) wrong(why);
  }

  bool reads_files_;
};

} // namespace

std::vector<std::string> wrong_petsc_words(const std::vector<std::string>& words,
                                           bool reads_files) {
  Checker checker(reads_files);
  checker.check("--", words);
  const char* variable = std::getenv("PETSC_OPTIONS");
  const Words environment = words_of(variable ? variable : "");
  checker.check("PETSC_OPTIONS:", environment);
  const auto skips = [](const Words& some) {
    return std::ranges::find(some, "-skip_petscrc") != some.end();
  };
  if (reads_files && !skips(words) && !skips(environment)) {
    const char* home = std::getenv("HOME");
    for (const std::string& file : {std::string(home ? home : "") + "/.petscrc",
                                    std::string(".petscrc"), std::string("petscrc")})
      if (unreadable(file).empty()) checker.check(file + ":", words_in_file(file));
  }
  return checker.problems;
}

} // namespace nadir
