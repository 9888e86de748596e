/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Generalised Hilbert curves, and nodes in their order. */
#include "map/curve.h"

#include <stdlib.h>

typedef struct vector {
  int64_t x, y;
} vector;

typedef struct pen {
  phs_curve_fn fn;
  void *user;
} pen;

static vector add(vector a, vector b) {
  return (vector){a.x + b.x, a.y + b.y};
}

static vector subtract(vector a, vector b) {
  return (vector){a.x - b.x, a.y - b.y};
}

static int64_t length(vector v) {
  int64_t sum = v.x + v.y; /* one of them is 0 */
  return sum < 0 ? -sum : sum;
}

static vector unit(vector v) {
  return (vector){(v.x > 0) - (v.x < 0), (v.y > 0) - (v.y < 0)};
}

/* Half of it, towards minus infinity, as the construction has it. */
static vector half(vector v) {
  return (vector){(v.x - (v.x < 0)) / 2, (v.y - (v.y < 0)) / 2};
}

static void line(const pen *p, vector at, vector along) {
  vector step = unit(along);
  for (int64_t i = length(along); i > 0; i--) {
    p->fn(p->user, (uint32_t)at.x, (uint32_t)at.y);
    at = add(at, step);
  }
}

/* The rectangle at @p at with the sides @p a, along which the curve goes, and @p b. Depth is
 * logarithmic: a side is halved each time. */
static void draw(const pen *p, vector at, vector a, vector b) {
  int64_t w = length(a), h = length(b);
  if (h == 1 || w == 1) {
    line(p, at, h == 1 ? a : b);
    return;
  }
  vector da = unit(a), db = unit(b), a2 = half(a), b2 = half(b);
  if (2 * w > 3 * h) { /* long: two rectangles behind each other */
    if (length(a2) % 2 != 0 && w > 2) {
      a2 = add(a2, da);
    }
    draw(p, at, a2, b);
    draw(p, add(at, a2), subtract(a, a2), b);
    return;
  }
  if (length(b2) % 2 != 0 && h > 2) {
    b2 = add(b2, db);
  }
  vector end = add(add(at, subtract(a, da)), subtract(b2, db));
  vector back = subtract(a2, a);
  draw(p, at, b2, a2);
  draw(p, add(at, b2), a, subtract(b, b2));
  draw(p, end, (vector){-b2.x, -b2.y}, back);
}

void phs_curve(uint32_t width, uint32_t height, phs_curve_fn fn, void *user) {
  pen p = {fn, user};
  vector zero = {0, 0}, east = {width, 0}, north = {0, height};
  if (width == 0 || height == 0) {
    return;
  }
  draw(&p, zero, width >= height ? east : north, width >= height ? north : east);
}

typedef struct point {
  uint32_t x, y;
} point;

/* A walk over nodes, domains inside of domains. */
typedef struct walk {
  const phs_machine *m;
  uint32_t *out, count;
  point last; /* where it is */
  bool no_memory;
} walk;

typedef struct points {
  point *at;
  uint32_t count;
} points;

static void collect(void *user, uint32_t x, uint32_t y) {
  points *p = user;
  p->at[p->count++] = (point){x, y};
}

static point turned(point p, uint32_t w, uint32_t h, int way) {
  return (point){way & 1 ? w - 1 - p.x : p.x, way & 2 ? h - 1 - p.y : p.y};
}

static uint32_t apart(point a, point b) {
  return (a.x > b.x ? a.x - b.x : b.x - a.x) + (a.y > b.y ? a.y - b.y : b.y - a.y);
}

/* Goes through the rectangle at @p origin of @p w x @p h blocks of @p bw x @p bh nodes; blocks are
 * those of domain @p inner, or nodes. */
static void go(walk *k, point origin, uint32_t w, uint32_t h, int inner) {
  uint32_t bw = inner < 0 ? 1 : k->m->domain[inner].width;
  uint32_t bh = inner < 0 ? 1 : k->m->domain[inner].height;
  points p = {malloc((size_t)w * h * sizeof *p.at), 0};
  if (!p.at) {
    k->no_memory = true;
    return;
  }
  phs_curve(w, h, collect, &p);
  int best = 0;
  uint32_t nearest = UINT32_MAX;
  for (int way = 0; way < 4; way++) {
    point start = turned(p.at[0], w, h, way);
    uint32_t d =
        apart((point){origin.x + start.x * bw + bw / 2, origin.y + start.y * bh + bh / 2}, k->last);
    if (d < nearest) {
      nearest = d;
      best = way;
    }
  }
  for (uint32_t i = 0; i < p.count && !k->no_memory; i++) {
    point t = turned(p.at[i], w, h, best);
    point corner = {origin.x + t.x * bw, origin.y + t.y * bh};
    uint32_t node = corner.y * k->m->width + corner.x;
    if (inner < 0 && phs_node_present(k->m, node)) {
      k->out[k->count++] = node;
      k->last = corner;
    } else if (inner > 0) {
      const phs_domain *next = &k->m->domain[inner - 1];
      go(k, corner, bw / next->width, bh / next->height, inner - 1);
    } else if (inner == 0) {
      go(k, corner, bw, bh, -1);
    }
  }
  free(p.at);
}

bool phs_curve_nodes(const phs_machine *m, uint32_t *out) {
  walk k = {.m = m, .out = out};
  int outer = m->domain_count - 1;
  if (outer < 0) {
    go(&k, (point){0, 0}, m->width, m->height, -1);
  } else {
    go(&k, (point){0, 0}, m->domain[outer].blocks_x, m->domain[outer].blocks_y, outer);
  }
  return !k.no_memory;
}

void phs_curve_snake(const phs_machine *m, uint32_t *out) {
  uint32_t count = 0;
  for (uint32_t y = 0; y < m->height; y++) {
    for (uint32_t i = 0; i < m->width; i++) {
      uint32_t node = y * m->width + (y % 2 == 0 ? i : m->width - 1 - i);
      if (phs_node_present(m, node)) {
        out[count++] = node;
      }
    }
  }
}
