/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Joining parts: where axons made more parts than loads need, pieces that hear the same nets fit
 * into one. The smallest go first. */
#include "map/hyper_internal.h"

#include <stdlib.h>

typedef struct joining {
  phs_hyper_state *s;
  uint32_t *first, *next; /* vertices of a part, linked; PHS_HYPER_NONE ends */
  uint32_t *heard;        /* [net_count] last part that was looked at, from 1 */
  double *shared, *saved; /* [parts] axons that a part has in common with the one looked at */
  uint32_t *used, count;
} joining;

typedef struct filled {
  double fill;
  uint32_t part;
} filled;

static int emptier_first(const void *a, const void *b) {
  const filled *x = a, *y = b;
  if (x->fill != y->fill) {
    return x->fill < y->fill ? -1 : 1;
  }
  return x->part < y->part ? -1 : x->part > y->part;
}

/* How full of loads a part is. */
static double fill_of(const phs_hyper_state *s, uint32_t p) {
  double fill = 0;
  for (int d = 0; d < s->h->g.dims; d++) {
    double load = s->load[(size_t)p * (size_t)s->h->g.dims + (size_t)d];
    fill = load > 0 ? fmax(fill, load / s->limits->capacity[d]) : fill;
  }
  return fill;
}

/* What p has in common with every other part. */
static void compare(joining *j, uint32_t p) {
  const phs_hyper_state *s = j->s;
  const phs_hyper *h = s->h;
  for (uint32_t v = j->first[p]; v != PHS_HYPER_NONE; v = j->next[v]) {
    for (uint64_t i = h->in_row[v]; i < h->in_row[v + 1]; i++) {
      uint32_t e = h->in_net[i];
      if (j->heard[e] == p + 1) {
        continue;
      }
      j->heard[e] = p + 1;
      const phs_hyper_slot *slot = s->slot + h->g.row[e];
      for (uint32_t k = 0; k < s->spread[e]; k++) {
        uint32_t q = slot[k].part;
        if (j->shared[q] == 0) {
          j->used[j->count++] = q;
        }
        j->shared[q] += phs_hyper_neurons(&h->g, e);
        j->saved[q] += phs_hyper_weight(&h->g, e);
      }
    }
  }
}

static bool fit_together(const joining *j, uint32_t p, uint32_t q) {
  const phs_hyper_state *s = j->s;
  size_t dims = (size_t)s->h->g.dims;
  for (size_t d = 0; d < dims; d++) {
    if (s->load[p * dims + d] + s->load[q * dims + d] > s->limits->capacity[d]) {
      return false;
    }
  }
  return s->in[p] + s->in[q] - j->shared[q] <= s->limits->axons_in &&
         s->out[p] + s->out[q] <= s->limits->axons_out;
}

static void join(joining *j, uint32_t p) {
  compare(j, p);
  uint32_t best = PHS_HYPER_NONE;
  for (uint32_t i = 0; i < j->count; i++) {
    uint32_t q = j->used[i];
    bool more = best == PHS_HYPER_NONE || j->saved[q] > j->saved[best] ||
                (j->saved[q] == j->saved[best] && q < best);
    if (q != p && more && fit_together(j, p, q)) {
      best = q;
    }
  }
  for (uint32_t i = 0; i < j->count; i++) {
    j->shared[j->used[i]] = j->saved[j->used[i]] = 0;
  }
  j->count = 0;
  while (best != PHS_HYPER_NONE && j->first[p] != PHS_HYPER_NONE) {
    uint32_t v = j->first[p];
    j->first[p] = j->next[v];
    j->next[v] = j->first[best];
    j->first[best] = v;
    phs_hyper_move(j->s, v, best);
  }
}

bool phs_hyper_join(phs_hyper_state *s) {
  phs_arena *arena = phs_arena_create();
  uint32_t n = s->h->g.vertex_count;
  joining j = {.s = s};
  filled *order = arena ? PHS_NEW_ARRAY(arena, filled, s->parts) : NULL;
  if (arena) {
    j.first = PHS_NEW_ARRAY(arena, uint32_t, s->parts);
    j.next = PHS_NEW_ARRAY(arena, uint32_t, n);
    j.heard = PHS_NEW_ARRAY(arena, uint32_t, s->h->g.net_count);
    j.shared = PHS_NEW_ARRAY(arena, double, s->parts);
    j.saved = PHS_NEW_ARRAY(arena, double, s->parts);
    j.used = PHS_NEW_ARRAY(arena, uint32_t, s->parts);
  }
  bool ok = order && j.first && j.next && j.heard && j.shared && j.saved && j.used;
  if (ok) {
    memset(j.first, 0xff, s->parts * sizeof *j.first);
    for (uint32_t v = n; v > 0; v--) {
      j.next[v - 1] = j.first[s->part[v - 1]];
      j.first[s->part[v - 1]] = v - 1;
    }
    for (uint32_t p = 0; p < s->parts; p++) {
      order[p] = (filled){fill_of(s, p), p};
    }
    qsort(order, s->parts, sizeof *order, emptier_first);
    for (uint32_t i = 0; i < s->parts; i++) {
      /* of two that fit together one is at most half full */
      if (order[i].fill <= 0.5 && j.first[order[i].part] != PHS_HYPER_NONE) {
        join(&j, order[i].part);
      }
    }
  }
  phs_arena_destroy(arena);
  return ok;
}
