/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Nets by pin and by source: counting sorts whose result does not depend on the threads. */
#include "map/hyper_internal.h"

enum { MAX_BLOCKS = 8 };

typedef struct transposing {
  const phs_hypergraph *g;
  uint32_t block; /* nets of one */
  uint32_t *at;   /* [blocks][vertices]: counts, then the next place relative to the vertex's row */
  phs_hyper *h;
} transposing;

static void count_pins(void *user, size_t first, size_t end, int thread) {
  (void)thread;
  transposing *t = user;
  const phs_hypergraph *g = t->g;
  for (size_t b = first; b < end; b++) {
    uint32_t *at = t->at + b * g->vertex_count;
    uint64_t low = b * t->block, high = low + t->block;
    low = low < g->net_count ? low : g->net_count;
    high = high < g->net_count ? high : g->net_count;
    for (uint64_t i = g->row[low]; i < g->row[high]; i++) {
      at[g->pin[i]]++;
    }
  }
}

static void fill_pins(void *user, size_t first, size_t end, int thread) {
  (void)thread;
  transposing *t = user;
  const phs_hypergraph *g = t->g;
  const uint64_t *in_row = t->h->in_row;
  for (size_t b = first; b < end; b++) {
    uint32_t *at = t->at + b * g->vertex_count;
    uint64_t low = b * t->block, high = low + t->block;
    high = high < g->net_count ? high : g->net_count;
    for (uint64_t e = low; e < high; e++) {
      for (uint64_t i = g->row[e]; i < g->row[e + 1]; i++) {
        uint32_t v = g->pin[i];
        t->h->in_net[in_row[v] + at[v]++] = (uint32_t)e;
      }
    }
  }
}

static bool transpose(phs_hyper *h, phs_arena *arena) {
  const phs_hypergraph *g = &h->g;
  size_t blocks = h->jobs > MAX_BLOCKS ? MAX_BLOCKS : (size_t)h->jobs;
  phs_arena *own = phs_arena_create();
  size_t cells;
  transposing t = {.g = g, .h = h, .block = (uint32_t)(g->net_count / blocks + 1)};
  t.at = own && !__builtin_mul_overflow(blocks, (size_t)g->vertex_count, &cells)
             ? PHS_HYPER_ARRAY(own, uint32_t, cells)
             : NULL;
  h->in_row = PHS_HYPER_ARRAY(arena, uint64_t, (size_t)g->vertex_count + 1);
  h->in_net = PHS_HYPER_ARRAY(arena, uint32_t, g->row[g->net_count]);
  bool ok = t.at && h->in_row && h->in_net;
  if (ok) {
    phs_parallel(h->jobs, blocks, 1, count_pins, &t);
    for (uint32_t v = 0; v < g->vertex_count; v++) {
      uint32_t sum = 0;
      for (size_t b = 0; b < blocks; b++) {
        uint32_t n = t.at[b * g->vertex_count + v];
        t.at[b * g->vertex_count + v] = sum;
        sum += n;
      }
      h->in_row[v + 1] = h->in_row[v] + sum;
    }
    phs_parallel(h->jobs, blocks, 1, fill_pins, &t);
  }
  phs_arena_destroy(own);
  return ok;
}

bool phs_hyper_group(const uint32_t *keys, uint32_t count, uint32_t key_count, phs_arena *arena,
                     uint32_t **row, uint32_t **item) {
  uint32_t *r = PHS_HYPER_ARRAY(arena, uint32_t, (size_t)key_count + 2);
  uint32_t *list = PHS_HYPER_ARRAY(arena, uint32_t, count);
  if (!r || !list) {
    return false;
  }
  for (uint32_t i = 0; i < count; i++) {
    if (keys[i] != PHS_HYPER_NONE) {
      r[keys[i] + 2]++;
    }
  }
  for (uint32_t k = 0; k < key_count; k++) {
    r[k + 2] += r[k + 1];
  }
  for (uint32_t i = 0; i < count; i++) {
    if (keys[i] != PHS_HYPER_NONE) {
      list[r[keys[i] + 1]++] = i;
    }
  }
  *row = r;
  *item = list;
  return true;
}

bool phs_hyper_create(const phs_hypergraph *g, int jobs, phs_arena *arena, phs_hyper *out) {
  *out = (phs_hyper){.g = *g, .jobs = phs_hyper_jobs(jobs)};
  if (g->source && !phs_hyper_group(g->source, g->net_count, g->vertex_count, arena, &out->out_row,
                                    &out->out_net)) {
    return false;
  }
  return transpose(out, arena);
}
