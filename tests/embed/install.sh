#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# install.sh BUILD SOURCE PREFIX CC LIBDIR: what is installed works from there: the tool, and a program built with pkg-config.
set -euo pipefail
rm -rf "$3"
cmake --install "$1" --prefix "$3" >/dev/null
"$3/bin/phasorc" --version
"$3/bin/phasorc" check "$2/../cli/nets/tiny.mlir"
export PKG_CONFIG_PATH=$3/$5/pkgconfig
# This is not the prefix of the configuration: the .pc files find their own.
flags=$(pkg-config --cflags --libs phasor)
# shellcheck disable=SC2086
"$4" -std=c11 "$2/embed.c" $flags -Wl,-rpath,"$3/$5" -o "$3/embed"
"$3/embed" "$2/../cli/nets" "$3"
# The run-time part alone, statically.
flags=$(pkg-config --cflags --libs phasor-rt)
# shellcheck disable=SC2086
"$4" -std=c11 "$2/rt.c" $flags -o "$3/rt"
"$3/rt" "$3"
grep -q 'PHASORC 1' "$3"/share/man/man1/phasorc.1
rm -rf "$3"
