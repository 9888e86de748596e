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

/* "1.8 GB": three digits are enough to plan with. */
static void print_bytes(double bytes) {
  static const char *const units[] = {"bytes", "kB", "MB", "GB", "TB"};
  size_t unit = 0;
  while (bytes >= 999.5 && unit + 1 < sizeof units / sizeof *units) {
    bytes /= 1000;
    unit++;
  }
  printf("%.3g %s", bytes, units[unit]);
}

static void print_count(double n) {
  if (n >= 1e6) {
    printf("%.4g million", n / 1e6);
  } else {
    printf("%.0f", n);
  }
}

static void print_synapses(const phasor_synapse_info *s) {
  fputs("synapses: ", stdout);
  print_count(s->synapses);
  printf(" in %" PRIu64 " projections: ", s->projections);
  print_bytes(s->table_bytes);
  printf(" for %" PRIu64 " stored, %" PRIu64 " recomputed", s->stored, s->recomputed);
  if (s->recomputed) {
    double added = s->recomputed_synapses > 0 ? s->added_ns / s->recomputed_synapses : 0;
    fputs(" (", stdout);
    print_bytes(s->saved_bytes > 0 ? s->saved_bytes : 0);
    fputs(" saved", stdout);
    if (added >= 0.05) {
      printf(", about %.2g ns more for each spike that they deliver", added);
    }
    putchar(')');
  }
  putchar('\n');
}

static void print_json(const phasor_network *n, const phasor_network_info *i,
                       const phasor_synapse_info *s) {
  fputs("{\"model\":", stdout);
  cli_print_json(i->name);
  printf(",\"ok\":true,\"format\":\"%s\",\"preset\":\"%s\",\"populations\":%" PRIu64
         ",\"neurons\":%" PRIu64 ",\"synapses\":%" PRIu64 ",\"parameters\":%" PRIu64
         ",\"inputs\":%" PRIu64 ",\"outputs\":%" PRIu64 ",\"dt\":",
         i->format, i->preset, i->populations, i->neurons, i->synapses, i->parameters, i->inputs,
         i->outputs);
  if (i->has_time && i->dt > 0) {
    printf("%.17g", i->dt);
  } else {
    fputs("null", stdout);
  }
  if (s->projections) {
    printf(",\"projections\":%" PRIu64 ",\"stored\":%" PRIu64 ",\"recomputed\":%" PRIu64
           ",\"table_bytes\":%.0f,\"saved_bytes\":%.0f",
           s->projections, s->stored, s->recomputed, s->table_bytes, s->saved_bytes);
  }
  cli_print_mapping_json(n);
  fputs("}\n", stdout);
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
  phasor_synapse_info synapses;
  if (status == PHASOR_OK && !phasor_network_synapses(n, c->options, &synapses)) {
    status = PHASOR_ERROR_INTERNAL;
  }
  if (status == PHASOR_OK) {
    phasor_network_info info;
    phasor_network_describe(n, &info);
    if (c->style == PHASOR_STYLE_JSON) {
      print_json(n, &info, &synapses);
    } else {
      print_text(&info);
      if (synapses.projections) {
        print_synapses(&synapses);
      }
      cli_print_mapping(n);
    }
  }
  phasor_network_destroy(n);
  return status;
}
