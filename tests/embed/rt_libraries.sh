#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# rt_libraries.sh PROGRAM: it needs libc and libm (and what sanitizers bring) and nothing else.
set -euo pipefail
needed=$(readelf -d "$1" | grep -oE 'NEEDED.*\[[^]]*' | sed 's/.*\[//')
echo "$needed"
if grep -vE '^(libc|libm|libasan|libubsan|libgcc_s|ld-linux.*)\.so' <<<"$needed"; then
  echo "needs more than libc and libm" >&2
  exit 1
fi
