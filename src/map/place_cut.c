/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Multilevel bisection: heavy edges are contracted until few vertices are left, those are cut, and
 * the cut is refined on the way back (Hendrickson, Leland 1995; Karypis, Kumar 1998).
 */
#include "map/place_cut.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { COARSEST = 64, MOST_LEVELS = 40, SEEDS = 6, PASSES = 3, TURNS = 60 };

typedef struct level {
  plc_cut c;
  uint32_t *row, *to, *coarse; /* owned; coarse: vertex of the next level */
  float *weight, *pull;
  int64_t *size;
} level;

static void drop(level *l) {
  free(l->row);
  free(l->to);
  free(l->weight);
  free(l->pull);
  free(l->size);
  free(l->coarse);
  *l = (level){0};
}

static uint32_t apart(uint32_t a, uint32_t b) {
  return a < b ? b - a : a - b;
}

/* The unmatched neighbour of @p v with the heaviest edge; of about equal ones that with the nearest
 * number: neighbours in the order of cores belong together in structured networks. */
static uint32_t partner_of(const plc_cut *c, uint32_t v, const uint32_t *mate, int64_t biggest) {
  uint32_t best = PLC_NONE;
  float most = 0;
  for (uint32_t k = c->row[v]; k < c->row[v + 1]; k++) {
    uint32_t to = c->to[k];
    if (mate[to] == PLC_NONE && c->size[v] + c->size[to] <= biggest && c->weight[k] > most) {
      most = c->weight[k];
    }
  }
  for (uint32_t k = c->row[v]; most > 0 && k < c->row[v + 1]; k++) {
    uint32_t to = c->to[k];
    if (mate[to] == PLC_NONE && c->size[v] + c->size[to] <= biggest &&
        c->weight[k] >= 0.8f * most && (best == PLC_NONE || apart(v, to) < apart(v, best))) {
      best = to;
    }
  }
  return best;
}

/* The same, of about equal ones any. */
static uint32_t any_partner_of(const plc_cut *c, uint32_t v, const uint32_t *mate, int64_t biggest,
                               uint64_t *random) {
  uint32_t best = PLC_NONE;
  float most = 0;
  for (uint32_t k = c->row[v]; k < c->row[v + 1]; k++) {
    uint32_t to = c->to[k];
    float w = c->weight[k] * (0.8f + 0.2f * (float)plc_below(random, 1024) / 1024);
    if (mate[to] == PLC_NONE && c->size[v] + c->size[to] <= biggest && w > most) {
      most = w;
      best = to;
    }
  }
  return best;
}

/* Pairs vertices, in their order or in a random one. @return how many the next level has */
static uint32_t match(const plc_cut *c, int64_t biggest, uint64_t *random, uint32_t *coarse) {
  uint32_t count = 0, stride = 1;
  memset(coarse, 0xff, c->n * sizeof *coarse);
  while (random && (stride == 1 || c->n % stride == 0)) { /* a prime that does not divide n */
    static const uint32_t prime[] = {1000003, 1000033, 1000037, 1000039, 1000081, 1000099};
    stride = prime[plc_below(random, sizeof prime / sizeof *prime)];
  }
  uint64_t at = random ? plc_below(random, c->n) : 0;
  for (uint32_t i = 0; i < c->n; i++, at = (at + stride) % c->n) {
    uint32_t v = (uint32_t)at;
    if (coarse[v] == PLC_NONE) {
      coarse[v] = count;
      uint32_t to = random ? any_partner_of(c, v, coarse, biggest, random)
                           : partner_of(c, v, coarse, biggest);
      if (to != PLC_NONE) {
        coarse[to] = count;
      }
      count++;
    }
  }
  return count;
}

/* Sums of what vertices have; members of coarse vertices as a list. */
static bool add_vertices(const plc_cut *c, const uint32_t *coarse, level *out, uint32_t *first,
                         uint32_t *second) {
  for (uint32_t v = 0; v < c->n; v++) {
    uint32_t to = coarse[v];
    out->size[to] += c->size[v];
    out->pull[to] += c->pull[v];
    if (first[to] == PLC_NONE) {
      first[to] = v;
    } else {
      second[to] = v;
    }
  }
  return true;
}

typedef struct adder {
  const plc_cut *c;
  const uint32_t *coarse;
  level *out;
  uint32_t *slot; /* [coarse vertices] where its edge is, or PLC_NONE */
  uint32_t count;
} adder;

static void add_edges(adder *a, uint32_t v, uint32_t own) {
  for (uint32_t k = a->c->row[v]; k < a->c->row[v + 1]; k++) {
    uint32_t to = a->coarse[a->c->to[k]];
    if (to == own) {
      continue;
    }
    if (a->slot[to] == PLC_NONE || a->slot[to] < a->out->row[own]) {
      a->slot[to] = a->count++;
      a->out->to[a->slot[to]] = to;
      a->out->weight[a->slot[to]] = 0;
    }
    a->out->weight[a->slot[to]] += a->c->weight[k];
  }
}

static bool contract(const plc_cut *c, const uint32_t *coarse, uint32_t count, level *out) {
  size_t n = (size_t)count + 1, edges = (size_t)c->row[c->n] + 1;
  uint32_t *first = malloc(n * sizeof *first), *second = malloc(n * sizeof *second);
  uint32_t *slot = malloc(n * sizeof *slot);
  out->row = calloc(n, sizeof *out->row);
  out->to = malloc(edges * sizeof *out->to);
  out->weight = malloc(edges * sizeof *out->weight);
  out->size = calloc(n, sizeof *out->size);
  out->pull = calloc(n, sizeof *out->pull);
  bool ok = first && second && slot && out->row && out->to && out->weight && out->size && out->pull;
  if (ok) {
    memset(first, 0xff, n * sizeof *first);
    memset(second, 0xff, n * sizeof *second);
    memset(slot, 0xff, n * sizeof *slot);
    add_vertices(c, coarse, out, first, second);
    adder a = {c, coarse, out, slot, 0};
    for (uint32_t v = 0; v < count; v++) {
      out->row[v] = a.count;
      add_edges(&a, first[v], v);
      if (second[v] != PLC_NONE) {
        add_edges(&a, second[v], v);
      }
    }
    out->row[count] = a.count;
    out->c = *c;
    out->c.n = count;
    out->c.row = out->row;
    out->c.size = out->size;
    out->c.pull = out->pull;
    uint32_t *to = realloc(out->to, (a.count + 1) * sizeof *to);
    out->c.to = out->to = to ? to : out->to;
    float *weight = realloc(out->weight, (a.count + 1) * sizeof *weight);
    out->c.weight = out->weight = weight ? weight : out->weight;
  }
  free(first);
  free(second);
  free(slot);
  return ok;
}

/* Vertices in their order until the aim is reached: neighbours in it often belong together. */
static void cut_in_order(const plc_cut *c, uint8_t *side) {
  int64_t size = 0;
  for (uint32_t v = 0; v < c->n; v++) {
    side[v] = size + c->size[v] / 2 > c->aim;
    size += side[v] ? 0 : c->size[v];
  }
}

typedef struct pulled {
  float pull;
  uint32_t vertex;
} pulled;

static int by_pull(const void *a, const void *b) {
  const pulled *x = a, *y = b;
  if (x->pull != y->pull) {
    return x->pull < y->pull ? -1 : 1;
  }
  return (x->vertex > y->vertex) - (x->vertex < y->vertex);
}

static bool cut_by_pull(const plc_cut *c, uint8_t *side) {
  pulled *p = malloc(((size_t)c->n + 1) * sizeof *p);
  int64_t size = 0;
  for (uint32_t v = 0; p && v < c->n; v++) {
    p[v] = (pulled){c->pull[v], v};
  }
  if (p) {
    qsort(p, c->n, sizeof *p, by_pull);
  }
  for (uint32_t i = 0; p && i < c->n; i++) {
    uint32_t v = p[i].vertex;
    side[v] = size + c->size[v] / 2 > c->aim;
    size += side[v] ? 0 : c->size[v];
  }
  free(p);
  return p != NULL;
}

/* By the smoothest vector over the graph that is not constant: some turns of the power method for
 * the second eigenvector of the walk on the graph (Fiedler 1975), pulls given a part in it. */
static bool cut_by_spectrum(const plc_cut *c, uint64_t *random, uint8_t *side) {
  plc_cut by = *c;
  float *now = malloc(((size_t)c->n + 1) * sizeof *now),
        *next = malloc(((size_t)c->n + 1) * sizeof *next);
  bool ok = now && next;
  for (uint32_t v = 0; ok && v < c->n; v++) {
    now[v] = (float)plc_below(random, 2048) / 1024 - 1;
  }
  for (int turn = 0; ok && turn < TURNS; turn++) {
    double mean = 0, square = 0;
    for (uint32_t v = 0; v < c->n; v++) {
      mean += (double)now[v] / c->n;
    }
    for (uint32_t v = 0; v < c->n; v++) {
      now[v] -= (float)mean;
      square += (double)now[v] * (double)now[v] / c->n;
    }
    float scale = square > 0 ? (float)(1 / sqrt(square)) : 1;
    for (uint32_t v = 0; v < c->n; v++) {
      double sum = 0, weight = 0;
      for (uint32_t k = c->row[v]; k < c->row[v + 1]; k++) {
        sum += (double)c->weight[k] * (double)now[c->to[k]];
        weight += (double)c->weight[k];
      }
      next[v] = scale * (now[v] + (weight > 0 ? (float)(sum / weight) : 0)) / 2;
    }
    float *was = now;
    now = next;
    next = was;
  }
  by.pull = now;
  ok = ok && cut_by_pull(&by, side);
  free(now);
  free(next);
  return ok;
}

/* Part 0 grows from one vertex by what it is joined to most. */
static bool cut_by_growing(const plc_cut *c, uint32_t seed, uint8_t *side) {
  double *join = calloc((size_t)c->n + 1, sizeof *join);
  int64_t size = 0;
  memset(side, 1, c->n);
  for (uint32_t v = seed; join && v != PLC_NONE;) {
    side[v] = 0;
    size += c->size[v];
    for (uint32_t k = c->row[v]; k < c->row[v + 1]; k++) {
      join[c->to[k]] += 2 * (double)c->weight[k];
    }
    v = PLC_NONE;
    for (uint32_t i = 0; i < c->n; i++) {
      if (side[i] && size + c->size[i] / 2 <= c->aim &&
          (v == PLC_NONE || join[i] - (double)c->pull[i] > join[v] - (double)c->pull[v])) {
        v = i;
      }
    }
  }
  free(join);
  return join != NULL;
}

static bool try_cut(const plc_cut *c, int way, uint64_t *random, uint8_t *side) {
  if (way == 0) {
    cut_in_order(c, side);
    return true;
  }
  return way == 1   ? cut_by_pull(c, side)
         : way <= 3 ? cut_by_spectrum(c, random, side)
                    : cut_by_growing(c, plc_below(random, c->n), side);
}

static bool cut_coarsest(const plc_cut *c, uint64_t seed, uint8_t *side) {
  uint8_t *trial = malloc((size_t)c->n + 1);
  uint64_t random = plc_stream(seed, c->n);
  int64_t least = INT64_MAX;
  double best = 0;
  bool ok = trial != NULL;
  int ways = c->n > 2000 ? 4 : 4 + SEEDS; /* growing takes quadratic time */
  for (int way = 0; ok && c->n > 0 && way < ways; way++) {
    ok = try_cut(c, way, &random, trial) && plc_cut_refine(c, 2 * PASSES, trial);
    int64_t excess = plc_excess(c, plc_cut_size(c, trial));
    double cost = plc_cut_cost(c, trial);
    if (excess < least || (excess == least && cost < best)) {
      least = excess;
      best = cost;
      memcpy(side, trial, c->n);
    }
  }
  free(trial);
  return ok;
}

/* From the coarsest level back to the first. */
static bool uncoarsen(const plc_cut *c, level *levels, int count, uint8_t *side) {
  uint8_t *next = malloc((size_t)c->n + 1);
  bool ok = next != NULL;
  for (int i = count - 1; ok && i >= 0; i--) {
    const plc_cut *fine = i == 0 ? c : &levels[i - 1].c;
    for (uint32_t v = 0; v < fine->n; v++) {
      next[v] = side[levels[i].coarse[v]];
    }
    memcpy(side, next, fine->n);
    ok = plc_cut_refine(fine, PASSES, side);
  }
  free(next);
  return ok;
}

/* One way through the levels; @p random: NULL for the order of vertices. */
static bool cut_once(const plc_cut *c, int64_t total, uint64_t seed, uint64_t *random,
                     uint8_t *side) {
  level levels[MOST_LEVELS] = {0};
  int count = 0;
  bool ok = true;
  const plc_cut *now = c;
  while (ok && now->n > COARSEST && count < MOST_LEVELS) {
    level *l = &levels[count];
    l->coarse = malloc(((size_t)now->n + 1) * sizeof *l->coarse);
    uint32_t n = l->coarse ? match(now, total / 16 + 1, random, l->coarse) : 0;
    ok = l->coarse && contract(now, l->coarse, n, l);
    count++;
    bool stalled = ok && n > now->n - now->n / 20;
    now = ok ? &l->c : now;
    if (stalled) {
      break;
    }
  }
  ok = ok && cut_coarsest(now, seed, side) && uncoarsen(c, levels, count, side);
  for (int i = 0; i < count; i++) {
    drop(&levels[i]);
  }
  return ok;
}

bool plc_cut_graph(const plc_cut *c, uint64_t seed, bool keep, uint8_t *side) {
  int64_t total = 0, least = INT64_MAX;
  double best = 0;
  if (keep) {
    return plc_cut_refine(c, PASSES, side);
  }
  for (uint32_t v = 0; v < c->n; v++) {
    total += c->size[v];
  }
  int tries = c->n <= COARSEST ? 1 : c->tries;
  uint8_t *trial = malloc((size_t)c->n + 1);
  bool ok = trial != NULL;
  for (int t = 0; ok && t < tries; t++) {
    uint64_t random = plc_stream(seed, (uint64_t)t);
    ok = cut_once(c, total, seed + (uint64_t)t, t ? &random : NULL, trial);
    int64_t excess = plc_excess(c, plc_cut_size(c, trial));
    double cost = plc_cut_cost(c, trial);
    if (ok && (excess < least || (excess == least && cost < best))) {
      least = excess;
      best = cost;
      memcpy(side, trial, c->n);
    }
  }
  free(trial);
  return ok;
}
