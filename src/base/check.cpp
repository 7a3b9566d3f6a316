#include "nadir/base/check.hpp"

#include "nadir/base/error.hpp"

#include <array>
#include <utility>

namespace nadir {
namespace {

std::string& last_petsc_message() {
  static std::string message;
  return message;
}

PetscErrorCode remember_error(MPI_Comm /*comm*/, int line, const char* function, const char* file,
                              PetscErrorCode code, PetscErrorType type, const char* text,
                              void* /*context*/) {
  if (type == PETSC_ERROR_INITIAL) {
    last_petsc_message() = std::string(text ? text : "") + " (" + (function ? function : "?") +
                           ", " + (file ? file : "?") + ":" + std::to_string(line) + ")";
  }
  return code;
}

std::string place(const std::source_location& where) {
  return std::string(" [") + where.function_name() + "]";
}

} // namespace

void install_petsc_error_handler() { check_petsc(PetscPushErrorHandler(remember_error, nullptr)); }

void remember_petsc_message(const std::string& text) { last_petsc_message() = text; }

std::string take_petsc_message() { return std::exchange(last_petsc_message(), {}); }

void check_petsc(PetscErrorCode code, std::source_location where) {
  if (code == 0) return;
  std::string text = take_petsc_message();
  if (text.empty()) {
    const char* name = nullptr;
    PetscErrorMessage(code, &name, nullptr);
    text = name ? name : "error " + std::to_string(static_cast<int>(code));
  }
  throw SystemError("PETSc: " + text + place(where));
}

void check_mpi(int code, std::source_location where) {
  if (code == MPI_SUCCESS) return;
  std::array<char, MPI_MAX_ERROR_STRING> text{};
  int length = 0;
  MPI_Error_string(code, text.data(), &length);
  throw SystemError("MPI: " + std::string(text.data(), static_cast<std::size_t>(length)) +
                    place(where));
}

} // namespace nadir
