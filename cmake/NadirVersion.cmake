# Target nadir-version: commit, compiler and flags in ${nadir_version_source}, checked every build.

set(nadir_version_source "${CMAKE_CURRENT_BINARY_DIR}/generated/version.cpp")
string(TOUPPER "${CMAKE_BUILD_TYPE}" type)
list(JOIN nadir_sanitizers " " sanitizers)
list(JOIN nadir_floating_point " " floating_point)
string(REGEX REPLACE " +" " " flags
       "${CMAKE_CXX_FLAGS} ${CMAKE_CXX_FLAGS_${type}} ${floating_point} ${sanitizers}")
string(STRIP "${flags}" flags)

add_custom_target(nadir-version
  COMMAND "${CMAKE_COMMAND}" "-DSOURCE_DIR=${CMAKE_CURRENT_SOURCE_DIR}"
          "-DTEMPLATE=${CMAKE_CURRENT_SOURCE_DIR}/src/base/version.cpp.in"
          "-DOUTPUT=${nadir_version_source}" "-DNADIR_VERSION=${PROJECT_VERSION}"
          "-DNADIR_COMPILER=${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION}"
          "-DNADIR_COMPILE_FLAGS=${CMAKE_BUILD_TYPE}: ${flags}"
          -P "${CMAKE_CURRENT_SOURCE_DIR}/cmake/version.cmake"
  BYPRODUCTS "${nadir_version_source}"
  COMMENT "" VERBATIM)
