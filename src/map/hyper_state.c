/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* A partition with the parts of every net: what moves change, to the last axon. */
#include "map/hyper_internal.h"

enum { CHUNK = 4096 };

typedef struct filling {
  phs_hyper_state *s;
  uint32_t *seen, *place; /* [jobs * parts]: last net, from 1, and its slot */
  double *in, *out;       /* [jobs * room] */
  double *cost;           /* [chunks] */
} filling;

/* Slots of net e. @return how many */
static uint32_t fill_net(filling *f, size_t own, uint32_t e) {
  phs_hyper_state *s = f->s;
  const phs_hypergraph *g = &s->h->g;
  uint32_t *seen = f->seen + own, *place = f->place + own, n = 0;
  phs_hyper_slot *slot = s->slot + g->row[e];
  for (uint64_t i = g->row[e]; i < g->row[e + 1]; i++) {
    uint32_t p = s->part[g->pin[i]];
    if (seen[p] != e + 1) {
      seen[p] = e + 1;
      place[p] = n;
      slot[n++] = (phs_hyper_slot){.part = p};
    }
    slot[place[p]].count++;
  }
  return n;
}

static void fill_nets(void *user, size_t first, size_t end, int thread) {
  filling *f = user;
  phs_hyper_state *s = f->s;
  const phs_hypergraph *g = &s->h->g;
  size_t own = (size_t)thread * s->room;
  double cost = 0;
  for (uint32_t e = (uint32_t)first; e < end; e++) {
    uint32_t n = fill_net(f, own, e), source = phs_hyper_source(g, e);
    uint32_t home = source == PHS_NO_VERTEX ? PHS_HYPER_NONE : s->part[source];
    double neurons = phs_hyper_neurons(g, e), away = 0;
    const phs_hyper_slot *slot = s->slot + g->row[e];
    s->spread[e] = n;
    for (uint32_t i = 0; i < n; i++) {
      f->in[own + slot[i].part] += neurons;
      away += home == PHS_HYPER_NONE ? !s->distance : phs_hyper_apart(s, home, slot[i].part);
    }
    if (home != PHS_HYPER_NONE) {
      f->out[own + home] += neurons * n;
    }
    cost += phs_hyper_weight(g, e) * away;
  }
  f->cost[first / CHUNK] = cost;
}

static bool fill_state(phs_hyper_state *s, phs_arena *arena) {
  const phs_hypergraph *g = &s->h->g;
  size_t cells = (size_t)s->h->jobs * s->room, chunks = (size_t)g->net_count / CHUNK + 1;
  filling f = {.s = s};
  f.seen = PHS_HYPER_ARRAY(arena, uint32_t, cells);
  f.place = PHS_HYPER_ARRAY(arena, uint32_t, cells);
  f.in = PHS_HYPER_ARRAY(arena, double, cells);
  f.out = PHS_HYPER_ARRAY(arena, double, cells);
  f.cost = PHS_HYPER_ARRAY(arena, double, chunks);
  if (!f.seen || !f.place || !f.in || !f.out || !f.cost) {
    return false;
  }
  s->in = f.in;
  s->out = f.out;
  phs_parallel(s->h->jobs, g->net_count, CHUNK, fill_nets, &f);
  for (size_t i = s->room; i < cells; i++) { /* whole numbers: the order changes no sum */
    f.in[i % s->room] += f.in[i];
    f.out[i % s->room] += f.out[i];
  }
  for (size_t i = 0; i < chunks; i++) {
    s->cost += f.cost[i];
  }
  for (uint32_t v = 0; v < g->vertex_count; v++) {
    phs_hyper_shift(s->load + (size_t)s->part[v] * (size_t)g->dims,
                    g->load + (size_t)v * (size_t)g->dims, 1.0, g->dims);
    s->size[s->part[v]]++;
  }
  return true;
}

bool phs_hyper_state_create(const phs_hyper *h, const phs_hyper_limits *limits, uint32_t *part,
                            uint32_t parts, uint32_t room, phs_arena *arena, phs_hyper_state *out) {
  const phs_hypergraph *g = &h->g;
  phs_hyper_distance distance = out->distance;
  *out = (phs_hyper_state){.h = h,
                           .limits = limits,
                           .parts = parts,
                           .room = room,
                           .part = part,
                           .distance = distance,
                           .user = out->user,
                           .table = out->table};
  out->axons = limits->axons_in < INFINITY || limits->axons_out < INFINITY;
  out->slot = PHS_HYPER_ARRAY(arena, phs_hyper_slot, g->row[g->net_count]);
  out->spread = PHS_HYPER_ARRAY(arena, uint32_t, g->net_count);
  out->load = PHS_HYPER_ARRAY(arena, double, (size_t)room *(size_t)g->dims);
  out->size = PHS_HYPER_ARRAY(arena, uint32_t, room);
  return out->slot && out->spread && out->load && out->size && fill_state(out, arena);
}

bool phs_hyper_within(const phs_hyper_state *s, uint32_t p) {
  int dims = s->h->g.dims;
  for (int d = 0; d < dims; d++) {
    if (s->load[(size_t)p * (size_t)dims + (size_t)d] > s->limits->capacity[d]) {
      return false;
    }
  }
  return s->in[p] <= s->limits->axons_in && s->out[p] <= s->limits->axons_out;
}

/* Takes a pin of net e out of part a and puts it into b. @return change of cost */
static double move_pin(phs_hyper_state *s, uint32_t e, uint32_t a, uint32_t b) {
  const phs_hypergraph *g = &s->h->g;
  phs_hyper_slot *slot = s->slot + g->row[e];
  uint32_t n = s->spread[e], at_a = n, at_b = n;
  for (uint32_t i = 0; i < n; i++) {
    at_a = slot[i].part == a ? i : at_a;
    at_b = slot[i].part == b ? i : at_b;
  }
  bool left = --slot[at_a].count == 0, entered = at_b == n;
  if (!entered) {
    slot[at_b].count++;
  }
  if (!left && !entered) {
    return 0;
  }
  if (left && entered) {
    slot[at_a] = (phs_hyper_slot){b, 1};
  } else if (left) {
    slot[at_a] = slot[--n];
  } else {
    slot[n++] = (phs_hyper_slot){b, 1};
  }
  s->spread[e] = n;
  uint32_t source = phs_hyper_source(g, e);
  double neurons = phs_hyper_neurons(g, e), weight = phs_hyper_weight(g, e);
  s->in[a] -= left ? neurons : 0;
  s->in[b] += entered ? neurons : 0;
  if (source == PHS_NO_VERTEX) {
    return s->distance ? 0 : weight * ((int)entered - (int)left);
  }
  uint32_t home = s->part[source];
  s->out[home] += neurons * ((int)entered - (int)left);
  return weight *
         ((entered ? phs_hyper_apart(s, home, b) : 0) - (left ? phs_hyper_apart(s, home, a) : 0));
}

/* What net e costs more from b than from a. */
static double source_shift(const phs_hyper_state *s, uint32_t e, uint32_t a, uint32_t b) {
  const phs_hyper_slot *slot = s->slot + s->h->g.row[e];
  double sum = 0;
  for (uint32_t i = 0; i < s->spread[e]; i++) {
    sum += phs_hyper_apart(s, b, slot[i].part) - phs_hyper_apart(s, a, slot[i].part);
  }
  return phs_hyper_weight(&s->h->g, e) * sum;
}

double phs_hyper_move(phs_hyper_state *s, uint32_t v, uint32_t to) {
  const phs_hyper *h = s->h;
  uint32_t from = s->part[v];
  size_t dims = (size_t)h->g.dims;
  double change = 0;
  if (from == to) {
    return 0;
  }
  for (uint64_t i = h->in_row[v]; i < h->in_row[v + 1]; i++) {
    change += move_pin(s, h->in_net[i], from, to);
  }
  s->part[v] = to;
  for (uint32_t i = phs_hyper_out_begin(h, v); i < phs_hyper_out_end(h, v); i++) {
    uint32_t e = phs_hyper_out(h, i);
    double axons = phs_hyper_neurons(&h->g, e) * s->spread[e];
    change += source_shift(s, e, from, to);
    s->out[from] -= axons;
    s->out[to] += axons;
  }
  phs_hyper_shift(s->load + from * dims, h->g.load + v * dims, -1.0, h->g.dims);
  phs_hyper_shift(s->load + to * dims, h->g.load + v * dims, 1.0, h->g.dims);
  s->size[from]--;
  s->size[to]++;
  s->cost += change;
  return change;
}

/* Gain of one net that v is a pin of; v itself may be its source. */
static double pin_gain(const phs_hyper_state *s, uint32_t e, uint32_t v, uint32_t a, uint32_t b) {
  const phs_hyper_slot *slot = s->slot + s->h->g.row[e];
  uint32_t n = s->spread[e], in_a = 0, in_b = 0;
  for (uint32_t i = 0; i < n; i++) {
    in_a = slot[i].part == a ? slot[i].count : in_a;
    in_b = slot[i].part == b ? slot[i].count : in_b;
  }
  uint32_t source = phs_hyper_source(&s->h->g, e);
  double weight = phs_hyper_weight(&s->h->g, e), gain = 0;
  if (source == v) { /* taken together with the move of the source */
    for (uint32_t i = 0; i < n; i++) {
      uint32_t p = slot[i].part;
      gain += phs_hyper_apart(s, a, p);
      gain -= p == a && in_a == 1 ? 0 : phs_hyper_apart(s, b, p);
    }
    return weight * gain;
  }
  if (source == PHS_NO_VERTEX) {
    return s->distance ? 0 : weight * ((in_a == 1) - (in_b == 0));
  }
  uint32_t home = s->part[source];
  gain += in_a == 1 ? phs_hyper_apart(s, home, a) : 0;
  gain -= in_b == 0 ? phs_hyper_apart(s, home, b) : 0;
  return weight * gain;
}

static bool is_pin(const phs_hyper *h, uint32_t v, uint32_t e) {
  uint64_t low = h->in_row[v], high = h->in_row[v + 1];
  while (low < high) {
    uint64_t middle = low + (high - low) / 2;
    if (h->in_net[middle] < e) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low < h->in_row[v + 1] && h->in_net[low] == e;
}

double phs_hyper_gain(const phs_hyper_state *s, uint32_t v, uint32_t to) {
  const phs_hyper *h = s->h;
  uint32_t from = s->part[v];
  double gain = 0;
  for (uint64_t i = h->in_row[v]; i < h->in_row[v + 1]; i++) {
    gain += pin_gain(s, h->in_net[i], v, from, to);
  }
  for (uint32_t i = phs_hyper_out_begin(h, v); i < phs_hyper_out_end(h, v); i++) {
    uint32_t e = phs_hyper_out(h, i);
    gain -= is_pin(h, v, e) ? 0 : source_shift(s, e, from, to);
  }
  return gain;
}

/* Third parts, too, may send more axons than before: their own limit is looked at net by net. */
static bool senders_within(const phs_hyper_state *s, uint32_t v) {
  const phs_hyper *h = s->h;
  for (uint64_t i = h->in_row[v]; i < h->in_row[v + 1]; i++) {
    uint32_t source = phs_hyper_source(&h->g, h->in_net[i]);
    if (source != PHS_NO_VERTEX && s->out[s->part[source]] > s->limits->axons_out) {
      return false;
    }
  }
  return true;
}

double phs_hyper_try(phs_hyper_state *s, uint32_t v, uint32_t to, double least) {
  uint32_t from = s->part[v];
  if (from == to || !phs_hyper_room(s, v, to)) {
    return 0;
  }
  double gain = phs_hyper_gain(s, v, to);
  if (gain <= least) {
    return 0;
  }
  phs_hyper_move(s, v, to);
  if (s->axons &&
      (!phs_hyper_within(s, to) || (s->limits->axons_out < INFINITY && !senders_within(s, v)))) {
    phs_hyper_move(s, v, from);
    return 0;
  }
  return gain;
}

/* Whether part p has room for @p enters where @p leaves goes. */
static bool exchangeable(const phs_hyper_state *s, uint32_t p, uint32_t enters, uint32_t leaves) {
  const phs_hypergraph *g = &s->h->g;
  size_t dims = (size_t)g->dims;
  for (size_t d = 0; d < dims; d++) {
    double more = (double)g->load[enters * dims + d] - (double)g->load[leaves * dims + d];
    if (more > 0 && s->load[p * dims + d] + more > s->limits->capacity[d]) {
      return false;
    }
  }
  return true;
}

double phs_hyper_try_swap(phs_hyper_state *s, uint32_t v, uint32_t u, double least) {
  uint32_t a = s->part[v], b = s->part[u];
  if (a == b || !exchangeable(s, a, u, v) || !exchangeable(s, b, v, u)) {
    return 0;
  }
  double gain = -phs_hyper_move(s, v, b);
  gain -= phs_hyper_move(s, u, a);
  bool ok = gain > least && phs_hyper_within(s, a) && phs_hyper_within(s, b);
  if (ok && s->axons && s->limits->axons_out < INFINITY) {
    ok = senders_within(s, v) && senders_within(s, u);
  }
  if (!ok) {
    phs_hyper_move(s, u, b);
    phs_hyper_move(s, v, a);
    return 0;
  }
  return gain;
}
