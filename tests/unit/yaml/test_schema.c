/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* A format of two tables: what a document may hold is what its schema says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "yaml/reader.h"

#include <stdio.h>
#include <string.h>

static const char *const colours[] = {"red", "green", NULL};
static const yml_key leaf_rows[] = {
    {"colour", YML_T_WORD, .word = colours, .doc = "A colour."},
    {"length", YML_T_QUANTITY, .unit = "um", .most = 1e6, .fallback = "none", .doc = "A length."},
};
static const yml_table leaf = {"small leaf", "A leaf.", 2, leaf_rows};
static const yml_key tree_rows[] = {
    {"age", YML_T_COUNT, .required = true, .least = 1, .most = 9, .doc = "Years."},
    {"leaves", YML_T_MAP, .table = &leaf, .doc = "Leaves by name."},
    {"owner", YML_T_FORM, .form = 0, .doc = "Who has it."},
};
static const yml_table tree = {"tree", "A tree.", 3, tree_rows};

typedef struct heard {
  int count;
  char code[16], message[256], help[256], excerpt[128];
  uint32_t line, column;
} heard;

static void hear(void *user, const phasor_diagnostic *d) {
  heard *h = user;
  h->count++;
  snprintf(h->code, sizeof h->code, "%s", d->code);
  snprintf(h->message, sizeof h->message, "%s", d->message);
  snprintf(h->help, sizeof h->help, "%s", d->help ? d->help : "");
  snprintf(h->excerpt, sizeof h->excerpt, "%s", d->excerpt ? d->excerpt : "");
  h->line = d->line;
  h->column = d->column;
}

/* Reads a text as a tree with one leaf. @p length gets the leaf's length. */
static phasor_status read_tree(const char *text, heard *h, double *length) {
  phs_diag diag = {.fn = hear, .user = h};
  yml_reader r = {.opening = "age: 1"};
  yml_field f[3], part[2];
  memset(h, 0, sizeof *h);
  assert_true(yml_reader_start(&r, &diag, "tree.yaml"));
  yml_source *s = yml_source_of(&r, "tree.yaml", text, strlen(text));
  const yml_node *root = s ? yml_parse(&r, s) : NULL;
  bool ok = root && yml_decode(&r, NULL, root, &tree, f);
  const yml_node *map = ok ? f[1].node : NULL;
  for (size_t i = 0; map && ok && i < map->count; i++) {
    ok = yml_decode(&r, NULL, map->pair[i].value, &leaf, part) &&
         (!part[1].node || yml_quantity(&r, NULL, part[1].node, yml_length, "length", length));
  }
  return yml_reader_end(&r, ok);
}

static void quantities_without_a_language(void **state) {
  (void)state;
  heard h;
  double length = 0;
  assert_int_equal(read_tree("age: 3\nleaves: {a: {length: 2 mm}}\n", &h, &length), PHASOR_OK);
  assert_true(length == 2000); /* um */
  assert_int_equal(h.count, 0);
  /* Only formats with a language have expressions. */
  assert_int_equal(read_tree("age: 3\nleaves: {a: {length: \"= 1 mm\"}}\n", &h, &length),
                   PHASOR_ERROR_MODEL);
  assert_string_equal(h.code, "PHS0716");
  assert_int_equal(h.line, 2);
}

static void diagnostics_have_places(void **state) {
  (void)state;
  heard h;
  double length;
  assert_int_equal(read_tree("age: 3\nleaves:\n  a: {color: red}\n", &h, &length),
                   PHASOR_ERROR_MODEL);
  assert_string_equal(h.code, "PHS0708");
  assert_int_equal(h.line, 3);
  assert_int_equal(h.column, 7);
  assert_string_equal(h.message, "a small leaf has no key 'color'");
  assert_string_equal(h.help, "did you mean 'colour'?");
  assert_string_equal(h.excerpt, "  a: {color: red}");
  assert_int_equal(read_tree("age: 3\nleaves: {a: {length: 2 ms}}\n", &h, &length),
                   PHASOR_ERROR_MODEL);
  assert_string_equal(h.code, "PHS0718");
  assert_int_equal(read_tree("leaves: {}\n", &h, &length), PHASOR_ERROR_MODEL);
  assert_string_equal(h.code, "PHS0709");
  assert_int_equal(read_tree("", &h, &length), PHASOR_ERROR_MODEL);
  assert_string_equal(h.code, "PHS0705");
  assert_string_equal(h.help, "begin with 'age: 1'");
}

static void schema_says_what_tables_say(void **state) {
  (void)state;
  static const yml_form_info forms[] = {{"name", YML_SCHEMA_NAME}};
  static const yml_table *const tables[] = {&tree, &leaf};
  static const char *const parts[] = {
      "\"title\": \"Tree\"",
      "\"$ref\": \"#/$defs/tree\"",
      "\"name\": " YML_SCHEMA_NAME,
      "\"required\": [\"age\"]",
      "\"minimum\": 1, \"maximum\": 9",
      "\"additionalProperties\": {\"$ref\": \"#/$defs/small_leaf\"}",
      "\"enum\": [\"red\", \"green\"]",
      "\"description\": \"A length. Default: none.\", \"type\": \"string\"",
  };
  const yml_format_info format = {"Tree", "a.c", "a.md", forms, 1, tables, 2};
  phs_buf b = {0};
  yml_schema_of(&b, &format);
  assert_false(b.failed);
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
    if (!strstr(b.data, parts[i])) {
      fail_msg("the schema lacks %s:\n%s", parts[i], b.data);
    }
  }
  phs_buf_free(&b);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(quantities_without_a_language),
      cmocka_unit_test(diagnostics_have_places),
      cmocka_unit_test(schema_says_what_tables_say),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
