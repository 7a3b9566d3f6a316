#include "result.hpp"

#include "nadir/base/instruction_set.hpp"
#include "nadir/base/version.hpp"
#include "nadir/input/case_reader.hpp"

#include <H5public.h>
#include <petscsys.h>
#include <slepcsys.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <ctime>
#include <random>

namespace nadir::app {
namespace {

std::string library_versions() {
  std::array<char, 256> petsc{}, slepc{};
  check_petsc(PetscGetVersion(petsc.data(), petsc.size()));
  check_petsc(SlepcGetVersion(slepc.data(), slepc.size()));
  std::array<char, MPI_MAX_LIBRARY_VERSION_STRING> mpi{};
  int length = 0;
  check_mpi(MPI_Get_library_version(mpi.data(), &length));
  unsigned major = 0, minor = 0, release = 0;
  H5get_libversion(&major, &minor, &release);
  return std::string(petsc.data()) + "; " + slepc.data() + "; HDF5 " + std::to_string(major) + "." +
         std::to_string(minor) + "." + std::to_string(release) + "; " + mpi.data();
}

std::string host_name() {
  std::array<char, 256> name{};
  return gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "unknown";
}

/// When the process started to work on the job, e.g. "2025-02-11T09:30:00Z".
std::string utc_now() {
  const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  std::array<char, 32> text{};
  std::tm utc{};
  std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &utc));
  return text.data();
}

std::string new_run_id() {
  std::random_device device;
  std::string id;
  for (int k = 0; k < 4; ++k) id += formatted("%08x", device());
  return id;
}

} // namespace

Run Run::start() {
  const std::string id = new_run_id();
  return {id, utc_now(), "", id};
}

std::string Run::description() const {
  return "host " + host_name() + ", process " + std::to_string(getpid()) + ", since " + start_time;
}

void write_provenance(ResultFile& file, const Job& job, const std::vector<DataRead>& read) {
  write_provenance(file, job.session, job.arguments, job.run, job.c.text, resolved_text(job.c));
  file.attribute(ResultFile::provenance_group, ResultFile::data, data_text(read));
  if (job.machine.convolution) // chosen by measuring
    file.attribute(ResultFile::provenance_group, "convolution",
                   std::string(job.plan.layers.by_fft ? "fft" : "stencil"));
}

void write_provenance(ResultFile& file, const Session& session, const Arguments& arguments,
                      const Run& run, const std::string& case_text, const std::string& resolved) {
  const std::string group = ResultFile::provenance_group;
  const auto text = [&](const char* name, std::string value) {
    file.attribute(group, name, std::move(value));
  };
  text("case", case_text);
  text(ResultFile::resolved_case, resolved);
  text(ResultFile::command, arguments.command_name);
  text("version", std::string(version()));
  text("git_hash", std::string(git_hash()));
  text("git_dirty", std::string(git_dirty()));
  text("libraries", library_versions());
  text("compiler", std::string(compiler()));
  text("compile_flags", std::string(compile_flags()));
  text("instruction_set", instruction_set());
  text("command_line", arguments.line);
  text("host", host_name());
  text("start_time", run.start_time);
  text("run_id", run.id);
  text("parent_run_id", run.parent_id);
  text(ResultFile::first_run_id, run.first_id);
  file.attribute(group, "ranks", std::int64_t{session.ranks()});
}

} // namespace nadir::app
