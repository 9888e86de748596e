/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* What the interpreter refuses, and how it says so. */
#include "net_builder.h"

#include <math.h>

static const phs_conventions plain = {.integrator = PHS_EULER};

/* Creation fails with this one diagnostic, whose message contains `text`. Frees the network. */
static void expect_refused(phs_net *net, const char *code, const char *text) {
  caught c = {0};
  phs_diag diag = {.fn = catch_diagnostic, .user = &c};
  assert_null(phs_interp_create(net, &diag));
  assert_int_equal(c.count, 1);
  assert_int_equal(diag.errors, 1);
  assert_string_equal(c.code, code);
  if (!strstr(c.message, text)) {
    fail_msg("'%s' is not in '%s'", text, c.message);
  }
  phs_net_destroy(net);
}

/* ---- PHS0601: ops that do not fit ---- */

static phs_net *linear_net(int *linear) {
  phs_net *net = make_net(&plain, 1);
  *linear = add_linear(net, add_input(net, SHAPE(3)), -1, 2, 3, F32(1, 2, 3, 4, 5, 6), F32(1, 2));
  return net;
}

static void linear_that_does_not_fit(void **state) {
  (void)state;
  int i;
  phs_net *net = linear_net(&i);
  net->op[0].shape = SHAPE(4);
  expect_refused(net, "PHS0601", "wants an operand of shape [3]");
  net = linear_net(&i);
  net->op[i].shape = SHAPE(3);
  expect_refused(net, "PHS0601", "has shape [3] instead of [2]");
  net = linear_net(&i);
  net->op[i].elem = PHS_I1;
  expect_refused(net, "PHS0601", "element type");
  net = linear_net(&i);
  net->op[i].linear.bias.shape = SHAPE(3);
  expect_refused(net, "PHS0601", "bias");
  net = linear_net(&i);
  net->op[i].operand[0] = i;
  expect_refused(net, "PHS0601", "does not come before");
  net = linear_net(&i);
  net->op[i].operand[0] = -1;
  expect_refused(net, "PHS0601", "does not come before");
  net = linear_net(&i);
  net->op[i].operand[net->op[i].operand_count++] = 0; /* init of shape [3] */
  expect_refused(net, "PHS0601", "starts from 'input'");
  net = linear_net(&i);
  net->op[i].operand_count = 0;
  expect_refused(net, "PHS0601", "operands");
  net = linear_net(&i);
  net->op[i].linear.weight.data = NULL;
  expect_refused(net, "PHS0601", "no weight matrix");
}

static phs_net *conv_net(phs_conv conv, phs_shape out) {
  phs_net *net = make_net(&plain, 1);
  int i = add_op(net, PHS_OP_CONV, "conv", out, PHS_F32, add_input(net, SHAPE(2, 5, 5)), -1);
  const float w[2 * 2 * 3 * 3] = {0};
  conv.weight = make_tensor(net, SHAPE(2, 2, 3, 3), w);
  net->op[i].conv = conv;
  return net;
}

static void conv_that_does_not_fit(void **state) {
  (void)state;
  const phs_conv good = {.dims = 2, .stride = {1, 1}, .dilation = {1, 1}, .groups = 1};
  phs_diag diag = {0};
  phs_net *net = conv_net(good, SHAPE(2, 3, 3));
  phs_interp *it = phs_interp_create(net, &diag);
  assert_non_null(it);
  phs_interp_destroy(it);
  phs_net_destroy(net);
  expect_refused(conv_net(good, SHAPE(2, 3, 4)), "PHS0601", "instead of [2, 3, 3]");
  phs_conv bad = good;
  bad.groups = 2;
  expect_refused(conv_net(bad, SHAPE(2, 3, 3)), "PHS0601", "do not fit");
  bad = good;
  bad.stride[0] = 0;
  expect_refused(conv_net(bad, SHAPE(2, 3, 3)), "PHS0601", "shape");
  bad = good;
  bad.dilation[1] = 9; /* wider than the picture */
  expect_refused(conv_net(bad, SHAPE(2, 3, 1)), "PHS0601", "shape");
  bad = good;
  bad.dims = 1;
  expect_refused(conv_net(bad, SHAPE(2, 3)), "PHS0601", "do not fit");
}

static void other_ops_that_do_not_fit(void **state) {
  (void)state;
  phs_net *net = make_net(&plain, 1);
  int i = add_op(net, PHS_OP_POOL, "pool", SHAPE(3), PHS_F32, add_input(net, SHAPE(3)), -1);
  expect_refused(net, "PHS0601", "height and width");
  net = make_net(&plain, 1);
  i = add_op(net, PHS_OP_SCALE, "scale", SHAPE(3), PHS_F32, add_input(net, SHAPE(3)), -1);
  net->op[i].scale.factor = (phs_param32){F32(1, 2), 2};
  expect_refused(net, "PHS0601", "2 factors");
  net = make_net(&plain, 1);
  i = add_op(net, PHS_OP_FLATTEN, "flat", SHAPE(3), PHS_F32, add_input(net, SHAPE(3)), -1);
  net->op[i].flatten.end = 1;
  expect_refused(net, "PHS0601", "dimensions 0 to 1");
  net = make_net(&plain, 1);
  i = add_input(net, SHAPE(3));
  add_op(net, PHS_OP_ADD, "sum", SHAPE(4), PHS_F32, i, -1);
  expect_refused(net, "PHS0601", "instead of [3]");
  net = make_net(&plain, 1);
  i = add_input(net, SHAPE(3));
  add_op(net, PHS_OP_DELAY, "delay", SHAPE(3), PHS_F32, i, -1);
  expect_refused(net, "PHS0601", "0 delays");
  net = make_net(&plain, 1);
  add_input(net, SHAPE(3, 0));
  expect_refused(net, "PHS0601", "empty");
  net = make_net(&plain, 1);
  i = add_neurons(net, add_input(net, SHAPE(3)), PHS_MODEL_LIF, (const double[]){1, 1, 0, 1, 0});
  net->op[i].neurons.param[0].n = 2;
  expect_refused(net, "PHS0601", "2 values of tau");
}

/* ---- conventions and parameters ---- */

static phs_net *if_net(phs_conventions c, double threshold, double reset) {
  phs_net *net = make_net(&c, 1);
  add_neurons(net, add_input(net, SHAPE(1)), PHS_MODEL_IF, (const double[]){1, threshold, reset});
  return net;
}

static void many_with_guard(void **state) {
  (void)state;
  phs_conventions c = {.spikes_per_step = PHS_MANY, .reset = PHS_SUBTRACT_GUARDED};
  expect_refused(if_net(c, 1, 0), "PHS0602", "subtract_guarded");
}

static void many_without_distance(void **state) {
  (void)state;
  phs_conventions c = {.spikes_per_step = PHS_MANY, .reset = PHS_SUBTRACT};
  expect_refused(if_net(c, 1, 1), "PHS0603", "neuron 0 is 0");
  expect_refused(if_net(c, 1, 1.5), "PHS0603", "-0.5");
  c.reset = PHS_TO_VALUE; /* the count divides by the distance as well */
  expect_refused(if_net(c, 1, 1), "PHS0603", "neuron 0");
  c = plain; /* one spike a step needs no distance */
  phs_net *net = if_net(c, 1, 1.5);
  phs_interp_destroy(make_interp(net));
  phs_net_destroy(net);
}

static phs_net *delay_net(int64_t steps, const double *seconds) {
  phs_net *net = make_net(&plain, 1e-4);
  int i = add_delay(net, add_input(net, SHAPE(1024)), SHAPE(1024), PHS_F32, &steps, 1);
  if (seconds) {
    net->op[i].delay.steps.v = NULL;
    net->op[i].delay.seconds = make_param(net, seconds, 1);
  }
  return net;
}

static void delays(void **state) {
  (void)state;
  expect_refused(delay_net((int64_t)1 << 40, NULL), "PHS0604", "16 GiB");
  expect_refused(delay_net(1 << 23, NULL), "PHS0604", "16 GiB"); /* 32 GiB */
  expect_refused(delay_net(-1, NULL), "PHS0605", "negative");
  expect_refused(delay_net(0, F64(-1)), "PHS0605", "negative");
  expect_refused(delay_net(0, F64(NAN)), "PHS0605", "not a number");
  expect_refused(delay_net(0, F64(1e300)), "PHS0605", "2^40");
  phs_net *net = delay_net(0, NULL);
  net->op[1].operand[0] = 1; /* itself */
  expect_refused(net, "PHS0605", "computed later");
}

static void many_rings_together(void **state) {
  (void)state;
  phs_net *net = delay_net(0, NULL);
  int64_t *steps = PHS_NEW_ARRAY(net->arena, int64_t, 1024);
  assert_non_null(steps);
  for (int e = 0; e < 1024; e++) {
    steps[e] = (int64_t)1 << 40;
  }
  net->op[1].delay.steps = (phs_steps){.v = steps, .n = 1024};
  expect_refused(net, "PHS0604", "delay");
}

static phs_net *lif_net(double tau, double r, double dt) {
  phs_net *net = make_net(&plain, dt);
  add_neurons(net, add_input(net, SHAPE(1)), PHS_MODEL_LIF, (const double[]){tau, r, 0, 1, 0});
  net->op[1].where = "/node/nodes/lif";
  return net;
}

static void parameters(void **state) {
  (void)state;
  expect_refused(lif_net(0, 1, 1), "PHS0606", "tau of neuron 0 is 0");
  expect_refused(lif_net(-1, 1, 1), "PHS0606", "tau of neuron 0 is -1");
  expect_refused(lif_net(NAN, 1, 1), "PHS0606", "tau");
  expect_refused(lif_net(1, INFINITY, 1), "PHS0606", "r of neuron 0 is inf");
  expect_refused(lif_net(1, 1e39, 1), "PHS0606", "beyond binary32");
  expect_refused(lif_net(1e-300, 1, 1), "PHS0606", "beyond binary32");
  caught c = {0};
  phs_diag diag = {.fn = catch_diagnostic, .user = &c};
  phs_net *net = lif_net(0, 1, 1);
  assert_null(phs_interp_create(net, &diag));
  assert_string_equal(c.where, "/node/nodes/lif");
  phs_net_destroy(net);
}

static void no_equations(void **state) {
  (void)state;
  phs_net *net = make_net(&plain, 1);
  int i = add_op(net, PHS_OP_NEURONS, "neurons", SHAPE(1), PHS_F32, add_input(net, SHAPE(1)), -1);
  net->op[i].neurons.model = PHS_MODEL_CUSTOM;
  expect_refused(net, "PHS0607", "no update function");
}

static void quantities_that_are_not_there(void **state) {
  (void)state;
  phs_net *net = if_net(plain, 1, 0);
  phs_interp *it = make_interp(net);
  phs_quantity q;
  assert_false(phs_interp_quantity(it, 1, "i", &q));
  assert_false(phs_interp_quantity(it, 0, "spikes", &q));
  assert_false(phs_interp_quantity(it, 2, "out", &q));
  assert_false(phs_interp_quantity(it, -1, "out", &q));
  assert_true(phs_interp_quantity(it, 0, "out", &q));
  assert_true(phs_interp_quantity(it, 1, "spikes", &q));
  phs_interp_destroy(it);
  phs_net_destroy(net);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(linear_that_does_not_fit),
      cmocka_unit_test(conv_that_does_not_fit),
      cmocka_unit_test(other_ops_that_do_not_fit),
      cmocka_unit_test(many_with_guard),
      cmocka_unit_test(many_without_distance),
      cmocka_unit_test(delays),
      cmocka_unit_test(many_rings_together),
      cmocka_unit_test(parameters),
      cmocka_unit_test(no_equations),
      cmocka_unit_test(quantities_that_are_not_there),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
