# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# phasor_embed(TARGET SYMBOL FILE...): the files, one after the other, as  const char SYMBOL[]  (NUL-terminated) and
# const size_t SYMBOL_size  (without the NUL), compiled into TARGET.
function(phasor_embed target symbol)
  set(out ${CMAKE_CURRENT_BINARY_DIR}/embedded/${symbol}.c)
  set(inputs)
  foreach(file IN LISTS ARGN)
    list(APPEND inputs ${CMAKE_CURRENT_SOURCE_DIR}/${file})
  endforeach()
  string(REPLACE ";" "|" joined "${inputs}")
  add_custom_command(OUTPUT ${out}
    COMMAND ${CMAKE_COMMAND} -DSYMBOL=${symbol} "-DFILES=${joined}" -DOUT=${out} -P ${PROJECT_SOURCE_DIR}/src/cmake/EmbedFile.cmake
    DEPENDS ${inputs} ${PROJECT_SOURCE_DIR}/src/cmake/EmbedFile.cmake VERBATIM)
  target_sources(${target} PRIVATE ${out})
endfunction()
