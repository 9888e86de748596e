/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Sources, synapses and plasticity that the interpreter refuses, and how it says so. */
#include "net_builder.h"

#include <math.h>

static const phs_conventions plain = {.integrator = PHS_EULER};

/* Creation fails with this one diagnostic, whose message contains `text`. Frees the network. */
static void expect_refused(phs_net *net, const char *code, const char *text) {
  caught c = {0};
  phs_diag diag = {.fn = catch_diagnostic, .user = &c};
  assert_null(phs_interp_create(net, &diag));
  assert_int_equal(c.count, 1);
  assert_string_equal(c.code, code);
  if (!strstr(c.message, text)) {
    fail_msg("'%s' is not in '%s'", text, c.message);
  }
  phs_net_destroy(net);
}

/* ---- sources ---- */

static phs_net *source_net(phs_source_kind kind, phs_source **source) {
  phs_net *net = make_net(&plain, 1);
  int i = add_source(net, kind, "noise", SHAPE(3));
  *source = &net->op[i].source;
  (*source)->mean = make_param(net, F64(1, 2, 3), 3);
  (*source)->sd = make_param(net, F64(1), 1);
  return net;
}

static void drawn_sources(void **state) {
  (void)state;
  phs_source *s;
  phs_net *net = source_net(PHS_SOURCE_POISSON, &s);
  net->op[0].elem = PHS_F32;
  expect_refused(net, "PHS0601", "element type");
  net = source_net(PHS_SOURCE_POISSON, &s);
  s->mean.n = 2;
  expect_refused(net, "PHS0601", "has 2 values of mean");
  net = source_net(PHS_SOURCE_POISSON, &s);
  s->mean.v = NULL;
  expect_refused(net, "PHS0601", "has 0 values of mean");
  net = source_net(PHS_SOURCE_POISSON, &s);
  s->mean.v = F64(1, -1, 1);
  expect_refused(net, "PHS0610", "the mean -1 for element 1; possible are 0 to 10000");
  net = source_net(PHS_SOURCE_POISSON, &s);
  s->mean.v = F64(1, 1, 10001);
  expect_refused(net, "PHS0610", "10001 for element 2");
  net = source_net(PHS_SOURCE_POISSON, &s);
  s->mean.v = F64(NAN, 1, 1);
  expect_refused(net, "PHS0610", "element 0");
  net = source_net(PHS_SOURCE_NOISE, &s);
  s->sd.v = F64(-0.5);
  expect_refused(net, "PHS0610", "standard deviation -0.5");
  net = source_net(PHS_SOURCE_NOISE, &s);
  s->mean.v = F64(0, INFINITY, 0);
  expect_refused(net, "PHS0610", "mean inf");
  net = source_net(PHS_SOURCE_NOISE, &s);
  s->kind = (phs_source_kind)9;
  expect_refused(net, "PHS0601", "no known kind");
  net = source_net(PHS_SOURCE_NOISE, &s);
  net->op[0].operand[net->op[0].operand_count++] = 0;
  expect_refused(net, "PHS0601", "has 1 operands");
}

static void given_sources(void **state) {
  (void)state;
  const phs_param32 value = {F32(1), 1}, none = {NULL, 1}, two = {F32(1, 2), 2},
                    bad = {F32(1, NAN, 3), 3};
  const int64_t falling[] = {4, 3};
  phs_net *net = make_net(&plain, 1);
  add_train(net, "x", 2, SPIKES({0, 0}, {3, 2}));
  expect_refused(net, "PHS0610", "a spike of element 2; it has 2 elements");
  net = make_net(&plain, 1);
  add_train(net, "x", 2, SPIKES({4, 0}, {3, 1}));
  expect_refused(net, "PHS0610", "spike 1 in step 3; times ascend from 0");
  net = make_net(&plain, 1);
  add_train(net, "x", 2, SPIKES({-1, 0}));
  expect_refused(net, "PHS0610", "in step -1");
  phs_source *s;
  net = source_net(PHS_SOURCE_TRAIN, &s);
  s->event_count = 1;
  expect_refused(net, "PHS0601", "without times");
  for (int k = 0; k < 5; k++) {
    const phs_param32 first = k == 1 ? none : k == 2 ? two : k == 3 ? bad : value;
    const phs_param32 pieces[] = {first, value};
    net = source_net(PHS_SOURCE_CURRENT, &s);
    s->piece_count = 2;
    s->piece_value = k == 0 ? NULL : pieces;
    s->piece_step = k == 4 ? falling : (const int64_t[]){0, 3};
    const char *text[] = {"without times", "0 values in piece 0", "2 values in piece 0",
                          "not finite", "piece 1 from step 3"};
    expect_refused(net, k < 3 ? "PHS0601" : "PHS0610", text[k]);
  }
}

/* ---- synapses ---- */

static phs_net *synapse_net(phs_synapses **out) {
  phs_net *net = make_net(&plain, 1);
  int in = add_input(net, SHAPE(4));
  int x = add_train(net, "x", 3, SPIKES({0, 0}));
  phs_projection p = listed(net, "x>y", 3, 4, SYNAPSES({0, 0, 1, 1}, {2, 3, 1, 2}));
  p.line = 12;
  p.column = 5;
  int y = add_synapses(net, "y#in", SHAPE(4), &p, &x, 1, in);
  *out = &net->op[y].synapses;
  return net;
}

static void synapses_that_do_not_fit(void **state) {
  (void)state;
  phs_synapses *s;
  phs_net *net = synapse_net(&s);
  phs_interp *it = make_interp(net); /* as it is, it fits */
  phs_interp_destroy(it);
  net->op[2].shape = SHAPE(5);
  expect_refused(net, "PHS0601", "projection 'x>y' of other sizes");
  net = synapse_net(&s);
  net->op[1].shape = SHAPE(2);
  expect_refused(net, "PHS0601", "projection 'x>y' of other sizes");
  net = synapse_net(&s);
  net->op[2].elem = PHS_I32;
  expect_refused(net, "PHS0601", "element type");
  net = synapse_net(&s);
  net->op[0].shape = SHAPE(2, 2);
  expect_refused(net, "PHS0601", "starts from 'input'");
  net = synapse_net(&s);
  net->op[2].operand[1] = 2;
  expect_refused(net, "PHS0601", "does not come before"); /* init; sources may */
  net = synapse_net(&s);
  net->op[2].operand[0] = 3;
  expect_refused(net, "PHS0601", "does not come before");
  net = synapse_net(&s);
  s->has_init = false;
  expect_refused(net, "PHS0601", "has 2 operands");
  net = synapse_net(&s);
  s->projection_count = 0;
  net->op[2].operand_count = 1;
  expect_refused(net, "PHS0601", "has no projection");
  net = synapse_net(&s);
  s->counted = true;
  s->weight = NAN;
  expect_refused(net, "PHS0601", "a weight that is not finite");
  net = synapse_net(&s);
  s->counted = true;
  s->projection[0].recipe.source_count = 4;
  net->op[2].operand[0] = 0;
  expect_refused(net, "PHS0601", "counts the spikes of 'input', which is f32");
}

static void recipes(void **state) {
  (void)state;
  phs_synapses *s;
  phs_net *net = synapse_net(&s);
  s->projection[0].recipe.rule = PHS_RULE_FIXED_PROBABILITY;
  s->projection[0].recipe.probability = 1.5;
  s->projection[0].recipe.delay.a = 1;
  expect_refused(net, "PHS0609", "projection 'x>y' has the probability 1.5");
}

/* 2^31 - 1 onto as many, all to all: nobody has that memory, and nobody waits for it. */
static void too_many_synapses(void **state) {
  (void)state;
  phs_net *net = make_net(&plain, 1);
  int x = add_train(net, "x", 1000000, SPIKES({0, 0}));
  phs_projection p = {.name = "x>y",
                      .recipe = {.rule = PHS_RULE_ALL_TO_ALL,
                                 .source_count = 1000000,
                                 .target_count = 1000000,
                                 .delay = {.a = 1},
                                 .weight = {.a = 1}}};
  add_synapses(net, "y#in", SHAPE(1000000), &p, &x, 1, -1);
  expect_refused(net, "PHS0608", "projection 'x>y': about 1e+12 synapses");
  /* few synapses, but a delay of 2^24 steps for 1,024 targets: 64 GiB of slots */
  net = make_net(&plain, 1);
  x = add_train(net, "x", 1, SPIKES({0, 0}));
  p = listed(net, "x>y", 1, 1024, SYNAPSES({0, 0, 1, 1 << 24}));
  add_synapses(net, "y#in", SHAPE(1024), &p, &x, 1, -1);
  expect_refused(net, "PHS0608", "delays of up to 16777216 steps on 1024 neurons");
}

/* ---- plasticity ---- */

static phs_net *plastic_net(phs_plasticity_kind kind, phs_op **out) {
  phs_net *net = make_net(&plain, 1);
  int x = add_train(net, "x", 3, SPIKES({0, 0}));
  int z = add_train(net, "z", 4, SPIKES({0, 0}));
  int r = add_op(net, PHS_OP_INPUT, "r", SHAPE(1), PHS_F32, -1, -1);
  phs_projection p = listed(net, "x>z", 3, 4, SYNAPSES({0, 0, 1, 2}, {2, 3, 1, 2}));
  int y = add_synapses(net, "x>z", SHAPE(4), &p, &x, 1, -1);
  phs_op *op = &net->op[y];
  op->operand[op->operand_count++] = z;
  if (kind == PHS_PLASTICITY_RSTDP) {
    op->operand[op->operand_count++] = r;
  }
  op->synapses.plasticity = (phs_plasticity){.kind = kind,
                                             .decay_plus = 0.9F,
                                             .decay_minus = 0.9F,
                                             .a_plus = 0.1F,
                                             .a_minus = 0.1F,
                                             .w_max = 1,
                                             .decay_e = 1,
                                             .rate = 1};
  *out = op;
  return net;
}

static void plastic_ops(void **state) {
  (void)state;
  phs_op *op;
  for (int kind = PHS_PLASTICITY_STDP; kind <= PHS_PLASTICITY_RSTDP; kind++) {
    phs_net *net = plastic_net((phs_plasticity_kind)kind, &op);
    phs_interp *it = make_interp(net); /* as it is, it fits */
    phs_interp_destroy(it);
    op->operand[1] = 2;
    expect_refused(net, "PHS0601", "learns from 'r', which are no spikes of its targets");
    net = plastic_net((phs_plasticity_kind)kind, &op);
    op->operand[1] = 0;
    expect_refused(net, "PHS0601", "learns from 'x'");
    net = plastic_net((phs_plasticity_kind)kind, &op);
    op->operand_count--;
    expect_refused(net, "PHS0601", "operands");
    net = plastic_net((phs_plasticity_kind)kind, &op);
    op->synapses.counted = true;
    expect_refused(net, "PHS0611", "one projection, with weights of their own");
    net = plastic_net((phs_plasticity_kind)kind, &op);
    ((int32_t *)op->synapses.projection[0].recipe.list.delay)[1] = 3;
    expect_refused(net, "PHS0611", "delays are not all one");
  }
  phs_net *net = plastic_net(PHS_PLASTICITY_RSTDP, &op);
  op->operand[2] = 0;
  expect_refused(net, "PHS0601", "rewarded by 'x', which is not one f32");
  net = plastic_net((phs_plasticity_kind)7, &op);
  op->operand_count = 1;
  expect_refused(net, "PHS0611", "no such rule");
}

static void plastic_rules(void **state) {
  (void)state;
  for (int k = 0; k < 9; k++) {
    phs_op *op;
    phs_net *net = plastic_net(PHS_PLASTICITY_RSTDP, &op);
    phs_plasticity *p = &op->synapses.plasticity;
    float *value[] = {&p->decay_plus, &p->decay_minus, &p->decay_e, &p->a_plus,
                      &p->a_minus,    &p->rate,        &p->w_min};
    if (k < 7) {
      *value[k] = k < 3 ? 1.1F : k < 6 ? INFINITY : 2.0F;
    } else {
      *(k == 7 ? &p->mu_plus : &p->mu_minus) = 2;
    }
    expect_refused(net, "PHS0611",
                   k < 3   ? "a decay does not lie between 0 and 1"
                   : k < 6 ? "not finite"
                   : k < 7 ? "w_min is above w_max"
                           : "mu_plus and mu_minus are 0 or 1");
  }
}

/* ---- populations ---- */

static void initial_values(void **state) {
  (void)state;
  phs_net *net = make_net(&plain, 1);
  int n = add_neurons(net, add_input(net, SHAPE(2)), PHS_MODEL_IF, (const double[]){1, 1, 0});
  net->op[n].neurons.initial[0] = (phs_param32){F32(1), 1};
  expect_refused(net, "PHS0601", "starts state 0, which its update function does not have");
  const uint16_t result[] = {0, 1};
  const phs_kernel kernel = {.name = "k",
                             .arg_count = 2,
                             .register_count = 2,
                             .result_count = 2,
                             .result = result,
                             .output_type = PHS_S_F32};
  for (int k = 0; k < 3; k++) {
    net = make_net(&plain, 1);
    int in = add_input(net, SHAPE(3));
    n = add_op(net, PHS_OP_NEURONS, "n", SHAPE(3), PHS_F32, in, k == 2 ? in : -1);
    net->op[n].neurons = (phs_neurons){
        .model = PHS_MODEL_CUSTOM, .kernel = &kernel, .state_count = 1, .state = {"v"}};
    net->op[n].neurons.initial[k == 1 ? 1 : 0] = (phs_param32){F32(1, 2), k == 0 ? 2 : 1};
    const char *text[] = {"has 2 values to start state 0 from", "starts state 1",
                          "another number of arguments than operands"};
    expect_refused(net, k == 2 ? "PHS0607" : "PHS0601", text[k]);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(drawn_sources),
      cmocka_unit_test(given_sources),
      cmocka_unit_test(synapses_that_do_not_fit),
      cmocka_unit_test(recipes),
      cmocka_unit_test(too_many_synapses),
      cmocka_unit_test(plastic_ops),
      cmocka_unit_test(plastic_rules),
      cmocka_unit_test(initial_values),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
