/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Annealing: random swaps and moves, taken by their change of cost and a falling temperature
 * (Kirkpatrick, Gelatt, Vecchi 1983), in a window that narrows as fewer are taken (as in VPR: Betz,
 * Rose 1997), half of them to where a neighbour in the graph is.
 *
 * Large grids are annealed in tiles, each with the positions of the others as they were at the
 * beginning of the round: which thread takes which tile then makes no difference. Borders of tiles
 * are elsewhere in each round.
 */
#include "base/parallel.h"
#include "map/place_parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ROUNDS = 100, LOGARITHMS = 4096, SAMPLES = 512 };
/* Trials of an item from which on more bring little: hot and cold, an item of some hundreds meets
 * each site many times. */
#define MOST_TRIALS 8000.0

typedef struct rectangle {
  uint32_t x0, y0, x1, y1; /* half open */
} rectangle;

typedef struct worker {
  uint32_t *view;  /* [items] where items are, for this thread */
  uint32_t *items; /* [items] those of a tile */
} worker;

typedef struct tile_sum {
  uint64_t tried, taken;
} tile_sum;

typedef struct annealer {
  plc_state *s;
  const plc_anneal_options *o;
  worker *worker;
  int workers;
  float logarithm[LOGARITHMS]; /* -log of numbers from 0 to 1 */
  float temperature;
  uint32_t window;
  uint32_t round;
  double moves; /* for each item in a round */
  uint32_t tiles_x, tiles_y, offset_x, offset_y;
  tile_sum *sum;
} annealer;

/* What changes if @p a goes from @p old to @p new; traffic with @p partner, which goes the other
 * way, stays as it is. */
static float change_of(const plc_state *s, const uint32_t *view, uint32_t a, uint32_t old,
                       uint32_t new, uint32_t partner) {
  const plc_metric *d = &s->metric;
  const phs_core_graph *g = s->graph;
  const float *old_x = d->x + plc_x(old) * d->width, *new_x = d->x + plc_x(new) * d->width;
  const float *old_y = d->y + plc_y(old) * d->height, *new_y = d->y + plc_y(new) * d->height;
  float sum = 0;
  for (uint64_t k = g->row[a]; d->sides && k < g->row[a + 1]; k++) {
    uint32_t to = g->core[k], x = plc_x(view[to]), y = plc_y(view[to]);
    float w = to == partner ? 0 : g->weight[k];
    sum += w * (new_x[x] - old_x[x] + new_y[y] - old_y[y]);
  }
  if (!d->hexagon) {
    return sum;
  }
  const uint16_t *from_old =
      d->hexagon + (d->height - 1 - plc_y(old)) * d->stride + d->width - 1 - plc_x(old);
  const uint16_t *from_new =
      d->hexagon + (d->height - 1 - plc_y(new)) * d->stride + d->width - 1 - plc_x(new);
  for (uint64_t k = g->row[a]; k < g->row[a + 1]; k++) {
    uint32_t to = g->core[k], at = plc_y(view[to]) * d->stride + plc_x(view[to]);
    float w = to == partner ? 0 : g->weight[k];
    sum += w * (float)(from_new[at] - from_old[at]);
  }
  return sum;
}

/* Whether all of a block lies in the tile, so that nobody else changes its load. */
static bool owns(const plc_state *s, const plc_limit *l, const rectangle *r, uint32_t block) {
  if (l->domain < 0) {
    return true;
  }
  const phs_domain *d = &s->machine->domain[l->domain];
  uint32_t x = block % d->blocks_x * d->width, y = block / d->blocks_x * d->height;
  return x >= r->x0 && y >= r->y0 && x + d->width <= r->x1 && y + d->height <= r->y1;
}

/* Whether @p a may go from @p from to @p to and @p b (or nobody) the other way. */
static bool may(const plc_state *s, const rectangle *r, uint32_t a, uint32_t from, uint32_t b,
                uint32_t to) {
  for (int i = 0; i < s->limit_count; i++) {
    const plc_limit *l = &s->limit[i];
    uint32_t p = plc_block(s, l, from), q = plc_block(s, l, to);
    double more = l->demand[a] - (b == PLC_NONE ? 0 : l->demand[b]);
    if (p == q) {
      continue;
    }
    if (!owns(s, l, r, p) || !owns(s, l, r, q) || l->load[q] + more > l->capacity ||
        l->load[p] - more > l->capacity) {
      return false;
    }
  }
  return true;
}

static void swap(plc_state *s, uint32_t *view, uint32_t a, uint32_t from, uint32_t b, uint32_t to,
                 uint32_t slot) {
  uint32_t was = s->slot[a], w = s->metric.width;
  for (int i = 0; i < s->limit_count; i++) {
    const plc_limit *l = &s->limit[i];
    uint32_t p = plc_block(s, l, from), q = plc_block(s, l, to);
    double more = l->demand[a] - (b == PLC_NONE ? 0 : l->demand[b]);
    l->load[q] += more;
    l->load[p] -= more;
  }
  s->item[(size_t)to * s->slots + slot] = a;
  s->slot[a] = slot;
  view[a] = plc_at(to % w, to / w);
  s->item[(size_t)from * s->slots + was] = b;
  if (b != PLC_NONE) {
    s->slot[b] = was;
    view[b] = plc_at(from % w, from / w);
  }
}

/* A coordinate near @p at, inside of low to high. */
static uint32_t near(uint64_t *random, uint32_t at, uint32_t window, uint32_t low, uint32_t high) {
  uint32_t from = at > low + window ? at - window : low;
  uint32_t to = at + window + 1 < high ? at + window + 1 : high;
  return from < to ? from + plc_below(random, to - from) : low;
}

/* A site to try for @p a. */
static uint32_t propose(const annealer *n, const uint32_t *view, const rectangle *r,
                        uint64_t *random, uint32_t a) {
  const phs_core_graph *g = n->s->graph;
  uint32_t at = view[a], window = n->window;
  uint64_t degree = g->row[a + 1] - g->row[a];
  if (degree > 0 && (plc_random(random) & 1)) {
    uint64_t k = g->row[a] + plc_below(random, (uint32_t)degree);
    at = view[g->core[k]];
    window = n->s->slots > 1 && (plc_random(random) & 1) ? 0 : 1;
  }
  return plc_at(near(random, plc_x(at), window, r->x0, r->x1),
                near(random, plc_y(at), window, r->y0, r->y1));
}

/* One trial. @return whether it was taken */
static bool attempt(annealer *n, uint32_t *view, const rectangle *r, uint64_t *random, uint32_t a) {
  plc_state *s = n->s;
  uint32_t old = view[a], new = propose(n, view, r, random, a);
  uint32_t site = plc_site(s, new);
  if (new == old || !plc_present(s, site)) {
    return false;
  }
  uint32_t slot = s->slots > 1 ? plc_below(random, s->slots) : 0;
  uint32_t b = s->item[(size_t)site * s->slots + slot];
  if (!may(s, r, a, plc_site(s, old), b, site)) {
    return false;
  }
  float change = change_of(s, view, a, old, new, b);
  if (b != PLC_NONE) {
    change += change_of(s, view, b, new, old, a);
  }
  if (change > 0 && change >= n->temperature * n->logarithm[plc_random(random) % LOGARITHMS]) {
    return false;
  }
  swap(s, view, a, plc_site(s, old), b, site, slot);
  return true;
}

/* Items of a tile, in the order of sites. */
static uint32_t list_items(const plc_state *s, const rectangle *r, uint32_t *items) {
  uint32_t count = 0;
  for (uint32_t y = r->y0; y < r->y1; y++) {
    for (uint32_t x = r->x0; x < r->x1; x++) {
      const uint32_t *item = s->item + (size_t)(y * s->metric.width + x) * s->slots;
      for (uint32_t k = 0; k < s->slots; k++) {
        if (item[k] != PLC_NONE) {
          items[count++] = item[k];
        }
      }
    }
  }
  return count;
}

static uint32_t clip(uint32_t at, uint32_t offset, uint32_t size) {
  return at < offset ? 0 : at - offset < size ? at - offset : size;
}

static rectangle tile_of(const annealer *n, size_t tile) {
  const plc_metric *d = &n->s->metric;
  uint32_t t = n->o->tile;
  if (t == 0) {
    return (rectangle){0, 0, d->width, d->height};
  }
  uint32_t x = (uint32_t)tile % n->tiles_x * t, y = (uint32_t)tile / n->tiles_x * t;
  return (rectangle){clip(x, n->offset_x, d->width), clip(y, n->offset_y, d->height),
                     clip(x + t, n->offset_x, d->width), clip(y + t, n->offset_y, d->height)};
}

static void anneal_tile(annealer *n, size_t tile, worker *w) {
  rectangle r = tile_of(n, tile);
  uint32_t count = list_items(n->s, &r, w->items);
  uint64_t random = plc_stream(n->o->seed + n->round, tile);
  uint64_t trials = (uint64_t)(n->moves * count);
  tile_sum sum = {0, 0};
  if (count == 0 || (r.x1 - r.x0) * (r.y1 - r.y0) < 2) {
    return;
  }
  for (uint64_t i = 0; i < trials; i++) {
    sum.taken += attempt(n, w->view, &r, &random, w->items[plc_below(&random, count)]);
  }
  sum.tried = trials;
  n->sum[tile] = sum;
  for (uint32_t i = 0; i < count && w->view != n->s->at; i++) {
    /* others see it in the next round; this thread, too */
    uint32_t item = w->items[i], was = n->s->at[item];
    n->s->at[item] = w->view[item];
    w->view[item] = was;
  }
}

static void anneal_tiles(void *user, size_t first, size_t end, int thread) {
  annealer *n = user;
  for (size_t i = first; i < end; i++) {
    anneal_tile(n, i, &n->worker[thread]);
  }
}

/* The mean size of changes that random trials would bring. */
static double typical_change(annealer *n) {
  const plc_state *s = n->s;
  rectangle all = {0, 0, s->metric.width, s->metric.height};
  uint64_t random = plc_stream(n->o->seed, 77);
  double sum = 0;
  int count = 0;
  n->temperature = -1; /* nothing is taken that costs */
  for (int i = 0; i < SAMPLES; i++) {
    uint32_t a = plc_below(&random, s->graph->core_count);
    uint32_t to = plc_at(plc_below(&random, all.x1), plc_below(&random, all.y1));
    if (to != s->at[a]) {
      sum += fabs((double)change_of(s, s->at, a, s->at[a], to, PLC_NONE));
      count++;
    }
  }
  return count ? sum / count : 0;
}

static void start_round(annealer *n, uint32_t round, double scale) {
  const plc_metric *d = &n->s->metric;
  const double coldest = 1e-3;
  double part = (double)round / (ROUNDS - 1);
  uint32_t t = n->o->tile;
  n->round = round;
  n->temperature = round + 5 >= ROUNDS ? 0 : (float)(scale * n->o->heat * pow(coldest, part));
  n->tiles_x = n->tiles_y = 1;
  if (t > 0) {
    uint64_t random = plc_stream(n->o->seed + round, 99);
    n->offset_x = plc_below(&random, t);
    n->offset_y = plc_below(&random, t);
    n->tiles_x = (d->width + n->offset_x + t - 1) / t;
    n->tiles_y = (d->height + n->offset_y + t - 1) / t;
  }
  for (int i = 0; i < n->workers && t > 0; i++) {
    memcpy(n->worker[i].view, n->s->at, n->s->graph->core_count * sizeof *n->worker[i].view);
  }
}

/* About 44 in 100 trials taken is where annealing gets on best (Lam, Delosme 1988): the window
 * follows. */
static void end_round(annealer *n, uint32_t widest) {
  uint64_t tried = 1, taken = 0;
  for (uint32_t i = 0; i < n->tiles_x * n->tiles_y; i++) {
    tried += n->sum[i].tried;
    taken += n->sum[i].taken;
    n->sum[i] = (tile_sum){0, 0};
  }
  double next = n->window * (1 - 0.44 + (double)taken / (double)tried);
  n->window = next < 1 ? 1 : next > widest ? widest : (uint32_t)(next + 0.5);
}

static void run(annealer *n) {
  const plc_metric *d = &n->s->metric;
  double scale = typical_change(n);
  double degree = (double)n->s->graph->row[n->s->graph->core_count] / n->s->graph->core_count;
  uint32_t widest = d->width > d->height ? d->width : d->height;
  if (n->o->tile > 0 && n->o->tile < widest) {
    widest = n->o->tile;
  }
  n->window = widest;
  double trials = n->o->effort / (2 * degree + 16) / n->s->graph->core_count;
  n->moves = (trials < MOST_TRIALS ? trials : MOST_TRIALS) / ROUNDS;
  for (uint32_t round = 0; round < ROUNDS; round++) {
    start_round(n, round, scale);
    phs_parallel(n->o->tile ? n->workers : 1, (size_t)n->tiles_x * n->tiles_y, 1, anneal_tiles, n);
    end_round(n, widest);
    if (n->o->progress) {
      n->o->progress(n->o->user, "place", (double)round / ROUNDS);
    }
  }
}

static bool prepare(annealer *n) {
  const plc_metric *d = &n->s->metric;
  size_t items = n->s->graph->core_count, t = n->o->tile;
  size_t tiles = t ? (d->width / t + 2) * (d->height / t + 2) : 1;
  n->workers = !t || n->o->jobs < 1 ? 1 : n->o->jobs > 64 ? 64 : n->o->jobs;
  n->worker = calloc((size_t)n->workers, sizeof *n->worker);
  n->sum = calloc(tiles, sizeof *n->sum);
  for (int i = 0; i < LOGARITHMS; i++) {
    n->logarithm[i] = (float)-log((i + 0.5) / LOGARITHMS);
  }
  if (!n->worker || !n->sum) {
    return false;
  }
  for (int i = 0; i < n->workers; i++) {
    worker *w = &n->worker[i];
    w->view = t ? malloc((items + 1) * sizeof *w->view) : n->s->at;
    w->items = malloc((items + 1) * sizeof *w->items);
    if (!w->view || !w->items) {
      return false;
    }
  }
  return true;
}

static void drop(annealer *n) {
  for (int i = 0; n->worker && i < n->workers; i++) {
    free(n->o->tile ? n->worker[i].view : NULL);
    free(n->worker[i].items);
  }
  free(n->worker);
  free(n->sum);
}

bool plc_anneal(plc_state *s, const plc_anneal_options *o) {
  annealer *n = calloc(1, sizeof *n);
  size_t items = s->graph->core_count;
  uint32_t *before = malloc((items + 1) * sizeof *before);
  bool ok = n && before;
  if (ok) {
    n->s = s;
    n->o = o;
    ok = prepare(n);
  }
  if (ok && items > 0 && s->graph->row[items] > 0) {
    double cost = plc_cost(s, o->jobs);
    memcpy(before, s->at, items * sizeof *before);
    run(n);
    if (plc_cost(s, o->jobs) > cost) {
      plc_restore(s, before);
    }
  }
  if (n) {
    drop(n);
  }
  free(n);
  free(before);
  return ok;
}
