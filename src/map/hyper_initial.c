/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* First parts: the largest clusters are parts; the rest joins the part that it talks to most. What
 * has no room is broken up into its members, level by level, down to single vertices. */
#include "map/hyper_table.h"

#include <stdlib.h>

enum { VISITS = 2048, GRAPH_ROUNDS = 3 };

typedef struct initial {
  const double *most;
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
  sized *list = PHS_NEW_ARRAY(arena, sized, l->count);
  uint32_t *order = PHS_NEW_ARRAY(arena, uint32_t, l->count);
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

static bool refine_level(initial *s, const phs_hyper_level *l, uint32_t *part, uint64_t seed,
                         int jobs) {
  for (int round = 0; round < GRAPH_ROUNDS; round++) {
    phs_hyper_spread spread = {.level = l,
                               .label = part,
                               .label_count = s->parts,
                               .load = s->load,
                               .most = s->most,
                               .visits = VISITS,
                               .seed = seed + (uint64_t)round,
                               .jobs = jobs};
    uint32_t moved = phs_hyper_spread_round(&spread);
    if (moved == PHS_HYPER_NONE) {
      return false;
    }
    if (moved <= l->count / 200) {
      break;
    }
  }
  return true;
}

uint32_t phs_hyper_initial(phs_hyper_level *levels, int count, const double *most, uint32_t wanted,
                           uint32_t most_parts, uint64_t seed, int jobs, phs_arena *arena,
                           uint32_t *part) {
  const phs_hyper_level *top = &levels[count - 1];
  uint32_t room = wanted + wanted / 4 + 16;
  initial s = {.most = most, .dims = top->dims, .fallback = PHS_HYPER_NONE};
  s.room = room < most_parts ? room : most_parts;
  s.load = PHS_NEW_ARRAY(arena, double, (size_t)s.room *(size_t)s.dims);
  uint32_t *now = PHS_NEW_ARRAY(arena, uint32_t, top->count), *order = by_size(&s, top, arena);
  if (!s.load || !now || !order ||
      !phs_hyper_table_create(&s.table, PHS_HYPER_VISITED(VISITS), arena)) {
    return PHS_HYPER_NONE;
  }
  memset(now, 0xff, top->count * sizeof *now);
  for (; s.parts < wanted && s.parts < top->count; s.parts++) {
    settle(&s, top, order[s.parts], s.parts, now);
  }
  for (int i = count - 1; i >= 0; i--) {
    const phs_hyper_level *l = &levels[i];
    if (i < count - 1) { /* members of one cluster one after the other, so that they meet again */
      uint32_t *fine = i > 0 ? PHS_NEW_ARRAY(arena, uint32_t, l->count) : part;
      if (!fine) {
        return PHS_HYPER_NONE;
      }
      for (uint32_t v = 0; v < l->count; v++) {
        fine[v] = now[l->cluster[v]];
      }
      now = fine;
      order = l->member;
    }
    if (!place_level(&s, l, order, now, i == 0)) {
      return most_parts + 1;
    }
    if (i > 0 && !refine_level(&s, l, now, seed, jobs)) {
      return PHS_HYPER_NONE;
    }
  }
  if (now != part) {
    memcpy(part, now, top->count * sizeof *part);
  }
  return s.parts;
}
