#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# exits.sh CODE COMMAND...: runs the command and succeeds if it exits with just this code.
want=$1
shift
"$@"
got=$?
if [ "$got" -ne "$want" ]; then
  echo "exit code $got instead of $want: $*" >&2
  exit 1
fi
