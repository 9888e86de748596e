/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "cli/cli.h"

phasor_status cmd_report(cli *c) {
  return cli_refuse(c, "PHS0523",
                    "`phasorc build --report=FILE.json` writes what was built, in numbers",
                    "report is not available in this version");
}
