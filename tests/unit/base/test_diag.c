/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "diag/diag.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void every_code_is_explained_once(void **state) {
  (void)state;
  for (int a = 0; a < PHS_CODE_COUNT; a++) {
    int number = phs_code_number((phs_code)a);
    const phs_code_info *info = phs_code_lookup((phs_code)a);
    assert_true(number > 0 && number < 10000);
    assert_true(strlen(info->title) > 3);
    if (strlen(info->text) < 25) {
      fail_msg("PHS%04d explains nothing: '%s'", number, info->text);
    }
    for (int b = 0; b < a; b++) {
      if (phs_code_number((phs_code)b) == number) {
        fail_msg("PHS%04d stands for two things", number);
      }
    }
    char name[16];
    snprintf(name, sizeof name, "PHS%04d", number);
    assert_ptr_equal(phasor_explain(name), info->text);
    assert_ptr_equal(phasor_explain(name + 3), info->text);
    assert_int_equal(phs_code_find(name), a);
    /* errors end in an error status, the rest do not */
    assert_int_equal(info->severity == PHASOR_ERROR, phs_code_status((phs_code)a) != PHASOR_OK);
  }
}

static void codes_that_are_not_there(void **state) {
  (void)state;
  const char *const bad[] = {"", "PHS", "PHS9999", "0", "PHS0001x", "PHSPHS0001", "hello", "-1"};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    assert_null(phasor_explain(bad[i]));
  }
}

typedef struct seen {
  int count;
  phasor_diagnostic last;
  char message[4096];
} seen;

static void look(void *user, const phasor_diagnostic *d) {
  seen *s = user;
  s->count++;
  s->last = *d;
  snprintf(s->message, sizeof s->message, "%s", d->message);
  assert_string_equal(d->code, "PHS0002");
}

static void reports(void **state) {
  (void)state;
  seen s = {0};
  phs_diag d = {.fn = look, .user = &s};
  phs_place place = {.file = "a.nir", .where = "/node", .line = 3, .column = 4, .excerpt = "x"};
  phs_report(&d, PHS_INTERNAL, &place, "do this", "%s is %d", "it", 5);
  assert_int_equal(s.count, 1);
  assert_int_equal(d.errors, 1);
  assert_int_equal(d.warnings, 0);
  assert_string_equal(s.message, "it is 5");
  assert_int_equal(s.last.severity, PHASOR_ERROR);
  assert_string_equal(s.last.file, "a.nir");
  assert_string_equal(s.last.where, "/node");
  assert_string_equal(s.last.help, "do this");
  assert_int_equal(s.last.line, 3);
  phs_report(&d, PHS_INTERNAL, NULL, NULL, "%5000d", 1); /* longer than a message may be */
  assert_true(strlen(s.message) > 1000 && strlen(s.message) < 4095);
  assert_null(s.last.file);
  assert_null(s.last.help);
  phs_diag silent = {0}; /* counts without a consumer */
  phs_report(&silent, PHS_INTERNAL, NULL, NULL, "x");
  assert_int_equal(silent.errors, 1);
  assert_int_equal(phs_code_status(PHS_INTERNAL), PHASOR_ERROR_INTERNAL);
}

/* The first code of a severity, or -1: the table belongs to many rooms and grows. */
static int first_of(phasor_severity severity) {
  for (int c = 0; c < PHS_CODE_COUNT; c++) {
    if (phs_code_lookup((phs_code)c)->severity == severity) {
      return c;
    }
  }
  return -1;
}

static void warnings_count_apart(void **state) {
  (void)state;
  int warning = first_of(PHASOR_WARNING), note = first_of(PHASOR_NOTE);
  phs_diag d = {0}, strict = {.warnings_are_errors = true};
  if (warning >= 0) {
    phs_report(&d, (phs_code)warning, NULL, NULL, "x");
    phs_report(&strict, (phs_code)warning, NULL, NULL, "x");
    assert_int_equal(d.errors, 0);
    assert_int_equal(d.warnings, 1);
    assert_int_equal(strict.errors, 1);
    assert_int_equal(strict.warnings, 0);
  }
  if (note >= 0) {
    phs_report(&strict, (phs_code)note, NULL, NULL, "x");
    assert_int_equal(strict.errors, warning >= 0);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_code_is_explained_once), cmocka_unit_test(codes_that_are_not_there),
      cmocka_unit_test(reports), cmocka_unit_test(warnings_count_apart)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
