/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Certificates: what they say by hand calculation, and that certified sums keep their bits in every
 * order. */
#include "exact.h"

#include "tests/unit/interp/net_builder.h"

#include <math.h>

static void low_bits(void **state) {
  (void)state;
  assert_int_equal(phs_low_bit(1.0F), 0);
  assert_int_equal(phs_low_bit(-0.75F), -2);
  assert_int_equal(phs_low_bit(6.0F), 1);
  assert_int_equal(phs_low_bit(0x1.000002p0F), -23);
  assert_int_equal(phs_low_bit(0x1p-149F), -149);
  assert_int_equal(phs_low_bit(0x1p-126F), -126);
  assert_int_equal(phs_low_bit(0x1p127F), 127);
}

static void powers_of_two(void **state) {
  (void)state;
  int k = 0;
  assert_true(phs_power_of_two(0.25F, &k) && k == -2);
  assert_true(phs_power_of_two(-8.0F, &k) && k == 3);
  assert_true(phs_power_of_two(0x1p-149F, &k) && k == -149);
  assert_false(phs_power_of_two(0.0F, &k));
  assert_false(phs_power_of_two(3.0F, &k));
  assert_false(phs_power_of_two(INFINITY, &k));
}

static void exact_products(void **state) {
  (void)state;
  assert_true(phs_product_exact(0.1F, 0.5F));
  assert_true(phs_product_exact(3.0F, 7.0F));
  assert_false(phs_product_exact(0.1F, 0.1F));         /* 48 bits */
  assert_false(phs_product_exact(0x1p-149F, 0.5F));    /* underflow */
  assert_false(phs_product_exact(0x1p127F, 2.0F));     /* overflow */
  assert_true(phs_product_exact(0x1p-120F, 0x1p-29F)); /* 2^-149 */
}

static void rows_by_hand(void **state) {
  (void)state;
  /* Largest row: 0.5 + 1.75 + 0.25 + bias 3 = 5.5, lowest bit 2^-2. */
  const float w[] = {0.5F, -1.75F, 0.25F, 0.5F, 0.5F, 0.0F}, b[] = {3.0F, -1.0F};
  phs_weight_rows rows = {.weight = w, .rows = 2, .columns = 3, .bias = b};
  phs_value_grid g = phs_grid_rows(&rows, phs_grid_spikes(), NULL);
  assert_true(g.known && g.exact && !g.minus_zero);
  assert_int_equal(g.exponent, -2);
  assert_true(g.bound == 5.5);
  /* Counts of up to 2^31 leave no certificate, but a grid. */
  g = phs_grid_rows(&rows, phs_grid_counts(), NULL);
  assert_true(g.known && !g.exact);
  assert_int_equal(g.exponent, -2);
  /* 2^24 steps of the grid are one too many; one less is fine. */
  const float wide[] = {16777216.0F, -1.0F};
  rows = (phs_weight_rows){.weight = wide, .rows = 1, .columns = 2};
  assert_false(phs_grid_rows(&rows, phs_grid_spikes(), NULL).exact);
  const float fits[] = {16777214.0F, -1.0F};
  rows.weight = fits;
  assert_true(phs_grid_rows(&rows, phs_grid_spikes(), NULL).exact);
  /* What is not known stays unknown. */
  assert_false(phs_grid_rows(&rows, (phs_value_grid){0}, NULL).known);
  phs_value_grid unknown = {0}, minus = {.known = true, .exact = true, .minus_zero = true};
  assert_false(phs_grid_rows(&rows, phs_grid_spikes(), &unknown).known);
  assert_true(phs_grid_rows(&rows, phs_grid_spikes(), &minus).minus_zero);
}

static void pools_by_hand(void **state) {
  (void)state;
  phs_value_grid g = phs_grid_pool(phs_grid_spikes(), 9, false);
  assert_true(g.exact && g.bound == 9 && g.exponent == 0);
  g = phs_grid_pool(phs_grid_spikes(), 4, true);
  assert_true(g.exact && g.bound == 1 && g.exponent == -2);
  assert_false(phs_grid_pool(phs_grid_spikes(), 9, true).known);
  assert_false(phs_grid_pool((phs_value_grid){0}, 4, false).known);
}

static void scales_and_sums_by_hand(void **state) {
  (void)state;
  const float half[] = {0.5F, 2.0F}, negative[] = {-1.0F}, none[] = {0.0F};
  phs_value_grid g = phs_grid_scale(phs_grid_spikes(), half, 2);
  assert_true(g.exact && g.bound == 2 && g.exponent == -1 && !g.minus_zero);
  assert_true(phs_grid_scale(phs_grid_spikes(), negative, 1).minus_zero);
  assert_true(phs_grid_scale(phs_grid_spikes(), none, 1).minus_zero);
  phs_value_grid sum = phs_grid_add(g, phs_grid_spikes());
  assert_true(sum.exact && sum.bound == 3 && sum.exponent == -1);
  /* Below 2^-149 there is no grid. */
  const float tiny[] = {0x1p-100F};
  g = phs_grid_scale(phs_grid_spikes(), tiny, 1);
  assert_true(g.known);
  assert_false(phs_grid_scale(g, tiny, 1).known);
  assert_true(phs_grid_shifts(g, -49));
  assert_false(phs_grid_shifts(g, -50));
}

/* Sum of w[k] for the k in `order`, in binary32. */
static float sum_in_order(const float *w, const int *order, int n) {
  volatile float sum = 0;
  for (int k = 0; k < n; k++) {
    sum = sum + w[order[k]];
  }
  return sum;
}

static void shuffle(int *order, int n, noise *random) {
  for (int k = n - 1; k > 0; k--) {
    int other = (int)noise_below(random, k + 1), kept = order[k];
    order[k] = order[other];
    order[other] = kept;
  }
}

static void certified_sums_do_not_depend_on_order(void **state) {
  (void)state;
  enum { N = 64, ROUNDS = 300 };
  noise random = {7};
  int certified = 0, order_mattered = 0;
  for (int trial = 0; trial < ROUNDS; trial++) {
    /* From coarse grids, which are certified, to full precision, which is not. */
    int bits = 6 + trial % 19;
    float w[N];
    int order[N];
    for (int k = 0; k < N; k++) {
      w[k] = (float)ldexp(round(ldexp((double)noise_float(&random), bits)), -bits);
      order[k] = k;
    }
    phs_weight_rows rows = {.weight = w, .rows = 1, .columns = N};
    bool exact = phs_grid_rows(&rows, phs_grid_spikes(), NULL).exact;
    float first = sum_in_order(w, order, N);
    bool differs = false;
    for (int again = 0; again < 20; again++) {
      shuffle(order, N, &random);
      differs = differs || sum_in_order(w, order, N) != first;
    }
    assert_false(exact && differs);
    certified += exact;
    order_mattered += differs;
  }
  assert_true(certified > ROUNDS / 3);
  assert_true(order_mattered > 10); /* the test can see a difference */
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(low_bits),
      cmocka_unit_test(powers_of_two),
      cmocka_unit_test(exact_products),
      cmocka_unit_test(rows_by_hand),
      cmocka_unit_test(pools_by_hand),
      cmocka_unit_test(scales_and_sums_by_hand),
      cmocka_unit_test(certified_sums_do_not_depend_on_order),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
