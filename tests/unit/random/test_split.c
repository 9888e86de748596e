/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "random/permute.h"
#include "random/split.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "chi.h"

static double log_choose(double n, double k) {
  return lgamma(n + 1.0) - lgamma(k + 1.0) - lgamma(n - k + 1.0);
}

static double binomial_term(double n, double k, double p) {
  return exp(log_choose(n, k) + k * log(p) + (n - k) * log1p(-p));
}

static double hypergeometric_term(double n, double k, double white, double black) {
  if (k > white || n - k > black) {
    return 0.0;
  }
  return exp(log_choose(white, k) + log_choose(black, n - k) - log_choose(white + black, n));
}

enum { DRAWS = 40000, MOST = 1200 };

static void binomial_law(void **state) {
  (void)state;
  static const struct {
    uint32_t n;
    double above, below;
  } law[] = {{1, 1, 1},    {3, 1, 1},  {40, 1, 1}, {100, 1024, 1024}, {256, 7, 7},  {257, 7, 7},
             {1000, 1, 1}, {50, 1, 9}, {50, 9, 1}, {1000, 1, 999},    {1100, 2, 1}, {16, 3, 1e9}};
  for (size_t l = 0; l < sizeof law / sizeof *law; l++) {
    uint32_t seen[MOST] = {0};
    phs_stream s;
    phs_stream_open(&s, 99, (uint32_t)l, 0, 0);
    for (int i = 0; i < DRAWS; i++) {
      uint64_t k = phs_binomial(&s, law[l].n, law[l].above, law[l].below);
      assert_true(k <= law[l].n);
      seen[k]++;
    }
    chi c = {0};
    for (uint32_t k = 0; k <= law[l].n; k++) {
      double p = law[l].above / (law[l].above + law[l].below);
      chi_add(&c, seen[k], DRAWS * binomial_term(law[l].n, k, p));
    }
    if (c.cells > 1) {
      CHI_FITS(&c, 1.0);
    } else {
      assert_true(seen[0] == DRAWS); /* 5e-8 successes a draw */
    }
  }
}

static void hypergeometric_law(void **state) {
  (void)state;
  static const struct {
    uint32_t n;
    double white, black;
  } law[] = {{1, 3, 5},       {4, 4, 4},       {30, 20, 25},      {30, 5, 1000},
             {800, 900, 300}, {300, 1e6, 2e6}, {1100, 1000, 150}, {50, 3e9, 1e11}};
  for (size_t l = 0; l < sizeof law / sizeof *law; l++) {
    uint32_t seen[MOST] = {0};
    phs_stream s;
    phs_stream_open(&s, 98, (uint32_t)l, 0, 0);
    for (int i = 0; i < DRAWS; i++) {
      uint64_t k = phs_hypergeometric(&s, law[l].n, law[l].white, law[l].black);
      assert_true((double)k <= law[l].white && (double)law[l].n - (double)k <= law[l].black);
      seen[k]++;
    }
    chi c = {0};
    for (uint32_t k = 0; k <= law[l].n; k++) {
      /* where the urn is large, lgamma() is too coarse and the law is the binomial one */
      double p = law[l].white / (law[l].white + law[l].black);
      chi_add(&c, seen[k],
              DRAWS * (law[l].white > 1e8
                           ? binomial_term(law[l].n, k, p)
                           : hypergeometric_term(law[l].n, k, law[l].white, law[l].black)));
    }
    CHI_FITS(&c, 1.0);
  }
}

static void edges(void **state) {
  (void)state;
  phs_stream s;
  phs_stream_open(&s, 1, 2, 3, 4);
  assert_int_equal(phs_binomial(&s, 0, 1, 1), 0);
  assert_int_equal(phs_binomial(&s, 9, 0, 1), 0);
  assert_int_equal(phs_binomial(&s, 9, 1, 0), 9);
  assert_int_equal(phs_hypergeometric(&s, 0, 5, 5), 0);
  assert_int_equal(phs_hypergeometric(&s, 10, 5, 5), 5);
  assert_int_equal(phs_hypergeometric(&s, 3, 0, 5), 0);
  assert_int_equal(phs_hypergeometric(&s, 3, 5, 0), 3);
  assert_int_equal(phs_hypergeometric(&s, 9, 5, 4), 5);
}

/* Large numbers: mean and variance, each within 4 standard errors. */
static void large_numbers(void **state) {
  (void)state;
  const double n = 3e8, white = 4e9, black = 2e9, p = white / (white + black);
  for (int once = 0; once < 2; once++) {
    phs_stream s;
    phs_stream_open(&s, 5, (uint32_t)once, 0, 0);
    double sum = 0.0, squares = 0.0, variance = n * p * (1.0 - p);
    variance *= once ? 1.0 - (n - 1.0) / (white + black - 1.0) : 1.0;
    enum { TIMES = 400 };
    for (int i = 0; i < TIMES; i++) {
      double k = (double)(once ? phs_hypergeometric(&s, (uint64_t)n, white, black)
                               : phs_binomial(&s, (uint64_t)n, white, black));
      sum += k - n * p;
      squares += (k - n * p) * (k - n * p);
    }
    assert_true(fabs(sum / TIMES) < 4.0 * sqrt(variance / TIMES));
    assert_true(fabs(squares / TIMES / variance - 1.0) < 4.0 * sqrt(2.0 / TIMES));
  }
}

/* Rooms of different size: sums are kept, no room is overfilled, and places get their share. */
static void throwing(void **state) {
  (void)state;
  const phs_places places = {
      .count = 11, .each = 100, .less = 30, .less_first = 2, .less_end = 5, .less_last = 50};
  const double room = 1100 - 90 - 50;
  for (int once = 0; once < 2; once++) {
    double seen[11] = {0};
    enum { TIMES = 3000, THINGS = 500 };
    for (int i = 0; i < TIMES; i++) {
      uint32_t out[22], sum = 0;
      phs_stream s;
      phs_stream_open(&s, 3, (uint32_t)i, (uint32_t)once, 0);
      phs_throw(&s, THINGS, &places, once, out, 2);
      for (int k = 0; k < 11; k++) {
        uint32_t most = k == 10 ? 50 : k >= 2 && k < 5 ? 70 : 100;
        assert_true(!once || out[2 * k] <= most);
        sum += out[2 * k];
        seen[k] += out[2 * k];
      }
      assert_int_equal(sum, THINGS);
    }
    /* without putting back the variances are smaller by the part that is left */
    double left = once ? 1.0 - THINGS / room : 1.0;
    chi c = {0};
    for (int k = 0; k < 11; k++) {
      double expected = TIMES * THINGS * (k == 10 ? 50 : k >= 2 && k < 5 ? 70 : 100) / room;
      chi_add(&c, expected + (seen[k] - expected) / sqrt(left), expected);
    }
    CHI_FITS(&c, 1.0);
  }
  uint32_t all[11];
  phs_stream s;
  phs_stream_open(&s, 3, 0, 0, 0);
  phs_throw(&s, (uint64_t)room, &places, true, all, 1); /* all room is filled */
  assert_int_equal(all[0], 100);
  assert_int_equal(all[3], 70);
  assert_int_equal(all[10], 50);
}

static uint32_t permuted(phs_pairs p, const uint16_t *key, uint32_t n, uint32_t x) {
  uint16_t left = (uint16_t)(x / p.right), right = (uint16_t)(x % p.right);
  do {
    phs_permute(p, key, 1, &left, &right);
    x = phs_pair_number(p, left, right);
  } while (x >= n);
  return x;
}

static void keys_of(uint32_t a, uint32_t b, uint16_t key[PHS_PERMUTE_ROUNDS]) {
  const uint32_t at[3] = {a, b, 0};
  uint32_t word[64];
  phs_words(12, at, 0, PHS_PERMUTE_ROUNDS, word);
  for (int i = 0; i < PHS_PERMUTE_ROUNDS; i++) {
    key[i] = (uint16_t)word[i];
  }
}

/* Each number is reached once, and few lie beyond n. */
static void permutations(void **state) {
  (void)state;
  enum { LARGEST = 70000 };
  static const uint32_t sizes[] = {1, 2, 3, 4, 5, 6, 7, 31, 100, 1023, 1024, 1025, 10000, LARGEST};
  uint8_t *seen = malloc(LARGEST);
  assert_non_null(seen);
  for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
    const uint32_t n = sizes[k];
    const phs_pairs p = phs_pairs_of(n);
    uint16_t key[PHS_PERMUTE_ROUNDS];
    keys_of(n, 1, key);
    assert_true((uint32_t)p.left * p.right >= n && (uint32_t)p.left * p.right - n < p.left);
    memset(seen, 0, LARGEST);
    for (uint32_t x = 0; x < n; x++) {
      uint32_t y = permuted(p, key, n, x);
      assert_true(y < n && !seen[y]);
      seen[y] = 1;
    }
  }
  free(seen);
  phs_pairs p = phs_pairs_of(PHS_PERMUTE_MOST);
  assert_int_equal(p.left, 65535);
  assert_int_equal(p.right, 65535);
  p = phs_pairs_of(INT32_MAX);
  assert_int_equal(p.left, 46341);
}

/* Over many keys each number goes everywhere, and so does each pair of numbers. */
static void permutation_law(void **state) {
  (void)state;
  enum { N = 33, TIMES = 60000 };
  static uint32_t one[N][N], two[N * N], step[N];
  const phs_pairs p = phs_pairs_of(N);
  for (uint32_t i = 0; i < TIMES; i++) {
    uint16_t key[PHS_PERMUTE_ROUNDS];
    uint32_t y[N];
    keys_of(i, 2, key);
    for (uint32_t x = 0; x < N; x++) {
      y[x] = permuted(p, key, N, x);
      one[x][y[x]]++;
    }
    two[y[0] * N + y[1]]++;
    step[(y[19] + N - y[18]) % N]++;
  }
  for (uint32_t x = 0; x < N; x++) {
    chi c = {0};
    for (uint32_t y = 0; y < N; y++) {
      chi_add(&c, one[x][y], (double)TIMES / N);
    }
    CHI_FITS(&c, 1.0);
  }
  chi c = {0}, d = {0};
  for (uint32_t i = 0; i < N * N; i++) {
    if (i / N != i % N) {
      chi_add(&c, two[i], (double)TIMES / (N * (N - 1)));
    }
  }
  CHI_FITS(&c, 1.0);
  for (uint32_t i = 1; i < N; i++) {
    chi_add(&d, step[i], (double)TIMES / (N - 1));
  }
  CHI_FITS(&d, 1.0);
  assert_int_equal(step[0], 0);
}

/* All orders of a few things are equally likely. */
static void few_things(void **state) {
  (void)state;
  enum { TIMES = 48000 };
  for (uint32_t n = 2; n <= 5; n++) {
    uint32_t seen[3125] = {0}, orders = 1;
    const phs_pairs p = phs_pairs_of(n);
    for (uint32_t k = 2; k <= n; k++) {
      orders *= k;
    }
    for (uint32_t i = 0; i < TIMES; i++) {
      uint16_t key[PHS_PERMUTE_ROUNDS];
      uint32_t code = 0;
      keys_of(i, 100 + n, key);
      for (uint32_t x = 0; x < n; x++) {
        code = code * n + permuted(p, key, n, x);
      }
      seen[code]++;
    }
    chi c = {0};
    uint32_t codes = 0;
    for (uint32_t i = 0; i < 3125; i++) {
      codes += seen[i] > 0;
      if (seen[i]) {
        chi_add(&c, seen[i], (double)TIMES / orders);
      }
    }
    assert_int_equal(codes, orders);
    CHI_FITS(&c, 1.0);
  }
}

/* Large domains: neighbours' distances, in 64 classes. */
static void large_permutation(void **state) {
  (void)state;
  static const uint32_t sizes[] = {819200, 77169, 2000000000};
  for (size_t k = 0; k < 3; k++) {
    const uint32_t n = sizes[k];
    const phs_pairs p = phs_pairs_of(n);
    uint32_t place[64] = {0}, distance[64] = {0};
    uint16_t key[PHS_PERMUTE_ROUNDS];
    keys_of(n, 3, key);
    enum { TIMES = 50000 };
    uint32_t last = permuted(p, key, n, 0);
    for (uint32_t x = 1; x <= TIMES; x++) {
      uint32_t y = permuted(p, key, n, x);
      place[(uint64_t)y * 64 / n]++;
      distance[((uint64_t)y + n - last) % n * 64 / n]++;
      last = y;
    }
    chi c = {0}, d = {0};
    double left = 1.0 - (double)TIMES / n; /* drawn without putting back */
    for (int i = 0; i < 64; i++) {
      double expected = TIMES / 64.0;
      chi_add(&c, expected + (place[i] - expected) / sqrt(left), expected);
      chi_add(&d, distance[i], expected);
    }
    CHI_FITS(&c, 1.0);
    CHI_FITS(&d, 1.0);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(binomial_law),
      cmocka_unit_test(hypergeometric_law),
      cmocka_unit_test(edges),
      cmocka_unit_test(large_numbers),
      cmocka_unit_test(throwing),
      cmocka_unit_test(permutations),
      cmocka_unit_test(permutation_law),
      cmocka_unit_test(few_things),
      cmocka_unit_test(large_permutation),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
