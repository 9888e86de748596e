/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file place_case.h  Maps whose flows are given edge by edge, one neuron a core: placing alone.
 */
#ifndef TESTS_PLACE_CASE_H
#define TESTS_PLACE_CASE_H

#include "map/place_parts.h"
#include "tests/unit/map/graph.h"

typedef struct flow_edge {
  uint32_t from, to;
  float rate;
} flow_edge;

typedef struct flow_list {
  uint32_t cores;
  size_t count, room;
  flow_edge *edge;
} flow_list;

static inline void flow_add(flow_list *l, uint32_t from, uint32_t to, float rate) {
  if (l->count == l->room) {
    l->room = l->room ? 2 * l->room : 1024;
    l->edge = graph_need(realloc(l->edge, l->room * sizeof *l->edge));
  }
  l->edge[l->count++] = (flow_edge){from, to, rate};
}

static inline void flow_both(flow_list *l, uint32_t a, uint32_t b, float rate) {
  flow_add(l, a, b, rate);
  flow_add(l, b, a, rate);
}

static inline int flow_compare(const void *a, const void *b) {
  const flow_edge *x = a, *y = b;
  uint64_t p = (uint64_t)x->from << 32 | x->to, q = (uint64_t)y->from << 32 | y->to;
  return (p > q) - (p < q);
}

/** Sorts, and adds what is there twice. */
static inline void flow_sort(flow_list *l) {
  size_t kept = 0;
  if (l->count == 0) {
    return;
  }
  qsort(l->edge, l->count, sizeof *l->edge, flow_compare);
  for (size_t i = 0; i < l->count; i++) {
    if (kept > 0 && flow_compare(&l->edge[kept - 1], &l->edge[i]) == 0) {
      l->edge[kept - 1].rate += l->edge[i].rate;
    } else {
      l->edge[kept++] = l->edge[i];
    }
  }
  l->count = kept;
}

/** Numbers the cores anew, at random. */
static inline void flow_shuffle(flow_list *l, uint64_t seed) {
  uint32_t *to = graph_need(malloc((l->cores + 1) * sizeof *to));
  for (uint32_t i = 0; i < l->cores; i++) {
    to[i] = i;
  }
  for (uint32_t i = l->cores; i > 1; i--) {
    uint32_t k = plc_below(&seed, i), was = to[i - 1];
    to[i - 1] = to[k];
    to[k] = was;
  }
  for (size_t i = 0; i < l->count; i++) {
    l->edge[i].from = to[l->edge[i].from];
    l->edge[i].to = to[l->edge[i].to];
  }
  free(to);
}

typedef struct place_case {
  phs_work *work;
  phs_map *map;
} place_case;

/** A map of @p l on @p m, measured, each core with @p neurons[i] of them (NULL: 1). */
static inline place_case place_of(flow_list *l, const phs_machine *m, const double *neurons,
                                  phs_map_options o) {
  place_case c = {graph_begin(), NULL};
  uint32_t n = l->cores;
  graph_population(c.work, PHS_POPULATION_NEURONS, 1, 1, n ? n : 1, 1);
  graph_end(c.work);
  c.map = graph_need(phs_map_create(c.work, m, &o));
  phs_map *p = c.map;
  phs_arena *a = p->arena;
  p->slice_count = p->core_count = n;
  p->slice = graph_need(PHS_NEW_ARRAY(a, phs_slice, n));
  p->core = graph_need(PHS_NEW_ARRAY(a, phs_core, n));
  p->slice_of = graph_need(PHS_NEW_ARRAY(a, uint32_t, n));
  p->first_slice = graph_need(PHS_NEW_ARRAY(a, uint32_t, 2));
  p->first_slice[1] = n;
  p->use = graph_need(PHS_NEW_ARRAY(a, double, (size_t)n *PHS_CAPACITIES));
  p->flows.row = graph_need(PHS_NEW_ARRAY(a, uint64_t, n + 1));
  p->flows.core = graph_need(PHS_NEW_ARRAY(a, uint32_t, l->count));
  p->flows.axons = graph_need(PHS_NEW_ARRAY(a, uint32_t, l->count));
  p->flows.rate = graph_need(PHS_NEW_ARRAY(a, float, l->count));
  for (uint32_t i = 0; i < n; i++) {
    p->slice[i] = (phs_slice){.core = i, .count = 1, .owner = i};
    p->slice[i].box = (phs_box){{0, 0, i}, {1, 1, i + 1}};
    p->core[i] = (phs_core){i, 1, PHS_UNPLACED};
    p->slice_of[i] = i;
    phs_core_use(p, i)[PHS_CAPACITY_NEURONS] = neurons ? neurons[i] : 1;
  }
  flow_sort(l);
  for (size_t i = 0; i < l->count; i++) {
    p->flows.row[l->edge[i].from + 1]++;
    p->flows.core[i] = l->edge[i].to;
    p->flows.axons[i] = 1;
    p->flows.rate[i] = l->edge[i].rate;
  }
  for (uint32_t i = 0; i < n; i++) {
    p->flows.row[i + 1] += p->flows.row[i];
  }
  return c;
}

static inline void place_drop(place_case *c) {
  phs_map_free(c->map);
  graph_free(c->work);
}

/* Graphs. */

/** A grid of cores, each with its four neighbours. */
static inline flow_list flow_grid(uint32_t w, uint32_t h) {
  flow_list l = {.cores = w * h};
  for (uint32_t y = 0; y < h; y++) {
    for (uint32_t x = 0; x < w; x++) {
      if (x + 1 < w) {
        flow_both(&l, y * w + x, y * w + x + 1, 1);
      }
      if (y + 1 < h) {
        flow_both(&l, y * w + x, (y + 1) * w + x, 1);
      }
    }
  }
  return l;
}

/** @p edges random edges, of which @p inside in 100 stay in the community of @p size cores. */
static inline flow_list flow_communities(uint32_t n, uint32_t size, size_t edges, uint32_t inside,
                                         uint64_t seed) {
  flow_list l = {.cores = n};
  for (size_t i = 0; i < edges; i++) {
    uint32_t a = plc_below(&seed, n), b = plc_below(&seed, n);
    if (plc_below(&seed, 100) < inside) {
      b = a / size * size + plc_below(&seed, size);
      b = b < n ? b : n - 1;
    }
    if (a != b) {
      flow_add(&l, a, b, 1 + (float)plc_below(&seed, 100) / 100);
    }
  }
  return l;
}

/** Layers of @p side x @p side tiles with @p groups of channels each; a tile sends to the 3 x 3
 * tiles around its place in the next layer, to all groups. Sides are halved at every other layer.
 */
static inline flow_list flow_layers(uint32_t layers, uint32_t side, uint32_t groups) {
  flow_list l = {0};
  uint32_t first = 0;
  for (uint32_t k = 0; k < layers; k++) {
    uint32_t next_side = k % 2 && side > 1 ? side / 2 : side, next = first + side * side * groups;
    for (uint32_t i = 0; k + 1 < layers && i < side * side * groups; i++) {
      int64_t y = i / groups / side * next_side / side, x = i / groups % side * next_side / side;
      for (int64_t v = y - 1; v <= y + 1; v++) {
        for (int64_t u = x - 1; u <= x + 1; u++) {
          for (uint32_t g = 0; g < groups && u >= 0 && v >= 0 && u < next_side && v < next_side;
               g++) {
            flow_add(&l, first + i, next + (uint32_t)(v * next_side + u) * groups + g, 1);
          }
        }
      }
    }
    first = next;
    side = next_side;
  }
  l.cores = first;
  return l;
}

#endif
