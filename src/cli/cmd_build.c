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
  bool json = c->style == PHASOR_STYLE_JSON;
  bool to_stdout = status == PHASOR_OK && strcmp(path, "-") == 0;
  if (status == PHASOR_OK && json && !to_stdout) {
    fputs("{\"output\":", stdout);
    cli_print_json(path);
    cli_print_mapping_json(n);
    fputs("}\n", stdout);
  } else if (status == PHASOR_OK && !json && !to_stdout) {
    cli_print_mapping(n);
    /* A file that the user did not name is worth a word. */
    if (!phasor_options_get(c->options, "output")) {
      fputs("wrote ", stdout);
      cli_print(path);
      putchar('\n');
    }
  }
  free(path);
  phasor_network_destroy(n);
  return status;
}
