#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Installs the Debian packages that Phasor needs and that are missing.
# usage: src/cmake/install-packages.sh build|test ...     (groups; `test` adds what the tests need)
set -euo pipefail

build=(ca-certificates cmake ninja-build gcc libc6-dev pkg-config libmlir-22-dev mlir-22-tools llvm-22-dev
       libhdf5-dev libjansson-dev libxxhash-dev libyaml-dev librandom123-dev clang-22 libcairo2-dev libgraphviz-dev)
test=(llvm-22-tools libcmocka-dev python3 qemu-user gcc-aarch64-linux-gnu libc6-dev-arm64-cross
      gcc-riscv64-linux-gnu libc6-dev-riscv64-cross g++ locales python3-jsonschema python3-yaml libmetis-dev)

wanted=()
for group in "$@"; do
  case "$group" in
    build) wanted+=("${build[@]}") ;;
    test) wanted+=("${test[@]}") ;;
    *) echo "install-packages.sh: unknown group '$group' (build, test)" >&2; exit 2 ;;
  esac
done

missing=()
for package in "${wanted[@]}"; do
  state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
  [ "$state" = installed ] || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || { echo "install-packages.sh: run as root, or install: ${missing[*]}" >&2; exit 4; }
  as_root=(sudo)
fi
echo "installing ${#missing[@]} packages: ${missing[*]}"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! { "${as_root[@]}" apt-get update &&
       "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
  tail -20 "$log" >&2
  echo "install-packages.sh: apt-get failed; Phasor needs Debian 12 or later with its security archive enabled" >&2
  exit 4
fi
