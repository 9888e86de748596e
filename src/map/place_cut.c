/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Multilevel bisection: heavy edges are contracted until few vertices are left, those are cut, and
 * the cut is refined on the way back (Hendrickson, Leland 1995; Karypis, Kumar 1998).
 */
#include "map/place_cut.h"

#include <stdlib.h>
#include <string.h>

enum { COARSEST = 64, MOST_LEVELS = 40, SEEDS = 6, PASSES = 3 };

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

/* Pairs vertices. @return how many the next level has */
static uint32_t match(const plc_cut *c, int64_t biggest, uint32_t *coarse) {
  uint32_t count = 0;
  memset(coarse, 0xff, c->n * sizeof *coarse);
  for (uint32_t v = 0; v < c->n; v++) {
    if (coarse[v] == PLC_NONE) {
      coarse[v] = count;
      uint32_t to = partner_of(c, v, coarse, biggest);
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
    out->c = (plc_cut){count,     out->row, out->to, out->weight, out->size,
                       out->pull, c->least, c->most, c->aim};
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
  return way == 1 ? cut_by_pull(c, side) : cut_by_growing(c, plc_below(random, c->n), side);
}

static bool cut_coarsest(const plc_cut *c, uint64_t seed, uint8_t *side) {
  uint8_t *trial = malloc((size_t)c->n + 1);
  uint64_t random = plc_stream(seed, c->n);
  int64_t least = INT64_MAX;
  double best = 0;
  bool ok = trial != NULL;
  int ways = c->n > 2000 ? 2 : 2 + SEEDS; /* growing takes quadratic time */
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

bool plc_cut_graph(const plc_cut *c, uint64_t seed, bool keep, uint8_t *side) {
  level levels[MOST_LEVELS] = {0};
  int count = 0;
  int64_t total = 0;
  bool ok = true;
  const plc_cut *now = c;
  if (keep) {
    return plc_cut_refine(c, PASSES, side);
  }
  for (uint32_t v = 0; v < c->n; v++) {
    total += c->size[v];
  }
  while (ok && now->n > COARSEST && count < MOST_LEVELS) {
    level *l = &levels[count];
    l->coarse = malloc(((size_t)now->n + 1) * sizeof *l->coarse);
    uint32_t n = l->coarse ? match(now, total / 16 + 1, l->coarse) : 0;
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
