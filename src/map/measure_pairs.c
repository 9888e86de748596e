/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Expectations of recipes between boxes. They depend on sizes alone, or (distance) on sizes and on
 * how the boxes lie to each other: regular slices repeat few of these. Pairs are moved as near to
 * the origin as both grids allow before they are computed, so that all that are alike give the same
 * bits, whichever comes first.
 */
#include "map/measure.h"

#include <stdlib.h>
#include <string.h>

#define PAIR_SLOTS (1u << 15)
#define SIZE_SLOTS 64u

typedef struct pair_key {
  uint32_t kind, pad;
  phs_box source, target;
} pair_key;

typedef struct pair_slot {
  pair_key key;
  bool used;
  double axons, synapses;
} pair_slot;

typedef struct size_slot {
  uint32_t projection;
  bool used;
  uint64_t sources, targets, both;
  double axons;
} size_slot;

struct phs_pair_cache {
  const phs_measure *ms;
  pair_slot *pair; /* [PAIR_SLOTS], made when first needed */
  double *line;    /* for phs_offsets_sum() */
  size_slot size[SIZE_SLOTS];
};

bool phs_rule_is_even(phs_rule rule) {
  return rule == PHS_RULE_FIXED_PROBABILITY || rule == PHS_RULE_FIXED_INDEGREE ||
         rule == PHS_RULE_FIXED_TOTAL_NUMBER;
}

/* ------------------------------------------------------------------- recipes that are alike */

static int compare_grids(const phs_grid *a, const phs_grid *b) {
  if (a->rank != b->rank) {
    return a->rank < b->rank ? -1 : 1;
  }
  for (int d = 0; d < a->rank; d++) {
    if (a->dim[d] != b->dim[d]) {
      return a->dim[d] < b->dim[d] ? -1 : 1;
    }
    if (a->extent[d] != b->extent[d]) {
      return a->extent[d] < b->extent[d] ? -1 : 1;
    }
  }
  return 0;
}

static int compare_numbers(double a, double b) {
  return (a > b) - (a < b);
}

static int compare_recipes(const phs_recipe *a, const phs_recipe *b) {
  const double x[] = {a->rule,    a->source_count, a->target_count, a->same_population, a->autapses,
                      a->profile, a->periodic,     a->probability,  a->width,           a->cutoff};
  const double y[] = {b->rule,    b->source_count, b->target_count, b->same_population, b->autapses,
                      b->profile, b->periodic,     b->probability,  b->width,           b->cutoff};
  for (size_t i = 0; i < sizeof x / sizeof *x; i++) {
    int order = compare_numbers(x[i], y[i]);
    if (order) {
      return order;
    }
  }
  int order = compare_grids(&a->source_grid, &b->source_grid);
  return order ? order : compare_grids(&a->target_grid, &b->target_grid);
}

/* As the populations' grids say: boxes are of these. */
typedef struct recipe_entry {
  const phs_recipe *recipe;
  uint32_t projection;
} recipe_entry;

static int by_recipe(const void *a, const void *b) {
  const recipe_entry *x = a, *y = b;
  int order = compare_recipes(x->recipe, y->recipe);
  return order ? order : (x->projection > y->projection) - (x->projection < y->projection);
}

/* Whether moving both boxes by whole cells leaves all distances as they are. */
static bool may_move(const phs_recipe *r) {
  if (r->source_grid.rank != r->target_grid.rank) {
    return false;
  }
  for (int d = 0; d < r->source_grid.rank; d++) {
    if (r->source_grid.extent[d] != r->target_grid.extent[d]) {
      return false;
    }
  }
  return true;
}

bool phs_pairs_prepare(phs_measure *ms) {
  const phs_work *w = ms->w;
  recipe_entry *entry = PHS_NEW_ARRAY(ms->arena, recipe_entry, (size_t)w->projection_count + 1);
  ms->recipe_kind = PHS_NEW_ARRAY(ms->arena, uint32_t, (size_t)w->projection_count + 1);
  ms->cache = PHS_NEW_ARRAY(ms->arena, phs_pair_cache *, (size_t)ms->threads);
  ms->offsets = PHS_NEW_ARRAY(ms->arena, const phs_offsets *, (size_t)w->projection_count + 1);
  if (!entry || !ms->recipe_kind || !ms->cache || !ms->offsets) {
    return false;
  }
  size_t n = 0;
  for (uint32_t p = 0; p < w->projection_count; p++) {
    const phs_work_projection *q = &w->projection[p];
    ms->recipe_kind[p] = UINT32_MAX;
    if (q->wiring == PHS_WIRING_RECIPE && q->recipe->rule == PHS_RULE_DISTANCE &&
        may_move(q->recipe)) {
      entry[n++] = (recipe_entry){.recipe = q->recipe, .projection = p};
    }
  }
  qsort(entry, n, sizeof *entry, by_recipe);
  bool ok = true;
  for (size_t i = 0; i < n && ok; i++) {
    bool same = i > 0 && compare_recipes(entry[i].recipe, entry[i - 1].recipe) == 0;
    const uint32_t q = entry[i].projection;
    const uint32_t kind = ms->recipe_kind[q] = same ? ms->recipe_kind[entry[i - 1].projection] : q;
    ok = same || phs_offsets_make(w, q, ms->arena, &ms->offsets[kind]);
    const size_t line = ms->offsets[kind] ? 2 * ms->offsets[kind]->length[2] : 0;
    ms->longest_line = line > ms->longest_line ? line : ms->longest_line;
  }
  return ok;
}

/* -------------------------------------------------------------------------------------- cache */

phs_pair_cache *phs_pairs_of(phs_measure *ms, int thread) {
  if (!ms->cache[thread]) {
    phs_pair_cache *c = calloc(1, sizeof *c);
    double *line = malloc((ms->longest_line + 1) * sizeof *line);
    if (!c || !line) {
      free(c);
      free(line);
      return NULL;
    }
    c->ms = ms;
    c->line = line;
    ms->cache[thread] = c;
  }
  return ms->cache[thread];
}

void phs_pairs_free(phs_measure *ms) {
  for (int i = 0; ms->cache && i < ms->threads; i++) {
    if (ms->cache[i]) {
      free(ms->cache[i]->pair);
      free(ms->cache[i]->line);
      free(ms->cache[i]);
    }
  }
}

static uint32_t common_divisor(uint32_t a, uint32_t b) {
  while (b) {
    uint32_t rest = a % b;
    a = b;
    b = rest;
  }
  return a;
}

static void move_box(phs_box *b, int d, uint32_t by) {
  b->low[d] -= by;
  b->high[d] -= by;
}

/* Nearest to the origin by steps that are whole cells of both grids. */
static void move_to_origin(const phs_population *s, const phs_population *t, pair_key *k) {
  for (int d = 0; d < PHS_MAP_RANK; d++) {
    uint32_t g = common_divisor(s->dim[d], t->dim[d]);
    uint32_t step_s = s->dim[d] / g, step_t = t->dim[d] / g;
    uint32_t i = k->source.low[d] / step_s, j = k->target.low[d] / step_t;
    i = i < j ? i : j;
    move_box(&k->source, d, i * step_s);
    move_box(&k->target, d, i * step_t);
  }
}

static uint32_t hash_of(const pair_key *k) {
  const uint32_t *word = (const uint32_t *)(const void *)k;
  uint64_t h = 0;
  for (size_t i = 0; i < sizeof *k / sizeof *word; i++) {
    h = (h ^ word[i]) * UINT64_C(0x9e3779b97f4a7c15);
    h ^= h >> 29;
  }
  return (uint32_t)(h >> 20) & (PAIR_SLOTS - 1);
}

void phs_pairs_get(void *user, const phs_work *w, uint32_t projection, const phs_box *source,
                   const phs_box *target, double *axons, double *synapses) {
  phs_pair_cache *c = user;
  const phs_work_projection *p = &w->projection[projection];
  const uint32_t kind = c ? c->ms->recipe_kind[projection] : UINT32_MAX;
  if (kind == UINT32_MAX) {
    phs_pair_plain(NULL, w, projection, source, target, axons, synapses);
    return;
  }
  pair_key k = {.kind = kind, .source = *source, .target = *target};
  move_to_origin(&w->population[p->source], &w->population[p->target], &k);
  if (!c->pair) {
    c->pair = calloc(PAIR_SLOTS, sizeof *c->pair);
  }
  pair_slot *slot = c->pair ? &c->pair[hash_of(&k)] : NULL;
  if (slot && slot->used && memcmp(&slot->key, &k, sizeof k) == 0) {
    *axons = slot->axons;
    *synapses = slot->synapses;
    return;
  }
  const phs_offsets *o = c->ms->offsets[kind];
  if (o) {
    phs_offsets_sum(o, &k.source, &k.target, c->line, axons, synapses);
  } else {
    phs_pair_plain(NULL, w, projection, &k.source, &k.target, axons, synapses);
  }
  if (slot) {
    *slot = (pair_slot){.key = k, .used = true, .axons = *axons, .synapses = *synapses};
  }
}

double phs_pairs_by_size(phs_pair_cache *c, uint32_t projection, uint64_t sources, uint64_t targets,
                         uint64_t both) {
  uint64_t h = (sources * 31 + targets) * 31 + both + projection;
  size_slot *slot = &c->size[h * UINT64_C(0x9e3779b97f4a7c15) >> 58];
  if (slot->used && slot->projection == projection && slot->sources == sources &&
      slot->targets == targets && slot->both == both) {
    return slot->axons;
  }
  /* boxes of these sizes that share so many neurons */
  phs_box s = {.high = {1, 1, (uint32_t)sources}};
  phs_box t = {.low = {0, 0, (uint32_t)(sources - both)},
               .high = {1, 1, (uint32_t)(sources - both + targets)}};
  *slot = (size_slot){.projection = projection,
                      .used = true,
                      .sources = sources,
                      .targets = targets,
                      .both = both,
                      .axons = phs_work_axons(c->ms->w, projection, &s, &t)};
  return slot->axons;
}
