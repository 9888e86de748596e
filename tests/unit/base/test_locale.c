/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "base/arena.h"
#include "base/buf.h"
#include "base/locale.h"
#include "diag/diag.h"

#include "../decimal_comma.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void numbers(void **state) {
  (void)state;
  static const char *const bad[] = {"", "0,5", "0.5x", "inf", "nan", "1e999", "."};
  double x = -1;
  assert_true(phs_parse_double("0.5", &x) && x == 0.5);
  assert_true(phs_parse_double("-2e-3", &x) && x == -2e-3);
  x = -1;
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    assert_false(phs_parse_double(bad[i], &x));
  }
  assert_true(x == -1);
}

static void keep_message(void *user, const phasor_diagnostic *d) {
  snprintf(user, 32, "%s", d->message);
}

/* Whatever the library prints or reads has a point; the program's own numbers keep their comma. */
static void decimal_comma(void **state) {
  (void)state;
  if (!set_decimal_comma()) {
    skip();
  }
  char text[32];
  phs_diag diag = {.fn = keep_message, .user = text};
  phs_report(&diag, PHS_INTERNAL, NULL, NULL, "%g s", 0.5);
  assert_string_equal(text, "0.5 s");
  phs_buf b = {0};
  phs_buf_printf(&b, "%.17g", 0.25);
  assert_string_equal(phs_buf_cstr(&b), "0.25");
  phs_buf_free(&b);
  phs_arena *a = phs_arena_create();
  assert_string_equal(phs_arena_printf(a, "%.1f", 0.5), "0.5");
  phs_arena_destroy(a);
  numbers(state);
  snprintf(text, sizeof text, "%.1f", 0.5);
  assert_string_equal(text, "0,5");
  setlocale(LC_ALL, "C");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(numbers),
      cmocka_unit_test(decimal_comma),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
