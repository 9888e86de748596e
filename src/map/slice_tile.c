/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Tiles: each population's grid is cut in so many pieces along each dimension that each fits a
 * core and the expected deliveries to it are least: for each projection, the sources that a tile in
 * the middle needs, times the tiles.
 */
#include "map/partition.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

phs_box phs_tile(const phs_population *p, const phs_tiling *t, uint32_t i) {
  uint32_t at[PHS_MAP_RANK] = {i / t->n[2] / t->n[1], i / t->n[2] % t->n[1], i % t->n[2]};
  phs_box b;
  for (int d = 0; d < PHS_MAP_RANK; d++) {
    b.low[d] = phs_cut(p->dim[d], t->n[d], at[d]);
    b.high[d] = phs_cut(p->dim[d], t->n[d], at[d] + 1);
  }
  return b;
}

enum { LIKE_AMONG = 40 }; /* populations that are compared */

typedef struct tiler {
  const phs_work *w;
  const phs_machine *machine;
  double limit[PHS_CAPACITIES];
  double *fan_out; /* [population_count]: expected destinations of a neuron; 0: not known yet */
  phs_tile_style style;
} tiler;

/* The largest tile of a tiling, in the middle of the grid. */
static phs_box middle_tile(const phs_population *p, const phs_tiling *t) {
  phs_box b;
  for (int d = 0; d < PHS_MAP_RANK; d++) {
    uint32_t length = (p->dim[d] + t->n[d] - 1) / t->n[d];
    b.low[d] = (p->dim[d] - length) / 2;
    b.high[d] = b.low[d] + length;
  }
  return b;
}

static bool tile_fits(const tiler *s, uint32_t population, const phs_tiling *t) {
  const phs_population *p = &s->w->population[population];
  phs_box b = middle_tile(p, t);
  double neurons = (double)phs_box_count(&b);
  if (neurons > s->limit[PHS_CAPACITY_NEURONS] ||
      neurons * s->fan_out[population] > s->limit[PHS_CAPACITY_AXONS_OUT]) {
    return false;
  }
  double use[PHS_CAPACITIES];
  phs_piece_use(s->w, s->machine, population, &b, use);
  return phs_use_fits(use, s->limit, NULL);
}

static double mean_rate(const phs_population *p) {
  double sum = 0;
  for (uint32_t i = 0; i < p->rate_count; i++) {
    sum += (double)p->rate[i];
  }
  return p->rate_count > 0 ? sum / p->rate_count : 0;
}

/* Expected deliveries of a projection to tiles, in axons: a bound where tiles at borders need
 * less. */
static double tiled_axons(const tiler *s, uint32_t projection, const phs_tiling *t) {
  const phs_work_projection *q = &s->w->projection[projection];
  const phs_population *from = &s->w->population[q->source];
  phs_box b = middle_tile(&s->w->population[q->target], t), all = phs_box_all(from);
  double tiles = phs_tiling_count(t);
  if (q->wiring == PHS_WIRING_LIST) {
    double share = fmin(q->synapses / tiles, from->count);
    return tiles * share;
  }
  return tiles * fmin(phs_work_axons(s->w, projection, &all, &b), from->count);
}

static double tiling_cost(const tiler *s, uint32_t population, const phs_tiling *t) {
  const phs_population *p = &s->w->population[population];
  double cost = 0;
  for (uint32_t i = 0; i < p->in_count; i++) {
    uint32_t q = s->w->in[p->first_in + i];
    const phs_population *from = &s->w->population[s->w->projection[q].source];
    double weight = from->kind == PHS_POPULATION_INPUT ? 0.01 : 1;
    cost += weight * mean_rate(from) * tiled_axons(s, q, t);
  }
  return cost;
}

/* Numbers of pieces with different lengths, ascending: 1, 2, ..., length. Those between have pieces
 * as long, and more of them. */
static uint32_t next_split(uint32_t length, uint32_t n) {
  uint32_t piece = (length + n - 1) / n;
  return piece <= 1 ? length + 1 : (length + piece - 2) / (piece - 1);
}

static bool style_allows(phs_tile_style style, const phs_tiling *t) {
  switch (style) {
  case PHS_TILES_CHANNELS:
    return t->n[1] == 1 && t->n[2] == 1;
  case PHS_TILES_ROWS:
    return t->n[0] == 1 && t->n[2] == 1;
  case PHS_TILES_PLANE:
    return t->n[0] == 1;
  default:
    return true;
  }
}

/* The fewest pieces of the last dimension that fit; 0: none. */
static uint32_t fewest_columns(const tiler *s, uint32_t population, phs_tiling t) {
  uint32_t width = s->w->population[population].dim[2], low = 1, high = width;
  t.n[2] = width;
  if (!tile_fits(s, population, &t)) {
    return 0;
  }
  while (low < high) {
    t.n[2] = low + (high - low) / 2;
    if (tile_fits(s, population, &t)) {
      high = t.n[2];
    } else {
      low = t.n[2] + 1;
    }
  }
  return low;
}

/* As many as cores that are full of neurons. */
static uint32_t fewest_tiles(const tiler *s, uint32_t population) {
  double most = s->limit[PHS_CAPACITY_NEURONS];
  return isfinite(most) ? (uint32_t)ceil(s->w->population[population].count / fmax(most, 1)) : 1;
}

static phs_tiling best_tiling(const tiler *s, uint32_t population, phs_tile_style style) {
  const phs_population *p = &s->w->population[population];
  uint32_t few = style == PHS_TILES_FEW ? fewest_tiles(s, population) : UINT32_MAX;
  phs_tiling best = {{0}};
  double least = INFINITY;
  uint32_t rows = style == PHS_TILES_CHANNELS ? 1 : p->dim[1];
  uint32_t channels = style == PHS_TILES_ROWS || style == PHS_TILES_PLANE ? 1 : p->dim[0];
  for (uint32_t c = 1; c <= channels; c = next_split(p->dim[0], c)) {
    for (uint32_t r = 1; r <= rows; r = next_split(p->dim[1], r)) {
      phs_tiling t = {{c, r, 1}};
      t.n[2] = fewest_columns(s, population, t);
      if (t.n[2] == 0 || !style_allows(style, &t) || phs_tiling_count(&t) > few) {
        continue;
      }
      double cost = tiling_cost(s, population, &t);
      bool equal = !(cost > least) && !(cost < least);
      if (cost < least || (equal && phs_tiling_count(&t) < phs_tiling_count(&best))) {
        least = cost;
        best = t;
      }
      if (t.n[2] == 1) {
        break; /* more rows only make smaller tiles of the same kind */
      }
    }
  }
  return best;
}

static double expected_fan_out(const tiler *s, uint32_t population, const phs_tiling *tiling) {
  const phs_population *p = &s->w->population[population];
  double axons = 0;
  for (uint32_t i = 0; i < p->out_count; i++) {
    uint32_t q = s->w->out[p->first_out + i], target = s->w->projection[q].target;
    if (tiling[target].n[0] > 0) {
      axons += tiled_axons(s, q, &tiling[target]);
    }
  }
  return p->count > 0 ? axons / p->count : 0;
}

static bool same_rule(const phs_recipe *a, const phs_recipe *b) {
  bool same = a->rule == b->rule && a->number == b->number && a->profile == b->profile &&
              a->periodic == b->periodic && a->multapses == b->multapses &&
              !(a->probability < b->probability) && !(a->probability > b->probability) &&
              !(a->width < b->width) && !(a->width > b->width) && !(a->cutoff < b->cutoff) &&
              !(a->cutoff > b->cutoff);
  const phs_grid *g[4] = {&a->source_grid, &b->source_grid, &a->target_grid, &b->target_grid};
  for (int k = 0; k < 4 && same; k += 2) {
    same = g[k]->rank == g[k + 1]->rank &&
           memcmp(g[k]->dim, g[k + 1]->dim, sizeof g[k]->dim) == 0 &&
           memcmp(g[k]->extent, g[k + 1]->extent, sizeof g[k]->extent) == 0;
  }
  return same;
}

/* Whether what is known of a population's synapses is the same as of another's: networks of many
 * like areas are common, and large. */
static bool alike(const tiler *s, uint32_t a, uint32_t b) {
  const phs_population *p = &s->w->population[a], *q = &s->w->population[b];
  bool same = p->count == q->count && memcmp(p->dim, q->dim, sizeof p->dim) == 0 &&
              p->in_count == q->in_count && p->state_count == q->state_count &&
              p->receptor_count == q->receptor_count && !p->format && !q->format && !p->threshold &&
              !q->threshold && !(s->fan_out[a] < s->fan_out[b]) && !(s->fan_out[a] > s->fan_out[b]);
  for (uint32_t i = 0; i < p->in_count && same; i++) {
    const phs_work_projection *x = &s->w->projection[s->w->in[p->first_in + i]];
    const phs_work_projection *y = &s->w->projection[s->w->in[q->first_in + i]];
    const phs_population *from = &s->w->population[x->source];
    const phs_population *other = &s->w->population[y->source];
    same = x->wiring == PHS_WIRING_RECIPE && y->wiring == PHS_WIRING_RECIPE &&
           x->weight_bits == y->weight_bits && x->delay_most == y->delay_most &&
           x->mixed_sign == y->mixed_sign && x->receptor == y->receptor &&
           x->counted == y->counted && x->plastic == y->plastic && from->kind == other->kind &&
           from->count == other->count && memcmp(from->dim, other->dim, sizeof from->dim) == 0 &&
           from->rate_count == 1 && other->rate_count == 1 && !(from->rate[0] < other->rate[0]) &&
           !(from->rate[0] > other->rate[0]) && same_rule(x->recipe, y->recipe);
  }
  return same;
}

/* The tiling of one of the last populations that is like this one, or none. */
static bool known_tiling(const tiler *s, uint32_t population, phs_tiling *tiling) {
  uint32_t n = s->w->population_count;
  for (uint32_t k = population + 1; k < n && k <= population + LIKE_AMONG; k++) {
    if (s->w->population[k].kind != PHS_POPULATION_INPUT && alike(s, population, k)) {
      tiling[population] = tiling[k];
      return true;
    }
  }
  return false;
}

/* Sources after their targets: their fan-out is known then, and limits their tiles. */
static void choose_all(const tiler *s, phs_tiling *tiling) {
  for (uint32_t i = s->w->population_count; i > 0; i--) {
    uint32_t q = i - 1;
    const phs_population *p = &s->w->population[q];
    if (p->kind == PHS_POPULATION_INPUT || p->count == 0) {
      tiling[q] = (phs_tiling){{0}};
      continue;
    }
    s->fan_out[q] = isfinite(s->limit[PHS_CAPACITY_AXONS_OUT]) ? expected_fan_out(s, q, tiling) : 0;
    if (known_tiling(s, q, tiling)) {
      continue;
    }
    tiling[q] = best_tiling(s, q, s->style);
    if (tiling[q].n[0] == 0 && s->style != PHS_TILES_FREE) {
      tiling[q] = best_tiling(s, q, PHS_TILES_FREE);
    }
  }
}

void phs_tilings_choose(const phs_work *w, const phs_machine *machine, phs_tile_style style,
                        phs_tiling *tiling) {
  tiler s = {.w = w, .machine = machine, .style = style};
  phs_core_limits(machine, s.limit);
  for (uint32_t q = 0; q < w->population_count; q++) {
    tiling[q] = (phs_tiling){{0}};
  }
  s.fan_out = calloc((size_t)w->population_count + 1, sizeof *s.fan_out);
  if (!s.fan_out) {
    return;
  }
  choose_all(&s, tiling);
  if (isfinite(s.limit[PHS_CAPACITY_AXONS_OUT])) {
    choose_all(&s, tiling); /* loops: populations before their targets have been guessed */
  }
  free(s.fan_out);
}

phasor_status phs_slice_tiles(phs_plan *p, const phs_tiling *tiling, const phs_map_options *o,
                              phs_fit *why) {
  for (uint32_t q = 0; q < p->work->population_count; q++) {
    const phs_population *population = &p->work->population[q];
    if (population->kind == PHS_POPULATION_INPUT || population->count == 0) {
      continue;
    }
    bool sorted = population->format || population->threshold;
    if (tiling[q].n[0] == 0 || sorted) {
      phasor_status status = phs_slice_population(p, q, o, why);
      if (status != PHASOR_OK) {
        return status;
      }
      continue;
    }
    for (uint32_t i = 0; i < phs_tiling_count(&tiling[q]); i++) {
      phs_plan_add(p, (phs_piece){.population = q,
                                  .core = p->core_count++,
                                  .box = phs_tile(population, &tiling[q], i)});
    }
  }
  return PHASOR_OK;
}
