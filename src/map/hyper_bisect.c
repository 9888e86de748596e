/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Recursive bisection of a coarse graph: greedy growing from a few seeds, then passes of single
 * moves that are kept up to the best (Fiduccia, Mattheyses: A linear-time heuristic for improving
 * network partitions, DAC 1982; Karypis, Kumar: A fast and high quality multilevel scheme, 1998).
 */
#include "map/hyper_internal.h"

enum { PASSES = 6, LEAST_STREAK = 40, NEIGHBOURS = 16 };

typedef struct graph {
  uint32_t count;
  uint32_t *row, *to;
  float *weight;
  const float *load; /* of all vertices of the level */
  uint32_t *id;      /* vertex of the level */
} graph;

typedef struct heap {
  uint32_t *item, count;
} heap;

typedef struct halving {
  const graph *g;
  int dims;
  double limit[2][PHS_HYPER_PLAN_DIMS], load[2][PHS_HYPER_PLAN_DIMS];
  uint8_t *side, *best, *fixed; /* fixed: has moved in this pass, or may not */
  float *gain;                  /* of changing sides */
  uint32_t *at;                 /* place in its side's heap, or PHS_HYPER_NONE */
  heap heap[2];
  uint32_t *moved;
  double cut;
} halving;

static bool above(const halving *s, uint32_t a, uint32_t b) {
  return s->gain[a] > s->gain[b] || (s->gain[a] == s->gain[b] && a < b);
}

static void sift(halving *s, heap *h, uint32_t i) {
  uint32_t v = h->item[i];
  while (i > 0 && above(s, v, h->item[(i - 1) / 2])) {
    h->item[i] = h->item[(i - 1) / 2];
    s->at[h->item[i]] = i;
    i = (i - 1) / 2;
  }
  for (;;) {
    uint32_t child = 2 * i + 1;
    if (child >= h->count) {
      break;
    }
    child += child + 1 < h->count && above(s, h->item[child + 1], h->item[child]);
    if (!above(s, h->item[child], v)) {
      break;
    }
    h->item[i] = h->item[child];
    s->at[h->item[i]] = i;
    i = child;
  }
  h->item[i] = v;
  s->at[v] = i;
}

static void heap_remove(halving *s, heap *h, uint32_t v) {
  uint32_t i = s->at[v], last = h->item[--h->count];
  s->at[v] = PHS_HYPER_NONE;
  if (last != v) {
    h->item[i] = last;
    s->at[last] = i;
    sift(s, h, i);
  }
}

static void heap_insert(halving *s, heap *h, uint32_t v) {
  h->item[h->count] = v;
  s->at[v] = h->count++;
  sift(s, h, h->count - 1);
}

static const float *load_of(const halving *s, uint32_t v) {
  return s->g->load + (size_t)s->g->id[v] * (size_t)s->dims;
}

static double overload(const halving *s) {
  double sum = 0;
  for (int b = 0; b < 2; b++) {
    for (int d = 0; d < s->dims; d++) {
      if (s->load[b][d] > s->limit[b][d]) {
        sum += s->load[b][d] / s->limit[b][d] - 1;
      }
    }
  }
  return sum;
}

static void flip(halving *s, uint32_t v) {
  const graph *g = s->g;
  int from = s->side[v];
  phs_hyper_shift(s->load[from], load_of(s, v), -1.0, s->dims);
  phs_hyper_shift(s->load[!from], load_of(s, v), 1.0, s->dims);
  s->cut -= (double)s->gain[v];
  s->gain[v] = -s->gain[v];
  s->side[v] = (uint8_t)!from;
  for (uint32_t i = g->row[v]; i < g->row[v + 1]; i++) {
    uint32_t u = g->to[i];
    s->gain[u] += s->side[u] == from ? 2 * g->weight[i] : -2 * g->weight[i];
    if (s->at[u] != PHS_HYPER_NONE) {
      sift(s, &s->heap[s->side[u]], s->at[u]);
    }
  }
}

/* Gains, loads and cut of the sides as they are. */
static void assess(halving *s) {
  const graph *g = s->g;
  memset(s->load, 0, sizeof s->load);
  s->cut = 0;
  for (uint32_t v = 0; v < g->count; v++) {
    float gain = 0;
    for (uint32_t i = g->row[v]; i < g->row[v + 1]; i++) {
      bool out = s->side[g->to[i]] != s->side[v];
      gain += out ? g->weight[i] : -g->weight[i];
      s->cut += out ? 0.5 * (double)g->weight[i] : 0;
    }
    s->gain[v] = gain;
    s->at[v] = PHS_HYPER_NONE;
    phs_hyper_shift(s->load[s->side[v]], load_of(s, v), 1.0, s->dims);
  }
  s->heap[0].count = s->heap[1].count = 0;
}

/* How full side b is, relative to its limit. */
static double fill(const halving *s, int b) {
  double most = 0;
  for (int d = 0; d < s->dims; d++) {
    most = s->load[b][d] > 0 ? fmax(most, s->load[b][d] / s->limit[b][d]) : most;
  }
  return most;
}

/* Side 0 grows from a vertex until both sides are equally full. */
static void grow(halving *s, uint32_t seed) {
  memset(s->side, 1, s->g->count);
  assess(s);
  for (uint32_t v = 0; v < s->g->count; v++) {
    heap_insert(s, &s->heap[1], v);
  }
  uint32_t v = seed;
  while (fill(s, 0) < fill(s, 1) && s->heap[1].count > 0) {
    heap_remove(s, &s->heap[1], v);
    flip(s, v);
    v = s->heap[1].count > 0 ? s->heap[1].item[0] : 0;
  }
}

/* The vertex to move next, or PHS_HYPER_NONE; those that may not move now are taken off. */
static uint32_t next_move(halving *s) {
  for (;;) {
    double over[2] = {fill(s, 0) - 1, fill(s, 1) - 1};
    uint32_t top[2];
    for (int b = 0; b < 2; b++) {
      top[b] = s->heap[b].count > 0 ? s->heap[b].item[0] : PHS_HYPER_NONE;
    }
    int from = top[0] == PHS_HYPER_NONE     ? 1
               : top[1] == PHS_HYPER_NONE   ? 0
               : over[0] > 0 || over[1] > 0 ? over[1] > over[0]
                                            : above(s, top[1], top[0]);
    uint32_t v = top[from];
    if (v == PHS_HYPER_NONE) {
      return v;
    }
    heap_remove(s, &s->heap[from], v);
    if (phs_hyper_fits(s->load[!from], load_of(s, v), s->limit[!from], s->dims) ||
        over[from] > fmax(over[!from], 0)) {
      return v;
    }
  }
}

/* One pass. @return whether it led to something better */
static bool pass(halving *s) {
  const graph *g = s->g;
  assess(s);
  for (uint32_t v = 0; v < g->count; v++) {
    heap_insert(s, &s->heap[s->side[v]], v);
  }
  double best_over = overload(s), best_cut = s->cut, start_cut = s->cut, start_over = best_over;
  uint32_t moves = 0, kept = 0, streak = LEAST_STREAK + g->count / 30;
  while (moves - kept < streak) {
    uint32_t v = next_move(s);
    if (v == PHS_HYPER_NONE) {
      break;
    }
    flip(s, v);
    s->moved[moves++] = v;
    double over = overload(s);
    if (over < best_over || (over == best_over && s->cut < best_cut)) {
      best_over = over;
      best_cut = s->cut;
      kept = moves;
    }
  }
  while (moves > kept) {
    flip(s, s->moved[--moves]);
  }
  return best_over < start_over || best_cut < start_cut - 1e-6 * fabs(start_cut);
}

/* Divides g by limits into sides of s->best. */
static void halve(halving *s, uint64_t seed) {
  uint32_t n = s->g->count;
  int tries = n < 300 ? 8 : n < 3000 ? 4 : 2;
  double best_over = INFINITY, best_cut = INFINITY;
  for (int i = 0; i < tries; i++) {
    grow(s, phs_hyper_mix(seed + (uint64_t)i) % n);
    for (int k = 0; k < PASSES && pass(s); k++) {
    }
    double over = overload(s);
    if (over < best_over || (over == best_over && s->cut < best_cut)) {
      best_over = over;
      best_cut = s->cut;
      memcpy(s->best, s->side, n);
    }
  }
}

static bool halving_create(halving *s, const graph *g, int dims, phs_arena *arena) {
  *s = (halving){.g = g, .dims = dims};
  s->side = PHS_NEW_ARRAY(arena, uint8_t, g->count);
  s->best = PHS_NEW_ARRAY(arena, uint8_t, g->count);
  s->gain = PHS_NEW_ARRAY(arena, float, g->count);
  s->at = PHS_NEW_ARRAY(arena, uint32_t, g->count);
  s->moved = PHS_NEW_ARRAY(arena, uint32_t, g->count);
  s->heap[0].item = PHS_NEW_ARRAY(arena, uint32_t, g->count);
  s->heap[1].item = PHS_NEW_ARRAY(arena, uint32_t, g->count);
  return s->side && s->best && s->gain && s->at && s->moved && s->heap[0].item && s->heap[1].item;
}

/* The vertices of one side with the edges between them. */
static bool extract(const graph *g, const uint8_t *side, uint8_t which, phs_arena *arena,
                    graph *out) {
  uint32_t *number = PHS_NEW_ARRAY(arena, uint32_t, g->count), n = 0, edges = 0;
  if (!number) {
    return false;
  }
  for (uint32_t v = 0; v < g->count; v++) {
    number[v] = side[v] == which ? n++ : PHS_HYPER_NONE;
    edges += side[v] == which ? g->row[v + 1] - g->row[v] : 0;
  }
  *out = (graph){.count = n, .load = g->load};
  out->row = PHS_NEW_ARRAY(arena, uint32_t, (size_t)n + 1);
  out->to = PHS_NEW_ARRAY(arena, uint32_t, edges);
  out->weight = PHS_NEW_ARRAY(arena, float, edges);
  out->id = PHS_NEW_ARRAY(arena, uint32_t, n);
  if (!out->row || !out->to || !out->weight || !out->id) {
    return false;
  }
  uint32_t at = 0;
  for (uint32_t v = 0; v < g->count; v++) {
    if (side[v] != which) {
      continue;
    }
    for (uint32_t i = g->row[v]; i < g->row[v + 1]; i++) {
      if (number[g->to[i]] != PHS_HYPER_NONE) {
        out->to[at] = number[g->to[i]];
        out->weight[at++] = g->weight[i];
      }
    }
    out->id[number[v]] = g->id[v];
    out->row[number[v] + 1] = at;
  }
  return true;
}

/* Each bisection may use up its share of what room there is beyond the loads. */
static void set_limits(halving *s, const double *most, uint32_t left, uint32_t parts) {
  const graph *g = s->g;
  for (int d = 0; d < s->dims; d++) {
    double sum = 0;
    for (uint32_t v = 0; v < g->count; v++) {
      sum += (double)load_of(s, v)[d];
    }
    double slack = sum > 0 ? most[d] * parts / sum : INFINITY;
    slack = slack > 1 ? pow(slack, 1 / log2(parts)) : 1;
    double half = 0.5 * sum / g->count; /* of a vertex: they do not come in any size */
    s->limit[0][d] = fmin(most[d] * left, sum * left / parts * slack) + half;
    s->limit[1][d] = fmin(most[d] * (parts - left), sum * (parts - left) / parts * slack) + half;
    if (!(slack < INFINITY)) {
      s->limit[0][d] = s->limit[1][d] = INFINITY;
    }
  }
}

static bool divide(const graph *g, int dims, const double *most, uint32_t first, uint32_t parts,
                   uint64_t seed, uint32_t *part) {
  if (parts < 2 || g->count < 2) {
    for (uint32_t v = 0; v < g->count; v++) {
      part[g->id[v]] = first;
    }
    return true;
  }
  phs_arena *arena = phs_arena_create();
  halving s;
  graph half;
  uint32_t left = parts / 2;
  bool ok = arena && halving_create(&s, g, dims, arena);
  if (ok) {
    set_limits(&s, most, left, parts);
    halve(&s, seed + first);
    ok = extract(g, s.best, 0, arena, &half) &&
         divide(&half, dims, most, first, left, seed, part) &&
         extract(g, s.best, 1, arena, &half) &&
         divide(&half, dims, most, first + left, parts - left, seed, part);
  }
  phs_arena_destroy(arena);
  return ok;
}

static bool lists(const phs_hyper_level *l, uint32_t v, uint32_t u) {
  uint32_t n = l->degree[v] < NEIGHBOURS ? l->degree[v] : NEIGHBOURS;
  for (uint32_t i = 0; i < n; i++) {
    if (l->neighbour[(size_t)v * l->stride + i] == u) {
      return true;
    }
  }
  return false;
}

/* Edges that either end lists, at both ends. */
static bool both_ways(const phs_hyper_level *l, phs_arena *arena, graph *out) {
  size_t room = (size_t)l->count * 2 * NEIGHBOURS;
  *out = (graph){.count = l->count, .load = l->load};
  out->row = PHS_NEW_ARRAY(arena, uint32_t, (size_t)l->count + 2);
  out->to = PHS_NEW_ARRAY(arena, uint32_t, room);
  out->weight = PHS_NEW_ARRAY(arena, float, room);
  out->id = PHS_NEW_ARRAY(arena, uint32_t, l->count);
  if (!out->row || !out->to || !out->weight || !out->id) {
    return false;
  }
  for (int fill_in = 0; fill_in < 2; fill_in++) {
    for (uint32_t v = 0; v < l->count; v++) {
      uint32_t n = l->degree[v] < NEIGHBOURS ? l->degree[v] : NEIGHBOURS;
      out->id[v] = v;
      for (uint32_t i = 0; i < n; i++) {
        uint32_t u = l->neighbour[(size_t)v * l->stride + i];
        float weight = l->weight[(size_t)v * l->stride + i];
        if (u < v && lists(l, u, v)) {
          continue;
        }
        if (!fill_in) {
          out->row[v + 2]++;
          out->row[u + 2]++;
          continue;
        }
        uint32_t a = out->row[v + 1]++, b = out->row[u + 1]++;
        out->to[a] = u;
        out->to[b] = v;
        out->weight[a] = out->weight[b] = weight;
      }
    }
    for (uint32_t v = 0; v < l->count && !fill_in; v++) {
      out->row[v + 2] += out->row[v + 1];
    }
  }
  return true;
}

bool phs_hyper_bisect(const phs_hyper_level *l, const double *most, uint32_t parts, uint64_t seed,
                      uint32_t *part) {
  phs_arena *arena = phs_arena_create();
  graph g;
  bool ok = arena && both_ways(l, arena, &g) && divide(&g, l->dims, most, 0, parts, seed, part);
  phs_arena_destroy(arena);
  return ok;
}
