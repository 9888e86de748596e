/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* A network small enough for a calculation by hand, at every optimisation level. */
#include "backends/cpu/cpu.h"
#include "interp/interp.h"
#include "nets.h"

#include <setjmp.h>

#include <cmocka.h>

/*
 * Two inputs, three neurons: v = 0.5 v + 1 x, spike above 1, back to 0; x = W in + b.
 * W = [[1, 0], [0.5, 0.5], [0, -1]], b = [0, 0.25, 2].
 */
static phs_net *by_hand(void) {
  static const float weight[] = {1, 0, 0.5F, 0.5F, 0, -1}, bias[] = {0, 0.25F, 2};
  static const float a = 0.5F, b = 1, threshold = 1;
  phs_net *n = net_new();
  rng r = {1};
  int x = net_input(n, shape_of(1, 2)), y = net_linear(n, x, -1, 3, true, &r);
  n->op[y].linear.weight.data = weight;
  n->op[y].linear.bias.data = bias;
  int z = net_neurons(n, y, LEAKY_ONE, false, &r);
  n->op[z].neurons.coeff[0] = (phs_param32){&a, 1};
  n->op[z].neurons.coeff[1] = (phs_param32){&b, 1};
  n->op[z].neurons.coeff[2] = (phs_param32){&threshold, 1};
  net_output(n, z);
  return n;
}

/*
 * step 0, in (1, 0): x = 1, 0.75, 2      v1 = 1, 0.75, 2          spikes 0 0 1   v 1, 0.75, 0
 * step 1, in (1, 0): x = 1, 0.75, 2      v1 = 1.5, 1.125, 2       spikes 1 1 1   v 0, 0, 0
 * step 2, in (0, 1): x = 0, 0.75, 1      v1 = 0, 0.75, 1          spikes 0 0 0   v 0, 0.75, 1
 */
static void test_by_hand(void **state) {
  (void)state;
  static const float in[3][2] = {{1, 0}, {1, 0}, {0, 1}};
  static const uint8_t spikes[3][3] = {{0, 0, 1}, {1, 1, 1}, {0, 0, 0}};
  static const float v[3][3] = {{1, 0.75F, 0}, {0, 0, 0}, {0, 0.75F, 1}};
  phs_diag diag = {0};
  phs_ir *ir = phs_ir_create(&diag);
  phs_net *n = by_hand();
  for (int level = 0; level <= 3; level++) {
    phs_cpu_options o = {.opt_level = level};
    phs_cpu_program *p = phs_cpu_load(ir, (MlirModule){0}, n, &o, &diag);
    assert_non_null(p);
    phs_cpu_run *run = phs_cpu_run_create(p);
    for (int again = 0; again < 2; again++) {
      for (int t = 0; t < 3; t++) {
        const float *inputs[] = {in[t]};
        struct phs_quantity q;
        phs_cpu_run_step(run, inputs);
        assert_true(phs_cpu_run_quantity(run, 2, "spikes", &q));
        assert_true(q.elem == PHS_I1 && q.count == 3);
        assert_memory_equal(q.data, spikes[t], 3);
        assert_true(phs_cpu_run_quantity(run, 2, "v", &q));
        assert_memory_equal(q.data, v[t], sizeof v[t]);
        assert_false(phs_cpu_run_quantity(run, 2, "i", &q));
        assert_false(phs_cpu_run_quantity(run, 1, "spikes", &q));
        assert_false(phs_cpu_run_quantity(run, 4, "out", &q));
      }
      phs_cpu_run_reset(run);
    }
    phs_cpu_run_destroy(run);
    phs_cpu_unload(p);
  }
  assert_int_equal(diag.errors, 0);
  phs_net_destroy(n);
  phs_ir_destroy(ir);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_by_hand),
  };
  return cmocka_run_group_tests_name("cpu/small", tests, NULL, NULL);
}
