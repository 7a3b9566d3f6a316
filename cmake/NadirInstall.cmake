# Installs the program, the library, its headers, the CMake package `nadir` (nadir::nadir), nadir.pc and the tools.

include(CMakePackageConfigHelpers)
set(nadir_package_folder "${CMAKE_INSTALL_LIBDIR}/cmake/nadir")

install(TARGETS nadir-program RUNTIME)
install(TARGETS nadir EXPORT nadirTargets)
install(DIRECTORY include/nadir TYPE INCLUDE FILES_MATCHING PATTERN "*.hpp"
        PATTERN "app" EXCLUDE) # the commands belong to the program
install(EXPORT nadirTargets NAMESPACE nadir:: DESTINATION "${nadir_package_folder}")

# Where this build found PETSc and SLEPc is where the installed package looks when nothing else is said.
foreach(name PETSC_DIR PETSC_ARCH SLEPC_DIR)
  if(DEFINED ${name})
    set(nadir_${name} "${${name}}")
  else()
    set(nadir_${name} "$ENV{${name}}")
  endif()
endforeach()
configure_package_config_file(cmake/nadirConfig.cmake.in nadirConfig.cmake
                              INSTALL_DESTINATION "${nadir_package_folder}")
write_basic_package_version_file(nadirConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES "${CMAKE_CURRENT_BINARY_DIR}/nadirConfig.cmake"
              "${CMAKE_CURRENT_BINARY_DIR}/nadirConfigVersion.cmake"
              cmake/FindPETSc.cmake cmake/FindSLEPc.cmake cmake/NadirDependencies.cmake
        DESTINATION "${nadir_package_folder}")

include(NadirPkgConfig)
include(NadirTools)
