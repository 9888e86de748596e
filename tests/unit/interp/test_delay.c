/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Delay lines. */
#include "net_builder.h"

static const phs_conventions plain = {.integrator = PHS_EULER};

static void one_number_of_steps(void **state) {
  (void)state;
  for (int64_t steps = 0; steps <= 3; steps++) {
    phs_net *net = make_net(&plain, 1);
    int in = add_input(net, SHAPE(2));
    int y = add_delay(net, in, SHAPE(2), PHS_F32, &steps, 1);
    phs_interp *it = make_interp(net);
    for (int t = 0; t < 8; t++) {
      step1(it, F32((float)(t + 1), (float)(-t - 1)));
      float want = t >= steps ? (float)(t - steps + 1) : 0.0F;
      assert_same_float(value_of(it, y, "out", 0), want);
      assert_same_float(value_of(it, y, "out", 1), want == 0 ? 0.0F : -want);
    }
    phs_interp_destroy(it);
    phs_net_destroy(net);
  }
}

static void steps_of_each_element(void **state) {
  (void)state;
  const int64_t steps[] = {0, 1, 5, 4000};
  phs_net *net = make_net(&plain, 1);
  int in = add_input(net, SHAPE(2, 2));
  int y = add_delay(net, in, SHAPE(2, 2), PHS_F32, steps, 4);
  phs_interp *it = make_interp(net);
  for (int t = 0; t < 9000; t++) {
    float x = (float)(t + 1);
    step1(it, F32(x, x, x, x));
    for (size_t e = 0; e < 4; e++) {
      assert_same_float(value_of(it, y, "out", e),
                        t >= steps[e] ? (float)(t + 1 - steps[e]) : 0.0F);
    }
  }
  phs_interp_reset(it);
  step1(it, F32(1, 1, 1, 1)); /* nothing of the run before comes out */
  assert_same_float(value_of(it, y, "out", 1), 0.0F);
  assert_same_float(value_of(it, y, "out", 3), 0.0F);
  phs_interp_destroy(it);
  phs_net_destroy(net);
}

static void seconds_round_half_away(void **state) {
  (void)state;
  /* dt 2: 0.9 -> 0, 1 -> 0.5 -> 1, 3 -> 1.5 -> 2, 5 -> 2.5 -> 3 steps */
  const int want_steps[] = {0, 1, 2, 3};
  phs_net *net = make_net(&plain, 2);
  int in = add_input(net, SHAPE(4));
  int y = add_op(net, PHS_OP_DELAY, "delay", SHAPE(4), PHS_F32, in, -1);
  net->op[y].delay.seconds = make_param(net, F64(0.9, 1, 3, 5), 4);
  phs_interp *it = make_interp(net);
  for (int t = 0; t < 6; t++) {
    float x = (float)(t + 1);
    step1(it, F32(x, x, x, x));
    for (int e = 0; e < 4; e++) {
      assert_same_float(value_of(it, y, "out", (size_t)e),
                        t >= want_steps[e] ? (float)(t + 1 - want_steps[e]) : 0.0F);
    }
  }
  phs_interp_destroy(it);
  phs_net_destroy(net);
}

/* A neuron that feeds itself through a delay which stands before it: spikes come back after `steps`
 * steps. */
static void a_loop(void **state) {
  (void)state;
  for (int64_t steps = 1; steps <= 3; steps++) {
    phs_net *net = make_net(&plain, 1);
    int in = add_input(net, SHAPE(1));
    int back = add_delay(net, in, SHAPE(1), PHS_I1, &steps, 1);
    int direct = add_linear(net, in, -1, 1, 1, F32(1), NULL);
    int sum = add_linear(net, back, direct, 1, 1, F32(2), NULL);
    int n = add_neurons(net, sum, PHS_MODEL_IF, (const double[]){1, 1, 0});
    net->op[back].operand[0] = n;
    phs_interp *it = make_interp(net);
    for (int t = 0; t < 10; t++) { /* kicked once, it fires every `steps` steps for ever */
      step1(it, F32(t == 0 ? 2.0F : 0.0F));
      assert_same_float(value_of(it, n, "spikes", 0), t % steps == 0 ? 1.0F : 0.0F);
    }
    phs_interp_destroy(it);
    phs_net_destroy(net);
  }
}

static void delays_in_a_row(void **state) {
  (void)state;
  /* listed against the direction of the data: each still reads what the other held at the end of
   * the step before */
  phs_net *net = make_net(&plain, 1);
  int in = add_input(net, SHAPE(1));
  const int64_t two = 2, three = 3;
  int late = add_delay(net, in, SHAPE(1), PHS_F32, &three, 1);
  int early = add_delay(net, in, SHAPE(1), PHS_F32, &two, 1);
  net->op[late].operand[0] = early;
  phs_interp *it = make_interp(net);
  for (int t = 0; t < 12; t++) {
    step1(it, F32((float)(t + 1)));
    assert_same_float(value_of(it, late, "out", 0), t >= 5 ? (float)(t - 4) : 0.0F);
  }
  phs_interp_destroy(it);
  phs_net_destroy(net);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(one_number_of_steps),     cmocka_unit_test(steps_of_each_element),
      cmocka_unit_test(seconds_round_half_away), cmocka_unit_test(a_loop),
      cmocka_unit_test(delays_in_a_row),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
