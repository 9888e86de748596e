/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "cli/cli.h"
#include "phasor/build.h"

#include <stdlib.h>
#include <string.h>

phasor_status cmd_build(cli *c) {
  phasor_network *n;
  phasor_status status = cli_load(c, &n);
  if (status != PHASOR_OK) {
    return status;
  }
  char *path = NULL;
  status = phasor_build(n, c->options, &path);
  cli_results(c);
  /* A file that the user did not name is worth a word. */
  if (status == PHASOR_OK && !phasor_options_get(c->options, "output") &&
      c->style != PHASOR_STYLE_JSON) {
    fputs("wrote ", stdout);
    cli_print(path);
    putchar('\n');
  } else if (status == PHASOR_OK && c->style == PHASOR_STYLE_JSON && strcmp(path, "-") != 0) {
    fputs("{\"output\":", stdout);
    cli_print_json(path);
    fputs("}\n", stdout);
  }
  free(path);
  phasor_network_destroy(n);
  return status;
}
