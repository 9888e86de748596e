/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The good mode: bisection, then annealing of blocks and of cores. */
#include "base/parallel.h"
#include "map/place_parts.h"

#include <stdlib.h>
#include <string.h>

/* Distances that annealing may look up: so many for each edge of the graph, within bounds. */
#define LOOKUPS_AN_EDGE 3000.0
#define LEAST_LOOKUPS 4e8
#define MOST_LOOKUPS 6e9
/* Cores from which on the grid is annealed in tiles by all threads, and the sides of these. */
#define MANY_CORES 6000
#define TILE_SIDE 48
/* Blocks that are placed as wholes, and what that may look up. */
#define MOST_BLOCKS 20000
#define BLOCK_LOOKUPS 2e8

/* Entries of the graph up to which bisection is tried several times. */
#define START_ENTRIES 100000
#define MOST_STARTS 4
/* Entries up to which cores are annealed several times. */
#define OFTEN_ENTRIES 12000

/* Sums the traffic between blocks. */
static bool block_graph(const plc_state *s, const uint32_t *block, uint32_t blocks,
                        phs_arena *arena, phs_core_graph *out) {
  const phs_core_graph *g = s->graph;
  uint32_t n = g->core_count;
  uint32_t *first = calloc((size_t)blocks + 2, sizeof *first);
  uint32_t *member = malloc(((size_t)n + 1) * sizeof *member);
  double *sum = calloc((size_t)blocks + 1, sizeof *sum);
  uint64_t most = g->row[n] < (uint64_t)blocks * blocks ? g->row[n] : (uint64_t)blocks * blocks;
  *out = (phs_core_graph){blocks, PHS_NEW_ARRAY(arena, uint64_t, (size_t)blocks + 1),
                          PHS_NEW_ARRAY(arena, uint32_t, most), PHS_NEW_ARRAY(arena, float, most)};
  bool ok = first && member && sum && out->row && out->core && out->weight;
  for (uint32_t i = 0; ok && i < n; i++) {
    first[block[i] + 2]++;
  }
  for (uint32_t b = 0; ok && b < blocks; b++) {
    first[b + 2] += first[b + 1];
  }
  for (uint32_t i = 0; ok && i < n; i++) {
    member[first[block[i] + 1]++] = i;
  }
  uint64_t count = 0;
  for (uint32_t b = 0; ok && b < blocks; b++) {
    for (uint32_t i = first[b]; i < first[b + 1]; i++) {
      for (uint64_t k = g->row[member[i]]; k < g->row[member[i] + 1]; k++) {
        sum[block[g->core[k]]] += (double)g->weight[k];
      }
    }
    sum[b] = 0;
    for (uint32_t to = 0; to < blocks; to++) {
      if (sum[to] > 0) {
        out->core[count] = to;
        out->weight[count++] = (float)sum[to];
        sum[to] = 0;
      }
    }
    out->row[b + 1] = count;
  }
  free(first);
  free(member);
  free(sum);
  return ok;
}

/* A state with all that a block holds as one item. */
static bool block_state(const plc_state *s, uint32_t w, uint32_t h, const uint32_t *block,
                        phs_arena *arena, phs_core_graph *g, plc_state *out) {
  uint32_t columns = s->metric.width / w, blocks = columns * (s->metric.height / h);
  *out = (plc_state){.graph = g,
                     .present = w == 1 && h == 1 ? s->present : NULL,
                     .slots = 1,
                     .wrap_x = s->wrap_x,
                     .wrap_y = s->wrap_y,
                     .at = PHS_NEW_ARRAY(arena, uint32_t, blocks),
                     .slot = PHS_NEW_ARRAY(arena, uint32_t, blocks),
                     .item = PHS_NEW_ARRAY(arena, uint32_t, blocks)};
  if (!out->at || !out->slot || !out->item || !block_graph(s, block, blocks, arena, g) ||
      !plc_metric_coarsen(&s->metric, w, h, arena, &out->metric)) {
    return false;
  }
  for (uint32_t b = 0; b < blocks; b++) {
    out->at[b] = plc_at(b % columns, b / columns);
    out->item[b] = b;
  }
  return true;
}

static bool within_limits(const plc_state *s) {
  for (int i = 0; i < s->limit_count; i++) {
    const plc_limit *l = &s->limit[i];
    const phs_domain *d = l->domain < 0 ? NULL : &s->machine->domain[l->domain];
    size_t blocks =
        d ? (size_t)d->blocks_x * d->blocks_y : (size_t)s->metric.width * s->metric.height;
    for (size_t b = 0; b < blocks; b++) {
      if (l->load[b] > l->capacity) {
        return false;
      }
    }
  }
  return true;
}

/* The blocks where they are, annealed, or placed anew if that is cheaper. */
static bool place_items(plc_state *s, const plc_anneal_options *o) {
  uint32_t n = s->graph->core_count;
  uint32_t *kept = malloc(((size_t)n + 1) * sizeof *kept);
  uint32_t *site = malloc(((size_t)n + 1) * sizeof *site);
  bool ok = kept && site && plc_anneal(s, o);
  uint32_t sites = 0;
  for (uint32_t i = 0; ok && i < n; i++) {
    site[sites] = i;
    sites += plc_present(s, i);
  }
  if (ok) {
    double cost = plc_cost(s, 1);
    memcpy(kept, s->at, n * sizeof *kept);
    uint32_t *wish = malloc(((size_t)n + 1) * sizeof *wish);
    ok = wish && plc_start(s, o, wish);
    bool settled = ok && plc_settle(s, site, sites, wish);
    ok = ok && (!settled || plc_anneal(s, o));
    if (!ok || !settled || plc_cost(s, 1) >= cost) {
      plc_restore(s, kept);
    }
    free(wish);
  }
  free(kept);
  free(site);
  return ok;
}

/* All items with the blocks in which they are. */
static void follow_blocks(plc_state *s, uint32_t w, uint32_t h, const plc_state *coarse,
                          const uint32_t *block, uint32_t *before, uint32_t *after) {
  uint32_t n = s->graph->core_count;
  double cost = plc_cost(s, 1);
  memcpy(before, s->at, n * sizeof *before);
  for (uint32_t i = 0; i < n; i++) {
    uint32_t to = coarse->at[block[i]];
    after[i] = plc_at(plc_x(to) * w + plc_x(before[i]) % w, plc_y(to) * h + plc_y(before[i]) % h);
  }
  plc_restore(s, after);
  if (!within_limits(s) || plc_cost(s, 1) >= cost) {
    plc_restore(s, before);
  }
}

bool plc_place_blocks(plc_state *s, uint32_t w, uint32_t h, const plc_anneal_options *o) {
  uint32_t n = s->graph->core_count, columns = s->metric.width / w;
  phs_arena *arena = phs_arena_create();
  uint32_t *block = malloc(((size_t)n + 1) * sizeof *block);
  uint32_t *before = malloc(((size_t)n + 1) * sizeof *before);
  uint32_t *after = malloc(((size_t)n + 1) * sizeof *after);
  phs_core_graph g;
  plc_state coarse;
  bool ok = arena && block && before && after;
  for (uint32_t i = 0; ok && i < n; i++) {
    block[i] = plc_y(s->at[i]) / h * columns + plc_x(s->at[i]) / w;
  }
  ok = ok && block_state(s, w, h, block, arena, &g, &coarse) && place_items(&coarse, o);
  if (ok) {
    follow_blocks(s, w, h, &coarse, block, before, after);
  }
  free(block);
  free(before);
  free(after);
  phs_arena_destroy(arena);
  return ok;
}

bool plc_start(plc_state *s, const plc_anneal_options *o, uint32_t *wish) {
  uint32_t n = s->graph->core_count;
  uint64_t entries = s->graph->row[n] + n + 1;
  int starts = entries > START_ENTRIES ? 1 : (int)(START_ENTRIES / entries) + 1;
  uint32_t *trial = malloc(((size_t)n + 1) * sizeof *trial);
  double best = 0;
  bool ok = trial != NULL;
  starts = starts < MOST_STARTS ? starts : MOST_STARTS;
  for (int i = 0; ok && i < starts; i++) {
    ok = plc_bisect(s, o->jobs, o->seed + (uint64_t)i, o->progress, o->user, trial) &&
         plc_smooth(s, o->jobs, trial);
    double cost = ok ? plc_cost_at(s, o->jobs, trial) : 0;
    if (ok && (i == 0 || cost < best)) {
      best = cost;
      memcpy(wish, trial, n * sizeof *wish);
    }
  }
  free(trial);
  return ok;
}

/* Blocks of domains from the outside in, as long as there are not too many; then nodes, where they
 * have several cores. */
static bool place_all_blocks(plc_state *s, plc_anneal_options o) {
  const phs_machine *m = s->machine;
  bool ok = true;
  for (int d = m->domain_count - 1; ok && d >= 0 && !m->present; d--) {
    const phs_domain *k = &m->domain[d];
    uint32_t blocks = k->blocks_x * k->blocks_y;
    o.seed++;
    if (blocks > 1 && blocks <= MOST_BLOCKS && k->width * k->height > 1) {
      ok = plc_place_blocks(s, k->width, k->height, &o);
    }
  }
  uint32_t sites = s->metric.width * s->metric.height;
  return ok && (s->slots == 1 || sites > MOST_BLOCKS || plc_place_blocks(s, 1, 1, &o));
}

/* Whether the machine has several blocks of a domain, which can be placed as wholes. */
static bool has_blocks(const phs_machine *m) {
  return m->domain_count > 0 && !m->present && m->domain[0].blocks_x * m->domain[0].blocks_y > 1;
}

static double bounded(double v, double least, double most) {
  return v < least ? least : v > most ? most : v;
}

/* Where all items are, of the cheapest way so far. */
typedef struct best {
  uint32_t *at, *wish;
  double cost;
  bool any;
} best;

static void keep(const plc_state *s, int jobs, best *b) {
  double cost = plc_cost(s, jobs);
  if (!b->any || cost < b->cost) {
    b->any = true;
    b->cost = cost;
    memcpy(b->at, s->at, s->graph->core_count * sizeof *b->at);
  }
}

/* Ways to begin: by bisection, and in the order in which cores come, which in structured networks
 * keeps on a chip what belongs together. */
static phasor_status begin(plc_state *s, phs_map *m, const plc_anneal_options *o,
                           const uint32_t *site, uint32_t sites, uint32_t *item, best *b) {
  if (!plc_start(s, o, b->wish)) {
    return PHASOR_ERROR_INTERNAL;
  }
  if (plc_settle(s, site, sites, b->wish)) {
    if (!place_all_blocks(s, *o)) {
      return PHASOR_ERROR_INTERNAL;
    }
    keep(s, o->jobs, b);
  }
  plc_clear(s);
  if ((!b->any || has_blocks(s->machine)) && plc_pack(s, site, sites, item)) {
    if (!place_all_blocks(s, *o)) {
      return PHASOR_ERROR_INTERNAL;
    }
    keep(s, o->jobs, b);
  }
  if (!b->any) {
    phs_map_note(m, "placing: neither bisection nor the order of cores left room for all within "
                    "the capacities of chips; the greatest were placed first");
    if (!plc_pack_greatest(s, site, sites, item)) {
      return PHASOR_ERROR_TARGET;
    }
    keep(s, o->jobs, b);
  }
  plc_restore(s, b->at);
  return PHASOR_OK;
}

/* One of several annealings of the same beginning. */
typedef struct trial {
  const plc_state *from;
  plc_anneal_options o;
  uint32_t *at; /* [items] out */
  double cost;
  bool ok;
} trial;

/* Another state with the same items at the same sites, of its own. */
static bool copy_state(const plc_state *s, phs_arena *arena, plc_state *out) {
  size_t n = s->graph->core_count, sites = (size_t)s->metric.width * s->metric.height;
  *out = *s;
  out->at = PHS_NEW_ARRAY(arena, uint32_t, n);
  out->slot = PHS_NEW_ARRAY(arena, uint32_t, n);
  out->item = PHS_NEW_ARRAY(arena, uint32_t, sites * s->slots);
  out->limit = PHS_NEW_ARRAY(arena, plc_limit, PLC_LIMITS);
  bool ok = out->at && out->slot && out->item && out->limit;
  for (int i = 0; ok && i < s->limit_count; i++) {
    out->limit[i] = s->limit[i];
    out->limit[i].load = PHS_NEW_ARRAY(arena, double, sites); /* no fewer than blocks */
    ok = out->limit[i].load != NULL;
  }
  if (ok) {
    plc_restore(out, s->at);
  }
  return ok;
}

static void anneal_trials(void *user, size_t first, size_t end, int thread) {
  trial *all = user;
  (void)thread;
  for (size_t i = first; i < end; i++) {
    trial *t = &all[i];
    phs_arena *arena = phs_arena_create();
    plc_state s;
    t->ok = arena && copy_state(t->from, arena, &s) && plc_anneal(&s, &t->o);
    if (t->ok) {
      t->cost = plc_cost(&s, 1);
      memcpy(t->at, s.at, s.graph->core_count * sizeof *t->at);
    }
    phs_arena_destroy(arena);
  }
}

/* Small graphs from colder and hotter beginnings, side by side; the cheapest is kept. */
static bool anneal_often(plc_state *s, const plc_anneal_options *o) {
  static const double heat[] = {0.1, 0.25, 0.4, 0.8};
  enum { TIMES = sizeof heat / sizeof *heat };
  uint32_t n = s->graph->core_count, *at = malloc(((size_t)n + 1) * TIMES * sizeof *at);
  trial t[TIMES];
  int least = 0;
  bool ok = at != NULL;
  for (int i = 0; i < TIMES && ok; i++) {
    t[i] = (trial){.from = s, .o = *o, .at = at + (size_t)i * n};
    t[i].o.seed = o->seed + 100 * (uint64_t)i;
    t[i].o.heat = heat[i];
    t[i].o.progress = NULL;
  }
  if (ok) {
    phs_parallel(o->jobs, TIMES, 1, anneal_trials, t);
  }
  for (int i = 0; i < TIMES && ok; i++) {
    ok = t[i].ok;
    least = t[i].cost < t[least].cost ? i : least;
  }
  if (ok) {
    plc_restore(s, t[least].at);
  }
  free(at);
  return ok;
}

/* Cores one by one: in tiles by all threads where they are many. */
static bool anneal_cores(plc_state *s, plc_anneal_options o) {
  uint32_t n = s->graph->core_count;
  double edges = (double)s->graph->row[n] / 2;
  o.effort = bounded(edges * LOOKUPS_AN_EDGE, LEAST_LOOKUPS, MOST_LOOKUPS);
  o.seed += 100;
  if (n + 2 * edges <= OFTEN_ENTRIES) {
    return anneal_often(s, &o);
  }
  if (n > MANY_CORES) {
    o.tile = TILE_SIDE;
    o.heat = 0.02;
  }
  return plc_anneal(s, &o);
}

phasor_status plc_good(plc_state *s, phs_map *m, const uint32_t *site, uint32_t sites,
                       uint32_t *item) {
  plc_anneal_options o = {.seed = m->options.seed,
                          .jobs = m->options.jobs,
                          .effort = BLOCK_LOOKUPS,
                          .heat = 0.1,
                          .progress = m->options.progress,
                          .user = m->options.user};
  size_t n = (size_t)m->core_count + 1;
  best b = {malloc(n * sizeof *b.at), malloc(n * sizeof *b.wish), 0, false};
  phasor_status status =
      b.at && b.wish ? begin(s, m, &o, site, sites, item, &b) : PHASOR_ERROR_INTERNAL;
  if (status == PHASOR_OK && !anneal_cores(s, o)) {
    status = PHASOR_ERROR_INTERNAL;
  }
  free(b.at);
  free(b.wish);
  return status;
}
