/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file made.h  All synapses of a recipe in one place, for tests. */
#ifndef PHS_TESTS_UNIT_SYNAPSES_MADE_H
#define PHS_TESTS_UNIT_SYNAPSES_MADE_H

#include "synapses/rows.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct made {
  phs_recipe recipe;
  phs_rows rows;
  phs_row row; /* room for one */
  void *memory;
  size_t count;
  uint32_t *source, *target;
  uint16_t *delay; /* above the least */
  float *weight;
} made;

static inline void *made_alloc(size_t bytes) {
  void *p = aligned_alloc(64, (bytes + 64) / 64 * 64);
  assert_non_null(p);
  return p;
}

/** Weights and delays that are one value each. */
static inline phs_recipe made_recipe(phs_rule rule, uint32_t sources, uint32_t targets) {
  return (phs_recipe){.rule = rule,
                      .source_count = sources,
                      .target_count = targets,
                      .autapses = true,
                      .multapses = true,
                      .cutoff = INFINITY,
                      .weight = {.kind = PHS_DIST_CONSTANT, .a = 2.5},
                      .delay = {.kind = PHS_DIST_CONSTANT, .a = 3.0},
                      .key = 20260101};
}

/** Ready to make rows. @p m stays where it is. */
static inline void made_open(made *m, const phs_recipe *r) {
  *m = (made){.recipe = *r};
  m->memory = made_alloc(phs_rows_bytes(r));
  memset(m->memory, 0xa5, phs_rows_bytes(r));
  phs_rows_prepare(&m->recipe, m->memory, &m->rows);
  m->row.target = made_alloc(m->rows.longest * sizeof *m->row.target);
  m->row.delay = made_alloc(m->rows.longest * sizeof *m->row.delay);
  m->row.weight = made_alloc(m->rows.longest * sizeof *m->row.weight);
}

/** Makes all of them: by tile, then source. */
static inline void made_all(made *m, const phs_recipe *r) {
  made_open(m, r);
  size_t room = (size_t)m->rows.synapses + 1, n = 0;
  m->source = made_alloc(room * sizeof *m->source);
  m->target = made_alloc(room * sizeof *m->target);
  m->delay = made_alloc(room * sizeof *m->delay);
  m->weight = made_alloc(room * sizeof *m->weight);
  for (uint32_t tile = 0; tile < m->rows.tiles; tile++) {
    for (uint32_t s = 0; s < r->source_count; s++) {
      phs_row_make(&m->rows, s, tile, &m->row);
      assert_true(m->row.count <= m->rows.longest && n + m->row.count < room);
      for (uint32_t i = 0; i < m->row.count; i++) {
        m->source[n] = s;
        m->target[n] = tile * PHS_TILE + m->row.target[i];
        m->delay[n] = m->row.delay[i];
        m->weight[n++] = m->row.weight[i];
        assert_true(m->target[n - 1] < r->target_count);
      }
    }
  }
  m->count = n;
  assert_true(n == m->rows.synapses);
}

static inline void made_close(made *m) {
  free(m->memory);
  free(m->row.target);
  free(m->row.delay);
  free(m->row.weight);
  free(m->source);
  free(m->target);
  free(m->delay);
  free(m->weight);
}

#endif
