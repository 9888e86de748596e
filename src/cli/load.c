/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Loading a model under the guard. */
#include "cli/cli.h"
#include "cli/guard.h"

#include <stdlib.h>
#include <string.h>

/* What to say if the library that reads the file dies of it; freed by the caller. */
static char *last_words(const cli *c) {
  const phasor_diagnostic d = {
      .code = "PHS0136",
      .severity = PHASOR_ERROR,
      .message = "the HDF5 library failed while reading the file, so it must be damaged",
      .file = c->arg[0],
      .help = "export the model again, or see what `h5dump` says of it"};
  return phasor_diagnostic_text(&d, c->style, c->colour);
}

phasor_status cli_guarded(cli *c, phasor_status (*load)(cli *c, void *user), void *user) {
  char *text = last_words(c);
  if (text) {
    cli_guard_arm(text, strlen(text), PHASOR_ERROR_MODEL);
  }
  phasor_status status = load(c, user);
  if (text) {
    cli_guard_disarm();
  }
  free(text);
  return status;
}

static phasor_status load_network(cli *c, void *user) {
  return phasor_network_load(c->session, c->arg[0], c->options, user);
}

phasor_status cli_load(cli *c, phasor_network **out) {
  return cli_guarded(c, load_network, out);
}
