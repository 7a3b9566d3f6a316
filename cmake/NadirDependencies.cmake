# PETSc, MPI, SLEPc, Highway, FFTW, LAPACK, libzip and parallel HDF5, each refused with a reason and a remedy. Used by the build and,
# once installed, by nadirConfig.cmake for programs that link to nadir.

# Ends the configuration of nadir itself; of a program that uses nadir only its find_package.
function(nadir_dependency_failed problem)
  if(CMAKE_FIND_PACKAGE_NAME STREQUAL "nadir")
    set(nadir_FOUND FALSE PARENT_SCOPE)
    set(nadir_NOT_FOUND_MESSAGE "${problem}" PARENT_SCOPE)
  else()
    message(FATAL_ERROR "${problem}")
  endif()
endfunction()

find_package(PETSc 3.18)
if(NOT PETSc_FOUND)
  nadir_dependency_failed("PETSc: ${PETSc_problem}")
endif()

# PETSc names the MPI wrapper it was built with; mixing two MPI libraries crashes at start-up.
if(NOT MPI_CXX_COMPILER AND IS_ABSOLUTE "${PETSc_CXX_COMPILER}" AND EXISTS "${PETSc_CXX_COMPILER}")
  set(MPI_CXX_COMPILER "${PETSc_CXX_COMPILER}")
endif()
find_package(MPI COMPONENTS CXX)
if(NOT MPI_CXX_FOUND)
  nadir_dependency_failed("MPI: no working C++ wrapper found. On Debian install \
libopenmpi-dev and openmpi-bin; elsewhere load the MPI module that PETSc was built with, or pass \
-DMPI_CXX_COMPILER=.")
endif()

find_package(SLEPc)
if(NOT SLEPc_FOUND)
  nadir_dependency_failed("SLEPc: ${SLEPc_problem}")
endif()

find_package(PkgConfig QUIET)
if(PkgConfig_FOUND)
  pkg_check_modules(NADIR_HIGHWAY QUIET libhwy)
endif()
find_path(NADIR_HIGHWAY_FOLDER hwy/highway.h HINTS ${NADIR_HIGHWAY_INCLUDE_DIRS})
find_library(NADIR_HIGHWAY_FILE hwy HINTS ${NADIR_HIGHWAY_LIBRARY_DIRS})
mark_as_advanced(NADIR_HIGHWAY_FOLDER NADIR_HIGHWAY_FILE)
if(NOT NADIR_HIGHWAY_FOLDER OR NOT NADIR_HIGHWAY_FILE)
  nadir_dependency_failed("Highway: hwy/highway.h or its library not found. On Debian install \
libhwy-dev (1.0.3 or later); elsewhere load a module of Highway, or add where it was installed to \
CMAKE_PREFIX_PATH.")
elseif(NOT TARGET Highway::hwy)
  add_library(Highway::hwy UNKNOWN IMPORTED)
  set_target_properties(Highway::hwy PROPERTIES IMPORTED_LOCATION "${NADIR_HIGHWAY_FILE}"
    INTERFACE_INCLUDE_DIRECTORIES "${NADIR_HIGHWAY_FOLDER}")
endif()

# FFTW tells pkg-config nothing of its MPI part.
if(PkgConfig_FOUND)
  pkg_check_modules(NADIR_FFTW QUIET fftw3)
endif()
find_path(NADIR_FFTW_FOLDER fftw3-mpi.h HINTS ${NADIR_FFTW_INCLUDE_DIRS})
find_library(NADIR_FFTW_MPI_FILE fftw3_mpi HINTS ${NADIR_FFTW_LIBRARY_DIRS})
find_library(NADIR_FFTW_FILE fftw3 HINTS ${NADIR_FFTW_LIBRARY_DIRS})
mark_as_advanced(NADIR_FFTW_FOLDER NADIR_FFTW_MPI_FILE NADIR_FFTW_FILE)
if(NOT NADIR_FFTW_FOLDER OR NOT NADIR_FFTW_MPI_FILE OR NOT NADIR_FFTW_FILE)
  nadir_dependency_failed("FFTW: fftw3-mpi.h or the libraries fftw3_mpi and fftw3 not found. On \
Debian install libfftw3-mpi-dev (3.3 or later); elsewhere load a module of FFTW that was made with \
this MPI, or add where it was installed to CMAKE_PREFIX_PATH.")
elseif(NOT TARGET FFTW::mpi)
  add_library(FFTW::mpi UNKNOWN IMPORTED)
  set_target_properties(FFTW::mpi PROPERTIES IMPORTED_LOCATION "${NADIR_FFTW_MPI_FILE}"
    INTERFACE_INCLUDE_DIRECTORIES "${NADIR_FFTW_FOLDER}"
    INTERFACE_LINK_LIBRARIES "${NADIR_FFTW_FILE};MPI::MPI_CXX")
endif()

# PETSc declares LAPACK's functions; which library has them it does not always pass on.
find_package(LAPACK)
if(NOT LAPACK_FOUND)
  nadir_dependency_failed("LAPACK: not found. On Debian install liblapack-dev; elsewhere load the \
module that PETSc was built with, or pass -DBLA_VENDOR= or -DLAPACK_LIBRARIES=.")
endif()

# libzip's own file for CMake asks for its command-line tools, which Debian has in another package.
if(PkgConfig_FOUND)
  pkg_check_modules(NADIR_LIBZIP QUIET libzip)
endif()
find_path(NADIR_LIBZIP_FOLDER zip.h HINTS ${NADIR_LIBZIP_INCLUDE_DIRS})
find_library(NADIR_LIBZIP_FILE zip HINTS ${NADIR_LIBZIP_LIBRARY_DIRS})
mark_as_advanced(NADIR_LIBZIP_FOLDER NADIR_LIBZIP_FILE)
if(NOT NADIR_LIBZIP_FOLDER OR NOT NADIR_LIBZIP_FILE)
  nadir_dependency_failed("libzip: zip.h or its library not found. On Debian install libzip-dev (1.2 \
or later); elsewhere load a module of libzip, or add where it was installed to CMAKE_PREFIX_PATH.")
elseif(NOT TARGET libzip::zip)
  add_library(libzip::zip UNKNOWN IMPORTED)
  set_target_properties(libzip::zip PROPERTIES IMPORTED_LOCATION "${NADIR_LIBZIP_FILE}"
    INTERFACE_INCLUDE_DIRECTORIES "${NADIR_LIBZIP_FOLDER}")
endif()

set(HDF5_PREFER_PARALLEL TRUE)
find_package(HDF5 COMPONENTS C HL)
if(NOT HDF5_FOUND)
  nadir_dependency_failed("HDF5: not found (C library and HL). On Debian install \
libhdf5-openmpi-dev; elsewhere load a module of *parallel* HDF5, or pass -DHDF5_ROOT=.")
elseif(NOT HDF5_IS_PARALLEL)
  nadir_dependency_failed("HDF5: version ${HDF5_VERSION} in '${HDF5_C_INCLUDE_DIRS}' is a serial \
build, but nadir writes with all ranks and needs a parallel one. On Debian install \
libhdf5-openmpi-dev; elsewhere load a module such as hdf5/parallel, or pass -DHDF5_ROOT= of an \
HDF5 configured with --enable-parallel.")
endif()
