#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# headers.sh INCLUDE CC CXX: every public header compiles alone, as C11 and as C++, without a warning and without MLIR.
set -euo pipefail
for header in "$1"/phasor/*.h; do
  name=phasor/$(basename "$header")
  echo "#include <$name>" | "$2" -std=c11 -Wall -Wextra -Werror -pedantic -I "$1" -x c -fsyntax-only -
  if [ -n "$3" ] && [ "${3%NOTFOUND}" = "$3" ]; then
    echo "#include <$name>" | "$3" -std=c++11 -Wall -Wextra -Werror -pedantic -I "$1" -x c++ -fsyntax-only -
  else
    echo "SKIP: $name as C++: no C++ compiler"
  fi
done
if grep -nE '#include *<(mlir|llvm)' "$1"/phasor/*.h; then
  echo "a public header includes MLIR or LLVM" >&2
  exit 1
fi
