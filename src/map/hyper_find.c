/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* What a vertex would like best. Without distances, what each part saves is added up over the parts
 * of its nets; with them, the few parts that it talks to most are looked at exactly. */
#include "map/hyper_round.h"

enum { NEAR = 6, AHEAD = 6, SAMPLES = 16 };

static inline void save(phs_hyper_tally *t, uint32_t p, double weight) {
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
static double tally_net(const phs_hyper_state *s, uint32_t e, uint32_t v, phs_hyper_tally *t) {
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
static double tally_vertex(const phs_hyper_state *s, uint32_t v, phs_hyper_tally *t) {
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

bool phs_hyper_at_home(const phs_hyper_state *s, uint32_t v) {
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

static void find_best(phs_hyper_round *r, uint32_t v, phs_hyper_tally *t) {
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
static void find_near(phs_hyper_round *r, uint32_t v, phs_hyper_tally *t) {
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

void phs_hyper_find(phs_hyper_round *r, uint32_t v, phs_hyper_tally *t) {
  if (r->s->distance) {
    find_near(r, v, t);
  } else {
    find_best(r, v, t);
  }
}
