/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "base/nearest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char *const presets[] = {"nir",    "snntorch", "norse", "spyx",
                                      "sinabs", "rockpool", "lava",  "nest"};

static void expect(const char *word, const char *want) {
  const char *got = phs_nearest(word, presets, sizeof presets / sizeof *presets);
  if (want) {
    assert_non_null(got);
    assert_string_equal(got, want);
  } else {
    assert_null(got);
  }
}

static void near_words(void **state) {
  (void)state;
  expect("norze", "norse");       /* a letter exchanged */
  expect("snntroch", "snntorch"); /* two swapped */
  expect("rockpol", "rockpool");  /* one missing */
  expect("lavaa", "lava");        /* one too many */
  expect("Norse", "norse");       /* letter case */
  expect("rock", "rockpool");     /* the beginning */
}

static void far_words(void **state) {
  (void)state;
  expect("tensorflow", NULL);
  expect("", NULL);
  expect("x", NULL);
  char word[400];
  memset(word, 'n', sizeof word - 1);
  word[sizeof word - 1] = 0;
  expect(word, NULL);
  assert_null(phs_nearest("nir", NULL, 0));
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(near_words), cmocka_unit_test(far_words)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
