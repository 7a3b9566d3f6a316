#include "arguments.hpp"
#include "commands.hpp"
#include "stop_wishes.hpp"

#include "nadir/base/error.hpp"
#include "nadir/base/log.hpp"
#include "nadir/base/session.hpp"

#include <algorithm>
#include <cstdio>
#include <new>
#include <optional>
#include <string>
#include <vector>

namespace {

using namespace nadir;

std::string whole_line(int argc, char** argv) {
  std::string line = "nadir";
  for (int i = 1; i < argc; ++i) line += std::string(" ") + argv[i];
  return line;
}

/// PETSc did not start, for instance over an options file that is not there. All ranks come here.
int start_failed(const Error& error) {
  int rank = 0;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  if (rank == 0) std::fprintf(stderr, "nadir: %s\n", error.what());
  MPI_Finalize();
  return static_cast<int>(ExitCode::input);
}

/// Parses the command line and runs the command. Throws Error.
void run(const Session& session, const std::vector<std::string>& words, const std::string& line) {
  auto [arguments, text] = app::parse_arguments(words);
  if (!arguments) {
    if (session.rank() == 0) std::printf("%s\n", text.c_str());
    return;
  }
  arguments->line = line;
  app::run_command(session, *arguments);
}

} // namespace

int main(int argc, char** argv) {
  app::note_early_signal();

  // 1. Words after `--` are PETSc's.
  const std::vector<std::string> all(argv + 1, argv + argc);
  const auto separator = std::ranges::find(all, "--");
  const std::vector<std::string> words(all.begin(), separator);
  const std::vector<std::string> petsc_words(separator == all.end() ? separator : separator + 1,
                                             all.end());

  // 2. MPI and PETSc.
  std::optional<Session> started;
  try {
    started.emplace(petsc_words);
  } catch (const Error& error) {
    return start_failed(error);
  }
  const Session& session = *started;

  // 3. The command; whatever goes wrong becomes one code and one message.
  ExitCode code = ExitCode::done;
  std::string message;
  try {
    run(session, words, whole_line(argc, argv));
  } catch (const Error& error) {
    code = error.code();
    message = error.what();
  } catch (const std::bad_alloc&) {
    code = ExitCode::system;
    message = "out of memory; `nadir describe` tells what a case needs";
  } catch (const std::exception& error) {
    code = ExitCode::system;
    message = error.what();
  }

  // 4. All ranks return the same code, after all files are closed.
  return static_cast<int>(session.agree(code, message));
}
