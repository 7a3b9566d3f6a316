#pragma once

#include <cstdint>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace peers {

/// The words of a command line, all of the form `--name value`.
class Options {
 public:
  Options(int argc, char** argv) {
    if (argc % 2 == 0) throw std::invalid_argument("every option is --name value");
    for (int k = 1; k < argc; k += 2) values_[argv[k]] = argv[k + 1];
  }

  std::string text(const std::string& name) const {
    const auto found = values_.find("--" + name);
    if (found == values_.end()) throw std::invalid_argument("--" + name + " is missing");
    return found->second;
  }

  std::int64_t number(const std::string& name) const { return std::stoll(text(name)); }

  /// Of a list such as 128,64.
  std::vector<std::int64_t> numbers(const std::string& name) const {
    std::vector<std::int64_t> list;
    std::istringstream words(text(name));
    for (std::string word; std::getline(words, word, ',');) list.push_back(std::stoll(word));
    return list;
  }

 private:
  std::map<std::string, std::string> values_;
};

} // namespace peers
