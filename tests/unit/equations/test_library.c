/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Built-in models against closed forms and steps by hand, and against their page. */
#include "group_arena.h"
#include "library_reader.h"

static void near(double got, double want, double tolerance) {
  if (!(fabs(got - want) <= tolerance)) {
    fail_msg("%.9g, not %.9g (off by %.3g)", got, want, got - want);
  }
}

/* A neuron of a built-in model with one parameter set. */
static neuron with(const char *model, double dt, const char *parameter, double number) {
  phs_equations_model *m = library_model(arena, model);
  const phs_model_name *list;
  int n = phs_model_parameter_list(m, &list), i = 0;
  phs_param64 *p = PHS_NEW_ARRAY(arena, phs_param64, (size_t)n);
  double *v = PHS_NEW(arena, double);
  while (parameter && i < n && strcmp(list[i].name, parameter) != 0) {
    i++;
  }
  if (parameter) {
    assert_true(i < n);
    *v = number;
    p[i] = (phs_param64){v, 1};
  }
  phs_model_use use = {.parameter = p, .count = 1, .dt = dt};
  return population(arena, m, &use, 0);
}

static neuron plain(const char *model, double dt) {
  return with(model, dt, NULL, 0);
}

static float *inputs(const neuron *n) {
  return PHS_NEW_ARRAY(arena, float, (size_t)n->receptors + 1);
}

/* With 500 pA, V = E_L + 20 mV (1 - e^(-t / 10 ms)): 15 mV are reached after 10 ln 4 = 13.86 ms, in
 * the 139th step; then 20 steps of rest, and the same again. */
static void constant_current(void **state) {
  (void)state;
  static const char *const models[] = {"iaf_psc_delta", "iaf_psc_exp", "iaf_psc_alpha"};
  for (size_t k = 0; k < 3; k++) {
    neuron n = with(models[k], 0.1, "I_e", 500);
    for (int i = 1; i <= 1000; i++) {
      assert_true(step(&n, NULL) == (float)(i % 159 == 139));
    }
  }
}

/* The current receptor acts from the next step on, for one step. */
static void current_receptor(void **state) {
  (void)state;
  static const char *const models[] = {"iaf_psc_delta", "iaf_psc_exp",    "iaf_psc_alpha",
                                       "iaf_cond_exp",  "iaf_cond_alpha", "aeif_cond_exp",
                                       "aeif_psc_exp"};
  static const double capacitance[] = {250, 250, 250, 250, 250, 281, 281};
  for (size_t k = 0; k < sizeof models / sizeof *models; k++) {
    neuron n = plain(models[k], 0.1), still = plain(models[k], 0.1);
    float *x = inputs(&n);
    x[2] = 100;
    float rest = state_of(&n, "V_m");
    step(&n, x);
    step(&still, NULL);
    assert_true(state_of(&n, "V_m") == state_of(&still, "V_m") && state_of(&n, "I_stim") == 100);
    step(&n, NULL);
    step(&still, NULL);
    /* 100 pA over 0.1 ms, less what leaks of it within the step: at most 1 in 100 */
    double jump = (double)(state_of(&n, "V_m") - state_of(&still, "V_m"));
    near(jump, 100 * 0.1 / capacitance[k], 0.011 * 100 * 0.1 / capacitance[k] + 1e-5);
    assert_true(state_of(&n, "I_stim") == 0 && rest < -60);
  }
}

/* An alpha function peaks at its time constant, 20 steps here, with its weight. */
static void alpha_peak(void **state) {
  (void)state;
  neuron n = plain("iaf_psc_alpha", 0.1);
  float *x = inputs(&n), most = 0;
  x[0] = 100;
  step(&n, x);
  int when = 0;
  for (int i = 1; i <= 60; i++) {
    step(&n, NULL);
    float now = state_of(&n, "I_syn_ex");
    when = now > most ? i : when;
    most = now > most ? now : most;
  }
  assert_int_equal(when, 20);
  near((double)most, 100, 1e-3);
  n = with("iaf_cond_alpha", 0.1, "tau_syn_ex", 2);
  step(&n, x);
  for (int i = 1; i <= 20; i++) {
    step(&n, NULL);
  }
  near((double)state_of(&n, "g_ex"), 100, 1e-3);
}

/* A conductance pulls towards its reversal potential: with both constant, to their mean. */
static void conductances(void **state) {
  (void)state;
  neuron n = with("iaf_cond_exp", 0.1, "V_th", 1000);
  float *x = inputs(&n);
  for (int i = 0; i < 5000;
       i++) { /* what decays in a step arrives again: g_ex = 10 nS at its start */
    x[0] = (float)(10 * (1 - exp(-0.1 / 0.2)));
    step(&n, i == 0 ? (x[0] = 10, x) : x);
  }
  /* within a step g falls from 10 nS: the mean is 10 (1 - e^-0.5) / 0.5 */
  double g = 10 * (1 - exp(-0.5)) / 0.5, rest = (16.6667 * -70 + g * 0) / (16.6667 + g);
  near((double)state_of(&n, "V_m"), rest, 0.05);
}

/* Adaptation jumps by b at a spike and V_m is reset; with t_ref 0 the next step moves. */
static void adaptive_exponential(void **state) {
  (void)state;
  neuron n = with("aeif_cond_exp", 0.1, "I_e", 1000);
  int spikes = 0;
  for (int i = 0; i < 2000 && spikes == 0; i++) {
    float before = state_of(&n, "w");
    spikes += step(&n, NULL) == 1;
    if (spikes) {
      assert_true(state_of(&n, "V_m") == -60);
      near((double)(state_of(&n, "w") - before), 80.5, 1);
    }
  }
  assert_int_equal(spikes, 1);
  step(&n, NULL);
  assert_true(state_of(&n, "V_m") != -60 && state_of(&n, "refractory") == 0);
}

/* One Euler step by hand: dV/dt = 0.04 65^2 - 5 65 + 140 + 13 + 10 = 7; dU/dt = 0.02 (-13 + 13). */
static void izhikevich(void **state) {
  (void)state;
  neuron n = with("izhikevich", 0.5, "I_e", 10);
  step(&n, NULL);
  near((double)state_of(&n, "V_m"), -61.5, 1e-5);
  near((double)state_of(&n, "U_m"), -13, 1e-6);
  n.state[0] = 40;
  assert_true(step(&n, NULL) == 1);
  assert_true(state_of(&n, "V_m") == -65);
}

/* At rest, gates and voltage stay; a strong pulse gives one spike, seen just behind the peak. */
static void hodgkin_huxley(void **state) {
  (void)state;
  static const char *const models[] = {"hh_psc_alpha", "hh_cond_exp_traub"};
  for (size_t k = 0; k < 2; k++) {
    /* The second fires by itself with its default of -60 mV, as NEST's does. */
    neuron n = with(models[k], 0.05, "E_L", k == 0 ? -54.402 : -70);
    for (int i = 0; i < 2000; i++) {
      assert_true(step(&n, NULL) == 0);
    }
    float rest = state_of(&n, "V_m");
    assert_true(rest > -72 && rest < -64);
    float *x = inputs(&n);
    x[2] = 2000;
    int spikes = 0;
    for (int i = 0; i < 1000; i++) {
      float before = state_of(&n, "V_m");
      float out = step(&n, i < 40 ? x : NULL);
      assert_true(out == 0 || (before > 0 && state_of(&n, "V_m") < before));
      spikes += out == 1;
    }
    assert_int_equal(spikes, 1);
  }
}

/* Each spike raises the threshold by beta and is taken off V_m. */
static void adaptive_threshold(void **state) {
  (void)state;
  neuron n = with("alif", 1, "t_ref", 0);
  float *x = inputs(&n);
  x[0] = 25;
  assert_true(step(&n, x) == 1); /* 25 >= 10: 15 left */
  assert_true(state_of(&n, "V_m") == 15 && state_of(&n, "a") == 1);
  assert_true(step(&n, NULL) == 1); /* 15 e^(-1/20) = 14.27 >= 10 + 1.8 e^(-1/200) = 11.79 */
  double theta = 10 + 1.8 * exp(-1.0 / 200);
  near((double)state_of(&n, "V_m"), 15 * exp(-1.0 / 20) - theta, 1e-5);
  near((double)state_of(&n, "a"), 1 + exp(-1.0 / 200), 1e-6);
}

/* A kick of the real part: v = K e^(b t) sin(omega t); with omega = 1/ms it peaks near t = 1.47. */
static void resonator(void **state) {
  (void)state;
  neuron n = with("resonate_and_fire", 0.1, "v_th", 1000);
  float *x = inputs(&n);
  x[0] = 2;
  step(&n, x);
  for (int i = 1; i <= 100; i++) {
    step(&n, NULL);
    near((double)state_of(&n, "v"), 2 * exp(-0.01 * i) * sin(0.1 * i), 1e-5);
  }
  n = plain("resonate_and_fire", 0.1);
  step(&n, x);
  int when = 0;
  for (int i = 1; i <= 20 && !when; i++) {
    when = step(&n, NULL) == 1 ? i : 0;
  }
  assert_int_equal(when, 6); /* 2 e^-0.06 sin 0.6 = 1.06; at 0.5: 0.91 */
  assert_true(state_of(&n, "u") == 0 && state_of(&n, "v") == 1);
}

/* Changes are sent once they reach the threshold, and sum up to the rectified sum. */
static void sigma_delta(void **state) {
  (void)state;
  neuron n = plain("sigma_delta", 1);
  static const float in[] = {0.25F, 0.0625F, 0.0625F, -1, 0, 2};
  static const float out[] = {0.25F, 0, 0.125F, -0.375F, 0, 1.375F};
  assert_true(n.elem == PHS_F32);
  for (int i = 0; i < 6; i++) {
    assert_true(step(&n, &in[i]) == out[i]);
  }
}

/* All of a file, NUL-terminated. */
static char *read_file(const char *path) {
  FILE *f = fopen(path, "rb");
  assert_non_null(f);
  fseek(f, 0, SEEK_END);
  long size = ftell(f);
  rewind(f);
  char *text = (char *)phs_arena_alloc(arena, (size_t)size + 1);
  assert_int_equal(fread(text, 1, (size_t)size, f), size);
  fclose(f);
  return text;
}

/* docs/models.md has a section for each model with its summary, parameters with defaults, states
 * and receptors. */
static void documented(void **state) {
  (void)state;
  char *page = read_file(PHASOR_SOURCE_DIR "/docs/models.md");
  for (size_t i = 0; i < phs_library_count(); i++) {
    const char *name = phs_library_name(i);
    phs_model_source *s = library_source(arena, name);
    const char *from = strstr(page, phs_arena_printf(arena, "\n## %s\n", name));
    if (!from) {
      fail_msg("docs/models.md has no section '%s'", name);
      return;
    }
    const char *end = strstr(from + 1, "\n## ");
    char *section = phs_arena_strdup(arena, from);
    section[end ? (size_t)(end - from) : strlen(from)] = 0;
    const char *want[128];
    int count = 0;
    want[count++] = s->summary;
    for (int k = 0; k < s->parameter_count; k++) {
      want[count++] = phs_arena_printf(arena, "\n| `%s` | %s |", s->parameter[k].name.s,
                                       s->parameter[k].value.s);
    }
    for (int k = 0; k < s->receptor_count; k++) {
      want[count++] = phs_arena_printf(
          arena, "`%s` (%s", s->receptor[k].name.s,
          strcmp(s->receptor[k].unit.s, "1") == 0 ? "plain" : s->receptor[k].unit.s);
    }
    neuron n = plain(name, 0.1);
    for (int k = 0; k < n.neurons.state_count; k++) {
      want[count++] = phs_arena_printf(arena, "`%s`", n.neurons.state[k]);
    }
    for (int k = 0; k < count; k++) {
      if (!strstr(section, want[k])) {
        fail_msg("docs/models.md, %s: no '%s'", name, want[k]);
      }
    }
  }
}

/* Each model is a file, and each file is a model. */
static void complete(void **state) {
  (void)state;
  size_t size;
  for (size_t i = 0; i < phs_library_count(); i++) {
    const char *name = phs_library_name(i);
    char *path = phs_arena_printf(arena, PHASOR_SOURCE_DIR "/src/equations/models/%s.yaml", name);
    assert_string_equal(read_file(path), phs_library_text(name, &size));
    assert_true(i == 0 || strcmp(phs_library_name(i - 1), name) < 0);
  }
  assert_null(phs_library_text("iaf", &size));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(constant_current),
      cmocka_unit_test(current_receptor),
      cmocka_unit_test(alpha_peak),
      cmocka_unit_test(conductances),
      cmocka_unit_test(adaptive_exponential),
      cmocka_unit_test(izhikevich),
      cmocka_unit_test(hodgkin_huxley),
      cmocka_unit_test(adaptive_threshold),
      cmocka_unit_test(resonator),
      cmocka_unit_test(sigma_delta),
      cmocka_unit_test(documented),
      cmocka_unit_test(complete),
  };
  return cmocka_run_group_tests(tests, set_up, tear_down);
}
