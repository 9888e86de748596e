/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file made.h  Maps filled in by hand, without the mapper: populations cut into equal slices, one
 * slice a core, cores on places in order, each slice sends to a few cores of each target. Without
 * memory the program ends. */
#ifndef TESTS_MADE_H
#define TESTS_MADE_H

#include "../map/graph.h"
#include "map/map.h"

#include <math.h>

typedef struct made_case {
  const phs_target_description *target;
  phs_machine *machine;
  phs_work *work;
  phs_map *map;
} made_case;

typedef struct made_options {
  uint32_t per_core; /**< neurons of a slice at most */
  uint32_t fan;      /**< cores of a target population that a slice sends to at most */
  uint32_t stride;   /**< places between cores, 1: without gaps */
  bool unplaced, unrouted, tables;
} made_options;

static inline void made_load(made_case *m, const char *target) {
  phs_diag diag = {0};
  if (phs_target_load(target, &diag, &m->target) != PHASOR_OK ||
      phs_machine_create(m->target, PHS_OFF_CHIP_WEIGHT, &diag, &m->machine) != PHASOR_OK) {
    abort();
  }
}

static inline void made_free(made_case *m) {
  phs_map_free(m->map);
  graph_free(m->work);
  phs_machine_free(m->machine);
  phs_target_free(m->target);
}

static inline void made_slices(made_case *m, const made_options *o) {
  phs_map *map = m->map;
  const phs_work *w = m->work;
  uint32_t slices = 0, cores = 0;
  for (uint32_t p = 0; p < w->population_count; p++) {
    bool input = w->population[p].kind == PHS_POPULATION_INPUT;
    uint32_t n = input ? 1 : (w->population[p].count + o->per_core - 1) / o->per_core;
    slices += n;
    cores += input ? 0 : n;
  }
  map->slice_count = slices;
  map->core_count = cores;
  map->slice = graph_need(PHS_NEW_ARRAY(map->arena, phs_slice, slices));
  map->core = graph_need(PHS_NEW_ARRAY(map->arena, phs_core, cores));
  map->slice_of = graph_need(PHS_NEW_ARRAY(map->arena, uint32_t, slices));
  map->first_slice = graph_need(PHS_NEW_ARRAY(map->arena, uint32_t, w->population_count + 1));
  map->order = graph_need(PHS_NEW_ARRAY(map->arena, uint32_t *, w->population_count));
  uint32_t s = 0, c = 0;
  for (uint32_t p = 0; p < w->population_count; p++) {
    const phs_population *pop = &w->population[p];
    bool input = pop->kind == PHS_POPULATION_INPUT;
    map->first_slice[p] = s;
    for (uint32_t at = 0; at < pop->count; s++) {
      uint32_t n = input || pop->count - at < o->per_core ? pop->count - at : o->per_core;
      map->slice[s] = (phs_slice){.population = p,
                                  .core = input ? PHS_OUTSIDE : c,
                                  .box = {{0, 0, at}, {1, 1, at + n}},
                                  .count = n,
                                  .owner = s};
      if (!input) {
        map->slice_of[c] = s;
        map->core[c] = (phs_core){c, 1, o->unplaced ? PHS_UNPLACED : c * o->stride};
        c++;
      }
      at += n;
    }
  }
  map->first_slice[w->population_count] = s;
}

/* The cores of a target that a slice sends to: those next to its own relative position. */
static inline void made_flows(made_case *m, const made_options *o) {
  phs_map *map = m->map;
  const phs_work *w = m->work;
  uint64_t room = 0;
  map->flows.row = graph_need(PHS_NEW_ARRAY(map->arena, uint64_t, map->slice_count + 1));
  for (int pass = 0; pass < 2; pass++) {
    uint64_t n = 0;
    for (uint32_t s = 0; s < map->slice_count; s++) {
      const phs_slice *slice = &map->slice[s];
      const phs_population *pop = &w->population[slice->population];
      map->flows.row[s] = n;
      for (uint32_t i = 0; i < pop->out_count; i++) {
        uint32_t t = w->projection[w->out[pop->first_out + i]].target;
        uint32_t first = map->first_slice[t], count = map->first_slice[t + 1] - first;
        double part = (slice->box.low[2] + slice->count / 2.0) / pop->count;
        uint32_t fan = o->fan < count ? o->fan : count;
        uint32_t from = (uint32_t)fmax(0, fmin(part * count - fan / 2.0, count - fan));
        for (uint32_t k = 0; k < fan; k++, n++) {
          if (pass == 1) {
            map->flows.core[n] = map->slice[first + from + k].core;
            map->flows.axons[n] = slice->count;
            map->flows.rate[n] = pop->rate[0] * (float)slice->count;
          }
        }
      }
    }
    map->flows.row[map->slice_count] = room = n;
    if (pass == 0) {
      map->flows.core = graph_need(PHS_NEW_ARRAY(map->arena, uint32_t, room));
      map->flows.axons = graph_need(PHS_NEW_ARRAY(map->arena, uint32_t, room));
      map->flows.rate = graph_need(PHS_NEW_ARRAY(map->arena, float, room));
    }
  }
}

/* Each projection onto a slice: the slice's share of its synapses, 16 bits each. */
static inline void made_memories(made_case *m) {
  phs_map *map = m->map;
  const phs_work *w = m->work;
  uint64_t n = 0;
  for (uint32_t s = 0; s < map->slice_count; s++) {
    n += w->population[map->slice[s].population].in_count;
  }
  map->block_row = graph_need(PHS_NEW_ARRAY(map->arena, uint64_t, map->slice_count + 1));
  map->block = graph_need(PHS_NEW_ARRAY(map->arena, phs_block, n));
  map->use = graph_need(PHS_NEW_ARRAY(map->arena, double, (size_t)map->core_count *PHS_CAPACITIES));
  n = 0;
  for (uint32_t s = 0; s < map->slice_count; s++) {
    const phs_slice *slice = &map->slice[s];
    const phs_population *pop = &w->population[slice->population];
    map->block_row[s] = n;
    if (slice->core == PHS_OUTSIDE) {
      continue;
    }
    double *use = phs_core_use(map, slice->core);
    use[PHS_CAPACITY_NEURONS] += slice->count;
    for (uint32_t i = 0; i < pop->in_count; i++, n++) {
      const phs_work_projection *p = &w->projection[w->in[pop->first_in + i]];
      double synapses = floor(p->synapses * slice->count / pop->count);
      map->block[n] =
          (phs_block){w->in[pop->first_in + i], i % 2 ? PHS_SYNAPSES_INDEX : PHS_SYNAPSES_DENSE,
                      slice->count, (uint64_t)synapses, (uint64_t)synapses * 16};
      use[PHS_CAPACITY_SYNAPSES] += synapses;
      use[PHS_CAPACITY_SYNAPSE_BITS] += synapses * 16;
      use[PHS_CAPACITY_SYNAPSE_FORMATS] += 1;
    }
    for (uint64_t i = map->flows.row[s]; i < map->flows.row[s + 1]; i++) {
      use[PHS_CAPACITY_AXONS_OUT] += map->flows.axons[i];
    }
  }
  map->block_row[map->slice_count] = n;
  for (uint64_t i = 0; i < map->flows.row[map->slice_count]; i++) {
    phs_core_use(map, map->flows.core[i])[PHS_CAPACITY_AXONS_IN] += map->flows.axons[i];
  }
}

/* Walks one message to its node: nearest link first. */
static inline void made_walk(made_case *m, uint32_t from, uint32_t to, double rate) {
  phs_routing *r = &m->map->routing;
  while (from != to) {
    uint32_t best = from, way = 0;
    for (uint32_t d = 0; d < PHS_DIRECTIONS; d++) {
      uint32_t next = phs_machine_neighbour(m->machine, from, (phs_direction)d);
      if (next < m->machine->grid_count &&
          phs_machine_links(m->machine, next, to) < phs_machine_links(m->machine, from, to) &&
          best == from) {
        best = next;
        way = d;
      }
    }
    if (best == from) {
      return;
    }
    float *load = &r->load[(size_t)from * PHS_DIRECTIONS + way];
    *load += (float)rate;
    r->links += rate;
    if ((double)*load > r->worst_load) {
      r->worst_load = (double)*load;
      r->worst_node = from;
      r->worst_direction = (phs_direction)way;
    }
    from = best;
  }
}

static inline void made_routes(made_case *m, const made_options *o) {
  phs_map *map = m->map;
  if (o->unplaced) {
    return;
  }
  if (!o->unrouted) {
    map->routing.load = graph_need(
        PHS_NEW_ARRAY(map->arena, float, (size_t)m->machine->grid_count *PHS_DIRECTIONS));
  }
  for (uint32_t s = 0; s < map->slice_count; s++) {
    uint32_t core = map->slice[s].core;
    bool outside = core == PHS_OUTSIDE;
    const phs_population *pop = &m->work->population[map->slice[s].population];
    map->traffic.messages += outside ? 0 : (double)pop->rate[0] * map->slice[s].count;
    for (uint64_t i = map->flows.row[s]; i < map->flows.row[s + 1]; i++) {
      double rate = (double)map->flows.rate[i];
      uint32_t to = map->core[map->flows.core[i]].place;
      if (outside) {
        map->traffic.from_outside += rate;
        continue;
      }
      uint32_t place = map->core[core].place, per = m->machine->cores_per_node;
      map->traffic.deliveries += map->flows.core[i] != core ? rate : 0;
      map->traffic.spike_hops += rate * phs_machine_hops(m->machine, place, to);
      if (!o->unrouted) {
        made_walk(m, place / per, to / per, rate);
      }
    }
  }
}

static inline void made_tables(made_case *m) {
  phs_map *map = m->map;
  uint32_t n = m->machine->grid_count, at = 0;
  phs_tables *t = graph_need(PHS_NEW(map->arena, phs_tables));
  t->row = graph_need(PHS_NEW_ARRAY(map->arena, uint64_t, n + 1));
  t->before = graph_need(PHS_NEW_ARRAY(map->arena, uint32_t, n));
  for (uint32_t g = 0; g < n; g++) {
    uint32_t entries = 0;
    for (int d = 0; d < PHS_DIRECTIONS; d++) {
      entries +=
          (uint32_t)fmin(150, ceil((double)map->routing.load[g * PHS_DIRECTIONS + (size_t)d]));
    }
    t->row[g] = at;
    at += entries;
    t->before[g] = 3 * entries;
    t->most = entries > t->most ? entries : t->most;
  }
  t->row[n] = t->total = at;
  t->total_before = 3 * t->total;
  t->most_before = 3 * t->most;
  map->routing.tables = t;
}

/** Maps m->work onto m->machine. */
static inline void made_map(made_case *m, const made_options *o) {
  m->map = graph_need(phs_map_create(m->work, m->machine, &(phs_map_options){.jobs = 1}));
  made_slices(m, o);
  made_flows(m, o);
  made_memories(m);
  made_routes(m, o);
  if (o->tables) {
    made_tables(m);
  }
}

#endif
