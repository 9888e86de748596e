/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Lists of spikes: what is written, row by row, and what is read. */
#include "files.h"
#include "vm/recording.h"

static void test_rows(void **state) {
  (void)state;
  /* Ten neurons, so that one group of eight is passed over whole. */
  static const uint8_t rows[4][10] = {{0}, {0, 0, 0, 1, 0, 0, 0, 0, 0, 1}, {[8] = 1}, {[7] = 1}};
  phs_recorder r = {.type = PHS_RECORD_U8, .width = 10, .steps = 4};
  phs_stimulus_error e;
  phs_staged staged;
  size_t n;
  assert_true(phs_recorder_open(&r, files_path("rows.spikes"), &e));
  for (size_t t = 0; t < 4; t++) {
    assert_true(phs_recorder_row(&r, rows[t]));
  }
  assert_true(phs_recorder_close(&r, &staged, &e));
  assert_int_equal(access(files_path("rows.spikes"), F_OK), -1);
  assert_true(phs_staged_commit(&staged, &e));
  char *text = files_read(files_path("rows.spikes"), &n);
  assert_string_equal(text, "step,neuron\n1,3\n1,9\n2,8\n3,7\n");
  free(text);
}

/* Counts are as many lines; samples have a column; an open file that is abandoned leaves nothing.
 */
static void test_counts(void **state) {
  (void)state;
  static const int32_t rows[4][2] = {{2, 0}, {0, 0}, {0, -1}, {0, 1}};
  phs_recorder r = {.type = PHS_RECORD_I32, .width = 2, .batch = 2, .steps = 2};
  phs_stimulus_error e;
  phs_staged staged;
  size_t n;
  char path[128];
  snprintf(path, sizeof path, "%s", files_path("counts.spikes"));
  assert_true(phs_recorder_open(&r, path, &e));
  for (size_t k = 0; k < 4; k++) {
    assert_true(phs_recorder_row(&r, rows[k]));
  }
  assert_true(phs_recorder_close(&r, &staged, &e) && phs_staged_commit(&staged, &e));
  char *text = files_read(path, &n);
  assert_string_equal(text, "sample,step,neuron\n0,0,0\n0,0,0\n1,1,1\n");
  free(text);
  r = (phs_recorder){.type = PHS_RECORD_I32, .width = 2, .steps = 1};
  assert_true(phs_recorder_open(&r, path, &e));
  phs_recorder_abandon(&r);
  phs_recorder_abandon(&r);
  assert_int_equal(access(files_path("counts.spikes.tmp0"), F_OK), -1);
  r.type = PHS_RECORD_F32;
  assert_false(phs_recorder_open(&r, path, &e));
  assert_int_equal(e.kind, PHS_STIM_OPTION);
}

static bool reads(const char *text, const phs_stimulus_options *o, phs_stimulus *s,
                  phs_stimulus_error *e) {
  return phs_stimulus_read(files_write("in.spikes", text, strlen(text)), o, s, e);
}

static void test_read(void **state) {
  (void)state;
  const int64_t dim[] = {3};
  phs_stimulus_options o = {.rank = 1, .dim = dim};
  phs_stimulus s;
  phs_stimulus_error e;
  const float values[] = {0, 0, 0, 0, 0, 2, 1, 0, 0};
  assert_true(reads("step,neuron\n1,2\n2,0\n1,2", &o, &s, &e));
  assert_values(&s, 1, 3, 3, values);
  assert_false(s.batched);
  phs_stimulus_free(&s);
  /* No spike at all is a step of silence. */
  assert_true(reads("step,neuron\n", &o, &s, &e));
  assert_values(&s, 1, 1, 3, values);
  phs_stimulus_free(&s);
  /* Given steps cut, also a time that could not be held whole. */
  o.steps = 2;
  o.binary = true;
  const float cut[] = {0, 0, 0, 0, 0, 1};
  assert_true(reads("step,neuron\n1,2\n1,2\n999999999,0\n", &o, &s, &e));
  assert_values(&s, 1, 2, 3, cut);
  phs_stimulus_free(&s);
  o.steps = 0;
  assert_true(reads("sample,step,neuron\n2,0,1\n0,1,0\n", &o, &s, &e));
  assert_true(s.batched && s.batch == 3 && s.steps == 2 && s.data[2 * 6 + 1] == 1 &&
              s.data[3] == 1);
  phs_stimulus_free(&s);
}

/* Whatever stands in a line: refused with its place, or read. */
static void test_refused(void **state) {
  (void)state;
  static const struct {
    const char *text;
    uint32_t line, column;
  } bad[] = {{"", 1, 1},
             {"neuron,step\n", 1, 1},
             {"step,neuron\n1\n", 2, 2},
             {"step,neuron\n1,\n", 2, 3},
             {"step,neuron\n1,1,1\n", 2, 4},
             {"step,neuron\n-1,1\n", 2, 1},
             {"step,neuron\n0,0\n 1,1\n", 3, 1},
             {"step,neuron\n1000000000,1\n", 2, 11},
             {"step,neuron\n99999999999999999999,1\n", 2, 11},
             {"step,neuron\n1,3\n", 2, 1},
             {"sample,step,neuron\n1,1\n", 2, 4}};
  const int64_t dim[] = {3};
  const phs_stimulus_options o = {.rank = 1, .dim = dim}, unknown = {0};
  phs_stimulus s;
  phs_stimulus_error e;
  for (size_t i = 0; i < COUNT(bad); i++) {
    assert_false(reads(bad[i].text, &o, &s, &e));
    assert_int_equal(e.kind, PHS_STIM_FORMAT);
    assert_int_equal(e.line, bad[i].line);
    assert_int_equal(e.column, bad[i].column);
  }
  assert_false(reads("step,neuron\n1,1\n", &unknown, &s, &e));
  assert_int_equal(e.kind, PHS_STIM_OPTION);
  assert_false(reads("sample,step,neuron\n999999999,999999999,0\n", &o, &s, &e));
  assert_int_equal(e.kind, PHS_STIM_SHAPE);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_rows),
      cmocka_unit_test(test_counts),
      cmocka_unit_test(test_read),
      cmocka_unit_test(test_refused),
  };
  return cmocka_run_group_tests(tests, files_open, files_close);
}
