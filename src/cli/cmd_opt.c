/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "cli/cli.h"
#include "phasor/build.h"

phasor_status cmd_opt(cli *c) {
  return phasor_transform(c->session, c->arg[0], c->options);
}
