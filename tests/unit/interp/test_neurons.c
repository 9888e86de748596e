/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Populations at level `net`: each convention against numbers worked by hand or against the
 * differential equation. */
#include "net_builder.h"

#include <math.h>

static const phs_conventions plain = {.integrator = PHS_EULER};

typedef struct bench {
  phs_net *net;
  phs_interp *it;
  int neurons;
} bench;

/* One neuron of `model` on a scalar input. */
static bench make_bench(phs_conventions c, double dt, phs_model model, const double *params) {
  bench b = {.net = make_net(&c, dt)};
  int in = add_input(b.net, SHAPE(1));
  b.neurons = add_neurons(b.net, in, model, params);
  b.it = make_interp(b.net);
  return b;
}

static void end_bench(bench *b) {
  phs_interp_destroy(b->it);
  phs_net_destroy(b->net);
}

static void step(bench *b, float x) {
  step1(b->it, &x);
}
static float get(const bench *b, const char *var) {
  return value_of(b->it, b->neurons, var, 0);
}

/* ---- integration ---- */

/* tau 4, r 2, v_leak 1, threshold out of reach; dt 1. */
static const double lif_slow[] = {4, 2, 1, 100, 0};

static void euler_lif(void **state) {
  (void)state;
  bench b = make_bench(plain, 1, PHS_MODEL_LIF, lif_slow);
  step(&b, 1); /* A = 0.75, B = 0.5, L = 0.25: 0 + 0.5 + 0.25 */
  assert_same_float(get(&b, "v"), 0.75F);
  step(&b, 0); /* 0.5625 + 0.25 */
  assert_same_float(get(&b, "v"), 0.8125F);
  end_bench(&b);
}

static void exact_lif_follows_the_solution(void **state) {
  (void)state;
  phs_conventions c = plain;
  c.integrator = PHS_EXACT;
  bench b = make_bench(c, 1, PHS_MODEL_LIF, lif_slow);
  step(&b, 1); /* towards v_leak + r x = 3 for a quarter of tau */
  double v = 3 * (1 - exp(-0.25));
  assert_near(get(&b, "v"), v, 1e-6);
  step(&b, 0); /* towards v_leak = 1 */
  v = 1 + (v - 1) * exp(-0.25);
  assert_near(get(&b, "v"), v, 1e-6);
  end_bench(&b);
}

static void exp_unscaled_lif(void **state) {
  (void)state;
  phs_conventions c = plain;
  c.integrator = PHS_EXP_UNSCALED;
  bench b = make_bench(c, 1, PHS_MODEL_LIF, lif_slow);
  step(&b, 1); /* input and leak as with euler: 0.5 + 0.25 */
  assert_same_float(get(&b, "v"), 0.75F);
  step(&b, 0); /* exp(-1/4) = 0.7788007831: 0.5841005873 + 0.25 */
  assert_near(get(&b, "v"), 0.8341005873, 1e-7);
  end_bench(&b);
}

static void dirac_input_does_not_scale_with_dt(void **state) {
  (void)state;
  for (int how = PHS_EULER; how <= PHS_EXP_UNSCALED; how++) {
    phs_conventions c = {.integrator = (phs_integrator)how, .spike = PHS_DIRAC};
    bench b = make_bench(c, 0.125, PHS_MODEL_LIF, (const double[]){4, 2, 0, 100, 0});
    step(&b, 1); /* r / tau, for every integrator and step */
    assert_same_float(get(&b, "v"), 0.5F);
    end_bench(&b);
  }
  bench held = make_bench(plain, 0.125, PHS_MODEL_LIF, (const double[]){4, 2, 0, 100, 0});
  step(&held, 1); /* r h / tau */
  assert_same_float(get(&held, "v"), 0.0625F);
  end_bench(&held);
}

static void zero_leak_is_left_out(void **state) {
  (void)state;
  /* A v with v = -0 stays -0 only if no +0 is added behind it: B x = -1 * 0 = -0. */
  bench b = make_bench(plain, 1, PHS_MODEL_LI, (const double[]){1, -1, 0});
  step(&b, 0); /* A = 0: 0 * 0 + -0 = +0 */
  assert_same_float(get(&b, "v"), 0.0F);
  end_bench(&b);
  b = make_bench(plain, 1, PHS_MODEL_LI, (const double[]){0.5, -1, 0});
  step(&b, 0); /* A = -1, v = 0: -0 + -0 = -0 */
  assert_same_float(get(&b, "v"), -0.0F);
  end_bench(&b);
}

static void cuba_order(void **state) {
  (void)state;
  /* tau_syn 2, tau_mem 4, r 3, v_leak 0, w_in 2: S = 0.5, K = 1, A = 0.75, R = 0.75 */
  const double params[] = {2, 4, 3, 0, 2, 100, 0};
  bench b = make_bench(plain, 1, PHS_MODEL_CUBALIF, params);
  step(&b, 1);
  assert_same_float(get(&b, "i"), 1.0F);
  assert_same_float(get(&b, "v"), 0.75F);
  step(&b, 0);
  assert_same_float(get(&b, "i"), 0.5F);
  assert_same_float(get(&b, "v"), 0.9375F); /* 0.5625 + 0.375 */
  end_bench(&b);
  phs_conventions c = plain;
  c.order = PHS_VOLTAGE_FIRST;
  b = make_bench(c, 1, PHS_MODEL_CUBALIF, params);
  step(&b, 1);
  assert_same_float(get(&b, "i"), 1.0F);
  assert_same_float(get(&b, "v"), 0.0F);
  step(&b, 0);
  assert_same_float(get(&b, "i"), 0.5F);
  assert_same_float(get(&b, "v"), 0.75F);
  end_bench(&b);
}

static void cuba_leak_and_scaling(void **state) {
  (void)state;
  /* exp_unscaled, dt 1: S = exp(-1/2), K = 2/2, A = exp(-1/4), R = 3/4, L = 8/4; current first */
  phs_conventions c = plain;
  c.integrator = PHS_EXP_UNSCALED;
  bench b = make_bench(c, 1, PHS_MODEL_CUBALI, (const double[]){2, 4, 3, 8, 2});
  step(&b, 1); /* i = 1, v = 0.75 + 2 */
  assert_same_float(get(&b, "v"), 2.75F);
  assert_same_float(get(&b, "out"), 2.75F);
  step(&b, 0); /* i = 0.6065306597, v = 2.75 * 0.7788007831 + 0.75 * 0.6065306597 + 2 */
  assert_near(get(&b, "i"), 0.6065306597, 1e-7);
  assert_near(get(&b, "v"), 4.5966001483, 1e-6);
  end_bench(&b);
}

/* tau_syn di/dt = -i, tau_mem dv/dt = -v + r i from i(0) = i0, v(0) = 0 by 4th-order Runge-Kutta in
 * tiny steps. */
static double solve_voltage(double tau_syn, double tau_mem, double r, double i0, double t) {
  const int n = 20000;
  double h = t / n, i = i0, v = 0;
  for (int k = 0; k < n; k++) {
    double ki[4], kv[4];
    for (int s = 0; s < 4; s++) {
      double f = s == 0 ? 0 : s == 3 ? h : h / 2;
      double is = i + (s ? f * ki[s - 1] : 0), vs = v + (s ? f * kv[s - 1] : 0);
      ki[s] = -is / tau_syn;
      kv[s] = (r * is - vs) / tau_mem;
    }
    i += h / 6 * (ki[0] + 2 * ki[1] + 2 * ki[2] + ki[3]);
    v += h / 6 * (kv[0] + 2 * kv[1] + 2 * kv[2] + kv[3]);
  }
  return v;
}

static void exact_cuba_follows_the_solution(void **state) {
  (void)state;
  phs_conventions c = {.integrator = PHS_EXACT, .order = PHS_VOLTAGE_FIRST, .spike = PHS_DIRAC};
  const double taus[][2] = {{5e-3, 20e-3}, {20e-3, 5e-3}, {10e-3, 10e-3}};
  for (size_t k = 0; k < 3; k++) {
    const double params[] = {taus[k][0], taus[k][1], 3, 0, 2e-3};
    double want = solve_voltage(taus[k][0], taus[k][1], 3, 2e-3 / taus[k][0], 8e-3);
    for (int substeps = 1; substeps <= 16; substeps *= 4) { /* the result does not depend on dt */
      bench b = make_bench(c, 8e-3 / substeps, PHS_MODEL_CUBALI, params);
      step(&b, 1); /* the pulse: i = w_in / tau_syn at the end of this step */
      for (int s = 0; s < substeps; s++) {
        step(&b, 0);
      }
      assert_near(get(&b, "v"), want, 1e-6);
      end_bench(&b);
    }
  }
}

static void exact_cuba_current_first(void **state) {
  (void)state;
  phs_conventions c = {.integrator = PHS_EXACT};
  bench b = make_bench(c, 1, PHS_MODEL_CUBALI, (const double[]){2, 4, 3, 0, 2});
  step(&b, 1); /* K = 2 (1 - e^-1/2) = 0.7869386806, R = 3 (1 - e^-1/4) = 0.6635976508 */
  assert_near(get(&b, "i"), 0.7869386806, 1e-7);
  assert_near(get(&b, "v"), 0.7869386806 * 0.6635976508, 1e-7);
  end_bench(&b);
}

static void integrators_without_leak(void **state) {
  (void)state;
  bench b = make_bench(plain, 0.25, PHS_MODEL_I, (const double[]){3});
  step(&b, 2);
  step(&b, 0.5F); /* r x each step, whatever dt is */
  assert_same_float(get(&b, "v"), 7.5F);
  assert_same_float(get(&b, "out"), 7.5F);
  end_bench(&b);
  phs_conventions c = plain;
  c.if_input = PHS_PER_TIME;
  b = make_bench(c, 0.25, PHS_MODEL_I, (const double[]){3});
  step(&b, 2); /* r h x */
  assert_same_float(get(&b, "v"), 1.5F);
  end_bench(&b);
  c.spike = PHS_DIRAC;
  b = make_bench(c, 0.25, PHS_MODEL_IF, (const double[]){3, 100, 0});
  step(&b, 2); /* a pulse of area 2 */
  assert_same_float(get(&b, "v"), 6.0F);
  end_bench(&b);
}

/* ---- firing ---- */

/* An IF with r = 1, so that the input is what is added to v. */
static bench make_if(phs_conventions c, double threshold, double reset) {
  return make_bench(c, 1, PHS_MODEL_IF, (const double[]){1, threshold, reset});
}

/* Feeds x; the spikes and the voltage after each step must be as given. */
static void expect_run(bench *b, size_t n, const float *x, const float *spikes, const float *v) {
  for (size_t t = 0; t < n; t++) {
    step(b, x[t]);
    assert_same_float(get(b, "spikes"), spikes[t]);
    assert_same_float(get(b, "v"), v[t]);
  }
  end_bench(b);
}

static void compare_at_the_threshold(void **state) {
  (void)state;
  phs_conventions c = plain;
  bench b = make_if(c, 1, 0);
  expect_run(&b, 2, F32(1, 0.5F), F32(0, 1), F32(1, 0));
  c.compare = PHS_GE;
  b = make_if(c, 1, 0);
  expect_run(&b, 2, F32(1, 0.5F), F32(1, 0), F32(0, 0.5F));
}

static void reset_to_value(void **state) {
  (void)state;
  bench b = make_if(plain, 1, -0.25);
  expect_run(&b, 3, F32(2.5F, 0.5F, 1), F32(1, 0, 1), F32(-0.25F, 0.25F, -0.25F));
}

static void reset_by_subtraction(void **state) {
  (void)state;
  phs_conventions c = plain;
  c.reset = PHS_SUBTRACT;
  bench b = make_if(c, 1, 0); /* 2.5 - 1, then 1.5 - 1 */
  expect_run(&b, 3, F32(2.5F, 0, 0), F32(1, 1, 0), F32(1.5F, 0.5F, 0.5F));
  b = make_if(c, 1, 0.25); /* D = 0.75 */
  expect_run(&b, 2, F32(1.5F, 0), F32(1, 0), F32(0.75F, 0.75F));
}

static void guarded_reset(void **state) {
  (void)state;
  phs_conventions c = plain;
  c.reset = PHS_SUBTRACT_GUARDED;
  /* 2.5: fires, 1.5 stays. Then the guard takes 1 first: 0.5 does not fire, and the guard gives it
   * back. */
  bench b = make_if(c, 1, 0);
  expect_run(&b, 3, F32(2.5F, 0, -1), F32(1, 0, 0), F32(1.5F, 1.5F, 0.5F));
  /* 3.5: fires, 2.5. Guard: 1.5 fires; paid for already, so 1.5 stays. Guard: 0.5, silent, 1.5
   * again. */
  b = make_if(c, 1, 0);
  expect_run(&b, 3, F32(3.5F, 0, 0), F32(1, 1, 0), F32(2.5F, 1.5F, 1.5F));
  /* below the threshold it is plain subtraction */
  b = make_if(c, 1, 0);
  expect_run(&b, 3, F32(1.5F, 0.25F, 0.5F), F32(1, 0, 1), F32(0.5F, 0.75F, 0.25F));
  /* the guard compares as the spike does: v at the threshold counts with ge alone */
  b = make_if(c, 1, 0);
  expect_run(&b, 2, F32(2, 0), F32(1, 0), F32(1, 1)); /* gt: 1 > 1 is false, no guard, no spike */
  c.compare = PHS_GE;
  b = make_if(c, 1, 0); /* ge: 2 fires, 1; guard: 0, silent, back to 1 */
  expect_run(&b, 2, F32(2, 0), F32(1, 0), F32(1, 1));
}

static void many_spikes(void **state) {
  (void)state;
  phs_conventions c = plain;
  c.spikes_per_step = PHS_MANY;
  c.reset = PHS_SUBTRACT;
  /* gt: as many as bring v down to thr or below: 2.5 -> 2 (0.5); 0.5 + 1.5 = 2 -> 1 (1); 1 -> 0 */
  bench b = make_if(c, 1, 0);
  expect_run(&b, 3, F32(2.5F, 1.5F, 0), F32(2, 1, 0), F32(0.5F, 1, 1));
  /* ge: as many as bring v below thr: 2.5 -> 2; 2 -> 2; 1 -> 1 */
  c.compare = PHS_GE;
  b = make_if(c, 1, 0);
  expect_run(&b, 3, F32(2.5F, 1.5F, 1), F32(2, 2, 1), F32(0.5F, 0, 0));
  /* thr 1, reset 0.5: each spike takes 0.5: from 2, gt leaves 1 after two, ge 0.5 after three */
  b = make_if(c, 1, 0.5);
  expect_run(&b, 1, F32(2), F32(3), F32(0.5F));
  c.compare = PHS_GT;
  b = make_if(c, 1, 0.5);
  expect_run(&b, 1, F32(2), F32(2), F32(1));
  /* to_value: counted alike, then set */
  c.reset = PHS_TO_VALUE;
  b = make_if(c, 1, 0.5);
  expect_run(&b, 2, F32(2, 0), F32(2, 0), F32(0.5F, 0.5F));
}

static void many_spikes_are_bounded(void **state) {
  (void)state;
  phs_conventions c = plain;
  c.spikes_per_step = PHS_MANY;
  c.reset = PHS_SUBTRACT;
  bench b = make_if(c, 1, 0); /* 2^30 holds 2^30 - 1 thresholds; 2^24 are given */
  expect_run(&b, 1, F32(1073741824.0F), F32(16777216.0F), F32(1073741824.0F - 16777216.0F));
}

static void lower_clip(void **state) {
  (void)state;
  phs_conventions c = plain;
  bench b = make_if(c, 1, 0);
  expect_run(&b, 1, F32(-3), F32(0), F32(-3));
  c.lower_clip = PHS_CLIP_MINUS_THRESHOLD;
  b = make_if(c, 2, 0);
  expect_run(&b, 2, F32(-3, -1), F32(0, 0), F32(-2, -2));
  c.lower_clip = PHS_CLIP_VALUE;
  c.lower_clip_value = -0.25;
  b = make_if(c, 2, -1); /* the reset value is clipped as well */
  expect_run(&b, 3, F32(-3, 0.125F, 9), F32(0, 0, 1), F32(-0.25F, -0.125F, -0.25F));
  b = make_bench(c, 1, PHS_MODEL_I,
                 (const double[]){1}); /* models that do not spike are not clipped */
  step(&b, -3);
  assert_same_float(get(&b, "v"), -3.0F);
  end_bench(&b);
}

static void threshold_node(void **state) {
  (void)state;
  for (int many = 0; many <= 1; many++) { /* one spike at most, whatever spikes_per_step says */
    phs_conventions c = {.spikes_per_step = many ? PHS_MANY : PHS_ONE,
                         .lower_clip = PHS_CLIP_MINUS_THRESHOLD};
    bench b = make_bench(c, 1, PHS_MODEL_THRESHOLD, (const double[]){0.5});
    const float x[] = {0.5F, 0.75F, 7, -9}, want[] = {0, 1, 1, 0};
    for (int t = 0; t < 4; t++) {
      step(&b, x[t]);
      assert_same_float(get(&b, "spikes"), want[t]);
    }
    phs_quantity q;
    assert_true(phs_interp_quantity(b.it, b.neurons, "out", &q));
    assert_int_equal(q.elem, PHS_I1);
    assert_false(phs_interp_quantity(b.it, b.neurons, "v", &q));
    end_bench(&b);
  }
}

static void comparisons_are_ordered(void **state) {
  (void)state;
  /* r x = 9e76 overflows to infinity, which spikes and stays; infinity - infinity is NaN, which
   * does not. */
  phs_conventions c = {.reset = PHS_SUBTRACT};
  bench b = make_bench(c, 1, PHS_MODEL_IF, (const double[]){3e38, 1, 0});
  step(&b, 3e38F);
  assert_same_float(get(&b, "spikes"), 1.0F);
  step(&b, -3e38F);
  assert_same_float(get(&b, "spikes"), 0.0F);
  assert_true(isnan(get(&b, "v")));
  end_bench(&b);
}

/* ---- populations ---- */

static void parameters_of_each_neuron(void **state) {
  (void)state;
  phs_net *net = make_net(&plain, 1);
  int in = add_input(net, SHAPE(3));
  int n = add_neurons(net, in, PHS_MODEL_LIF, (const double[]){1, 1, 0, 1, 0});
  net->op[n].neurons.param[0] = make_param(net, F64(1, 2, 4), 3);      /* tau */
  net->op[n].neurons.param[3] = make_param(net, F64(0.75, 9, 0.5), 3); /* v_threshold */
  net->op[n].neurons.param[2] =
      make_param(net, F64(0, 0, 2), 3); /* v_leak: one neuron with it is enough to add it */
  phs_interp *it = make_interp(net);
  step1(it, F32(1, 1, 1));
  assert_same_float(value_of(it, n, "v", 0), 0.0F); /* 1 > 0.75 */
  assert_same_float(value_of(it, n, "v", 1), 0.5F);
  assert_same_float(value_of(it, n, "v", 2), 0.0F); /* 0.25 + 0.5 > 0.5 */
  assert_same_float(value_of(it, n, "spikes", 0), 1.0F);
  assert_same_float(value_of(it, n, "spikes", 1), 0.0F);
  assert_same_float(value_of(it, n, "spikes", 2), 1.0F);
  phs_interp_destroy(it);
  phs_net_destroy(net);
}

static void reset_starts_again(void **state) {
  (void)state;
  bench b = make_bench(plain, 1, PHS_MODEL_CUBALIF, (const double[]){2, 4, 3, 1, 2, 1, 0});
  float first[20], x[20];
  noise n = {7};
  for (int t = 0; t < 20; t++) {
    x[t] = noise_float(&n);
    step(&b, x[t]);
    first[t] = get(&b, "v");
  }
  phs_interp_reset(b.it);
  assert_same_float(get(&b, "v"), 0.0F);
  for (int t = 0; t < 20; t++) {
    step(&b, x[t]);
    assert_same_float(get(&b, "v"), first[t]);
  }
  end_bench(&b);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(euler_lif),
      cmocka_unit_test(exact_lif_follows_the_solution),
      cmocka_unit_test(exp_unscaled_lif),
      cmocka_unit_test(dirac_input_does_not_scale_with_dt),
      cmocka_unit_test(zero_leak_is_left_out),
      cmocka_unit_test(cuba_order),
      cmocka_unit_test(cuba_leak_and_scaling),
      cmocka_unit_test(exact_cuba_follows_the_solution),
      cmocka_unit_test(exact_cuba_current_first),
      cmocka_unit_test(integrators_without_leak),
      cmocka_unit_test(compare_at_the_threshold),
      cmocka_unit_test(reset_to_value),
      cmocka_unit_test(reset_by_subtraction),
      cmocka_unit_test(guarded_reset),
      cmocka_unit_test(many_spikes),
      cmocka_unit_test(many_spikes_are_bounded),
      cmocka_unit_test(lower_clip),
      cmocka_unit_test(threshold_node),
      cmocka_unit_test(comparisons_are_ordered),
      cmocka_unit_test(parameters_of_each_neuron),
      cmocka_unit_test(reset_starts_again),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
