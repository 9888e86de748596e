/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* First parts, in two ways of which the better is kept: the largest clusters are parts and the rest
 * joins the part that it talks to most; or the coarse graph is bisected again and again. Coarse
 * levels may exceed capacities by about a vertex; what has no room in the end is broken up into its
 * members, level by level, down to single vertices. */
#include "map/hyper_table.h"

#include <stdlib.h>

enum { VISITS = 2048, GRAPH_ROUNDS = 4, COARSE = 7 /* vertices for a part */ };

typedef struct initial {
  phs_hyper_level *levels;
  int count;
  const double *capacity;
  double most[PHS_HYPER_PLAN_DIMS]; /* of the level at hand */
  uint64_t seed;
  int jobs;
  phs_arena *arena;
  int dims;
  uint32_t parts, room;
  double *load;      /* [room * dims] */
  uint32_t fallback; /* part that took the last vertex without neighbours */
  phs_hyper_table table;
} initial;

typedef struct sized {
  double size;
  uint32_t v;
} sized;

static int larger_first(const void *a, const void *b) {
  const sized *x = a, *y = b;
  if (x->size != y->size) {
    return x->size > y->size ? -1 : 1;
  }
  return x->v < y->v ? -1 : x->v > y->v;
}

static double size_of(const initial *s, const phs_hyper_level *l, uint32_t v) {
  double size = 0;
  for (int d = 0; d < s->dims; d++) {
    double load = (double)l->load[(size_t)v * (size_t)s->dims + (size_t)d];
    size = load > 0 ? fmax(size, load / s->most[d]) : size;
  }
  return size;
}

static bool has_room(const initial *s, const phs_hyper_level *l, uint32_t v, uint32_t p) {
  size_t dims = (size_t)s->dims;
  return phs_hyper_fits(s->load + p * dims, l->load + v * dims, s->most, s->dims);
}

/* The part with most room, in which v fits; the last one again while it does. */
static uint32_t roomiest(initial *s, const phs_hyper_level *l, uint32_t v) {
  if (s->fallback < s->parts && has_room(s, l, v, s->fallback)) {
    return s->fallback;
  }
  double top = -1;
  uint32_t best = PHS_HYPER_NONE;
  for (uint32_t p = 0; p < s->parts; p++) {
    double room = 1;
    for (int d = 0; d < s->dims; d++) {
      room = fmin(room, 1 - s->load[(size_t)p * (size_t)s->dims + (size_t)d] / s->most[d]);
    }
    if (room > top && has_room(s, l, v, p)) {
      top = room;
      best = p;
    }
  }
  s->fallback = best;
  return best;
}

static void settle(initial *s, const phs_hyper_level *l, uint32_t v, uint32_t p, uint32_t *part) {
  part[v] = p;
  phs_hyper_shift(s->load + (size_t)p * (size_t)s->dims, l->load + (size_t)v * (size_t)s->dims, 1.0,
                  s->dims);
}

static uint32_t choose(initial *s, const phs_hyper_level *l, uint32_t v, const uint32_t *part) {
  phs_hyper_table *t = &s->table;
  phs_hyper_visit(l, v, part, VISITS, t);
  float top = 0;
  uint32_t best = PHS_HYPER_NONE;
  for (uint32_t i = 0; i < t->count; i++) {
    uint32_t p = t->key[t->used[i]];
    float value = t->value[t->used[i]];
    if ((value > top || (value == top && p < best)) && has_room(s, l, v, p)) {
      top = value;
      best = p;
    }
  }
  phs_hyper_table_clear(t);
  return best != PHS_HYPER_NONE ? best : roomiest(s, l, v);
}

/* @return false where a vertex of the finest level has no room in as many parts as there may be */
static bool place_level(initial *s, const phs_hyper_level *l, const uint32_t *order, uint32_t *part,
                        bool finest) {
  for (uint32_t i = 0; i < l->count; i++) {
    uint32_t v = order ? order[i] : i;
    if (part[v] != PHS_HYPER_NONE) {
      continue;
    }
    uint32_t p = choose(s, l, v, part);
    if (p == PHS_HYPER_NONE && finest) {
      if (s->parts == s->room) {
        return false;
      }
      p = s->parts++;
    }
    if (p != PHS_HYPER_NONE) {
      settle(s, l, v, p, part);
    }
  }
  return true;
}

static uint32_t *by_size(const initial *s, const phs_hyper_level *l, phs_arena *arena) {
  sized *list = PHS_HYPER_ARRAY(arena, sized, l->count);
  uint32_t *order = PHS_HYPER_ARRAY(arena, uint32_t, l->count);
  if (!list || !order) {
    return NULL;
  }
  for (uint32_t v = 0; v < l->count; v++) {
    list[v] = (sized){size_of(s, l, v), v};
  }
  qsort(list, l->count, sizeof *list, larger_first);
  for (uint32_t i = 0; i < l->count; i++) {
    order[i] = list[i].v;
  }
  return order;
}

static bool refine_level(initial *s, const phs_hyper_level *l, uint32_t *part, int rounds) {
  for (int round = 0; round < rounds; round++) {
    phs_hyper_spread spread = {.level = l,
                               .label = part,
                               .label_count = s->parts,
                               .load = s->load,
                               .most = s->most,
                               .visits = VISITS,
                               .seed = s->seed + (uint64_t)round,
                               .jobs = s->jobs};
    uint32_t moved = phs_hyper_spread_round(&spread);
    if (moved == PHS_HYPER_NONE) {
      return false;
    }
    if (moved <= l->count / 500) {
      break;
    }
  }
  return true;
}

/* Sets the limits of level i: the capacities, and on coarse levels room for a vertex beyond. */
static void relax(initial *s, int i) {
  for (int d = 0; d < s->dims; d++) {
    const phs_hyper_level *l = &s->levels[i];
    double sum = 0;
    for (uint32_t v = 0; v < l->count && i > 0; v++) {
      sum += (double)l->load[(size_t)v * (size_t)s->dims + (size_t)d];
    }
    double slack = s->capacity[d] < INFINITY ? sum / l->count / s->capacity[d] : 0;
    s->most[d] = s->capacity[d] * (1 + fmin(0.25, slack));
  }
}

static bool is_over(const initial *s, uint32_t p) {
  for (int d = 0; d < s->dims; d++) {
    if (s->load[(size_t)p * (size_t)s->dims + (size_t)d] > s->most[d]) {
      return true;
    }
  }
  return false;
}

/* Takes those that talk least to their part out of parts that exceed the limits. */
static bool eject(initial *s, const phs_hyper_level *l, uint32_t *part) {
  phs_arena *arena = phs_arena_create();
  sized *list = arena ? PHS_HYPER_ARRAY(arena, sized, l->count) : NULL;
  uint32_t n = 0;
  for (uint32_t v = 0; list && v < l->count; v++) {
    if (part[v] != PHS_HYPER_NONE && is_over(s, part[v])) {
      phs_hyper_visit(l, v, part, VISITS, &s->table);
      list[n++] = (sized){-(double)phs_hyper_table_get(&s->table, part[v]), v};
      phs_hyper_table_clear(&s->table);
    }
  }
  if (list) {
    qsort(list, n, sizeof *list, larger_first);
  }
  for (uint32_t i = 0; list && i < n; i++) {
    uint32_t v = list[i].v, p = part[v];
    if (is_over(s, p)) {
      phs_hyper_shift(s->load + (size_t)p * (size_t)s->dims, l->load + (size_t)v * (size_t)s->dims,
                      -1.0, s->dims);
      part[v] = PHS_HYPER_NONE;
    }
  }
  phs_arena_destroy(arena);
  return list != NULL;
}

/* Labels of a level from those of the next coarser one. */
static uint32_t *project(const initial *s, int i, const uint32_t *coarse, uint32_t *fine) {
  const phs_hyper_level *l = &s->levels[i];
  fine = fine ? fine : PHS_HYPER_ARRAY(s->arena, uint32_t, l->count);
  for (uint32_t v = 0; fine && v < l->count; v++) {
    fine[v] = coarse[l->cluster[v]];
  }
  return fine;
}

/* From level i down to level 1. @return labels there, NULL without memory */
static uint32_t *descend(initial *s, int i, uint32_t *now, const uint32_t *order) {
  for (;; i--) {
    const phs_hyper_level *l = &s->levels[i];
    relax(s, i);
    place_level(s, l, order, now, false);
    if (!refine_level(s, l, now, GRAPH_ROUNDS)) {
      return NULL;
    }
    relax(s, i - 1);
    if (!eject(s, l, now) || !refine_level(s, l, now, 1)) {
      return NULL;
    }
    if (i == 1) {
      return now;
    }
    now = project(s, i - 1, now, NULL);
    if (!now) {
      return NULL;
    }
    order = s->levels[i - 1].member; /* those of a cluster in turn, so that they meet again */
  }
}

static uint32_t *grown(initial *s, uint32_t wanted) {
  int i = s->count - 1;
  const phs_hyper_level *top = &s->levels[i];
  uint32_t *now = PHS_HYPER_ARRAY(s->arena, uint32_t, top->count);
  uint32_t *order = by_size(s, top, s->arena);
  if (!now || !order) {
    return NULL;
  }
  memset(now, 0xff, top->count * sizeof *now);
  for (s->parts = 0; s->parts < wanted && s->parts < top->count; s->parts++) {
    settle(s, top, order[s->parts], s->parts, now);
  }
  return descend(s, i, now, order);
}

static uint32_t *bisected(initial *s, uint32_t wanted) {
  int i = 1;
  while (i + 1 < s->count && s->levels[i + 1].count >= COARSE * (uint64_t)wanted) {
    i++;
  }
  const phs_hyper_level *l = &s->levels[i];
  uint32_t *now = PHS_HYPER_ARRAY(s->arena, uint32_t, l->count);
  if (!now || !phs_hyper_bisect(l, s->capacity, wanted, s->seed, now)) {
    return NULL;
  }
  memset(s->load, 0, (size_t)s->room * (size_t)s->dims * sizeof *s->load);
  s->parts = wanted;
  s->fallback = PHS_HYPER_NONE;
  for (uint32_t v = 0; v < l->count; v++) {
    settle(s, l, v, now[v], now);
  }
  return descend(s, i, now, NULL);
}

/* Places single vertices that have no part yet. @return the cost, INFINITY where there is no room,
 * NAN without memory */
static double finish(initial *s, const uint32_t *coarse, uint32_t *part) {
  const phs_hyper_level *l = &s->levels[0];
  project(s, 0, coarse, part);
  relax(s, 0);
  memset(s->load, 0, (size_t)s->room * (size_t)s->dims * sizeof *s->load);
  s->fallback = PHS_HYPER_NONE;
  for (uint32_t v = 0; v < l->count; v++) {
    if (part[v] != PHS_HYPER_NONE) {
      settle(s, l, v, part[v], part);
    }
  }
  if (!place_level(s, l, l->member, part, true)) {
    return INFINITY;
  }
  phs_arena *arena = phs_arena_create();
  phs_hyper_use use;
  bool ok = arena && phs_hyper_count(&l->h->g, part, s->parts, s->jobs, arena, &use);
  phs_arena_destroy(arena);
  return ok ? use.cost : NAN;
}

uint32_t phs_hyper_initial(phs_hyper_level *levels, int count, const double *most, uint32_t wanted,
                           uint32_t most_parts, uint64_t seed, int jobs, phs_arena *arena,
                           uint32_t *part) {
  initial s = {.levels = levels,
               .count = count,
               .capacity = most,
               .seed = seed,
               .jobs = jobs,
               .arena = arena,
               .dims = levels[0].dims,
               .fallback = PHS_HYPER_NONE};
  uint32_t room = wanted + wanted / 4 + 16;
  s.room = room < most_parts ? room : most_parts;
  s.load = PHS_HYPER_ARRAY(arena, double, (size_t)s.room *(size_t)s.dims);
  memcpy(s.most, most, (size_t)s.dims * sizeof *most);
  if (!s.load || !phs_hyper_table_create(&s.table, 2 * VISITS, arena)) {
    return PHS_HYPER_NONE;
  }
  uint32_t *other = PHS_HYPER_ARRAY(arena, uint32_t, levels[0].count);
  uint32_t *labels = other ? grown(&s, wanted) : NULL;
  double cost = labels ? finish(&s, labels, part) : NAN;
  uint32_t parts = s.parts;
  labels = labels ? bisected(&s, wanted) : NULL;
  double second = labels ? finish(&s, labels, other) : NAN;
  if (isnan(cost) || isnan(second)) {
    return PHS_HYPER_NONE;
  }
  if (second < cost) {
    memcpy(part, other, levels[0].count * sizeof *part);
    parts = s.parts;
  }
  return fmin(cost, second) < INFINITY ? parts : most_parts + 1;
}
