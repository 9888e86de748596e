/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "units/units.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static phs_value read(const char *text) {
  phs_value v = {0};
  phs_text_error e = {0};
  if (!phs_quantity_parse(text, strlen(text), &v, &e)) {
    fail_msg("'%s': %s", text, e.message);
  }
  return v;
}

static void expect(const char *text, double number, int time, int voltage, int current,
                   int length) {
  phs_value v = read(text);
  phs_dimension d = {(int8_t)time, (int8_t)voltage, (int8_t)current, (int8_t)length};
  if (v.number != number || !phs_dimension_equal(v.dimension, d)) {
    fail_msg("'%s' is %.17g of %d %d %d %d", text, v.number, v.dimension.time, v.dimension.voltage,
             v.dimension.current, v.dimension.length);
  }
}

/* The system: ms, mV, pA, um; the numbers by hand. Decimal shifts are exact, so are these. */
static void values(void **state) {
  (void)state;
  expect("0.1 mV", 0.1, 0, 1, 0, 0);
  expect("20kHz", 20, -1, 0, 0, 0);
  expect("8 Hz", 0.008, -1, 0, 0, 0);
  expect("5", 5, 0, 0, 0, 0);
  expect("1e3 /s", 1, -1, 0, 0, 0);
  expect("1.5 s", 1500, 1, 0, 0, 0);
  expect("-65mV", -65, 0, 1, 0, 0);
  expect("1 nA", 1000, 0, 0, 1, 0);
  expect("0.25 nF", 250, 1, -1, 1, 0);
  expect("16.6667 nS", 16.6667, 0, -1, 1, 0);
  expect("50 MOhm", 0.05, 0, 1, -1, 0);
  expect("50 Mohm", 0.05, 0, 1, -1, 0);
  expect("50 M\xce\xa9", 0.05, 0, 1, -1, 0);
  expect("3 \xc2\xb5s", 0.003, 1, 0, 0, 0);
  expect("1 mm", 1000, 0, 0, 0, 1);
  expect("2 cm", 20000, 0, 0, 0, 1);
  expect("1 pC", 1000, 1, 0, 1, 0);
  expect("1 uF", 1e6, 1, -1, 1, 0);
  expect(" +.5e1 ms ", 5, 1, 0, 0, 0);
  expect("-inf mV", -INFINITY, 0, 1, 0, 0);
  expect(".inf", INFINITY, 0, 0, 0, 0);
}

static void products(void **state) {
  (void)state;
  expect("1 nS*mV", 1, 0, 0, 1, 0);    /* Ohm's law: nS mV = pA */
  expect("1 pF*mV/ms", 1, 0, 0, 1, 0); /* I = C dV/dt */
  expect("1 GOhm*pA", 1, 0, 1, 0, 0);  /* V = R I */
  expect("1 mV*pA*ms", 1, 1, 1, 1, 0); /* 10^-3 V 10^-12 A 10^-3 s = 10^-18 J */
  expect("1 aJ", 1, 1, 1, 1, 0);
  expect("1 W*s", 1e18, 1, 1, 1, 0);    /* 1 J */
  expect("1 V*A", 1e15, 0, 1, 1, 0);    /* 1 W */
  expect("2 pA/s", 0.002, -1, 0, 1, 0); /* left to right */
  expect("2 ms^2", 2, 2, 0, 0, 0);
  expect("2 s**-1", 0.002, -1, 0, 0, 0);
  expect("3 1/ms", 3, -1, 0, 0, 0);
  expect("3 /ms*mV", 3, -1, 1, 0, 0);
  expect("1 uS/cm^2", 1e-5, 0, -1, 1, -2); /* 10^3 nS over (10^4 um)^2 */
  expect("1 pA/(ms*mV)", 1, -1, -1, 1, 0);
}

static void expect_error(const char *text, bool unit, size_t at, size_t length, const char *message,
                         const char *help) {
  phs_value v;
  phs_text_error e = {0};
  assert_false(unit ? phs_unit_parse(text, strlen(text), &v, &e)
                    : phs_quantity_parse(text, strlen(text), &v, &e));
  if (e.at != at || e.length != length || !strstr(e.message, message) || !strstr(e.help, help)) {
    fail_msg("'%s': at %zu length %zu: %s; %s", text, e.at, e.length, e.message, e.help);
  }
}

static void errors(void **state) {
  (void)state;
  expect_error("5 mv", false, 2, 2, "'mv' is not a unit", "'mV'");
  expect_error("5 Mhz", false, 2, 3, "'Mhz' is not a unit", "Hz");
  expect_error("5 furlong", false, 2, 7, "'furlong' is not a unit", "units are");
  expect_error("mV", false, 0, 2, "does not begin with a number", "0.1 mV");
  expect_error("", false, 0, 0, "number is missing", "");
  expect_error("0,5 mV", false, 1, 1, "decimal point", "0.5");
  expect_error("1.2.3 mV", false, 0, 8, "does not begin with a number", "");
  expect_error("5 mV mV", false, 5, 2, "no part of it", "'*'");
  expect_error("5 1", false, 2, 1, "two numbers", "");
  expect_error("5 mV^", false, 4, 1, "power", "");
  expect_error("5 mV^21", false, 4, 3, "integer from -20 to 20", "");
  expect_error("1e999 mV", false, 0, 5, "too large", "");
  expect_error("5 (mV", false, 2, 1, "not closed", "");
  expect_error("", true, 0, 0, "unit is missing", "");
  expect_error("7 mV", true, 0, 1, "no part of a unit", "");
  expect_error("mV*", true, 3, 0, "unit is missing", "");
  expect_error("(((((((((((((((((ms", true, 16, 1, "too many parentheses", "");
}

static void units(void **state) {
  (void)state;
  phs_value v;
  phs_text_error e;
  assert_true(phs_unit_parse("kHz", 3, &v, &e));
  assert_true(v.number == 1 && v.dimension.time == -1);
  assert_true(phs_unit_parse("1", 1, &v, &e));
  assert_true(v.number == 1 && phs_dimension_plain(v.dimension));
  assert_true(phs_unit_parse("1/s", 3, &v, &e));
  assert_true(v.number == 0.001 && v.dimension.time == -1);
}

static void prints(const char *text, const char *want) {
  char out[64];
  phs_quantity_print(read(text), out, sizeof out);
  assert_string_equal(out, want);
}

/* A weight J that was forgotten is a missing name, not a joule. */
static void words(void **state) {
  (void)state;
  phs_value v;
  assert_true(phs_unit_of_word("mV", &v) && v.number == 1 && v.dimension.voltage == 1);
  assert_true(phs_unit_of_word("pJ", &v) && v.number == 1e6);
  assert_false(phs_unit_of_word("J", &v));
  assert_false(phs_unit_of_word("W", &v));
  assert_false(phs_unit_of_word("fish", &v));
}

static void printing(void **state) {
  (void)state;
  prints("1.5 ms", "1.5 ms");
  prints("0.1 ms", "0.1 ms");
  prints("1500 ms", "1.5 s");
  prints("1 us", "1 us");
  prints("20000 Hz", "20 kHz");
  prints("8 Hz", "8 Hz");
  prints("0.25", "0.25");
  prints("-65 mV", "-65 mV");
  prints("250 pF", "250 pF");
  prints("0.05 GOhm", "50 MOhm");
  prints("87.8 pA", "87.8 pA");
  prints("51.2e-12 J", "51.2 pJ");
  prints("1.8 nJ", "1.8 nJ");
  prints("0.35 W", "350 mW");
  prints("117 W", "117 W");
  prints("0 mV", "0 mV");
  prints("0", "0");
  prints("1e20", "1e20");
  prints("1.25e-9", "1.25e-9");
  prints("0.5 pA/ms", "0.5 pA/ms");
  prints("0.5 1/mV", "0.5 1/mV");
  prints("0.04 1/ms*1/mV", "0.04 1/ms/mV");
  prints("inf mV", "inf mV");
  char tiny[4];
  phs_quantity_print(read("1.5 ms"), tiny, sizeof tiny);
  assert_string_equal(tiny, "1.5");
}

/* What is printed is read back as the same bits, for numbers of every size. */
static void round_trip(void **state) {
  (void)state;
  static const phs_dimension dimensions[] = {
      {0, 0, 0, 0},  {1, 0, 0, 0},  {-1, 0, 0, 0}, {0, 1, 0, 0}, {0, 0, 1, 0},  {1, -1, 1, 0},
      {0, -1, 1, 0}, {0, 1, -1, 0}, {0, 0, 0, 1},  {1, 0, 1, 0}, {2, -1, 0, 3}, {-2, 0, -1, 0}};
  uint64_t random = 1;
  for (int i = 0; i < 20000; i++) {
    random = random * 6364136223846793005U + 1442695040888963407U; /* Knuth, MMIX */
    int exponent = (int)(random >> 33) % 600 - 300;
    double digits = (double)(random >> 11) / 9007199254740992.0 + 0.5;
    phs_value v = {
        ldexp(i % 2 ? digits : floor(digits * 1000) / 1000, i % 3 ? exponent : exponent / 40),
        dimensions[i % 12]};
    char text[64];
    phs_quantity_print(v, text, sizeof text);
    phs_value back = read(text);
    if (back.number != v.number || !phs_dimension_equal(back.dimension, v.dimension)) {
      fail_msg("%.17g printed as '%s', read as %.17g", v.number, text, back.number);
    }
  }
}

static void names(void **state) {
  (void)state;
  static const struct {
    phs_dimension d;
    const char *name, *unit, *examples;
  } known[] = {{{0, 1, 0, 0}, "voltage", "mV", "mV, V, uV"},
               {{0, 0, 0, 0}, "a plain number", "1", ""},
               {{1, -1, 1, 0}, "capacitance", "pF", "pF, nF, uF"},
               {{-1, 0, 0, 0}, "1 / time", "1/ms", "Hz, kHz, 1/ms"},
               {{1, 2, 0, 0}, "time voltage^2", "ms*mV^2", "ms*mV^2"},
               {{-1, 0, 1, 0}, "current / time", "pA/ms", "pA/ms"},
               {{-1, -1, 0, 0}, "1 / (time voltage)", "1/ms/mV", "1/ms/mV"},
               {{-1, -1, 1, 0}, "current / (time voltage)", "nS/ms", "nS/ms"}};
  for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
    char out[64];
    assert_string_equal(phs_dimension_print(known[i].d, out, sizeof out), known[i].name);
    assert_string_equal(phs_dimension_unit(known[i].d, out, sizeof out), known[i].unit);
    phs_value v;
    phs_text_error e;
    assert_true(phs_unit_parse(out, strlen(out), &v, &e));
    assert_true(v.number == 1 && phs_dimension_equal(v.dimension, known[i].d));
    assert_string_equal(phs_dimension_examples(known[i].d, out, sizeof out), known[i].examples);
  }
}

static void arithmetic(void **state) {
  (void)state;
  phs_dimension out, mv = {0, 1, 0, 0}, ms = {1, 0, 0, 0};
  assert_true(phs_dimension_product(mv, ms, -2, &out));
  assert_true(phs_dimension_equal(out, (phs_dimension){-2, 1, 0, 0}));
  assert_false(phs_dimension_product(mv, ms, 100, &out));
  assert_true(phs_dimension_product(mv, (phs_dimension){0}, 2000000000, &out));
  assert_true(phs_dimension_root((phs_dimension){2, 0, -4, 0}, 2, &out));
  assert_true(phs_dimension_equal(out, (phs_dimension){1, 0, -2, 0}));
  assert_false(phs_dimension_root((phs_dimension){1, 0, 0, 0}, 2, &out));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(values),     cmocka_unit_test(products), cmocka_unit_test(errors),
      cmocka_unit_test(units),      cmocka_unit_test(words),    cmocka_unit_test(printing),
      cmocka_unit_test(round_trip), cmocka_unit_test(names),    cmocka_unit_test(arithmetic),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
