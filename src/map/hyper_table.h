/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file hyper_table.h  Sums of weights by label: a small open hash table that stays in the nearest
 * caches. Each thread has its own. */
#ifndef PHS_MAP_HYPER_TABLE_H
#define PHS_MAP_HYPER_TABLE_H

#include "map/hyper_internal.h"

typedef struct phs_hyper_table {
  uint32_t *key; /**< PHS_HYPER_NONE: free */
  float *value;
  uint32_t *used; /**< slots in the order of their first use */
  uint32_t count, mask;
  int shift, most; /**< most: bits of the slots that there are */
} phs_hyper_table;

/** For up to @p labels different labels at a time. */
static inline bool phs_hyper_table_create(phs_hyper_table *t, uint32_t labels, phs_arena *arena) {
  int bits = 6;
  while (bits < 31 && ((uint32_t)1 << bits) < labels + labels / 2) {
    bits++;
  }
  size_t slots = (size_t)1 << bits;
  *t = (phs_hyper_table){.mask = (uint32_t)slots - 1, .shift = 32 - bits, .most = bits};
  t->key = PHS_NEW_ARRAY(arena, uint32_t, slots);
  t->value = PHS_NEW_ARRAY(arena, float, slots);
  t->used = PHS_NEW_ARRAY(arena, uint32_t, slots);
  if (!t->key || !t->value || !t->used) {
    return false;
  }
  memset(t->key, 0xff, slots * sizeof *t->key);
  return true;
}

/** Uses as few slots as do for @p labels, of an empty table: they are nearer. */
static inline void phs_hyper_table_fit(phs_hyper_table *t, uint64_t labels) {
  int bits = 64 - __builtin_clzll(2 * labels | 31);
  bits = bits < t->most ? bits : t->most;
  t->mask = ((uint32_t)1 << bits) - 1;
  t->shift = 32 - bits;
}

static inline void phs_hyper_table_add(phs_hyper_table *t, uint32_t label, float weight) {
  uint32_t at = (label * 0x9e3779b1u) >> t->shift;
  while (t->key[at] != label) {
    if (t->key[at] == PHS_HYPER_NONE) {
      t->key[at] = label;
      t->value[at] = 0;
      t->used[t->count++] = at;
      break;
    }
    at = (at + 1) & t->mask;
  }
  t->value[at] += weight;
}

static inline float phs_hyper_table_get(const phs_hyper_table *t, uint32_t label) {
  uint32_t at = (label * 0x9e3779b1u) >> t->shift;
  while (t->key[at] != label) {
    if (t->key[at] == PHS_HYPER_NONE) {
      return 0;
    }
    at = (at + 1) & t->mask;
  }
  return t->value[at];
}

static inline void phs_hyper_table_clear(phs_hyper_table *t) {
  for (uint32_t i = 0; i < t->count; i++) {
    t->key[t->used[i]] = PHS_HYPER_NONE;
  }
  t->count = 0;
}

enum { PHS_HYPER_AHEAD = 4, PHS_HYPER_LINES = 4 };

/** Has the incidences of vertices that are visited soon, in no order of memory, brought near:
 * @p list[i] is visited next. */
static inline void phs_hyper_bring(const phs_hyper_level *l, const uint32_t *list, uint32_t i,
                                   uint32_t count) {
  if (!l->h || i + 2 * PHS_HYPER_AHEAD >= count) {
    return;
  }
  const phs_hyper *h = l->h;
  uint32_t far = list[i + 2 * PHS_HYPER_AHEAD], v = list[i + PHS_HYPER_AHEAD];
  __builtin_prefetch(&h->in_row[far]);
  if (!h->out_row && far < h->g.net_count) {
    __builtin_prefetch(&h->g.row[far]);
  }
  for (int k = 0; k < PHS_HYPER_LINES; k++) {
    __builtin_prefetch(h->in_net + h->in_row[v] + 16 * k);
    if (!h->out_row && v < h->g.net_count) {
      __builtin_prefetch(h->g.pin + h->g.row[v] + 16 * k);
    }
  }
}

/** Neighbours of a vertex, about. */
static inline uint64_t phs_hyper_degree(const phs_hyper_level *l, uint32_t v) {
  if (!l->h) {
    return l->degree[v];
  }
  uint64_t n = (l->h->in_row[v + 1] - l->h->in_row[v]) * (1 + l->co_pins);
  for (uint32_t i = phs_hyper_out_begin(l->h, v); i < phs_hyper_out_end(l->h, v); i++) {
    uint32_t e = phs_hyper_out(l->h, i);
    n += l->h->g.row[e + 1] - l->h->g.row[e];
  }
  return n;
}

/**
 * Adds the weights of a vertex's neighbours to the table, by label; at most about @p visits of
 * them, evenly sampled. Neighbours without a label are left out.
 */
static inline void phs_hyper_visit(const phs_hyper_level *l, uint32_t v, const uint32_t *label,
                                   uint32_t visits, phs_hyper_table *t) {
  const uint32_t room = t->mask - t->mask / 4; /* labels that keep the table quick */
  if (!l->h) {
    const uint32_t *neighbour = l->neighbour + (size_t)v * l->stride;
    const float *weight = l->weight + (size_t)v * l->stride;
    uint32_t n = l->degree[v] < visits ? l->degree[v] : visits;
    for (uint32_t i = 0; i < n && t->count < room; i++) {
      uint32_t to = label[neighbour[i]];
      if (to != PHS_HYPER_NONE) {
        phs_hyper_table_add(t, to, weight[i]);
      }
    }
    return;
  }
  const phs_hypergraph *g = &l->h->g;
  uint64_t half = visits / 2 ? visits / 2 : 1;
  for (uint32_t i = phs_hyper_out_begin(l->h, v); i < phs_hyper_out_end(l->h, v); i++) {
    uint32_t e = phs_hyper_out(l->h, i);
    uint64_t n = g->row[e + 1] - g->row[e], step = (n + half - 1) / half;
    for (uint64_t k = g->row[e]; k < g->row[e + 1] && t->count < room; k += step) {
      uint32_t to = label[g->pin[k]];
      if (to != PHS_HYPER_NONE) {
        phs_hyper_table_add(t, to, l->star[e] * (float)step);
      }
    }
  }
  uint64_t n = l->h->in_row[v + 1] - l->h->in_row[v];
  uint64_t step = (n * (1 + l->co_pins) + half - 1) / half;
  for (uint64_t k = l->h->in_row[v]; k < l->h->in_row[v + 1] && t->count < room; k += step) {
    uint32_t e = l->h->in_net[k], source = phs_hyper_source(g, e);
    uint32_t to = source == PHS_NO_VERTEX ? PHS_HYPER_NONE : label[source];
    float weight = l->star[e] * (float)step;
    if (to != PHS_HYPER_NONE) {
      phs_hyper_table_add(t, to, weight);
    }
    if (l->co_pins == 0) {
      continue;
    }
    uint64_t pins = g->row[e + 1] - g->row[e], far = (pins + l->co_pins - 1) / l->co_pins;
    for (uint64_t i = g->row[e] + (far > 1 ? v % far : 0); i < g->row[e + 1]; i += far) {
      to = g->pin[i] == v ? PHS_HYPER_NONE : label[g->pin[i]];
      if (to != PHS_HYPER_NONE && t->count < room) {
        phs_hyper_table_add(t, to, weight * (float)far);
      }
    }
  }
}

#endif
