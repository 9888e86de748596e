/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file synapse_nets.h  Random networks of populations, projections and sources: every rule,
 * distribution and bound, lists, plasticity, several receptors, initial values. */
#ifndef PHS_TEST_SYNAPSE_NETS_H
#define PHS_TEST_SYNAPSE_NETS_H

#include "ir_test.h"

#include <math.h>

enum { MAX_OPS = 64, NEURONS = 20, SMALL = 12 };

typedef struct maker {
  phs_net *net;
  uint64_t seed;
  int projections;
} maker;

UNUSED_FN uint32_t bits(maker *m) {
  m->seed = m->seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  return (uint32_t)(m->seed >> 32);
}

/* Between low and high, with a full mantissa. */
UNUSED_FN double number(maker *m, double low, double high) {
  return low +
         (high - low) * ((double)bits(m) / 4294967296.0 + (double)bits(m) / 18446744073709551616.0);
}

UNUSED_FN const char *name(maker *m, const char *stem, int n) {
  const char *text = phs_arena_printf(m->net->arena, "%s%d", stem, n);
  assert_non_null(text);
  return text;
}

UNUSED_FN phs_op *add(maker *m, phs_op_kind kind, const char *stem, int64_t n, phs_elem elem) {
  phs_net *net = m->net;
  assert_true(net->op_count < MAX_OPS);
  phs_op *op = &net->op[net->op_count];
  *op = (phs_op){.kind = kind,
                 .name = name(m, stem, net->op_count),
                 .shape = {.rank = 1, .dim = {n}},
                 .elem = elem};
  op->operand = PHS_NEW_ARRAY(net->arena, int, 16);
  net->op_count++;
  return op;
}

UNUSED_FN void read_from(phs_op *op, int x) {
  op->operand[op->operand_count++] = x;
}

/* One value, equal ones, or one each; v NULL now and then when @p optional. */
UNUSED_FN phs_param32 values32(maker *m, size_t n, bool optional) {
  static const phs_param32 none = {0};
  if (optional && bits(m) % 4 == 0) {
    return none;
  }
  size_t count = bits(m) % 2 ? 1 : n;
  float *v = PHS_NEW_ARRAY(m->net->arena, float, count);
  for (size_t i = 0; i < count; i++) {
    v[i] = (float)number(m, -80, 80);
  }
  return (phs_param32){.v = v, .n = count};
}

UNUSED_FN phs_param64 values64(maker *m, size_t n, double high) {
  size_t count = bits(m) % 2 ? 1 : n;
  double *v = PHS_NEW_ARRAY(m->net->arena, double, count);
  for (size_t i = 0; i < count; i++) {
    v[i] = number(m, 0, high);
  }
  return (phs_param64){.v = v, .n = count};
}

UNUSED_FN phs_distribution distribution(maker *m, bool delay) {
  double most = delay ? 40 : 3;
  phs_distribution d = {.kind = (phs_distribution_kind)(bits(m) % 5),
                        .bound = (phs_bound)(bits(m) % 3),
                        .low = -INFINITY,
                        .high = INFINITY};
  d.a = number(m, 1, most);
  if (d.kind == PHS_DIST_UNIFORM) {
    d.b = d.a + number(m, 0, most);
  } else if (d.kind == PHS_DIST_NORMAL || d.kind == PHS_DIST_LOGNORMAL) {
    d.b = number(m, 0, 0.5);
    d.a = d.kind == PHS_DIST_LOGNORMAL ? number(m, -1, 2) : d.a;
  }
  if (d.bound != PHS_BOUND_NONE) {
    d.low = bits(m) % 2 ? -INFINITY : number(m, -1, 0);
    d.high = bits(m) % 2 ? INFINITY : number(m, 100, 200);
  }
  return d;
}

UNUSED_FN void fill_list(maker *m, phs_recipe *r) {
  size_t n = bits(m) % 3 ? bits(m) % 60 : 0;
  uint32_t *source = PHS_NEW_ARRAY(m->net->arena, uint32_t, n);
  uint32_t *target = PHS_NEW_ARRAY(m->net->arena, uint32_t, n);
  float *weight = PHS_NEW_ARRAY(m->net->arena, float, n);
  int32_t *delay = PHS_NEW_ARRAY(m->net->arena, int32_t, n);
  for (size_t i = 0; i < n; i++) {
    source[i] = (uint32_t)(i * r->source_count / n);
    target[i] = bits(m) % r->target_count;
    weight[i] = (float)number(m, -1, 1);
    delay[i] = 1 + (int32_t)(bits(m) % 9);
  }
  r->list = (phs_synapse_list){.count = n,
                               .source = source,
                               .target = target,
                               .weight = n && bits(m) % 2 ? weight : NULL,
                               .delay = n && bits(m) % 2 ? delay : NULL};
}

UNUSED_FN void fill_distance(maker *m, phs_recipe *r) {
  r->profile = (phs_profile)(bits(m) % 3);
  r->periodic = bits(m) % 2;
  r->width = number(m, 0.1, 2);
  r->cutoff = bits(m) % 2 ? INFINITY : number(m, 0.1, 3);
  double extent = number(m, 1, 5);
  r->source_grid =
      (phs_grid){.rank = 2, .dim = {4, (int32_t)r->source_count / 4}, .extent = {extent, 1.5}};
  r->target_grid =
      (phs_grid){.rank = 2, .dim = {(int32_t)r->target_count / 4, 4}, .extent = {extent, 1.5}};
}

UNUSED_FN phs_recipe recipe(maker *m, uint32_t sources, uint32_t targets, bool plastic) {
  phs_recipe r = {.rule = (phs_rule)(bits(m) % 8),
                  .source_count = sources,
                  .target_count = targets,
                  .same_population = sources == targets && bits(m) % 2,
                  .autapses = bits(m) % 2,
                  .multapses = bits(m) % 2,
                  .weight = distribution(m, false),
                  .delay = distribution(m, true),
                  .key = (uint64_t)bits(m) << 32 | bits(m)};
  if (r.rule == PHS_RULE_ONE_TO_ONE && sources != targets) {
    r.rule = PHS_RULE_ALL_TO_ALL;
  }
  if (r.rule == PHS_RULE_FIXED_PROBABILITY || r.rule == PHS_RULE_DISTANCE) {
    r.probability = number(m, 0, 1);
  } else if (r.rule == PHS_RULE_FIXED_INDEGREE || r.rule == PHS_RULE_FIXED_OUTDEGREE ||
             r.rule == PHS_RULE_FIXED_TOTAL_NUMBER) {
    r.number = bits(m) % 10;
  }
  if (r.rule == PHS_RULE_DISTANCE) {
    fill_distance(m, &r);
  } else if (r.rule == PHS_RULE_LIST) {
    fill_list(m, &r);
  }
  if (plastic) {
    r.delay = (phs_distribution){.kind = PHS_DIST_CONSTANT, .a = 1 + bits(m) % 5};
    r.list.delay = NULL;
  }
  return r;
}

/* A projection for each operand so far. */
UNUSED_FN void projections(maker *m, phs_op *op, bool plastic) {
  phs_synapses *s = &op->synapses;
  s->projection_count = op->operand_count;
  s->projection = PHS_NEW_ARRAY(m->net->arena, phs_projection, 8);
  s->counted = !plastic && bits(m) % 3 == 0;
  s->weight = s->counted ? (float)number(m, -1, 1) : 0;
  for (int k = 0; k < s->projection_count; k++) {
    phs_projection *p = &s->projection[k];
    p->name = name(m, "p>", m->projections++);
    p->recipe = recipe(m, op->operand[k] < 2 ? NEURONS : SMALL,
                       (uint32_t)phs_shape_count(&op->shape), plastic);
    p->mode = (phs_synapse_mode)(bits(m) % 3);
    if (s->counted) {
      p->recipe.weight = (phs_distribution){.kind = PHS_DIST_CONSTANT, .a = (double)s->weight};
      p->recipe.list.weight = NULL;
    }
  }
}

UNUSED_FN phs_plasticity plasticity(maker *m, phs_plasticity_kind kind) {
  phs_plasticity p = {.kind = kind,
                      .decay_plus = (float)number(m, 0, 1),
                      .decay_minus = (float)number(m, 0, 1),
                      .a_plus = (float)number(m, -1, 1),
                      .a_minus = (float)number(m, -1, 1),
                      .mu_plus = (int32_t)(bits(m) % 2),
                      .mu_minus = (int32_t)(bits(m) % 2),
                      .w_min = (float)number(m, -1, 0),
                      .w_max = (float)number(m, 0, 1)};
  if (kind == PHS_PLASTICITY_RSTDP) {
    p.decay_e = (float)number(m, 0, 1);
    p.rate = (float)number(m, -1, 1);
  }
  return p;
}

UNUSED_FN phs_source source(maker *m, phs_source_kind kind, size_t n) {
  phs_source s = {.kind = kind, .stop = INT64_MAX};
  if (kind != PHS_SOURCE_CURRENT) {
    s.start = bits(m) % 3 ? 0 : bits(m);
    s.stop = bits(m) % 2 ? INT64_MAX : s.start + bits(m);
  }
  if (kind == PHS_SOURCE_POISSON || kind == PHS_SOURCE_NOISE) {
    s.key = (uint64_t)bits(m) << 32 | bits(m);
    s.mean = values64(m, n, 30);
  }
  if (kind == PHS_SOURCE_NOISE) {
    s.sd = values64(m, n, 30);
  }
  if (kind == PHS_SOURCE_TRAIN) {
    s.event_count = bits(m) % 4 ? bits(m) % 50 : 0;
    int64_t *step = PHS_NEW_ARRAY(m->net->arena, int64_t, s.event_count);
    uint32_t *element = PHS_NEW_ARRAY(m->net->arena, uint32_t, s.event_count);
    for (size_t i = 0; i < s.event_count; i++) {
      step[i] = (i ? step[i - 1] : 0) + (int64_t)(bits(m) % 1000);
      element[i] = i && step[i] == step[i - 1] ? element[i - 1] : bits(m) % (uint32_t)n;
    }
    s.event_step = step;
    s.event_element = element;
  }
  if (kind == PHS_SOURCE_CURRENT) {
    s.piece_count = bits(m) % 30;
    int64_t *step = PHS_NEW_ARRAY(m->net->arena, int64_t, s.piece_count);
    phs_param32 *value = PHS_NEW_ARRAY(m->net->arena, phs_param32, s.piece_count);
    bool single = bits(m) % 2;
    for (size_t i = 0; i < s.piece_count; i++) {
      step[i] = (i ? step[i - 1] + 1 : 0) + (int64_t)(bits(m) % 1000);
      value[i] = values32(m, single ? 1 : n, false);
    }
    s.piece_step = step;
    s.piece_value = value;
  }
  return s;
}

/* An update function of `inputs` receptors, two states and one coefficient, through all the ops
 * that came with equations: x0 + ... + sin(v) + cos(w), bits of v as an integer and back. */
UNUSED_FN const phs_kernel *kernel(maker *m, int inputs) {
  enum { V, W, C, SUM, SIN, COS, BITS, BACK, Z };
  int n = inputs;
  uint16_t v = (uint16_t)(n + V), w = (uint16_t)(n + W), c = (uint16_t)(n + C);
  uint16_t next = (uint16_t)(n + SUM);
  phs_scalar_inst list[24];
  int count = 0;
  uint16_t sum = c;
  for (int k = 0; k < n; k++) {
    list[count++] = (phs_scalar_inst){
        .op = PHS_K_ADDF, .type = PHS_S_F32, .dst = next, .a = sum, .b = (uint16_t)k};
    sum = next++;
  }
  const phs_scalar_inst rest[] = {
      {.op = PHS_K_SIN, .type = PHS_S_F32, .dst = next, .a = v},
      {.op = PHS_K_COS, .type = PHS_S_F32, .dst = (uint16_t)(next + 1), .a = w},
      {.op = PHS_K_BITCAST, .type = PHS_S_I32, .dst = (uint16_t)(next + 2), .a = next},
      {.op = PHS_K_BITCAST,
       .type = PHS_S_F32,
       .dst = (uint16_t)(next + 3),
       .a = (uint16_t)(next + 2)},
      {.op = PHS_K_CMPF,
       .type = PHS_S_I1,
       .dst = (uint16_t)(next + 4),
       .a = sum,
       .b = (uint16_t)(next + 1),
       .imm.i = 2},
  };
  memcpy(list + count, rest, sizeof rest);
  count += 5;
  const uint16_t result[] = {(uint16_t)(next + 4), (uint16_t)(next + 3), sum};
  phs_kernel *k = PHS_NEW(m->net->arena, phs_kernel);
  *k = (phs_kernel){.name = name(m, "update_", inputs),
                    .arg_count = n + 3,
                    .register_count = next + 5,
                    .inst_count = count,
                    .inst = phs_arena_copy(m->net->arena, list, (size_t)count * sizeof *list),
                    .result_count = 3,
                    .result = phs_arena_copy(m->net->arena, result, sizeof result),
                    .output_type = PHS_S_I1};
  return k;
}

UNUSED_FN void population(maker *m, phs_op *op, int inputs) {
  phs_neurons *n = &op->neurons;
  size_t count = phs_shape_count(&op->shape);
  n->model = PHS_MODEL_CUSTOM;
  n->kernel = kernel(m, inputs);
  n->state_count = 2;
  n->state[0] = "v";
  n->state[1] = "a name";
  n->coeff_count = 1;
  n->coeff = PHS_NEW_ARRAY(m->net->arena, phs_param32, 1);
  n->coeff[0] = values32(m, count, false);
  n->initial[0] = values32(m, count, true);
  n->initial[1] = values32(m, count, true);
}

/* Sources and an input, synapses that read the populations behind them, populations. */
UNUSED_FN phs_net *sample(uint64_t seed) {
  maker m = {.net = phs_net_create(), .seed = seed};
  phs_net *net = m.net;
  net->name = "sample";
  net->file = "net.yaml";
  net->format = "yaml";
  net->dt = 1e-4;
  net->has_time = true;
  net->discrete = seed % 2;
  net->conventions = phs_presets[0].conventions;
  net->op = PHS_NEW_ARRAY(net->arena, phs_op, MAX_OPS);
  add(&m, PHS_OP_SOURCE, "s", NEURONS, PHS_I32)->source = source(&m, PHS_SOURCE_POISSON, NEURONS);
  add(&m, PHS_OP_SOURCE, "s", NEURONS, PHS_I32)->source = source(&m, PHS_SOURCE_TRAIN, NEURONS);
  add(&m, PHS_OP_SOURCE, "s", SMALL, PHS_F32)->source = source(&m, PHS_SOURCE_NOISE, SMALL);
  add(&m, PHS_OP_SOURCE, "s", SMALL, PHS_F32)->source = source(&m, PHS_SOURCE_CURRENT, SMALL);
  add(&m, PHS_OP_SOURCE, "r", 1, PHS_F32)->source = source(&m, PHS_SOURCE_CURRENT, 1);
  /* 5, 6, 7: synapses; 8, 9: the populations that they lead to and come from */
  phs_op *plain = add(&m, PHS_OP_SYNAPSES, "a#in", SMALL, PHS_F32);
  read_from(plain, 0);
  read_from(plain, 1);
  read_from(plain, 8);
  projections(&m, plain, false);
  plain->synapses.projection[1].line = 7;
  plain->synapses.projection[1].column = 3;
  phs_op *chained = add(&m, PHS_OP_SYNAPSES, "a#in", SMALL, PHS_F32);
  read_from(chained, 9);
  projections(&m, chained, false);
  read_from(chained, 5);
  chained->synapses.has_init = true;
  phs_plasticity_kind kind = (phs_plasticity_kind)(bits(&m) % 2 + PHS_PLASTICITY_STDP);
  phs_op *plastic = add(&m, PHS_OP_SYNAPSES, "plastic", SMALL, PHS_F32);
  read_from(plastic, 8);
  projections(&m, plastic, true);
  plastic->synapses.plasticity = plasticity(&m, kind);
  read_from(plastic, 9);
  if (kind == PHS_PLASTICITY_RSTDP) {
    read_from(plastic, 4);
  }
  phs_op *a = add(&m, PHS_OP_NEURONS, "n", SMALL, PHS_I1);
  read_from(a, 6);
  read_from(a, 3);
  population(&m, a, 2);
  a->keep = bits(&m) % 2;
  a->line = 12;
  a->column = 5;
  /* Receptors of several element types. */
  phs_op *b = add(&m, PHS_OP_NEURONS, "n", SMALL, PHS_I1);
  read_from(b, 7);
  read_from(b, 8);
  read_from(b, 2);
  population(&m, b, 3);
  static const char *const alias[] = {"other", "third"};
  b->alias = alias;
  b->alias_count = 2;
  /* The same as the first, under another name. */
  phs_op *twin = add(&m, PHS_OP_NEURONS, "twin", SMALL, PHS_I1);
  read_from(twin, 6);
  read_from(twin, 3);
  twin->neurons = net->op[8].neurons;
  read_from(add(&m, PHS_OP_OUTPUT, "out", SMALL, PHS_I1), 9);
  read_from(add(&m, PHS_OP_OUTPUT, "out", SMALL, PHS_I1), 10);
  return net;
}

#endif
