/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Partitioning at the level of networks: which cuts are tried, and which one is kept. */
#include "map/partition_graph.h"

#include <inttypes.h>
#include <stdlib.h>

/* Beyond so many cores a hypergraph of atoms would not pay: populations are larger than cores by
 * far, and cuts of single populations are as good. */
#define GIANT_CORES 20000u
/* What comes later is less simple: it has to be better by so much. */
#define LEAST_GAIN 0.001
/* Of the cores, for tiles of giant networks: chips may hold fewer full cores than they have. */
#define MOST_FILLED 0.9

phs_map *phs_map_trial(const phs_map *m) {
  phs_map_options o = m->options;
  o.progress = NULL;
  return phs_map_create(m->work, m->machine, &o);
}

void phs_candidates_free(phs_candidates *c) {
  for (int i = 0; i < c->count; i++) {
    phs_plan_free(c->plan[i]);
  }
  c->count = 0;
  free(c->bits_per_synapse);
  c->bits_per_synapse = NULL;
}

/* Fan-in that was split, said once. */
static void note_split(phs_map *m, const phs_map *settled) {
  uint32_t partial = 0, population = 0;
  for (uint32_t s = 0; s < settled->slice_count; s++) {
    if (settled->slice[s].role == PHS_SLICE_PARTIAL) {
      partial++;
      population = settled->slice[s].population;
    }
  }
  if (partial > 0) {
    phs_map_note(m,
                 "the fan-in of population '%s' is more than a core takes: %" PRIu32
                 " slices send partial sums to the slices that own the neurons. Sums of integers "
                 "are exact in any order; they arrive a step later",
                 m->work->population[population].name, partial);
  }
}

void phs_candidates_add(phs_map *m, phs_candidates *c, phs_plan *p, const phs_map *settled) {
  double deliveries = phs_map_deliveries(settled);
  phs_map_note(m, "%s: %" PRIu32 " cores, %.6g deliveries a step", p->name, settled->core_count,
               deliveries);
  int at = c->count;
  while (at > 0 && deliveries < c->deliveries[at - 1] * (1 - LEAST_GAIN)) {
    at--;
  }
  if (at > 0 && !(deliveries > c->deliveries[at - 1]) &&
      p->core_count >= c->plan[at - 1]->core_count) {
    phs_plan_free(p); /* the same again, or no better for having more cores */
    return;
  }
  if (at == PHS_CANDIDATES) {
    phs_plan_free(p);
    return;
  }
  if (c->count == PHS_CANDIDATES) {
    phs_plan_free(c->plan[--c->count]);
  }
  for (int i = c->count; i > at; i--) {
    c->plan[i] = c->plan[i - 1];
    c->deliveries[i] = c->deliveries[i - 1];
  }
  c->plan[at] = p;
  c->deliveries[at] = deliveries;
  c->count++;
}

bool phs_partition_is_giant(const phs_map *m) {
  double limit[PHS_CAPACITIES];
  phs_core_limits(m->machine, limit);
  double cores = (double)m->work->neurons / limit[PHS_CAPACITY_NEURONS];
  double synapses = m->work->synapses / limit[PHS_CAPACITY_SYNAPSES];
  return cores > GIANT_CORES || synapses > GIANT_CORES;
}

static void note_failure(phs_map *m, const char *name, const phs_fit *why) {
  if (why->kind == PHS_FIT_CORES && why->cores == UINT32_MAX) {
    phs_map_note(m, "%s: not tried, for they would fill the machine", name);
  } else if (why->kind == PHS_FIT_CORES) {
    phs_map_note(m, "%s: %" PRIu32 " cores or more, the machine has %" PRIu64, name, why->cores,
                 m->machine->core_count);
  } else if (why->kind == PHS_FIT_ALONE) {
    phs_map_note(m, "%s: a neuron of population '%s' takes %.0f %s, the limit is %.0f", name,
                 m->work->population[why->population].name, why->value,
                 phs_capacity_words(why->capacity), why->limit);
  } else {
    phs_map_note(m, "%s: no cut within the limits was found", name);
  }
}

/* The direct cuts: slices as equal as whole rows allow; full slices, whose rests share cores;
 * tiles, as many as are cheapest or as few as full cores. */
enum { DIRECT_EQUAL, DIRECT_FULL, DIRECT_TILES, DIRECT_FEW, DIRECT_CUTS };

/* The order in which they are tried. Tiles first where nothing better will follow. */
static const int fast_order[DIRECT_CUTS] = {DIRECT_EQUAL, DIRECT_FULL, DIRECT_TILES, DIRECT_FEW};
static const int giant_order[DIRECT_CUTS] = {DIRECT_TILES, DIRECT_FEW, DIRECT_EQUAL, DIRECT_FULL};

/* Of nearly full machines, tiles may need the cores that limits of chips leave unused. */
static bool leaves_room(const phs_map *m, const phs_tiling *tiling) {
  double tiles = 0;
  for (uint32_t q = 0; q < m->work->population_count; q++) {
    tiles += phs_tiling_count(&tiling[q]);
  }
  return tiles <= MOST_FILLED * (double)m->machine->core_count;
}

static phasor_status slice_by_tiles(const phs_map *m, phs_plan *p, int which, phs_fit *why) {
  phs_tiling *tiling = PHS_NEW_ARRAY(p->arena, phs_tiling, m->work->population_count);
  if (!tiling) {
    p->no_memory = true;
    return PHASOR_OK;
  }
  phs_tilings_choose(m->work, m->machine, which == DIRECT_FEW ? PHS_TILES_FEW : PHS_TILES_FREE,
                     tiling);
  if (which == DIRECT_TILES && phs_partition_is_giant(m) && !leaves_room(m, tiling)) {
    why->kind = PHS_FIT_CORES;
    why->cores = UINT32_MAX;
    return PHASOR_ERROR_TARGET;
  }
  return phs_slice_tiles(p, tiling, &m->options, why);
}

static phs_plan *direct_plan(const phs_map *m, int which, phs_fit *why) {
  static const char *const name[DIRECT_CUTS] = {"linear cut", "linear cut in full slices", "tiles",
                                                "as few tiles as full cores"};
  phs_plan *p = phs_plan_create(m->work, m->machine, name[which]);
  if (!p) {
    return NULL;
  }
  p->full = which == DIRECT_FULL;
  *why = (phs_fit){0};
  bool tiles = which == DIRECT_TILES || which == DIRECT_FEW;
  phasor_status status =
      tiles ? slice_by_tiles(m, p, which, why) : phs_slice_linear(p, &m->options, why);
  if (status == PHASOR_OK) {
    *why = (phs_fit){0};
    phs_plan_pack(p);
  }
  return p;
}

/* Tries the direct cuts until one fits into `to`; notes go to `m`. @return its plan */
static phasor_status try_direct(phs_map *m, phs_map *to, phs_plan **plan, phs_diag *diag) {
  phs_fit why = {0}, first = {0};
  phasor_status status = PHASOR_ERROR_TARGET;
  bool giant = m->options.mode == PHS_MAP_GOOD && phs_partition_is_giant(m);
  for (int i = 0; i < DIRECT_CUTS; i++) {
    phs_plan *p = direct_plan(m, giant ? giant_order[i] : fast_order[i], &why);
    if (!p || p->no_memory) {
      phs_plan_free(p);
      return phs_map_no_memory(diag, "slices");
    }
    status = why.kind == PHS_FIT_OK ? phs_plan_settle(p, to, &why, diag) : PHASOR_ERROR_TARGET;
    if (status == PHASOR_OK) {
      *plan = p;
      return PHASOR_OK;
    }
    if (status == PHASOR_ERROR_TARGET) {
      note_failure(m, p->name, &why);
    }
    phs_plan_free(p);
    if (status != PHASOR_ERROR_TARGET) {
      return status;
    }
    if (i == 0) {
      first = why;
    } else if (why.kind == PHS_FIT_CORES &&
               (first.kind != PHS_FIT_CORES || why.cores < first.cores)) {
      first = why;
    }
  }
  return phs_fit_report(m, &first, diag);
}

phasor_status phs_partition_direct(phs_map *m, phs_diag *diag) {
  phs_plan *p = NULL;
  phasor_status status = try_direct(m, m, &p, diag);
  if (status == PHASOR_OK) {
    phs_map_note(m, "%s: %" PRIu32 " cores, %.6g deliveries a step", p->name, m->core_count,
                 phs_map_deliveries(m));
    note_split(m, m);
  }
  phs_plan_free(p);
  return status;
}

phasor_status phs_partition_candidates(phs_map *m, phs_candidates *out, phs_diag *diag) {
  *out = (phs_candidates){0};
  phs_map *trial = phs_map_trial(m);
  if (!trial) {
    return phs_map_no_memory(diag, "a map");
  }
  /* where the linear cuts do not fit, the good mode's may */
  phs_diag quiet = {0};
  phs_plan *p = NULL;
  bool good = m->options.mode == PHS_MAP_GOOD;
  phasor_status linear = try_direct(m, trial, &p, good ? &quiet : diag);
  out->bits_per_synapse =
      phs_bits_per_synapse(m->work, m->machine, linear == PHASOR_OK ? trial : NULL);
  if (linear == PHASOR_OK) {
    note_split(m, trial);
    phs_candidates_add(m, out, p, trial);
  }
  phs_map_free(trial);
  if (!good || (linear != PHASOR_OK && linear != PHASOR_ERROR_TARGET)) {
    return linear;
  }
  if (!out->bits_per_synapse) {
    return phs_map_no_memory(diag, "slices");
  }
  phasor_status status = phs_partition_good(m, out, diag);
  if (status == PHASOR_OK && out->count == 0) {
    /* the same again, so that it is reported */
    trial = phs_map_trial(m);
    status = trial ? try_direct(m, trial, &p, diag) : phs_map_no_memory(diag, "a map");
    phs_map_free(trial);
  }
  return status;
}

phasor_status phs_map_partition(phs_map *m, phs_diag *diag) {
  phs_map_tell(m, "partition", 0);
  if (m->options.mode == PHS_MAP_FAST || phs_partition_is_giant(m)) {
    return phs_partition_direct(m, diag);
  }
  phs_candidates c;
  phasor_status status = phs_partition_candidates(m, &c, diag);
  if (status == PHASOR_OK) {
    phs_fit why;
    phs_map_note(m, "kept: %s", c.plan[0]->name);
    status = phs_plan_settle(c.plan[0], m, &why, diag);
  }
  phs_candidates_free(&c);
  return status;
}
