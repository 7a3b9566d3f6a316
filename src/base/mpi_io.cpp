#include "mpi_io.hpp"

#include "nadir/base/collective.hpp"
#include "nadir/base/error.hpp"
#include "nadir/base/text.hpp"

#include <link.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace nadir {
namespace {

namespace fs = std::filesystem;

/// The kinds of plug-ins that files need.
constexpr std::array kinds{"io", "fs", "fbtl", "fcoll", "sharedfp"};
constexpr std::string_view plug_in = "mca_", suffix = ".so";
constexpr const char* no_shared_pointers = "^lockedfile,sm"; ///< set by ourselves

std::string variable_of(std::string_view kind) { return "OMPI_MCA_" + std::string(kind); }

std::string setting_of(std::string_view kind) {
  const char* value = std::getenv(variable_of(kind).c_str());
  return value ? value : "";
}

/// Where Open MPI's plug-ins are: beside one that is loaded. Empty where none is (another MPI, or
/// all in one library).
std::string plug_in_folder() {
  std::string folder;
  const auto look = [](dl_phdr_info* info, std::size_t, void* data) -> int {
    const fs::path path(info->dlpi_name ? info->dlpi_name : "");
    if (!path.filename().string().starts_with(plug_in)) return 0;
    *static_cast<std::string*>(data) = path.parent_path().string();
    return 1;
  };
  dl_iterate_phdr(look, &folder);
  return folder;
}

/// Names of the plug-ins of a kind, ascending.
std::vector<std::string> plug_ins(const std::string& folder, std::string_view kind) {
  const std::string beginning = std::string(plug_in) + std::string(kind) + "_";
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (name.starts_with(beginning) && name.ends_with(suffix))
      names.push_back(
          name.substr(beginning.size(), name.size() - beginning.size() - suffix.size()));
  }
  std::ranges::sort(names);
  return names;
}

std::vector<std::string> split_at_commas(const std::string& text) {
  std::vector<std::string> parts;
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t end = std::min(text.find(',', start), text.size());
    if (end > start) parts.push_back(text.substr(start, end - start));
    start = end + 1;
  }
  return parts;
}

/// What is wrong with the plug-ins the environment asks for by name.
std::string wrong_name() {
  // Plug-ins of somebody's own are not judged.
  const std::string folder =
      std::getenv("OMPI_MCA_mca_base_component_path") ? "" : plug_in_folder();
  for (const std::string_view kind : kinds) {
    const std::string setting = setting_of(kind);
    if (setting.empty() || setting.front() == '^') continue;
    const auto known = plug_ins(folder, kind);
    if (known.empty()) continue;
    for (const auto& name : split_at_commas(setting)) {
      if (std::ranges::find(known, name) != known.end()) continue;
      const auto nearest = nearest_name(name, known);
      return variable_of(kind) + "=" + setting + ": this MPI has no '" + name + "'" +
             (nearest ? " (did you mean '" + *nearest + "'?)" : "") +
             "; it has: " + join(known, ", ");
    }
  }
  return {};
}

/// Opens a file that is there: this program.
std::string failed_trial() {
  const char* own = "/proc/self/exe";
  if (access(own, R_OK) != 0) return {};
  MPI_File file = MPI_FILE_NULL;
  const int code = MPI_File_open(MPI_COMM_SELF, own, MPI_MODE_RDONLY, MPI_INFO_NULL, &file);
  if (code == MPI_SUCCESS) {
    MPI_File_close(&file);
    return {};
  }
  std::string chosen;
  for (const std::string_view kind : kinds)
    if (const std::string setting = setting_of(kind);
        !setting.empty() && setting != no_shared_pointers)
      chosen += ' ' + variable_of(kind) + '=' + setting;
  std::string problem = "this MPI cannot open files";
  if (!chosen.empty()) problem.append("; the environment has").append(chosen);
  return problem;
}

} // namespace

void prepare_mpi_io() { setenv("OMPI_MCA_sharedfp", no_shared_pointers, 0); }

void check_mpi_io(MPI_Comm comm) {
  std::string problem = first_problem(comm, wrong_name());
  if (problem.empty()) problem = first_problem(comm, failed_trial());
  if (!problem.empty()) throw InputError(problem);
}

} // namespace nadir
