/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Matrix exponentials against closed forms. */
#include "equations/linear.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void near(double got, double want, double relative) {
  if (!(fabs(got - want) <= relative * fabs(want) + 1e-300)) {
    fail_msg("%.17g, not %.17g", got, want);
  }
}

/* exp of a 1 x 1 matrix, from hardly anything to all of it. */
static void scalars(void **state) {
  (void)state;
  static const double a[] = {-1e-12, -1e-3, -0.5, -1, -3, -40, -1000, 1e-9, 2, 30};
  for (size_t i = 0; i < sizeof a / sizeof *a; i++) {
    double out;
    phs_matrix_expm1(1, &a[i], &out);
    near(out, expm1(a[i]), 1e-13);
  }
}

/* A rotation: exp [[0, -w], [w, 0]] = [[cos w, -sin w], [sin w, cos w]]. */
static void rotation(void **state) {
  (void)state;
  static const double w[] = {1e-3, 0.1, 1, 3};
  for (size_t i = 0; i < 4; i++) {
    const double m[] = {0, -w[i], w[i], 0};
    double out[4];
    phs_matrix_expm1(2, m, out);
    near(out[0], -2 * sin(w[i] / 2) * sin(w[i] / 2), 1e-12); /* cos w - 1 */
    near(out[1], -sin(w[i]), 1e-12);
    near(out[2], sin(w[i]), 1e-12);
  }
}

/* A chain of equal decays, where a formula with differences of rates would divide by zero: row 0 is
 * e^-a (1, b, b^2 / 2). */
static void equal_rates(void **state) {
  (void)state;
  static const double a[] = {0.02, 0.5, 5};
  for (size_t i = 0; i < 3; i++) {
    const double b = 0.3;
    const double m[] = {-a[i], b, 0, 0, -a[i], b, 0, 0, -a[i]};
    double out[9];
    phs_matrix_expm1(3, m, out);
    near(out[0], expm1(-a[i]), 1e-13);
    near(out[1], exp(-a[i]) * b, 1e-13);
    near(out[2], exp(-a[i]) * b * b / 2, 1e-13);
    assert_true(out[3] == 0 && out[6] == 0 && out[7] == 0);
  }
}

/* Decay, drive and nearly equal rates: (e^-a - e^-c) / (c - a) b. */
static void different_rates(void **state) {
  (void)state;
  const double a = 0.01, c = 0.5, b = 2e-3, m[] = {-a, b, 0, -c};
  double out[4];
  phs_matrix_expm1(2, m, out);
  near(out[1], (exp(-a) - exp(-c)) / (c - a) * b, 1e-13);
}

static void not_finite(void **state) {
  (void)state;
  const double m[] = {INFINITY, 1, 0, NAN};
  double out[4];
  phs_matrix_expm1(2, m, out); /* ends, and says so */
  assert_true(!isfinite(out[0]) && !isfinite(out[3]));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(scalars),     cmocka_unit_test(rotation),
      cmocka_unit_test(equal_rates), cmocka_unit_test(different_rates),
      cmocka_unit_test(not_finite),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
