/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "cli/cli.h"
#include "phasor/run.h"

phasor_status cmd_run(cli *c) {
  phasor_network *n;
  phasor_status status = cli_load(c, &n);
  if (status != PHASOR_OK) {
    return status;
  }
  phasor_result *r = NULL;
  status = phasor_run(n, c->options, &r);
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
