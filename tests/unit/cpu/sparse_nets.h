/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file sparse_nets.h  Random networks of sources, sparse projections and neurons with receptors,
 * for the tests of the CPU back end. */
#ifndef PHS_TEST_CPU_SPARSE_NETS_H
#define PHS_TEST_CPU_SPARSE_NETS_H

#include "nets.h"

#include <math.h>

static inline int net_source(phs_net *n, phs_source_kind kind, int count, rng *r) {
  bool counts = kind == PHS_SOURCE_POISSON || kind == PHS_SOURCE_TRAIN;
  int i = net_op(n, PHS_OP_SOURCE, shape_of(1, count), counts ? PHS_I32 : PHS_F32, -1, -1);
  phs_source *s = &n->op[i].source;
  *s = (phs_source){.kind = kind, .stop = INT64_MAX};
  s->key = rng_next(r) * (uint64_t)0x100000001;
  return i;
}

static inline phs_param64 net_doubles(phs_net *n, size_t count, rng *r, double lo, double hi,
                                      int distinct) {
  double *v = PHS_NEW_ARRAY(n->arena, double, count);
  for (size_t i = 0; i < count; i++) {
    v[i] = lo + (hi - lo) * rng_in(r, 0, distinct) / distinct;
  }
  return (phs_param64){v, count};
}

/* Independent Poisson counts: one mean for all, or some means. */
static inline int net_poisson(phs_net *n, int count, double mean, bool each, rng *r) {
  int i = net_source(n, PHS_SOURCE_POISSON, count, r);
  phs_source *s = &n->op[i].source;
  s->mean =
      each ? net_doubles(n, (size_t)count, r, 0, 2 * mean, 7) : net_doubles(n, 1, r, mean, mean, 1);
  if (rng_in(r, 0, 2) == 0) {
    s->start = rng_in(r, 0, 3);
    s->stop = rng_in(r, 3, 30);
  }
  return i;
}

static inline int net_noise(phs_net *n, int count, bool each, rng *r) {
  int i = net_source(n, PHS_SOURCE_NOISE, count, r);
  phs_source *s = &n->op[i].source;
  s->mean = net_doubles(n, each ? (size_t)count : 1, r, -0.2, 0.2, 5);
  s->sd = net_doubles(n, rng_in(r, 0, 1) ? (size_t)count : 1, r, 0, 0.3, 9);
  return i;
}

/* Pieces: some with one value, some with each its own; the first may begin late. */
static inline int net_current(phs_net *n, int count, int pieces, rng *r) {
  int i = net_source(n, PHS_SOURCE_CURRENT, count, r);
  int64_t *step = PHS_NEW_ARRAY(n->arena, int64_t, (size_t)pieces);
  phs_param32 *value = PHS_NEW_ARRAY(n->arena, phs_param32, (size_t)pieces);
  int64_t t = rng_in(r, -2, 2);
  for (int k = 0; k < pieces; k++, t += rng_in(r, 1, 5)) {
    size_t values = rng_in(r, 0, 1) ? (size_t)count : 1;
    step[k] = t;
    value[k] = (phs_param32){net_floats(n, values, r, -0.1F, 0.4F), values};
  }
  n->op[i].source.piece_count = (size_t)pieces;
  n->op[i].source.piece_step = step;
  n->op[i].source.piece_value = value;
  return i;
}

static inline int net_train(phs_net *n, int count, int events, int steps, rng *r) {
  int i = net_source(n, PHS_SOURCE_TRAIN, count, r);
  int64_t *step = PHS_NEW_ARRAY(n->arena, int64_t, (size_t)events);
  uint32_t *element = PHS_NEW_ARRAY(n->arena, uint32_t, (size_t)events);
  for (int k = 0; k < events; k++) {
    step[k] = (int64_t)steps * k / events;
    bool first = k == 0 || step[k - 1] != step[k];
    element[k] = (uint32_t)rng_in(r, first ? 0 : (int)element[k - 1], count - 1);
  }
  n->op[i].source.event_count = (size_t)events;
  n->op[i].source.event_step = step;
  n->op[i].source.event_element = element;
  return i;
}

static inline phs_grid grid_of(int count) {
  phs_grid g = {.rank = 2, .dim = {1, count}, .extent = {1, 2}};
  for (int side = 2; side * side <= count; side++) {
    if (count % side == 0) {
      g = (phs_grid){.rank = 2, .dim = {side, count / side}, .extent = {1, 2}};
    }
  }
  return g;
}

static inline phs_distribution constant(double a) {
  return (phs_distribution){.kind = PHS_DIST_CONSTANT, .a = a, .low = -INFINITY, .high = INFINITY};
}

static inline phs_distribution any_weight(rng *r) {
  phs_distribution d = constant(rng_float(r, 0.02F, 0.1F));
  d.kind = (phs_distribution_kind)rng_in(r, PHS_DIST_CONSTANT, PHS_DIST_EXPONENTIAL);
  d.b = d.kind == PHS_DIST_UNIFORM ? 0.2 : d.kind == PHS_DIST_LOGNORMAL ? 0.5 : 0.03;
  d.a = d.kind == PHS_DIST_LOGNORMAL ? -3 : d.a;
  if (rng_in(r, 0, 1)) {
    d.bound = rng_in(r, 0, 1) ? PHS_BOUND_CLIP : PHS_BOUND_REDRAW;
    d.low = 0.01;
  }
  return d;
}

static inline phs_distribution any_delay(int longest, rng *r) {
  phs_distribution d = constant(rng_in(r, 1, longest));
  if (rng_in(r, 0, 1)) {
    d.kind = rng_in(r, 0, 1) ? PHS_DIST_UNIFORM : PHS_DIST_NORMAL;
    d.a = d.kind == PHS_DIST_UNIFORM ? 1 : longest / 2.0;
    d.b = d.kind == PHS_DIST_UNIFORM ? longest : longest / 8.0;
    d.bound = PHS_BOUND_CLIP;
    d.low = 1;
    d.high = longest;
  }
  return d;
}

/* About `number` synapses a source, given one by one. */
static inline phs_synapse_list any_list(phs_net *n, int sources, int targets, int longest, rng *r) {
  int each = rng_in(r, 1, 5);
  size_t count = (size_t)(sources * each);
  uint32_t *source = PHS_NEW_ARRAY(n->arena, uint32_t, count);
  uint32_t *target = PHS_NEW_ARRAY(n->arena, uint32_t, count);
  int32_t *delay = PHS_NEW_ARRAY(n->arena, int32_t, count);
  for (size_t k = 0; k < count; k++) {
    source[k] = (uint32_t)k / (uint32_t)each;
    target[k] = (uint32_t)rng_in(r, 0, targets - 1);
    delay[k] = rng_in(r, 1, longest);
  }
  return (phs_synapse_list){.count = count,
                            .source = source,
                            .target = target,
                            .weight = rng_in(r, 0, 1) ? net_floats(n, count, r, 0, 0.2F) : NULL,
                            .delay = rng_in(r, 0, 1) ? delay : NULL};
}

static inline phs_projection net_projection(phs_net *n, phs_rule rule, int sources, int targets,
                                            bool same, int longest, rng *r) {
  phs_recipe c = {.rule = rule,
                  .source_count = (uint32_t)sources,
                  .target_count = (uint32_t)targets,
                  .same_population = same,
                  .autapses = rng_in(r, 0, 1),
                  .multapses = rng_in(r, 0, 1),
                  .probability = rng_in(r, 1, 8) / 64.0,
                  .width = 0.1,
                  .cutoff = rng_in(r, 0, 1) ? 0.4 : INFINITY,
                  .profile = (phs_profile)rng_in(r, 0, 2),
                  .periodic = rng_in(r, 0, 1)};
  int few = sources < targets ? sources : targets;
  c.number = (uint64_t)rng_in(r, 1, few < 21 ? (few + 1) / 2 : 20);
  if (rule == PHS_RULE_FIXED_TOTAL_NUMBER) {
    c.number *= (uint64_t)few / 2 + 1;
  }
  c.source_grid = grid_of(sources);
  c.target_grid = grid_of(targets);
  if (rule == PHS_RULE_LIST) {
    c.list = any_list(n, sources, targets, longest, r);
  }
  c.weight = any_weight(r);
  c.delay = any_delay(longest, r);
  c.key = rng_next(r) * (uint64_t)0x100000001;
  return (phs_projection){.name = "projection", .recipe = c};
}

/* Sums projections onto one receptor; `from` may be set later. `counted` with one weight. */
static inline int net_synapses(phs_net *n, int targets, const phs_projection *p, const int *from,
                               int count, bool counted, float weight, int init) {
  int i = net_op(n, PHS_OP_SYNAPSES, shape_of(1, targets), PHS_F32, -1, -1);
  phs_op *op = &n->op[i];
  op->operand = PHS_NEW_ARRAY(n->arena, int, (size_t)count + 3);
  for (int k = 0; k < count; k++) {
    op->operand[k] = from[k];
  }
  op->operand_count = count;
  if (init >= 0) {
    op->operand[op->operand_count++] = init;
  }
  op->synapses =
      (phs_synapses){.projection_count = count,
                     .projection = phs_arena_copy(n->arena, p, (size_t)count * sizeof *p),
                     .counted = counted,
                     .weight = weight,
                     .has_init = init >= 0};
  return i;
}

/*
 * Neurons with two receptors. Registers: 0 e, 1 i, 2 v, 3 A, 4 threshold. v1 = (A v + e) - i;
 * z = v1 > threshold; v2 = z ? 0 : v1. v begins with `initial`.
 */
static inline int net_receptors(phs_net *n, int e, int i, bool each, rng *r) {
  static const phs_scalar_inst inst[] = {{PHS_K_MULF, PHS_S_F32, 5, 3, 2, 0, {0}},
                                         {PHS_K_ADDF, PHS_S_F32, 6, 5, 0, 0, {0}},
                                         {PHS_K_SUBF, PHS_S_F32, 7, 6, 1, 0, {0}},
                                         {PHS_K_CMPF, PHS_S_I1, 8, 7, 4, 0, {.i = 2}},
                                         {PHS_K_CONST_F32, PHS_S_F32, 9, 0, 0, 0, {.f = 0}},
                                         {PHS_K_SELECT, PHS_S_F32, 10, 8, 9, 7, {0}}};
  static const uint16_t result[] = {8, 10};
  static const phs_kernel kernel = {"receptors", 5, 11,     sizeof inst / sizeof *inst,
                                    inst,        2, result, PHS_S_I1};
  int op = net_op(n, PHS_OP_NEURONS, n->op[e].shape, PHS_I1, e, i);
  size_t count = each ? phs_shape_count(&n->op[e].shape) : 1;
  phs_neurons *u = &n->op[op].neurons;
  u->model = PHS_MODEL_CUSTOM;
  u->kernel = phs_arena_copy(n->arena, &kernel, sizeof kernel);
  u->state_count = 1;
  u->state[0] = "v";
  u->initial[0] = (phs_param32){net_floats(n, count, r, 0, 1), count};
  u->coeff_count = 2;
  u->coeff = PHS_NEW_ARRAY(n->arena, phs_param32, 2);
  u->coeff[0] = (phs_param32){net_floats(n, 1, r, 0.8F, 0.95F), 1};
  u->coeff[1] = (phs_param32){net_floats(n, count, r, 0.7F, 1), count};
  return op;
}

#endif
