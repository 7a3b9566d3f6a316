# Lists that write themselves: a file in a folder is an entry, and nothing else needs a line for it.

# Writes generated/OUTPUT, which the source FOR includes, from the files of src/FOLDER that end in SUFFIX: the
# line EACH for each of them, then the macro MACRO, the ENTRY of each joined by commas. In both @path@ is
# the file as sources include it, @name@ what it is called (leaky_relu), @Name@ that of a type (LeakyRelu).
function(nadir_registry output)
  cmake_parse_arguments(PARSE_ARGV 1 of "" "FOR;FOLDER;SUFFIX;EACH;MACRO;ENTRY" "")
  file(GLOB files CONFIGURE_DEPENDS RELATIVE "${CMAKE_CURRENT_SOURCE_DIR}/src" "src/${of_FOLDER}/*${of_SUFFIX}")
  set(lines "")
  set(entries "")
  foreach(path IN LISTS files)
    get_filename_component(name "${path}" NAME)
    string(REGEX REPLACE "${of_SUFFIX}$" "" name "${name}")
    string(REPLACE "_" ";" words "${name}")
    set(Name "")
    foreach(word IN LISTS words)
      string(SUBSTRING "${word}" 0 1 initial)
      string(SUBSTRING "${word}" 1 -1 rest)
      string(TOUPPER "${initial}" initial)
      string(APPEND Name "${initial}${rest}")
    endforeach()
    string(CONFIGURE "${of_EACH}" line @ONLY)
    string(CONFIGURE "${of_ENTRY}" entry @ONLY)
    string(APPEND lines "${line}\n")
    list(APPEND entries "${entry}")
  endforeach()
  list(JOIN entries ", " entries)
  file(CONFIGURE OUTPUT "generated/${output}" @ONLY CONTENT
       "// Written by the build from the files in src/${of_FOLDER}.\n@lines@#undef @of_MACRO@\n#define @of_MACRO@ @entries@\n")
  set_property(SOURCE "${of_FOR}" APPEND PROPERTY INCLUDE_DIRECTORIES "${CMAKE_CURRENT_BINARY_DIR}/generated")
endfunction()
