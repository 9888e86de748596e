/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "synapses/cost.h"

#include "synapses/store.h"

#include <math.h>

/*
 * Draws as multiples of a uniform one, from measurements of one machine (AVX-512 and SSE2 alike
 * within a third): what matters is their proportion.
 */
#define COST_ANY_TARGET 1.2      /* one of a tile */
#define COST_OTHER_TARGET 3.5    /* one that is not taken yet, and their list in order */
#define COST_PERMUTED_TARGET 6.0 /* a slot of the random order */
#define COST_ASKED_TARGET 4.2    /* in-degree without multapses: each target of the tile */
#define COST_DISTANCE 3.5        /* each target of the tile */
#define COST_TABLE 1.6           /* an inverse table: delays */
#define COST_ROW 40.0            /* a row's beginning, for each kind of draw */

static double weight_draw(const phs_distribution *d) {
  switch (d->kind) {
  case PHS_DIST_CONSTANT:
    return 0.0;
  case PHS_DIST_UNIFORM:
    return 1.0;
  case PHS_DIST_NORMAL:
    return 3.0;
  case PHS_DIST_LOGNORMAL:
    return 4.7;
  case PHS_DIST_EXPONENTIAL:
    return 2.2;
  }
  return 0.0;
}

static bool weights_drawn(const phs_recipe *r) {
  return r->weight.kind != PHS_DIST_CONSTANT && !(r->rule == PHS_RULE_LIST && r->list.weight);
}

static bool delays_drawn(const phs_recipe *r) {
  return phs_delay_low(r) != phs_delay_high(r) && !(r->rule == PHS_RULE_LIST && r->list.delay);
}

/* Draws for the targets of a row of @p length synapses among @p size targets. */
static double target_draws(const phs_recipe *r, double length, double size) {
  switch (r->rule) {
  case PHS_RULE_ONE_TO_ONE:
  case PHS_RULE_ALL_TO_ALL:
  case PHS_RULE_LIST:
    return 0.0;
  case PHS_RULE_FIXED_PROBABILITY:
    return COST_ROW + COST_OTHER_TARGET * length;
  case PHS_RULE_FIXED_OUTDEGREE:
  case PHS_RULE_FIXED_TOTAL_NUMBER:
    return COST_ROW + (r->multapses ? COST_ANY_TARGET : COST_OTHER_TARGET) * length;
  case PHS_RULE_FIXED_INDEGREE:
    return COST_ROW + (r->multapses ? COST_PERMUTED_TARGET * length : COST_ASKED_TARGET * size);
  case PHS_RULE_DISTANCE:
    return COST_ROW + COST_DISTANCE * size;
  }
  return 0.0;
}

static double row_draws(const phs_recipe *r, bool counted, double length, double size) {
  double draws = target_draws(r, length, size);
  draws += delays_drawn(r) ? COST_ROW + COST_TABLE * length : 0.0;
  draws += !counted && weights_drawn(r) ? COST_ROW + weight_draw(&r->weight) * length : 0.0;
  return draws;
}

/* As phs_store_plan() decides, of the expected number. */
static double table_bytes(const phs_recipe *r, bool counted, double synapses) {
  const double rows = (double)r->source_count * phs_tile_count(r->target_count);
  const int32_t delays = phs_delay_high(r) - phs_delay_low(r) + 1;
  const bool weighted =
      !counted && (weights_drawn(r) || (r->rule == PHS_RULE_LIST && r->list.weight));
  double entry = delays <= (int32_t)PHS_STORE_SHORT_DELAYS ? 2.0 : 4.0;
  double entries = entry * synapses;
  if (delays == 1 && !weighted && PHS_STORE_ESCAPES * rows < synapses) {
    entries = synapses + PHS_STORE_ESCAPES * rows;
  }
  return 4.0 * (rows + phs_tile_count(r->target_count)) + entries +
         (weighted ? 4.0 * synapses : 0.0);
}

void phs_synapse_cost_of(const phs_recipe *r, bool counted, const phs_synapse_target *target,
                         phs_synapse_cost *out) {
  const uint32_t tiles = phs_tile_count(r->target_count);
  /* one to one has a synapse in one of a source's rows; the others are empty and cost nothing */
  const double rows =
      (double)r->source_count * (r->rule == PHS_RULE_ONE_TO_ONE ? 1.0 : (double)tiles);
  out->synapses = phs_recipe_expected(r);
  out->recompute_bytes = (double)phs_rows_bytes(r);
  out->store_bytes = table_bytes(r, counted, out->synapses) + out->recompute_bytes;
  out->store_ns = target->store_event;
  out->recompute_ns = target->store_event;
  if (out->synapses > 0.0) {
    double length = out->synapses / rows, size = (double)r->target_count / tiles;
    out->recompute_ns += target->draw * row_draws(r, counted, length, size) / length;
  }
}

/* ------------------------------------------------------------------------------------- choice */

static bool costs_nothing(const phs_recipe *r) {
  return (r->rule == PHS_RULE_ONE_TO_ONE || r->rule == PHS_RULE_ALL_TO_ALL) && !weights_drawn(r) &&
         !delays_drawn(r);
}

/* Bytes that a projection takes in its mode. */
static double bytes_in(const phs_synapse_cost *c, phs_synapse_mode mode) {
  return mode == PHS_SYNAPSES_RECOMPUTE ? c->recompute_bytes : c->store_bytes;
}

/* Bytes saved for each nanosecond that all synapses together take longer. */
static double worth(const phs_synapse_cost *c) {
  double saved = c->store_bytes - c->recompute_bytes;
  double added = c->synapses * (c->recompute_ns - c->store_ns);
  return saved <= 0.0 ? 0.0 : added <= 0.0 ? INFINITY : saved / added;
}

/* The undecided projection of the greatest worth; -1: none is worth anything. */
static int best_of(const phs_synapse_cost *cost, const phs_synapse_mode *mode, int count) {
  double most = 0.0;
  int best = -1;
  for (int k = 0; k < count; k++) {
    if (mode[k] == PHS_SYNAPSES_AUTO && worth(&cost[k]) > most) {
      best = k;
      most = worth(&cost[k]);
    }
  }
  return best;
}

void phs_synapse_choose(const phs_recipe *const *r, const bool *counted, int count,
                        const phs_synapse_target *target, phs_synapse_mode *mode,
                        phs_synapse_cost *cost) {
  double bytes = 0.0;
  for (int k = 0; k < count; k++) {
    phs_synapse_cost_of(r[k], counted[k], target, &cost[k]);
    if (mode[k] == PHS_SYNAPSES_AUTO && costs_nothing(r[k])) {
      mode[k] = PHS_SYNAPSES_RECOMPUTE;
    } else if (mode[k] == PHS_SYNAPSES_AUTO && r[k]->rule == PHS_RULE_LIST) {
      mode[k] = PHS_SYNAPSES_STORE;
    }
    bytes += bytes_in(&cost[k], mode[k]);
  }
  int best;
  while (bytes > target->memory && (best = best_of(cost, mode, count)) >= 0) {
    mode[best] = PHS_SYNAPSES_RECOMPUTE;
    bytes -= cost[best].store_bytes - cost[best].recompute_bytes;
  }
  for (int k = 0; k < count; k++) {
    mode[k] = mode[k] == PHS_SYNAPSES_AUTO ? PHS_SYNAPSES_STORE : mode[k];
  }
}
