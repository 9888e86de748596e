/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Every neuron model under every combination of conventions: the equations as the interpreter
 * writes them out, against the update functions that discretisation makes. */
#include "conformance.h"

enum { N = 24 };

static double between(noise *n, double low, double high) {
  return low + (high - low) * noise_bits(n) / 4294967296.0;
}

/* A parameter's values: for all neurons alike, or one for each. */
static phs_param64 random_param(phs_net *net, noise *n, const char *name, bool leak) {
  double v[N];
  bool time = strncmp(name, "tau", 3) == 0, threshold = strstr(name, "threshold") != NULL;
  double low = time ? 1.5e-3 : threshold ? 0.5 : strcmp(name, "v_reset") == 0 ? -0.5 : 0.2;
  double high = time ? 20e-3 : threshold ? 1.5 : strcmp(name, "v_reset") == 0 ? 0.4 : 2.5;
  for (int i = 0; i < N; i++) {
    v[i] = between(n, low, high);
    if (strcmp(name, "v_leak") == 0) {
      v[i] = leak ? v[i] - 0.5 : 0;
    }
  }
  return make_param(net, v, noise_bits(n) % 2 ? N : 1);
}

/* All models side by side on one input. */
static phs_net *all_models(const phs_conventions *c, uint64_t seed) {
  phs_net *net = make_net(c, 1e-3);
  noise n = {seed};
  int in = add_input(net, SHAPE(N));
  for (int m = PHS_MODEL_I; m <= PHS_MODEL_THRESHOLD; m++) {
    const phs_model_info *info = phs_model_get((phs_model)m);
    double zero[PHS_MAX_MODEL_PARAMS] = {0};
    int op = add_neurons(net, in, (phs_model)m, zero);
    net->op[op].name = info->name;
    bool leak = noise_bits(&n) % 2;
    for (int p = 0; p < info->param_count; p++) {
      net->op[op].neurons.param[p] = random_param(net, &n, info->param[p], leak);
    }
    if (m == PHS_MODEL_CUBALIF) { /* equal time constants have a formula of their own */
      phs_param64 *syn = &net->op[op].neurons.param[0], *mem = &net->op[op].neurons.param[1];
      double tau[N];
      for (int i = 0; i < N; i++) {
        tau[i] = i % 2 ? mem->v[mem->n == 1 ? 0 : i] : syn->v[syn->n == 1 ? 0 : i];
      }
      *syn = make_param(net, tau, N);
    }
    add_op(net, PHS_OP_OUTPUT, phs_arena_printf(net->arena, "out_%s", info->name), SHAPE(N),
           net->op[op].elem, op, -1);
  }
  return net;
}

/* Conventions number k of all that can be stepped; false when k names an impossible one. */
enum { COMBINATIONS = 3 * 2 * 2 * 3 * 2 * 3 * 2 * 2 };
static bool combination(int k, phs_conventions *c) {
  static const int radix[] = {3, 2, 2, 3, 2, 3, 2, 2};
  int digit[8];
  for (int i = 0; i < 8; i++) {
    digit[i] = k % radix[i];
    k /= radix[i];
  }
  *c = (phs_conventions){.integrator = (phs_integrator)digit[0],
                         .order = (phs_order)digit[1],
                         .compare = (phs_compare)digit[2],
                         .reset = (phs_reset)digit[3],
                         .spikes_per_step = (phs_spikes_per_step)digit[4],
                         .lower_clip = (phs_lower_clip)digit[5],
                         .spike = (phs_spike)digit[6],
                         .if_input = (phs_if_input)digit[7]};
  c->lower_clip_value = c->lower_clip == PHS_CLIP_VALUE ? -0.3 : 0;
  return c->spikes_per_step == PHS_ONE || c->reset != PHS_SUBTRACT_GUARDED;
}

static void equations_equal_update_functions(void **state) {
  (void)state;
  int compared = 0;
  for (int k = 0; k < COMBINATIONS; k++) {
    phs_conventions c;
    if (!combination(k, &c)) {
      continue;
    }
    phs_net *net = all_models(&c, (uint64_t)k);
    phs_diag diag = {.fn = show_errors};
    optimised o = optimise(net, &diag);
    assert_non_null(o.net);
    compared += compare_runs(net, o.net, 50);
    end_optimised(&o);
    phs_net_destroy(net);
  }
  /* results of 7 populations and 7 outputs, 8 states; a sixth of the combinations is impossible */
  assert_true(compared == 50 * (7 + 7 + 8) * (COMBINATIONS - COMBINATIONS / 6));
}

static void both_refuse_the_same(void **state) {
  (void)state;
  for (int guarded = 0; guarded <= 1; guarded++) {
    phs_conventions c = {.spikes_per_step = PHS_MANY,
                         .reset = guarded ? PHS_SUBTRACT_GUARDED : PHS_SUBTRACT};
    phs_net *net = make_net(&c, 1);
    int n = add_neurons(net, add_input(net, SHAPE(1)), PHS_MODEL_IF,
                        (const double[]){1, 1, guarded ? 0 : 1});
    add_op(net, PHS_OP_OUTPUT, "output", SHAPE(1), PHS_I32, n, -1);
    phs_diag diag = {0};
    assert_null(phs_interp_create(net, &diag));
    assert_int_equal(diag.errors, 1);
    diag = (phs_diag){0};
    optimised o = optimise(net, &diag);
    assert_null(o.net);
    assert_int_equal(diag.errors, 1);
    end_optimised(&o);
    phs_net_destroy(net);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(equations_equal_update_functions),
                                     cmocka_unit_test(both_refuse_the_same)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
