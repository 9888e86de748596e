/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Every diagnostic of models: code, line, column and remedy. */
#include "group_arena.h"
#include "model_test.h"

/* A model that is right, with texts at line 10, column 5 of their file. */
static phs_model_source good(void) {
  static phs_model_parameter p[2];
  static phs_model_receptor r[1];
  p[0] = (phs_model_parameter){text_at("tau"), text_at("20 ms")};
  p[1] = (phs_model_parameter){text_at("E_L"), text_at("-65 mV")};
  r[0] = (phs_model_receptor){text_at("in"), text_at("v += x"), text_at("mV")};
  return (phs_model_source){.name = "m",
                            .parameter_count = 2,
                            .parameter = p,
                            .receptor_count = 1,
                            .receptor = r,
                            .equations = text_at("dv/dt = (E_L - v) / tau : mV (hold)"),
                            .threshold = text_at("v > -50 mV"),
                            .reset = text_at("v = E_L"),
                            .refractory = text_at("2 ms"),
                            .initial = text_at("v = E_L")};
}

static heard compile(const phs_model_source *source) {
  heard h = {.count = 0};
  phs_diag diag = {.fn = hear, .user = &h};
  phs_equations_model *m = phs_model_compile(arena, source, &diag);
  assert_true((m != NULL) == (h.count == 0));
  return h;
}

/* One diagnostic that begins with `start` ("PHS0803 10:13") and holds both texts. */
static void expect(const phs_model_source *source, const char *start, const char *message,
                   const char *help) {
  heard h = compile(source);
  if (h.count != 1 || strncmp(h.text, start, strlen(start)) != 0 || !strstr(h.text, message) ||
      !strstr(strchr(h.text, '|'), help)) {
    fail_msg("want %s %s | %s\ngot %s", start, message, help, h.text);
  }
}

static void expect_equations(const char *text, const char *start, const char *message,
                             const char *help) {
  phs_model_source source = good();
  source.equations = text_at(text);
  expect(&source, start, message, help);
}

static void nothing_wrong(void **state) {
  (void)state;
  phs_model_source source = good();
  heard h = compile(&source);
  assert_string_equal(h.text, "");
}

static void equations(void **state) {
  (void)state;
  expect_equations("dv/dt = (E_L - v) / tau", "PHS0801 10:28", "unit of the variable is missing",
                   "dv/dt = ... : mV");
  expect_equations("dv/dt = (E_L - v / tau : mV", "PHS0801 10:13", "not closed", "')'");
  expect_equations("dv/dt = E_L / tau : mv", "PHS0801 10:25", "'mv' is not a unit", "'mV'");
  expect_equations("dv/ds = E_L / tau : mV", "PHS0801 10:5", "no left-hand side", "dv/dt");
  expect_equations("2 v = E_L : mV", "PHS0801 10:5", "no left-hand side", "");
  expect_equations("dv/dt : mV", "PHS0801 10:5", "no '='", "");
  expect_equations("dv/dt = (E_L - v) / taau : mV", "PHS0802 10:25", "'taau' is not defined",
                   "'tau'");
  expect_equations("dv/dt = E_L - v + tau : mV", "PHS0802 10:13", "'+' joins voltage (mV) and time",
                   "differ by");
  expect_equations("dv/dt = E_L - v : mV", "PHS0803 10:13",
                   "dv/dt is voltage (mV), where voltage / time (mV/ms) belongs",
                   "divide by time (ms)");
  expect_equations("dv/dt = (E_L - v) / tau + I : mV\nI = 5 : mV/ms", "PHS0803 11:9",
                   "'I' is a plain number", "a number needs its unit: mV/ms");
  expect_equations("dv/dt = v > E_L : mV", "PHS0803 10:13", "is a condition", "where(");
  expect_equations("dv/dt = (E_L - v) / tau : mV (fixed)", "PHS0806 10:34", "no flag", "(hold)");
  expect_equations("dv/dt = I : mV\nI = (E_L - v) / tau : mV/ms (hold)", "PHS0806 11:25",
                   "named expression cannot hold", "");
  expect_equations("dv/dt = J : mV\nI = J + I0 : mV/ms\nJ = -I : mV/ms\nI0 = E_L/tau : mV/ms",
                   "PHS0805 11:5", "'I' needs itself, through other names", "state variable");
  expect_equations("dv/dt = I : mV\nI = I : mV/ms", "PHS0805 11:5", "'I' needs itself", "");
  expect_equations("dv/dt = previous(v) / tau : mV", "PHS0802 10:13", "'v' is not defined here",
                   "thresholds");
}

static void names(void **state) {
  (void)state;
  expect_equations("dv/dt = -v/tau : mV\ndv/dt = -v/tau : mV", "PHS0804 11:6",
                   "'v' already has an equation", "another name");
  expect_equations("dv/dt = -v/tau : mV\ntau = v : mV", "PHS0804 11:5",
                   "'tau' is already a parameter", "");
  expect_equations("dv/dt = -v/tau : mV\nexp = v : mV", "PHS0804 11:5", "'exp' is a function", "");
  expect_equations("dv/dt = -v/tau : mV\ndx/dt = 0 Hz : 1", "PHS0804 11:6",
                   "'x' has a meaning of its own", "");
  phs_model_source source = good();
  phs_model_parameter p[] = {{text_at("tau"), text_at("20 ms")},
                             {text_at("E-L"), text_at("1 mV")},
                             {text_at("E_L"), text_at("1 mV")}};
  source.parameter = p;
  source.parameter_count = 3;
  expect(&source, "PHS0804 10:5", "'E-L' is no name", "");
  source = good();
  phs_model_receptor r[] = {{text_at("in"), text_at("v += x"), {0}},
                            {text_at("in"), text_at("v += x"), {0}}};
  source.receptor = r;
  source.receptor_count = 2;
  expect(&source, "PHS0804 10:5", "already a receptor", "");
}

static void parameters(void **state) {
  (void)state;
  phs_model_source source = good();
  phs_model_parameter p[] = {{text_at("tau"), text_at("20 mss")},
                             {text_at("E_L"), text_at("-65 mV")}};
  source.parameter = p;
  source.parameter_count = 2;
  expect(&source, "PHS0801 10:8", "'mss' is not a unit", "'ms'");
  p[0].value = text_at("= 2 * later");
  expect(&source, "PHS0802 10:11", "'later' is not defined", "");
  p[0].value = text_at("1 ms / 0");
  expect(&source, "PHS0809 10:5", "default of 'tau' is not a finite number", "");
  p[0].value = text_at("2 mV");
  expect(&source, "PHS0803 10:13", "dv/dt is a plain number", "");
}

static void statements(void **state) {
  (void)state;
  phs_model_source source = good();
  source.reset = text_at("v = E_L; w = 0 mV");
  expect(&source, "PHS0810 10:14", "'w' is no state variable", "");
  source.reset = text_at("v = E_L\ntau = 3 ms");
  expect(&source, "PHS0810 11:5", "'tau' is no state variable", "");
  source.reset = text_at("v = 0");
  expect(&source, "PHS0803 10:9", "what 'v' is set to is a plain number", "mV");
  source.reset = text_at("v *= 2 mV");
  expect(&source, "PHS0803 10:10", "multiplied by", "");
  source.reset = text_at("v");
  expect(&source, "PHS0801 10:5", "no '='", "");
  source.reset = text_at("= 3");
  expect(&source, "PHS0801 10:5", "no name", "");
  source.reset = text_at("v = x");
  expect(&source, "PHS0802 10:9", "'x' is not defined", ""); /* only receptors have an amount */
  source = good();
  phs_model_receptor r[] = {{text_at("in"), text_at("v += x"), text_at("pA")}};
  source.receptor = r;
  expect(&source, "PHS0803 10:10", "changed by is current (pA), where voltage (mV) belongs",
         "divide by conductance (nS), or multiply by resistance (GOhm)");
  r[0].unit = text_at("pAA");
  heard h = compile(&source);
  assert_non_null(strstr(h.text, "PHS0801 10:5 'pAA' is not a unit"));
  source = good();
  source.initial = text_at("v = 3 ms");
  expect(&source, "PHS0803 10:9", "set to is time", "");
}

static void other_parts(void **state) {
  (void)state;
  phs_model_source source = good();
  source.threshold = text_at("v + 50 mV");
  expect(&source, "PHS0803 10:5", "threshold is a number", "compare");
  source.threshold = text_at("v > 5");
  expect(&source, "PHS0802 10:5", "joins voltage (mV) and a plain number", "mV");
  source = good();
  source.refractory = text_at("2 mV");
  expect(&source, "PHS0803 10:5", "the refractory time is voltage", "");
  source = good();
  source.threshold.s = NULL;
  heard h = compile(&source);
  assert_int_equal(h.count, 2);
  assert_non_null(strstr(h.text, "PHS0811 10:5 a reset without a threshold"));
  assert_non_null(strstr(h.text, "PHS0811 10:5 a refractory time without a threshold"));
  source = good();
  source.refractory.s = NULL;
  expect(&source, "PHS0806 10:6", "'v' holds, but the model has no refractory time", "(hold)");
  source = good();
  source.output = text_at("v > E_L");
  expect(&source, "PHS0803 10:5", "output is a condition", "");
  source = (phs_model_source){.name = "m", .equations = text_at("# nothing\n\n")};
  expect(&source, "PHS0811 10:5", "no state variable", "");
  source.equations.s = NULL;
  expect(&source, "PHS0811", "no state variable", "");
}

/* All of a model's errors come in one run, at their own lines. */
static void several(void **state) {
  (void)state;
  phs_model_source source = good();
  source.equations = text_at("# two wrong lines\n"
                             "dv/dt = (E_L - w) / tau : mV\n"
                             "\n"
                             "dw/dt = -w : pA # wrong, too\n"
                             "du/dt = (1 +\n"
                             "  2) * zz : 1\n");
  source.refractory.s = NULL;
  source.threshold = text_at("v > 3 ms");
  heard h = compile(&source);
  static const char *const want[] = {"PHS0802 11:13 '-' joins voltage (mV) and current (pA)",
                                     "PHS0803 13:13 dw/dt is current (pA)",
                                     "PHS0802 15:12 'zz' is not defined",
                                     "PHS0802 10:5 '>' joins voltage (mV) and time (ms)"};
  for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
    if (!strstr(h.text, want[i])) {
      fail_msg("no '%s' in\n%s", want[i], h.text);
    }
  }
  assert_int_equal(h.count, 4);
}

/* A wrong name does not make everything that uses it wrong. */
static void no_cascade(void **state) {
  (void)state;
  expect_equations("I = 3 mV / taau : mV/ms\nJ = I * 2 : mV/ms\ndv/dt = J : mV", "PHS0802 10:16",
                   "'taau'", "");
  expect_equations("I = v/tau : vM/ms\nJ = I * 2 : mV/ms\ndv/dt = J : mV", "PHS0801 10:17", "'vM'",
                   "");
}

static void too_large(void **state) {
  (void)state;
  static char text[80000];
  for (int i = 0; i < 16; i++) {
    snprintf(text + strlen(text), 64, "dv%d/dt = 0 Hz : 1\n", i);
  }
  phs_model_source source = {.name = "m", .equations = text_at(text)};
  expect(&source, "PHS0808 25:6", "at most 15 state variables", "");
  text[0] = 0;
  for (int i = 0; i < 201; i++) {
    snprintf(text + strlen(text), 64, "%sv%d%s = 0 Hz : %s\n", i ? "" : "d", i, i ? "" : "/dt",
             i ? "Hz" : "1");
  }
  expect(&source, "PHS0808 210:5", "at most 200 equations", "");
  memset(text, ' ', 70000);
  text[70000] = 0;
  expect(&source, "PHS0808 10:5", "longer than 65536", "");
  static phs_model_parameter p[201];
  static char name[201][8];
  source = good();
  for (int i = 0; i < 201; i++) {
    snprintf(name[i], sizeof name[i], "p%d", i);
    p[i] = (phs_model_parameter){text_at(name[i]), text_at("1")};
  }
  source.parameter = p;
  source.parameter_count = 201;
  heard h = compile(&source);
  assert_non_null(strstr(h.text, "PHS0808 10:5 a model has at most 200 parameters"));
  static phs_model_receptor r[65];
  source = good();
  for (int i = 0; i < 65; i++) {
    r[i] = (phs_model_receptor){text_at(name[i]), text_at("v += x"), {0}};
  }
  source.receptor = r;
  source.receptor_count = 65;
  expect(&source, "PHS0808 10:5", "at most 64 receptors", "");
}

static void expect_use(const phs_model_source *source, phs_model_use use, const char *want,
                       const char *help) {
  heard h = {.count = 0};
  phs_diag diag = {.fn = hear, .user = &h};
  phs_neurons out;
  phs_elem elem;
  phs_equations_model *m = phs_model_compile(arena, source, &diag);
  assert_non_null(m);
  use.dt = 0.1;
  use.count = use.count ? use.count : 1;
  use.place = (phs_place){.file = "model.yaml", .line = 7, .column = 3};
  assert_int_equal(phs_model_instantiate(arena, m, &use, &diag, &out, &elem), PHASOR_ERROR_MODEL);
  if (h.count != 1 || strncmp(h.text, want, strlen(want)) != 0 ||
      !strstr(strchr(h.text, '|'), help)) {
    fail_msg("want %s | %s\ngot %s", want, help, h.text);
  }
}

static void values(void **state) {
  (void)state;
  phs_model_source source = good();
  const double tau[] = {20, 0}, infinite = INFINITY, huge = 1e300, negative = -1;
  phs_param64 p[2] = {{tau, 2}};
  expect_use(&source, (phs_model_use){.parameter = p, .count = 2},
             "PHS0809 7:3 model 'm' divides by its parameter 'tau', which is 0 ms (neuron 1)",
             "above 0");
  p[0] = (phs_param64){0};
  p[1] = (phs_param64){&infinite, 1};
  expect_use(&source, (phs_model_use){.parameter = p},
             "PHS0809 7:3 model 'm': parameter 'E_L' is not", "1e9");
  p[1] = (phs_param64){&huge, 1};
  expect_use(&source, (phs_model_use){.parameter = p}, "PHS0809 7:3 model 'm': its parameters give",
             "");
  source.refractory = text_at("tau");
  p[0] = (phs_param64){&negative, 1};
  p[1] = (phs_param64){0};
  expect_use(&source, (phs_model_use){.parameter = p},
             "PHS0809 7:3 model 'm': the refractory time is -10 steps", "0 ms or longer");
  source = good();
  const double one_below[] = {20, -10};
  p[0] = (phs_param64){one_below, 2};
  expect_use(&source, (phs_model_use){.parameter = p, .count = 2},
             "PHS0809 7:3 model 'm': parameter 'tau' is -10 ms (neuron 1)", "above 0");
}

static void methods(void **state) {
  (void)state;
  phs_model_source source = good();
  source.equations = text_at("dv/dt = -v*w/tau : mV (hold)\ndw/dt = w*(1 - w)/tau : 1");
  expect_use(&source, (phs_model_use){.method = PHS_METHOD_EXACT},
             "PHS0807 7:3 model 'm' cannot be integrated by 'exact': the equation of 'v'",
             "takes 'rk4'");
  expect_use(&source, (phs_model_use){.method = PHS_METHOD_EXP_EULER},
             "PHS0807 7:3 model 'm' cannot be integrated by 'exp_euler': the equation of 'w'", "");
  source.method = PHS_METHOD_EXP_MIDPOINT;
  expect_use(&source, (phs_model_use){.count = 1},
             "PHS0807 7:3 model 'm' cannot be integrated by 'exp_midpoint': the equation of 'w'",
             "");
}

/* A function that would not fit is refused: 2^12 different products of 16 states. */
static void huge_function(void **state) {
  (void)state;
  static char text[70000];
  snprintf(text, sizeof text, "dv/dt = a0/ms : 1\n");
  for (int i = 0; i < 150; i++) {
    snprintf(text + strlen(text), 512,
             "a%d = exp(tanh(a%d + v)) * log(1 + a%d^2) + sin(a%d * v)^3 + tanh(a%d / (2 + v)) "
             "+ exp(v + a%d) + exp(v * a%d) + exp(v - a%d) : 1\n",
             i, i + 1, i + 1, i + 1, i + 1, i + 1, i + 1, i + 1);
  }
  snprintf(text + strlen(text), 64, "a150 = v : 1\n");
  phs_model_source source = {.name = "m", .equations = text_at(text)};
  expect_use(&source, (phs_model_use){.method = PHS_METHOD_RK4}, "PHS0808 7:3", "");
}

/* 30 * 29 / 2 * 3 = 1305 different products of three parameters that stand before a value that
 * varies: a number each. */
static void many_coefficients(void **state) {
  (void)state;
  static char text[60000], name[30][8];
  static phs_model_parameter p[30];
  static const double two = 2;
  phs_param64 given[30];
  for (int i = 0; i < 30; i++) {
    snprintf(name[i], sizeof name[i], "p%d", i);
    p[i] = (phs_model_parameter){text_at(name[i]), text_at("1")};
    given[i] = (phs_param64){&two, 1};
  }
  snprintf(text, sizeof text, "dv/dt = s0/ms : 1\n");
  for (int i = 0; i < 30; i++) {
    snprintf(text + strlen(text), 64, "s%d = ", i);
    for (int k = 0; k < i; k++) {
      snprintf(text + strlen(text), 96, "p%d*p%d*sin(v) + p%d/p%d*sin(v) + p%d/p%d*sin(v) + ", i, k,
               i, k, k, i);
    }
    snprintf(text + strlen(text), 64, i < 29 ? "s%d : 1\n" : "0 : 1\n", i + 1);
  }
  phs_model_source source = {
      .name = "m", .equations = text_at(text), .parameter = p, .parameter_count = 30};
  expect_use(&source, (phs_model_use){.count = 1, .parameter = given, .method = PHS_METHOD_EULER},
             "PHS0808 7:3 model 'm' needs 1305 numbers", "shorter equations");
}

static void keep_excerpt(void *user, const phasor_diagnostic *d) {
  snprintf((char *)user, 256, "%s:%u:%u|%s|%s", d->file, d->line, d->column,
           d->excerpt ? d->excerpt : "", d->message);
}

/* Excerpts have blanks for what stands before the text in its first line, so that the column of the
 * diagnostic is that of the excerpt; columns count bytes. */
static void places(void **state) {
  (void)state;
  char got[256];
  phs_diag diag = {.fn = keep_excerpt, .user = got};
  phs_text text = {"\xc2\xb5 = 1\n\xc2\xb5\xc2\xb5 oops", "f.yaml", 10, 9, 5};
  phs_text_error e = {.at = 12, .length = 4, .message = "bad"};
  phs_text_report(&diag, PHS_EQ_SYNTAX, &text, &e);
  assert_string_equal(got, "f.yaml:11:10|    \xc2\xb5\xc2\xb5 oops|bad");
  e.at = 3;
  phs_text_report(&diag, PHS_EQ_SYNTAX, &text, &e);
  assert_string_equal(got, "f.yaml:10:12|        \xc2\xb5 = 1|bad");
  e.at = 1000; /* never beyond the text */
  phs_text_report(&diag, PHS_EQ_SYNTAX, &text, &e);
  assert_string_equal(got, "f.yaml:11:14|    \xc2\xb5\xc2\xb5 oops|bad");
  text.line = 0; /* nothing is known of the place: the words themselves */
  e.at = 3;
  text.file = "f";
  phs_text_report(&diag, PHS_EQ_SYNTAX, &text, &e);
  assert_string_equal(got, "f:0:0||bad in '\xc2\xb5 = 1'");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(nothing_wrong), cmocka_unit_test(places),
      cmocka_unit_test(equations),     cmocka_unit_test(names),
      cmocka_unit_test(parameters),    cmocka_unit_test(statements),
      cmocka_unit_test(other_parts),   cmocka_unit_test(several),
      cmocka_unit_test(no_cascade),    cmocka_unit_test(too_large),
      cmocka_unit_test(values),        cmocka_unit_test(methods),
      cmocka_unit_test(huge_function), cmocka_unit_test(many_coefficients),
  };
  return cmocka_run_group_tests(tests, set_up, tear_down);
}
