#pragma once

#include <string>
#include <vector>

namespace nadir {

/// Options that would make PETSc's start hang, crash, or end in lines of its own, wherever they
/// stand: `words` (after `--`), PETSC_OPTIONS, files of options. A line for each: what is wrong and
/// where it stands. `reads_files`: on the rank that reads files for all.
std::vector<std::string> wrong_petsc_words(const std::vector<std::string>& words, bool reads_files);

/// Whether a word is the name of an option for PETSc, and no number below 0.
inline bool is_option(const std::string& word) {
  return word.size() > 1 && word[0] == '-' && !(word[1] >= '0' && word[1] <= '9');
}

} // namespace nadir
