/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Refining a bisection by moves of single vertices, the best first. */
#include "map/place_cut.h"

#include <stdlib.h>
#include <string.h>

/* Vertices of one side by gain, greatest on top. */
typedef struct heap {
  uint32_t *vertex, count;
} heap;

typedef struct pass {
  const plc_cut *c;
  uint8_t *side;
  float *gain;
  uint32_t *where; /* in the heap of its side; PLC_NONE: was moved, or left out */
  heap heap[2];
  uint32_t *moved;
  int64_t size;  /* of part 0 */
  int64_t slack; /* by which bounds may be exceeded in between */
} pass;

int64_t plc_cut_size(const plc_cut *c, const uint8_t *side) {
  int64_t size = 0;
  for (uint32_t i = 0; i < c->n; i++) {
    size += side[i] ? 0 : c->size[i];
  }
  return size;
}

double plc_cut_cost(const plc_cut *c, const uint8_t *side) {
  double twice = 0, pull = 0;
  for (uint32_t i = 0; i < c->n; i++) {
    pull += side[i] ? 0 : (double)c->pull[i];
    for (uint32_t k = c->row[i]; k < c->row[i + 1]; k++) {
      twice += side[c->to[k]] != side[i] ? (double)c->weight[k] : 0;
    }
  }
  return twice / 2 + pull;
}

static bool above(const pass *p, uint32_t a, uint32_t b) {
  return p->gain[a] > p->gain[b] || (p->gain[a] == p->gain[b] && a < b);
}

static void put(pass *p, heap *h, uint32_t at, uint32_t vertex) {
  h->vertex[at] = vertex;
  p->where[vertex] = at;
}

static void rise(pass *p, heap *h, uint32_t at) {
  uint32_t v = h->vertex[at];
  while (at > 0 && above(p, v, h->vertex[(at - 1) / 2])) {
    put(p, h, at, h->vertex[(at - 1) / 2]);
    at = (at - 1) / 2;
  }
  put(p, h, at, v);
}

static void sink(pass *p, heap *h, uint32_t at) {
  uint32_t v = h->vertex[at];
  for (uint32_t k = 2 * at + 1; k < h->count; k = 2 * at + 1) {
    k += k + 1 < h->count && above(p, h->vertex[k + 1], h->vertex[k]);
    if (!above(p, h->vertex[k], v)) {
      break;
    }
    put(p, h, at, h->vertex[k]);
    at = k;
  }
  put(p, h, at, v);
}

static void take(pass *p, heap *h, uint32_t at) {
  uint32_t v = h->vertex[at], last = h->vertex[--h->count];
  p->where[v] = PLC_NONE;
  if (last != v) {
    put(p, h, at, last);
    rise(p, h, at);
    sink(p, h, p->where[last]);
  }
}

static void begin(pass *p) {
  const plc_cut *c = p->c;
  p->heap[0].count = p->heap[1].count = 0;
  for (uint32_t i = 0; i < c->n; i++) {
    double gain = p->side[i] ? -(double)c->pull[i] : (double)c->pull[i];
    for (uint32_t k = c->row[i]; k < c->row[i + 1]; k++) {
      gain += p->side[c->to[k]] != p->side[i] ? (double)c->weight[k] : -(double)c->weight[k];
    }
    p->gain[i] = (float)gain;
    heap *h = &p->heap[p->side[i]];
    put(p, h, h->count++, i);
  }
  for (int s = 0; s < 2; s++) {
    for (uint32_t i = p->heap[s].count / 2; i-- > 0;) {
      sink(p, &p->heap[s], i);
    }
  }
}

static int64_t after(const pass *p, uint32_t v) {
  return p->side[v] ? p->size + p->c->size[v] : p->size - p->c->size[v];
}

/* How far off the bounds the move of a heap's top would lead; -1: it may not be moved now. */
static int64_t excess_of_top(const pass *p, int s) {
  if (p->heap[s].count == 0) {
    return -1;
  }
  int64_t excess = plc_excess(p->c, after(p, p->heap[s].vertex[0]));
  return excess <= p->slack || excess < plc_excess(p->c, p->size) ? excess : -1;
}

/* The best vertex that may be moved, taken out of its heap; PLC_NONE: there is none. */
static uint32_t next(pass *p) {
  while (p->heap[0].count + p->heap[1].count > 0) {
    int64_t excess[2] = {excess_of_top(p, 0), excess_of_top(p, 1)};
    int s = excess[0] < 0;
    if (excess[0] >= 0 && excess[1] >= 0) {
      bool pressed = plc_excess(p->c, p->size) > 0 && excess[0] != excess[1];
      s = pressed ? excess[1] < excess[0] : above(p, p->heap[1].vertex[0], p->heap[0].vertex[0]);
    } else if (excess[0] < 0 && excess[1] < 0) { /* both too big: others may do */
      s = p->heap[1].count > p->heap[0].count;
      take(p, &p->heap[s], 0);
      continue;
    }
    uint32_t v = p->heap[s].vertex[0];
    take(p, &p->heap[s], 0);
    return v;
  }
  return PLC_NONE;
}

static void move(pass *p, uint32_t v) {
  const plc_cut *c = p->c;
  p->size = after(p, v);
  p->side[v] = !p->side[v];
  for (uint32_t k = c->row[v]; k < c->row[v + 1]; k++) {
    uint32_t to = c->to[k];
    float w = 2 * c->weight[k];
    if (p->where[to] == PLC_NONE) {
      continue;
    }
    heap *h = &p->heap[p->side[to]];
    bool same = p->side[to] == p->side[v];
    p->gain[to] += same ? -w : w;
    if (same) {
      sink(p, h, p->where[to]);
    } else {
      rise(p, h, p->where[to]);
    }
  }
}

/* @return whether the bisection is better than before */
static bool run(pass *p) {
  uint32_t limit = p->c->n < 200 ? p->c->n : 100 + p->c->n / 20, count = 0, kept = 0, v;
  double change = 0, best = 0;
  limit = limit < 3000 ? limit : 3000;
  p->size = plc_cut_size(p->c, p->side);
  int64_t excess = plc_excess(p->c, p->size);
  int64_t first = excess;
  begin(p);
  while ((count - kept < limit || excess > 0) && (v = next(p)) != PLC_NONE) {
    change -= (double)p->gain[v];
    move(p, v);
    p->moved[count++] = v;
    int64_t now = plc_excess(p->c, p->size);
    if (now < excess || (now == excess && change < best - 1e-9)) {
      excess = now;
      best = change;
      kept = count;
    }
  }
  while (count > kept) {
    v = p->moved[--count];
    p->side[v] = !p->side[v];
  }
  return excess < first || best < 0;
}

bool plc_cut_refine(const plc_cut *c, int passes, uint8_t *side) {
  size_t n = (size_t)c->n + 1;
  pass p = {.c = c, .side = side};
  p.gain = malloc(n * sizeof *p.gain);
  p.where = malloc(n * sizeof *p.where);
  p.moved = malloc(n * sizeof *p.moved);
  p.heap[0].vertex = malloc(n * sizeof *p.where);
  p.heap[1].vertex = malloc(n * sizeof *p.where);
  bool ok = p.gain && p.where && p.moved && p.heap[0].vertex && p.heap[1].vertex;
  for (uint32_t i = 0; i < c->n; i++) {
    p.slack = c->size[i] > p.slack ? c->size[i] : p.slack;
  }
  for (int i = 0; ok && i < passes && run(&p); i++) {
  }
  free(p.gain);
  free(p.where);
  free(p.moved);
  free(p.heap[0].vertex);
  free(p.heap[1].vertex);
  return ok;
}
