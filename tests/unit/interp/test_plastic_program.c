/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The form that programs run (src/synapses/plastic.c) against the interpreter's plain loops, on
 * random projections: every result and every weight, to the bit, in every step. */
#include "net_builder.h"

#include "synapses/plastic.h"

#include <math.h>

static const phs_conventions plain = {.integrator = PHS_EULER};

typedef struct variant {
  phs_elem x;
  phs_elem z;
  uint32_t sources, targets;
  int32_t delay;
  bool init;
  phs_rule rule;
  phs_plasticity plasticity;
} variant;

/* ---- the program's side ---- */

typedef struct program {
  phs_arena *arena;
  phs_rows rows;
  phs_row scratch;
  phs_plastic_layout layout;
  void *table, *state;
} program;

static program make_program(const phs_recipe *r, const phs_plasticity *rule, phs_elem x) {
  program p = {.arena = phs_arena_create()};
  assert_non_null(p.arena);
  void *shared = phs_arena_alloc(p.arena, phs_rows_bytes(r));
  assert_non_null(shared);
  phs_rows_prepare(r, shared, &p.rows);
  p.scratch.target = PHS_NEW_ARRAY(p.arena, uint16_t, p.rows.longest);
  p.scratch.weight = PHS_NEW_ARRAY(p.arena, float, p.rows.longest);
  assert_true(phs_plastic_plan(&p.rows, rule->kind, x == PHS_I1 ? 1 : 4, x == PHS_F32, &p.layout));
  p.table = phs_arena_alloc(p.arena, p.layout.table_bytes);
  p.state = phs_arena_alloc(p.arena, p.layout.state_bytes);
  assert_true(p.table && p.state);
  memset(p.table, 0xa5, p.layout.table_bytes); /* nothing is taken for granted */
  memset(p.state, 0xa5, p.layout.state_bytes);
  phs_plastic_fill(&p.layout, &p.rows, p.table, &p.scratch);
  phs_plastic_reset(&p.layout, &p.rows, p.state, &p.scratch);
  return p;
}

/* ---- the interpreter's side ---- */

typedef struct given {
  phs_net *net;
  phs_interp *it;
  int x, z, r, init, y; /* ops; -1: none */
} given;

/* Inputs and a neuron behind each that makes spikes of them: i1 or i32. */
static int add_spikes(phs_net *net, const char *name, int input, phs_elem elem) {
  if (elem == PHS_F32) {
    return input;
  }
  static const phs_scalar_inst count[] = {
      {.op = PHS_K_FPTOSI, .type = PHS_S_I32, .dst = 1, .a = 0}};
  static const phs_scalar_inst fire[] = {
      {.op = PHS_K_CONST_F32, .type = PHS_S_F32, .dst = 1, .imm.f = 0},
      {.op = PHS_K_CMPF, .type = PHS_S_I1, .dst = 2, .a = 0, .b = 1, .imm.i = 6}};
  static const uint16_t first = 1, second = 2;
  static const phs_kernel counts = {.name = "count",
                                    .arg_count = 1,
                                    .register_count = 3,
                                    .inst_count = 1,
                                    .inst = count,
                                    .result_count = 1,
                                    .result = &first,
                                    .output_type = PHS_S_I32};
  static const phs_kernel fires = {.name = "fire",
                                   .arg_count = 1,
                                   .register_count = 3,
                                   .inst_count = 2,
                                   .inst = fire,
                                   .result_count = 1,
                                   .result = &second,
                                   .output_type = PHS_S_I1};
  int i = add_op(net, PHS_OP_NEURONS, name, net->op[input].shape, elem, input, -1);
  net->op[i].neurons.model = PHS_MODEL_CUSTOM;
  net->op[i].neurons.kernel = elem == PHS_I1 ? &fires : &counts;
  return i;
}

static given make_given(const variant *v, uint64_t seed) {
  given g = {.net = make_net(&plain, 1), .r = -1, .init = -1};
  g.net->discrete = true;
  bool rewarded = v->plasticity.kind == PHS_PLASTICITY_RSTDP;
  int x = add_input(g.net, SHAPE(v->sources)), z = add_input(g.net, SHAPE(v->targets));
  g.r = rewarded ? add_input(g.net, SHAPE(1)) : -1;
  g.init = v->init ? add_input(g.net, SHAPE(v->targets)) : -1;
  phs_projection p = {.name = "p",
                      .recipe = {.rule = v->rule,
                                 .source_count = v->sources,
                                 .target_count = v->targets,
                                 .multapses = true,
                                 .probability = 0.05,
                                 .number = 20,
                                 .weight = {.kind = PHS_DIST_UNIFORM, .a = 0.2, .b = 0.8},
                                 .delay = {.a = v->delay},
                                 .key = seed}};
  g.y = add_synapses(g.net, "p", SHAPE(v->targets), &p, &x, 1, -1);
  g.x = add_spikes(g.net, "x", x, v->x);
  g.z = add_spikes(g.net, "z", z, v->z);
  phs_op *op = &g.net->op[g.y];
  op->operand[0] = g.x;
  op->operand[op->operand_count++] = g.z;
  if (rewarded) {
    op->operand[op->operand_count++] = g.r;
  }
  if (v->init) {
    op->operand[op->operand_count++] = g.init;
  }
  op->synapses.has_init = v->init;
  op->synapses.plasticity = v->plasticity;
  g.it = make_interp(g.net);
  return g;
}

/* ---- side by side ---- */

/* Mostly 0, now and then a number from 1 to 3, or (graded) any. */
static void draw_spikes(noise *n, float *out, uint32_t count, phs_elem elem, int64_t rarity) {
  for (uint32_t i = 0; i < count; i++) {
    bool fires = noise_below(n, rarity) == 0;
    out[i] = !fires ? 0 : elem == PHS_F32 ? noise_float(n) : (float)(1 + noise_below(n, 3));
  }
}

static const void *values(const given *g, int op, phs_quantity *q) {
  assert_true(phs_interp_quantity(g->it, op, "out", q));
  return q->data;
}

static void compare(const given *g, const program *p, const float *y, int t) {
  phs_quantity q;
  const void *want = values(g, g->y, &q);
  if (memcmp(want, y, q.count * sizeof(float)) != 0) {
    fail_msg("results differ in step %d", t);
  }
  assert_true(phs_interp_quantity(g->it, g->y, "w", &q));
  assert_int_equal(q.count, p->layout.synapses);
  if (memcmp(q.data, p->state, q.count * sizeof(float)) != 0) {
    fail_msg("weights differ in step %d", t);
  }
}

static void step_program(const program *p, const phs_plasticity *rule, const given *g, int t,
                         const float *init, float reward, float *y) {
  phs_quantity q;
  phs_plastic_arrive(&p->layout, rule, p->state, (uint64_t)t);
  for (uint32_t tile = p->layout.tiles; tile-- > 0;) { /* in any order */
    phs_plastic_deliver(&p->layout, rule, p->table, p->state, tile, init, y);
  }
  for (uint32_t tile = p->layout.tiles; tile-- > 0;) {
    const void *z = values(g, g->z, &q);
    phs_plastic_learn(&p->layout, rule, p->table, p->state, tile, z, q.elem == PHS_I1 ? 1 : 4,
                      reward);
  }
  phs_plastic_keep(&p->layout, p->state, values(g, g->x, &q), (uint64_t)t);
}

static void side_by_side(const variant *v, uint64_t seed) {
  enum { STEPS = 60 };
  noise n = {seed};
  given g = make_given(v, seed);
  program p = make_program(&g.net->op[g.y].synapses.projection[0].recipe, &v->plasticity, v->x);
  float *x = PHS_NEW_ARRAY(p.arena, float, v->sources), *y = noise_array(g.net, &n, v->targets);
  float *z = PHS_NEW_ARRAY(p.arena, float, v->targets), *init = noise_array(g.net, &n, v->targets);
  assert_true(p.layout.synapses > 100);
  for (int round = 0; round < 2; round++) {
    for (int t = 0; t < STEPS; t++) {
      draw_spikes(&n, x, v->sources, v->x, 6);
      draw_spikes(&n, z, v->targets, v->z, 9);
      float reward = noise_below(&n, 4) == 0 ? noise_float(&n) : 0;
      const float *inputs[4] = {x, z};
      int k = 2;
      if (g.r >= 0) {
        inputs[k++] = &reward;
      }
      inputs[k] = init;
      phs_interp_step(g.it, inputs);
      step_program(&p, &v->plasticity, &g, t, v->init ? init : NULL, g.r >= 0 ? reward : 0, y);
      compare(&g, &p, y, t);
    }
    phs_interp_reset(g.it);
    phs_plastic_reset(&p.layout, &p.rows, p.state, &p.scratch);
  }
  phs_arena_destroy(p.arena);
  phs_interp_destroy(g.it);
  phs_net_destroy(g.net);
}

static const phs_plasticity stdp = {.kind = PHS_PLASTICITY_STDP,
                                    .decay_plus = 0.9F,
                                    .decay_minus = 0.95F,
                                    .a_plus = 0.05F,
                                    .a_minus = 0.04F,
                                    .w_max = 1};

static void additive(void **state) {
  (void)state;
  const variant v[] = {
      {PHS_I1, PHS_I1, 70, 90, 1, false, PHS_RULE_FIXED_PROBABILITY, stdp},
      {PHS_I1, PHS_I1, 70, 2500, 3, true, PHS_RULE_FIXED_PROBABILITY, stdp},
      {PHS_I32, PHS_I32, 50, 1024, 7, true, PHS_RULE_FIXED_INDEGREE, stdp},
      {PHS_F32, PHS_I1, 40, 1025, 2, false, PHS_RULE_FIXED_OUTDEGREE, stdp},
      {PHS_I1, PHS_I32, 33, 17, 20, true, PHS_RULE_ALL_TO_ALL, stdp},
  };
  for (size_t k = 0; k < sizeof v / sizeof *v; k++) {
    side_by_side(&v[k], 11 * k + 1);
  }
}

static void multiplicative(void **state) {
  (void)state;
  for (int mu = 1; mu < 4; mu++) {
    variant v = {PHS_I1, PHS_I1, 60, 1500, 2, true, PHS_RULE_FIXED_PROBABILITY, stdp};
    v.plasticity.mu_plus = mu & 1;
    v.plasticity.mu_minus = mu >> 1;
    v.plasticity.w_min = 0.1F;
    side_by_side(&v, (uint64_t)mu);
  }
}

static void rewarded(void **state) {
  (void)state;
  const variant base = {PHS_I1, PHS_I1, 60, 1500, 2, true, PHS_RULE_FIXED_PROBABILITY, stdp};
  for (int k = 0; k < 2; k++) {
    variant v = base;
    v.x = k ? PHS_F32 : PHS_I1;
    v.init = !k;
    v.plasticity.kind = PHS_PLASTICITY_RSTDP;
    v.plasticity.decay_e = 0.97F;
    v.plasticity.rate = 0.8F;
    side_by_side(&v, 5 + (uint64_t)k);
  }
}

/* What a layout refuses: delays of several steps, and more synapses than 32 bits count. */
static void plans(void **state) {
  (void)state;
  phs_recipe r = {.rule = PHS_RULE_ALL_TO_ALL,
                  .source_count = 4,
                  .target_count = 3000,
                  .delay = {.a = 5},
                  .weight = {.a = 1}};
  phs_rows rows = {.recipe = &r, .tiles = phs_tile_count(3000), .synapses = 12000};
  phs_plastic_layout l;
  assert_true(phs_plastic_plan(&rows, PHS_PLASTICITY_STDP, 1, false, &l));
  assert_int_equal(l.tiles, 3);
  assert_int_equal(l.delay, 5);
  assert_true(l.state_bytes >= 12000 * 4 + 4 * 4 + 3000 * 4 + 5 * 4);
  assert_true(l.state_bytes < 12000 * 4 + 3000 * 4 + 1000); /* no traces of eligibility */
  assert_true(l.table_bytes >= 12000 * (2 + 8) + 3001 * 4 + 13 * 4);
  assert_int_equal(l.state_bytes % 64, 0);
  phs_plastic_layout e;
  assert_true(phs_plastic_plan(&rows, PHS_PLASTICITY_RSTDP, 1, false, &e));
  assert_int_equal(e.state_bytes - l.state_bytes, 12000 * 4);
  rows.synapses = UINT32_MAX;
  assert_false(phs_plastic_plan(&rows, PHS_PLASTICITY_STDP, 1, false, &l));
  rows.synapses = 12000;
  r.delay = (phs_distribution){.kind = PHS_DIST_UNIFORM, .a = 1, .b = 3};
  assert_false(phs_plastic_plan(&rows, PHS_PLASTICITY_STDP, 1, false, &l));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(additive),
      cmocka_unit_test(multiplicative),
      cmocka_unit_test(rewarded),
      cmocka_unit_test(plans),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
