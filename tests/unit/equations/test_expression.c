/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "equations/expression.h"
#include "group_arena.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* tau = 20 ms, v = -65 mV, n = 3; 'm' is a plain 7 and hides the metre. */
static bool lookup(void *user, const char *name, size_t length, phs_value *out, const char **near) {
  static const struct {
    const char *name;
    phs_value value;
  } known[] = {
      {"tau", {20, {1, 0, 0, 0}}}, {"v", {-65, {0, 1, 0, 0}}}, {"n", {3, {0}}}, {"m", {7, {0}}}};
  (void)user;
  for (size_t i = 0; i < 4; i++) {
    if (strlen(known[i].name) == length && memcmp(known[i].name, name, length) == 0) {
      *out = known[i].value;
      return true;
    }
  }
  *near = length > 1 && name[0] == 't' ? "tau" : NULL;
  return false;
}

static bool evaluate(const char *text, phs_value *v, phs_text_error *e) {
  phs_expression *tree = phs_expression_parse(arena, text, strlen(text), e);
  return tree && phs_expression_evaluate(tree, lookup, NULL, v, e);
}

static void expect(const char *text, double number, const char *unit) {
  phs_value v;
  phs_text_error e = {0};
  char got[64];
  if (!evaluate(text, &v, &e)) {
    fail_msg("'%s': %zu+%zu: %s", text, e.at, e.length, e.message);
  }
  phs_dimension_unit(v.dimension, got, sizeof got);
  if (!(fabs(v.number - number) <= 1e-15 * fabs(number)) || strcmp(got, unit) != 0) {
    fail_msg("'%s' is %.17g %s", text, v.number, got);
  }
}

static void numbers_and_units(void **state) {
  (void)state;
  expect("8 kHz", 8, "1/ms");
  expect("8kHz", 8, "1/ms");
  expect("0.1*mV", 0.1, "mV");
  expect("2 ms^2", 2, "ms^2");
  expect("(2 ms)^2", 4, "ms^2");
  expect("-2 ms^2", -2, "ms^2");
  expect("1 / 2 ms", 0.5, "1/ms"); /* a unit belongs to its number */
  expect("1e3 /s", 1, "1/ms");
  expect("5 pA/ms", 5, "pA/ms");
  expect("2 nS * 10 mV", 20, "pA");
  expect("250 pF / 16.6667 nS", 250 / 16.6667, "ms");
  expect("2 m", 2e6, "um"); /* behind a number: the metre */
  expect("2 * m", 14, "1"); /* alone: the name */
  expect("3 s > 2 ms and 1 < 2", 1, "1");
}

static void precedence(void **state) {
  (void)state;
  expect("1 + 2 * 3", 7, "1");
  expect("(1 + 2) * 3", 9, "1");
  expect("8 - 4 - 2", 2, "1");
  expect("16 / 4 / 2", 2, "1");
  expect("2 ^ 3 ^ 2", 512, "1");
  expect("2 ** 3", 8, "1");
  expect("-2 ^ 2", -4, "1");
  expect("2 ^ -1", 0.5, "1");
  expect("--3", 3, "1");
  expect("+3 - -2", 5, "1");
  expect("1 < 2 or 1 > 2 and 2 < 1", 1, "1");
  expect("not 1 > 2 and 1 == 1", 1, "1");
  expect("1 + # a comment\n 2", 3, "1");
}

static void functions(void **state) {
  (void)state;
  expect("exp(1)", 2.718281828459045, "1");
  expect("log(n)", 1.0986122886681098, "1");
  expect("sqrt(16 mV^2)", 4, "mV");
  expect("abs(v)", 65, "mV");
  expect("tanh(0)", 0, "1");
  expect("sin(pi / 2)", 1, "1");
  expect("cos(0)", 1, "1");
  expect("floor(-1.5)", -2, "1");
  expect("ceil(-1.5)", -1, "1");
  expect("round(2.5)", 2, "1");
  expect("min(3 mV, v, 0 mV)", -65, "mV");
  expect("max(3 ms, tau)", 20, "ms");
  expect("clip(7, 1, 5)", 5, "1");
  expect("clip(v, -60 mV, 0 mV)", -60, "mV");
  expect("pow(2, 10)", 1024, "1");
  expect("exprel(0)", 1, "1");
  expect("exprel(1)", 1.718281828459045, "1");
  expect("sign(v)", -1, "1");
  expect("where(v < 0 mV, 1 ms, 2 ms)", 1, "ms");
  expect("v^2 / (1 mV)^2", 4225, "1");
  expect("v^(n - 1)", 4225, "mV^2"); /* the exponent is a number when constants are evaluated */
}

static void expect_error(const char *text, size_t at, size_t length, const char *message,
                         const char *help) {
  phs_value v;
  phs_text_error e = {0};
  assert_false(evaluate(text, &v, &e));
  if (e.at != at || e.length != length || !strstr(e.message, message) || !strstr(e.help, help)) {
    fail_msg("'%s': %zu+%zu: %s; %s", text, e.at, e.length, e.message, e.help);
  }
}

static void wrong_text(void **state) {
  (void)state;
  expect_error("", 0, 0, "empty", "");
  expect_error("1 + ", 3, 0, "ends too early", "");
  expect_error("1 + * 2", 4, 1, "value is missing before '*'", "");
  expect_error("(1 + 2", 0, 1, "not closed", "')'");
  expect_error("1 + 2)", 5, 1, "')' has no meaning", "'('");
  expect_error("min(1, 2", 3, 1, "not closed", "");
  expect_error("2 n", 2, 1, "'n' is not a unit", "'*'");
  expect_error("2 mv", 2, 2, "'mv' is not a unit", "'mV'");
  expect_error("n 2", 2, 1, "operator is missing", "");
  expect_error("1 < 2 < 3", 6, 1, "cannot be chained", "'and'");
  expect_error("1 = 1", 2, 1, "'='", "'=='");
  expect_error("1 < 2 && 1 < 2", 6, 2, "'&&'", "'and'");
  expect_error("!1", 0, 1, "'!'", "'not'");
  expect_error("expp(1)", 0, 4, "no function 'expp'", "'exp'");
  expect_error("foo(1)", 0, 3, "no function 'foo'", "functions are");
  expect_error("exp(1, 2)", 0, 3, "takes 1 argument, here are 2", "");
  expect_error("clip(1, 2)", 0, 4, "takes 3 arguments, here are 2", "clip(x, low, high)");
  expect_error("min(1)", 0, 3, "takes 2 arguments, here are 1", "");
  expect_error("1 + \x01", 4, 1, "no part of expressions", "");
  expect_error("previous(1)", 0, 10, "name of a state", "");
  expect_error("1e999", 0, 5, "too large", "");
}

static void wrong_names(void **state) {
  (void)state;
  expect_error("2 * taau", 4, 4, "'taau' is not defined", "'tau'");
  expect_error("2 * zz", 4, 2, "'zz' is not defined", "");
  expect_error("previous(v)", 0, 11, "'v' is not defined here", "thresholds");
}

static void wrong_dimensions(void **state) {
  (void)state;
  expect_error("2 * (v + tau)", 4, 9, "'+' joins voltage (mV) and time (ms)", "voltage / time");
  expect_error("v + 5", 0, 5, "'+' joins voltage (mV) and a plain number", "mV, V, uV");
  expect_error("v > 3 ms", 0, 8, "'>' joins voltage (mV) and time (ms)", "");
  expect_error("exp(v)", 4, 1, "exp takes a plain number, this is voltage (mV)", "mV");
  expect_error("2 ^ v", 4, 1, "an exponent takes a plain number", "");
  expect_error("v ^ 0.5", 4, 3, "fixed integers", "");
  expect_error("v ^ 21", 4, 2, "fixed integers", "");
  expect_error("sqrt(v)", 0, 7, "square root of voltage (mV)", "");
  expect_error("where(n, 1, 2)", 6, 1, "takes a condition", "compare");
  expect_error("where(n > 1, v, tau)", 0, 20, "joins voltage", "");
  expect_error("1 + (1 < 2)", 4, 7, "takes a number", "where");
  expect_error("not n", 4, 1, "takes a condition", "");
  expect_error("1 / 0", 0, 5, "division by zero", "");
  expect_error("log(-1)", 0, 7, "not a finite number", "");
  expect_error("v^20 * v^20 * v^20 * v^20 * v^20", 0, 32, "power of a unit is too large", "");
}

/* Neither depth nor length can exhaust the stack. */
static void limits(void **state) {
  (void)state;
  static char text[8192];
  phs_value v;
  phs_text_error e = {0};
  memset(text, '(', 4000);
  text[4000] = 0;
  assert_false(evaluate(text, &v, &e));
  assert_non_null(strstr(e.message, "nested deeper than 64"));
  memset(text, '-', 4000);
  assert_false(evaluate(text, &v, &e));
  assert_non_null(strstr(e.message, "nested deeper than 64"));
  for (size_t i = 0; i < 4094; i += 2) {
    memcpy(text + i, "1+", 2);
  }
  memcpy(text + 4094, "1", 2);
  assert_true(evaluate(text, &v, &e));
  assert_true(v.number == 2048);
  memset(text, '1', 5000);
  text[5000] = 0;
  assert_false(evaluate(text, &v, &e));
  assert_non_null(strstr(e.message, "longer than 4096"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(numbers_and_units),
      cmocka_unit_test(precedence),
      cmocka_unit_test(functions),
      cmocka_unit_test(wrong_text),
      cmocka_unit_test(wrong_names),
      cmocka_unit_test(wrong_dimensions),
      cmocka_unit_test(limits),
  };
  return cmocka_run_group_tests(tests, set_up, tear_down);
}
