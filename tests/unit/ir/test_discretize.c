/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* phasor-discretize: coefficients against numbers worked out by hand, and update functions against
 * the interpreter's own writing of the equations, under every combination of conventions. */
#include "ir_test.h"

#include "interp/interp.h"

#include <math.h>

/* ---- networks ---- */

static const double lif_a[] = {0.01, 1.0, 0.0, 1.0, 0.0};

/* input -> population (-> output), of three neurons. */
static phs_net *network(const phs_conventions *c, double dt, phs_model model, const double *params,
                        size_t each) {
  phs_net *net = phs_net_create();
  assert_non_null(net);
  const phs_model_info *info = phs_model_get(model);
  net->name = "n";
  net->conventions = *c;
  net->dt = dt;
  net->has_time = true;
  net->op = PHS_NEW_ARRAY(net->arena, phs_op, 3);
  net->op_count = 3;
  static const phs_op_kind kinds[] = {PHS_OP_INPUT, PHS_OP_NEURONS, PHS_OP_OUTPUT};
  static const char *const names[] = {"input", "a", "output"};
  bool counts = c->spikes_per_step == PHS_MANY && model != PHS_MODEL_THRESHOLD;
  for (int i = 0; i < 3; i++) {
    phs_op *op = &net->op[i];
    op->kind = kinds[i];
    op->name = names[i];
    op->shape = (phs_shape){.rank = 1, .dim = {3}};
    op->elem = i == 0 || !info->spiking ? PHS_F32 : counts ? PHS_I32 : PHS_I1;
    op->operand_count = i > 0;
    op->operand = PHS_NEW_ARRAY(net->arena, int, 1);
    op->operand[0] = i - 1;
  }
  net->op[1].neurons.model = model;
  for (int p = 0; p < info->param_count; p++) {
    net->op[1].neurons.param[p] = (phs_param64){.v = params + (size_t)p * each, .n = each};
  }
  return net;
}

/* The network at level opt. Its arrays may lie in @p ir. */
static phs_net *discretized(phs_ir *ir, const phs_net *net, phasor_status *status) {
  MlirModule module;
  phs_net *out = NULL;
  assert_int_equal(phs_ir_from_net(ir, net, &module), PHASOR_OK);
  *status = phs_ir_run(ir, module, "phasor-discretize", NULL);
  if (*status == PHASOR_OK) {
    assert_int_equal(phs_ir_to_net(ir, module, &out), PHASOR_OK);
    assert_true(out->discrete);
  }
  mlirModuleDestroy(module);
  return out;
}

/* ---- coefficients ---- */

typedef struct hand {
  const char *what;
  phs_model model;
  double dt;
  double param[PHS_MAX_MODEL_PARAMS];
  const char *convention[3][2];
  const char *symbol;
  int count;
  float want[8]; /* each a literal of enough digits, rounded once by the compiler */
} hand;

/* exp(-0.1) = 0.90483741803595957, exp(-0.05) = 0.95122942450071402; 1 - 0.1 = 0.9. */
static const hand by_hand[] = {
    {"lif euler",
     PHS_MODEL_LIF,
     1e-3,
     {0.01, 1, 0, 1, 0},
     {{0}},
     "lif_gt_to_value",
     4,
     {0.9f, 0.1f, 1.0f, 0.0f}},
    {"lif euler, r, rest and subtract",
     PHS_MODEL_LIF,
     1e-3,
     {0.01, 5, -0.07, 1, 0.25},
     {{"reset", "subtract"}},
     "lif_leak_gt_subtract",
     5,
     {0.9f, 0.5f, -0.007f, 1.0f, 0.75f}},
    {"lif exact",
     PHS_MODEL_LIF,
     1e-3,
     {0.01, 2, 0.5, 1, 0},
     {{"integrator", "exact"}},
     "lif_leak_gt_to_value",
     5,
     {0.90483741803595957f, 0.19032516392808086f, 0.047581290982020214f, 1.0f, 0.0f}},
    {"lif exp_unscaled",
     PHS_MODEL_LIF,
     1e-3,
     {0.01, 2, 0, 1, 0},
     {{"integrator", "exp_unscaled"}, {"compare", "ge"}},
     "lif_ge_to_value",
     4,
     {0.90483741803595957f, 0.2f, 1.0f, 0.0f}},
    {"lif dirac",
     PHS_MODEL_LIF,
     1e-3,
     {0.01, 2, 0, 1, 0},
     {{"spike", "dirac"}},
     "lif_gt_to_value",
     4,
     {0.9f, 200.0f, 1.0f, 0.0f}},
    {"li", PHS_MODEL_LI, 1e-3, {0.01, 1, 0}, {{0}}, "li", 2, {0.9f, 0.1f}},
    {"if per step", PHS_MODEL_IF, 1e-3, {3, 1, 0}, {{0}}, "if_gt_to_value", 3, {3.0f, 1.0f, 0.0f}},
    {"if per time",
     PHS_MODEL_IF,
     1e-3,
     {3, 1, 0},
     {{"if_input", "per_time"}},
     "if_gt_to_value",
     3,
     {0.003f, 1.0f, 0.0f}},
    {"if per time, dirac",
     PHS_MODEL_IF,
     1e-3,
     {3, 1, 0},
     {{"if_input", "per_time"}, {"spike", "dirac"}},
     "if_gt_to_value",
     3,
     {3.0f, 1.0f, 0.0f}},
    {"i", PHS_MODEL_I, 1e-3, {3}, {{0}}, "i", 1, {3.0f}},
    {"many, to_value",
     PHS_MODEL_IF,
     1e-3,
     {1, 1, 0.25},
     {{"spikes_per_step", "many"}},
     "if_gt_to_value_many",
     4,
     {1.0f, 1.0f, 0.75f, 0.25f}},
    {"many, subtract, clip",
     PHS_MODEL_IF,
     1e-3,
     {1, 1, 0.25},
     {{"spikes_per_step", "many"}, {"reset", "subtract"}, {"lower_clip", "-0.5"}},
     "if_gt_subtract_many_clip",
     4,
     {1.0f, 1.0f, 0.75f, -0.5f}},
    {"clip at minus the threshold",
     PHS_MODEL_IF,
     1e-3,
     {1, 1, 0},
     {{"lower_clip", "minus_threshold"}},
     "if_gt_to_value_clip_minus_threshold",
     3,
     {1.0f, 1.0f, 0.0f}},
    {"threshold",
     PHS_MODEL_THRESHOLD,
     1e-3,
     {0.3},
     {{"spikes_per_step", "many"}},
     "threshold_gt",
     1,
     {0.3f}},
    /* tau_syn 10 ms, tau_mem 20 ms; order of the arguments: S K A R L thr Vr. */
    {"cuba_lif euler",
     PHS_MODEL_CUBALIF,
     1e-3,
     {0.01, 0.02, 2, 0.5, 10, 1, 0},
     {{0}},
     "cuba_lif_current_first_leak_gt_to_value",
     7,
     {0.9f, 1.0f, 0.95f, 0.1f, 0.025f, 1.0f, 0.0f}},
    {"cuba_lif exact, current first",
     PHS_MODEL_CUBALIF,
     1e-3,
     {0.01, 0.02, 2, 0, 10, 1, 0},
     {{"integrator", "exact"}},
     "cuba_lif_current_first_gt_to_value",
     6,
     {0.90483741803595957f, 0.95162581964040432f, 0.95122942450071402f, 0.09754115099857196f, 1.0f,
      0.0f}},
    /* P = 0.01/(0.01-0.02) (exp(-0.1) - exp(-0.05)) = 0.04639200646475445 */
    {"cuba_lif exact, voltage first",
     PHS_MODEL_CUBALIF,
     1e-3,
     {0.01, 0.02, 2, 0, 10, 1, 0},
     {{"integrator", "exact"}, {"order", "voltage_first"}},
     "cuba_lif_voltage_first_gt_to_value",
     6,
     {0.90483741803595957f, 0.95162581964040432f, 0.95122942450071402f, 0.0927840129295089f, 1.0f,
      0.0f}},
    /* equal time constants: P = 0.1 exp(-0.1) */
    {"cuba_lif exact, voltage first, equal",
     PHS_MODEL_CUBALIF,
     1e-3,
     {0.01, 0.01, 2, 0, 10, 1, 0},
     {{"integrator", "exact"}, {"order", "voltage_first"}},
     "cuba_lif_voltage_first_gt_to_value",
     6,
     {0.90483741803595957f, 0.95162581964040432f, 0.90483741803595957f, 0.18096748360719191f, 1.0f,
      0.0f}},
    {"cuba_lif dirac",
     PHS_MODEL_CUBALIF,
     1e-3,
     {0.01, 0.02, 2, 0, 10, 1, 0},
     {{"spike", "dirac"}},
     "cuba_lif_current_first_gt_to_value",
     6,
     {0.9f, 1000.0f, 0.95f, 0.1f, 1.0f, 0.0f}},
    {"cuba_li",
     PHS_MODEL_CUBALI,
     1e-3,
     {0.01, 0.02, 2, 0, 10},
     {{0}},
     "cuba_li_current_first",
     4,
     {0.9f, 1.0f, 0.95f, 0.1f}},
};

static void coefficients_are_as_by_hand(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof by_hand / sizeof *by_hand; i++) {
    const hand *h = &by_hand[i];
    phs_conventions c = phs_presets[0].conventions;
    for (int k = 0; k < 3 && h->convention[k][0]; k++) {
      assert_int_equal(phs_convention_set(&c, h->convention[k][0], h->convention[k][1]),
                       PHS_CONVENTION_OK);
    }
    seen s;
    phs_ir *ir = new_ir(&s);
    phs_net *net = network(&c, h->dt, h->model, h->param, 1);
    phasor_status status;
    phs_net *opt = discretized(ir, net, &status);
    assert_non_null(opt);
    const phs_neurons *p = &opt->op[1].neurons;
    if (strcmp(p->kernel->name, h->symbol) != 0 || p->coeff_count != h->count) {
      fail_msg("%s: @%s with %d coefficients", h->what, p->kernel->name, p->coeff_count);
    }
    for (int k = 0; k < h->count; k++) {
      assert_int_equal(p->coeff[k].n, 1);
      if (memcmp(p->coeff[k].v, &h->want[k], sizeof(float)) != 0) {
        fail_msg("%s: coefficient %d is %.9g, by hand %.9g", h->what, k, (double)p->coeff[k].v[0],
                 (double)h->want[k]);
      }
    }
    phs_net_destroy(opt);
    phs_net_destroy(net);
    phs_ir_destroy(ir);
  }
}

/* A parameter that differs gives a value for each neuron; the others stay single. */
static void per_neuron_parameters_give_per_neuron_coefficients(void **state) {
  (void)state;
  static const double params[] = {0.01, 0.02, 0.04, 1, 1, 1, 0, 0, 0, 1, 1, 1, 0, 0, 0};
  seen s;
  phs_ir *ir = new_ir(&s);
  phs_net *net = network(&phs_presets[0].conventions, 1e-3, PHS_MODEL_LIF, params, 3);
  phasor_status status;
  phs_net *opt = discretized(ir, net, &status);
  const phs_neurons *p = &opt->op[1].neurons;
  static const float a[] = {0.9f, 0.95f, 0.975f};
  assert_int_equal(p->coeff[0].n, 3);
  assert_memory_equal(p->coeff[0].v, a, sizeof a);
  assert_int_equal(p->coeff[2].n, 1);
  phs_net_destroy(opt);
  phs_net_destroy(net);
  phs_ir_destroy(ir);
}

/* ---- the functions, against the interpreter ---- */

static void expect_same(const phs_net *net, const phs_interp *a, const phs_interp *b,
                        const char *var, int step) {
  phs_quantity x, y;
  bool has = phs_interp_quantity(a, 1, var, &x);
  if (!has) {
    return;
  }
  assert_true(phs_interp_quantity(b, 1, var, &y));
  assert_int_equal(x.elem, y.elem);
  size_t size = x.elem == PHS_I1 ? 1 : 4;
  if (memcmp(x.data, y.data, x.count * size) != 0) {
    char text[512] = "";
    for (size_t i = 0; i < phs_convention_key_count(); i++) {
      char value[64];
      phs_convention_get(&net->conventions, i, value, sizeof value);
      size_t at = strlen(text);
      snprintf(text + at, sizeof text - at, " %s=%s", phs_convention_key(i), value);
    }
    fail_msg("%s of %s differs in step %d under%s", var,
             phs_model_get(net->op[1].neurons.model)->name, step, text);
  }
}

static uint32_t random_bits(uint64_t *seed) {
  *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  return (uint32_t)(*seed >> 33);
}

static double between(uint64_t *seed, double low, double high) {
  return low + (high - low) * (double)random_bits(seed) / 2147483648.0;
}

static void random_params(uint64_t *seed, phs_model model, double *params) {
  const phs_model_info *info = phs_model_get(model);
  for (int p = 0; p < info->param_count; p++) {
    const char *name = info->param[p];
    for (int n = 0; n < 3; n++) {
      double v = strncmp(name, "tau", 3) == 0        ? between(seed, 0.002, 0.05)
                 : strcmp(name, "v_reset") == 0      ? between(seed, -0.5, 0.2)
                 : strcmp(name, "v_leak") == 0       ? between(seed, -0.5, 0.5)
                 : strstr(name, "threshold") != NULL ? between(seed, 0.25, 1.5)
                                                     : between(seed, 0.5, 4);
      params[3 * p + n] = v;
    }
  }
}

static void compare_runs(const phs_conventions *c, phs_model model, uint64_t *seed) {
  double params[3 * PHS_MAX_MODEL_PARAMS];
  random_params(seed, model, params);
  seen s;
  phs_ir *ir = new_ir(&s);
  phs_net *net = network(c, 1e-3, model, params, 3);
  phasor_status status;
  phs_net *opt = discretized(ir, net, &status);
  bool refused = c->spikes_per_step == PHS_MANY && c->reset == PHS_SUBTRACT_GUARDED &&
                 phs_model_get(model)->spiking && model != PHS_MODEL_THRESHOLD;
  assert_int_equal(status, refused ? PHASOR_ERROR_MODEL : PHASOR_OK);
  if (refused) {
    assert_true(find_code(&s, "PHS0240") >= 0);
  } else {
    phs_interp *a = phs_interp_create(net, &s.diag), *b = phs_interp_create(opt, &s.diag);
    assert_non_null(a);
    assert_non_null(b);
    for (int step = 0; step < 40; step++) {
      float x[3];
      const float *in = x;
      for (int n = 0; n < 3; n++) {
        x[n] = (float)between(seed, -2, 3);
      }
      phs_interp_step(a, &in);
      phs_interp_step(b, &in);
      static const char *const vars[] = {"out", "v", "i"};
      for (int k = 0; k < 3; k++) {
        expect_same(net, a, b, vars[k], step);
      }
    }
    phs_interp_destroy(a);
    phs_interp_destroy(b);
  }
  phs_net_destroy(opt);
  phs_net_destroy(net);
  phs_ir_destroy(ir);
}

static void functions_equal_the_equations(void **state) {
  (void)state;
  uint64_t seed = 7;
  static const char *const clips[] = {"none", "minus_threshold", "-0.25"};
  for (int i = 0; i < 3 * 2 * 2 * 3 * 2 * 3; i++) {
    phs_conventions c = phs_presets[0].conventions;
    int k = i;
    c.integrator = (phs_integrator)(k % 3), k /= 3;
    c.order = (phs_order)(k % 2), k /= 2;
    c.compare = (phs_compare)(k % 2), k /= 2;
    c.reset = (phs_reset)(k % 3), k /= 3;
    c.spikes_per_step = (phs_spikes_per_step)(k % 2), k /= 2;
    phs_convention_set(&c, "lower_clip", clips[k]);
    c.spike = i % 5 == 0 ? PHS_DIRAC : PHS_HELD;
    c.if_input = i % 7 == 0 ? PHS_PER_TIME : PHS_PER_STEP;
    compare_runs(&c, (phs_model)(i % PHS_MODEL_CUSTOM), &seed);
    compare_runs(&c, PHS_MODEL_CUBALIF, &seed);
  }
}

/* ---- refusals and the rest ---- */

static void refuses_what_has_no_meaning(void **state) {
  (void)state;
  static const struct {
    const char *code;
    double dt;
    double param[5];
    bool many;
  } bad[] = {
      {"PHS0240", 1e-3, {0.01, 1, 0, 1, 1}, true},      /* threshold equals reset */
      {"PHS0240", 1e-3, {0.01, 1, 0, 1, 2}, true},      /* below it */
      {"PHS0241", 1e-3, {1e-30, 1e30, 0, 1, 0}, false}, /* r h / tau is 1e57 */
  };
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    phs_conventions c = phs_presets[0].conventions;
    c.spikes_per_step = bad[i].many ? PHS_MANY : PHS_ONE;
    seen s;
    phs_ir *ir = new_ir(&s);
    phs_net *net = network(&c, bad[i].dt, PHS_MODEL_LIF, bad[i].param, 1);
    phasor_status status;
    assert_null(discretized(ir, net, &status));
    assert_int_equal(status, PHASOR_ERROR_MODEL);
    assert_int_equal(s.count, 1);
    assert_string_equal(s.code[0], bad[i].code);
    phs_net_destroy(net);
    phs_ir_destroy(ir);
  }
}

/* tau = 0.4 dt: 1 - dt/tau = -1.5. At tau = dt / 2 it is -1, which does not grow. */
static void warns_of_diverging_euler_steps(void **state) {
  (void)state;
  static const double taus[] = {0.0004, 0.0005};
  for (int i = 0; i < 2; i++) {
    double params[5];
    memcpy(params, lif_a, sizeof params);
    params[0] = taus[i];
    seen s;
    phs_ir *ir = new_ir(&s);
    phs_net *net = network(&phs_presets[0].conventions, 1e-3, PHS_MODEL_LIF, params, 1);
    phasor_status status;
    phs_net *opt = discretized(ir, net, &status);
    assert_non_null(opt);
    assert_int_equal(find_code(&s, "PHS0242") >= 0, i == 0);
    phs_net_destroy(opt);
    phs_net_destroy(net);
    phs_ir_destroy(ir);
  }
}

/* Two populations with equal equations share their function; a user's function of that name stays
 * untouched; delays in seconds round halves away from zero (2.5 steps are 3); a network of level
 * opt is not changed again. */
static void shares_functions_and_rounds_delays(void **state) {
  (void)state;
  static const char text[] = NETWORK(
      "net", "tensor<3xi1>",
      "%a = \"phasor.neurons\"(%x) {name = \"a\", model = \"lif\", params = " LIF_PARAMS
      "} : (tensor<3xf32>) -> tensor<3xi1>\n"
      "%d = \"phasor.delay\"(%a) {name = \"d\", seconds = dense<[0.0025, 0.0024, 0.0]> : "
      "tensor<3xf64>} : (tensor<3xi1>) -> "
      "tensor<3xi1>\n"
      "%b = \"phasor.neurons\"(%d) {name = \"b\", model = \"lif\", params = " LIF_PARAMS
      "} : (tensor<3xi1>) -> tensor<3xi1>\n"
      "%y = \"phasor.neurons\"(%b) {name = \"c\", update = @lif_gt_to_value, states = [], "
      "coefficients = []} : "
      "(tensor<3xi1>) -> tensor<3xi1>") "func.func private @lif_gt_to_value(%x: f32) -> i1 {\n"
                                        " %z = arith.cmpf ogt, %x, %x : f32\n return %z : i1\n}\n";
  seen s;
  phs_ir *ir = new_ir(&s);
  phs_net *net = net_of_text(ir, &s, text, "phasor-discretize");
  const phs_neurons *a = &net->op[op_named(net, "a")].neurons,
                    *b = &net->op[op_named(net, "b")].neurons,
                    *c = &net->op[op_named(net, "c")].neurons;
  assert_ptr_equal(a->kernel, b->kernel);
  assert_string_equal(a->kernel->name, "lif_gt_to_value_0");
  assert_string_equal(c->kernel->name, "lif_gt_to_value");
  assert_int_equal(c->kernel->inst_count, 1);
  const phs_steps *d = &net->op[op_named(net, "d")].delay.steps;
  assert_int_equal(d->n, 3);
  assert_int_equal(d->v[0], 3);
  assert_int_equal(d->v[1], 2);
  assert_int_equal(d->v[2], 0);
  phs_net_destroy(net);

  MlirModule module;
  assert_int_equal(parse(ir, text, &module), PHASOR_OK);
  assert_int_equal(phs_ir_run(ir, module, "phasor-discretize", NULL), PHASOR_OK);
  char *once = print_module(module);
  assert_int_equal(phs_ir_run(ir, module, "phasor-discretize", NULL), PHASOR_OK);
  char *twice = print_module(module);
  assert_string_equal(once, twice);
  free(once);
  free(twice);
  mlirModuleDestroy(module);
  phs_ir_destroy(ir);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(coefficients_are_as_by_hand),
      cmocka_unit_test(per_neuron_parameters_give_per_neuron_coefficients),
      cmocka_unit_test(functions_equal_the_equations),
      cmocka_unit_test(refuses_what_has_no_meaning),
      cmocka_unit_test(warns_of_diverging_euler_steps),
      cmocka_unit_test(shares_functions_and_rounds_delays),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
