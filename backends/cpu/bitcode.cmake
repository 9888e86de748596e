# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# The C that programs carry (backends/cpu/program, src/random, src/synapses), compiled by clang into LLVM bitcode for
# every triple and embedded in phs_cpu by triple (bitcode.h). Nothing is made for one processor here: each program's own
# decides about vectors.
find_program(PHASOR_CLANG NAMES clang-22 clang PATHS ${PHASOR_LLVM_ROOT}/bin REQUIRED)
find_program(PHASOR_LLVM_LINK NAMES llvm-link PATHS ${PHASOR_LLVM_ROOT}/bin NO_DEFAULT_PATH REQUIRED)
file(GLOB sources CONFIGURE_DEPENDS RELATIVE ${PROJECT_SOURCE_DIR} ${PROJECT_SOURCE_DIR}/backends/cpu/program/*.c
  ${PROJECT_SOURCE_DIR}/src/random/*.c ${PROJECT_SOURCE_DIR}/src/synapses/*.c)
list(REMOVE_ITEM sources src/synapses/cost.c) # for people, not for programs
set(flags -std=c11 -O2 -fno-vectorize -fno-slp-vectorize -fno-unroll-loops -ffreestanding -fbuiltin -nostdlibinc -ffp-contract=off -fPIC
  -fno-ident -fno-asynchronous-unwind-tables -fomit-frame-pointer -fvisibility=hidden -Wall -Wextra -Wconversion -Wshadow
  "-DR123_ASSERT(x)=((void)0)" -I. -Isrc -idirafter ${PHASOR_RANDOM123_INCLUDE})
if(PHASOR_WERROR)
  list(APPEND flags -Werror)
endif()

set(declarations "")
set(rows "")
foreach(triple x86_64-linux-gnu aarch64-linux-gnu riscv64-linux-gnu)
  set(folder ${CMAKE_CURRENT_BINARY_DIR}/bitcode/${triple})
  string(MAKE_C_IDENTIFIER "phs_bitcode_${triple}" symbol)
  file(MAKE_DIRECTORY ${folder})
  set(parts "")
  foreach(source IN LISTS sources)
    string(MAKE_C_IDENTIFIER "${source}" name)
    add_custom_command(OUTPUT ${folder}/${name}.bc
      COMMAND ${PHASOR_CLANG} --target=${triple} ${flags} -MD -MF ${folder}/${name}.d -MT ${folder}/${name}.bc
              -c -emit-llvm ${source} -o ${folder}/${name}.bc
      DEPENDS ${PROJECT_SOURCE_DIR}/${source} DEPFILE ${folder}/${name}.d WORKING_DIRECTORY ${PROJECT_SOURCE_DIR} VERBATIM)
    list(APPEND parts ${folder}/${name}.bc)
  endforeach()
  set(out ${CMAKE_CURRENT_BINARY_DIR}/embedded/${symbol}.c)
  add_custom_command(OUTPUT ${out}
    COMMAND ${PHASOR_LLVM_LINK} ${parts} -o ${folder}/all.bc
    COMMAND ${CMAKE_COMMAND} -DSYMBOL=${symbol} "-DTYPE=unsigned char" -DFILES=${folder}/all.bc -DOUT=${out}
            -P ${PROJECT_SOURCE_DIR}/src/cmake/EmbedFile.cmake
    DEPENDS ${parts} ${PROJECT_SOURCE_DIR}/src/cmake/EmbedFile.cmake VERBATIM)
  target_sources(phs_cpu PRIVATE ${out})
  string(APPEND declarations "extern const unsigned char ${symbol}[];\nextern const size_t ${symbol}_size;\n")
  string(APPEND rows "    {\"${triple}\", ${symbol}, &${symbol}_size},\n")
endforeach()
file(CONFIGURE OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/embedded/phs_bitcode.c @ONLY CONTENT [[
#include "backends/cpu/bitcode.h"

@declarations@
const phs_bitcode_file phs_bitcode[] = {
@rows@    {NULL, NULL, NULL}};
]])
target_sources(phs_cpu PRIVATE ${CMAKE_CURRENT_BINARY_DIR}/embedded/phs_bitcode.c)
