/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "files.h"

static const int64_t three[] = {3};
static const phs_stimulus_options any = {0};
static const phs_stimulus_options flat3 = {.rank = 1, .dim = three};

static void reads(const char *text, size_t steps, size_t width, const float *want) {
  phs_stimulus s;
  phs_stimulus_error e;
  if (!phs_stimulus_read(files_write("a.csv", text, strlen(text)), &any, &s, &e)) {
    fail_msg("'%s': %s", text, e.message);
  }
  assert_values(&s, 1, steps, width, want);
  assert_false(s.batched);
  phs_stimulus_free(&s);
}

static void test_forms(void **state) {
  (void)state;
  const float want[] = {0, 1, 2.5F, -3, 4e-3F, 5};
  reads("0,1,2.5\n-3,4e-3,5\n", 2, 3, want);
  reads("0,1,2.5\n-3,4e-3,5", 2, 3, want);                 /* no newline at the end */
  reads("0,1,2.5\r\n-3,4e-3,5\r\n", 2, 3, want);           /* CRLF */
  reads("0,1,2.5,\n-3,4e-3,5,\n", 2, 3, want);             /* a comma ends the row */
  reads("  0 ,\t1,2.5  \n\n -3,4e-3,5\n\n\n", 2, 3, want); /* blanks and blank lines */
  reads("\xef\xbb\xbf"
        "0,1,2.5\n-3,4e-3,5\n",
        2, 3, want);
  reads("left,right,\"middle\"\n0,1,2.5\n-3,4e-3,5\n", 2, 3, want); /* header */
  reads("\n# t, a, b\n0,1,2.5\n-3,4e-3,5\n", 2, 3, want);
  reads("0\n1\n2.5\n-3\n4e-3\n5\n", 6, 1, want);
}

/** A row longer than any buffer: the values are known by their column. */
static void test_long_rows(void **state) {
  (void)state;
  enum { WIDTH = 20000, STEPS = 3 };
  char *text = malloc(STEPS * WIDTH * 8), *p = text;
  for (int t = 0; t < STEPS; t++) {
    for (int i = 0; i < WIDTH; i++) {
      p += sprintf(p, "%s%d", i ? "," : "", t * WIDTH + i);
    }
    *p++ = '\n';
  }
  phs_stimulus s;
  phs_stimulus_error e;
  assert_true(phs_stimulus_read(files_write("a.csv", text, (size_t)(p - text)), &any, &s, &e));
  assert_int_equal(s.steps, STEPS);
  assert_int_equal(s.width, WIDTH);
  for (int k = 0; k < STEPS * WIDTH; k++) {
    assert_true(s.data[k] == (float)k);
  }
  phs_stimulus_free(&s);
  free(text);
}

static void test_refused(void **state) {
  (void)state;
  static const struct {
    const char *text;
    const phs_stimulus_options *options;
    phs_stimulus_error_kind kind;
    const char *part;
    uint32_t line, column;
  } bad[] = {
      {"", &any, PHS_STIM_FORMAT, "no row of values", 0, 0},
      {"\n\n", &any, PHS_STIM_FORMAT, "no row of values", 0, 0},
      {"a,b\n", &any, PHS_STIM_FORMAT, "no row of values", 0, 0},
      {"1,2,3\n1,2\n", &any, PHS_STIM_FORMAT, "2 columns, the first has 3", 2, 1},
      {"1,2,3\n\n1,2,3,4\n", &any, PHS_STIM_FORMAT, "4 columns, the first has 3", 3, 1},
      {"1,2\n", &flat3, PHS_STIM_SHAPE, "2 columns, the network's input [3] has 3 values", 1, 1},
      {"a,b\n1,2\n", &flat3, PHS_STIM_SHAPE, "2 columns", 2, 1},
      {"1,2,3\n1,x,3\n", &any, PHS_STIM_VALUE, "not a number: 'x'", 2, 3},
      {"1,2,3\n1,2,  3y3\n", &any, PHS_STIM_VALUE, "not a number: '3y3'", 2, 7},
      {"a,b\nc,d\n", &any, PHS_STIM_VALUE, "not a number: 'c'", 2, 1},
      {"1,b,3\n", &any, PHS_STIM_VALUE, "not a number: 'b'", 1, 3},
      {"a,2,3\n", &any, PHS_STIM_VALUE, "not a number: 'a'", 1, 1},
      {"-,-,-\n", &any, PHS_STIM_VALUE, "not a number: '-'", 1, 1},
      {"0 1 0\n", &any, PHS_STIM_VALUE, "not a number: '0 1 0'", 1, 1},
      {"0;1;0\n", &any, PHS_STIM_VALUE, "not a number: '0;1;0'", 1, 1},
      {"1,2\n1,\n1,2\n", &any, PHS_STIM_FORMAT, "1 columns, the first has 2", 2, 1},
      {"1,,2\n", &any, PHS_STIM_VALUE, "a column without a value", 1, 3},
      {"1,2\n,,\n", &any, PHS_STIM_VALUE, "a column without a value", 2, 1},
      {"1,2\n1,nan\n", &any, PHS_STIM_VALUE, "not a finite number: 'nan'", 2, 3},
      {"nan,nan\n1,2\n", &any, PHS_STIM_VALUE, "not a finite number: 'nan'", 1, 1},
      {"1,-inf\n", &any, PHS_STIM_VALUE, "not a finite number: '-inf'", 1, 3},
      {"1,1e39\n", &any, PHS_STIM_VALUE, "number out of range: '1e39'", 1, 3},
      {"1\r2\r3\n", &any, PHS_STIM_VALUE, "not a number: '1?2?3'", 1, 1},
  };
  for (size_t i = 0; i < COUNT(bad); i++) {
    const char *path = files_write("a.csv", bad[i].text, strlen(bad[i].text));
    assert_refused(path, bad[i].options, bad[i].kind, bad[i].part, bad[i].line, bad[i].column, 0);
  }
}

static void test_binary_rubbish(void **state) {
  (void)state;
  assert_refused(files_write("a.csv", "1,2\0003\n", 6), &any, PHS_STIM_VALUE, "not a number: '2?3'",
                 1, 3, 0);
  char *long_field = malloc(1 << 20);
  memset(long_field, '7', 1 << 20);
  assert_refused(files_write("a.csv", long_field, 1 << 20), &any, PHS_STIM_VALUE,
                 "not a number: '7777777777777777777777777777777777777777...'", 1, 1, 0);
  free(long_field);
}

static void test_files(void **state) {
  (void)state;
  assert_refused("/nonexistent/a.csv", &any, PHS_STIM_IO, "cannot open: No such file", 0, 0, 0);
  assert_refused("/tmp", &any, PHS_STIM_IO, "cannot read: Is a directory", 0, 0, 0);
  assert_refused(files_write("a.txt", "1\n", 2), &any, PHS_STIM_FORMAT,
                 "unknown kind of input file: suffix '.txt'", 0, 0, 0);
  assert_refused(files_write("none", "1\n", 2), &any, PHS_STIM_FORMAT,
                 "unknown kind of input file: suffix ''", 0, 0, 0);
  assert_refused(files_write("a.npz", "PK", 2), &any, PHS_STIM_FORMAT, "archive", 0, 0, 0);
  assert_refused(files_write("a.npy", "1,2\n", 4), &any, PHS_STIM_FORMAT, "not a .npy file", 0, 0,
                 0);
}

static void test_set_steps(void **state) {
  (void)state;
  phs_stimulus s;
  phs_stimulus_error e;
  assert_true(phs_stimulus_read(files_write("a.csv", "1,2\n3,4\n", 8), &any, &s, &e));
  assert_true(phs_stimulus_set_steps(&s, 3, &e));
  assert_values(&s, 1, 3, 2, (const float[]){1, 2, 3, 4, 0, 0});
  assert_true(phs_stimulus_set_steps(&s, 1, &e));
  assert_values(&s, 1, 1, 2, (const float[]){1, 2});
  assert_false(phs_stimulus_set_steps(&s, 0, &e));
  assert_int_equal(e.kind, PHS_STIM_OPTION);
  assert_false(phs_stimulus_set_steps(&s, SIZE_MAX / 8, &e));
  assert_int_equal(e.kind, PHS_STIM_SHAPE);
  assert_values(&s, 1, 1, 2, (const float[]){1, 2});
  phs_stimulus_free(&s);
}

/** 256 steps of 12 taxels with 539 spikes, as the data's description says. */
static void test_braille(void **state) {
  (void)state;
  const char *path = PHASOR_SHARED "/data/braille/braille_test_sample0_input.csv";
  const int64_t twelve[] = {12};
  const phs_stimulus_options o = {.rank = 1, .dim = twelve};
  phs_stimulus s;
  phs_stimulus_error e;
  if (access(path, R_OK) != 0) {
    print_message("SKIP: %s is absent\n", path);
    skip();
  }
  assert_true(phs_stimulus_read(path, &o, &s, &e));
  assert_int_equal(s.steps, 256);
  assert_int_equal(s.width, 12);
  float sum = 0;
  for (size_t k = 0; k < s.steps * s.width; k++) {
    sum += s.data[k];
  }
  assert_true(sum == 539);
  phs_stimulus_free(&s);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_forms),   cmocka_unit_test(test_long_rows),
      cmocka_unit_test(test_refused), cmocka_unit_test(test_binary_rubbish),
      cmocka_unit_test(test_files),   cmocka_unit_test(test_set_steps),
      cmocka_unit_test(test_braille),
  };
  return cmocka_run_group_tests(tests, files_open, files_close);
}
