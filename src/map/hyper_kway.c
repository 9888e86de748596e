/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Refinement: each vertex's best other part is found in parallel with the partition as it stands;
 * moves are then made one after the other, each held against the partition as it is by then. Where
 * parts are full, vertices change places. */
#include "map/hyper_round.h"

enum {
  CHUNK = 256,
  BLOCKS = 8,
  SMALL = 2048,
  PILOT = 64 /* so small a fraction of the vertices shows whether the rest is worth it */
};

static void find_chunk(void *user, size_t first, size_t end, int thread) {
  phs_hyper_round *r = user;
  for (size_t i = first; i < end; i++) {
    uint32_t v = (uint32_t)(r->base + i);
    r->to[v] = PHS_HYPER_NONE;
    if (!r->awake[v]) {
      continue;
    }
    r->awake[v] = 0;
    r->want[v] = PHS_HYPER_NONE;
    if (r->sample && phs_hyper_at_home(r->s, v)) {
      continue;
    }
    phs_hyper_find(r, v, &r->tally[thread]);
  }
}

void phs_hyper_wake(phs_hyper_round *r, uint32_t v) {
  const phs_hyper *h = r->s->h;
  r->awake[v] = 1;
  for (uint64_t i = h->in_row[v]; i < h->in_row[v + 1]; i++) {
    uint32_t e = h->in_net[i], source = phs_hyper_source(&h->g, e);
    if (source != PHS_NO_VERTEX) {
      r->awake[source] = 1;
    }
    /* few parts: each pin that is left alone, or not alone any more, is worth a look */
    for (uint64_t k = h->g.row[e]; r->wake_pins && k < h->g.row[e + 1]; k++) {
      r->awake[h->g.pin[k]] = 1;
    }
  }
  for (uint32_t i = phs_hyper_out_begin(h, v); i < phs_hyper_out_end(h, v); i++) {
    uint32_t e = phs_hyper_out(h, i);
    for (uint64_t k = h->g.row[e]; k < h->g.row[e + 1]; k++) {
      r->awake[h->g.pin[k]] = 1;
    }
  }
}

/* One round of moves. @return false where too little was gained to go on */
static bool move_round(phs_hyper_round *r, double enough, bool first) {
  phs_hyper_state *s = r->s;
  uint32_t n = s->h->g.vertex_count;
  size_t block = n < SMALL ? 1 : (size_t)n / BLOCKS + 1;
  double cost = s->cost;
  r->base = 0;
  for (size_t count, pilot = first && n >= SMALL ? n / PILOT : 0; r->base < n; r->base += count) {
    size_t most = r->base == 0 && pilot > 0 ? pilot : block;
    count = n - r->base < most ? n - r->base : most;
    phs_parallel(n < SMALL ? 1 : s->h->jobs, count, CHUNK, find_chunk, r);
    for (size_t i = r->base; i < r->base + count; i++) {
      if (r->to[i] == PHS_HYPER_NONE) {
        continue;
      }
      r->tally[0].visits += 2 * r->mean;
      if (phs_hyper_try(s, (uint32_t)i, r->to[i], r->least) > 0) {
        phs_hyper_wake(r, (uint32_t)i);
      }
    }
    r->work = 0;
    for (int j = 0; j < s->h->jobs; j++) {
      r->work += r->tally[j].visits;
    }
    if (r->work > r->budget) {
      return false;
    }
    if (r->base == 0 && pilot > 0 && (cost - s->cost) * PILOT < 3 * enough * cost) {
      return false;
    }
  }
  return true;
}

bool phs_hyper_kway(phs_hyper_state *s, const phs_hyper_rounds *o) {
  uint32_t n = s->h->g.vertex_count;
  phs_arena *arena = phs_arena_create();
  phs_hyper_round r = {.s = s, .least = 1e-9 * s->cost / (n + 1)};
  size_t jobs = (size_t)s->h->jobs;
  r.tally = arena ? PHS_HYPER_ARRAY(arena, phs_hyper_tally, jobs) : NULL;
  r.to = arena ? PHS_HYPER_ARRAY(arena, uint32_t, n) : NULL;
  r.want = arena ? PHS_HYPER_ARRAY(arena, uint32_t, n) : NULL;
  r.gain = arena ? PHS_HYPER_ARRAY(arena, float, n) : NULL;
  r.awake = arena ? PHS_HYPER_ARRAY(arena, uint8_t, n) : NULL;
  r.sample = o->sample;
  r.budget = o->budget;
  r.wake_pins = !o->sample;
  bool ok = r.tally && r.to && r.want && r.gain && r.awake;
  if (ok) {
    memset(r.awake, 1, n);
    for (uint32_t e = 0; e < s->h->g.net_count; e++) {
      r.mean += s->spread[e] * (s->h->g.row[e + 1] - s->h->g.row[e]);
    }
    r.mean = r.mean / n + 1;
  }
  for (size_t j = 0; ok && j < jobs; j++) {
    r.tally[j].save = PHS_HYPER_ARRAY(arena, double, s->room);
    r.tally[j].used = PHS_HYPER_ARRAY(arena, uint32_t, (size_t)s->room + 1);
    ok = r.tally[j].save && r.tally[j].used;
  }
  for (int i = 0; ok && i < o->most && s->parts > 1; i++) {
    double before = s->cost;
    if (!move_round(&r, o->enough, i == 0)) {
      break;
    }
    ok = !o->swaps || phs_hyper_swap_round(&r);
    if (before - s->cost <= o->enough * before) {
      break;
    }
  }
  phs_arena_destroy(arena);
  return ok;
}
