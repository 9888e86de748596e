/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* What does not fit, said so that it can be mended: the population and the projection in the model,
 * the limit in the target's file, the least that is needed, the change that would fit. */
#include "map/partition.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

phasor_status phs_map_no_memory(phs_diag *diag, const char *what) {
  phs_report(diag, PHS_NO_MEMORY, NULL, NULL, "no memory for %s", what);
  return PHASOR_ERROR_INTERNAL;
}

/* The level's figure that a limit of cores comes from; NULL where none is known. */
static const phs_figure *limit_figure(const phs_machine *machine, phs_capacity c,
                                      const char **level) {
  const phs_target_description *t = machine->target;
  for (int l = 0; t && l < t->level_count; l++) {
    if (t->level[l].capacity[c].state == PHS_FIGURE_KNOWN) {
      *level = t->level[l].name;
      return &t->level[l].capacity[c];
    }
  }
  *level = "core";
  return NULL;
}

static void print_limit(const phs_machine *machine, phs_capacity c, char *out, size_t size) {
  const char *level;
  const phs_figure *f = limit_figure(machine, c, &level);
  if (f && f->file) {
    snprintf(out, size, "a %s of %s holds (%s:%" PRIu32 ")", level, machine->target->name, f->file,
             f->line);
  } else {
    snprintf(out, size, "a %s of %s holds", level,
             machine->target ? machine->target->name : "the target");
  }
}

static phs_box one_neuron(const phs_population *p) {
  phs_box b;
  for (int d = 0; d < PHS_MAP_RANK; d++) {
    b.low[d] = p->dim[d] / 2;
    b.high[d] = b.low[d] + 1;
  }
  return b;
}

/* The projection with the most synapses onto a neuron of a population, or UINT32_MAX. */
static uint32_t heaviest_projection(const phs_work *w, uint32_t population) {
  const phs_population *p = &w->population[population];
  uint32_t best = UINT32_MAX;
  for (uint32_t i = 0; i < p->in_count; i++) {
    uint32_t q = w->in[p->first_in + i];
    if (best == UINT32_MAX || w->projection[q].synapses > w->projection[best].synapses) {
      best = q;
    }
  }
  return best;
}

static phs_place place_of(const phs_work *w, uint32_t population, uint32_t projection) {
  const phs_population *p = &w->population[population];
  phs_place place = {.file = w->file, .where = p->where, .line = p->line, .column = p->column};
  if (projection != UINT32_MAX) {
    const phs_work_projection *q = &w->projection[projection];
    if (q->where || q->line > 0) {
      place.where = q->where;
      place.line = q->line;
      place.column = q->column;
    }
  }
  return place;
}

static bool of_synapses(phs_capacity c) {
  return c == PHS_CAPACITY_SYNAPSES || c == PHS_CAPACITY_SYNAPSE_BITS ||
         c == PHS_CAPACITY_AXONS_IN || c == PHS_CAPACITY_SHARED_BYTES ||
         c == PHS_CAPACITY_DATA_BYTES;
}

/* What would make one neuron fit. */
static void print_remedy(const phs_map *m, const phs_fit *why, char *out, size_t size) {
  double keep = why->value > 0 ? 100 * why->limit / why->value : 0;
  switch (why->capacity) {
  case PHS_CAPACITY_AXONS_OUT:
    snprintf(out, size,
             "let its targets lie on at most %.0f cores: prune (--prune-below), or make the "
             "populations that it projects to smaller",
             why->limit);
    return;
  case PHS_CAPACITY_COMPARTMENT_FORMATS:
  case PHS_CAPACITY_THRESHOLD_FORMATS:
  case PHS_CAPACITY_SYNAPSE_FORMATS:
    snprintf(out, size, "give the population at most %.0f, or take another target", why->limit);
    return;
  default:
    break;
  }
  const char *split = "";
  if (of_synapses(why->capacity)) {
    split = m->options.no_split                  ? "; splitting fan-in is switched off"
            : phs_machine_sends_sums(m->machine) ? ""
                                                 : "; this target cannot send partial sums from "
                                                   "core to core, so that the fan-in cannot be "
                                                   "split";
  }
  snprintf(out, size,
           "prune to %.0f %% of its synapses (--prune-below), or take a target with %.0f %s a "
           "core%s",
           floor(keep), ceil(why->value), phs_capacity_words(why->capacity), split);
}

static phasor_status report_alone(const phs_map *m, const phs_fit *why, phs_diag *diag) {
  const phs_work *w = m->work;
  const phs_population *p = &w->population[why->population];
  uint32_t q = of_synapses(why->capacity) ? heaviest_projection(w, why->population) : UINT32_MAX;
  phs_place place = place_of(w, why->population, q);
  char limit[256], help[512], by[256] = "";
  print_limit(m->machine, why->capacity, limit, sizeof limit);
  print_remedy(m, why, help, sizeof help);
  if (q != UINT32_MAX) {
    const phs_work_projection *r = &w->projection[q];
    snprintf(by, sizeof by, ", most of them by projection '%s' from '%s'", r->name,
             w->population[r->source].name);
  }
  phs_report(diag, PHS_MAP_NEURON, &place, help,
             "one neuron of population '%s' takes %.0f %s%s; %s %.0f", p->name, ceil(why->value),
             phs_capacity_words(why->capacity), by, limit, why->limit);
  return PHASOR_ERROR_TARGET;
}

/* Sums over populations of what they would take as one box each, capacity by capacity. */
typedef struct needs {
  double use[PHS_CAPACITIES];
  double most[PHS_CAPACITIES];       /* of one population */
  uint32_t heaviest[PHS_CAPACITIES]; /* that population */
} needs;

static void add_needs(const phs_map *m, uint32_t population, needs *n) {
  const phs_population *p = &m->work->population[population];
  static const phs_capacity additive[] = {
      PHS_CAPACITY_NEURONS,      PHS_CAPACITY_SYNAPSES,   PHS_CAPACITY_SYNAPSE_BITS,
      PHS_CAPACITY_SHARED_BYTES, PHS_CAPACITY_DATA_BYTES,
  };
  /* the boxes of a linear cut, or a neuron's use where that has not been made */
  phs_box one = one_neuron(p);
  double use[PHS_CAPACITIES];
  phs_piece_use(m->work, m->machine, population, &one, use);
  double size = p->count;
  for (int c = 0; c < PHS_CAPACITIES; c++) {
    double fit = use[c] > 0 ? floor(fmax(m->machine->core_capacity[c] / use[c], 1)) : size;
    size = fmin(size, fit);
  }
  phs_box box[5];
  int boxes = phs_range_boxes(p, 0, (uint32_t)fmax(size, 1), box);
  double all[PHS_CAPACITIES] = {0}, held = 0;
  for (int b = 0; b < boxes; b++) {
    phs_piece_use(m->work, m->machine, population, &box[b], use);
    held += (double)phs_box_count(&box[b]);
    for (int c = 0; c < PHS_CAPACITIES; c++) {
      all[c] += use[c];
    }
  }
  for (size_t i = 0; i < sizeof additive / sizeof *additive; i++) {
    phs_capacity c = additive[i];
    double amount = all[c] * p->count / fmax(held, 1);
    n->use[c] += amount;
    if (amount > n->most[c]) {
      n->most[c] = amount;
      n->heaviest[c] = population;
    }
  }
}

/* The capacity that needs the most cores. */
static phs_capacity binding(const phs_map *m, const needs *n, double *cores) {
  double limit[PHS_CAPACITIES];
  phs_core_limits(m->machine, limit);
  phs_capacity worst = PHS_CAPACITY_NEURONS;
  *cores = 0;
  for (int c = 0; c < PHS_CAPACITIES; c++) {
    double least = limit[c] > 0 ? ceil(n->use[c] / limit[c]) : 0;
    if (least > *cores) {
      *cores = least;
      worst = (phs_capacity)c;
    }
  }
  return worst;
}

static void print_cores_remedy(const phs_map *m, double cores, phs_capacity c, char *out,
                               size_t size) {
  double have = (double)m->machine->core_count;
  const phs_target_description *t = m->machine->target;
  const char *what = t && t->level_count > 1 ? t->level[t->level_count - 1].name : "machine";
  const char *other = t && strncmp(t->name, "loihi", 5) == 0         ? ": -t hala-point"
                      : t && strncmp(t->name, "spinnaker1", 10) == 0 ? ": -t spinnaker1-million"
                                                                     : "";
  snprintf(out, size,
           "take at least %.0f of the %s (a description with one more level, "
           "docs/format/target.md)%s; or prune or shrink the network to %.0f %% of its %s",
           ceil(cores / have), what, other, floor(100 * have / cores), phs_capacity_words(c));
}

static phasor_status report_cores(const phs_map *m, const phs_fit *why, phs_diag *diag) {
  needs n = {0};
  for (uint32_t q = 0; q < m->work->population_count; q++) {
    if (m->work->population[q].kind != PHS_POPULATION_INPUT && m->work->population[q].count > 0) {
      add_needs(m, q, &n);
    }
  }
  double least, cores;
  phs_capacity c = binding(m, &n, &least);
  cores = fmax(least, why->cores);
  uint32_t heavy = n.heaviest[c];
  uint32_t projection = of_synapses(c) ? heaviest_projection(m->work, heavy) : UINT32_MAX;
  phs_place place = place_of(m->work, heavy, projection);
  char limit[256], help[512];
  print_limit(m->machine, c, limit, sizeof limit);
  print_cores_remedy(m, cores, c, help, sizeof help);
  phs_report(diag, PHS_MAP_TOO_LARGE, &place, help,
             "the network takes %" PRIu32 " cores as it was cut, %s has %" PRIu64
             " that may be used; %s alone need %.0f cores (%.0f in all, most of them by population "
             "'%s' with %.0f%s%s%s; %s %.0f)",
             why->cores, m->machine->target ? m->machine->target->name : "the target",
             m->machine->core_count, phs_capacity_words(c), least, n.use[c],
             m->work->population[heavy].name, n.most[c],
             projection != UINT32_MAX ? ", by projection '" : "",
             projection != UINT32_MAX ? m->work->projection[projection].name : "",
             projection != UINT32_MAX ? "'" : "", limit, m->machine->core_capacity[c]);
  return PHASOR_ERROR_TARGET;
}

phasor_status phs_fit_report(const phs_map *m, const phs_fit *why, phs_diag *diag) {
  if (why->kind == PHS_FIT_ALONE) {
    return report_alone(m, why, diag);
  }
  if (why->kind == PHS_FIT_CORES) {
    return report_cores(m, why, diag);
  }
  phs_place place = place_of(m->work, why->population, UINT32_MAX);
  phs_report(diag, PHS_MAP_UNSETTLED, &place,
             "prune the network (--prune-below), or take a target whose cores hold more",
             "no cut within the limits was found: cutting cores that are too full (last: %.0f %s, "
             "with a limit of %.0f) filled others",
             why->value, phs_capacity_words(why->capacity), why->limit);
  return PHASOR_ERROR_TARGET;
}
