#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# From nothing to a spiking network that runs as a native program on recorded events: installs what is missing, builds
# Phasor, compiles the example network and runs it. Needs Debian 12, git and root (or sudo).
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf '\n== %s\n' "$*"; }
stop() {
  printf 'quickstart: %s\n' "$*" >&2
  exit 1
}

# Runs a command quietly: its output is shown only when it fails.
quietly() {
  local log="$work/log"
  if ! "$@" >"$log" 2>&1; then
    cut -c 1-400 "$log" | tail -n 40 >&2
    stop "this failed: $*"
  fi
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

say "packages"
./src/cmake/install-packages.sh build || stop "the packages that Phasor is built from could not be installed"

say "build, into build-release (a minute or so)"
quietly cmake --preset release
quietly cmake --build --preset release
phasorc=build-release/phasorc
[ -x "$phasorc" ] || stop "the build left no $phasorc"

example=examples/motion
say "check: is the network sound, and can a CPU run it?"
"$phasorc" check "$example/motion.nir" -t cpu || stop "the example network has errors"

say "compile the network to a native program"
"$phasorc" build "$example/motion.nir" -t cpu --emit=exe -o "$work/motion" || stop "the example network does not compile"
printf 'motion: a program of %s bytes\n' "$(stat -c %s "$work/motion")"

say "run it on recordings of an event camera: which way does the bar move?"
mapfile -t labels <"$example/labels.txt"
for recording in "$example"/inputs/*.bin; do
  name=$(basename "$recording")
  "$work/motion" -i "$recording" --bin 2e-3 >"$work/out" || stop "the program failed on $recording"
  number=$(sed -n 's/^largest output: //p' "$work/out")
  counts=$(sed -n 's/^output [^:]*: counts //p' "$work/out")
  if ! [[ $number =~ ^[0-9]+$ ]] || [ "$number" -ge "${#labels[@]}" ]; then
    stop "no output spiked for $recording"
  fi
  read -r -a count <<<"$counts"
  label=${labels[$number]}
  printf 'recording %-10s the bar moves %-6s (output %s, %s spikes)\n' "$name:" "$label" "$number" "${count[$number]}"
  [ "$label.bin" = "$name" ] || stop "$name should have been seen to move ${name%.bin}"
done

printf '\nThat took %d s. Next: README.md, and %s --help\n' "$SECONDS" "$phasorc"
