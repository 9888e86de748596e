/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Distance rules between boxes. Element i of an axis of d elements lies at (i + 1/2) extent / d
 * (synapses/recipe.h). Along each axis, sources and the targets near each of them are cut into a
 * few pieces, one point stands for the elements of a piece, and the profile is summed over pairs of
 * points: the work of one question is bounded, whatever the boxes hold. Few elements are summed one
 * by one. What lies further off than a profile has weight is left out of the sums, as seen from the
 * nearest elements, so that boxes far apart have their small expectations, too.
 */
#include "map/work_points.h"
#include "map/work_recipe.h"
#include "random/draw.h"

#include <math.h>

/* Axis @p d of the populations' grids is axis d - (3 - rank) of the recipe's; below 0: none. */
static int axis_of(const phs_recipe *r, int d) {
  return d - (PHS_MAP_RANK - r->target_grid.rank);
}

static double cell_of(const phs_grid *g, int axis) {
  return g->extent[axis] / g->dim[axis];
}

/* Squared distance beyond which the probability is 0: the cutoff, or where the profile falls below
 * half of the least word that is drawn, 2^-33 (synapses/distance.c). */
static double square_reach(const phs_recipe *r) {
  double most = r->probability * 0x1p33, bound = r->cutoff * r->cutoff, reach = 0.0;
  if (most > 1.0) {
    double w = r->width, l = phs_log(most);
    reach = r->profile == PHS_PROFILE_GAUSSIAN      ? 2.0 * w * w * l
            : r->profile == PHS_PROFILE_EXPONENTIAL ? w * l * (w * l)
                                                    : w * w;
  }
  return (reach < bound ? reach : bound) * (1.0 + 1e-9);
}

/* --------------------------------------------------------------------------------------- boxes */

/* Elements of @p to within @p reach of positions @p low to @p high along an axis. */
static bool near_span(const phs_recipe *r, const phs_grid *to, int axis, double low, double high,
                      double reach, uint32_t *first, uint32_t *end) {
  double cell = cell_of(to, axis), all = to->dim[axis], turn = r->target_grid.extent[axis];
  double from = ceil((low - reach) / cell - 0.5), last = floor((high + reach) / cell - 0.5);
  if (r->periodic && (low - reach < 0.5 * cell || high + reach > turn - 0.5 * cell)) {
    from = 0.0; /* around the edge */
    last = all - 1.0;
  }
  from = from > 0.0 ? from : 0.0;
  last = last < all - 1.0 ? last : all - 1.0;
  if (from > last) {
    return false;
  }
  *first = (uint32_t)from;
  *end = (uint32_t)last + 1;
  return true;
}

phs_box phs_distance_box(const phs_work *w, const phs_work_projection *p, const phs_box *box,
                         bool forwards) {
  const phs_recipe *r = p->recipe;
  const phs_grid *from = forwards ? &r->source_grid : &r->target_grid;
  const phs_grid *to = forwards ? &r->target_grid : &r->source_grid;
  const double reach = sqrt(square_reach(r));
  phs_box out = phs_box_all(&w->population[forwards ? p->target : p->source]);
  for (int d = 0; d < PHS_MAP_RANK; d++) {
    int axis = axis_of(r, d);
    if (axis < 0) {
      continue;
    }
    double cell = cell_of(from, axis);
    if (!near_span(r, to, axis, (box->low[d] + 0.5) * cell, (box->high[d] - 0.5) * cell, reach,
                   &out.low[d], &out.high[d])) {
      return (phs_box){{0}, {0}};
    }
  }
  return out;
}

/* ---------------------------------------------------------------------------------------- sums */

/* Pieces of sources and of a source's targets, at most, by the number of axes longer than one
 * element. */
static const uint32_t SOURCES_FOR[PHS_MAP_RANK + 1] = {1, 12, 5, 3};
static const uint32_t TARGETS_FOR[PHS_MAP_RANK + 1] = {1, 32, 10, 6};

enum { CELLS = 256, POWERS = 3 };

typedef struct profile_table {
  double per_length;
  double chance[CELLS + 2], loud[CELLS + 2];
} profile_table;

typedef struct sums {
  const phs_recipe *r;
  profile_table table;
  double reach; /* squared */
  phs_points axis[PHS_MAP_RANK];
  phs_box itself; /* sources that are among the targets but may not reach themselves */
  bool apart;
} sums;

/* -log(1 - p): how much less likely silence gets by a pair of probability p. */
static double loudness(double p) {
  return p < 0.02 ? p * (1.0 + p * (0.5 + p * (1.0 / 3.0))) : p < 1.0 ? -phs_log(1.0 - p) : 745.0;
}

/* The profile over distances from 0 to the farthest that counts. */
static void fill_table(const phs_recipe *r, double farthest, profile_table *out) {
  double exponent[PHS_WORDS], power[PHS_WORDS];
  const double per_square = -0.5 / (r->width * r->width), per_length = -1.0 / r->width;
  const double cell = farthest / CELLS;
  out->per_length = cell > 0.0 ? 1.0 / cell : 0.0;
  for (uint32_t first = 0; first < CELLS + 2; first += PHS_WORDS) {
    uint32_t n = CELLS + 2 - first < PHS_WORDS ? CELLS + 2 - first : PHS_WORDS;
    for (uint32_t i = 0; i < n; i++) {
      double d = (first + i) * cell;
      exponent[i] = r->profile == PHS_PROFILE_GAUSSIAN ? d * d * per_square
                    : r->profile == PHS_PROFILE_DISC   ? 0.0
                                                       : d * per_length;
    }
    phs_exps(exponent, n, power);
    for (uint32_t i = 0; i < n; i++) {
      double p = r->probability * power[i];
      out->chance[first + i] = p;
      out->loud[first + i] = loudness(p);
    }
  }
}

/* One source point to all its targets: sum of probabilities; of loudness into @p loud. */
static double sum_source(const sums *a, const uint32_t *i, double *loud) {
  const phs_points *c = &a->axis[0], *y = &a->axis[1], *x = &a->axis[2];
  const profile_table *t = &a->table;
  double sum = 0.0, sum_loud = 0.0;
  for (uint32_t k = c->first[i[0]]; k < c->first[i[0] + 1]; k++) {
    for (uint32_t j = y->first[i[1]]; j < y->first[i[1] + 1]; j++) {
      const double square = c->square[k] + y->square[j], share = c->share[k] * y->share[j];
      double row = 0.0, row_loud = 0.0;
      for (uint32_t m = x->first[i[2]]; m < x->first[i[2] + 1]; m++) {
        const double all = square + x->square[m];
        if (all <= a->reach) {
          double at = sqrt(all) * t->per_length, rest;
          uint32_t cell = at < CELLS ? (uint32_t)at : CELLS;
          rest = at - cell;
          row += x->share[m] * (t->chance[cell] + rest * (t->chance[cell + 1] - t->chance[cell]));
          row_loud += x->share[m] * (t->loud[cell] + rest * (t->loud[cell + 1] - t->loud[cell]));
        }
      }
      sum += share * row;
      sum_loud += share * row_loud;
    }
  }
  *loud = sum_loud;
  return sum;
}

/* Gaussians that nothing cuts off are products over the axes, and so are their powers. */
typedef double axis_powers[PHS_SOURCE_POINTS][POWERS];

static void fill_powers(const phs_recipe *r, const phs_points *p, axis_powers out) {
  const double per_square = -0.5 / (r->width * r->width);
  double exponent[PHS_WORDS], power[PHS_WORDS];
  for (uint32_t i = 0; i < p->count; i++) {
    double sum[POWERS] = {0};
    for (uint32_t first = p->first[i]; first < p->first[i + 1]; first += PHS_WORDS) {
      uint32_t rest = p->first[i + 1] - first, n = rest < PHS_WORDS ? rest : PHS_WORDS;
      for (uint32_t k = 0; k < n; k++) {
        exponent[k] = p->square[first + k] * per_square;
      }
      phs_exps(exponent, n, power);
      for (uint32_t k = 0; k < n; k++) {
        double share = p->share[first + k], e = power[k];
        sum[0] += share * e;
        sum[1] += share * e * e;
        sum[2] += share * e * e * e;
      }
    }
    for (int k = 0; k < POWERS; k++) {
      out[i][k] = sum[k];
    }
  }
}

static double product_source(const sums *a, const axis_powers *g, const uint32_t *i, double *loud) {
  const double p = a->r->probability;
  double term[POWERS];
  for (int k = 0; k < POWERS; k++) {
    term[k] = g[0][i[0]][k] * g[1][i[1]][k] * g[2][i[2]][k];
  }
  *loud = p * (term[0] + p * (term[1] / 2.0 + p * term[2] / 3.0));
  return p * term[0];
}

static bool sends_to_itself(const sums *a, const uint32_t *i) {
  for (int d = 0; d < PHS_MAP_RANK; d++) {
    uint32_t cell = a->axis[d].cell[i[d]];
    if (cell < a->itself.low[d] || cell >= a->itself.high[d]) {
      return false;
    }
  }
  return a->apart;
}

/* The greatest distance of two points, as far as it counts. */
static double farthest_of(const sums *a) {
  double square = 0.0;
  for (int d = 0; d < PHS_MAP_RANK; d++) {
    const phs_points *p = &a->axis[d];
    double most = 0.0;
    for (uint32_t i = 0; p->count && i < p->first[p->count]; i++) {
      most = p->square[i] > most ? p->square[i] : most;
    }
    square += most;
  }
  return sqrt(square < a->reach ? square : a->reach);
}

static double sum_all(sums *a, double *axons) {
  const phs_recipe *r = a->r;
  const bool product =
      r->profile == PHS_PROFILE_GAUSSIAN && r->cutoff >= 3.5 * r->width && r->probability <= 1.0;
  axis_powers g[PHS_MAP_RANK];
  double synapses = 0.0;
  uint32_t i[PHS_MAP_RANK];
  for (int d = 0; product && d < PHS_MAP_RANK; d++) {
    fill_powers(r, &a->axis[d], g[d]);
  }
  if (!product) {
    fill_table(r, farthest_of(a), &a->table);
  }
  *axons = 0.0;
  for (i[0] = 0; i[0] < a->axis[0].count; i[0]++) {
    for (i[1] = 0; i[1] < a->axis[1].count; i[1]++) {
      for (i[2] = 0; i[2] < a->axis[2].count; i[2]++) {
        double weight = a->axis[0].weight[i[0]] * a->axis[1].weight[i[1]] * a->axis[2].weight[i[2]];
        double loud = 0.0;
        double sum = product ? product_source(a, g, i, &loud) : sum_source(a, i, &loud);
        if (sends_to_itself(a, i)) {
          sum = fmax(0.0, sum - r->probability);
          loud = fmax(0.0, loud - loudness(r->probability));
        }
        synapses += weight * sum;
        *axons += weight * (loud < 1e-6 ? loud : 1.0 - phs_exp(-loud));
      }
    }
  }
  return synapses;
}

/* How far profiles have weight, beyond the nearest elements, which are @p nearest away. */
static double range_of(const phs_recipe *r, double nearest, double reach) {
  double range = reach;
  if (r->profile == PHS_PROFILE_GAUSSIAN) {
    range = 4.0 * r->width;
  } else if (r->profile == PHS_PROFILE_EXPONENTIAL && nearest < 2.0 * r->width) {
    range = 8.0 * r->width;
  }
  return range < reach ? range : reach;
}

/* Views of all axes; false where the boxes are further apart than anything reaches. */
static bool prepare(const phs_recipe *r, const phs_box *source, const phs_box *target, sums *a) {
  phs_axis_view v[PHS_MAP_RANK];
  double nearest = 0.0;
  int extended = 0;
  for (int d = 0; d < PHS_MAP_RANK; d++) {
    int axis = axis_of(r, d);
    v[d] = (phs_axis_view){.cs = 1.0,
                           .ct = 1.0,
                           .source_low = source->low[d],
                           .source_high = source->high[d],
                           .target_low = target->low[d],
                           .target_high = target->high[d]};
    if (axis >= 0) {
      v[d].cs = cell_of(&r->source_grid, axis);
      v[d].ct = cell_of(&r->target_grid, axis);
      v[d].turn = r->periodic ? r->target_grid.extent[axis] : 0.0;
    }
    v[d].gap =
        phs_axis_gap(&v[d], (v[d].source_low + 0.5) * v[d].cs, (v[d].source_high - 0.5) * v[d].cs);
    nearest += v[d].gap * v[d].gap;
    extended += source->high[d] - source->low[d] > 1 || target->high[d] - target->low[d] > 1;
  }
  if (nearest > a->reach) {
    return false;
  }
  for (int d = 0; d < PHS_MAP_RANK; d++) {
    v[d].range = range_of(r, sqrt(nearest), sqrt(a->reach));
    v[d].narrow = r->width < 2.0 * fmax(v[d].cs, v[d].ct);
    v[d].sources = SOURCES_FOR[extended];
    v[d].targets = TARGETS_FOR[extended];
    phs_points_fill(&v[d], &a->axis[d]);
  }
  return true;
}

double phs_distance_sum(const phs_work *w, const phs_work_projection *p, const phs_box *source,
                        const phs_box *target, double *axons) {
  sums a;
  (void)w;
  *axons = 0.0;
  a.r = p->recipe;
  a.reach = square_reach(p->recipe);
  if (phs_box_count(source) == 0 || phs_box_count(target) == 0 ||
      !prepare(p->recipe, source, target, &a)) {
    return 0.0;
  }
  a.apart =
      p->recipe->same_population && !p->recipe->autapses && phs_box_meet(source, target, &a.itself);
  return sum_all(&a, axons);
}
