#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Installs what the tests need, builds Phasor twice (as users get it, and under the address and undefined-behaviour
# sanitizers) and runs every test in both builds. Arguments go to ctest (for example: tests/run.sh -R unit/import).
set -euo pipefail
cd "$(dirname "$0")/.."

./src/cmake/install-packages.sh build test
jobs=$(nproc)

if [ -d ../shared/models ]; then
  echo "real models and data: ../shared"
else
  echo "real models and data: none (../shared is absent); the tests that need them say that they skip"
fi

status=0
for preset in dev asan; do
  build=build; [ "$preset" = asan ] && build=build-asan
  echo "== $preset: configure and build"
  cmake --preset "$preset" >"$build.log" 2>&1 || { cat "$build.log"; exit 1; }
  cmake --build --preset "$preset" -- -j "$jobs" >"$build.log" 2>&1 || { tail -50 "$build.log"; exit 1; }
  rm -f "$build.log"
  echo "== $preset: test"
  ctest --test-dir "$build" --output-on-failure -j "$jobs" --timeout 900 "$@" || status=1
  # What was left out, and why: a skip is never silent.
  grep -hE '^(SKIP|skipped?)[: ]' "$build/Testing/Temporary/LastTest.log" 2>/dev/null | sort | uniq -c || true
done
exit "$status"
