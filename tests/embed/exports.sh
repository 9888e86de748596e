#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# exports.sh LIBRARY HEADERS: what the library exports is what the headers declare with PHASOR_API, no more and no less.
set -euo pipefail
exported=$(nm -D --defined-only "$1" | awk '{print $3}' | sed 's/@.*//' | sort -u)
declared=$(cat "$2"/*.h | tr '\n' ' ' | grep -oE 'PHASOR_API [^;(]*\(' | grep -oE 'phasor_[a-z0-9_]+ *\($' | tr -d ' (' | sort -u)
if ! diff <(echo "$declared") <(echo "$exported"); then
  echo "'<': declared but not exported; '>': exported but not declared" >&2
  exit 1
fi
echo "$(wc -l <<<"$declared") functions, declared and exported"
