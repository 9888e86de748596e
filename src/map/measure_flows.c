/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Flows of each slice: its box forwards through every projection to the slices that it meets, which
 * are then taken together core by core. A neuron that reaches a core on several ways counts once:
 * exactly for windows and for rows, in expectation for rules whose sources are alike, else as a
 * sum, which is a bound.
 */
#include "map/measure.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK 64
#define LOOK_BACK 4

/* One way from the slice to a core. */
typedef struct way {
  uint32_t projection, slice; /* the target */
  phs_box source;             /* neurons of the slice that it is for */
  double axons;               /* exact for windows, else expected */
} way;

typedef struct stored_flow {
  uint32_t core, axons;
  float rate;
} stored_flow;

typedef struct chunk {
  stored_flow *flow;
  size_t count, room;
} chunk;

typedef struct collector {
  phs_measure *ms;
  phs_pair_cache *pairs;
  uint32_t slice;      /* the source */
  uint32_t projection; /* that is being followed */
  bool failed;
  way *way;
  size_t way_count, way_room;
  uint64_t *key; /* core and index of way */
  phs_window_part *part;
  size_t part_room;
  phs_flow_list rows, merged;
} collector;

typedef struct flows {
  phs_measure *ms;
  collector *collector; /* [threads] */
  chunk *chunk;
} flows;

/* ---------------------------------------------------------------------------------- ways */

static void add_way(collector *c, uint32_t target, const phs_box *source, double axons) {
  if (c->way_count == c->way_room) {
    size_t room = c->way_room ? 2 * c->way_room : 256;
    way *w = realloc(c->way, room * sizeof *w);
    c->way = w ? w : c->way;
    uint64_t *key = realloc(c->key, room * sizeof *key);
    c->key = key ? key : c->key;
    if (!w || !key) {
      c->failed = true;
      return;
    }
    c->way_room = room;
  }
  c->key[c->way_count] = (uint64_t)c->ms->m->slice[target].core << 32 | c->way_count;
  c->way[c->way_count++] =
      (way){.projection = c->projection, .slice = target, .source = *source, .axons = axons};
}

static bool knows_places(phs_rule rule) {
  return rule == PHS_RULE_ONE_TO_ONE || rule == PHS_RULE_DISTANCE;
}

static uint64_t least(uint64_t a, uint64_t b) {
  return a < b ? a : b;
}

/* Expected axons; of listed slices of rules with places, of the boxes that hold them: more. */
static double recipe_axons(collector *c, uint32_t target, const phs_box *source) {
  const phs_measure *ms = c->ms;
  const phs_recipe *r = ms->w->projection[c->projection].recipe;
  const phs_slice *s = &ms->m->slice[c->slice], *t = &ms->m->slice[target];
  const uint64_t sources = least(phs_box_count(source), s->count);
  double axons, synapses;
  phs_box meet;
  if (knows_places(r->rule)) {
    phs_pairs_get(c->pairs, ms->w, c->projection, source, &ms->box[target], &axons, &synapses);
    return axons < (double)sources ? axons : (double)sources;
  }
  bool apart = r->same_population && !r->autapses && !s->listed && !t->listed;
  uint64_t both = apart && phs_box_meet(source, &ms->box[target], &meet) ? phs_box_count(&meet) : 0;
  return phs_pairs_by_size(c->pairs, c->projection, sources, t->count, both);
}

static void follow_to(collector *c, uint32_t target, const phs_box *source) {
  const phs_measure *ms = c->ms;
  double axons = ms->w->projection[c->projection].wiring == PHS_WIRING_WINDOW
                     ? phs_work_axons(ms->w, c->projection, source, &ms->box[target])
                     : recipe_axons(c, target, source);
  if (axons > 0) {
    add_way(c, target, source, axons);
  }
}

/* A slice that the box meets: phs_bins_query(). */
static void meet_slice(void *user, uint32_t target) {
  collector *c = user;
  const phs_measure *ms = c->ms;
  if (ms->m->slice[target].part_count == 0) {
    if (ms->m->slice[target].role == PHS_SLICE_NEURONS) {
      follow_to(c, target, &ms->box[c->slice]);
    }
    return;
  }
  for (uint32_t i = ms->limit_row[target]; i < ms->limit_row[target + 1]; i++) {
    phs_box source;
    if (ms->limit[i].projection == c->projection &&
        phs_box_meet(&ms->limit[i].box, &ms->box[c->slice], &source)) {
      follow_to(c, target, &source);
    }
  }
}

static void collect_ways(collector *c) {
  const phs_measure *ms = c->ms;
  const phs_population *p = &ms->w->population[ms->m->slice[c->slice].population];
  c->way_count = 0;
  for (uint32_t i = 0; i < p->out_count; i++) {
    c->projection = ms->w->out[p->first_out + i];
    if (!ms->by_rows[c->projection]) {
      phs_box reach = phs_work_targets(ms->w, c->projection, &ms->box[c->slice]);
      const uint32_t to = ms->w->projection[c->projection].target;
      phs_bins_query(&ms->bins[to], ms->box, &reach, meet_slice, c);
    }
  }
}

static int by_key(const void *a, const void *b) {
  uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
  return (x > y) - (x < y);
}

static void sort_ways(collector *c) {
  for (size_t i = 1; i < c->way_count; i++) {
    if (c->key[i - 1] > c->key[i]) {
      qsort(c->key, c->way_count, sizeof *c->key, by_key);
      return;
    }
  }
}

/* -------------------------------------------------------------------------------- one core */

typedef struct reached {
  double axons, rate;
} reached;

static double mean_rate(const phs_measure *ms, uint32_t slice) {
  uint32_t count = ms->m->slice[slice].count;
  return count ? ms->rate[slice] / count : 0;
}

/* Neurons that reach a core through windows: ways key[0] to key[count] - 1 of them are. */
static reached join_windows(collector *c, const uint64_t *key, size_t count) {
  const phs_measure *ms = c->ms;
  const phs_slice *s = &ms->m->slice[c->slice];
  const bool own_rates = ms->w->population[s->population].rate_count > 1;
  size_t parts = 0;
  double most = 0;
  if (count > c->part_room) {
    phs_window_part *part = realloc(c->part, 2 * count * sizeof *part);
    if (!part) {
      c->failed = true;
      return (reached){0};
    }
    c->part = part;
    c->part_room = 2 * count;
  }
  for (size_t i = 0; i < count; i++) {
    const way *w = &c->way[key[i] & UINT32_MAX];
    if (ms->w->projection[w->projection].wiring == PHS_WIRING_WINDOW) {
      c->part[parts++] = (phs_window_part){
          .projection = w->projection, .target = ms->box[w->slice], .source = w->source};
      most = w->axons > most ? w->axons : most;
    }
  }
  if (parts == 0 || most >= s->count) {
    return (reached){.axons = most, .rate = parts ? ms->rate[c->slice] : 0};
  }
  if (parts == 1 && !own_rates) {
    return (reached){.axons = most, .rate = most * mean_rate(ms, c->slice)};
  }
  double rate = 0;
  uint64_t n = phs_window_union(ms, s->population, &ms->box[c->slice], c->part, parts, &rate);
  c->failed |= n == UINT64_MAX;
  return (reached){.axons = (double)n,
                   .rate = own_rates ? rate : (double)n * mean_rate(ms, c->slice)};
}

/* Whether a recipe's numbers are no matter of chance. */
static bool is_certain(const phs_measure *ms, uint32_t projection) {
  const phs_work_projection *p = &ms->w->projection[projection];
  const uint32_t *a = ms->w->population[p->source].dim, *b = ms->w->population[p->target].dim;
  return p->recipe->rule == PHS_RULE_ALL_TO_ALL ||
         (p->recipe->rule == PHS_RULE_ONE_TO_ONE && a[0] == b[0] && a[1] == b[1] && a[2] == b[2]);
}

/* Neurons that reach a core through recipes: expected, and a bound. */
static reached join_recipes(const collector *c, const uint64_t *key, size_t count, double *bound) {
  const phs_measure *ms = c->ms;
  const double all = ms->m->slice[c->slice].count;
  double silent = 1, sum = 0;
  bool certain = true;
  for (size_t i = 0; i < count; i++) {
    const way *w = &c->way[key[i] & UINT32_MAX];
    const phs_work_projection *p = &ms->w->projection[w->projection];
    if (p->wiring != PHS_WIRING_RECIPE) {
      continue;
    }
    certain = certain && is_certain(ms, w->projection);
    if (phs_rule_is_even(p->recipe->rule) && (double)phs_box_count(&w->source) >= all &&
        w->axons < all) {
      silent *= 1 - w->axons / all;
    } else {
      sum += w->axons;
    }
  }
  double axons = all * (1 - silent) + sum;
  axons = axons < all ? axons : all;
  *bound = certain ? axons : phs_recipe_bound(axons, all);
  return (reached){.axons = axons, .rate = axons * mean_rate(ms, c->slice)};
}

/* The flow to one core, of its ways and of its rows (may be NULL). */
static phs_flow join(collector *c, const uint64_t *key, size_t count, const phs_flow *rows) {
  const phs_measure *ms = c->ms;
  const double all = ms->m->slice[c->slice].count;
  const way *only = count == 1 && !rows ? &c->way[key[0] & UINT32_MAX] : NULL;
  double bound = 0;
  reached w = {0}, r = {0};
  if (only && ms->w->projection[only->projection].wiring == PHS_WIRING_RECIPE) {
    r = (reached){.axons = only->axons, .rate = only->axons * mean_rate(ms, c->slice)};
    bound = is_certain(ms, only->projection) ? r.axons : phs_recipe_bound(r.axons, all);
  } else if (count) {
    w = join_windows(c, key, count);
    r = join_recipes(c, key, count, &bound);
  }
  double axons = ceil(w.axons + bound - 1e-6) + (rows ? rows->axons : 0);
  double rate = w.rate + r.rate + (rows ? rows->rate : 0);
  rate = rate < ms->rate[c->slice] ? rate : ms->rate[c->slice];
  uint32_t core = rows ? rows->core : (uint32_t)(key[0] >> 32);
  return (phs_flow){.core = core, .axons = (uint32_t)(axons < all ? axons : all), .rate = rate};
}

/* -------------------------------------------------------------------------------- one slice */

/* Adds a task's flows to those of the tasks before it. */
static void merge_rows(collector *c, const phs_flow_list *l) {
  phs_flow_list *out = &c->merged;
  size_t i = 0, j = 0;
  out->count = 0;
  while (i < c->rows.count || j < l->count) {
    const phs_flow *a = i < c->rows.count ? &c->rows.flow[i] : NULL;
    const phs_flow *b = j < l->count ? &l->flow[j] : NULL;
    phs_flow f = a && (!b || a->core <= b->core) ? *a : *b;
    if (a && b && a->core == b->core) {
      f.axons += b->axons;
      f.rate += b->rate;
    }
    i += a && a->core == f.core;
    j += b && b->core == f.core;
    c->failed |= !phs_flow_add(out, f);
  }
  phs_flow_list swap = c->rows;
  c->rows = *out;
  *out = swap;
}

static void gather_rows(collector *c) {
  const phs_measure *ms = c->ms;
  c->rows.count = 0;
  for (uint32_t t = ms->task_row[c->slice]; t < ms->task_row[c->slice + 1] && !c->failed; t++) {
    merge_rows(c, &ms->task[t].out);
  }
}

static bool need_room(chunk *k, size_t more) {
  if (k->room - k->count < more) {
    size_t room = k->room + k->room / 2 + more + 256;
    stored_flow *flow = realloc(k->flow, room * sizeof *flow);
    if (!flow) {
      return false;
    }
    k->flow = flow;
    k->room = room;
  }
  return true;
}

static bool put(chunk *k, const phs_flow *f) {
  if (f->axons == 0) {
    return true;
  }
  if (!need_room(k, 1)) {
    return false;
  }
  k->flow[k->count++] = (stored_flow){.core = f->core, .axons = f->axons, .rate = (float)f->rate};
  return true;
}

/* Ways and rows of the slice, both by core. */
static bool put_flows(collector *c, chunk *k) {
  size_t i = 0, j = 0;
  while ((i < c->way_count || j < c->rows.count) && !c->failed) {
    const phs_flow *row = j < c->rows.count ? &c->rows.flow[j] : NULL;
    size_t end = i;
    if (i < c->way_count && (!row || c->key[i] >> 32 <= row->core)) {
      while (end < c->way_count && c->key[end] >> 32 == c->key[i] >> 32) {
        end++;
      }
      row = row && row->core == c->key[i] >> 32 ? row : NULL;
    }
    phs_flow f = end == i ? *row : join(c, c->key + i, end - i, row);
    i = end;
    j += row != NULL;
    if (!put(k, &f)) {
      return false;
    }
  }
  return !c->failed;
}

static bool flows_of(collector *c, uint32_t s, chunk *k) {
  const phs_map *m = c->ms->m;
  const phs_slice *slice = &m->slice[s];
  c->slice = s;
  if (slice->role == PHS_SLICE_PARTIAL) { /* its sums, each in every step */
    return put(k, &(phs_flow){.core = m->slice[slice->owner].core,
                              .axons = slice->count,
                              .rate = slice->count});
  }
  if (slice->count == 0) {
    return true;
  }
  collect_ways(c);
  sort_ways(c);
  gather_rows(c);
  return put_flows(c, k);
}

/* A slice from @p first on, not long before @p s, that sends what it does, without a look at where
 * they lie: slices of a cut population have one of two sizes. Else @p s. */
static size_t sends_alike(const phs_measure *ms, size_t first, size_t s) {
  const phs_slice *b = &ms->m->slice[s];
  if (!ms->even_out[b->population] || b->role != PHS_SLICE_NEURONS) {
    return s;
  }
  for (size_t i = s; i > first && s - i < LOOK_BACK; i--) {
    const phs_slice *a = &ms->m->slice[i - 1];
    if (a->population == b->population && a->count == b->count && a->role == b->role) {
      return i - 1;
    }
  }
  return s;
}

static bool repeat(chunk *k, size_t from, size_t count) {
  if (count == 0) {
    return true;
  }
  if (!need_room(k, count)) {
    return false;
  }
  memcpy(k->flow + k->count, k->flow + from, count * sizeof *k->flow);
  k->count += count;
  return true;
}

static void make_chunks(void *user, size_t first, size_t end, int thread) {
  flows *f = user;
  collector *c = &f->collector[thread];
  c->ms = f->ms;
  c->pairs = phs_pairs_of(f->ms, thread);
  chunk *k = &f->chunk[first / CHUNK];
  size_t begin[CHUNK + 1] = {0}; /* where the flows of each slice begin */
  for (size_t s = first; s < end && !atomic_load(&f->ms->failed); s++) {
    const size_t like = sends_alike(f->ms, first, s);
    const size_t before = k->count, *at = begin + (like - first);
    bool ok = like < s ? repeat(k, at[0], at[1] - at[0]) : c->pairs && flows_of(c, (uint32_t)s, k);
    if (!ok) {
      atomic_store(&f->ms->failed, true);
      return;
    }
    f->ms->m->flows.row[s + 1] = k->count - before;
    begin[s - first + 1] = k->count;
  }
}

/* ---------------------------------------------------------------------------------- all slices */

static void store_chunks(void *user, size_t first, size_t end, int thread) {
  flows *all = user;
  phs_flows *f = &all->ms->m->flows;
  (void)thread;
  for (size_t i = first; i < end; i++) {
    chunk *k = &all->chunk[i];
    const size_t at = (size_t)f->row[i * CHUNK];
    for (size_t n = 0; n < k->count; n++) {
      f->core[at + n] = k->flow[n].core;
      f->axons[at + n] = k->flow[n].axons;
      f->rate[at + n] = k->flow[n].rate;
    }
    free(k->flow);
    k->flow = NULL;
  }
}

static bool store(flows *all, size_t chunks) {
  phs_map *m = all->ms->m;
  phs_flows *f = &m->flows;
  for (uint32_t s = 0; s < m->slice_count; s++) {
    f->row[s + 1] += f->row[s];
  }
  const size_t count = (size_t)f->row[m->slice_count];
  f->core = PHS_NEW_ARRAY(m->measured, uint32_t, count + 1);
  f->axons = PHS_NEW_ARRAY(m->measured, uint32_t, count + 1);
  f->rate = PHS_NEW_ARRAY(m->measured, float, count + 1);
  if (!f->core || !f->axons || !f->rate) {
    return false;
  }
  phs_parallel(all->ms->threads, chunks, 1, store_chunks, all);
  return true;
}

static void free_collector(collector *c) {
  free(c->way);
  free(c->key);
  free(c->part);
  free(c->rows.flow);
  free(c->merged.flow);
}

bool phs_measure_flows(phs_measure *ms) {
  phs_map *m = ms->m;
  const size_t chunks = (m->slice_count + CHUNK - 1) / CHUNK;
  flows f = {.ms = ms,
             .collector = PHS_NEW_ARRAY(ms->arena, collector, (size_t)ms->threads),
             .chunk = PHS_NEW_ARRAY(ms->arena, chunk, chunks + 1)};
  m->flows = (phs_flows){.row = PHS_NEW_ARRAY(m->measured, uint64_t, (size_t)m->slice_count + 1)};
  if (!f.collector || !f.chunk || !m->flows.row) {
    return false;
  }
  phs_parallel(ms->threads, m->slice_count, CHUNK, make_chunks, &f);
  bool ok = !atomic_load(&ms->failed) && store(&f, chunks);
  for (size_t i = 0; i < chunks; i++) {
    free(f.chunk[i].flow);
  }
  for (int i = 0; i < ms->threads; i++) {
    free_collector(&f.collector[i]);
  }
  return ok;
}
