# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# The sources of the main program that --emit=exe compiles, embedded in phs_cpu by name (runtime.h).
file(GLOB PHASOR_RUNTIME CONFIGURE_DEPENDS RELATIVE ${PROJECT_SOURCE_DIR}
  ${PROJECT_SOURCE_DIR}/backends/cpu/runtime/*.c ${PROJECT_SOURCE_DIR}/backends/cpu/runtime/*.h
  ${PROJECT_SOURCE_DIR}/src/vm/*.c ${PROJECT_SOURCE_DIR}/src/vm/*.h)
set(declarations "")
set(rows "")
foreach(file IN LISTS PHASOR_RUNTIME)
  string(MAKE_C_IDENTIFIER "phs_runtime_${file}" symbol)
  phasor_embed(phs_cpu ${symbol} ${file})
  string(REGEX REPLACE "^(backends/cpu/runtime|src)/" "" name ${file})
  string(APPEND declarations "extern const char ${symbol}[];\n")
  string(APPEND rows "    {\"${name}\", ${symbol}},\n")
endforeach()
file(CONFIGURE OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/embedded/phs_runtime.c @ONLY CONTENT [[
#include "backends/cpu/runtime.h"

@declarations@
const phs_runtime_file phs_runtime[] = {
@rows@    {NULL, NULL}};
]])
target_sources(phs_cpu PRIVATE ${CMAKE_CURRENT_BINARY_DIR}/embedded/phs_runtime.c)
# Runs in this process use the same threads and blocks.
target_sources(phs_cpu PRIVATE backends/cpu/runtime/crew.c backends/cpu/runtime/block.c)
target_link_libraries(phs_cpu PUBLIC pthread)
include(backends/cpu/bitcode.cmake)
