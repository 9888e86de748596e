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
  *p = (phs_summary_population){
      .name = "lif \"1\"", .neurons = 4, .spikes = phs_summary_sum(PHS_RECORD_I32, 4, counts)};
  *o = (phs_summary_output){"out", PHS_RECORD_U8, 3, total};
  return (phs_summary){.model = "net",
                       .steps = 2,
                       .samples = 1,
                       .dt = 0.25,
                       .has_time = true,
                       .wall = 0.125,
                       .population_count = 1,
                       .output_count = 1,
                       .population = p,
                       .output = o};
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

/* 100 steps of 1 ms, the first 40 left out: 60 steps are 20 bins of 3 ms. 2 neurons with 6 spikes
 * in them: 6 / (2 * 60 ms) = 50 Hz. A neuron of CV 1/2; 20 counts that sum to 6, their squares to
 * 10: variance 10/20 - (6/20)^2 = 0.41, over the mean 0.3. */
static void test_statistics(void **state) {
  (void)state;
  phs_summary_population p[] = {
      {.name = "h\u00e4lfte", .neurons = 2, .spikes = 10, .sums = {6, 1, 0.5, 20, 10, 6}},
      {.name = "a name of some length", .neurons = 1}};
  phs_summary s = {.model = "net",
                   .steps = 100,
                   .samples = 1,
                   .dt = 1e-3,
                   .has_time = true,
                   .population_count = 2,
                   .population = p};
  phs_summary_measure(&s, 0.0401);
  assert_true(s.bin == 3 && s.first_step == 40);
  char *text = printed(&s, phs_summary_text);
  assert_non_null(strstr(text, "\nstatistics from step 40 on, bins of 3 ms:\n"
                               "  population               neurons       spikes  rate (Hz)  CV of "
                               "ISI  (neurons)  synchrony\n"
                               "  h\u00e4lfte                         2            6         50    "
                               "    0.5          1      1.367\n"
                               "  a name of some length          1            0          0         "
                               " -          0          -\n"
                               "wall"));
  free(text);
  text = printed(&s, phs_summary_json);
  assert_non_null(strstr(text, "\"statistics\":{\"from_step\":40,\"bin_steps\":3}"));
  assert_non_null(strstr(text, "\"measured\":{\"spikes\":6,\"rate_hz\":50,\"cv_isi\":0.5,"
                               "\"cv_neurons\":1,\"synchrony\":1.366"));
  assert_non_null(strstr(text, "\"cv_isi\":null,\"cv_neurons\":0,\"synchrony\":null}}"));
  free(text);
  phs_summary_measure(&s, 0.0701); /* 30 steps are 10 bins */
  assert_true(s.bin == 3 && s.first_step == 70);
  phs_summary_measure(&s, 0.071); /* one step too few */
  assert_true(s.bin == 0);
  phs_summary_measure(&s, 1e9);
  assert_true(s.bin == 0 && s.first_step == 100);
  s.has_time = false;
  phs_summary_measure(&s, 0);
  assert_true(s.bin == 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_text),       cmocka_unit_test(test_json),
      cmocka_unit_test(test_largest),    cmocka_unit_test(test_no_time),
      cmocka_unit_test(test_statistics),
  };
  return cmocka_run_group_tests_name("vm/summary", tests, NULL, NULL);
}
