/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "files.h"
#include "vm/recording.h"

#include <dirent.h>
#include <sys/stat.h>

static void append(phs_recording *r, const void *rows, size_t count, size_t size) {
  size_t bytes = r->width * size;
  unsigned char *data = realloc(r->data, (r->rows + count) * bytes);
  assert_non_null(data);
  memcpy(data + r->rows * bytes, rows, count * bytes);
  r->data = data;
  r->rows += count;
}

static void writes(const phs_recording *r, const char *name, const char *want, size_t n) {
  phs_stimulus_error e;
  size_t got;
  if (!phs_recording_write(r, files_path(name), &e)) {
    fail_msg("%s", e.message);
  }
  char *text = files_read(files_path(name), &got);
  assert_int_equal(got, n);
  assert_memory_equal(text, want, n);
  free(text);
}

static void test_csv(void **state) {
  (void)state;
  const uint8_t spikes[] = {0, 1, 1, 0, 0, 255};
  const int32_t counts[] = {0, -7, 2147483647, -2147483647 - 1};
  const float values[] = {0, -0.0F, 0.1F, 1e-40F, 16777216, 1.0F / 3.0F};
  phs_recording r = {.type = PHS_RECORD_U8, .width = 3};
  append(&r, spikes, 2, 1);
  writes(&r, "a.csv", "0,1,1\n0,0,255\n", 14);
  phs_recording_free(&r);
  r = (phs_recording){.type = PHS_RECORD_I32, .width = 2};
  append(&r, counts, 2, 4);
  writes(&r, "a.csv", "0,-7\n2147483647,-2147483648\n", 28);
  phs_recording_free(&r);
  r = (phs_recording){.type = PHS_RECORD_F32, .width = 2};
  append(&r, values, 3, 4);
  const char *want = "0,-0\n0.100000001,9.9999461e-41\n16777216,0.333333343\n";
  writes(&r, "a.csv", want, strlen(want));
  phs_recording_free(&r);
}

/** The header as NumPy writes it, the values little-endian at byte 128. */
static void test_npy(void **state) {
  (void)state;
  const int32_t counts[] = {1, -2};
  const uint8_t spikes[] = {1, 0, 0, 1, 1, 1};
  char want[200];
  phs_recording r = {.type = PHS_RECORD_I32, .width = 1};
  append(&r, counts, 2, 4);
  memset(want, ' ', sizeof want);
  memcpy(want, "\x93NUMPY\1\0\x76\0{'descr': '<i4', 'fortran_order': False, 'shape': (2, 1), }",
         69);
  want[127] = '\n';
  memcpy(want + 128, "\1\0\0\0\xfe\xff\xff\xff", 8);
  writes(&r, "a.npy", want, 136);
  phs_recording_free(&r);
  r = (phs_recording){.type = PHS_RECORD_U8, .width = 1, .batch = 2};
  append(&r, spikes, 6, 1);
  memset(want, ' ', sizeof want);
  memcpy(want, "\x93NUMPY\1\0\x76\0{'descr': '|u1', 'fortran_order': False, 'shape': (2, 3, 1), }",
         72);
  want[127] = '\n';
  memcpy(want + 128, spikes, 6);
  writes(&r, "b.npy", want, 134);
  phs_recording_free(&r);
}

/** Property: what is written reads back to the same bits, by either kind of file. */
static void test_read_back(void **state) {
  (void)state;
  static const char *const names[] = {"a.csv", "a.npy"};
  enum { STEPS = 200, WIDTH = 7 };
  float values[STEPS * WIDTH];
  uint32_t b = 3;
  phs_recording r = {.type = PHS_RECORD_F32, .width = WIDTH};
  for (size_t i = 0; i < COUNT(values);) {
    b = b * 1664525U + 1013904223U;
    if ((b >> 23 & 0xff) != 0xff) {
      memcpy(&values[i++], &b, 4);
    }
  }
  append(&r, values, STEPS, 4);
  for (size_t i = 0; i < COUNT(names); i++) {
    phs_stimulus s;
    phs_stimulus_error e;
    const phs_stimulus_options o = {0};
    assert_true(phs_recording_write(&r, files_path(names[i]), &e));
    assert_true(phs_stimulus_read(files_path(names[i]), &o, &s, &e));
    assert_values(&s, 1, STEPS, WIDTH, values);
    phs_stimulus_free(&s);
  }
  phs_recording_free(&r);
}

static size_t entries(void) {
  size_t n = 0;
  DIR *d = opendir(files_folder);
  assert_non_null(d);
  while (readdir(d)) {
    n++;
  }
  closedir(d);
  return n;
}

/** An old file stays until the new one is whole; links keep pointing; devices are written to. */
static void test_replacing(void **state) {
  (void)state;
  const uint8_t one = 1;
  phs_stimulus_error e;
  phs_recording r = {.type = PHS_RECORD_U8, .width = 1};
  append(&r, &one, 1, 1);
  char target[128], link[128];
  snprintf(target, sizeof target, "%s", files_write("old.csv", "old", 3));
  snprintf(link, sizeof link, "%s", files_path("link.csv"));
  assert_int_equal(symlink("old.csv", link), 0);
  size_t before = entries(), n;
  assert_true(phs_recording_write(&r, link, &e));
  assert_int_equal(entries(), before);
  char *text = files_read(target, &n);
  assert_string_equal(text, "1\n");
  free(text);
  struct stat s;
  assert_int_equal(lstat(link, &s), 0);
  assert_true(S_ISLNK(s.st_mode));
  assert_true(phs_recording_write(&r, "/dev/null", &e));
  assert_int_equal(stat("/dev/null", &s), 0);
  assert_true(S_ISCHR(s.st_mode));
  phs_recording_free(&r);
}

static void test_refused(void **state) {
  (void)state;
  const uint8_t one = 1;
  phs_stimulus_error e;
  phs_recording r = {.type = PHS_RECORD_U8, .width = 1};
  append(&r, &one, 1, 1);
  assert_false(phs_recording_write(&r, files_path("no/such/a.csv"), &e));
  assert_int_equal(e.kind, PHS_STIM_IO);
  assert_non_null(strstr(e.message, "cannot write: No such file"));
  assert_false(phs_recording_write(&r, files_folder, &e));
  assert_non_null(strstr(e.message, "Is a directory"));
  if (access("/dev/full", W_OK) == 0) {
    assert_false(phs_recording_write(&r, "/dev/full", &e));
    assert_non_null(strstr(e.message, "No space left"));
  }
  phs_recording_free(&r);
}

/** Files in the folder of the tests. */
static int count_files(void) {
  DIR *d = opendir(files_path("."));
  int n = 0;
  assert_non_null(d);
  while (readdir(d)) {
    n++;
  }
  closedir(d);
  return n;
}

/** What is staged shows only when it is committed, and leaves nothing when it is not. */
static void test_stage(void **state) {
  (void)state;
  const uint8_t spikes[] = {1, 0};
  phs_recording r = {.type = PHS_RECORD_U8, .width = 2};
  phs_stimulus_error e;
  phs_staged staged;
  size_t n;
  append(&r, spikes, 1, 1);
  files_write("s.csv", "old", 3);
  int before = count_files();
  assert_true(phs_recording_stage(&r, files_path("s.csv"), &staged, &e));
  assert_int_equal(count_files(), before + 1);
  phs_staged_discard(&staged);
  assert_int_equal(count_files(), before);
  char *text = files_read(files_path("s.csv"), &n);
  assert_int_equal(n, 3);
  free(text);
  assert_true(phs_recording_stage(&r, files_path("s.csv"), &staged, &e));
  assert_true(phs_staged_commit(&staged, &e));
  assert_int_equal(count_files(), before);
  writes(&r, "s.csv", "1,0\n", 4);
  assert_false(phs_recording_stage(&r, files_path("none/s.csv"), &staged, &e));
  assert_int_equal(e.kind, PHS_STIM_IO);
  assert_null(staged.temp);
  phs_recording_free(&r);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_csv),       cmocka_unit_test(test_npy),
      cmocka_unit_test(test_read_back), cmocka_unit_test(test_replacing),
      cmocka_unit_test(test_refused),   cmocka_unit_test(test_stage),
  };
  return cmocka_run_group_tests(tests, files_open, files_close);
}
