// Runs commands of nadir one after the other in one process, which saves the start of MPI for each.
//
// It says `ready` when MPI has started. A request is a line of words parted by tabs: a folder, then
// the words of a command line. The driver goes to the folder, leaves what the command prints in
// out.txt and err.txt there, and answers with a line: exit code, HDF5 objects left open. The
// command `parse FILE` only parses a case and checks that it resolves to itself.

#include "round_trip.hpp"

#include "../../src/app/arguments.hpp"
#include "../../src/app/commands.hpp"

#include <fcntl.h>
#include <hdf5.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <new>
#include <sstream>

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/lsan_interface.h>
#endif

namespace {

using namespace nadir;

struct Answer {
  int code = 0;
  long long open = 0; ///< HDF5 objects
};

/// A mutant must not take the machine's memory. The address sanitizer has a limit of its own.
void limit_memory() {
#ifndef __SANITIZE_ADDRESS__
  const rlimit limit{rlim_t{4} << 30, rlim_t{4} << 30};
  setrlimit(RLIMIT_AS, &limit);
#endif
}

std::vector<std::string> split(const std::string& line) {
  std::vector<std::string> words;
  std::istringstream stream(line);
  for (std::string word; std::getline(stream, word, '\t');) words.push_back(word);
  return words;
}

/// What is printed from now on goes to a file.
void redirect(int descriptor, const char* file) {
  const int opened = open(file, O_WRONLY | O_CREAT | O_TRUNC, 0644);
  dup2(opened, descriptor);
  close(opened);
}

/// The parser alone; a broken promise counts as a crash would.
void parse(const std::string& file) {
  std::ifstream stream(file, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(stream), {}};
  const auto result = fuzz::round_trip(text);
  if (!result.fault.empty()) throw SystemError("round trip: " + result.fault);
  if (!result.refusal.empty()) throw InputError(result.refusal);
}

void run(const Session& session, const std::vector<std::string>& words) {
  if (words.front() == "parse") return parse(words.at(1));
  auto parsed = app::parse_arguments(words);
  if (parsed.arguments) app::run_command(session, *parsed.arguments);
}

/// Codes and messages as `main` of the program gives them.
Answer answer_to(const Session& session, const std::vector<std::string>& words) {
  Answer answer;
  std::string message;
  const auto failed = [&](ExitCode code, const char* text) {
    answer.code = static_cast<int>(code);
    message = text;
  };
  try {
    run(session, words);
  } catch (const Error& error) {
    failed(error.code(), error.what());
  } catch (const std::bad_alloc&) {
    failed(ExitCode::system, "out of memory; `nadir describe` tells what a case needs");
  } catch (const std::exception& error) {
    failed(ExitCode::system, error.what());
  }
  if (answer.code != 0) std::fprintf(stderr, "%s\n", message.c_str());
  answer.open = H5Fget_obj_count(H5F_OBJ_ALL, H5F_OBJ_ALL);
  return answer;
}

/// What MPI and PETSc take at their start and keep is no leak of a command.
std::unique_ptr<Session> start_session() {
#ifdef __SANITIZE_ADDRESS__
  const __lsan::ScopedDisabler not_ours;
#endif
  return std::make_unique<Session>();
}

/// Reports to err.txt of the last folder and ends the process when a command leaked memory.
void check_leaks() {
#ifdef __SANITIZE_ADDRESS__
  redirect(STDERR_FILENO, "err.txt");
  __lsan_do_leak_check();
#endif
}

} // namespace

int main() {
  const auto session = start_session();
  limit_memory();
  std::FILE* answers = fdopen(dup(STDOUT_FILENO), "w");
  std::fprintf(answers, "ready\n");
  std::fflush(answers);
  for (std::string line; std::getline(std::cin, line);) {
    auto words = split(line);
    if (words.size() < 2 || chdir(words.front().c_str()) != 0) return 1;
    redirect(STDOUT_FILENO, "out.txt");
    redirect(STDERR_FILENO, "err.txt");
    words.erase(words.begin());
    const Answer a = answer_to(*session, words);
    std::fflush(nullptr);
    std::fprintf(answers, "%d %lld\n", a.code, a.open);
    std::fflush(answers);
  }
  check_leaks();
  return 0;
}
