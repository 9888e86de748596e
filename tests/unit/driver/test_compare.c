/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Counting differences. */
#include "driver/loop.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static void counts_and_first(void **state) {
  (void)state;
  const float want[] = {1, 2, 3, 4}, got[] = {1, 2.5f, 3, 8};
  phasor_comparison c = {0};
  phs_compare_values(&c, PHS_RECORD_F32, want, PHS_RECORD_F32, got, 4, 0);
  assert_int_equal(c.values, 4);
  assert_int_equal(c.differing, 2);
  assert_int_equal(c.neuron, 1);
  assert_true(c.expected == 2 && c.got == 2.5 && c.largest == 4);
  /* A second call adds up and leaves the first difference alone. */
  phs_compare_values(&c, PHS_RECORD_F32, want, PHS_RECORD_F32, got, 4, 0);
  assert_int_equal(c.values, 8);
  assert_int_equal(c.differing, 4);
  assert_int_equal(c.neuron, 1);
}

static void tolerance_is_inclusive(void **state) {
  (void)state;
  const float want[] = {1, 1}, got[] = {1.5f, 1.75f};
  phasor_comparison c = {0};
  phs_compare_values(&c, PHS_RECORD_F32, want, PHS_RECORD_F32, got, 2, 0.5);
  assert_int_equal(c.differing, 1);
  assert_int_equal(c.neuron, 1);
}

static void not_a_number_never_hides(void **state) {
  (void)state;
  const float want[] = {1, NAN, NAN, INFINITY}, got[] = {NAN, 1, NAN, INFINITY};
  phasor_comparison c = {0};
  phs_compare_values(&c, PHS_RECORD_F32, want, PHS_RECORD_F32, got, 4, 1e30);
  assert_int_equal(c.differing, 2);
  assert_true(isinf(c.largest));
}

static void types_mix(void **state) {
  (void)state;
  const float want[] = {0, 1, 1};
  const uint8_t spikes[] = {0, 1, 0};
  const int32_t counts[] = {0, 1, 7};
  phasor_comparison c = {0}, d = {0};
  phs_compare_values(&c, PHS_RECORD_F32, want, PHS_RECORD_U8, spikes, 3, 0);
  assert_int_equal(c.differing, 1);
  phs_compare_values(&d, PHS_RECORD_F32, want, PHS_RECORD_I32, counts, 3, 0);
  assert_int_equal(d.differing, 1);
  assert_true(d.got == 7);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(counts_and_first), cmocka_unit_test(tolerance_is_inclusive),
      cmocka_unit_test(not_a_number_never_hides), cmocka_unit_test(types_mix)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
