/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "net/conventions.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define KEYS 10

/* Command lines name these keys, in this order they print. */
static const char *const key_names[KEYS] = {
    "integrator", "order",           "compare",       "reset", "spikes_per_step",
    "lower_clip", "recurrent_start", "layer_latency", "spike", "if_input"};

/* What each preset stands for, in the order of the keys: the frameworks' habits as measured on
 * their records. */
static const struct {
  const char *name;
  const char *value[KEYS];
} expected[] = {
    {"nir",
     {"euler", "current_first", "gt", "to_value", "one", "none", "active", "0", "held",
      "per_step"}},
    {"snntorch",
     {"euler", "current_first", "gt", "to_value", "one", "none", "active", "0", "held",
      "per_step"}},
    {"norse",
     {"euler", "current_first", "gt", "to_value", "one", "none", "silent", "0", "held",
      "per_step"}},
    {"spyx",
     {"euler", "current_first", "gt", "subtract", "one", "none", "active", "1", "held",
      "per_step"}},
    {"sinabs",
     {"exact", "current_first", "ge", "subtract", "many", "minus_threshold", "active", "0", "held",
      "per_step"}},
    {"rockpool",
     {"exp_unscaled", "current_first", "gt", "subtract", "many", "none", "active", "0", "held",
      "per_step"}},
    {"lava",
     {"euler", "current_first", "gt", "to_value", "one", "none", "active", "1", "held",
      "per_step"}},
    {"nest",
     {"exact", "voltage_first", "ge", "to_value", "one", "none", "active", "0", "dirac",
      "per_step"}},
};

static void presets(void **state) {
  (void)state;
  assert_int_equal(phs_preset_count, sizeof expected / sizeof *expected);
  assert_int_equal(phs_convention_key_count(), KEYS);
  assert_string_equal(phs_presets[0].name, "nir");
  for (size_t p = 0; p < phs_preset_count; p++) {
    const phs_preset *preset = phs_preset_find(expected[p].name);
    assert_non_null(preset);
    assert_string_equal(preset->name, expected[p].name);
    assert_true(strlen(preset->text) > 80);
    for (size_t i = 0; i < KEYS; i++) {
      char value[32];
      phs_convention_get(&preset->conventions, i, value, sizeof value);
      assert_string_equal(phs_convention_key(i), key_names[i]);
      assert_string_equal(value, expected[p].value[i]);
    }
  }
  assert_null(phs_preset_find("brian"));
  assert_null(phs_preset_find(""));
}

/* Sets key i; returns what then prints, or NULL when it was refused (and nothing changed). */
static const char *set_and_print(size_t i, const char *value) {
  static const phs_conventions before = {
      .layer_latency = 3, .lower_clip = PHS_CLIP_VALUE, .lower_clip_value = 0.5};
  static char text[64]; /* tests are single-threaded */
  phs_conventions c = before;
  phs_convention_result r = phs_convention_set(&c, key_names[i], value);
  if (r != PHS_CONVENTION_OK) {
    assert_int_equal(r, PHS_CONVENTION_NO_VALUE);
    assert_true(phs_conventions_equal(&c, &before));
    return NULL;
  }
  phs_convention_get(&c, i, text, sizeof text);
  phs_conventions again = before; /* what prints gives the same conventions */
  assert_int_equal(phs_convention_set(&again, key_names[i], text), PHS_CONVENTION_OK);
  assert_true(phs_conventions_equal(&c, &again));
  return text;
}

static void every_choice_round_trips(void **state) {
  (void)state;
  for (size_t i = 0; i < KEYS; i++) {
    char choices[128];
    snprintf(choices, sizeof choices, "%s", phs_convention_choices(i));
    for (char *rest = choices, *word; (word = strtok_r(rest, ",", &rest));) {
      word += strspn(word, " ");
      if (strchr(word, ' ')) {
        continue; /* "a finite number": below */
      }
      assert_string_equal(set_and_print(i, word), word);
    }
    assert_null(set_and_print(i, "nothing"));
    assert_null(set_and_print(i, ""));
  }
  assert_null(phs_convention_key(KEYS));
  assert_null(phs_convention_choices(KEYS));
}

static void clip_values(void **state) {
  (void)state;
  const char *const good[][2] = {{"0", "0"},       {"-1", "-1"},
                                 {"0.1", "0.1"},   {"-1e-3", "-0.001"},
                                 {"+2.50", "2.5"}, {"3e38", "3e+38"},
                                 {".5", "0.5"},    {"0.30000000000000004", "0.30000000000000004"},
                                 {"1e-400", "0"},  {"-0", "-0"}};
  for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
    assert_string_equal(set_and_print(5, good[i][0]), good[i][1]);
  }
  /* beyond binary32, not decimal numbers, or with something behind them */
  const char *const bad[] = {"1e39", "-1e39", "1e999", "inf", "nan", "0x10", " 1",
                             "1 ",   "1,5",   "--1",   "1e",  "e5",  "."};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    assert_null(set_and_print(5, bad[i]));
  }
}

static void latencies(void **state) {
  (void)state;
  assert_string_equal(set_and_print(7, "0"), "0");
  assert_string_equal(set_and_print(7, "1024"), "1024");
  assert_string_equal(set_and_print(7, "007"), "7");
  const char *const bad[] = {"1025", "-1", "+1", "1.5", "one", "99999999999999999999", "1 "};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    assert_null(set_and_print(7, bad[i]));
  }
}

static void keys_that_are_not_there(void **state) {
  (void)state;
  phs_conventions c = {.integrator = PHS_EXACT};
  assert_int_equal(phs_convention_set(&c, "integrators", "euler"), PHS_CONVENTION_NO_KEY);
  assert_int_equal(phs_convention_set(&c, "", "euler"), PHS_CONVENTION_NO_KEY);
  assert_int_equal(c.integrator, PHS_EXACT);
  char text[8] = "x";
  phs_convention_get(&c, KEYS, text, sizeof text);
  assert_string_equal(text, "");
  phs_convention_get(&c, 0, text, 4); /* cut, and terminated */
  assert_string_equal(text, "exa");
}

static void equality(void **state) {
  (void)state;
  for (size_t i = 0; i < KEYS; i++) { /* each key alone makes a difference */
    phs_conventions a = {.integrator = PHS_EULER}, b = a;
    char value[32], other[32];
    phs_convention_get(&a, i, value, sizeof value);
    snprintf(other, sizeof other, "%s", phs_convention_choices(i));
    char *second = strstr(other, ", ");
    const char *word = i == 7 ? "5" : second + 2;
    if (second && strchr(second + 2, ',')) {
      *strchr(second + 2, ',') = 0;
    }
    assert_int_equal(phs_convention_set(&b, key_names[i], word), PHS_CONVENTION_OK);
    assert_false(phs_conventions_equal(&a, &b));
    assert_int_equal(phs_convention_set(&b, key_names[i], value), PHS_CONVENTION_OK);
    assert_true(phs_conventions_equal(&a, &b));
  }
  phs_conventions a = {.lower_clip = PHS_CLIP_VALUE, .lower_clip_value = 1}, b = a;
  b.lower_clip_value = 2;
  assert_false(phs_conventions_equal(&a, &b));
  a.lower_clip = b.lower_clip = PHS_CLIP_NONE; /* without the clip its value means nothing */
  assert_true(phs_conventions_equal(&a, &b));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(presets),
      cmocka_unit_test(every_choice_round_trips),
      cmocka_unit_test(clip_values),
      cmocka_unit_test(latencies),
      cmocka_unit_test(keys_that_are_not_there),
      cmocka_unit_test(equality),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
