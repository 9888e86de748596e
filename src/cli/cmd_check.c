/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "cli/cli.h"
#include "phasor/build.h"

#include <inttypes.h>

static void print_text(const phasor_network_info *i) {
  printf("OK: %" PRIu64 " populations, %" PRIu64 " neurons, %" PRIu64 " synapses, %" PRIu64
         " inputs, %" PRIu64 " outputs, ",
         i->populations, i->neurons, i->synapses, i->inputs, i->outputs);
  if (i->has_time && i->dt <= 0) {
    fputs("dt not known, ", stdout);
  } else if (i->has_time) {
    printf("dt %.6g s, ", i->dt);
  } else {
    fputs("no time scale, ", stdout);
  }
  printf("preset %s\n", i->preset);
}

static void print_json(const phasor_network_info *i) {
  fputs("{\"model\":", stdout);
  cli_print_json(i->name);
  printf(",\"ok\":true,\"format\":\"%s\",\"preset\":\"%s\",\"populations\":%" PRIu64
         ",\"neurons\":%" PRIu64 ",\"synapses\":%" PRIu64 ",\"parameters\":%" PRIu64
         ",\"inputs\":%" PRIu64 ",\"outputs\":%" PRIu64 ",\"dt\":",
         i->format, i->preset, i->populations, i->neurons, i->synapses, i->parameters, i->inputs,
         i->outputs);
  if (i->has_time && i->dt > 0) {
    printf("%.17g}\n", i->dt);
  } else {
    fputs("null}\n", stdout);
  }
}

static phasor_status load(cli *c, void *user) {
  return phasor_network_load_to_check(c->session, c->arg[0], c->options, user);
}

phasor_status cmd_check(cli *c) {
  phasor_network *n;
  phasor_status status = cli_guarded(c, load, &n);
  if (status != PHASOR_OK) {
    return status;
  }
  status = phasor_check(n, c->options);
  cli_results(c);
  if (status == PHASOR_OK) {
    phasor_network_info info;
    phasor_network_describe(n, &info);
    (c->style == PHASOR_STYLE_JSON ? print_json : print_text)(&info);
  }
  phasor_network_destroy(n);
  return status;
}
