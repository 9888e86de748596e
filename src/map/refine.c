/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Refining after placing: atoms move between cores where that lessens the hops that their messages
 * travel. The result is measured anew, and undone where it is not better or not within the limits.
 */
#include "map/partition_graph.h"

#include <stdlib.h>

#define MOST_CORES 20000u
#define MOST_ATOMS 4000000u
#define MOST_PINS ((uint64_t)24 << 20)
enum { PIECES = 16, MOST_ROUNDS = 3 };
#define LEAST_GAIN 0.005
/* Of lists: with more, networks are refined once and with one pass. */
#define AGAIN_LISTED 2e6
/* Of lists, beyond which refining would take longer than all the rest. */
#define MOST_LISTED 2e7

/* Neurons that rules alone join: little is found. */
#define MOST_RULED 100000u

static double place_distance(const void *user, uint32_t a, uint32_t b) {
  const phs_map *m = user;
  return a == b ? 0 : phs_machine_cost(m->machine, m->core[a].place, m->core[b].place);
}

static uint64_t listed_synapses(const phs_work *w) {
  double listed = 0;
  for (uint32_t q = 0; q < w->projection_count; q++) {
    listed += w->projection[q].wiring == PHS_WIRING_LIST ? w->projection[q].synapses : 0;
  }
  return (uint64_t)listed;
}

static bool worth_it(const phs_map *m) {
  if (m->core_count < 2 || m->core_count > MOST_CORES ||
      (double)listed_synapses(m->work) > MOST_LISTED ||
      (m->work->neurons > MOST_RULED && !phs_work_has_structure(m->work)) ||
      !(m->traffic.weighted_hops > 0)) {
    return false;
  }
  for (uint32_t s = 0; s < m->slice_count; s++) {
    if (m->slice[s].part_count > 0) {
      return false; /* partial sums stay with their owners */
    }
  }
  return true;
}

/* A slice of each population, for what atoms share. */
static phs_box *tiles_of(const phs_map *m) {
  const phs_work *w = m->work;
  phs_box *tile = calloc((size_t)w->population_count + 1, sizeof *tile);
  for (uint32_t q = 0; tile && q < w->population_count; q++) {
    const phs_slice *largest = NULL;
    for (uint32_t s = m->first_slice[q]; s < m->first_slice[q + 1]; s++) {
      if (!largest || m->slice[s].count > largest->count) {
        largest = &m->slice[s];
      }
    }
    if (!largest) {
      continue;
    }
    tile[q] = largest->box;
    if (largest->listed) {
      phs_box box[5];
      phs_range_boxes(&w->population[q], 0, largest->count, box);
      tile[q] = box[0];
    }
  }
  return tile;
}

/* Whether nodes and domains hold the sums of their cores. */
static bool places_hold(const phs_map *m, int domain) {
  const phs_machine *machine = m->machine;
  const double *limit = domain < 0 ? machine->node_capacity : machine->domain[domain].capacity;
  uint32_t blocks = machine->grid_count;
  if (domain >= 0) {
    blocks = machine->domain[domain].blocks_x * machine->domain[domain].blocks_y;
  }
  double *sum = calloc((size_t)blocks * PHS_CAPACITIES + 1, sizeof *sum);
  bool holds = sum != NULL;
  for (uint32_t c = 0; sum && c < m->core_count; c++) {
    uint32_t node = m->core[c].place / machine->cores_per_node;
    uint32_t block = domain < 0 ? node : phs_machine_block(machine, domain, node);
    for (int k = 0; k < PHS_CAPACITIES; k++) {
      sum[(size_t)block * PHS_CAPACITIES + (size_t)k] += phs_core_use(m, c)[k];
    }
  }
  for (uint32_t b = 0; b < blocks && holds; b++) {
    holds = phs_use_fits(sum + (size_t)b * PHS_CAPACITIES, limit, NULL);
  }
  free(sum);
  return holds;
}

static bool all_hold(const phs_map *m) {
  double limit[PHS_CAPACITIES], ratio;
  phs_core_limits(m->machine, limit);
  for (uint32_t c = 0; c < m->core_count; c++) {
    if (phs_core_exceeded(m, c, limit, &ratio) != PHS_CAPACITIES) {
      return false;
    }
  }
  bool holds = places_hold(m, -1);
  for (int d = 0; d < m->machine->domain_count; d++) {
    holds = holds && places_hold(m, d);
  }
  return holds;
}

/* The same map as before; notes stay. */
static void undo(phs_map *m, const phs_map *before) {
  phs_map now = *m;
  phs_arena_destroy(now.measured);
  *m = *before;
  m->note = now.note;
  m->note_count = now.note_count;
  m->note_room = now.note_room;
}

/* Installs the refined plan on the places of before. @p better: whether it may stay. */
static phasor_status take_plan(phs_map *m, const phs_plan *p, bool *better, phs_diag *diag) {
  phs_map before = *m;
  m->measured = NULL; /* kept until it is known which of both stays */
  uint32_t *core_of = malloc(((size_t)p->core_count + 1) * sizeof *core_of);
  phasor_status status =
      core_of ? phs_plan_install(p, m, core_of, diag) : phs_map_no_memory(diag, "slices");
  if (status == PHASOR_OK) {
    for (uint32_t c = 0; c < p->core_count; c++) {
      if (core_of[c] != UINT32_MAX) {
        m->core[core_of[c]].place = before.core[c].place;
      }
    }
    status = phs_map_measure(m, diag);
  }
  free(core_of);
  *better = false;
  if (status == PHASOR_OK && all_hold(m)) {
    phs_map_traffic(m);
    *better = m->traffic.weighted_hops < before.traffic.weighted_hops;
  }
  if (*better) {
    phs_arena_destroy(before.measured);
  } else {
    undo(m, &before);
  }
  return status;
}

static phasor_status refine_atoms(phs_map *m, const phs_atoms *a, uint32_t *core, bool *better,
                                  phs_diag *diag) {
  phs_atom_graph g = {0};
  phs_box *tile = tiles_of(m);
  double *bits = phs_bits_per_synapse(m->work, m->machine, m);
  phasor_status status =
      tile && bits
          ? phs_atom_graph_create(a, tile, 1, bits, MOST_PINS + 2 * listed_synapses(m->work), &g)
          : PHASOR_ERROR_INTERNAL;
  if (status == PHASOR_OK) {
    phs_hyper_options o = {.seed = m->options.seed,
                           .jobs = m->options.jobs,
                           .effort = (double)listed_synapses(m->work) < AGAIN_LISTED};
    double cost;
    status = phs_hyper_refine(&g.h, &g.limits, &o, m->core_count, place_distance, m, core, &cost);
  }
  if (status == PHASOR_OK) {
    phs_plan *p = phs_plan_of_atoms(a, core, m->core_count, "refined");
    status = p ? take_plan(m, p, better, diag) : PHASOR_ERROR_INTERNAL;
    phs_plan_free(p);
  }
  phs_atom_graph_free(&g);
  free(tile);
  free(bits);
  return status;
}

phasor_status phs_map_refine(phs_map *m, phs_diag *diag) {
  if (!worth_it(m)) {
    return PHASOR_OK;
  }
  double before = m->traffic.weighted_hops;
  bool better = true;
  for (int round = 0; round < MOST_ROUNDS && better; round++) {
    double last = m->traffic.weighted_hops;
    uint32_t *core;
    better = false;
    phs_atoms *a = phs_atoms_of_map(m, PIECES, &core);
    if (!a) {
      return phs_map_no_memory(diag, "atoms");
    }
    phasor_status status =
        a->count <= MOST_ATOMS ? refine_atoms(m, a, core, &better, diag) : PHASOR_ERROR_TARGET;
    phs_atoms_free(a);
    if (status == PHASOR_ERROR_TARGET) {
      break; /* too large, or limits that atoms cannot show: the map stays as it is */
    }
    if (status != PHASOR_OK) {
      return phs_map_no_memory(diag, "refining");
    }
    better = better && m->traffic.weighted_hops < last * (1 - LEAST_GAIN) &&
             (double)listed_synapses(m->work) < AGAIN_LISTED;
  }
  if (m->traffic.weighted_hops < before) {
    phs_map_note(m, "refined on its places: %.6g spike-hops a step, weighted %.6g instead of %.6g",
                 m->traffic.spike_hops, m->traffic.weighted_hops, before);
  }
  return PHASOR_OK;
}
