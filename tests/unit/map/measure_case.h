/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file measure_case.h  Maps by hand for tests of measuring, and what they must measure: computed
 * from all synapses one by one. */
#ifndef TESTS_MEASURE_CASE_H
#define TESTS_MEASURE_CASE_H

// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include "graph.h"
#include "map/format.h"
#include "map/map.h"

#include <math.h>
#include <stdio.h>

typedef struct measure_case {
  const phs_target_description *target;
  phs_machine *machine;
  phs_work *work;
  phs_map *map;
} measure_case;

static inline void measure_open(measure_case *c, const char *target) {
  phs_diag diag = {0};
  *c = (measure_case){0};
  assert_int_equal(phs_target_load(target, &diag, &c->target), PHASOR_OK);
  assert_int_equal(phs_machine_create(c->target, 4, &diag, &c->machine), PHASOR_OK);
}

/** Takes over @p w. */
static inline void measure_map(measure_case *c, phs_work *w, int jobs) {
  phs_map_options o = {.jobs = jobs};
  c->work = w;
  c->map = graph_need(phs_map_create(w, c->machine, &o));
}

static inline void measure_close(measure_case *c) {
  phs_map_free(c->map);
  graph_free(c->work);
  phs_machine_free(c->machine);
  phs_target_free(c->target);
}

/* ------------------------------------------------------------------------------ slices by hand */

static inline void measure_begin(phs_map *m, uint32_t slices, uint32_t cores, uint32_t parts) {
  uint32_t populations = m->work->population_count;
  m->slice = graph_need(PHS_NEW_ARRAY(m->arena, phs_slice, slices));
  m->core = graph_need(PHS_NEW_ARRAY(m->arena, phs_core, cores));
  m->slice_of = graph_need(PHS_NEW_ARRAY(m->arena, uint32_t, slices));
  m->first_slice = graph_need(PHS_NEW_ARRAY(m->arena, uint32_t, populations + 1));
  m->order = graph_need(PHS_NEW_ARRAY(m->arena, uint32_t *, populations));
  m->part = graph_need(PHS_NEW_ARRAY(m->arena, phs_part, parts + 1));
  m->core_count = cores;
}

/** Populations in ascending order. @return the slice */
static inline uint32_t measure_slice(phs_map *m, uint32_t population, uint32_t core, phs_box box) {
  uint32_t s = m->slice_count++;
  m->slice[s] = (phs_slice){.population = population,
                            .core = core,
                            .box = box,
                            .count = (uint32_t)phs_box_count(&box),
                            .owner = s};
  return s;
}

static inline void measure_end(phs_map *m) {
  for (uint32_t p = 0, s = 0; p <= m->work->population_count; p++) {
    while (s < m->slice_count && m->slice[s].population < p) {
      s++;
    }
    m->first_slice[p] = s;
  }
  uint32_t at = 0;
  for (uint32_t c = 0; c < m->core_count; c++) {
    m->core[c] = (phs_core){.first_slice = at, .place = PHS_UNPLACED};
    for (uint32_t s = 0; s < m->slice_count; s++) {
      if (m->slice[s].core == c) {
        m->slice_of[at++] = s;
        m->core[c].slice_count++;
      }
    }
  }
}

/* ------------------------------------------------------------------------------ synapse by synapse
 */

typedef struct plain {
  const phs_map *m;
  phs_arena *arena;
  phs_csr *list;    /* of each projection */
  uint32_t **slice; /* of each neuron of each population */
} plain;

static inline void plain_open(plain *p, const phs_map *m) {
  const phs_work *w = m->work;
  *p = (plain){.m = m, .arena = graph_need(phs_arena_create())};
  p->list = graph_need(PHS_NEW_ARRAY(p->arena, phs_csr, w->projection_count + 1));
  p->slice = graph_need(PHS_NEW_ARRAY(p->arena, uint32_t *, w->population_count));
  for (uint32_t q = 0; q < w->projection_count; q++) {
    assert_true(phs_work_expand(w, q, 10000000, p->arena, &p->list[q]));
  }
  for (uint32_t i = 0; i < w->population_count; i++) {
    p->slice[i] = graph_need(PHS_NEW_ARRAY(p->arena, uint32_t, w->population[i].count));
  }
  for (uint32_t s = 0; s < m->slice_count; s++) {
    for (uint32_t i = 0; i < m->slice[s].count && m->slice[s].role == PHS_SLICE_NEURONS; i++) {
      p->slice[m->slice[s].population][phs_slice_neuron(m, s, i)] = s;
    }
  }
}

static inline void plain_close(plain *p) {
  phs_arena_destroy(p->arena);
}

static inline bool plain_has_part(const phs_map *m, uint32_t s, uint32_t projection,
                                  uint32_t source) {
  for (uint32_t i = 0; i < m->slice[s].part_count; i++) {
    const phs_part *part = &m->part[m->slice[s].first_part + i];
    if (part->projection == projection && source >= part->first && source < part->end) {
      return true;
    }
  }
  return false;
}

/** The slice that holds the synapse. */
static inline uint32_t plain_holder(const plain *p, uint32_t projection, uint32_t source,
                                    uint32_t target) {
  const phs_map *m = p->m;
  uint32_t s = p->slice[m->work->projection[projection].target][target];
  if (m->slice[s].part_count == 0) {
    return s;
  }
  for (uint32_t t = 0; t < m->slice_count; t++) {
    if (m->slice[t].owner == s && plain_has_part(m, t, projection, source)) {
      return t;
    }
  }
  fail_msg("nothing holds the synapse from %u onto %u", source, target);
  return 0;
}

/** Axons and rate from slice @p s to core @p core. */
static inline uint32_t plain_flow(const plain *p, uint32_t s, uint32_t core, double *rate) {
  const phs_map *m = p->m;
  const phs_population *from = &m->work->population[m->slice[s].population];
  uint32_t axons = 0;
  *rate = 0;
  for (uint32_t i = 0; i < m->slice[s].count; i++) {
    uint32_t neuron = phs_slice_neuron(m, s, i);
    bool found = false;
    for (uint32_t k = 0; k < from->out_count && !found; k++) {
      uint32_t q = m->work->out[from->first_out + k];
      for (uint64_t j = p->list[q].row[neuron]; j < p->list[q].row[neuron + 1] && !found; j++) {
        found = m->slice[plain_holder(p, q, neuron, p->list[q].target[j])].core == core;
      }
    }
    axons += found;
    *rate += found ? (double)from->rate[from->rate_count > 1 ? neuron : 0] : 0;
  }
  return axons;
}

static inline const phs_block *measured_block(const phs_map *m, uint32_t s, uint32_t projection) {
  for (uint64_t b = m->block_row[s]; b < m->block_row[s + 1]; b++) {
    if (m->block[b].projection == projection) {
      return &m->block[b];
    }
  }
  return NULL;
}

static inline uint32_t measured_axons(const phs_map *m, uint32_t s, uint32_t core, double *rate) {
  for (uint64_t f = m->flows.row[s]; f < m->flows.row[s + 1]; f++) {
    if (m->flows.core[f] == core) {
      *rate = (double)m->flows.rate[f];
      return m->flows.axons[f];
    }
  }
  *rate = 0;
  return 0;
}

#endif
