# Header-only libraries, from -DNADIR_HEADERS=DIR or the system: sets nadir_header_folders.

set(nadir_header_folders "")

function(nadir_find_header variable header package)
  find_path(${variable} "${header}" HINTS "${NADIR_HEADERS}" "${NADIR_HEADERS}/include")
  mark_as_advanced(${variable})
  if(NOT ${variable})
    message(FATAL_ERROR "'${header}' not found. On Debian install ${package}; elsewhere put it in "
                        "a folder of your own and pass -DNADIR_HEADERS=FOLDER "
                        "(now '${NADIR_HEADERS}').")
  endif()
  # Never a system folder of the compiler: that would change the order of the standard headers.
  if(NOT "${${variable}}" IN_LIST CMAKE_CXX_IMPLICIT_INCLUDE_DIRECTORIES)
    list(APPEND nadir_header_folders "${${variable}}")
    list(REMOVE_DUPLICATES nadir_header_folders)
  endif()
  set(nadir_header_folders "${nadir_header_folders}" PARENT_SCOPE)
endfunction()

nadir_find_header(NADIR_TOMLPLUSPLUS_FOLDER toml++/toml.h libtomlplusplus-dev)
nadir_find_header(NADIR_CLI11_FOLDER CLI/CLI.hpp libcli11-dev)
nadir_find_header(NADIR_NLOHMANN_JSON_FOLDER nlohmann/json.hpp nlohmann-json3-dev)
