/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "cli/cli.h"
#include "phasor/build.h"

#include <stdlib.h>

static phasor_status inspect(cli *c, void *user) {
  return phasor_inspect(c->session, c->arg[0], c->options, c->style, user);
}

phasor_status cmd_inspect(cli *c) {
  char *text = NULL;
  phasor_status status = cli_guarded(c, inspect, &text);
  cli_results(c);
  if (status == PHASOR_OK && c->style == PHASOR_STYLE_JSON) {
    fputs(text, stdout);
  } else if (status == PHASOR_OK) {
    cli_print(text);
  }
  free(text);
  return status;
}
