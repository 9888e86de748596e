/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Formats are told by content: suffixes are misleading here on purpose. */
#include "nir_writer.h"

static ran r;

static phs_file_format detect(const void *bytes, size_t n) {
  char path[] = "/tmp/phasor-detect-XXXXXX";
  int fd = mkstemp(path);
  FILE *f = fdopen(fd, "wb");
  assert_true(f && fwrite(bytes, 1, n, f) == n && fclose(f) == 0);
  memset(&r, 0, sizeof r);
  phs_diag diag = {.fn = keep, .user = &r};
  phs_file_format format = phs_detect_format(path, &diag);
  unlink(path);
  return format;
}
static phs_file_format detect_text(const char *text) {
  return detect(text, strlen(text));
}

static void test_hdf5(void **state) {
  (void)state;
  char block[4096] = {0};
  memcpy(block, "\211HDF\r\n\032\n", 8);
  assert_int_equal(detect(block, sizeof block), PHS_FORMAT_NIR);
  for (size_t at = 512; at <= 2048; at *= 2) { /* behind a user block */
    memset(block, 0, sizeof block);
    memcpy(block + at, "\211HDF\r\n\032\n", 8);
    assert_int_equal(detect(block, sizeof block), PHS_FORMAT_NIR);
  }
  memset(block, 0, sizeof block);
  memcpy(block + 100, "\211HDF\r\n\032\n", 8); /* not a place for it */
  assert_int_equal(detect(block, sizeof block), PHS_FORMAT_UNKNOWN);
  assert_int_equal(r.count, 1);
}

static void test_text(void **state) {
  (void)state;
  assert_int_equal(detect("ML\xefR\1\2", 6), PHS_FORMAT_MLIR);
  assert_int_equal(detect_text("// a comment\nmodule {\n}\n"), PHS_FORMAT_MLIR);
  assert_int_equal(detect_text("module @net attributes {a} {\n}"), PHS_FORMAT_MLIR);
  assert_int_equal(detect_text("module{}"), PHS_FORMAT_MLIR);
  assert_int_equal(detect_text("#map = affine_map<(d0) -> (d0)>\nmodule {}"), PHS_FORMAT_MLIR);
  assert_int_equal(detect_text("\"builtin.module\"() ({}) : () -> ()"), PHS_FORMAT_MLIR);
  assert_int_equal(detect_text("ml_program.subgraph @net() {}"), PHS_FORMAT_MLIR);
  assert_int_equal(detect_text("# populations\nnetwork:\n  - name: a\n"), PHS_FORMAT_YAML);
  assert_int_equal(detect_text("---\nmodules: 3\n"), PHS_FORMAT_YAML);
  assert_int_equal(detect_text("module: 3\n"), PHS_FORMAT_YAML);
  assert_int_equal(detect("\177ELF\2\1\1", 7), PHS_FORMAT_PHX);
  assert_int_equal(r.count, 0);
}

static void test_neither(void **state) {
  (void)state;
  assert_int_equal(detect_text("hello world\n"), PHS_FORMAT_UNKNOWN);
  assert_string_equal(r.seen[0].code, "PHS0108");
  assert_int_equal(detect("", 0), PHS_FORMAT_UNKNOWN);
  assert_string_equal(r.seen[0].code, "PHS0103");
  phs_diag diag = {.fn = keep, .user = &r};
  memset(&r, 0, sizeof r);
  assert_int_equal(phs_detect_format("/nonexistent/x", &diag), PHS_FORMAT_UNKNOWN);
  assert_string_equal(r.seen[0].code, "PHS0101");
  memset(&r, 0, sizeof r);
  assert_int_equal(phs_detect_format("/tmp", &diag), PHS_FORMAT_UNKNOWN);
  assert_string_equal(r.seen[0].code, "PHS0102");
}

static void test_natural_order(void **state) {
  (void)state;
  static const char *const sorted[] = {"",   "1",   "01", "2",   "10", "a",
                                       "a1", "a1b", "a2", "a10", "b"};
  for (int i = 0; i < 11; i++) {
    for (int j = 0; j < 11; j++) {
      int order = phs_natural_compare(sorted[i], sorted[j]);
      if (i == 1 && j == 2) { /* equal numbers: by bytes, "01" before "1" */
        assert_true(order > 0);
      } else if (i == 2 && j == 1) {
        assert_true(order < 0);
      } else {
        assert_int_equal((order > 0) - (order < 0), (i > j) - (i < j));
      }
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_hdf5), cmocka_unit_test(test_text),
                                     cmocka_unit_test(test_neither),
                                     cmocka_unit_test(test_natural_order)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
