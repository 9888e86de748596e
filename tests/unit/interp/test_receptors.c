/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Populations with an operand for each receptor, and states that do not start at 0. */
#include "net_builder.h"

static const phs_conventions plain = {.integrator = PHS_EULER};

/* Arguments a, b, c, v, w, k: the output is a - b; v' = v + c; w' = w * k. */
static const phs_scalar_inst inst[] = {
    {.op = PHS_K_SUBF, .type = PHS_S_F32, .dst = 6, .a = 0, .b = 1},
    {.op = PHS_K_ADDF, .type = PHS_S_F32, .dst = 7, .a = 3, .b = 2},
    {.op = PHS_K_MULF, .type = PHS_S_F32, .dst = 8, .a = 4, .b = 5},
};
static const uint16_t result[] = {6, 7, 8};
static const phs_kernel kernel = {.name = "k",
                                  .arg_count = 6,
                                  .register_count = 9,
                                  .inst_count = 3,
                                  .inst = inst,
                                  .result_count = 3,
                                  .result = result,
                                  .output_type = PHS_S_F32};

/* Operands: an input, a train (i32), a current; states v from `v`, w from 3. */
static phs_net *receptor_net(phs_param32 v, int *n) {
  phs_net *net = make_net(&plain, 1);
  int in = add_input(net, SHAPE(2));
  int x = add_train(net, "x", 2, SPIKES({1, 0}, {1, 0}, {2, 1}));
  int c = add_source(net, PHS_SOURCE_CURRENT, "c", SHAPE(2));
  static const int64_t piece_step = 0;
  static const float half = 0.5F, k = 2, three = 3;
  static const phs_param32 piece = {&half, 1};
  static phs_param32 coeff = {&k, 1};
  net->op[c].source.piece_count = 1;
  net->op[c].source.piece_step = &piece_step;
  net->op[c].source.piece_value = &piece;
  *n = add_op(net, PHS_OP_NEURONS, "n", SHAPE(2), PHS_F32, in, x);
  phs_op *op = &net->op[*n];
  op->operand[op->operand_count++] = c;
  op->neurons = (phs_neurons){.model = PHS_MODEL_CUSTOM,
                              .kernel = &kernel,
                              .state_count = 2,
                              .state = {"v", "w"},
                              .coeff_count = 1,
                              .coeff = &coeff};
  op->neurons.initial[0] = v;
  op->neurons.initial[1] = (phs_param32){&three, 1};
  return net;
}

static void operands_and_initial_states(void **state) {
  (void)state;
  const float each[] = {-1, 10};
  int n;
  phs_net *net = receptor_net((phs_param32){each, 2}, &n);
  phs_interp *it = make_interp(net);
  for (int round = 0; round < 2; round++) {
    assert_same_float(value_of(it, n, "v", 1), 10); /* before the first step, and after a reset */
    assert_same_float(value_of(it, n, "w", 0), 3);
    for (int t = 0; t < 4; t++) {
      step1(it, F32(5, 6));
      assert_same_float(value_of(it, n, "out", 0), t == 1 ? 3 : 5);
      assert_same_float(value_of(it, n, "out", 1), t == 2 ? 5 : 6);
      assert_same_float(value_of(it, n, "v", 0), -1 + 0.5F * (float)(t + 1));
      assert_same_float(value_of(it, n, "v", 1), 10 + 0.5F * (float)(t + 1));
      assert_same_float(value_of(it, n, "w", 1), (float)(6 << t));
    }
    phs_interp_reset(it);
  }
  phs_interp_destroy(it);
  phs_net_destroy(net);
}

static void initial_states_left_out(void **state) {
  (void)state;
  int n;
  phs_net *net = receptor_net((phs_param32){0}, &n);
  phs_interp *it = make_interp(net);
  step1(it, F32(0, 0));
  assert_same_float(value_of(it, n, "v", 0), 0.5F); /* from 0 */
  phs_interp_destroy(it);
  phs_net_destroy(net);
}

static void operands_of_other_shapes(void **state) {
  (void)state;
  int n;
  phs_net *net = receptor_net((phs_param32){0}, &n);
  net->op[2].shape = SHAPE(3);
  caught c = {0};
  phs_diag diag = {.fn = catch_diagnostic, .user = &c};
  assert_null(phs_interp_create(net, &diag));
  assert_string_equal(c.code, "PHS0601");
  assert_non_null(strstr(c.message, "has shape [2] instead of [3]"));
  phs_net_destroy(net);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(operands_and_initial_states),
      cmocka_unit_test(initial_states_left_out),
      cmocka_unit_test(operands_of_other_shapes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
