# Finds PETSc for nadir: target PETSc::PETSc, variables PETSc_VERSION and PETSc_INCLUDE_DIRS.
#
# Looked for, in this order:
#   1. PETSC_DIR and PETSC_ARCH (CMake variables or environment), by their lib/pkgconfig/PETSc.pc
#   2. pkg-config: PETSc, petsc (PKG_CONFIG_PATH is honoured)
#   3. the compiler itself, when it is a wrapper that knows where PETSc is
#
# Refused with the reason: older than PETSc_FIND_VERSION, complex scalars, not double precision.

set(PETSc_tried "")

# The folders of PETSc.pc below PETSC_DIR: an own build (PETSC_DIR/PETSC_ARCH) and an installed one.
function(_petsc_from_dir)
  foreach(name PETSC_DIR PETSC_ARCH)
    if(NOT DEFINED ${name} AND DEFINED ENV{${name}})
      set(${name} "$ENV{${name}}")
    endif()
  endforeach()
  if(NOT PETSC_DIR)
    return()
  endif()
  set(folders "")
  if(PETSC_ARCH)
    list(APPEND folders "${PETSC_DIR}/${PETSC_ARCH}/lib/pkgconfig")
  endif()
  list(APPEND folders "${PETSC_DIR}/lib/pkgconfig")
  foreach(folder IN LISTS folders)
    list(APPEND PETSc_tried "${folder}/PETSc.pc (from PETSC_DIR and PETSC_ARCH)")
    if(EXISTS "${folder}/PETSc.pc" AND NOT PETSc_pc_folder)
      set(PETSc_pc_folder "${folder}")
    endif()
  endforeach()
  set(PETSc_pc_folder "${PETSc_pc_folder}" PARENT_SCOPE)
  set(PETSc_tried "${PETSc_tried}" PARENT_SCOPE)
  set(PETSc_dir_given TRUE PARENT_SCOPE)
endfunction()

# pkg-config, with `folder` before everything else when it is not empty.
function(_petsc_from_pkgconfig folder)
  find_package(PkgConfig QUIET)
  if(NOT PkgConfig_FOUND)
    list(APPEND PETSc_tried "pkg-config (the program itself was not found)")
    set(PETSc_tried "${PETSc_tried}" PARENT_SCOPE)
    return()
  endif()
  set(before "$ENV{PKG_CONFIG_PATH}")
  if(folder)
    set(ENV{PKG_CONFIG_PATH} "${folder}:${before}")
  endif()
  # Without the cache, so that another PETSC_DIR given later is not ignored.
  unset(PETSc_PC_FOUND CACHE)
  foreach(variable __pkg_config_arguments_PETSc_PC __pkg_config_checked_PETSc_PC)
    unset(${variable} CACHE)
  endforeach()
  pkg_search_module(PETSc_PC QUIET IMPORTED_TARGET GLOBAL PETSc petsc)
  if(PETSc_PC_FOUND)
    pkg_get_variable(compiler ${PETSc_PC_MODULE_NAME} cxxcompiler)
  endif()
  set(ENV{PKG_CONFIG_PATH} "${before}")
  if(NOT folder)
    list(APPEND PETSc_tried "pkg-config PETSc, pkg-config petsc (PKG_CONFIG_PATH='${before}')")
  endif()
  set(PETSc_tried "${PETSc_tried}" PARENT_SCOPE)
  set(PETSc_PC_FOUND "${PETSc_PC_FOUND}" PARENT_SCOPE)
  set(PETSc_CXX_COMPILER "${compiler}" PARENT_SCOPE)
endfunction()

# Distributions put their own hardening and warning flags into PETSc.pc; they are not ours.
function(_petsc_target_from_pkgconfig)
  get_target_property(options PkgConfig::PETSc_PC INTERFACE_COMPILE_OPTIONS)
  if(options)
    list(FILTER options EXCLUDE REGEX "^-W|_FORTIFY_SOURCE")
    set_target_properties(PkgConfig::PETSc_PC PROPERTIES INTERFACE_COMPILE_OPTIONS "${options}")
  endif()
  add_library(PETSc::PETSc INTERFACE IMPORTED GLOBAL)
  target_link_libraries(PETSc::PETSc INTERFACE PkgConfig::PETSc_PC)
  set(PETSc_INCLUDE_DIRS "${PETSc_PC_INCLUDE_DIRS}" PARENT_SCOPE)
endfunction()

# Compiler wrappers of some clusters add PETSc by themselves (PETSc_WRAPPED).
function(_petsc_from_compiler)
  include(CheckCXXSourceCompiles)
  list(APPEND PETSc_tried "the compiler alone (${CMAKE_CXX_COMPILER})")
  set(PETSc_tried "${PETSc_tried}" PARENT_SCOPE)
  unset(PETSc_WRAPPED CACHE)
  check_cxx_source_compiles(
    "#include <petscsys.h>\nint main(int argc, char** argv) {
       return PetscInitialize(&argc, &argv, nullptr, nullptr); }" PETSc_WRAPPED)
  if(PETSc_WRAPPED)
    add_library(PETSc::PETSc INTERFACE IMPORTED GLOBAL)
  endif()
endfunction()

# Sets `result` to whether the preprocessor, with PETSc's headers, accepts `condition`.
function(_petsc_has condition result)
  set(source "${CMAKE_BINARY_DIR}/CMakeFiles/petsc_check.cpp")
  file(WRITE "${source}"
       "#include <petscconf.h>\n#include <petscversion.h>\n"
       "#if !(${condition})\n#error no\n#endif\nint main() {}\n")
  set(includes "${PETSc_INCLUDE_DIRS}")
  try_compile(ok "${CMAKE_BINARY_DIR}/CMakeFiles/petsc_check" "${source}"
              CMAKE_FLAGS "-DINCLUDE_DIRECTORIES=${includes}")
  set(${result} "${ok}" PARENT_SCOPE)
endfunction()

if(NOT TARGET PETSc::PETSc)
  _petsc_from_dir()
  if(PETSc_pc_folder OR NOT PETSc_dir_given)
    _petsc_from_pkgconfig("${PETSc_pc_folder}")
  endif()
  if(PETSc_PC_FOUND)
    _petsc_target_from_pkgconfig()
    set(PETSc_VERSION "${PETSc_PC_VERSION}")
  elseif(NOT PETSc_dir_given)
    _petsc_from_compiler()
  endif()
endif()

if(NOT TARGET PETSc::PETSc)
  list(JOIN PETSc_tried "\n    " tried)
  set(PETSc_problem "not found. Tried:\n    ${tried}\n\
  On Debian install libpetsc-real-dev; elsewhere load the PETSc module, or set PETSC_DIR (and\n\
  PETSC_ARCH), or add the folder of PETSc.pc to PKG_CONFIG_PATH.")
elseif(NOT PETSc_accepted)
  string(REPLACE "." ";" wanted "${PETSc_FIND_VERSION}.0.0")
  list(GET wanted 0 major)
  list(GET wanted 1 minor)
  _petsc_has("1" PETSc_headers)
  _petsc_has("PETSC_VERSION_MAJOR > ${major} || (PETSC_VERSION_MAJOR == ${major} && \
PETSC_VERSION_MINOR >= ${minor})" PETSc_new_enough)
  _petsc_has("!defined(PETSC_USE_COMPLEX)" PETSc_real)
  _petsc_has("defined(PETSC_USE_REAL_DOUBLE)" PETSc_double)
  set(where "${PETSc_PC_PREFIX}")
  if(NOT PETSc_headers)
    set(PETSc_problem "its headers do not compile (petscconf.h in '${PETSc_INCLUDE_DIRS}')")
  elseif(NOT PETSc_new_enough)
    set(PETSc_problem
        "version ${PETSc_VERSION} in '${where}' is too old: nadir needs ${PETSc_FIND_VERSION}")
  elseif(NOT PETSc_real)
    set(PETSc_problem "the one in '${where}' has complex scalars: nadir needs real ones \
(on Debian libpetsc-real-dev; an own build: --with-scalar-type=real)")
  elseif(NOT PETSc_double)
    set(PETSc_problem "the one in '${where}' is not in double precision: nadir needs \
--with-precision=double")
  else()
    set(PETSc_accepted TRUE)
  endif()
endif()

if(PETSc_problem)
  set(PETSc_FOUND FALSE)
  if(PETSc_FIND_REQUIRED)
    message(FATAL_ERROR "PETSc: ${PETSc_problem}")
  endif()
else()
  set(PETSc_FOUND TRUE)
  if(NOT PETSc_FIND_QUIETLY)
    message(STATUS "Found PETSc: ${PETSc_PC_PREFIX} (version ${PETSc_VERSION})")
  endif()
endif()
