# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
string(REPLACE "|" ";" FILES "${FILES}")
if(NOT TYPE)
  set(TYPE char) # text; bytes above 127 want `unsigned char`
endif()
set(bytes "")
foreach(file IN LISTS FILES)
  file(READ ${file} hex HEX)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," one "${hex}")
  string(APPEND bytes "${one}")
endforeach()
file(WRITE ${OUT} "#include <stddef.h>\nextern const ${TYPE} ${SYMBOL}[];\nextern const size_t ${SYMBOL}_size;\nconst ${TYPE} ${SYMBOL}[] = {${bytes}0};\nconst size_t ${SYMBOL}_size = sizeof ${SYMBOL} - 1;\n")
