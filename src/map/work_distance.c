/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Distance rules between boxes. Element i of an axis of d elements lies at (i + 1/2) extent / d
 * (synapses/recipe.h). Boxes are cut into a few pieces along each axis, one point stands for the
 * elements of a piece, and the profile is summed over pairs of points: the work of one question is
 * bounded, whatever the boxes hold. Axes of few elements are summed element by element.
 */
#include "map/work_recipe.h"
#include "random/draw.h"
#include "random/real.h"

#include <math.h>

/* Points along one axis of a box, at most, by the number of axes longer than one element. */
enum { POINTS = 16 };
static const uint32_t POINTS_FOR[PHS_MAP_RANK + 1] = {1, POINTS, 6, 4};

/* What points of a box stand for, along one axis. */
typedef struct points {
  uint32_t count;
  double at[POINTS];     /**< position, in the unit of the extents */
  double weight[POINTS]; /**< elements */
} points;

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
  const double reach = phs_sqrt(square_reach(r));
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

/* Elements low to high of an axis in @p most points at most: pieces of equal length. */
static points points_of(double cell, uint32_t low, uint32_t high, uint32_t most) {
  uint32_t n = high - low;
  points out = {.count = n < most ? n : most};
  double each = (double)n / out.count;
  for (uint32_t i = 0; i < out.count; i++) {
    out.at[i] = (low + (i + 0.5) * each) * cell;
    out.weight[i] = each;
  }
  return out;
}

/* Squared distances of all pairs of points along one axis. */
static void squares_of(const phs_recipe *r, int axis, const points *s, const points *t,
                       double *out) {
  double turn = r->target_grid.extent[axis];
  for (uint32_t i = 0; i < s->count; i++) {
    for (uint32_t j = 0; j < t->count; j++) {
      double d = fabs(t->at[j] - s->at[i]);
      d = r->periodic && turn - d < d ? turn - d : d;
      out[i * t->count + j] = d * d;
    }
  }
}

/* Probabilities of squared distances, in their place. */
static void profile_of(const phs_recipe *r, double reach, size_t count, double *x) {
  double exponent[PHS_WORDS], power[PHS_WORDS];
  const double per_square = -0.5 / (r->width * r->width), per_length = -1.0 / r->width;
  for (size_t first = 0; first < count; first += PHS_WORDS) {
    size_t n = count - first < PHS_WORDS ? count - first : PHS_WORDS;
    double *at = x + first;
    for (size_t i = 0; i < n; i++) {
      exponent[i] = r->profile == PHS_PROFILE_GAUSSIAN ? at[i] * per_square
                    : r->profile == PHS_PROFILE_DISC   ? 0.0
                                                       : phs_sqrt(at[i]) * per_length;
    }
    phs_exps(exponent, n, power);
    for (size_t i = 0; i < n; i++) {
      at[i] = at[i] <= reach ? r->probability * power[i] : 0.0;
    }
  }
}

/* -log(1 - p): how much less likely silence gets by a pair of probability p. */
static double loudness(double p) {
  return p < 0.02 ? p * (1.0 + p * (0.5 + p * (1.0 / 3.0))) : p < 1.0 ? -phs_log(1.0 - p) : 745.0;
}

typedef struct sums {
  const phs_recipe *r;
  double reach;
  points s[PHS_MAP_RANK], t[PHS_MAP_RANK];
  double square[PHS_MAP_RANK][POINTS * POINTS];
} sums;

/* One point of the sources, (c, y, x), to all points of the targets: sum of probabilities; of
 * -log(1 - p) into @p loud where not NULL. */
static double sum_point(const sums *a, uint32_t c, uint32_t y, uint32_t x, double *loud) {
  const points *t = a->t;
  double p[POINTS * POINTS], sum = 0.0;
  for (uint32_t k = 0; k < t[0].count; k++) {
    size_t n = 0;
    double outer = a->square[0][c * t[0].count + k];
    for (uint32_t j = 0; j < t[1].count; j++) {
      double middle = outer + a->square[1][y * t[1].count + j];
      for (uint32_t i = 0; i < t[2].count; i++) {
        p[n++] = middle + a->square[2][x * t[2].count + i];
      }
    }
    profile_of(a->r, a->reach, n, p);
    for (size_t m = 0; m < n; m++) {
      double weight = t[0].weight[k] * t[1].weight[m / t[2].count] * t[2].weight[m % t[2].count];
      sum += weight * p[m];
      if (loud) {
        *loud += weight * loudness(p[m]);
      }
    }
  }
  return sum;
}

/* False where the boxes are further apart than anything reaches. */
static bool prepare(const phs_work_projection *p, const phs_box *source, const phs_box *target,
                    sums *a) {
  const phs_recipe *r = p->recipe;
  double nearest = 0.0;
  int long_axes = 0;
  for (int d = 0; d < PHS_MAP_RANK; d++) {
    long_axes += source->high[d] - source->low[d] > 1 || target->high[d] - target->low[d] > 1;
  }
  for (int d = 0; d < PHS_MAP_RANK; d++) {
    int axis = axis_of(r, d);
    if (axis < 0) {
      a->s[d] = points_of(1.0, 0, 1, 1);
      a->t[d] = points_of(1.0, 0, 1, 1);
      a->square[d][0] = 0.0;
      continue;
    }
    uint32_t most = POINTS_FOR[long_axes];
    double cs = cell_of(&r->source_grid, axis), ct = cell_of(&r->target_grid, axis);
    double gap = fmax((target->low[d] + 0.5) * ct - (source->high[d] - 0.5) * cs,
                      (source->low[d] + 0.5) * cs - (target->high[d] - 0.5) * ct);
    if (r->periodic) {
      double span = fmax((target->high[d] - 0.5) * ct, (source->high[d] - 0.5) * cs) -
                    fmin((target->low[d] + 0.5) * ct, (source->low[d] + 0.5) * cs);
      gap = fmin(gap, r->target_grid.extent[axis] - span);
    }
    nearest += gap > 0.0 ? gap * gap : 0.0;
    if (nearest > a->reach) {
      return false;
    }
    a->s[d] = points_of(cs, source->low[d], source->high[d], most);
    a->t[d] = points_of(ct, target->low[d], target->high[d], most);
    squares_of(r, axis, &a->s[d], &a->t[d], a->square[d]);
  }
  return true;
}

double phs_distance_sum(const phs_work *w, const phs_work_projection *p, const phs_box *source,
                        const phs_box *target, double *axons) {
  const phs_recipe *r = p->recipe;
  sums a;
  phs_box meet;
  double synapses = 0.0, itself = 0.0;
  (void)w;
  a.r = r;
  a.reach = square_reach(r);
  if (axons) {
    *axons = 0.0;
  }
  if (phs_box_count(source) == 0 || phs_box_count(target) == 0 || !prepare(p, source, target, &a)) {
    return 0.0;
  }
  for (uint32_t c = 0; c < a.s[0].count; c++) {
    for (uint32_t y = 0; y < a.s[1].count; y++) {
      for (uint32_t x = 0; x < a.s[2].count; x++) {
        double weight = a.s[0].weight[c] * a.s[1].weight[y] * a.s[2].weight[x], loud = 0.0;
        synapses += weight * sum_point(&a, c, y, x, axons ? &loud : NULL);
        if (axons) {
          *axons += weight * (1.0 - phs_exp(-loud));
        }
      }
    }
  }
  if (r->same_population && !r->autapses && phs_box_meet(source, target, &meet)) {
    itself = (double)phs_box_count(&meet) * r->probability;
  }
  return synapses > itself ? synapses - itself : 0.0;
}
