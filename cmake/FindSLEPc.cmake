# Finds SLEPc for nadir, after PETSc: target SLEPc::SLEPc, variable SLEPc_VERSION.
#
# Looked for, in this order:
#   1. SLEPC_DIR and PETSC_ARCH (CMake variables or environment), by their lib/pkgconfig/SLEPc.pc
#   2. beside PETSc, where a PETSc configured with --download-slepc puts it
#   3. pkg-config: SLEPc, slepc (PKG_CONFIG_PATH is honoured)
#   4. the compiler itself, when it is a wrapper that knows where SLEPc is
#
# Refused, with the reason, where it does not belong to the PETSc that was found.

set(SLEPc_tried "")

# The first of some folders that has a SLEPc.pc or slepc.pc.
function(_slepc_folder result)
  foreach(folder IN LISTS ARGN)
    list(APPEND SLEPc_tried "${folder}/SLEPc.pc")
    if(NOT found AND (EXISTS "${folder}/SLEPc.pc" OR EXISTS "${folder}/slepc.pc"))
      set(found "${folder}")
    endif()
  endforeach()
  set(${result} "${found}" PARENT_SCOPE)
  set(SLEPc_tried "${SLEPc_tried}" PARENT_SCOPE)
endfunction()

# Flags of SLEPc alone: those of PETSc, which SLEPc.pc requires, are there already.
function(_slepc_from_pkgconfig folder)
  find_package(PkgConfig QUIET)
  if(NOT PkgConfig_FOUND)
    return()
  endif()
  set(before "$ENV{PKG_CONFIG_PATH}")
  set(ENV{PKG_CONFIG_PATH} "${folder}:${PETSc_PC_LIBDIR}/pkgconfig:${before}")
  unset(SLEPc_PC_FOUND CACHE)
  foreach(variable __pkg_config_arguments_SLEPc_PC __pkg_config_checked_SLEPc_PC)
    unset(${variable} CACHE)
  endforeach()
  pkg_search_module(SLEPc_PC QUIET SLEPc slepc)
  if(SLEPc_PC_FOUND)
    foreach(name includedir libdir)
      pkg_get_variable(${name} ${SLEPc_PC_MODULE_NAME} ${name})
    endforeach()
    list(FILTER SLEPc_PC_LIBRARIES INCLUDE REGEX "slepc")
    list(POP_FRONT SLEPc_PC_LIBRARIES name)
    find_library(SLEPc_FILE "${name}" HINTS "${libdir}" NO_DEFAULT_PATH NO_CACHE)
  endif()
  set(ENV{PKG_CONFIG_PATH} "${before}")
  if(NOT folder)
    list(APPEND SLEPc_tried "pkg-config SLEPc, pkg-config slepc (PKG_CONFIG_PATH='${before}')")
  endif()
  set(SLEPc_tried "${SLEPc_tried}" PARENT_SCOPE)
  if(SLEPc_FILE)
    add_library(SLEPc::SLEPc INTERFACE IMPORTED GLOBAL)
    target_include_directories(SLEPc::SLEPc INTERFACE "${includedir}")
    target_link_libraries(SLEPc::SLEPc INTERFACE "${SLEPc_FILE}" PETSc::PETSc)
    set(SLEPc_FILE "${SLEPc_FILE}" PARENT_SCOPE)
    set(SLEPc_VERSION "${SLEPc_PC_VERSION}" PARENT_SCOPE)
    set(SLEPc_where "${SLEPc_PC_PREFIX}" PARENT_SCOPE)
  endif()
endfunction()

# Whether a program compiles and links with PETSc and these libraries.
function(_slepc_compiles result)
  include(CheckCXXSourceCompiles)
  unset(${result} CACHE)
  set(CMAKE_REQUIRED_LIBRARIES ${ARGN} PETSc::PETSc MPI::MPI_CXX)
  set(CMAKE_REQUIRED_QUIET TRUE)
  check_cxx_source_compiles(
    "#include <slepceps.h>\nint main(int argc, char** argv) {
       return SlepcInitialize(&argc, &argv, nullptr, nullptr); }" ${result})
endfunction()

# The name of PETSc's library in an entry of a shared library's dynamic section; empty when unknown.
function(_slepc_petsc_name file entry result)
  set(name "")
  if(CMAKE_READELF AND file MATCHES "\\.so")
    execute_process(COMMAND "${CMAKE_READELF}" -d "${file}" OUTPUT_VARIABLE section ERROR_QUIET)
    if(section MATCHES "\\(${entry}\\)[^\n]*\\[(libpetsc[^]]*)\\]")
      set(name "${CMAKE_MATCH_1}")
    endif()
  endif()
  set(${result} "${name}" PARENT_SCOPE)
endfunction()

# PETSc's library of SLEPc, `needed`, and the one that was found, `there`: both compile and link
# together, and crash, when they are not the same.
function(_slepc_compare_petsc)
  _slepc_petsc_name("${SLEPc_FILE}" NEEDED needed)
  if(TARGET PkgConfig::PETSc_PC)
    get_target_property(libraries PkgConfig::PETSc_PC INTERFACE_LINK_LIBRARIES)
  endif()
  foreach(file IN LISTS libraries)
    if(file MATCHES "libpetsc" AND NOT there)
      _slepc_petsc_name("${file}" SONAME there)
    endif()
  endforeach()
  if(needed AND there AND NOT needed STREQUAL there)
    set(SLEPc_problem "the one in '${SLEPc_where}' belongs to another PETSc (${needed}) than the \
one that was found (${there}): set SLEPC_DIR" PARENT_SCOPE)
  endif()
endfunction()

if(NOT TARGET SLEPc::SLEPc)
  foreach(name SLEPC_DIR PETSC_DIR PETSC_ARCH)
    if(NOT DEFINED ${name} AND DEFINED ENV{${name}})
      set(${name} "$ENV{${name}}")
    endif()
  endforeach()
  set(folders "")
  foreach(root IN LISTS SLEPC_DIR PETSC_DIR)
    if(PETSC_ARCH)
      list(APPEND folders "${root}/${PETSC_ARCH}/lib/pkgconfig")
    endif()
    list(APPEND folders "${root}/lib/pkgconfig")
  endforeach()
  _slepc_folder(folder ${folders})
  if(folder OR NOT SLEPC_DIR)
    _slepc_from_pkgconfig("${folder}")
  endif()
  if(NOT TARGET SLEPc::SLEPc AND NOT SLEPC_DIR)
    list(APPEND SLEPc_tried "the compiler alone (${CMAKE_CXX_COMPILER})")
    _slepc_compiles(SLEPc_WRAPPED)
    if(SLEPc_WRAPPED)
      add_library(SLEPc::SLEPc INTERFACE IMPORTED GLOBAL)
    endif()
  endif()
endif()

if(NOT TARGET SLEPc::SLEPc)
  list(JOIN SLEPc_tried "\n    " tried)
  set(SLEPc_problem "not found. Tried:\n    ${tried}\n\
  On Debian install libslepc-real-dev; elsewhere load the SLEPc module that belongs to the PETSc\n\
  module, or set SLEPC_DIR, or add the folder of SLEPc.pc to PKG_CONFIG_PATH.")
elseif(NOT SLEPc_accepted)
  _slepc_compare_petsc()
  if(NOT SLEPc_problem)
    _slepc_compiles(SLEPc_fits SLEPc::SLEPc)
  endif()
  if(SLEPc_fits)
    set(SLEPc_accepted TRUE)
  elseif(NOT SLEPc_problem)
    set(SLEPc_problem "version ${SLEPc_VERSION} in '${SLEPc_where}' does not compile and link with \
the PETSc ${PETSc_VERSION} that was found: SLEPc must be of the same version and built with it; \
set SLEPC_DIR")
  endif()
endif()

if(SLEPc_problem)
  set(SLEPc_FOUND FALSE)
else()
  set(SLEPc_FOUND TRUE)
  if(NOT SLEPc_FIND_QUIETLY)
    message(STATUS "Found SLEPc: ${SLEPc_where} (version ${SLEPc_VERSION})")
  endif()
endif()
