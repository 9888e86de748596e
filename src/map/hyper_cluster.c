/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Size-constrained label propagation (Meyerhenke, Sanders, Schulz: Partitioning complex networks
 * via size-constrained clustering, SEA 2014): wishes of a block of vertices are found in parallel
 * with labels as they stand, then granted one after the other. */
#include "map/hyper_table.h"

enum { CHUNK = 512, BLOCKS = 12, SMALL = 4096 };

typedef struct wishing {
  phs_hyper_spread *s;
  phs_hyper_table *table; /* [jobs] */
  uint32_t *wish;         /* [block] */
  size_t base;            /* first vertex of the block */
} wishing;

static uint32_t best_label(const phs_hyper_spread *s, uint32_t v, phs_hyper_table *t) {
  const phs_hyper_level *l = s->level;
  size_t dims = (size_t)l->dims;
  uint64_t degree = phs_hyper_degree(l, v);
  phs_hyper_table_fit(t, degree < s->visits ? degree : s->visits);
  phs_hyper_visit(l, v, s->label, s->visits, t);
  uint32_t own = s->label[v], best = own;
  float top = own == PHS_HYPER_NONE ? 0 : phs_hyper_table_get(t, own);
  uint32_t tie = 0;
  for (uint32_t i = 0; i < t->count; i++) {
    uint32_t label = t->key[t->used[i]];
    float value = t->value[t->used[i]];
    if (value < top || label == own || (value == top && best == own && own != PHS_HYPER_NONE)) {
      continue;
    }
    uint32_t luck = phs_hyper_mix(s->seed ^ ((uint64_t)label << 32 | v));
    if ((value > top || luck > tie || (luck == tie && label < best)) &&
        phs_hyper_fits(s->load + label * dims, l->load + v * dims, s->most, l->dims)) {
      top = value;
      best = label;
      tie = luck;
    }
  }
  phs_hyper_table_clear(t);
  return best;
}

static void wish_vertices(void *user, size_t first, size_t end, int thread) {
  wishing *w = user;
  for (size_t i = first; i < end; i++) {
    w->wish[i] = best_label(w->s, (uint32_t)(w->base + i), &w->table[thread]);
  }
}

/* @return whether the label changed */
static bool grant(phs_hyper_spread *s, uint32_t v, uint32_t wish, uint32_t *size) {
  const phs_hyper_level *l = s->level;
  size_t dims = (size_t)l->dims;
  uint32_t own = s->label[v];
  if (wish == own) {
    return false;
  }
  if (s->founders && size[wish] == 0) {
    wish = s->label[wish]; /* its founder went there */
  }
  if (wish == own || !phs_hyper_fits(s->load + wish * dims, l->load + v * dims, s->most, l->dims)) {
    return false;
  }
  phs_hyper_shift(s->load + wish * dims, l->load + v * dims, 1.0, l->dims);
  size[wish]++;
  if (own != PHS_HYPER_NONE) {
    phs_hyper_shift(s->load + own * dims, l->load + v * dims, -1.0, l->dims);
    size[own]--;
  }
  s->label[v] = wish;
  return true;
}

uint32_t phs_hyper_spread_round(phs_hyper_spread *s) {
  uint32_t n = s->level->count, moved = 0;
  int jobs = n < SMALL ? 1 : phs_hyper_jobs(s->jobs);
  size_t block = n < SMALL ? 1 : (size_t)n / BLOCKS + 1;
  phs_arena *arena = phs_arena_create();
  wishing w = {.s = s};
  uint32_t *size = arena ? PHS_HYPER_ARRAY(arena, uint32_t, s->label_count) : NULL;
  w.wish = arena ? PHS_HYPER_ARRAY(arena, uint32_t, block) : NULL;
  w.table = arena ? PHS_HYPER_ARRAY(arena, phs_hyper_table, (size_t)jobs) : NULL;
  bool ok = size && w.wish && w.table;
  for (int j = 0; ok && j < jobs; j++) {
    ok = phs_hyper_table_create(&w.table[j], 2 * s->visits, arena);
  }
  for (uint32_t v = 0; ok && v < n; v++) {
    if (s->label[v] != PHS_HYPER_NONE) {
      size[s->label[v]]++;
    }
  }
  for (; ok && w.base < n; w.base += block) {
    size_t count = n - w.base < block ? n - w.base : block;
    phs_parallel(jobs, count, CHUNK, wish_vertices, &w);
    for (size_t i = 0; i < count; i++) {
      moved += grant(s, (uint32_t)(w.base + i), w.wish[i], size);
    }
  }
  phs_arena_destroy(arena);
  return ok ? moved : PHS_HYPER_NONE;
}
