/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "net/recipe_check.h"

#include "synapses/rows.h"

#include <float.h>
#include <math.h>

/* Values are drawn from 32 random bits: none lies further out. */
#define NORMAL_MOST 6.4       /* standard deviations (src/random/draw.h) */
#define EXPONENTIAL_MOST 22.9 /* means: -ln 2^-33 */
/* This part of all draws, at least, lies within bounds beyond which values are drawn again: of 32
 * bits, 4,000 values are left then. */
#define REDRAW_LEAST 1e-6

#define WRONG(...) (phs_buf_printf(what, __VA_ARGS__), true)

static bool is_probability(double p) {
  return p >= 0 && p <= 1;
}

/* ---- distributions ---- */

/* Least and greatest value before the bounds. */
static void reach(const phs_distribution *d, double *low, double *high) {
  switch (d->kind) {
  case PHS_DIST_CONSTANT:
    *low = *high = d->a;
    break;
  case PHS_DIST_UNIFORM:
    *low = d->a;
    *high = d->b;
    break;
  case PHS_DIST_NORMAL:
    *low = d->a - NORMAL_MOST * d->b;
    *high = d->a + NORMAL_MOST * d->b;
    break;
  case PHS_DIST_LOGNORMAL:
    *low = exp(d->a - NORMAL_MOST * d->b);
    *high = exp(d->a + NORMAL_MOST * d->b);
    break;
  case PHS_DIST_EXPONENTIAL:
    *low = fmin(0, EXPONENTIAL_MOST * d->a);
    *high = fmax(0, EXPONENTIAL_MOST * d->a);
    break;
  }
}

/* Probability of a value below x, before the bounds. */
static double below(const phs_distribution *d, double x) {
  switch (d->kind) {
  case PHS_DIST_CONSTANT:
    return x > d->a;
  case PHS_DIST_UNIFORM:
    return d->b > d->a ? fmin(1, fmax(0, (x - d->a) / (d->b - d->a))) : x > d->a;
  case PHS_DIST_NORMAL:
    return d->b > 0 ? 0.5 * erfc((d->a - x) / (d->b * sqrt(2))) : x > d->a;
  case PHS_DIST_LOGNORMAL:
    if (d->b > 0) {
      return x > 0 ? 0.5 * erfc((d->a - log(x)) / (d->b * sqrt(2))) : 0;
    }
    return x > exp(d->a);
  case PHS_DIST_EXPONENTIAL:
    if (d->a == 0) {
      return x > 0;
    }
    return d->a > 0 ? (x > 0 ? -expm1(-x / d->a) : 0) : (x < 0 ? exp(-x / d->a) : 1);
  }
  return 0;
}

double phs_distribution_within(const phs_distribution *d) {
  double low = 0, high = 0; /* of no known kind: refused elsewhere */
  reach(d, &low, &high);
  if (low == high) {
    return low >= d->low && low <= d->high;
  }
  return below(d, d->high) - below(d, d->low);
}

static bool distribution_wrong(const phs_distribution *d, const char *of, phs_buf *what) {
  if (d->kind < PHS_DIST_CONSTANT || d->kind > PHS_DIST_EXPONENTIAL || d->bound < PHS_BOUND_NONE ||
      d->bound > PHS_BOUND_REDRAW) {
    return WRONG("has a distribution of %s of no known kind", of);
  }
  if (!isfinite(d->a) || !isfinite(d->b)) {
    return WRONG("has parameters %g and %g of its %s; they must be finite", d->a, d->b, of);
  }
  if (d->kind == PHS_DIST_UNIFORM && d->a > d->b) {
    return WRONG("has a %s between %g and %g; the lower limit goes first", of, d->a, d->b);
  }
  if ((d->kind == PHS_DIST_NORMAL || d->kind == PHS_DIST_LOGNORMAL) && d->b < 0) {
    return WRONG("has the standard deviation %g of its %s; it is 0 or more", d->b, of);
  }
  if (d->bound == PHS_BOUND_NONE) {
    return false;
  }
  if (!(d->low <= d->high)) {
    return WRONG("has the bounds %g and %g of its %s; the lower one goes first", d->low, d->high,
                 of);
  }
  if (d->bound == PHS_BOUND_REDRAW && phs_distribution_within(d) < REDRAW_LEAST) {
    return WRONG("draws its %s again unless it lies between %g and %g, where less than one draw in "
                 "%g falls",
                 of, d->low, d->high, 1 / REDRAW_LEAST);
  }
  return false;
}

/* Least and greatest value with the bounds. */
static void bounded_reach(const phs_distribution *d, double *low, double *high) {
  reach(d, low, high);
  if (d->bound != PHS_BOUND_NONE) {
    *low = fmin(fmax(*low, d->low), d->high);
    *high = fmax(fmin(*high, d->high), d->low);
  }
}

static bool weight_wrong(const phs_recipe *r, phs_buf *what) {
  double low, high;
  if (distribution_wrong(&r->weight, "weight", what)) {
    return true;
  }
  bounded_reach(&r->weight, &low, &high);
  if (!(low >= -(double)FLT_MAX && high <= (double)FLT_MAX)) {
    return WRONG("has weights from %g to %g, which binary32 cannot hold", low, high);
  }
  return false;
}

static bool delay_wrong(const phs_recipe *r, phs_buf *what) {
  double low, high;
  if (distribution_wrong(&r->delay, "delay", what)) {
    return true;
  }
  bounded_reach(&r->delay, &low, &high);
  if (!(high <= PHS_RECIPE_LONGEST_DELAY)) {
    return WRONG("has delays of up to %g steps; at most %d are possible", high,
                 PHS_RECIPE_LONGEST_DELAY);
  }
  return false;
}

/* ---- rules ---- */

/* Most synapses that a row (or column) of `others` partners can have without multapses. */
static uint64_t partners(const phs_recipe *r, uint32_t others) {
  return others - (uint64_t)(r->same_population && !r->autapses);
}

static bool number_wrong(const phs_recipe *r, phs_buf *what) {
  uint64_t most = r->rule == PHS_RULE_FIXED_INDEGREE ? partners(r, r->source_count)
                  : r->rule == PHS_RULE_FIXED_OUTDEGREE
                      ? partners(r, r->target_count)
                      : partners(r, r->target_count) * (uint64_t)r->source_count;
  unsigned long long number = r->number;
  if (r->multapses ? number > 0 && most == 0 : number > most) {
    return WRONG("wants %llu synapses where there are %llu pairs to choose from", number,
                 (unsigned long long)most);
  }
  uint64_t limit = r->rule == PHS_RULE_FIXED_TOTAL_NUMBER ? (uint64_t)1 << 40 : INT32_MAX;
  if (r->number > limit) {
    return WRONG("wants %llu synapses; at most %llu are possible", number,
                 (unsigned long long)limit);
  }
  return false;
}

static bool grid_wrong(const phs_grid *g, uint32_t count, const char *of, phs_buf *what) {
  if (g->rank < 1 || g->rank > PHS_GRID_RANK) {
    return WRONG("has a grid of %d dimensions for its %s; 1 to %d are possible", g->rank, of,
                 PHS_GRID_RANK);
  }
  uint64_t cells = 1;
  for (int d = 0; d < g->rank; d++) {
    if (g->dim[d] < 1 || (uint64_t)g->dim[d] > count) {
      return WRONG("has a grid for its %s that does not hold %u neurons", of, count);
    }
    if (!(g->extent[d] > 0) || !isfinite(g->extent[d])) {
      return WRONG("has a grid for its %s with the extent %g; it is above 0", of, g->extent[d]);
    }
    cells *= (uint64_t)g->dim[d];
    if (cells > count) {
      break; /* before it can wrap */
    }
  }
  return cells == count ? false
                        : WRONG("has a grid for its %s that does not hold %u neurons", of, count);
}

static bool distance_wrong(const phs_recipe *r, phs_buf *what) {
  if (!is_probability(r->probability)) {
    return WRONG("has the probability %g; it lies between 0 and 1", r->probability);
  }
  if (!(r->width > 0) || !isfinite(r->width)) {
    return WRONG("has the width %g; it is above 0", r->width);
  }
  if (!(r->cutoff > 0)) {
    return WRONG("has the cutoff %g; it is above 0", r->cutoff);
  }
  if (r->profile < PHS_PROFILE_GAUSSIAN || r->profile > PHS_PROFILE_DISC) {
    return WRONG("has a profile of no known kind");
  }
  if (grid_wrong(&r->source_grid, r->source_count, "sources", what) ||
      grid_wrong(&r->target_grid, r->target_count, "targets", what)) {
    return true;
  }
  if (r->source_grid.rank != r->target_grid.rank) {
    return WRONG("has grids of %d and %d dimensions", r->source_grid.rank, r->target_grid.rank);
  }
  for (int d = 0; r->periodic && d < r->source_grid.rank; d++) {
    if (r->source_grid.extent[d] != r->target_grid.extent[d]) {
      return WRONG("has periodic edges on grids of the extents %g and %g", r->source_grid.extent[d],
                   r->target_grid.extent[d]);
    }
  }
  return false;
}

static bool list_wrong(const phs_recipe *r, phs_buf *what) {
  const phs_synapse_list *l = &r->list;
  if (l->count && (!l->source || !l->target)) {
    return WRONG("has a list without sources or targets");
  }
  int32_t low = INT32_MAX, high = 0;
  for (size_t k = 0; k < l->count; k++) {
    if (l->source[k] >= r->source_count || l->target[k] >= r->target_count) {
      return WRONG("lists a synapse from %u to %u, of %u sources and %u targets", l->source[k],
                   l->target[k], r->source_count, r->target_count);
    }
    if (k > 0 && l->source[k] < l->source[k - 1]) {
      return WRONG("lists source %u after %u; sources ascend", l->source[k], l->source[k - 1]);
    }
    if (l->weight && !isfinite(l->weight[k])) {
      return WRONG("lists the weight %g; it must be finite", (double)l->weight[k]);
    }
    if (l->delay && (l->delay[k] < 1 || l->delay[k] > PHS_RECIPE_LONGEST_DELAY)) {
      return WRONG("lists a delay of %d steps; 1 to %d are possible", l->delay[k],
                   PHS_RECIPE_LONGEST_DELAY);
    }
    low = l->delay && l->delay[k] < low ? l->delay[k] : low;
    high = l->delay && l->delay[k] > high ? l->delay[k] : high;
  }
  if (high - low > UINT16_MAX && high > 0) {
    return WRONG("has delays from %d to %d steps, more than %d apart", low, high, UINT16_MAX);
  }
  return false;
}

static bool rule_wrong(const phs_recipe *r, phs_buf *what) {
  switch (r->rule) {
  case PHS_RULE_ONE_TO_ONE:
    return r->source_count != r->target_count
               ? WRONG("connects one to one, but has %u sources and %u targets", r->source_count,
                       r->target_count)
               : false;
  case PHS_RULE_ALL_TO_ALL:
    return false;
  case PHS_RULE_FIXED_PROBABILITY:
    return is_probability(r->probability)
               ? false
               : WRONG("has the probability %g; it lies between 0 and 1", r->probability);
  case PHS_RULE_FIXED_INDEGREE:
  case PHS_RULE_FIXED_OUTDEGREE:
  case PHS_RULE_FIXED_TOTAL_NUMBER:
    return number_wrong(r, what);
  case PHS_RULE_DISTANCE:
    return distance_wrong(r, what);
  case PHS_RULE_LIST:
    return list_wrong(r, what);
  }
  return WRONG("has a rule of no known kind");
}

bool phs_recipe_wrong(const phs_recipe *r, phs_buf *what) {
  if (r->source_count < 1 || r->target_count < 1 || r->source_count > INT32_MAX ||
      r->target_count > INT32_MAX) {
    return WRONG("has %u sources and %u targets; 1 to 2^31 - 1 are possible", r->source_count,
                 r->target_count);
  }
  if (r->same_population && r->source_count != r->target_count) {
    return WRONG("is within one population, but has %u sources and %u targets", r->source_count,
                 r->target_count);
  }
  if (rule_wrong(r, what)) {
    return true;
  }
  bool listed = r->rule == PHS_RULE_LIST;
  if ((!(listed && r->list.weight) && weight_wrong(r, what)) ||
      (!(listed && r->list.delay) && delay_wrong(r, what))) {
    return true;
  }
  int32_t low = phs_delay_low(r), high = phs_delay_high(r);
  return high - low > UINT16_MAX
             ? WRONG("has delays from %d to %d steps, more than %d apart", low, high, UINT16_MAX)
             : false;
}
