/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "../decimal_comma.h"
#include "files.h"
#include "vm/number.h"

static float parse(const char *text) {
  float x = -77;
  assert_int_equal(phs_number_parse(text, strlen(text), &x), PHS_NUMBER_OK);
  return x;
}

static uint32_t bits(float x) {
  uint32_t b;
  memcpy(&b, &x, sizeof b);
  return b;
}

static void test_forms(void **state) {
  (void)state;
  static const struct {
    const char *text;
    float value;
  } good[] = {{"0", 0},
              {"1", 1},
              {"-1", -1},
              {"+2", 2},
              {"0.5", 0.5F},
              {".5", 0.5F},
              {"5.", 5},
              {"1e3", 1000},
              {"1E-2", 0.01F},
              {"12.5e+1", 125},
              {"007", 7},
              {"16777217", 16777216},
              {"3.4028235e38", 0x1.fffffep127F},
              {"1e-46", 0},
              {"0e99999999", 0},
              {"1e-45", 0x1p-149F},
              {"0.1", 0.1F}};
  for (size_t i = 0; i < COUNT(good); i++) {
    assert_int_equal(bits(parse(good[i].text)), bits(good[i].value));
  }
  assert_int_equal(bits(parse("-0")), 0x80000000U);
}

static void test_refused(void **state) {
  (void)state;
  static const struct {
    const char *text;
    phs_number_result result;
  } bad[] = {{"", PHS_NUMBER_SYNTAX},           {".", PHS_NUMBER_SYNTAX},
             {"-", PHS_NUMBER_SYNTAX},          {"1e", PHS_NUMBER_SYNTAX},
             {"1e+", PHS_NUMBER_SYNTAX},        {"1 2", PHS_NUMBER_SYNTAX},
             {"0x10", PHS_NUMBER_SYNTAX},       {"1.2.3", PHS_NUMBER_SYNTAX},
             {"1f", PHS_NUMBER_SYNTAX},         {"--1", PHS_NUMBER_SYNTAX},
             {"e5", PHS_NUMBER_SYNTAX},         {"nan", PHS_NUMBER_NOT_FINITE},
             {"-Inf", PHS_NUMBER_NOT_FINITE},   {"INFINITY", PHS_NUMBER_NOT_FINITE},
             {"1e39", PHS_NUMBER_RANGE},        {"-1e999999999999", PHS_NUMBER_RANGE},
             {"3.4028236e38", PHS_NUMBER_RANGE}};
  for (size_t i = 0; i < COUNT(bad); i++) {
    float x;
    assert_int_equal(phs_number_parse(bad[i].text, strlen(bad[i].text), &x), bad[i].result);
  }
}

/** Property: what is printed reads back to the same bits, over bit patterns of every exponent. */
static void test_round_trip(void **state) {
  (void)state;
  uint32_t b = 1;
  char text[32];
  for (int i = 0; i < 200000; i++) {
    b = b * 1664525U + 1013904223U;
    if ((b >> 23 & 0xff) == 0xff) {
      continue;
    }
    float x, y = 0;
    memcpy(&x, &b, sizeof x);
    size_t n = phs_number_print(x, text);
    assert_int_equal(n, strlen(text));
    assert_int_equal(phs_number_parse(text, n, &y), PHS_NUMBER_OK);
    assert_int_equal(bits(y), b);
    assert_int_equal(bits(strtof(text, NULL)), b);
  }
}

/** The short way for usual decimals against the C library, for every value with few digits. */
static void test_short_decimals(void **state) {
  (void)state;
  char text[32];
  for (int n = 0; n < 20000; n++) {
    for (int places = 0; places <= 6; places++) {
      int scale = 1;
      for (int i = 0; i < places; i++) {
        scale *= 10;
      }
      snprintf(text, sizeof text, "%d.%0*d", n / scale, places ? places : 1, n % scale);
      assert_int_equal(bits(parse(text)), bits(strtof(text, NULL)));
    }
  }
}

static void test_locale(void **state) {
  (void)state;
  char text[32];
  if (!set_decimal_comma()) {
    skip();
  }
  assert_int_equal(bits(parse("0.1234567891")), bits(0.1234567891F));
  phs_number_print(0.25F, text);
  assert_string_equal(text, "0.25");
  setlocale(LC_ALL, "C");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_forms),      cmocka_unit_test(test_refused),
      cmocka_unit_test(test_round_trip), cmocka_unit_test(test_short_decimals),
      cmocka_unit_test(test_locale),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
