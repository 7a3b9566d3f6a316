#include "nadir/input/case_reader.hpp"

#include "case_schema.hpp"

#include "nadir/base/check.hpp"
#include "nadir/base/collective.hpp"
#include "nadir/base/error.hpp"
#include "nadir/base/files.hpp"
#include "output/output_schema.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

namespace nadir {
namespace {

/// More than any case: a data file given by mistake is not read to its end.
constexpr std::size_t most_bytes = std::size_t{16} << 20;

struct FileText {
  std::string text, problem; ///< one of them is empty
};

FileText read_text(const std::string& path) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) return {"", "cannot be read: a directory"};
  // A FIFO would wait for its writer.
  if (const std::string what = irregular_file(path); !what.empty())
    return {"", "cannot be read: it is " + what};
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  if (!file) return {"", std::string("cannot be read: ") + std::strerror(errno)};
  std::string text(most_bytes + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (file.bad()) return {"", std::string("cannot be read: ") + std::strerror(errno)};
  if (text.size() > most_bytes) return {"", "is too large for a case file (more than 16 MiB)"};
  return {std::move(text), ""};
}

void list_keys(const std::vector<schema::KeyDoc>& docs, const std::string& parent,
               std::vector<std::string>& keys) {
  for (const auto& doc : docs) {
    const std::string path = parent.empty() ? doc.name : parent + "." + doc.name;
    keys.push_back(path);
    list_keys(doc.keys, path, keys);
  }
}

bool is_parameter(const std::string& path) {
  const auto& docs = schema::case_section().docs();
  for (const auto& section : docs)
    for (const auto& key : section.keys)
      if (section.name + "." + key.name == path) return key.type == "PARAMETER";
  return false;
}

} // namespace

Case parse_case(const std::string& text, const std::string& path,
                const std::vector<std::string>& overrides, Diagnostics& diagnostics) {
  Case c;
  c.positions.file = path;
  c.text = text;
  auto root = schema::parse_document(text, path, diagnostics);
  if (!root) return c;
  schema::Reading reading{diagnostics, c.positions.given, std::filesystem::path(path).parent_path(),
                          case_keys()};
  for (const auto& each : overrides) schema::apply_override(*root, each, is_parameter, diagnostics);
  schema::case_section().read(schema::Item{*root, "", reading}, c);
  schema::resolve_case(c, reading);
  return c;
}

Case read_case(MPI_Comm comm, const std::string& path, const std::vector<std::string>& overrides,
               Diagnostics& diagnostics) {
  int rank = 0;
  check_mpi(MPI_Comm_rank(comm, &rank));
  FileText file;
  if (rank == 0) file = read_text(path);
  file.problem = broadcast_text(comm, std::move(file.problem));
  file.text = broadcast_text(comm, std::move(file.text));
  if (file.problem.empty()) return parse_case(file.text, path, overrides, diagnostics);
  diagnostics.add({path, 0, 0}, "", file.problem);
  Case c;
  c.positions.file = path;
  return c;
}

std::string resolved_text(const Case& c) {
  Case written = c;
  const auto stored = static_cast<std::int64_t>(c.output.layers.size());
  if (stored == c.network.layers + 1) written.output.layers = schema::all_layers;
  std::string text = "# every default filled in; input paths are absolute\n";
  const auto docs = schema::case_section().docs();
  for (const auto& [name, value] : schema::case_section().write(written)) {
    const auto same = [&, &key = name](const schema::KeyDoc& doc) { return doc.name == key; };
    const bool section = std::find_if(docs.begin(), docs.end(), same)->section;
    text += section ? "\n[" + name + "]\n" + value : name + " = " + value + "\n";
  }
  return text;
}

std::vector<std::string> case_keys() {
  std::vector<std::string> keys;
  list_keys(schema::case_section().docs(), "", keys);
  return keys;
}

} // namespace nadir
