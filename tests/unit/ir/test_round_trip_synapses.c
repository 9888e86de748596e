/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Networks of populations, projections and sources come back from text as they were, at random:
 * every rule, distribution and bound, lists, plasticity, sources, several receptors, initial
 * values, places. */
#include "ir_test.h"

#include <math.h>

enum { MAX_OPS = 64, NEURONS = 20, SMALL = 12 };

typedef struct maker {
  phs_net *net;
  uint64_t seed;
  int projections;
} maker;

static uint32_t bits(maker *m) {
  m->seed = m->seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  return (uint32_t)(m->seed >> 32);
}

/* Between low and high, with a full mantissa. */
static double number(maker *m, double low, double high) {
  return low +
         (high - low) * ((double)bits(m) / 4294967296.0 + (double)bits(m) / 18446744073709551616.0);
}

static const char *name(maker *m, const char *stem, int n) {
  const char *text = phs_arena_printf(m->net->arena, "%s%d", stem, n);
  assert_non_null(text);
  return text;
}

static phs_op *add(maker *m, phs_op_kind kind, const char *stem, int64_t n, phs_elem elem) {
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

static void read_from(phs_op *op, int x) {
  op->operand[op->operand_count++] = x;
}

/* One value, equal ones, or one each; v NULL now and then when @p optional. */
static phs_param32 values32(maker *m, size_t n, bool optional) {
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

static phs_param64 values64(maker *m, size_t n, double high) {
  size_t count = bits(m) % 2 ? 1 : n;
  double *v = PHS_NEW_ARRAY(m->net->arena, double, count);
  for (size_t i = 0; i < count; i++) {
    v[i] = number(m, 0, high);
  }
  return (phs_param64){.v = v, .n = count};
}

static phs_distribution distribution(maker *m, bool delay) {
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

static void fill_list(maker *m, phs_recipe *r) {
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

static void fill_distance(maker *m, phs_recipe *r) {
  r->profile = (phs_profile)(bits(m) % 3);
  r->periodic = bits(m) % 2;
  r->width = number(m, 0.1, 2);
  r->cutoff = bits(m) % 2 ? INFINITY : number(m, 0, 3);
  double extent = number(m, 1, 5);
  r->source_grid =
      (phs_grid){.rank = 2, .dim = {4, (int32_t)r->source_count / 4}, .extent = {extent, 1.5}};
  r->target_grid =
      (phs_grid){.rank = 2, .dim = {(int32_t)r->target_count / 4, 4}, .extent = {extent, 1.5}};
}

static phs_recipe recipe(maker *m, uint32_t sources, uint32_t targets, bool plastic) {
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
static void projections(maker *m, phs_op *op, bool plastic) {
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

static phs_plasticity plasticity(maker *m, phs_plasticity_kind kind) {
  phs_plasticity p = {.kind = kind,
                      .decay_plus = (float)number(m, 0, 1),
                      .decay_minus = (float)number(m, 0, 1),
                      .a_plus = (float)number(m, -1, 1),
                      .a_minus = (float)number(m, -1, 1),
                      .mu_plus = (int32_t)(bits(m) % 2),
                      .mu_minus = (int32_t)(bits(m) % 2),
                      .w_min = bits(m) % 2 ? -INFINITY : (float)number(m, -1, 0),
                      .w_max = (float)number(m, 0, 1)};
  if (kind == PHS_PLASTICITY_RSTDP) {
    p.decay_e = (float)number(m, 0, 1);
    p.rate = (float)number(m, -1, 1);
  }
  return p;
}

static phs_source source(maker *m, phs_source_kind kind, size_t n) {
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
static const phs_kernel *kernel(maker *m, int inputs) {
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

static void population(maker *m, phs_op *op, int inputs) {
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
static phs_net *sample(uint64_t seed) {
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
  phs_op *out = add(&m, PHS_OP_OUTPUT, "out", SMALL, PHS_I1);
  read_from(out, 9);
  return net;
}

/* ---- comparison ---- */

static bool same_list(const void *a, size_t n, const void *b, size_t k, size_t size) {
  size_t most = n > k ? n : k;
  if ((n != most && n != 1) || (k != most && k != 1)) {
    return false;
  }
  for (size_t i = 0; i < most; i++) {
    if (memcmp((const char *)a + (n == 1 ? 0 : i * size), (const char *)b + (k == 1 ? 0 : i * size),
               size) != 0) {
      return false;
    }
  }
  return true;
}

static bool same_optional(const void *a, const void *b, size_t bytes) {
  return (a == NULL) == (b == NULL) && (!a || memcmp(a, b, bytes) == 0);
}

static void compare_distribution(const phs_distribution *a, const phs_distribution *b) {
  assert_int_equal(a->kind, b->kind);
  assert_int_equal(a->bound, b->bound);
  assert_memory_equal(&a->a, &b->a, sizeof a->a);
  assert_memory_equal(&a->b, &b->b, sizeof a->b);
  if (a->bound != PHS_BOUND_NONE) {
    assert_memory_equal(&a->low, &b->low, sizeof a->low);
    assert_memory_equal(&a->high, &b->high, sizeof a->high);
  }
}

static void compare_recipe(const phs_recipe *a, const phs_recipe *b) {
  assert_int_equal(a->rule, b->rule);
  assert_int_equal(a->source_count, b->source_count);
  assert_int_equal(a->target_count, b->target_count);
  assert_int_equal(a->same_population, b->same_population);
  assert_int_equal(a->autapses, b->autapses);
  assert_int_equal(a->multapses, b->multapses);
  assert_true(a->probability == b->probability && a->number == b->number && a->key == b->key);
  assert_int_equal(a->profile, b->profile);
  assert_int_equal(a->periodic, b->periodic);
  assert_true(a->width == b->width && a->cutoff == b->cutoff);
  assert_memory_equal(&a->source_grid, &b->source_grid, sizeof a->source_grid);
  assert_memory_equal(&a->target_grid, &b->target_grid, sizeof a->target_grid);
  assert_int_equal(a->list.count, b->list.count);
  if (a->list.count > 0) {
    size_t bytes = a->list.count * 4;
    assert_memory_equal(a->list.source, b->list.source, bytes);
    assert_memory_equal(a->list.target, b->list.target, bytes);
    assert_true(same_optional(a->list.weight, b->list.weight, bytes));
    assert_true(same_optional(a->list.delay, b->list.delay, bytes));
  }
  compare_distribution(&a->weight, &b->weight);
  compare_distribution(&a->delay, &b->delay);
}

static void compare_synapses(const phs_synapses *a, const phs_synapses *b) {
  assert_int_equal(a->projection_count, b->projection_count);
  assert_int_equal(a->counted, b->counted);
  assert_memory_equal(&a->weight, &b->weight, sizeof a->weight);
  assert_int_equal(a->has_init, b->has_init);
  assert_memory_equal(&a->plasticity, &b->plasticity, sizeof a->plasticity);
  for (int k = 0; k < a->projection_count; k++) {
    assert_string_equal(a->projection[k].name, b->projection[k].name);
    assert_int_equal(a->projection[k].mode, b->projection[k].mode);
    compare_recipe(&a->projection[k].recipe, &b->projection[k].recipe);
  }
}

static void compare_source(const phs_source *a, const phs_source *b) {
  assert_int_equal(a->kind, b->kind);
  assert_true(a->key == b->key && a->start == b->start && a->stop == b->stop);
  assert_true(same_list(a->mean.v, a->mean.n, b->mean.v, b->mean.n, 8));
  assert_true(same_list(a->sd.v, a->sd.n, b->sd.v, b->sd.n, 8));
  assert_int_equal(a->event_count, b->event_count);
  assert_true(a->event_count == 0 ||
              (memcmp(a->event_step, b->event_step, a->event_count * 8) == 0 &&
               memcmp(a->event_element, b->event_element, a->event_count * 4) == 0));
  assert_int_equal(a->piece_count, b->piece_count);
  assert_true(a->piece_count == 0 || memcmp(a->piece_step, b->piece_step, a->piece_count * 8) == 0);
  for (size_t k = 0; k < a->piece_count; k++) {
    assert_true(same_list(a->piece_value[k].v, a->piece_value[k].n, b->piece_value[k].v,
                          b->piece_value[k].n, 4));
  }
}

static void compare_neurons(const phs_neurons *a, const phs_neurons *b) {
  assert_int_equal(a->model, b->model);
  assert_string_equal(a->kernel->name, b->kernel->name);
  assert_int_equal(a->kernel->inst_count, b->kernel->inst_count);
  for (int i = 0; i < a->kernel->inst_count; i++) {
    const phs_scalar_inst *x = &a->kernel->inst[i], *y = &b->kernel->inst[i];
    assert_true(x->op == y->op && x->type == y->type && x->dst == y->dst && x->a == y->a &&
                x->b == y->b && x->c == y->c && x->imm.i == y->imm.i);
  }
  assert_int_equal(a->kernel->arg_count, b->kernel->arg_count);
  assert_memory_equal(a->kernel->result, b->kernel->result, 6);
  assert_int_equal(a->state_count, b->state_count);
  for (int i = 0; i < a->state_count; i++) {
    assert_string_equal(a->state[i], b->state[i]);
    assert_int_equal(a->initial[i].v == NULL, b->initial[i].v == NULL);
    assert_true(same_list(a->initial[i].v, a->initial[i].n, b->initial[i].v, b->initial[i].n, 4));
  }
  assert_int_equal(a->coeff_count, b->coeff_count);
  assert_true(same_list(a->coeff[0].v, a->coeff[0].n, b->coeff[0].v, b->coeff[0].n, 4));
}

static void compare(const phs_net *a, const phs_net *b) {
  assert_int_equal(a->op_count, b->op_count);
  assert_int_equal(a->discrete, b->discrete);
  for (int i = 0; i < a->op_count; i++) {
    const phs_op *x = &a->op[i], *y = &b->op[i];
    assert_string_equal(x->name, y->name);
    assert_int_equal(x->kind, y->kind);
    assert_int_equal(x->elem, y->elem);
    assert_int_equal(x->keep, y->keep);
    assert_true(phs_shape_equal(&x->shape, &y->shape));
    assert_int_equal(x->operand_count, y->operand_count);
    for (int k = 0; k < x->operand_count; k++) {
      assert_int_equal(x->operand[k], y->operand[k]);
    }
    assert_int_equal(x->alias_count, y->alias_count);
    for (int k = 0; k < x->alias_count; k++) {
      assert_string_equal(x->alias[k], y->alias[k]);
    }
    if (x->kind == PHS_OP_SYNAPSES) {
      compare_synapses(&x->synapses, &y->synapses);
    } else if (x->kind == PHS_OP_SOURCE) {
      compare_source(&x->source, &y->source);
    } else if (x->kind == PHS_OP_NEURONS) {
      compare_neurons(&x->neurons, &y->neurons);
    }
  }
}

static void text_gives_the_same_network(void **state) {
  (void)state;
  for (uint64_t seed = 1; seed <= 60; seed++) {
    phs_net *net = sample(seed);
    seen s, s2, s3;
    phs_ir *ir = new_ir(&s), *other = new_ir(&s2), *third = new_ir(&s3);
    MlirModule module, again;
    phs_net *direct;
    assert_int_equal(phs_ir_from_net(ir, net, &module), PHASOR_OK);
    if (phs_ir_to_net(ir, module, &direct) != PHASOR_OK) {
      print_seen(&s);
      fail_msg("seed %u is refused", (unsigned)seed);
    }
    compare(net, direct);
    char *text = print_module(module);
    phs_net *back = net_of_text(other, &s2, text, NULL);
    compare(net, back);
    assert_int_equal(phs_ir_from_net(third, back, &again), PHASOR_OK);
    char *twice = print_module(again);
    assert_string_equal(text, twice);
    free(text);
    free(twice);
    mlirModuleDestroy(again);
    mlirModuleDestroy(module);
    phs_net_destroy(direct);
    phs_net_destroy(back);
    phs_net_destroy(net);
    phs_ir_destroy(ir);
    phs_ir_destroy(other);
    phs_ir_destroy(third);
  }
}

/* Lines of the YAML text are those of the module's locations, projections' own among them. */
static void places_are_kept(void **state) {
  (void)state;
  phs_net *net = sample(3), *back;
  seen s;
  phs_ir *ir = new_ir(&s);
  MlirModule module;
  assert_int_equal(phs_ir_from_net(ir, net, &module), PHASOR_OK);
  assert_int_equal(phs_ir_to_net(ir, module, &back), PHASOR_OK);
  assert_string_equal(back->file, "net.yaml");
  assert_int_equal(back->op[8].line, 12);
  assert_int_equal(back->op[8].column, 5);
  assert_int_equal(back->op[5].synapses.projection[1].line, 7);
  assert_int_equal(back->op[5].synapses.projection[1].column, 3);
  assert_int_equal(back->op[5].synapses.projection[0].line, 0);
  mlirModuleDestroy(module);
  phs_net_destroy(back);
  phs_net_destroy(net);
  phs_ir_destroy(ir);
}

/* A recipe is a recipe: ten thousand times the neurons make no longer text. */
static void text_does_not_grow_with_neurons(void **state) {
  (void)state;
  size_t length[2];
  for (int large = 0; large < 2; large++) {
    maker m = {.net = phs_net_create(), .seed = 1};
    int64_t n = large ? 2000000000 : 200000;
    m.net->name = "n";
    m.net->dt = 1e-4;
    m.net->conventions = phs_presets[0].conventions;
    m.net->op = PHS_NEW_ARRAY(m.net->arena, phs_op, MAX_OPS);
    phs_op *from = add(&m, PHS_OP_SOURCE, "s", n, PHS_I32);
    from->source = (phs_source){
        .kind = PHS_SOURCE_POISSON, .stop = INT64_MAX, .mean = {.v = &(double){0.5}, .n = 1}};
    phs_op *to = add(&m, PHS_OP_SYNAPSES, "y", n, PHS_F32);
    read_from(to, 0);
    projections(&m, to, false);
    to->synapses.projection[0].recipe = (phs_recipe){.rule = PHS_RULE_FIXED_INDEGREE,
                                                     .source_count = (uint32_t)n,
                                                     .target_count = (uint32_t)n,
                                                     .multapses = true,
                                                     .number = 1000,
                                                     .weight = {.kind = PHS_DIST_CONSTANT, .a = 1},
                                                     .delay = {.kind = PHS_DIST_CONSTANT, .a = 15}};
    to->synapses.counted = true;
    to->synapses.weight = 1;
    read_from(add(&m, PHS_OP_OUTPUT, "out", n, PHS_F32), 1);
    seen s;
    phs_ir *ir = new_ir(&s);
    MlirModule module;
    assert_int_equal(phs_ir_from_net(ir, m.net, &module), PHASOR_OK);
    char *text = print_module(module);
    length[large] = strlen(text);
    phs_net *back = net_of_text(ir, &s, text, NULL);
    assert_int_equal(back->op[1].synapses.projection[0].recipe.target_count, n);
    free(text);
    phs_net_destroy(back);
    mlirModuleDestroy(module);
    phs_net_destroy(m.net);
    phs_ir_destroy(ir);
  }
  /* six types with four digits more */
  assert_true(length[1] - length[0] < 64);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(text_gives_the_same_network),
      cmocka_unit_test(places_are_kept),
      cmocka_unit_test(text_does_not_grow_with_neurons),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
