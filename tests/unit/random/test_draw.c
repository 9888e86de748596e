/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "random/draw.h"
#include "random/inverse.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "chi.h"

/* Known answers of Random123 (tests/kat_vectors, philox4x32 10 rounds): counters and keys of zeros,
 * of ones, of the digits of pi. */
static void philox_known(void **state) {
  (void)state;
  static const struct {
    uint32_t counter[4];
    uint64_t key;
    uint32_t out[4];
  } known[] = {
      {{0, 0, 0, 0}, 0, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
      {{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
       0xffffffffffffffffu,
       {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
      {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
       0x299f31d0a4093822u,
       {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
  };
  for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
    uint32_t out[4];
    phs_philox(known[i].key, known[i].counter, out);
    assert_memory_equal(out, known[i].out, sizeof out);
  }
}

/* The words of a draw by the header's definition, however many are asked for. */
static void words_by_definition(void **state) {
  (void)state;
  const uint64_t key = 0x123456789abcdef0u;
  const uint32_t at[3] = {7, 1u << 31, 3};
  static const uint32_t counts[] = {1, 2, 4, 5, 16, 17, 64, 65, 300};
  for (size_t k = 0; k < sizeof counts / sizeof *counts; k++) {
    for (uint32_t first = 0; first <= 128; first += 64) {
      uint32_t word[320];
      phs_words(key, at, first, counts[k], word);
      for (uint32_t j = 0; j < counts[k]; j++) {
        uint32_t i = first + j, out[4];
        const uint32_t counter[4] = {16 * (i / 64) + i % 16, at[0], at[1], at[2]};
        phs_philox(key, counter, out);
        assert_int_equal(word[j], out[i / 16 % 4]);
        assert_int_equal(phs_word(key, at, i), word[j]);
      }
    }
  }
}

/* Keys depend on every byte of the name, its length and the seed. */
static void stream_keys(void **state) {
  (void)state;
  static const char *const names[] = {"",
                                      "a",
                                      "b",
                                      "aa",
                                      "exc>inh",
                                      "exc>inh#2",
                                      "0123456789abcde",
                                      "0123456789abcdef",
                                      "0123456789abcdefg",
                                      "0123456789abcdef0123456789abcdef",
                                      "\xc3\xa4"};
  enum { NAMES = sizeof names / sizeof *names };
  uint64_t key[2 * NAMES];
  for (int i = 0; i < NAMES; i++) {
    key[i] = phs_stream_key(1, names[i]);
    key[NAMES + i] = phs_stream_key(2, names[i]);
  }
  for (int i = 0; i < 2 * NAMES; i++) {
    for (int j = 0; j < i; j++) {
      assert_true(key[i] != key[j]);
    }
  }
  /* by hand: the empty name is one block of the closing counter */
  const uint32_t counter[4] = {0, 0, 0, 0xffffffff};
  uint32_t out[4];
  phs_philox(1, counter, out);
  assert_true(key[0] == (out[0] | (uint64_t)out[1] << 32));
}

/* Distance in units of the last place of the true value. */
static double ulps(double x, long double truth) {
  double r = (double)truth;
  return (double)(fabsl((long double)x - truth) / (nextafter(fabs(r), INFINITY) - fabs(r)));
}

static void logarithm(void **state) {
  (void)state;
  const uint32_t at[3] = {1, 0, 0};
  uint32_t word[1024];
  double most = 0.0, x[1024], y[1024];
  for (uint32_t block = 0; block < 300; block++) {
    phs_words(42, at, block * 1024, 1024, word);
    for (int i = 0; i < 1024; i++) {
      double u = phs_uniform(word[i]);
      x[i] = block % 3 == 0   ? u
             : block % 3 == 1 ? 0.5 + u                                       /* about 1 */
                              : ldexp(1.0 + u, (int)(word[i] % 2045) - 1022); /* all exponents */
    }
    phs_logs(x, 1024, y);
    for (int i = 0; i < 1024; i++) {
      double d = ulps(phs_log(x[i]), logl((long double)x[i]));
      most = d > most ? d : most;
      assert_true(memcmp(&y[i], &(double){phs_log(x[i])}, sizeof y[i]) == 0);
    }
  }
  assert_true(most <= 1.0);
  assert_true(phs_log(1.0) == 0.0);
  assert_true(phs_log(0.0) == -INFINITY && phs_log(INFINITY) == INFINITY);
  assert_true(isnan(phs_log(-1.0)) && isnan(phs_log(NAN)));
  assert_true(ulps(phs_log(0x1p-1074), logl(0x1p-1074L)) <= 1.0);
}

static void exponential(void **state) {
  (void)state;
  const uint32_t at[3] = {2, 0, 0};
  uint32_t word[1024];
  double most = 0.0, x[1024], y[1024];
  for (uint32_t block = 0; block < 300; block++) {
    phs_words(42, at, block * 1024, 1024, word);
    for (int i = 0; i < 1024; i++) {
      double u = phs_uniform(word[i]);
      x[i] = block % 3 == 0 ? 2.0 * u - 1.0 : block % 3 == 1 ? 1416.0 * u - 706.5 : u * 1e-9;
    }
    phs_exps(x, 1024, y);
    for (int i = 0; i < 1024; i++) {
      double d = ulps(phs_exp(x[i]), expl((long double)x[i]));
      most = d > most ? d : most;
      assert_true(memcmp(&y[i], &(double){phs_exp(x[i])}, sizeof y[i]) == 0);
    }
  }
  assert_true(most <= 1.0);
  assert_true(phs_exp(0.0) == 1.0 && phs_exp(-0.0) == 1.0);
  assert_true(phs_exp(709.78) < INFINITY && phs_exp(709.79) == INFINITY);
  assert_true(phs_exp(INFINITY) == INFINITY && phs_exp(-INFINITY) == 0.0);
  assert_true(phs_exp(-707.5) == 0.0 && isnan(phs_exp(NAN)));
}

/* Half the complementary error function of the result gives the probability back. */
static void normal_inverts(void **state) {
  (void)state;
  double most = 0.0;
  for (uint64_t w = 0; w <= UINT32_MAX; w += 65537) {
    double z = phs_normal((uint32_t)w), p = phs_uniform((uint32_t)w);
    double back = z < 0.0 ? 0.5 * erfc(-z / sqrt(2.0)) : 1.0 - 0.5 * erfc(z / sqrt(2.0));
    double density = exp(-0.5 * z * z) / sqrt(6.283185307179586);
    double error = fabs(back - p) / density / (1.0 + fabs(z)); /* as an error of z */
    most = error > most ? error : most;
    assert_true(phs_normal(~(uint32_t)w) == -z);
  }
  assert_true(most < 1e-15);
  assert_true(phs_normal(UINT32_MAX) < 6.4 && phs_normal(UINT32_MAX) > 6.3);
  /* probability 2^-33: -6.3379579... (erfc of the value over sqrt(2) is 2^-32 to 13 digits) */
  assert_true(fabs(0.5 * erfc(-phs_normal(0) / sqrt(2.0)) / 0x1p-33 - 1.0) < 1e-13);
}

static void normal_arrays(void **state) {
  (void)state;
  const uint32_t at[3] = {3, 0, 0};
  uint32_t word[1024];
  double z[1024];
  for (uint32_t count = 1; count < 1000; count += 37) {
    phs_words(42, at, 0, 1024, word);
    word[0] = 322122546; /* at the border between centre and tail */
    word[1] = 322122547;
    phs_normals(word, count, z);
    for (uint32_t i = 0; i < count; i++) {
      assert_true(z[i] == phs_normal(word[i]));
    }
  }
}

static long double poisson_term(double mean, uint32_t k) {
  return expl((long double)k * logl(mean) - mean - lgammal((long double)k + 1.0L));
}

static void poisson_thresholds(void **state) {
  (void)state;
  static const double means[] = {1e-12, 1e-3, 0.2, 1.0, 7.5, 100.0, 2345.6, PHS_POISSON_MOST};
  assert_int_equal(phs_poisson_thresholds(0.0, NULL), 0);
  for (size_t m = 0; m < sizeof means / sizeof *means; m++) {
    uint32_t count = phs_poisson_thresholds(means[m], NULL);
    uint32_t *t = malloc((count + 1) * sizeof *t);
    assert_non_null(t);
    assert_int_equal(phs_poisson_thresholds(means[m], t), count);
    long double sum = 0.0L;
    for (uint32_t k = 0; k < count; k++) {
      sum += poisson_term(means[m], k);
      /* within one word; lgammal() itself errs at large arguments */
      assert_true(fabsl((long double)t[k] + 0.5L - sum * 0x1p32L) <= 1.5L);
      assert_true(k == 0 || t[k] >= t[k - 1]);
    }
    for (uint32_t k = count; k < count + 100; k++) {
      sum += poisson_term(means[m], k);
    }
    assert_true(fabsl(sum - 1.0L) < 1e-9L); /* nothing that matters lies beyond */
    free(t);
  }
}

static void poisson_counts(void **state) {
  (void)state;
  static const double means[] = {0.05, 1.7, 40.0};
  for (size_t m = 0; m < 3; m++) {
    uint32_t t[256], seen[256] = {0}, word[64];
    phs_poisson p = {phs_poisson_thresholds(means[m], t), t};
    const uint32_t at[3] = {4, (uint32_t)m, 0};
    for (uint32_t i = 0; i < 1000; i++) {
      phs_words(42, at, 64 * i, 64, word);
      for (int j = 0; j < 64; j++) {
        seen[phs_poisson_draw(&p, word[j])]++;
      }
    }
    chi c = {0};
    for (uint32_t k = 0; k <= p.count; k++) {
      chi_add(&c, seen[k], 64000.0 * (double)poisson_term(means[m], k));
    }
    CHI_FITS(&c, 1.0);
    assert_true(means[m] > 20.0 || phs_poisson_draw(&p, 0) == 0);
    assert_int_equal(phs_poisson_draw(&p, UINT32_MAX), p.count);
  }
}

/* Each value has as many words as its probability says. */
static void inverse_binomial(void **state) {
  (void)state;
  static const struct {
    uint32_t n;
    double p;
  } law[] = {{1, 0.5},    {10, 0.1},     {1024, 0.1}, {1024, 0.999}, {1023, 1e-6},
             {1024, 0.5}, {1024, 1e-12}, {5, 0.0},    {5, 1.0},      {0, 0.3}};
  for (size_t l = 0; l < sizeof law / sizeof *law; l++) {
    uint32_t last[1025];
    static uint16_t guide[8192];
    phs_inverse t = {.last = last, .guide = guide};
    const uint32_t n = law[l].n;
    const double p = law[l].p;
    phs_inverse_binomial(n, p, &t);
    double below = 0.0;
    for (uint32_t k = 0; k <= n; k++) {
      double log_term = lgamma(n + 1.0) - lgamma(k + 1.0) - lgamma(n - k + 1.0);
      double term = p <= 0.0   ? k == 0
                    : p >= 1.0 ? k == n
                               : exp(log_term + k * log(p) + (n - k) * log1p(-p));
      below += term;
      uint32_t step = k - t.low;
      double words = k < t.low ? 0.0 : step >= t.steps ? 0x1p32 : (double)last[step] + 1.0;
      assert_true(fabs(words - below * 0x1p32) < 1.0);
    }
    for (uint32_t i = 0; i < t.steps; i++) { /* the guide leads to the right step at its ends */
      bool empty = i > 0 && last[i] == last[i - 1];
      assert_true(empty || phs_inverse_step(&t, last[i]) == i);
      assert_true(last[i] == UINT32_MAX || phs_inverse_step(&t, last[i] + 1) > i);
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(philox_known),   cmocka_unit_test(words_by_definition),
      cmocka_unit_test(stream_keys),    cmocka_unit_test(logarithm),
      cmocka_unit_test(exponential),    cmocka_unit_test(normal_inverts),
      cmocka_unit_test(normal_arrays),  cmocka_unit_test(poisson_thresholds),
      cmocka_unit_test(poisson_counts), cmocka_unit_test(inverse_binomial),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
