/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void grows(void **state) {
  (void)state;
  phs_buf b = {0};
  assert_string_equal(phs_buf_cstr(&b), "");
  for (int i = 0; i < 1000; i++) {
    phs_buf_printf(&b, "%03d", i);
    phs_buf_puts(&b, ",");
    assert_int_equal(b.len, (size_t)(i + 1) * 4);
    assert_int_equal(b.data[b.len], 0);
  }
  assert_memory_equal(b.data + 4 * 567, "567,", 4);
  assert_int_equal(strlen(phs_buf_cstr(&b)), 4000);
  phs_buf_add(&b, "a\0b", 3);
  phs_buf_add(&b, NULL, 0);
  assert_int_equal(b.len, 4003);
  assert_false(b.failed);
  phs_buf_free(&b);
  assert_null(b.data);
  phs_buf_free(&b);
}

static void sizes_around_the_capacity(void **state) {
  (void)state;
  for (size_t n = 250; n < 262; n++) {
    char text[300];
    memset(text, 'y', sizeof text);
    text[n] = 0;
    phs_buf b = {0};
    phs_buf_printf(&b, "%s", text);
    phs_buf_puts(&b, text);
    assert_int_equal(b.len, 2 * n);
    assert_memory_equal(b.data + n, text, n + 1);
    phs_buf_free(&b);
  }
}

static void failure_sticks(void **state) {
  (void)state;
  phs_buf b = {0};
  phs_buf_puts(&b, "kept");
  phs_buf_add(&b, "", SIZE_MAX / 2); /* refused before a byte is read */
  assert_true(b.failed);
  phs_buf_puts(&b, "more");
  assert_string_equal(phs_buf_cstr(&b), "kept");
  phs_buf_free(&b);
}

static void expect_json(const char *text, const char *want) {
  phs_buf b = {0};
  phs_buf_json(&b, text);
  assert_string_equal(phs_buf_cstr(&b), want);
  phs_buf_free(&b);
}

static void json_strings(void **state) {
  (void)state;
  expect_json("", "\"\"");
  expect_json("a \"b\" \\ /", "\"a \\\"b\\\" \\\\ /\"");
  expect_json("\n\t\x01\x7F", "\"\\u000a\\u0009\\u0001\\u007f\"");
  expect_json("\xC3\xA4 \xE2\x82\xAC \xF0\x9F\x98\x80",
              "\"\xC3\xA4 \xE2\x82\xAC \xF0\x9F\x98\x80\"");
  /* not UTF-8: a lone byte, a cut sequence, an overlong '/', a surrogate, above U+10FFFF */
  expect_json("\x80z", "\"\\ufffdz\"");
  expect_json("\xE2\x82", "\"\\ufffd\\ufffd\"");
  expect_json("\xC0\xAF", "\"\\ufffd\\ufffd\"");
  expect_json("\xE0\x80\xAF", "\"\\ufffd\\ufffd\\ufffd\"");
  expect_json("\xED\xA0\x80", "\"\\ufffd\\ufffd\\ufffd\"");
  expect_json("\xF4\x90\x80\x80", "\"\\ufffd\\ufffd\\ufffd\\ufffd\"");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(grows), cmocka_unit_test(sizes_around_the_capacity),
      cmocka_unit_test(failure_sticks), cmocka_unit_test(json_strings)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
