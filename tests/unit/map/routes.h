/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file routes.h  Maps by hand, for tests of routing: a grid, slices on places, flows between
 * them; no other stage takes part. */
#ifndef TESTS_ROUTES_H
#define TESTS_ROUTES_H

#include "graph.h"
#include "map/route.h"

#include <math.h>

static inline uint32_t routes_draw(uint64_t *state, uint32_t below) {
  uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
  z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
  z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
  return (uint32_t)((z ^ z >> 31) >> 32) % below;
}

typedef struct routes_grid {
  uint32_t width, height, cores;
  bool wrap_x, wrap_y, hexagonal;
  const uint8_t *present;
  double entries; /**< of a routing table; 0: no tables */
  uint32_t block; /**< side of domain 0's blocks; 0: no domain */
} routes_grid;

static inline phs_machine routes_machine(routes_grid g) {
  phs_machine m = {.width = g.width,
                   .height = g.height,
                   .wrap_x = g.wrap_x,
                   .wrap_y = g.wrap_y,
                   .hexagonal = g.hexagonal,
                   .present = g.present,
                   .grid_count = g.width * g.height,
                   .node_count = g.width * g.height,
                   .cores_per_node = g.cores,
                   .node_name = "chip"};
  for (uint32_t i = 0; g.present && i < m.grid_count; i++) {
    m.node_count -= !g.present[i];
  }
  m.core_count = (uint64_t)m.node_count * g.cores;
  for (int c = 0; c < PHS_CAPACITIES; c++) {
    m.core_capacity[c] = m.node_capacity[c] = INFINITY;
  }
  if (g.entries > 0) {
    m.node_capacity[PHS_CAPACITY_ROUTER_ENTRIES] = g.entries;
  }
  if (g.block) {
    m.domain_count = 1;
    m.domain[0] = (phs_domain){.name = "board",
                               .width = g.block,
                               .height = g.block,
                               .blocks_x = (g.width + g.block - 1) / g.block,
                               .blocks_y = (g.height + g.block - 1) / g.block};
  }
  return m;
}

/** One flow: from a slice to the core of a slice. */
typedef struct routes_flow {
  uint32_t from, to;
  float rate;
} routes_flow;

/** One slice a core: slice i of @p count neurons, of population[i], at place[i]; PHS_UNPLACED:
 * outside. Flows ascend by source, then destination. The work graph is the map's to borrow. */
static inline phs_map *routes_map(const phs_work *w, const phs_machine *machine, int jobs,
                                  uint32_t slices, const uint32_t *population,
                                  const uint32_t *count, const uint32_t *place,
                                  const routes_flow *flow, size_t flows) {
  phs_map_options o = {.jobs = jobs};
  phs_map *m = graph_need(phs_map_create(w, machine, &o));
  m->slice_count = slices;
  m->slice = graph_need(PHS_NEW_ARRAY(m->arena, phs_slice, slices));
  m->core = graph_need(PHS_NEW_ARRAY(m->arena, phs_core, slices));
  m->slice_of = graph_need(PHS_NEW_ARRAY(m->arena, uint32_t, slices));
  m->flows.row = graph_need(PHS_NEW_ARRAY(m->arena, uint64_t, slices + 1));
  m->flows.core = graph_need(PHS_NEW_ARRAY(m->arena, uint32_t, flows));
  m->flows.axons = graph_need(PHS_NEW_ARRAY(m->arena, uint32_t, flows));
  m->flows.rate = graph_need(PHS_NEW_ARRAY(m->arena, float, flows));
  uint32_t *core_of = graph_need(PHS_NEW_ARRAY(m->arena, uint32_t, slices)), at = 0;
  for (uint32_t s = 0; s < slices; s++) {
    at = s > 0 && population[s] == population[s - 1] ? at : 0;
    m->slice[s] = (phs_slice){.population = population[s],
                              .core = PHS_OUTSIDE,
                              .box = {{0, 0, at}, {1, 1, at + count[s]}},
                              .count = count[s],
                              .owner = s};
    at += count[s];
    if (place[s] != PHS_UNPLACED) {
      core_of[s] = m->core_count;
      m->slice[s].core = m->core_count;
      m->slice_of[m->core_count] = s;
      m->core[m->core_count] = (phs_core){m->core_count, 1, place[s]};
      m->core_count++;
    }
  }
  for (size_t f = 0; f < flows; f++) {
    m->flows.row[flow[f].from + 1] = f + 1;
    m->flows.core[f] = core_of[flow[f].to];
    m->flows.rate[f] = flow[f].rate;
    m->flows.axons[f] = count[flow[f].from];
  }
  for (uint32_t s = 0; s < slices; s++) {
    if (m->flows.row[s + 1] < m->flows.row[s]) {
      m->flows.row[s + 1] = m->flows.row[s];
    }
  }
  return m;
}

/** A population a slice, of @p count neurons each. */
static inline phs_work *routes_work(uint32_t populations, uint32_t count, float rate) {
  phs_work *w = graph_begin();
  for (uint32_t i = 0; i < populations; i++) {
    graph_population(w, PHS_POPULATION_NEURONS, 1, 1, count, rate);
  }
  graph_end(w);
  return w;
}

/** A random map: slices of some populations on different places, each population (or each slice)
 * sending to a random choice of cores. */
typedef struct routes_random {
  uint32_t populations, slices; /**< slices of each population */
  uint32_t neurons;             /**< of a slice at most */
  uint32_t targets;             /**< cores that each sends to, at most */
  bool shared;                  /**< a population's slices send to the same cores */
} routes_random;

static inline phs_map *routes_random_map(phs_work *w, const phs_machine *machine, int jobs,
                                         uint64_t seed, routes_random r) {
  uint32_t slices = r.populations * r.slices;
  uint32_t places = machine->grid_count * machine->cores_per_node;
  uint32_t *population = graph_need(PHS_NEW_ARRAY(w->arena, uint32_t, slices));
  uint32_t *count = graph_need(PHS_NEW_ARRAY(w->arena, uint32_t, slices));
  uint32_t *place = graph_need(PHS_NEW_ARRAY(w->arena, uint32_t, slices));
  bool *used = graph_need(PHS_NEW_ARRAY(w->arena, bool, places));
  routes_flow *flow = graph_need(PHS_NEW_ARRAY(w->arena, routes_flow, slices * r.targets));
  bool *hit = graph_need(PHS_NEW_ARRAY(w->arena, bool, slices));
  size_t flows = 0;
  for (uint32_t s = 0; s < slices; s++) {
    population[s] = s / r.slices;
    count[s] = 1 + routes_draw(&seed, r.neurons);
    do {
      place[s] = routes_draw(&seed, places);
    } while (used[place[s]] || !phs_node_present(machine, place[s] / machine->cores_per_node));
    used[place[s]] = true;
  }
  for (uint32_t s = 0; s < slices; s++) {
    if (!r.shared || s % r.slices == 0) {
      memset(hit, 0, slices * sizeof *hit);
      for (uint32_t i = 1 + routes_draw(&seed, r.targets); i > 0; i--) {
        hit[routes_draw(&seed, slices)] = true;
      }
    }
    for (uint32_t t = 0; t < slices; t++) {
      if (hit[t]) {
        flow[flows++] = (routes_flow){s, t, (float)(1 + routes_draw(&seed, 100)) / 64};
      }
    }
  }
  return routes_map(w, machine, jobs, slices, population, count, place, flow, flows);
}

/** A hexagonal board of 48 chips in a grid of 8 x 8: row y has chips x for which -4 < x - y < 5. */
static inline const uint8_t *routes_board(void) {
  static uint8_t present[64];
  for (int y = 0; y < 8; y++) {
    for (int x = 0; x < 8; x++) {
      present[y * 8 + x] = x - y > -4 && x - y < 5;
    }
  }
  return present;
}

#endif
