# Run at every build: writes version.cpp only when the commit or the flags have changed, so that
# one small file is compiled again and nothing else.
#
# cmake -DSOURCE_DIR= -DTEMPLATE= -DOUTPUT= -DNADIR_VERSION= ... -P version.cmake

set(NADIR_GIT_HASH "unknown")
set(NADIR_GIT_DIRTY "unknown")

# Sets `result` to the output of `git ARGN`, empty on failure.
function(git result)
  # The owner of a mounted source folder may be another user than the one who builds.
  execute_process(
    COMMAND git -c "safe.directory=${SOURCE_DIR}" -C "${SOURCE_DIR}" ${ARGN}
    OUTPUT_VARIABLE output ERROR_QUIET OUTPUT_STRIP_TRAILING_WHITESPACE)
  set(${result} "${output}" PARENT_SCOPE)
endfunction()

# A tarball unpacked inside somebody else's repository has no commit of its own.
git(top rev-parse --show-toplevel)
file(REAL_PATH "${SOURCE_DIR}" here)
if(top AND top STREQUAL here)
  git(hash rev-parse --verify HEAD)
  if(hash)
    set(NADIR_GIT_HASH "${hash}")
    git(changes status --porcelain --untracked-files=no)
    if(changes)
      set(NADIR_GIT_DIRTY "yes")
    else()
      set(NADIR_GIT_DIRTY "no")
    endif()
  endif()
endif()

foreach(text NADIR_COMPILER NADIR_COMPILE_FLAGS)
  string(REPLACE "\\" "\\\\" ${text} "${${text}}")
  string(REPLACE "\"" "\\\"" ${text} "${${text}}")
endforeach()
configure_file("${TEMPLATE}" "${OUTPUT}" @ONLY) # touches the file only when it changes
