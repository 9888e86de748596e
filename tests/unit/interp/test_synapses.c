/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Sparse projections by hand: when a spike arrives, and in which order sums are taken. Where order
 * matters, three weights tell: in binary32, (1e8 + 1) - 1e8 is 0, and (1e8 - 1e8) + 1 is 1. */
#include "net_builder.h"

#include <math.h>

static const phs_conventions plain = {.integrator = PHS_EULER};
#define BIG 1e8F

static void step0(phs_interp *it) {
  phs_interp_step(it, NULL);
}

/* The values of element j over the next steps must be `want`. */
static void expect_steps(phs_interp *it, int op, size_t j, const float *want, int steps) {
  for (int t = 0; t < steps; t++) {
    step0(it);
    assert_same_float(value_of(it, op, "out", j), want[t]);
  }
}

static void delays(void **state) {
  (void)state;
  const int32_t steps[] = {1, 2, 7, 100, 5000};
  synapse s[5];
  for (uint32_t j = 0; j < 5; j++) {
    s[j] = (synapse){1, j, 0.1F * (float)(j + 1), steps[j]};
  }
  phs_net *net = make_net(&plain, 1);
  int x = add_train(net, "x", 2, SPIKES({3, 1}, {3, 0}));
  phs_projection p = listed(net, "p", 2, 5, s, 5);
  int y = add_synapses(net, "y", SHAPE(5), &p, &x, 1, -1);
  phs_interp *it = make_interp(net);
  for (int round = 0; round < 2; round++) {
    for (int t = 0; t < 5010; t++) {
      step0(it);
      for (size_t j = 0; j < 5; j++) {
        assert_same_float(value_of(it, y, "out", j), t == 3 + steps[j] ? s[j].weight : 0.0F);
      }
    }
    phs_interp_reset(it);
  }
  phs_interp_destroy(it);
  phs_net_destroy(net);
}

/* Reset while a spike is on its way: it does not arrive on top of the one that is sent again. */
static void reset_on_the_way(void **state) {
  (void)state;
  for (int counted = 0; counted < 2; counted++) {
    phs_net *net = make_net(&plain, 1);
    int x = add_train(net, "x", 1, SPIKES({1, 0}));
    phs_projection p = listed(net, "p", 1, 1, SYNAPSES({0, 0, 0.5F, 4}));
    int y = add_synapses(net, "y", SHAPE(1), &p, &x, 1, -1);
    net->op[y].synapses.counted = counted;
    net->op[y].synapses.weight = 0.5F;
    phs_interp *it = make_interp(net);
    for (int steps = 0; steps < 9; steps++) { /* before, on the way, and after */
      for (int t = 0; t < steps; t++) {
        step0(it);
      }
      phs_interp_reset(it);
      expect_steps(it, y, 0, (const float[]){0, 0, 0, 0, 0, 0.5F, 0, 0, 0, 0, 0}, 11);
      phs_interp_reset(it);
    }
    phs_interp_destroy(it);
    phs_net_destroy(net);
  }
}

/* Spikes in every step, delay 3: the ring turns round many times. */
static void a_ring_that_turns(void **state) {
  (void)state;
  phs_net *net = make_net(&plain, 1);
  int in = add_input(net, SHAPE(1));
  phs_projection p = listed(net, "p", 1, 1, SYNAPSES({0, 0, 2, 3}));
  int y = add_synapses(net, "y", SHAPE(1), &p, &in, 1, -1);
  phs_interp *it = make_interp(net);
  for (int t = 0; t < 50; t++) {
    step1(it, F32((float)(t + 1)));
    assert_same_float(value_of(it, y, "out", 0), t >= 3 ? 2 * (float)(t - 2) : 0);
  }
  phs_interp_destroy(it);
  phs_net_destroy(net);
}

static void multapses_add_by_rank(void **state) {
  (void)state;
  phs_net *net = make_net(&plain, 1);
  int x = add_train(net, "x", 1, SPIKES({0, 0}));
  phs_projection p = listed(net, "p", 1, 2,
                            SYNAPSES({0, 0, BIG, 1}, {0, 1, BIG, 1}, {0, 0, 1, 1}, {0, 1, -BIG, 1},
                                     {0, 0, -BIG, 1}, {0, 1, 1, 1}));
  int y = add_synapses(net, "y", SHAPE(2), &p, &x, 1, -1);
  phs_interp *it = make_interp(net);
  step0(it);
  step0(it);
  assert_same_float(value_of(it, y, "out", 0), 0);
  assert_same_float(value_of(it, y, "out", 1), 1);
  phs_interp_destroy(it);
  phs_net_destroy(net);
}

/* Three sources that spike together, in ascending order, whatever the order of their spikes. */
static void sources_add_ascending(void **state) {
  (void)state;
  phs_net *net = make_net(&plain, 1);
  int x = add_train(net, "x", 3, SPIKES({0, 2}, {0, 1}, {0, 0}));
  phs_projection p = listed(net, "p", 3, 2,
                            SYNAPSES({0, 0, BIG, 1}, {0, 1, BIG, 1}, {1, 0, 1, 1}, {1, 1, -BIG, 1},
                                     {2, 0, -BIG, 1}, {2, 1, 1, 1}));
  int y = add_synapses(net, "y", SHAPE(2), &p, &x, 1, -1);
  phs_interp *it = make_interp(net);
  step0(it);
  step0(it);
  assert_same_float(value_of(it, y, "out", 0), 0);
  assert_same_float(value_of(it, y, "out", 1), 1);
  phs_interp_destroy(it);
  phs_net_destroy(net);
}

/* Projections in order; but what was sent earlier goes first, whichever projection it took. */
static void steps_go_before_projections(void **state) {
  (void)state;
  for (int early = 0; early < 2; early++) {
    phs_net *net = make_net(&plain, 1);
    int a = add_train(net, "a", 1, SPIKES({2, 0}));
    int b = add_train(net, "b", 1, SPIKES({2, 0}));
    int c = early ? add_train(net, "c", 1, SPIKES({1, 0})) : add_train(net, "c", 1, SPIKES({2, 0}));
    phs_projection p[] = {listed(net, "a>y", 1, 1, SYNAPSES({0, 0, BIG, 1})),
                          listed(net, "b>y", 1, 1, SYNAPSES({0, 0, 1, 1})),
                          listed(net, "c>y", 1, 1, SYNAPSES({0, 0, -BIG, early ? 2 : 1}))};
    const int from[] = {a, b, c};
    int y = add_synapses(net, "y", SHAPE(1), p, from, 3, -1);
    phs_interp *it = make_interp(net);
    /* together: (1e8 + 1) - 1e8; early: (-1e8 + 1e8) + 1 */
    expect_steps(it, y, 0, (const float[]){0, 0, 0, early ? 1 : 0, 0}, 5);
    phs_interp_destroy(it);
    phs_net_destroy(net);
  }
}

/* Sums start from 0 and are then added to init: 4 + 4 = 8 changes 1e8, 4 twice would not. */
static void init_chains(void **state) {
  (void)state;
  phs_net *net = make_net(&plain, 1);
  int in = add_input(net, SHAPE(2));
  int x = add_train(net, "x", 1, SPIKES({0, 0}));
  phs_projection p = listed(net, "p", 1, 2, SYNAPSES({0, 0, 4, 1}, {0, 0, 4, 1}, {0, 1, 0.5F, 2}));
  phs_projection q = listed(net, "q", 1, 2, SYNAPSES({0, 1, 0.25F, 2}));
  int first = add_synapses(net, "first", SHAPE(2), &p, &x, 1, in);
  int second = add_synapses(net, "second", SHAPE(2), &q, &x, 1, first);
  phs_interp *it = make_interp(net);
  const float *input = F32(1e8F, 1);
  step1(it, input);
  assert_same_float(value_of(it, second, "out", 0), 1e8F);
  step1(it, input);
  assert_same_float(value_of(it, first, "out", 0), 100000008.0F);
  assert_same_float(value_of(it, second, "out", 0), 100000008.0F);
  assert_same_float(value_of(it, second, "out", 1), 1);
  step1(it, input);
  assert_same_float(value_of(it, first, "out", 1), 1.5F);
  assert_same_float(value_of(it, second, "out", 1), 1.75F);
  step1(it, input);
  assert_same_float(value_of(it, second, "out", 1), 1);
  phs_interp_destroy(it);
  phs_net_destroy(net);
}

/* Ten spikes of 0.1: as a product 1, as a sum 1.0000001. */
static void counted_is_multiplied_once(void **state) {
  (void)state;
  float sum = 0;
  synapse ten[10];
  for (int k = 0; k < 10; k++) {
    ten[k] = (synapse){0, 0, 0.1F, 1};
    sum += 0.1F;
  }
  assert_true(sum != 0.1F * 10);
  for (int counted = 0; counted < 2; counted++) {
    phs_net *net = make_net(&plain, 1);
    int x = add_train(net, "x", 1, SPIKES({0, 0}, {2, 0}, {2, 0}, {2, 0}));
    phs_projection p = listed(net, "p", 1, 1, ten, 10);
    p.recipe.list.weight = NULL; /* then they come from the distribution */
    p.recipe.weight = (phs_distribution){.a = (double)0.1F};
    int y = add_synapses(net, "y", SHAPE(1), &p, &x, 1, -1);
    net->op[y].synapses.counted = counted;
    net->op[y].synapses.weight = 0.1F;
    float three = 0, w = 0.1F;
    for (int k = 0; k < 10; k++) {
      three = three + w * 3;
    }
    phs_interp *it = make_interp(net);
    expect_steps(it, y, 0,
                 counted ? (const float[]){0, 0.1F * 10, 0, 0.1F * 30, 0}
                         : (const float[]){0, sum, 0, three, 0},
                 5);
    phs_interp_destroy(it);
    phs_net_destroy(net);
  }
}

/* With a negative weight, no spike at all gives -0; an init takes it away. */
static void nothing_counted(void **state) {
  (void)state;
  phs_net *net = make_net(&plain, 1);
  int in = add_input(net, SHAPE(1));
  int x = add_train(net, "x", 1, SPIKES({1, 0}));
  phs_projection p = listed(net, "p", 1, 1, SYNAPSES({0, 0, -2, 1}));
  int y = add_synapses(net, "y", SHAPE(1), &p, &x, 1, -1);
  int with = add_synapses(net, "with", SHAPE(1), &p, &x, 1, in);
  net->op[y].synapses.counted = net->op[with].synapses.counted = true;
  net->op[y].synapses.weight = net->op[with].synapses.weight = -2;
  phs_interp *it = make_interp(net);
  for (int t = 0; t < 3; t++) {
    step1(it, F32(0));
    assert_same_float(value_of(it, y, "out", 0), t == 2 ? -2 : -0.0F);
    assert_same_float(value_of(it, with, "out", 0), t == 2 ? -2 : 0);
  }
  phs_interp_destroy(it);
  phs_net_destroy(net);
}

/* f32 sources are multiplied; 0 and -0 send nothing. */
static void graded_sources(void **state) {
  (void)state;
  phs_net *net = make_net(&plain, 1);
  int in = add_input(net, SHAPE(2));
  phs_projection p = listed(net, "p", 2, 1, SYNAPSES({0, 0, 0.3F, 1}, {1, 0, 0.7F, 1}));
  int y = add_synapses(net, "y", SHAPE(1), &p, &in, 1, -1);
  phs_interp *it = make_interp(net);
  step1(it, F32(1.7F, -0.1F));
  step1(it, F32(-0.0F, 0));
  float first = 0.3F * 1.7F, second = 0.7F * -0.1F;
  assert_same_float(value_of(it, y, "out", 0), first + second);
  step1(it, F32(0, 0));
  assert_same_float(value_of(it, y, "out", 0), 0);
  phs_interp_destroy(it);
  phs_net_destroy(net);
}

/* Neurons that project to themselves and to each other, listed before them: i fires, `delay` steps
 * later its targets do. */
static void autapses_and_loops(void **state) {
  (void)state;
  for (int32_t delay = 1; delay <= 4; delay++) {
    phs_net *net = make_net(&plain, 1);
    int in = add_input(net, SHAPE(2));
    /* 0 -> 0 after `delay` steps, 0 -> 1 after 2 */
    phs_projection p = listed(net, "p", 2, 2, SYNAPSES({0, 0, 5, delay}, {0, 1, 5, 2}));
    p.recipe.same_population = true;
    const int later = 0;
    int y = add_synapses(net, "n#in", SHAPE(2), &p, &later, 1, in);
    int n = add_neurons(net, y, PHS_MODEL_IF, (const double[]){1, 1, 0});
    net->op[y].operand[0] = n;
    phs_interp *it = make_interp(net);
    for (int t = 0; t < 20; t++) {
      step1(it, F32(t == 0 ? 2.0F : 0.0F, 0));
      assert_same_float(value_of(it, n, "spikes", 0), t % delay == 0 ? 1 : 0);
      assert_same_float(value_of(it, n, "spikes", 1), t >= 2 && (t - 2) % delay == 0 ? 1 : 0);
    }
    phs_interp_destroy(it);
    phs_net_destroy(net);
  }
}

/* Targets of several tiles; a source without synapses, and one whose synapses are all in one tile.
 */
static void many_targets(void **state) {
  (void)state;
  const synapse s[] = {{0, 4999, 1, 2}, {0, 0, 2, 1},    {0, 1023, 3, 1},
                       {0, 1024, 4, 3}, {2, 2048, 5, 1}, {2, 0, 6, 2}};
  phs_net *net = make_net(&plain, 1);
  int x = add_train(net, "x", 3, SPIKES({0, 0}, {0, 1}, {0, 2}));
  phs_projection p = listed(net, "p", 3, 5000, s, 6);
  int y = add_synapses(net, "y", SHAPE(50, 100), &p, &x, 1, -1);
  phs_interp *it = make_interp(net);
  for (int t = 0; t < 5; t++) {
    step0(it);
    for (uint32_t j = 0; j < 5000; j++) {
      float want = 0;
      for (int k = 0; k < 6; k++) {
        want += s[k].target == j && s[k].delay == t ? s[k].weight : 0;
      }
      assert_same_float(value_of(it, y, "out", j), want);
    }
  }
  phs_interp_destroy(it);
  phs_net_destroy(net);
}

/* A rule without a single synapse. */
static void no_synapses(void **state) {
  (void)state;
  phs_net *net = make_net(&plain, 1);
  int x = add_train(net, "x", 3, SPIKES({0, 0}));
  phs_projection p = {.name = "p",
                      .recipe = {.rule = PHS_RULE_FIXED_PROBABILITY,
                                 .source_count = 3,
                                 .target_count = 4,
                                 .probability = 0,
                                 .weight = {.a = 1},
                                 .delay = {.a = 1}}};
  int y = add_synapses(net, "y", SHAPE(4), &p, &x, 1, -1);
  phs_interp *it = make_interp(net);
  for (int t = 0; t < 3; t++) {
    step0(it);
    assert_same_float(value_of(it, y, "out", 3), 0);
  }
  phs_interp_destroy(it);
  phs_net_destroy(net);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(delays),
      cmocka_unit_test(reset_on_the_way),
      cmocka_unit_test(a_ring_that_turns),
      cmocka_unit_test(multapses_add_by_rank),
      cmocka_unit_test(sources_add_ascending),
      cmocka_unit_test(steps_go_before_projections),
      cmocka_unit_test(init_chains),
      cmocka_unit_test(counted_is_multiplied_once),
      cmocka_unit_test(nothing_counted),
      cmocka_unit_test(graded_sources),
      cmocka_unit_test(autapses_and_loops),
      cmocka_unit_test(many_targets),
      cmocka_unit_test(no_synapses),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
