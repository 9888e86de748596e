# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# What is built for users: libphasor (the compiler), libphasor-rt (stimuli and recordings; libc only), phasorc.

# The objects of all rooms in one shared library; what is exported is decided by the version script alone, so that MLIR's
# archives inside do not leak out.
set(phasor_objects)
foreach(room base random synapses units yaml target net map report equations vm rt image interp import ir cpu driver)
  get_target_property(type phs_${room} TYPE)
  if(NOT type STREQUAL "INTERFACE_LIBRARY")
    list(APPEND phasor_objects $<TARGET_OBJECTS:phs_${room}>)
  endif()
endforeach()
set(phasor_exports ${CMAKE_CURRENT_SOURCE_DIR}/src/cmake/phasor.map)

add_library(phasor SHARED ${phasor_objects})
target_link_libraries(phasor PRIVATE phasor_hdf5 phasor_jansson phasor_cairo phasor_graphviz phasor_yaml phasor_mlir PkgConfig::XXHASH m pthread)
target_include_directories(phasor PUBLIC $<BUILD_INTERFACE:${CMAKE_CURRENT_SOURCE_DIR}/include>
                           $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
target_link_options(phasor PRIVATE -Wl,--version-script=${phasor_exports} -Wl,--no-undefined)
set_target_properties(phasor PROPERTIES LINKER_LANGUAGE C VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR}
                      LINK_DEPENDS ${phasor_exports})
if(PHASOR_SANITIZE)
  # The sanitizers' own symbols come from the executable.
  target_link_options(phasor PRIVATE -Wl,--undefined-version -Wl,--unresolved-symbols=ignore-all)
endif()

# The part that programs and their runs need: no LLVM, no HDF5.
add_library(phasor-rt STATIC $<TARGET_OBJECTS:phs_vm> $<TARGET_OBJECTS:phs_rt>)
set_target_properties(phasor-rt PROPERTIES LINKER_LANGUAGE C)

# The tool sees public headers and its own, nothing else of the library.
file(GLOB phasorc_sources CONFIGURE_DEPENDS src/cli/*.c)
add_executable(phasorc ${phasorc_sources})
target_link_libraries(phasorc PRIVATE phasor pthread)

file(GLOB phasor_headers include/phasor/*.h)
install(TARGETS phasor phasor-rt phasorc
        RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR}
        LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
        ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(FILES ${phasor_headers} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/phasor)
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
# From the folder of the .pc files to the prefix, so that an installation may be moved.
string(REGEX REPLACE "[^/]+" ".." PHASOR_PC_PREFIX "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
foreach(pc phasor phasor-rt)
  configure_file(src/cmake/${pc}.pc.in ${CMAKE_CURRENT_BINARY_DIR}/${pc}.pc @ONLY)
  install(FILES ${CMAKE_CURRENT_BINARY_DIR}/${pc}.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endforeach()

# Manual page and completion come from the tool's own tables.
add_custom_command(OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/phasorc.1 ${CMAKE_CURRENT_BINARY_DIR}/phasorc.bash
  COMMAND phasorc help --man > ${CMAKE_CURRENT_BINARY_DIR}/phasorc.1
  COMMAND phasorc help --completion=bash > ${CMAKE_CURRENT_BINARY_DIR}/phasorc.bash
  DEPENDS phasorc VERBATIM)
add_custom_target(phasorc_docs ALL DEPENDS ${CMAKE_CURRENT_BINARY_DIR}/phasorc.1 ${CMAKE_CURRENT_BINARY_DIR}/phasorc.bash)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/phasorc.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/phasorc.bash DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions
        RENAME phasorc)
