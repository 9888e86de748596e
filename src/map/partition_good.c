/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The good mode: full slices that share cores, tilings of several kinds, tilings of runs of
 * populations, and a partition of atoms (neurons with listed synapses, boxes several times finer
 * than a core of the others) that minimises deliveries.
 */
#include "map/partition_graph.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Atoms of boxes: together at most so many, and at most so many in a core. Pins: 4 bytes each. */
#define MOST_BOX_ATOMS 60000.0
enum { MOST_PIECES = 32 };
#define MOST_PINS ((uint64_t)24 << 20)

typedef struct good {
  phs_map *m; /* for options and notes */
  phs_candidates *out;
  phs_diag *diag;
  phs_tiling *tiling; /* free: the cheapest */
  phs_box *tile;      /* one of them, in the middle */
  phs_atoms *atoms;
  phs_atom_graph graph;
  uint32_t *part;
} good;

/* Settles a plan (which is taken over) and adds it to the candidates. `grown`: the cores that it
 * took beyond the plan's, as a share; may be NULL. */
static phasor_status settle(good *g, phs_plan *p, double *grown) {
  phs_map *trial = p ? phs_map_trial(g->m) : NULL;
  if (!trial) {
    phs_plan_free(p);
    return phs_map_no_memory(g->diag, "slices");
  }
  double planned = p->core_count;
  phs_fit why;
  phasor_status status = phs_plan_settle(p, trial, &why, g->diag);
  if (grown) {
    *grown = status == PHASOR_OK ? trial->core_count / planned - 1 : 1;
  }
  if (status == PHASOR_OK) {
    phs_candidates_add(g->m, g->out, p, trial);
  } else {
    if (status == PHASOR_ERROR_TARGET) {
      phs_map_note(g->m, "%s: does not fit", p->name);
      status = PHASOR_OK;
    }
    phs_plan_free(p);
  }
  phs_map_free(trial);
  return status;
}

static phasor_status try_tiles(good *g, phs_tile_style style) {
  static const char *const name[PHS_TILE_STYLES] = {"tiles", "groups of channels", "rows",
                                                    "rectangles of all channels",
                                                    "as few tiles as full cores"};
  phs_plan *p = phs_plan_create(g->m->work, g->m->machine, name[style]);
  phs_tiling *tiling = p ? PHS_NEW_ARRAY(p->arena, phs_tiling, g->m->work->population_count) : NULL;
  if (!tiling) {
    phs_plan_free(p);
    return phs_map_no_memory(g->diag, "slices");
  }
  phs_tilings_choose(g->m->work, g->m->machine, style, tiling);
  if (style == PHS_TILES_FREE) {
    memcpy(g->tiling, tiling, g->m->work->population_count * sizeof *tiling);
  } else if (memcmp(g->tiling, tiling, g->m->work->population_count * sizeof *tiling) == 0) {
    phs_plan_free(p); /* the free style came to the same */
    return PHASOR_OK;
  }
  phs_fit why;
  if (phs_slice_tiles(p, tiling, &g->m->options, &why) != PHASOR_OK) {
    phs_plan_free(p);
    return PHASOR_OK;
  }
  phs_plan_pack(p);
  return settle(g, p, NULL);
}

static phasor_status try_full(good *g) {
  phs_plan *p = phs_plan_create(g->m->work, g->m->machine, "linear cut in full slices");
  phs_fit why;
  if (!p) {
    return phs_map_no_memory(g->diag, "slices");
  }
  p->full = true;
  if (phs_slice_linear(p, &g->m->options, &why) != PHASOR_OK) {
    phs_plan_free(p);
    return PHASOR_OK;
  }
  phs_plan_pack(p);
  return settle(g, p, NULL);
}

static phasor_status try_joint(good *g) {
  phs_plan *p = phs_plan_create(g->m->work, g->m->machine, "joint tiles");
  phs_fit why;
  if (!p) {
    return phs_map_no_memory(g->diag, "slices");
  }
  if (phs_slice_joint(p, g->tiling, &g->m->options, &why) != PHASOR_OK) {
    phs_plan_free(p);
    return PHASOR_OK;
  }
  phs_plan_pack(p);
  return settle(g, p, NULL);
}

/* Tiles of the free style; false where a population has none: it has to be split or sorted. */
static bool find_tiles(good *g) {
  const phs_work *w = g->m->work;
  double limit[PHS_CAPACITIES];
  phs_core_limits(g->m->machine, limit);
  for (uint32_t q = 0; q < w->population_count; q++) {
    const phs_population *p = &w->population[q];
    if (p->kind == PHS_POPULATION_INPUT || p->count == 0) {
      continue;
    }
    if (g->tiling[q].n[0] == 0 || p->format_count > limit[PHS_CAPACITY_COMPARTMENT_FORMATS] ||
        p->threshold_count > limit[PHS_CAPACITY_THRESHOLD_FORMATS]) {
      return false;
    }
    g->tile[q] = phs_tile(p, &g->tiling[q], phs_tiling_count(&g->tiling[q]) / 2);
  }
  return true;
}

static void tell_partition(void *user, double fraction) {
  phs_map_tell(user, "partition", fraction);
}

static phs_hyper_options hyper_options(const good *g) {
  return (phs_hyper_options){.seed = g->m->options.seed,
                             .jobs = g->m->options.jobs,
                             .effort = 1,
                             .progress = tell_partition,
                             .user = g->m};
}

/* Partitions the atoms; with larger shares of what is shared until few cores have to be cut
 * afterwards. */
static phasor_status try_hypergraph(good *g) {
  static const double shared[] = {1, 1.4, 2};
  static const char *const name[] = {"hypergraph", "hypergraph, shared memories counted 1.4 times",
                                     "hypergraph, shared memories counted twice"};
  double grown = 1;
  for (size_t i = 0; i < sizeof shared / sizeof *shared && grown > 0.02; i++) {
    if (i > 0 &&
        !phs_atom_graph_load(&g->graph, g->atoms, g->tile, shared[i], g->out->bits_per_synapse)) {
      return phs_map_no_memory(g->diag, "loads");
    }
    phs_hyper_options o = hyper_options(g);
    phs_hyper_result result;
    phasor_status status = phs_hyper_partition(&g->graph.h, &g->graph.limits, &o, g->part, &result);
    if (status == PHASOR_ERROR_TARGET) {
      phs_map_note(g->m, "%s: finds no partition within the limits", name[i]);
      continue;
    }
    if (status != PHASOR_OK) {
      return phs_map_no_memory(g->diag, "a hypergraph");
    }
    if (g->out->count > 0 && result.cost >= g->out->deliveries[0]) {
      /* cutting cores that are too full only adds to it */
      phs_map_note(g->m, "%s: %" PRIu32 " parts, %.6g deliveries a step before it is measured",
                   name[i], result.parts, result.cost);
      break;
    }
    status = settle(g, phs_plan_of_atoms(g->atoms, g->part, result.parts, name[i]), &grown);
    if (status != PHASOR_OK) {
      return status;
    }
  }
  return PHASOR_OK;
}

static double count_tiles(const good *g, bool *boxes) {
  double tiles = 0;
  *boxes = false;
  for (uint32_t q = 0; q < g->m->work->population_count; q++) {
    if (g->tiling[q].n[0] > 0 && !phs_population_is_fine(g->m->work, q)) {
      tiles += phs_tiling_count(&g->tiling[q]);
      *boxes = true;
    }
  }
  return tiles;
}

/* Lists have a pin for each synapse; what they have is always taken. */
static uint64_t most_pins(const good *g) {
  double listed = 0;
  for (uint32_t q = 0; q < g->m->work->projection_count; q++) {
    const phs_work_projection *p = &g->m->work->projection[q];
    listed += p->wiring == PHS_WIRING_LIST ? p->synapses : 0;
  }
  return MOST_PINS + (uint64_t)(2 * listed);
}

/* Atoms as fine as their number and that of their pins allow. */
static phasor_status make_graph(good *g) {
  bool boxes;
  double tiles = count_tiles(g, &boxes);
  uint32_t pieces = MOST_PIECES;
  while (pieces > 1 && pieces * tiles > MOST_BOX_ATOMS) {
    pieces /= 2;
  }
  for (; pieces > 0; pieces /= 2) {
    g->atoms = phs_atoms_of_tilings(g->m->work, g->m->machine, g->tiling, pieces);
    phasor_status status =
        g->atoms ? phs_atom_graph_create(g->atoms, g->tile, 1, g->out->bits_per_synapse,
                                         most_pins(g), &g->graph)
                 : PHASOR_ERROR_INTERNAL;
    if (status == PHASOR_OK) {
      g->part = calloc((size_t)g->atoms->count + 1, sizeof *g->part);
      phs_map_note(g->m, "hypergraph: %" PRIu32 " atoms, %" PRIu32 " nets, %" PRIu64 " pins",
                   g->atoms->count, g->graph.h.net_count, g->graph.row[g->graph.h.net_count]);
      return g->part ? PHASOR_OK : phs_map_no_memory(g->diag, "a hypergraph");
    }
    phs_atoms_free(g->atoms);
    g->atoms = NULL;
    if (status != PHASOR_ERROR_TARGET) {
      return phs_map_no_memory(g->diag, "a hypergraph");
    }
  }
  phs_map_note(g->m, "hypergraph: too many pins; not tried");
  return PHASOR_ERROR_TARGET;
}

static bool has_wiring(const phs_work *w, phs_wiring wiring) {
  for (uint32_t q = 0; q < w->projection_count; q++) {
    if (w->projection[q].wiring == wiring) {
      return true;
    }
  }
  return false;
}

static phasor_status try_all(good *g) {
  phasor_status status = PHASOR_OK;
  const phs_work *w = g->m->work;
  bool structured = has_wiring(w, PHS_WIRING_WINDOW) || has_wiring(w, PHS_WIRING_RECIPE);
  if (structured) {
    status = try_full(g);
  }
  if (!structured) {
    phs_tilings_choose(w, g->m->machine, PHS_TILES_FREE, g->tiling);
  }
  for (int style = 0; structured && style < PHS_TILE_STYLES && status == PHASOR_OK; style++) {
    status = try_tiles(g, (phs_tile_style)style);
  }
  if (status == PHASOR_OK && has_wiring(w, PHS_WIRING_WINDOW)) {
    status = try_joint(g);
  }
  if (status != PHASOR_OK || !phs_work_has_structure(w) || !find_tiles(g)) {
    return status;
  }
  status = make_graph(g);
  if (status != PHASOR_OK) {
    return status == PHASOR_ERROR_TARGET ? PHASOR_OK : status;
  }
  return try_hypergraph(g);
}

phasor_status phs_partition_good(phs_map *m, phs_candidates *out, phs_diag *diag) {
  size_t n = m->work->population_count;
  good g = {.m = m,
            .out = out,
            .diag = diag,
            .tiling = calloc(n + 1, sizeof *g.tiling),
            .tile = calloc(n + 1, sizeof *g.tile)};
  phasor_status status = g.tiling && g.tile ? try_all(&g) : phs_map_no_memory(diag, "a partition");
  phs_atom_graph_free(&g.graph);
  phs_atoms_free(g.atoms);
  free(g.part);
  free(g.tiling);
  free(g.tile);
  return status;
}
