/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "cli/cli.h"

phasor_status cli_run_network(cli *c, cli_runner runner) {
  phasor_network *n;
  phasor_status status = cli_load(c, &n);
  if (status != PHASOR_OK) {
    return status;
  }
  phasor_result *r = NULL;
  status = runner(n, c->options, &r);
  cli_results(c);
  if (r) {
    const char *text = phasor_result_text(r, c->style);
    if (c->style == PHASOR_STYLE_JSON) {
      fputs(text, stdout);
    } else {
      cli_print(text);
    }
  }
  phasor_result_destroy(r);
  phasor_network_destroy(n);
  return status;
}

phasor_status cmd_run(cli *c) {
  return cli_run_network(c, phasor_run);
}
