# Installs what belongs to the program: PREFIX/share/nadir has the tools, job scripts and cases as a checkout
# has them, so that NADIR_HOME may be either; commands nadir-plot, ... lie beside the program.

set(nadir_home "${CMAKE_INSTALL_DATADIR}/nadir")
install(PROGRAMS tools/python-with tools/scaling-files DESTINATION "${nadir_home}/tools")
file(GLOB modules CONFIGURE_DEPENDS "tools/*.py")
install(FILES ${modules} DESTINATION "${nadir_home}/tools")
install(DIRECTORY tools/nadir_plot tools/nadir_report tools/nadir_scaling
        DESTINATION "${nadir_home}/tools" PATTERN __pycache__ EXCLUDE)
install(DIRECTORY inputs DESTINATION "${nadir_home}" USE_SOURCE_PERMISSIONS)
install(DIRECTORY jobs DESTINATION "${nadir_home}" USE_SOURCE_PERMISSIONS PATTERN site.sh EXCLUDE)

# ---- Commands: a name of their own each, since there are other programs called plot ---------------------
file(RELATIVE_PATH folder "${CMAKE_INSTALL_FULL_BINDIR}" "${CMAKE_INSTALL_FULL_DATADIR}/nadir/tools")
foreach(command plot report compare learned scaling export-torch)
  install(PROGRAMS "tools/${command}" DESTINATION "${nadir_home}/tools")
  configure_file(tools/packaging/command.in "generated/nadir-${command}" @ONLY)
  install(PROGRAMS "${CMAKE_CURRENT_BINARY_DIR}/generated/nadir-${command}" TYPE BIN)
endforeach()

# ---- Job scripts: there the program stands elsewhere than in a checkout ---------------------------------
set(in_checkout "program=$NADIR_HOME/build/release/nadir\n")
file(RELATIVE_PATH program "${CMAKE_INSTALL_FULL_DATADIR}/nadir" "${CMAKE_INSTALL_FULL_BINDIR}/nadir")
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS jobs/site.sh)
file(READ jobs/site.sh site)
string(FIND "${site}" "${in_checkout}" place)
if(place EQUAL -1)
  message(FATAL_ERROR "jobs/site.sh has no line ${in_checkout}")
endif()
string(REPLACE "${in_checkout}" "program=$NADIR_HOME/${program}\n" site "${site}")
file(CONFIGURE OUTPUT generated/site.sh CONTENT "${site}" @ONLY)
install(FILES "${CMAKE_CURRENT_BINARY_DIR}/generated/site.sh" DESTINATION "${nadir_home}/jobs")
