/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The closing lines of a run, against texts worked out by hand. */
#include "vm/summary.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* 2 steps of 0.25 s, 4 neurons with 6 spikes: 6 / (4 * 0.5 s) = 3 Hz. */
static phs_summary example(phs_summary_population *p, phs_summary_output *o, double *total) {
  const uint8_t rows[2][3] = {{0, 1, 1}, {0, 0, 1}};
  const int32_t counts[4] = {3, 0, 2, 1};
  memset(total, 0, 3 * sizeof *total);
  phs_summary_add(total, PHS_RECORD_U8, 3, rows[0]);
  phs_summary_add(total, PHS_RECORD_U8, 3, rows[1]);
  *p = (phs_summary_population){"lif \"1\"", 4, phs_summary_sum(PHS_RECORD_I32, 4, counts)};
  *o = (phs_summary_output){"out", PHS_RECORD_U8, 3, total};
  return (phs_summary){"net", 2, 1, 0.25, true, 0.125, 1, 1, p, o};
}

static char *printed(const phs_summary *s, void (*print)(const phs_summary *, FILE *)) {
  char *text = NULL;
  size_t size = 0;
  FILE *f = open_memstream(&text, &size);
  assert_non_null(f);
  print(s, f);
  fclose(f);
  return text;
}

static void test_text(void **state) {
  (void)state;
  phs_summary_population p;
  phs_summary_output o;
  double total[3];
  phs_summary s = example(&p, &o, total);
  char *text = printed(&s, phs_summary_text);
  assert_string_equal(text, "steps: 2, 0.25 s each\n"
                            "population lif \"1\": 4 neurons, 6 spikes, mean rate 3 Hz\n"
                            "output out: counts 0 1 2\n"
                            "largest output: 2\n"
                            "wall time: 0.125000 s\n"
                            "real-time factor: 0.25\n");
  free(text);
}

static void test_json(void **state) {
  (void)state;
  phs_summary_population p;
  phs_summary_output o;
  double total[3];
  phs_summary s = example(&p, &o, total);
  char *text = printed(&s, phs_summary_json);
  assert_string_equal(
      text,
      "{\"model\":\"net\",\"steps\":2,\"samples\":1,\"dt\":0.25,\"populations\":[{\"name\":"
      "\"lif \\\"1\\\"\",\"neurons\":4,\"spikes\":6,\"mean_rate_hz\":3}],\"outputs\":[{\"name\":"
      "\"out\",\"counts\":[[0,1,2]],\"largest\":[2]}],\"wall_seconds\":0.125,"
      "\"real_time_factor\":0.25}\n");
  free(text);
}

/* The first of equal ones; none when nothing spiked; a graded output always has one, negative or
 * not. */
static void test_largest(void **state) {
  (void)state;
  double silent[2] = {0, 0}, tie[3] = {1, 2, 2}, graded[2] = {-3, -2};
  phs_summary_output o = {"o", PHS_RECORD_I32, 2, silent};
  assert_true(phs_summary_largest(&o, 0) == SIZE_MAX);
  o.count = 3;
  o.total = tie;
  assert_int_equal(phs_summary_largest(&o, 0), 1);
  o = (phs_summary_output){"o", PHS_RECORD_F32, 2, graded};
  assert_int_equal(phs_summary_largest(&o, 0), 1);
}

static void test_no_time(void **state) {
  (void)state;
  phs_summary s = {.steps = 3, .samples = 2, .dt = 1};
  char *text = printed(&s, phs_summary_text);
  assert_string_equal(text, "steps: 3 of each of 2 samples\nwall time: 0.000000 s\n"
                            "real-time factor: none (the model has no time unit; give --dt)\n");
  free(text);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_text),
      cmocka_unit_test(test_json),
      cmocka_unit_test(test_largest),
      cmocka_unit_test(test_no_time),
  };
  return cmocka_run_group_tests_name("vm/summary", tests, NULL, NULL);
}
