/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* phasor-fuse on the shape of networks: what is shared, dropped and kept. */
#include "fuse_nets.h"

enum { STEPS = 60 };

static const double lif[] = {5e-3, 3, 0, 0.4, 0};

/* A population with a recurrent linear edge that takes one step; its input current is x's. */
static int recurrent(maker *m, int x, const char *name, const float *w, double tau) {
  int64_t n = m->net->op[x].shape.dim[0];
  int delay =
      named_op(m, add_delay(m->net, 0, SHAPE(n), PHS_I1, (const int64_t[]){1}, 1), "delay#");
  int sum = named_op(m, add_linear(m->net, delay, x, n, n, w, NULL), "recurrent");
  double params[5];
  memcpy(params, lif, sizeof params);
  params[0] = tau;
  int population = add_neurons(m->net, sum, PHS_MODEL_LIF, params);
  m->net->op[population].name = name;
  m->net->op[delay].operand[0] = population;
  return population;
}

/* Two recurrent populations on one input, equal or with another time constant, then one op each. */
static phs_net *twins(double second_tau) {
  maker m = start_net(FINE, 11, PHS_ONE);
  int x = add_input(m.net, SHAPE(6));
  int in = linear_op(&m, x, -1, 4, true);
  const float *w = draw(&m, 16), *v = draw(&m, 12);
  int a = recurrent(&m, in, "a", w, 5e-3), b = recurrent(&m, in, "b", w, second_tau);
  int a2 = named_op(&m, add_linear(m.net, a, -1, 3, 4, v, NULL), "a_next");
  int b2 = named_op(&m, add_linear(m.net, b, -1, 3, 4, v, NULL), "b_next");
  int a3 = named_op(&m, add_neurons(m.net, a2, PHS_MODEL_LIF, lif), "a_last");
  int b3 = named_op(&m, add_neurons(m.net, b2, PHS_MODEL_LIF, lif), "b_last");
  add_op(m.net, PHS_OP_OUTPUT, "first", SHAPE(3), PHS_I1, a3, -1);
  add_op(m.net, PHS_OP_OUTPUT, "second", SHAPE(3), PHS_I1, b3, -1);
  return m.net;
}

static void equal_subgraphs_are_shared(void **state) {
  (void)state;
  phs_net *before = twins(5e-3), *after = twins(5e-3);
  fuse_net(after, false);
  assert_int_equal(count_kind(after, PHS_OP_NEURONS), 2);
  assert_int_equal(count_kind(after, PHS_OP_LINEAR), 3);
  assert_int_equal(count_kind(after, PHS_OP_DELAY), 1);
  /* Both names find the one population, and its trajectory is that of both. */
  int a = phs_net_find(after, "a");
  assert_true(a >= 0 && phs_net_find(after, "b") == a);
  assert_int_equal(after->op[a].alias_count, 1);
  assert_true(compare_runs(before, after, STEPS) > 0);
  phs_net_destroy(before);
  phs_net_destroy(after);
}

static void different_subgraphs_are_not(void **state) {
  (void)state;
  phs_net *before = twins(6e-3), *after = twins(6e-3);
  fuse_net(after, false);
  /* All ops of the two are alike but for one time constant: that keeps everything in the loops
   * apart. */
  assert_int_equal(count_kind(after, PHS_OP_NEURONS), 4);
  assert_int_equal(count_kind(after, PHS_OP_LINEAR), 5);
  assert_int_equal(count_kind(after, PHS_OP_DELAY), 2);
  assert_true(compare_runs(before, after, STEPS) > 0);
  phs_net_destroy(before);
  phs_net_destroy(after);
}

/* input -> linear -> output; beside it a population that nobody reads, with a loop of its own. */
static phs_net *with_dead_loop(bool keep) {
  maker m = start_net(FINE, 12, PHS_ONE);
  int x = add_input(m.net, SHAPE(6));
  int in = linear_op(&m, x, -1, 4, true);
  int dead = recurrent(&m, linear_op(&m, x, -1, 4, true), "unread", draw(&m, 16), 5e-3);
  m.net->op[dead].keep = keep;
  return finish_net(&m, in);
}

static void dead_ops_are_dropped_with_a_note(void **state) {
  (void)state;
  phs_net *net = with_dead_loop(false), *before = with_dead_loop(false);
  caught c = {0};
  phs_diag diag = {.fn = catch_diagnostic, .user = &c};
  phs_fuse f = {.net = net, .diag = &diag};
  assert_true(phs_fuse_run(&f) && phs_fuse_compact(&f));
  assert_int_equal(phs_net_find(net, "unread"), -1);
  assert_int_equal(count_kind(net, PHS_OP_DELAY), 0);
  assert_int_equal(count_stateless(net), 1);
  assert_int_equal(c.count, 1);
  assert_string_equal(c.code, "PHS0250");
  assert_non_null(strstr(c.message, "unread"));
  assert_null(strstr(c.message, "#"));
  assert_true(compare_runs(before, net, STEPS) > 0);
  phs_net_destroy(net);
  phs_net_destroy(before);
}

static void kept_ops_stay(void **state) {
  (void)state;
  phs_net *before = with_dead_loop(true), *net = with_dead_loop(true);
  fuse_net(net, false);
  assert_true(phs_net_find(net, "unread") >= 0);
  assert_true(compare_runs(before, net, STEPS) > 0);
  phs_net_destroy(before);
  phs_net_destroy(net);
}

/* Whatever may be rewritten around an op, one that is kept gives the values that it gave. */
static void kept_values_do_not_change(void **state) {
  (void)state;
  for (int kept = 2; kept <= 5; kept++) {
    phs_net *net[2];
    for (int k = 0; k < 2; k++) {
      maker m = start_net(COARSE, 13, PHS_ONE);
      int x = spikes_of(&m, add_input(m.net, SHAPE(2, 6, 6)));
      x = scale_op(&m, x, F32(0.25F), 1);                              /* 2 */
      x = conv_op(&m, x, -1, 3, (geometry){{3, 3}, 1, 0, 1, 1}, true); /* 3 */
      x = pool_op(&m, x, true, (geometry){{2, 2}, 2, 0, 1, 1});        /* 4 */
      x = scale_op(&m, x, F32(2.0F), 1);                               /* 5 */
      net[k] = finish_net(&m, x);
      net[k]->op[kept].keep = true;
    }
    const char *name = net[0]->op[kept].name;
    fuse_net(net[1], false);
    int at = phs_net_find(net[1], name);
    assert_true(at >= 0);
    phs_interp *it[2] = {make_interp(net[0]), make_interp(net[1])};
    pair p = {{net[0], net[1]}, {it[0], it[1]}};
    noise n = {5};
    for (int t = 0; t < STEPS; t++) {
      float x[72];
      noise_input(&n, x, 72);
      step1(it[0], x);
      step1(it[1], x);
      compare_quantity(&p, kept, at, "out", t);
    }
    phs_interp_destroy(it[0]);
    phs_interp_destroy(it[1]);
    phs_net_destroy(net[0]);
    phs_net_destroy(net[1]);
  }
}

static phs_net *flattens(void) {
  maker m = start_net(FINE, 14, PHS_ONE);
  int x = spikes_of(&m, add_input(m.net, SHAPE(2, 3, 4, 5)));
  x = flatten_op(&m, x, 2, 3); /* [2, 3, 20] */
  x = flatten_op(&m, x, 1, 1); /* nothing */
  x = flatten_op(&m, x, 0, 2); /* [120] */
  return finish_net(&m, linear_op(&m, x, -1, 4, true));
}

static void flattens_merge(void **state) {
  (void)state;
  phs_net *before = flattens(), *after = flattens();
  fuse_net(after, false);
  assert_int_equal(count_stateless(after), 2);
  assert_true(compare_runs(before, after, STEPS) > 0);
  phs_net_destroy(before);
  phs_net_destroy(after);
}

/* Two flattens that merge dimensions apart from each other are not one. */
static void separate_flattens_stay(void **state) {
  (void)state;
  maker m = start_net(FINE, 15, PHS_ONE);
  int x = flatten_op(&m, spikes_of(&m, add_input(m.net, SHAPE(2, 3, 4, 5))), 0, 1);
  phs_net *net = finish_net(&m, flatten_op(&m, x, 1, 2));
  fuse_net(net, false);
  assert_int_equal(count_kind(net, PHS_OP_FLATTEN), 2);
  phs_net_destroy(net);
}

static phs_net *delays(void) {
  maker m = start_net(FINE, 16, PHS_ONE);
  int x = spikes_of(&m, add_input(m.net, SHAPE(4)));
  x = named_op(&m, add_delay(m.net, x, SHAPE(4), PHS_I1, (const int64_t[]){2}, 1), "delay");
  x = named_op(&m, add_delay(m.net, x, SHAPE(4), PHS_I1, (const int64_t[]){0}, 1), "delay");
  x = named_op(&m, add_delay(m.net, x, SHAPE(4), PHS_I1, (const int64_t[]){0, 1, 2, 7}, 4),
               "delay");
  return finish_net(&m, linear_op(&m, x, -1, 4, true));
}

static void delays_add_up(void **state) {
  (void)state;
  phs_net *before = delays(), *after = delays();
  fuse_net(after, false);
  assert_int_equal(count_kind(after, PHS_OP_DELAY), 1);
  for (int i = 0; i < after->op_count; i++) {
    if (after->op[i].kind == PHS_OP_DELAY) {
      assert_int_equal(after->op[i].delay.steps.v[0], 2);
      assert_int_equal(after->op[i].delay.steps.v[3], 9);
    }
  }
  assert_true(compare_runs(before, after, STEPS) > 0);
  phs_net_destroy(before);
  phs_net_destroy(after);
}

/* zero weights in the middle and at the start of a chain, an add of one. */
static phs_net *nothings(bool minus) {
  maker m = start_net(FINE, 17, PHS_ONE);
  int x = spikes_of(&m, add_input(m.net, SHAPE(4)));
  static const float zero[16];
  int sum = named_op(&m, add_linear(m.net, x, -1, 4, 4, zero, NULL), "zero");
  sum = linear_op(&m, x, sum, 4, false);
  if (minus) { /* may be -0, which a zero term turns into +0 */
    sum = scale_op(&m, x, F32(-1.0F), 1);
  }
  sum = named_op(&m, add_linear(m.net, x, sum, 4, 4, zero, NULL), "zero");
  sum = named_op(&m, add_op(m.net, PHS_OP_ADD, NULL, SHAPE(4), PHS_F32, sum, -1), "add");
  return finish_net(&m, sum);
}

static void zero_weights_and_single_adds_go(void **state) {
  (void)state;
  for (int minus = 0; minus < 2; minus++) {
    phs_net *before = nothings(minus), *after = nothings(minus);
    fuse_net(after, false);
    assert_int_equal(count_kind(after, PHS_OP_LINEAR), 1);
    assert_int_equal(count_kind(after, PHS_OP_ADD), 0);
    assert_true(compare_runs(before, after, STEPS) > 0);
    phs_net_destroy(before);
    phs_net_destroy(after);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(equal_subgraphs_are_shared),
      cmocka_unit_test(different_subgraphs_are_not),
      cmocka_unit_test(dead_ops_are_dropped_with_a_note),
      cmocka_unit_test(kept_ops_stay),
      cmocka_unit_test(kept_values_do_not_change),
      cmocka_unit_test(flattens_merge),
      cmocka_unit_test(separate_flattens_stay),
      cmocka_unit_test(delays_add_up),
      cmocka_unit_test(zero_weights_and_single_adds_go),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
