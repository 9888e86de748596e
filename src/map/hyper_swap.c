/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Exchanges of vertices between full parts. */
#include "map/hyper_round.h"

#include <stdlib.h>

enum { TRIES = 3 };

typedef struct waiting {
  float gain;
  uint32_t v, at; /* the part that it goes to, or leaves */
} waiting;

static int by_gain(const void *a, const void *b) {
  const waiting *x = a, *y = b;
  if (x->gain != y->gain) {
    return x->gain > y->gain ? -1 : 1;
  }
  return x->v < y->v ? -1 : x->v > y->v;
}

static int by_part(const void *a, const void *b) {
  const waiting *x = a, *y = b;
  return x->at != y->at ? (x->at < y->at ? -1 : 1) : by_gain(a, b);
}

/* Vertices that gain elsewhere but find no room: into @p enters; for each part wanted, those of its
 * own that lose little: into @p leaves. */
static void collect(phs_hyper_round *r, float *wanted, waiting *enters, size_t *enter_count,
                    waiting *leaves, size_t *leave_count) {
  const phs_hyper_state *s = r->s;
  uint32_t n = s->h->g.vertex_count;
  *enter_count = *leave_count = 0;
  for (uint32_t v = 0; v < n; v++) {
    if (r->want[v] != PHS_HYPER_NONE && r->want[v] != s->part[v] && r->gain[v] > (float)r->least) {
      enters[(*enter_count)++] = (waiting){r->gain[v], v, r->want[v]};
      wanted[r->want[v]] = fmaxf(wanted[r->want[v]], r->gain[v]);
    }
  }
  for (uint32_t v = 0; v < n; v++) {
    uint32_t p = s->part[v];
    if (wanted[p] > 0 && r->want[v] != PHS_HYPER_NONE && r->gain[v] > -wanted[p]) {
      leaves[(*leave_count)++] = (waiting){r->gain[v], v, p};
    }
  }
  qsort(enters, *enter_count, sizeof *enters, by_gain);
  qsort(leaves, *leave_count, sizeof *leaves, by_part);
}

/* The best of those that may leave @p w's part for it. */
static void exchange(phs_hyper_round *r, const waiting *w, const waiting *leaves, uint32_t begin,
                     uint32_t end) {
  phs_hyper_state *s = r->s;
  uint32_t from = s->part[w->v];
  int tries = 0;
  if (from == w->at) {
    return;
  }
  if (phs_hyper_try(s, w->v, w->at, r->least) > 0) {
    phs_hyper_wake(r, w->v);
    return;
  }
  double gain = phs_hyper_gain(s, w->v, w->at);
  r->tally[0].visits += 2 * r->mean;
  for (uint32_t i = begin; i < end && tries < TRIES && gain > r->least; i++) {
    uint32_t u = leaves[i].v;
    if (s->part[u] != w->at || gain + (double)leaves[i].gain <= r->least) {
      continue;
    }
    tries++;
    r->tally[0].visits += r->mean;
    if (gain + phs_hyper_gain(s, u, from) > r->least &&
        phs_hyper_try_swap(s, w->v, u, r->least) > 0) {
      phs_hyper_wake(r, w->v);
      phs_hyper_wake(r, u);
      return;
    }
  }
}

bool phs_hyper_swap_round(phs_hyper_round *r) {
  phs_hyper_state *s = r->s;
  uint32_t n = s->h->g.vertex_count;
  phs_arena *arena = phs_arena_create();
  float *wanted = arena ? PHS_HYPER_ARRAY(arena, float, s->room) : NULL;
  waiting *enters = arena ? PHS_HYPER_ARRAY(arena, waiting, n) : NULL;
  waiting *leaves = arena ? PHS_HYPER_ARRAY(arena, waiting, n) : NULL;
  uint32_t *row = arena ? PHS_HYPER_ARRAY(arena, uint32_t, (size_t)s->room + 1) : NULL;
  bool ok = wanted && enters && leaves && row;
  if (ok) {
    size_t enter_count, leave_count;
    collect(r, wanted, enters, &enter_count, leaves, &leave_count);
    for (size_t i = 0; i < leave_count; i++) {
      row[leaves[i].at + 1]++;
    }
    for (uint32_t p = 0; p < s->room; p++) {
      row[p + 1] += row[p];
    }
    for (size_t i = 0; i < enter_count && r->tally[0].visits < r->budget; i++) {
      uint32_t p = enters[i].at;
      exchange(r, &enters[i], leaves, row[p], row[p + 1]);
    }
  }
  phs_arena_destroy(arena);
  return ok;
}
