/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Rules of a projection's recipe. */
#include "ir/read.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>

/* Normal values are not further from the mean than so many standard deviations (random/draw.h), and
 * exponential ones are at most -log(2^-33) means. */
#define MOST_DEVIATIONS 6.4
#define MOST_MEANS 23.0

typedef struct looked_at {
  phs_reader *r;
  MlirOperation at;
  const char *name;
  const phs_recipe *recipe;
} looked_at;

static void error(const looked_at *c, phs_code code, const char *help, const char *what,
                  double value) {
  phs_reader_error(c->r, c->at, code, help, "projection '%s': %s is %.17g", c->name, what, value);
}

static void check_sizes(const looked_at *c) {
  const phs_recipe *r = c->recipe;
  bool equal = r->source_count == r->target_count;
  if (!equal && (r->same_population || r->rule == PHS_RULE_ONE_TO_ONE)) {
    phs_reader_error(
        c->r, c->at, PHS_IR_SYNAPSE_SIZE, NULL,
        "projection '%s': %s, but the source has %" PRIu32 " neurons and the target %" PRIu32,
        c->name,
        r->same_population ? "it leads from a population to itself" : "the rule is one_to_one",
        r->source_count, r->target_count);
  }
}

/* How many neurons one of the target population can be reached from. */
static double partners(const phs_recipe *r, uint32_t count) {
  return (double)count - (r->same_population && !r->autapses ? 1 : 0);
}

static void check_number(const looked_at *c) {
  const phs_recipe *r = c->recipe;
  double pool, most = 0x1p31 - 1;
  if (r->rule == PHS_RULE_FIXED_INDEGREE) {
    pool = partners(r, r->source_count);
  } else if (r->rule == PHS_RULE_FIXED_OUTDEGREE) {
    pool = partners(r, r->target_count);
  } else if (r->rule == PHS_RULE_FIXED_TOTAL_NUMBER) {
    pool = partners(r, r->source_count) * (double)r->target_count;
    most = 0x1p40;
  } else {
    return;
  }
  most = r->multapses && pool > 0 ? most : pool < most ? pool : most;
  if ((double)r->number > most) {
    phs_reader_error(
        c->r, c->at, PHS_IR_RECIPE, r->multapses ? NULL : "use fewer synapses, or multapses = true",
        "projection '%s': the number of synapses is %" PRIu64 "; it must be at most %.0f", c->name,
        r->number, most);
  }
}

static void check_grid(const looked_at *c, const phs_grid *g, const char *what, uint32_t count) {
  double cells = 1;
  for (int i = 0; i < g->rank; i++) {
    cells *= g->dim[i];
    if (!(g->extent[i] > 0) || !isfinite(g->extent[i])) {
      error(c, PHS_IR_RECIPE, "lengths are finite and above 0", "an extent of a grid",
            g->extent[i]);
      return;
    }
  }
  if (cells != (double)count) {
    phs_reader_error(c->r, c->at, PHS_IR_SYNAPSE_SIZE, "the dimensions multiply to the neurons",
                     "projection '%s': the grid of the %s has %.0f places, but there are %" PRIu32
                     " neurons",
                     c->name, what, cells, count);
  }
}

static void check_distance(const looked_at *c) {
  const phs_recipe *r = c->recipe;
  if (!(r->width > 0) || !isfinite(r->width)) {
    error(c, PHS_IR_RECIPE, "it is finite and above 0", "the width", r->width);
  }
  if (!(r->cutoff >= 0)) {
    error(c, PHS_IR_RECIPE, "it is 0 or above; infinity: none", "the cutoff", r->cutoff);
  }
  check_grid(c, &r->source_grid, "source", r->source_count);
  check_grid(c, &r->target_grid, "target", r->target_count);
  bool fit = r->source_grid.rank == r->target_grid.rank;
  for (int i = 0; fit && r->periodic && i < r->source_grid.rank; i++) {
    fit = r->source_grid.extent[i] == r->target_grid.extent[i];
  }
  if (!fit) {
    phs_reader_error(c->r, c->at, PHS_IR_RECIPE,
                     "give both grids as many dimensions, and with periodic the same extent",
                     "projection '%s': source and target do not lie on one sheet", c->name);
  }
}

static void check_rule(const looked_at *c) {
  const phs_recipe *r = c->recipe;
  bool chance = r->rule == PHS_RULE_FIXED_PROBABILITY || r->rule == PHS_RULE_DISTANCE;
  if (chance && !(r->probability >= 0 && r->probability <= 1)) {
    error(c, PHS_IR_RECIPE, "probabilities are 0 to 1", "the probability", r->probability);
  }
  check_number(c);
  if (r->rule == PHS_RULE_DISTANCE) {
    check_distance(c);
  }
}

/* Least and greatest value that can be drawn before bounds. */
static void range_of(const phs_distribution *d, double *low, double *high) {
  double spread = MOST_DEVIATIONS * d->b;
  *low = *high = d->a;
  switch (d->kind) {
  case PHS_DIST_CONSTANT:
    break;
  case PHS_DIST_UNIFORM:
    *high = d->b;
    break;
  case PHS_DIST_NORMAL:
    *low = d->a - spread;
    *high = d->a + spread;
    break;
  case PHS_DIST_LOGNORMAL:
    *low = exp(d->a - spread);
    *high = exp(d->a + spread);
    break;
  case PHS_DIST_EXPONENTIAL:
    *low = d->a < 0 ? MOST_MEANS * d->a : 0;
    *high = d->a < 0 ? 0 : MOST_MEANS * d->a;
    break;
  }
}

/* The distribution by itself; then *low and *high are what it can give. */
static bool check_distribution(const looked_at *c, const char *what, const phs_distribution *d,
                               double *low, double *high) {
  bool two = phs_distribution_arity((int)d->kind) == 2;
  const char *why = NULL;
  if (!isfinite(d->a) || (two && !isfinite(d->b))) {
    why = "its numbers are not finite";
  } else if (two && d->kind != PHS_DIST_UNIFORM && d->b < 0) {
    why = "its standard deviation is negative";
  } else if (d->kind == PHS_DIST_UNIFORM && d->a > d->b) {
    why = "its lower end is above the upper one";
  } else if (d->bound != PHS_BOUND_NONE && !(d->low <= d->high)) {
    why = "its lower bound is above the upper one";
  }
  if (!why) {
    range_of(d, low, high);
    if (d->bound == PHS_BOUND_REDRAW && (*low > d->high || *high < d->low)) {
      why = "no value lies within its bounds, so redrawing would never end";
    } else if (d->bound != PHS_BOUND_NONE) {
      *low = *low < d->low ? d->low : *low > d->high ? d->high : *low;
      *high = *high > d->high ? d->high : *high < d->low ? d->low : *high;
    }
  }
  if (why) {
    phs_reader_error(c->r, c->at, PHS_IR_RECIPE, NULL,
                     "projection '%s': the %s cannot be drawn: %s", c->name, what, why);
  }
  return !why;
}

static void check_weight(const looked_at *c) {
  double low, high;
  const phs_synapse_list *l = &c->recipe->list;
  if (check_distribution(c, "weight", &c->recipe->weight, &low, &high) &&
      (low < -(double)FLT_MAX || high > (double)FLT_MAX)) {
    error(c, PHS_IR_RECIPE, "weights are binary32 numbers", "a weight that can be drawn",
          high > (double)FLT_MAX ? high : low);
  }
  if (l->weight && !phs_all_finite32(l->weight, l->count)) {
    phs_reader_error(c->r, c->at, PHS_IR_NOT_FINITE, "weights are finite numbers",
                     "projection '%s': a weight of the list is a NaN or an infinity", c->name);
  }
}

static void check_delay(const looked_at *c) {
  static const char help[] = "delays are 1 to 65536 steps";
  double low, high;
  const phs_synapse_list *l = &c->recipe->list;
  if (check_distribution(c, "delay", &c->recipe->delay, &low, &high)) {
    if (floor(high + 0.5) < 1) {
      error(c, PHS_IR_SYNAPSE_DELAY, help, "the longest delay", high);
    } else if (floor(high + 0.5) > (double)PHS_IR_MAX_SYNAPSE_DELAY) {
      error(c, PHS_IR_SYNAPSE_DELAY, help, "a delay that can be drawn", high);
    }
  }
  for (size_t i = 0; l->delay && i < l->count; i++) {
    if (l->delay[i] < 1 || l->delay[i] > PHS_IR_MAX_SYNAPSE_DELAY) {
      phs_reader_error(c->r, c->at, PHS_IR_SYNAPSE_DELAY, help,
                       "projection '%s': synapse %zu of the list takes %" PRId32 " steps", c->name,
                       i, l->delay[i]);
      return;
    }
  }
}

static void check_list(const looked_at *c) {
  const phs_recipe *r = c->recipe;
  for (size_t i = 0; i < r->list.count; i++) {
    uint32_t source = r->list.source[i], target = r->list.target[i];
    if (source >= r->source_count || target >= r->target_count) {
      phs_reader_error(c->r, c->at, PHS_IR_SYNAPSE_SIZE, "neurons count from 0",
                       "projection '%s': synapse %zu of the list leads from %" PRIu32 " to %" PRIu32
                       ", but there are %" PRIu32 " and %" PRIu32 " neurons",
                       c->name, i, source, target, r->source_count, r->target_count);
      return;
    }
    if (i > 0 && r->list.source[i - 1] > source) {
      phs_reader_error(c->r, c->at, PHS_IR_RECIPE, "order the list by source",
                       "projection '%s': synapse %zu of the list comes from %" PRIu32
                       ", the one before from %" PRIu32,
                       c->name, i, source, r->list.source[i - 1]);
      return;
    }
  }
}

void phs_check_recipe(phs_reader *r, MlirOperation at, const phs_projection *projection) {
  looked_at c = {.r = r, .at = at, .name = projection->name, .recipe = &projection->recipe};
  check_sizes(&c);
  check_rule(&c);
  check_list(&c);
  check_weight(&c);
  check_delay(&c);
}
