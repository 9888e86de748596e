/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Rules in expectation. All rules but one-to-one and distance treat sources alike and targets
 * alike (but for autapses), so that counts follow from the sizes of the boxes alone. What a neuron
 * sends to itself is told apart by the neurons in both boxes.
 */
#include "map/work_recipe.h"
#include "random/draw.h"

#include <math.h>

/* log(1 + x) and exp(x) - 1 in arithmetic of our own: the same bits on every machine. */
static double log_1p(double x) {
  return x > -1e-4 && x < 1e-4 ? x * (1.0 - x * (0.5 - x * (1.0 / 3.0 - x * 0.25)))
                               : phs_log(1.0 + x);
}

static double exp_m1(double x) {
  return x > -1e-4 && x < 1e-4 ? x * (1.0 + x * (0.5 + x * (1.0 / 6.0))) : phs_exp(x) - 1.0;
}

/* The numbers that a rule's expectations follow from. */
typedef struct sizes {
  double sources, targets;         /**< of the boxes */
  double both;                     /**< in both, where they may not project to themselves */
  double all_sources, all_targets; /**< of the populations; without the neuron itself */
  double pairs;                    /**< possible pairs of the populations */
} sizes;

static phs_box no_box(void) {
  return (phs_box){{0}, {0}};
}

static sizes sizes_of(const phs_work *w, const phs_work_projection *p, const phs_box *source,
                      const phs_box *target) {
  const phs_recipe *r = p->recipe;
  const bool apart = r->same_population && !r->autapses;
  sizes s = {.sources = (double)phs_box_count(source), .targets = (double)phs_box_count(target)};
  double n = w->population[p->source].count, m = w->population[p->target].count;
  phs_box meet;
  if (apart && phs_box_meet(source, target, &meet)) {
    s.both = (double)phs_box_count(&meet);
  }
  s.all_sources = n - apart;
  s.all_targets = m - apart;
  s.pairs = n * m - (apart ? n : 0.0);
  return s;
}

/* ------------------------------------------------------------------------------ one to one */

static bool same_grid(const phs_population *a, const phs_population *b) {
  return a->dim[0] == b->dim[0] && a->dim[1] == b->dim[1] && a->dim[2] == b->dim[2];
}

/* The same neurons in the other population: the box itself where the grids agree, else all. */
static phs_box partner_box(const phs_work *w, const phs_work_projection *p, const phs_box *box,
                           uint32_t to) {
  return same_grid(&w->population[p->source], &w->population[p->target])
             ? *box
             : phs_box_all(&w->population[to]);
}

static double partners(const phs_work *w, const phs_work_projection *p, const phs_box *source,
                       const phs_box *target) {
  const phs_population *s = &w->population[p->source], *t = &w->population[p->target];
  if (same_grid(s, t)) {
    phs_box meet;
    return phs_box_meet(source, target, &meet) ? (double)phs_box_count(&meet) : 0.0;
  }
  return (double)phs_box_count(source) * (double)phs_box_count(target) / t->count;
}

/* --------------------------------------------------------------------------------- all rules */

bool phs_grid_fits(const phs_grid *g, const phs_population *p) {
  uint32_t dim[PHS_MAP_RANK] = {1, 1, 1};
  if (g->rank < 1 || g->rank > PHS_MAP_RANK) {
    return false;
  }
  for (int i = 0; i < g->rank; i++) {
    dim[PHS_MAP_RANK - g->rank + i] = (uint32_t)g->dim[i];
  }
  return dim[0] == p->dim[0] && dim[1] == p->dim[1] && dim[2] == p->dim[2];
}

static bool has_places(const phs_work *w, const phs_work_projection *p) {
  return p->recipe->rule == PHS_RULE_DISTANCE &&
         p->recipe->source_grid.rank == p->recipe->target_grid.rank &&
         phs_grid_fits(&p->recipe->source_grid, &w->population[p->source]) &&
         phs_grid_fits(&p->recipe->target_grid, &w->population[p->target]);
}

static phs_box recipe_box(const phs_work *w, const phs_work_projection *p, const phs_box *of,
                          bool forwards) {
  uint32_t to = forwards ? p->target : p->source;
  if (phs_box_count(of) == 0 || p->synapses <= 0.0) {
    return no_box();
  }
  if (p->recipe->rule == PHS_RULE_ONE_TO_ONE) {
    return partner_box(w, p, of, to);
  }
  return has_places(w, p) ? phs_distance_box(w, p, of, forwards) : phs_box_all(&w->population[to]);
}

phs_box phs_recipe_sources(const phs_work *w, const phs_work_projection *p, const phs_box *target) {
  return recipe_box(w, p, target, false);
}

phs_box phs_recipe_targets(const phs_work *w, const phs_work_projection *p, const phs_box *source) {
  return recipe_box(w, p, source, true);
}

double phs_recipe_synapses(const phs_work *w, const phs_work_projection *p, const phs_box *source,
                           const phs_box *target) {
  if (p->recipe->rule == PHS_RULE_ONE_TO_ONE) {
    return partners(w, p, source, target);
  }
  if (has_places(w, p)) {
    double axons;
    return phs_distance_sum(w, p, source, target, &axons);
  }
  const sizes s = sizes_of(w, p, source, target);
  /* all possible pairs are alike */
  return s.pairs > 0.0 ? p->synapses * (s.sources * s.targets - s.both) / s.pairs : 0.0;
}

/* ---------------------------------------------------------------------------------- axons */

/* Integral of log(y). */
static double area(double y) {
  return y > 0.0 ? y * phs_log(y) - y : 0.0;
}

/* Logarithm of the chance that none of @p drawn different ones of @p all is one of @p marked:
 * the product of 1 - marked / (all - i) for 0 <= i < drawn (or with both exchanged). */
static double log_none(double all, double marked, double drawn) {
  if (marked + drawn > all) {
    return -INFINITY;
  }
  if (marked < drawn) {
    double t = marked;
    marked = drawn;
    drawn = t;
  }
  if (drawn <= 8.0) {
    double sum = 0.0;
    for (double i = 0.0; i < drawn; i++) {
      sum += log_1p(-marked / (all - i));
    }
    return sum;
  }
  /* midpoint rule backwards */
  double rest = all - marked + 0.5, whole = all + 0.5;
  return area(rest) - area(rest - drawn) - area(whole) + area(whole - drawn);
}

/* Logarithm of the chance that a source has none of @p targets, of @p s.all_targets. */
static double log_silent(const phs_recipe *r, const sizes *s, double synapses, double targets) {
  double number = (double)r->number;
  switch (r->rule) {
  case PHS_RULE_FIXED_PROBABILITY:
    return targets * log_1p(-r->probability);
  case PHS_RULE_FIXED_INDEGREE:
    if (s->all_sources <= 0.0) {
      return 0.0;
    }
    return r->multapses ? number * targets * log_1p(-1.0 / s->all_sources)
                        : targets * log_1p(-number / s->all_sources);
  case PHS_RULE_FIXED_OUTDEGREE:
    return r->multapses ? number * log_1p(-targets / s->all_targets)
                        : log_none(s->all_targets, targets, number);
  case PHS_RULE_FIXED_TOTAL_NUMBER:
    return r->multapses ? number * log_1p(-targets / s->pairs)
                        : log_none(s->pairs, targets, number);
  case PHS_RULE_ALL_TO_ALL:
    return -INFINITY;
  case PHS_RULE_ONE_TO_ONE:
  case PHS_RULE_DISTANCE: /* whose grids are not those of the populations */
  case PHS_RULE_LIST:
    break;
  }
  return s->pairs > 0.0 ? -synapses / s->pairs * targets : 0.0;
}

double phs_recipe_axons(const phs_work *w, const phs_work_projection *p, const phs_box *source,
                        const phs_box *target) {
  double axons = 0.0;
  if (p->recipe->rule == PHS_RULE_ONE_TO_ONE) {
    return partners(w, p, source, target);
  }
  if (has_places(w, p)) {
    phs_distance_sum(w, p, source, target, &axons);
    return axons;
  }
  const sizes s = sizes_of(w, p, source, target);
  if (s.sources <= 0.0 || s.targets <= 0.0) {
    return 0.0;
  }
  axons = -(s.sources - s.both) * exp_m1(log_silent(p->recipe, &s, p->synapses, s.targets));
  if (s.both > 0.0 && s.targets > 1.0) { /* one target fewer: themselves */
    axons -= s.both * exp_m1(log_silent(p->recipe, &s, p->synapses, s.targets - 1.0));
  }
  return axons;
}
