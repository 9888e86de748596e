/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "cli/cli.h"

phasor_status cmd_verify(cli *c) {
  return cli_run_network(c, phasor_verify);
}
