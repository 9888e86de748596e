/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Recursive bisection of the graph and of the grid at once (dual recursive bipartitioning:
 * Pellegrini, Roman 1996): the cores of a region are cut into two parts, one for each half of it,
 * with the traffic to other regions pulling them to the nearer half. Borders of domains are cut
 * first. Regions of one depth are cut in two colours, like the fields of a chessboard, so that
 * neighbours see each other's cuts; regions of a colour are independent of each other.
 */
#include "map/place_bisect.h"
#include "base/parallel.h"

#include <stdlib.h>
#include <string.h>

/* Entries of the graph that may be cut again for another try. */
#define TRY_ENTRIES 1000000
#define MOST_TRIES 8
static uint32_t centre_of(const plc_region *r) {
  return plc_at((r->x0 + r->x1 - 1) / 2, (r->y0 + r->y1 - 1) / 2);
}

/* Where a side of a region is cut: at the border of the outermost domain of which it has several
 * blocks. */
static uint32_t middle(const plc_state *s, uint32_t from, uint32_t to, bool along_x) {
  uint32_t unit = 1;
  for (int d = plc_domains(s) - 1; d >= 0 && unit == 1; d--) {
    const phs_domain *k = &s->machine->domain[d];
    uint32_t side = along_x ? k->width : k->height;
    unit = to - from > side ? side : 1;
  }
  return from + ((to - from) / unit + 1) / 2 * unit;
}

/* How many borders of domains a side has, the outermost count alone. */
static bool has_border(const plc_state *s, const plc_region *r, bool along_x, int *domain) {
  for (int d = plc_domains(s) - 1; d >= 0; d--) {
    const phs_domain *k = &s->machine->domain[d];
    uint32_t length = along_x ? r->x1 - r->x0 : r->y1 - r->y0;
    if (length > (along_x ? k->width : k->height)) {
      *domain = d;
      return true;
    }
  }
  *domain = -1;
  return false;
}

/* Cuts along the longer side, but first where borders of the outermost domain are. */
static plc_halves cut_region(const plc_bisector *b, const plc_region *r) {
  int dx, dy;
  has_border(b->s, r, true, &dx);
  has_border(b->s, r, false, &dy);
  bool along_x = dx != dy ? dx > dy : r->x1 - r->x0 >= r->y1 - r->y0;
  plc_halves h = {{*r, *r}, {0, 0}};
  if (along_x) {
    h.half[0].x1 = h.half[1].x0 = middle(b->s, r->x0, r->x1, true);
    h.half[0].column = 2 * r->column;
    h.half[1].column = 2 * r->column + 1;
  } else {
    h.half[0].y1 = h.half[1].y0 = middle(b->s, r->y0, r->y1, false);
    h.half[0].row = 2 * r->row;
    h.half[1].row = 2 * r->row + 1;
  }
  h.centre[0] = centre_of(&h.half[0]);
  h.centre[1] = centre_of(&h.half[1]);
  return h;
}

typedef struct piece {
  uint32_t *row, *to;
  float *weight, *pull;
  int64_t *size;
} piece;

static void drop(piece *p) {
  free(p->row);
  free(p->to);
  free(p->weight);
  free(p->pull);
  free(p->size);
}

/* The graph inside of a region, and what pulls at its vertices from outside. */
static bool extract(const plc_bisector *b, uint32_t index, const plc_halves *h, piece *p) {
  const plc_region *r = &b->region[index];
  const phs_core_graph *g = b->s->graph;
  size_t n = (size_t)r->count + 1, most = 1;
  for (uint32_t i = 0; i < r->count; i++) {
    uint32_t item = b->order[r->first + i];
    most += g->row[item + 1] - g->row[item];
  }
  *p = (piece){malloc(n * sizeof *p->row), malloc(most * sizeof *p->to),
               malloc(most * sizeof *p->weight), malloc(n * sizeof *p->pull),
               malloc(n * sizeof *p->size)};
  if (!p->row || !p->to || !p->weight || !p->pull || !p->size) {
    return false;
  }
  float across = (float)plc_distance(&b->s->metric, h->centre[0], h->centre[1]);
  uint32_t count = 0;
  for (uint32_t i = 0; i < r->count; i++) {
    uint32_t item = b->order[r->first + i];
    double pull = 0;
    p->row[i] = count;
    for (uint64_t k = g->row[item]; k < g->row[item + 1]; k++) {
      uint32_t to = g->core[k];
      if (b->owner[to] == index) {
        p->to[count] = b->local[to];
        p->weight[count++] = g->weight[k] * across;
      } else {
        pull += (double)g->weight[k] * (plc_distance(&b->s->metric, h->centre[0], b->at[to]) -
                                        plc_distance(&b->s->metric, h->centre[1], b->at[to]));
      }
    }
    p->pull[i] = (float)pull;
  }
  p->row[r->count] = count;
  return true;
}

static bool is_whole(const plc_region *r) {
  return r->count == 0 || (r->x1 - r->x0 == 1 && r->y1 - r->y0 == 1);
}

/* Turns a cut round where that is cheaper: what was cut first knew nothing of its neighbours. */
static void turn(const plc_cut *c, uint8_t *side) {
  double pull = 0;
  int64_t size = 0;
  for (uint32_t i = 0; i < c->n; i++) {
    pull += side[i] ? -(double)c->pull[i] : (double)c->pull[i];
    size += side[i] ? c->size[i] : 0;
  }
  if (pull > 0 && size >= c->least && size <= c->most) {
    for (uint32_t i = 0; i < c->n; i++) {
      side[i] = !side[i];
    }
  }
}

typedef struct located {
  float at;
  uint32_t index;
} located;

static int compare(const void *a, const void *b) {
  const located *p = a, *q = b;
  if (p->at != q->at) {
    return p->at < q->at ? -1 : 1;
  }
  return (p->index > q->index) - (p->index < q->index);
}

/* The lower coordinates into the first half. */
static bool cut_by_coordinates(const plc_bisector *b, const plc_region *r, const plc_halves *h) {
  bool along_x = h->half[0].x1 != r->x1;
  located *l = malloc(((size_t)r->count + 1) * sizeof *l);
  int64_t *size = malloc(((size_t)r->count + 1) * sizeof *size), sum = 0;
  plc_cut c = {0};
  for (uint32_t i = 0; l && i < r->count; i++) {
    uint32_t item = b->order[r->first + i];
    l[i] = (located){along_x ? b->x[item] : b->y[item], i};
  }
  if (l && size) {
    plc_bound(b, r, h, &c, size);
    qsort(l, r->count, sizeof *l, compare);
    for (uint32_t i = 0; i < r->count; i++) {
      int64_t own = size[l[i].index];
      bool second = sum + own > c.most || (sum + own / 2 > c.aim && sum >= c.least);
      b->side[r->first + l[i].index] = second;
      sum += second ? 0 : own;
    }
  }
  free(l);
  free(size);
  return l && size;
}

static bool cut(plc_bisector *b, uint32_t index) {
  const plc_region *r = &b->region[index];
  if (b->x) {
    plc_halves by = cut_region(b, r);
    return cut_by_coordinates(b, r, &by);
  }
  piece p = {0};
  plc_halves h = cut_region(b, r);
  bool ok = extract(b, index, &h, &p);
  if (ok) {
    plc_cut c = {.n = r->count,
                 .row = p.row,
                 .to = p.to,
                 .weight = p.weight,
                 .size = p.size,
                 .pull = p.pull,
                 .tries = b->tries};
    uint8_t *side = b->side + r->first;
    plc_bound(b, r, &h, &c, p.size);
    if (b->sweep > 0) {
      turn(&c, side);
    }
    ok = plc_cut_graph(&c, plc_stream(b->seed + b->depth, index), b->sweep > 0, side);
  }
  drop(&p);
  return ok;
}

static void cut_regions(void *user, size_t first, size_t end, int thread) {
  plc_bisector *b = user;
  (void)thread;
  for (size_t i = first; i < end; i++) {
    const plc_region *r = &b->region[i];
    if (((r->column + r->row) & 1) == b->colour && !is_whole(r) && !cut(b, (uint32_t)i)) {
      atomic_store(&b->failed, true);
    }
  }
}

static void move_to_centres(void *user, size_t first, size_t end, int thread) {
  plc_bisector *b = user;
  (void)thread;
  for (size_t i = first; i < end; i++) {
    const plc_region *r = &b->region[i];
    if (((r->column + r->row) & 1) != b->colour || is_whole(r)) {
      continue;
    }
    plc_halves h = cut_region(b, r);
    for (uint32_t k = r->first; k < r->first + r->count; k++) {
      b->at[b->order[k]] = h.centre[b->side[k]];
    }
  }
}

/* Items of the first half, then of the second, in the order in which they were. */
static void divide(plc_bisector *b, const plc_region *r, uint32_t *spare) {
  plc_halves h = cut_region(b, r);
  uint32_t count = 0, others = 0;
  for (uint32_t k = r->first; k < r->first + r->count; k++) {
    if (b->side[k]) {
      spare[others++] = b->order[k];
    } else {
      b->order[r->first + count++] = b->order[k];
    }
  }
  memcpy(b->order + r->first + count, spare, others * sizeof *spare);
  h.half[0].count = count;
  h.half[1].first = r->first + count;
  h.half[1].count = others;
  for (int i = 0; i < 2; i++) {
    if (h.half[i].count > 0) {
      b->next[b->nexts++] = h.half[i];
    }
  }
}

/* @return whether anything was left to cut */
static bool descend(plc_bisector *b) {
  bool any = false;
  size_t chunk = b->regions > 4096 ? 64 : 1;
  for (b->sweep = 0; b->sweep < (b->x ? 1 : 2); b->sweep++) {
    for (b->colour = 0; b->colour < 2; b->colour++) {
      if (b->sweep == 0 || b->regions > 1) {
        phs_parallel(b->jobs, b->regions, chunk, cut_regions, b);
        phs_parallel(b->jobs, b->regions, chunk, move_to_centres, b);
      }
    }
  }
  b->nexts = 0;
  for (uint32_t i = 0; i < b->regions; i++) {
    if (is_whole(&b->region[i])) {
      b->next[b->nexts++] = b->region[i];
    } else {
      divide(b, &b->region[i], b->local);
      any = true;
    }
  }
  plc_region *was = b->region;
  b->region = b->next;
  b->next = was;
  b->regions = b->nexts;
  for (uint32_t i = 0; i < b->regions; i++) {
    const plc_region *r = &b->region[i];
    for (uint32_t k = 0; k < r->count; k++) {
      b->owner[b->order[r->first + k]] = i;
      b->local[b->order[r->first + k]] = k;
      if (r->x1 - r->x0 == 1 && r->y1 - r->y0 == 1) {
        b->at[b->order[r->first + k]] = plc_at(r->x0, r->y0);
      }
    }
  }
  b->depth++;
  return any;
}

static bool prepare(plc_bisector *b) {
  size_t n = (size_t)b->s->graph->core_count + 1;
  b->order = malloc(n * sizeof *b->order);
  b->owner = calloc(n, sizeof *b->owner);
  b->local = malloc(n * sizeof *b->local);
  b->side = calloc(n, 1);
  b->region = malloc(2 * n * sizeof *b->region);
  b->next = malloc(2 * n * sizeof *b->next);
  if (!b->order || !b->owner || !b->local || !b->side || !b->region || !b->next ||
      !plc_make_sizes(b)) {
    return false;
  }
  b->region[0] = plc_whole_region(b);
  b->regions = 1;
  for (uint32_t i = 0; i + 1 < n; i++) {
    b->order[i] = b->local[i] = i;
    b->at[i] = centre_of(&b->region[0]);
  }
  return true;
}

static bool run(plc_bisector *b, phs_map_progress progress, void *user) {
  atomic_init(&b->failed, false);
  bool ok = prepare(b);
  while (ok && descend(b)) {
    ok = !atomic_load(&b->failed);
    if (progress) {
      progress(user, "place", -1);
    }
  }
  free(b->order);
  free(b->owner);
  free(b->local);
  free(b->side);
  free(b->region);
  free(b->next);
  free(b->block_size);
  free(b->site_size);
  free(b->present);
  return ok && !atomic_load(&b->failed);
}

bool plc_bisect(const plc_state *s, int jobs, uint64_t seed, phs_map_progress progress, void *user,
                uint32_t *wish) {
  const phs_core_graph *g = s->graph;
  uint64_t tries = TRY_ENTRIES / (g->row[g->core_count] + g->core_count + 1) + 1;
  plc_bisector b = {.s = s, .jobs = jobs, .seed = seed, .at = wish};
  b.tries = tries < MOST_TRIES ? (int)tries : MOST_TRIES;
  return run(&b, progress, user);
}

bool plc_bisect_by(const plc_state *s, const float *x, const float *y, uint32_t *wish) {
  plc_bisector b = {.s = s, .x = x, .y = y, .jobs = 1, .at = wish};
  return run(&b, NULL, NULL);
}
