/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Diagnostics as text and JSON. JSON is read back by a parser of its own. */
#include "phasor/session.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void expect(const phasor_diagnostic *d, phasor_style style, const char *want) {
  char *text = phasor_diagnostic_text(d, style, false);
  assert_string_equal(text, want);
  free(text);
}

static void text_with_place(void **state) {
  (void)state;
  phasor_diagnostic d = {.code = "PHS0112",
                         .severity = PHASOR_ERROR,
                         .message = "no weight",
                         .file = "m.nir",
                         .where = "/node/nodes/1",
                         .help = "export again"};
  expect(&d, PHASOR_STYLE_TEXT,
         "m.nir: /node/nodes/1: error[PHS0112]: no weight\nhelp: export again\n");
  expect(&d, PHASOR_STYLE_SHORT, "m.nir: /node/nodes/1: error[PHS0112]: no weight\n");
  d.file = d.where = d.help = NULL;
  d.severity = PHASOR_WARNING;
  expect(&d, PHASOR_STYLE_TEXT, "phasorc: warning[PHS0112]: no weight\n");
}

static void excerpt_with_caret(void **state) {
  (void)state;
  phasor_diagnostic d = {.code = "PHS0404",
                         .severity = PHASOR_ERROR,
                         .message = "bad",
                         .file = "a.csv",
                         .line = 3,
                         .column = 3,
                         .excerpt = "1,x"};
  expect(&d, PHASOR_STYLE_TEXT, "a.csv:3:3: error[PHS0404]: bad\n  1,x\n    ^\n");
  /* What is escaped before the column moves the caret along; a column past the end stays at the
   * end. */
  d.excerpt = "\x01,x";
  expect(&d, PHASOR_STYLE_TEXT, "a.csv:3:3: error[PHS0404]: bad\n  \\x01,x\n       ^\n");
  d.excerpt = "1";
  d.column = 99;
  expect(&d, PHASOR_STYLE_TEXT, "a.csv:3:99: error[PHS0404]: bad\n  1\n   ^\n");
}

static void long_lines_are_cut(void **state) {
  (void)state;
  char line[2001];
  memset(line, 'a', 2000);
  line[2000] = 0;
  line[1000] = 'X';
  phasor_diagnostic d = {.code = "PHS0404",
                         .severity = PHASOR_ERROR,
                         .message = "bad",
                         .file = "a.csv",
                         .line = 1,
                         .column = 1001,
                         .excerpt = line};
  char *text = phasor_diagnostic_text(&d, PHASOR_STYLE_TEXT, false);
  assert_true(strlen(text) < 320);
  const char *second = strchr(text, '\n') + 1, *third = strchr(second, '\n') + 1;
  /* The caret stands under the X. */
  assert_int_equal(strchr(second, 'X') - second, strchr(third, '^') - third);
  free(text);
}

/* A tab is one column, a character of two bytes as well: the caret stands under "m". */
static void tabs_and_umlauts_take_a_column(void **state) {
  (void)state;
  phasor_diagnostic d = {.code = "PHS0708",
                         .severity = PHASOR_ERROR,
                         .message = "bad",
                         .file = "a.yaml",
                         .line = 2,
                         .column = 8,
                         .excerpt = "\ta: \xc3\xa4\tm"};
  expect(&d, PHASOR_STYLE_TEXT, "a.yaml:2:8: error[PHS0708]: bad\n   a: \xc3\xa4 m\n        ^\n");
}

static void hostile_names_are_escaped(void **state) {
  (void)state;
  phasor_diagnostic d = {.code = "PHS0001",
                         .severity = PHASOR_NOTE,
                         .file = "f",
                         .message = "a\x1b[31m\xff\xe2\x80\xae\xc2\x9b z\xc3\xa4\n"};
  expect(&d, PHASOR_STYLE_SHORT,
         "f: note[PHS0001]: a\\x1b[31m\\xff\\xe2\\x80\\xae\\xc2\\x9b z\xc3\xa4\\x0a\n");
}

static void json_reads_back(void **state) {
  (void)state;
  phasor_diagnostic d = {.code = "PHS0112",
                         .severity = PHASOR_ERROR,
                         .message = "quote \" back \\ \x01 \xff end",
                         .file = "dir/\"m\".nir",
                         .where = "/node",
                         .help = NULL};
  char *text = phasor_diagnostic_text(&d, PHASOR_STYLE_JSON, true);
  json_error_t error;
  json_t *o = json_loads(text, JSON_REJECT_DUPLICATES, &error);
  assert_non_null(o);
  assert_string_equal(json_string_value(json_object_get(o, "code")), "PHS0112");
  assert_string_equal(json_string_value(json_object_get(o, "severity")), "error");
  assert_string_equal(json_string_value(json_object_get(o, "file")), "dir/\"m\".nir");
  assert_string_equal(json_string_value(json_object_get(o, "where")), "/node");
  assert_string_equal(json_string_value(json_object_get(o, "message")),
                      "quote \" back \\ \x01 \xef\xbf\xbd end");
  assert_true(json_is_null(json_object_get(o, "help")));
  assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1);
  json_decref(o);
  free(text);
  d.line = 4;
  d.column = 2;
  text = phasor_diagnostic_text(&d, PHASOR_STYLE_JSON, false);
  o = json_loads(text, 0, &error);
  json_t *where = json_object_get(o, "where");
  assert_int_equal(json_integer_value(json_object_get(where, "line")), 4);
  assert_int_equal(json_integer_value(json_object_get(where, "column")), 2);
  json_decref(o);
  free(text);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(text_with_place),           cmocka_unit_test(excerpt_with_caret),
      cmocka_unit_test(long_lines_are_cut),        cmocka_unit_test(tabs_and_umlauts_take_a_column),
      cmocka_unit_test(hostile_names_are_escaped), cmocka_unit_test(json_reads_back),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
