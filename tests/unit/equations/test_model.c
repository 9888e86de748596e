/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* What update functions of models compute, against closed forms and hand-made sequences. */
#include "group_arena.h"
#include "model_test.h"

#define TEXT(s)                                                                                    \
  { s, NULL, 0, 0, 0 }

static phs_equations_model *compile(const phs_model_source *source) {
  heard h = {.count = 0};
  phs_diag diag = {.fn = hear, .user = &h};
  phs_equations_model *m = phs_model_compile(arena, source, &diag);
  if (!m) {
    fail_msg("%s", h.text);
  }
  assert_int_equal(h.count, 0);
  return m;
}

/* Relative to the larger of |want| and `scale`. */
static void near(double got, double want, double tolerance) {
  if (!(fabs(got - want) <= tolerance)) {
    fail_msg("%.9g, not %.9g (off by %.3g)", got, want, got - want);
  }
}

static const phs_model_parameter lif_parameters[] = {
    {TEXT("tau_m"), TEXT("20 ms")},  {TEXT("E_L"), TEXT("-65 mV")},
    {TEXT("V_th"), TEXT("-50 mV")},  {TEXT("V_reset"), TEXT("-65 mV")},
    {TEXT("t_ref"), TEXT("2 ms")},   {TEXT("C_m"), TEXT("250 pF")},
    {TEXT("tau_syn"), TEXT("5 ms")},
};
static const phs_model_receptor lif_receptor[] = {{TEXT("in"), TEXT("I += x"), TEXT("pA")}};
static const phs_model_source lif = {
    .name = "lif",
    .parameter_count = 7,
    .parameter = lif_parameters,
    .receptor_count = 1,
    .receptor = lif_receptor,
    .equations = TEXT("dv/dt = (E_L - v) / tau_m + I / C_m : mV (hold)\n"
                      "dI/dt = -I / tau_syn : pA # decays\n"),
    .threshold = TEXT("v >= V_th"),
    .reset = TEXT("v = V_reset"),
    .refractory = TEXT("t_ref"),
    .initial = TEXT("v = E_L"),
};

/* The response to one amount J: v = E + J/C (tau tau_s)/(tau - tau_s) (e^(-t/tau) - e^(-t/tau_s)),
 * the solution of the two equations. */
static void exact_response(void **state) {
  (void)state;
  phs_equations_model *m = compile(&lif);
  neuron n = one_neuron(arena, m, 0.1, PHS_METHOD_AUTO);
  assert_true(n.elem == PHS_I1);
  const float once = 500;
  assert_true(step(&n, &once) == 0);
  assert_true(state_of(&n, "v") == -65 && state_of(&n, "I") == 500); /* integrated, then received */
  for (int i = 1; i <= 300; i++) {
    assert_true(step(&n, NULL) == 0);
    double t = 0.1 * i, scale = 500.0 / 250 * 20 * 5 / (20 - 5);
    near((double)state_of(&n, "v"), -65 + scale * (exp(-t / 20) - exp(-t / 5)), 1e-4);
    near((double)state_of(&n, "I"), 500 * exp(-t / 5), 500 * 3e-6);
  }
}

/* Equal time constants: v = E + J/C t e^(-t/tau). No difference of equal numbers appears. */
static void equal_time_constants(void **state) {
  (void)state;
  phs_equations_model *m = compile(&lif);
  const double tau = 10;
  phs_param64 p[7] = {[0] = {&tau, 1}, [6] = {&tau, 1}};
  phs_model_use use = {.parameter = p, .count = 1, .dt = 0.1};
  neuron n = population(arena, m, &use, 0);
  const float once = 500;
  step(&n, &once);
  for (int i = 1; i <= 300; i++) {
    step(&n, NULL);
    double t = 0.1 * i;
    near((double)state_of(&n, "v"), -65 + 500.0 / 250 * t * exp(-t / tau), 1e-4);
  }
}

/* At rest nothing moves, to the bit, and a constant drive ends where it should: at E + R I. */
static void fixed_point(void **state) {
  (void)state;
  phs_equations_model *m = compile(&lif);
  neuron n = one_neuron(arena, m, 0.1, PHS_METHOD_AUTO);
  for (int i = 0; i < 1000; i++) {
    step(&n, NULL);
  }
  near((double)state_of(&n, "v"), -65, 1e-5);
}

/* A spike at once: v was set beyond the threshold. Then exactly 2 ms / 0.1 ms = 20 steps of rest,
 * in which v is held and I goes on; the 21st moves. */
static void refractory_steps(void **state) {
  (void)state;
  phs_equations_model *m = compile(&lif);
  neuron n = one_neuron(arena, m, 0.1, PHS_METHOD_AUTO);
  n.state[0] = -40;
  n.state[1] = 1000;
  assert_true(step(&n, NULL) == 1);
  assert_true(state_of(&n, "v") == -65 && state_of(&n, "refractory") == 20);
  for (int i = 1; i <= 20; i++) {
    float before = state_of(&n, "I");
    assert_true(step(&n, NULL) == 0);
    assert_true(state_of(&n, "v") == -65);
    assert_true(state_of(&n, "refractory") == (float)(20 - i));
    assert_true(state_of(&n, "I") < before);
  }
  step(&n, NULL);
  assert_true(state_of(&n, "v") > -65);
}

/* Refractory times are rounded to steps, halves up, for each neuron. */
static void refractory_rounding(void **state) {
  (void)state;
  phs_equations_model *m = compile(&lif);
  const double t_ref[] = {0, 0.14, 0.15, 0.25, 2.0};
  const float steps[] = {0, 1, 2, 3, 20};
  phs_param64 p[7] = {[4] = {t_ref, 5}};
  phs_model_use use = {.parameter = p, .count = 5, .dt = 0.1};
  for (int i = 0; i < 5; i++) {
    neuron n = population(arena, m, &use, i);
    n.state[0] = -40;
    assert_true(step(&n, NULL) == 1);
    assert_true(state_of(&n, "refractory") == steps[i]);
  }
}

/* A held variable does not change by what arrives, either; others do. */
static void held_receptor(void **state) {
  (void)state;
  static const phs_model_receptor receptor[] = {{TEXT("in"), TEXT("v += x; w += x"), TEXT("mV")}};
  phs_model_source source = lif;
  source.receptor = receptor;
  source.equations = (phs_text)TEXT("dv/dt = (E_L - v) / tau_m : mV (hold)\ndw/dt = -w/tau_m : mV");
  phs_equations_model *m = compile(&source);
  neuron n = one_neuron(arena, m, 0.1, PHS_METHOD_AUTO);
  const float jump = 5;
  step(&n, &jump);
  assert_true(state_of(&n, "v") == -60 && state_of(&n, "w") == 5);
  n.state[2] = 1; /* one step left: this one */
  step(&n, &jump);
  assert_true(state_of(&n, "v") == -60 && state_of(&n, "w") > 9);
  step(&n, &jump);
  assert_true(state_of(&n, "v") > -56);
}

/* Adaptation that is driven by a held voltage sees it constant: w -> a (v - E) (1 - e^(-t/tau_w)).
 */
static void held_in_system(void **state) {
  (void)state;
  phs_model_source source = lif;
  source.equations = (phs_text)TEXT("dv/dt = (E_L - v) / tau_m - w / C_m : mV (hold)\n"
                                    "dw/dt = (2 nS * (v - E_L) - w) / (50 ms) : pA");
  source.receptor_count = 0;
  phs_equations_model *m = compile(&source);
  neuron n = one_neuron(arena, m, 0.1, PHS_METHOD_AUTO);
  n.state[0] = -55;
  n.state[2] = 100;
  for (int i = 1; i <= 100; i++) {
    step(&n, NULL);
    assert_true(state_of(&n, "v") == -55);
    near((double)state_of(&n, "w"), 2 * 10 * (1 - exp(-0.1 * i / 50)), 1e-4);
  }
}

/* dy/dt = y (1 - y) / ms from 0.1: y(4 ms) = 1 / (1 + 9 e^-4), the logistic function. */
static double logistic_error(phs_method method, int steps) {
  phs_model_source source = {.name = "logistic",
                             .equations = TEXT("dy/dt = y * (1 - y) / (1 ms) : 1"),
                             .initial = TEXT("y = 0.1")};
  phs_equations_model *m = compile(&source);
  neuron n = one_neuron(arena, m, 4.0 / steps, method);
  assert_true(n.elem == PHS_F32);
  for (int i = 0; i < steps; i++) {
    step(&n, NULL);
  }
  return fabs((double)n.state[0] - 1 / (1 + 9 * exp(-4)));
}

/* Half the step: half the error at order 1, a sixteenth at order 4. */
static void orders(void **state) {
  (void)state;
  near(logistic_error(PHS_METHOD_EULER, 64) / logistic_error(PHS_METHOD_EULER, 128), 2, 0.1);
  near(logistic_error(PHS_METHOD_RK4, 4) / logistic_error(PHS_METHOD_RK4, 8), 16, 3);
}

/* dn/dt = (1 - n) a - n b with constant a, b: exp_euler is exact whatever the step. */
static void exponential_euler(void **state) {
  (void)state;
  phs_model_source source = {.name = "gate",
                             .equations = TEXT("dn/dt = a*(1 - n) - b*n : 1\n"
                                               "dv/dt = n*v / (10 ms) : mV\n"
                                               "a = 0.3 / (1 ms) : 1/ms\nb = 0.1/(1 ms) : 1/ms\n"),
                             .initial = TEXT("v = 1 mV")};
  phs_equations_model *m = compile(&source);
  neuron n = one_neuron(arena, m, 0.5, PHS_METHOD_EXP_EULER);
  for (int i = 1; i <= 20; i++) {
    step(&n, NULL);
    near((double)state_of(&n, "n"), 0.75 * (1 - exp(-0.4 * 0.5 * i)), 1e-6);
  }
  /* ln v is the integral of n / 10: the exponential step takes n from the step's start, which is of
   * first order: half the step times the change of n. */
  double t = 10, integral = 0.75 * (t - (1 - exp(-0.4 * t)) / 0.4);
  near(log((double)state_of(&n, "v")), integral / 10, 0.75 * 0.5 * 0.5 / 10 * 1.1);
}

/* A linear part of a model that is otherwise not linear is exact under rk4 too. */
static void mixed_parts(void **state) {
  (void)state;
  phs_model_source source = {.name = "mixed",
                             .equations = TEXT("dg/dt = -g / (0.2 ms) : nS\n"
                                               "dv/dt = -g * v / (100 pF) : mV\n"),
                             .initial = TEXT("v = 1 mV; g = 50 nS")};
  phs_equations_model *m = compile(&source);
  neuron n = one_neuron(arena, m, 0.1, PHS_METHOD_RK4);
  for (int i = 1; i <= 20; i++) {
    step(&n, NULL);
    near((double)state_of(&n, "g"), 50 * exp(-0.1 * i / 0.2), 50 * 2e-6);
  }
  near((double)state_of(&n, "v"), exp(-50.0 / 100 * 0.2 * (1 - exp(-10))), 1e-5);
}

/* previous() is the value at the start of the step: a local maximum is seen one step late. */
static void previous_value(void **state) {
  (void)state;
  phs_model_source source = {.name = "peak",
                             .equations = TEXT("dv/dt = u : mV\ndu/dt = -v / (1 ms^2) : mV/ms"),
                             .threshold = TEXT("v > 0 mV and v < previous(v) and u < 0 mV/ms"),
                             .reset = TEXT("u = 0 mV/ms"),
                             .initial = TEXT("u = 1 mV/ms")};
  phs_equations_model *m = compile(&source);
  neuron n = one_neuron(arena, m, 0.1, PHS_METHOD_AUTO);
  int first = 0;
  for (int i = 1; i <= 20 && !first; i++) {
    first = step(&n, NULL) == 1 ? i : 0; /* v = sin t: its maximum lies at t = 1.57 */
  }
  assert_int_equal(first, 17);
}

/* Statements run in order and see what came before. */
static void statement_order(void **state) {
  (void)state;
  phs_model_source source = {.name = "order",
                             .equations = TEXT("da/dt = 0 Hz : 1\ndb/dt = 0 Hz : 1"),
                             .threshold = TEXT("a > 2"),
                             .reset = TEXT("a -= 2; b = a * 10\n b /= 4 # half\n a *= 3"),
                             .initial = TEXT("a = 3")};
  phs_equations_model *m = compile(&source);
  neuron n = one_neuron(arena, m, 1, PHS_METHOD_AUTO);
  assert_true(step(&n, NULL) == 1);
  assert_true(state_of(&n, "a") == 3 && state_of(&n, "b") == 2.5F);
}

/* Every operation of the language once, against C. */
static void operations(void **state) {
  (void)state;
  static const char *const text[] = {"exp(q) + log(q)",
                                     "sqrt(q) * abs(-q)",
                                     "tanh(q) - sin(q) + cos(q)",
                                     "floor(q) + ceil(q)",
                                     "round(q) + sign(q - 2)",
                                     "min(q, 1, 0.5) + max(q, 2)",
                                     "clip(q, 0, 0.25)",
                                     "pow(q, 3) + q^-2 + q^0.5",
                                     "exprel(q)",
                                     "where(q > 0.5 and not q >= 3, q, -q)",
                                     "where(q < 0.1 or q == 0.7 or q != 0.7, 1, 2)",
                                     "q - (q - (q - 1)) * -2",
                                     "-(q - 3) / (4 * q) / 2",
                                     "where(1 > 2, q, 7)",
                                     "where(sign(q) <= 0, 1, q)"};
  const double q = 0.7;
  const double want[] = {exp(q) + log(q),
                         sqrt(q) * q,
                         tanh(q) - sin(q) + cos(q),
                         1,
                         0,
                         2.5,
                         0.25,
                         q * q * q + 1 / (q * q) + sqrt(q),
                         (exp(q) - 1) / q,
                         q,
                         1,
                         q + 2 * (q - (q - 1)),
                         (3 - q) / (4 * q) / 2,
                         7,
                         q};
  for (size_t i = 0; i < sizeof text / sizeof *text; i++) {
    phs_model_source source = {.name = "f",
                               .equations = TEXT("dq/dt = 0 Hz : 1"),
                               .initial = TEXT("q = 0.7"),
                               .output = {text[i], NULL, 0, 0, 0}};
    phs_equations_model *m = compile(&source);
    neuron n = one_neuron(arena, m, 1, PHS_METHOD_EXP_EULER);
    near((double)step(&n, NULL), want[i], 1e-6 * fabs(want[i]));
  }
}

/* Defaults that are expressions follow what the population gives; coefficients are one number where
 * all neurons agree. */
static void parameters(void **state) {
  (void)state;
  static const phs_model_parameter p[] = {{TEXT("C_m"), TEXT("100 pF")},
                                          {TEXT("g_L"), TEXT("10 nS")},
                                          {TEXT("tau"), TEXT("= C_m / g_L")}};
  phs_model_source source = {.name = "derived",
                             .parameter_count = 3,
                             .parameter = p,
                             .equations = TEXT("dv/dt = -v / tau : mV"),
                             .initial = TEXT("v = 1 mV")};
  phs_equations_model *m = compile(&source);
  const phs_model_name *list;
  assert_int_equal(phs_model_parameter_list(m, &list), 3);
  assert_true(list[2].value == 10 && list[2].dimension.time == 1);
  const double c[] = {100, 200};
  phs_param64 given[3] = {{c, 2}};
  phs_model_use use = {.parameter = given, .count = 2, .dt = 0.5};
  neuron n = population(arena, m, &use, 1);
  step(&n, NULL);
  near((double)n.state[0], exp(-0.5 / 20), 1e-7);
  assert_int_equal(n.neurons.coeff_count, 1);
  assert_int_equal(n.neurons.coeff[0].n, 2);
  n = one_neuron(arena, m, 0.5, PHS_METHOD_AUTO);
  step(&n, NULL);
  near((double)n.state[0], exp(-0.5 / 10), 1e-7);
  assert_int_equal(n.neurons.coeff[0].n, 1);
}

/* Initial values see each other, and what the population gives. */
static void initial_values(void **state) {
  (void)state;
  phs_model_source source = {.name = "start",
                             .equations = TEXT("dv/dt = 0 mV/ms : mV\ndm/dt = 0 Hz : 1\n"
                                               "m_inf = v / (10 mV) : 1"),
                             .initial = TEXT("v = -20 mV; m = m_inf")};
  phs_equations_model *m = compile(&source);
  neuron n = one_neuron(arena, m, 1, PHS_METHOD_AUTO);
  assert_true(n.state[0] == -20 && n.state[1] == -2);
  const double v[] = {5, 10};
  phs_param64 given[2] = {{v, 2}};
  phs_model_use use = {.initial = given, .count = 2, .dt = 1};
  n = population(arena, m, &use, 1);
  assert_true(n.state[0] == 10 && n.state[1] == 1);
}

/* The same model gives the same function of the same name; another structure another name. */
static void names(void **state) {
  (void)state;
  phs_equations_model *m = compile(&lif);
  const double tau = 7;
  phs_param64 p[7] = {[0] = {&tau, 1}};
  phs_model_use use = {.parameter = p, .count = 3, .dt = 0.1};
  neuron a = population(arena, m, &use, 0), b = one_neuron(arena, m, 0.1, PHS_METHOD_AUTO);
  neuron c = one_neuron(arena, m, 0.1, PHS_METHOD_EULER);
  assert_string_equal(a.neurons.kernel->name, b.neurons.kernel->name);
  assert_string_not_equal(a.neurons.kernel->name, c.neurons.kernel->name);
  assert_int_equal(strncmp(a.neurons.kernel->name, "lif_", 4), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(exact_response),      cmocka_unit_test(equal_time_constants),
      cmocka_unit_test(fixed_point),         cmocka_unit_test(refractory_steps),
      cmocka_unit_test(refractory_rounding), cmocka_unit_test(held_receptor),
      cmocka_unit_test(held_in_system),      cmocka_unit_test(orders),
      cmocka_unit_test(exponential_euler),   cmocka_unit_test(mixed_parts),
      cmocka_unit_test(previous_value),      cmocka_unit_test(statement_order),
      cmocka_unit_test(operations),          cmocka_unit_test(parameters),
      cmocka_unit_test(initial_values),      cmocka_unit_test(names),
  };
  return cmocka_run_group_tests(tests, set_up, tear_down);
}
