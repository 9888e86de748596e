/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* two_lif_neurons.nir: the first neuron fires by itself, the second answers. What one spike does to
 * the second neuron depends on the step if spikes are held values, and does not if they are pulses.
 */
#include "conformance.h"

#include <math.h>

/* A run of 0.1 s: how often both fire, and the second neuron's height after the first spike. */
typedef struct response {
  int first, second;
  double height;
} response;

/* @p out_of_reach: the second neuron's threshold is raised, so that its height can be seen. */
static response run(phs_spike meaning, double dt, bool out_of_reach) {
  phs_net *net =
      load("two_lif_neurons.nir", (phs_conventions){.spike = meaning, .integrator = PHS_EXACT}, dt);
  int a = find_op(net, "lif1"), b = find_op(net, "lif2");
  if (out_of_reach) {
    int threshold = phs_model_param(PHS_MODEL_LIF, "v_threshold");
    net->op[b].neurons.param[threshold] = make_param(net, F64(1e6), 1);
  }
  phs_interp *it = make_interp(net);
  response r = {0};
  for (int t = 0; t < (int)(0.1 / dt + 0.5); t++) {
    step1(it, F32(0));
    r.first += value_of(it, a, "spikes", 0) != 0;
    r.second += value_of(it, b, "spikes", 0) != 0;
    if (r.first == 1 && r.height == 0) {
      r.height = (double)value_of(it, b, "v", 0);
    }
  }
  phs_interp_destroy(it);
  phs_net_destroy(net);
  return r;
}

/* The first neuron goes towards 1.2 with tau = 10 ms and fires at 1: every 10 ms * ln(1.2 / 0.2)
 * = 17.9 ms. A pulse moves the second one by r / tau = 100. */
static void pulses_do_not_depend_on_the_step(void **state) {
  (void)state;
  NEEDS_SHARED();
  const double dt[] = {1e-3, 1e-4, 1e-5};
  for (int k = 0; k < 3; k++) {
    assert_near(run(PHS_DIRAC, dt[k], true).height, 100, 1e-3);
    response r = run(PHS_DIRAC, dt[k], false);
    assert_int_equal(r.first, 5);
    assert_int_equal(r.second, 5); /* 100 > 20 */
  }
}

static void held_spikes_scale_with_the_step(void **state) {
  (void)state;
  NEEDS_SHARED();
  const double dt[] = {1e-3, 1e-4, 1e-5};
  for (int k = 0; k < 3; k++) {
    response r = run(PHS_HELD, dt[k], false);
    assert_near(r.height, 1 - exp(-dt[k] / 1e-2), 1e-6);
    assert_int_equal(r.first, 5);
    assert_int_equal(r.second, 0);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(pulses_do_not_depend_on_the_step),
                                     cmocka_unit_test(held_spikes_scale_with_the_step)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
