/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Refinement: each vertex's best other part is found in parallel with the partition as it stands;
 * moves are then made one after the other, each held against the partition as it is by then. Where
 * parts are full, vertices change places. */
#include "map/hyper_internal.h"

#include <stdlib.h>

enum {
  CHUNK = 256,
  BLOCKS = 8,
  SMALL = 2048,
  TRIES = 3,
  NEAR = 6,
  AHEAD = 6,
  SAMPLES = 16,
  PILOT = 64
};

/* What one thread adds up: what parts other than a vertex's own save. */
typedef struct tally {
  double *save;   /* [room] */
  uint32_t *used; /* [room + 1] */
  uint32_t count;
  uint64_t visits; /* of slots, so far */
} tally;

typedef struct rounds {
  phs_hyper_state *s;
  tally *tally;   /* [jobs] */
  uint32_t *to;   /* [vertices] best part with room, if moving gains, or PHS_HYPER_NONE */
  uint32_t *want; /* [vertices] best part, room or not */
  float *gain;    /* [vertices] of going to want */
  uint8_t *awake; /* [vertices] to be looked at */
  bool sample;    /* pass over those that are at home by a sample */
  bool wake_pins;
  size_t base;
  uint64_t work, budget; /* visits of slots */
  uint64_t mean;         /* of a vertex */
  double least;          /* gains below it are rounding */
} rounds;

static inline void save(tally *t, uint32_t p, double weight) {
  double before = t->save[p];
  t->used[t->count] = p;
  t->count += before == 0 && weight > 0;
  t->save[p] = before + weight;
}

static void prefetch_net(const phs_hyper_state *s, uint32_t e) {
  const phs_hyper_slot *slot = s->slot + s->h->g.row[e];
  __builtin_prefetch(slot);
  __builtin_prefetch(slot + 8);
  __builtin_prefetch(slot + 16);
}

/* One net that v is a pin of. @return what v has to save because of it. This loop takes most of the
 * time of refinement: no branches, and what it counts stays in registers. */
static double tally_net(const phs_hyper_state *s, uint32_t e, uint32_t v, tally *t) {
  const phs_hypergraph *g = &s->h->g;
  const uint32_t from = s->part[v], source = phs_hyper_source(g, e), n = s->spread[e];
  const uint32_t home = source == PHS_NO_VERTEX || source == v ? PHS_HYPER_NONE : s->part[source];
  const double weight = phs_hyper_weight(g, e);
  const phs_hyper_slot *slot = s->slot + g->row[e];
  double *restrict sums = t->save;
  uint32_t *restrict used = t->used;
  uint32_t count = t->count, alone = 0, at_home = home == PHS_HYPER_NONE;
  t->visits += n;
  if (weight <= 0) {
    return 0;
  }
  for (uint32_t k = 0; k < n; k++) {
    uint32_t p = slot[k].part;
    double before = sums[p];
    used[count] = p;
    count += before == 0;
    sums[p] = before + weight;
    alone |= (uint32_t)(p == from) & (uint32_t)(slot[k].count == 1);
    at_home |= (uint32_t)(p == home);
  }
  t->count = count;
  if (!at_home) {
    save(t, home, weight);
  }
  return alone && home != from ? 0 : weight;
}

/* Adds up what v saves in each part where nets already go. @return what it has to save to gain */
static double tally_vertex(const phs_hyper_state *s, uint32_t v, tally *t) {
  const phs_hyper *h = s->h;
  uint32_t from = s->part[v];
  double base = 0;
  bool loops = false;
  for (uint64_t i = h->in_row[v]; i < h->in_row[v + 1]; i++) {
    if (i + AHEAD < h->in_row[v + 1]) {
      prefetch_net(s, h->in_net[i + AHEAD]);
    }
    base += tally_net(s, h->in_net[i], v, t);
    loops |= phs_hyper_source(&h->g, h->in_net[i]) == v;
  }
  for (uint32_t i = phs_hyper_out_begin(h, v); i < phs_hyper_out_end(h, v); i++) {
    uint32_t e = phs_hyper_out(h, i);
    bool loop = false;
    for (uint64_t k = h->in_row[v]; loops && !loop && k < h->in_row[v + 1]; k++) {
      loop = h->in_net[k] == e;
    }
    double weight = phs_hyper_weight(&h->g, e);
    const phs_hyper_slot *slot = s->slot + h->g.row[e];
    for (uint32_t k = 0; k < s->spread[e] && !loop; k++) {
      base += slot[k].part == from ? weight : 0;
      save(t, slot[k].part, weight);
    }
  }
  return base;
}

/* Whether most of a sample of those that v talks to are in its own part. */
static bool at_home(const phs_hyper_state *s, uint32_t v) {
  const phs_hyper *h = s->h;
  uint32_t from = s->part[v], same = 0, seen = 0;
  uint64_t n = h->in_row[v + 1] - h->in_row[v], step = n / SAMPLES + 1;
  for (uint64_t i = h->in_row[v]; i < h->in_row[v + 1]; i += step) {
    uint32_t source = phs_hyper_source(&h->g, h->in_net[i]);
    seen++;
    same += source != PHS_NO_VERTEX && s->part[source] == from;
  }
  for (uint32_t i = phs_hyper_out_begin(h, v); i < phs_hyper_out_end(h, v); i++) {
    uint32_t e = phs_hyper_out(h, i);
    uint64_t row = h->g.row[e], end = h->g.row[e + 1];
    step = (end - row) / SAMPLES + 1;
    for (; row < end; row += step) {
      seen++;
      same += s->part[h->g.pin[row]] == from;
    }
  }
  return 2 * same > seen;
}

static void find_best(rounds *r, uint32_t v, tally *t) {
  const phs_hyper_state *s = r->s;
  double base = tally_vertex(s, v, t), top = -INFINITY, top_room = base + r->least;
  uint32_t want = PHS_HYPER_NONE, to = PHS_HYPER_NONE, from = s->part[v];
  for (uint32_t i = 0; i < t->count; i++) {
    uint32_t p = t->used[i];
    double value = t->save[p];
    t->save[p] = 0;
    if (p == from) {
      continue;
    }
    if (value > top || (value == top && p < want)) {
      top = value;
      want = p;
    }
    if ((value > top_room || (value == top_room && p < to)) && phs_hyper_room(s, v, p)) {
      top_room = value;
      to = p;
    }
  }
  t->count = 0;
  r->to[v] = to;
  r->want[v] = want;
  r->gain[v] = (float)(top - base);
}

/* With distances: the parts that v talks to most, each looked at exactly. */
static void find_near(rounds *r, uint32_t v, tally *t) {
  const phs_hyper_state *s = r->s;
  const phs_hyper *h = s->h;
  uint32_t from = s->part[v], near[NEAR], count = 0;
  for (uint64_t i = h->in_row[v]; i < h->in_row[v + 1]; i++) {
    uint32_t e = h->in_net[i], source = phs_hyper_source(&h->g, e);
    if (source != PHS_NO_VERTEX && source != v) {
      save(t, s->part[source], phs_hyper_weight(&h->g, e));
    }
  }
  for (uint32_t i = phs_hyper_out_begin(h, v); i < phs_hyper_out_end(h, v); i++) {
    uint32_t e = phs_hyper_out(h, i);
    for (uint32_t k = 0; k < s->spread[e]; k++) {
      save(t, s->slot[h->g.row[e] + k].part, phs_hyper_weight(&h->g, e));
    }
  }
  for (uint32_t i = 0; i < t->count; i++) { /* insertion into the few heaviest */
    uint32_t p = t->used[i], at;
    if (p == from || (count == NEAR && t->save[p] <= t->save[near[NEAR - 1]])) {
      continue;
    }
    count += count < NEAR;
    for (at = count - 1; at > 0 && t->save[near[at - 1]] < t->save[p]; at--) {
      near[at] = near[at - 1];
    }
    near[at] = p;
  }
  for (uint32_t i = 0; i < t->count; i++) {
    t->save[t->used[i]] = 0;
  }
  t->count = 0;
  double top = -INFINITY, top_room = r->least;
  r->to[v] = r->want[v] = PHS_HYPER_NONE;
  for (uint32_t i = 0; i < count; i++) {
    double gain = phs_hyper_gain(s, v, near[i]);
    if (gain > top) {
      top = gain;
      r->want[v] = near[i];
    }
    if (gain > top_room && phs_hyper_room(s, v, near[i])) {
      top_room = gain;
      r->to[v] = near[i];
    }
  }
  r->gain[v] = (float)top;
}

static void find_chunk(void *user, size_t first, size_t end, int thread) {
  rounds *r = user;
  for (size_t i = first; i < end; i++) {
    uint32_t v = (uint32_t)(r->base + i);
    r->to[v] = PHS_HYPER_NONE;
    if (!r->awake[v]) {
      continue;
    }
    r->awake[v] = 0;
    r->want[v] = PHS_HYPER_NONE;
    if (r->sample && at_home(r->s, v)) {
      continue;
    }
    if (r->s->distance) {
      find_near(r, v, &r->tally[thread]);
    } else {
      find_best(r, v, &r->tally[thread]);
    }
  }
}

/* What a vertex that moved talks to may have gained or lost a reason to move. */
static void wake(rounds *r, uint32_t v) {
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
static bool move_round(rounds *r, double enough, bool first) {
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
        wake(r, (uint32_t)i);
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
static void collect(rounds *r, float *wanted, waiting *enters, size_t *enter_count, waiting *leaves,
                    size_t *leave_count) {
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
static void exchange(rounds *r, const waiting *w, const waiting *leaves, uint32_t begin,
                     uint32_t end) {
  phs_hyper_state *s = r->s;
  uint32_t from = s->part[w->v];
  int tries = 0;
  if (from == w->at) {
    return;
  }
  if (phs_hyper_try(s, w->v, w->at, r->least) > 0) {
    wake(r, w->v);
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
      wake(r, w->v);
      wake(r, u);
      return;
    }
  }
}

static bool swap_round(rounds *r) {
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

bool phs_hyper_kway(phs_hyper_state *s, const phs_hyper_rounds *o) {
  uint32_t n = s->h->g.vertex_count;
  phs_arena *arena = phs_arena_create();
  rounds r = {.s = s, .least = 1e-9 * s->cost / (n + 1)};
  size_t jobs = (size_t)s->h->jobs;
  r.tally = arena ? PHS_HYPER_ARRAY(arena, tally, jobs) : NULL;
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
    ok = !o->swaps || swap_round(&r);
    if (before - s->cost <= o->enough * before) {
      break;
    }
  }
  phs_arena_destroy(arena);
  return ok;
}
