# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
string(REPLACE "|" ";" FILES "${FILES}")
set(bytes "")
foreach(file IN LISTS FILES)
  file(READ ${file} hex HEX)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," one "${hex}")
  string(APPEND bytes "${one}")
endforeach()
file(WRITE ${OUT} "#include <stddef.h>\nextern const char ${SYMBOL}[];\nextern const size_t ${SYMBOL}_size;\nconst char ${SYMBOL}[] = {${bytes}0};\nconst size_t ${SYMBOL}_size = sizeof ${SYMBOL} - 1;\n")
