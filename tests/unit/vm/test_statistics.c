/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Irregularity and synchrony of spike trains whose values are worked out by hand; a long random one
 * is held against the definitions applied to all its intervals and bins at once. */
#include "vm/statistics.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void near(double a, double b) {
  assert_true(fabs(a - b) <= 1e-12 * (1 + fabs(b)));
}

/* Takes a table [steps][neurons] of counts below 10, written as digits. */
static phs_spike_sums measure(const char *const *rows, size_t steps, size_t bin,
                              phs_record_type type) {
  size_t neurons = strlen(rows[0]);
  phs_spike_meter m;
  phs_spike_sums sums;
  assert_true(phs_spike_meter_create(&m, type, neurons, bin));
  for (size_t t = 0; t < steps; t++) {
    uint8_t bytes[64] = {0};
    int32_t counts[64] = {0};
    for (size_t i = 0; i < neurons; i++) {
      bytes[i] = (uint8_t)(rows[t][i] - '0');
      counts[i] = rows[t][i] - '0';
    }
    phs_spike_meter_take(&m, type == PHS_RECORD_U8 ? (const void *)bytes : counts);
  }
  phs_spike_meter_end(&m, &sums);
  phs_spike_meter_free(&m);
  return sums;
}

/* Neuron 0 spikes every second step: intervals 2, 2, 2, CV 0. Neuron 1 in steps 0, 1, 4: intervals
 * 1 and 3, mean 2, deviation 1, CV 1/2. Neuron 2 spikes twice and does not count. Mean: 1/4.
 * Counts a step: 2 1 2 0 2 0 2 0; in bins of 2: 3 2 2 2, mean 9/4, variance 21/4 - 81/16 = 3/16,
 * over the mean 1/12. */
static const char *const rows[] = {"110", "010", "101", "000", "110", "000", "101", "000"};

static void test_by_hand(void **state) {
  (void)state;
  for (int type = PHS_RECORD_U8; type <= PHS_RECORD_I32; type++) {
    phs_spike_sums s = measure(rows, 8, 2, (phs_record_type)type);
    assert_true(s.spikes == 9 && s.irregular == 2 && s.bins == 4);
    near(phs_spike_cv(&s), 0.25);
    near(phs_spike_synchrony(&s), 1.0 / 12);
  }
}

/* Of 7 steps in bins of 3 only 6 count as bins, (4, 2)... but every spike counts as a spike:
 * 2 + 1 + 2 = 5, 0 + 2 + 0 = 2, mean 7/2, variance 9/4, over the mean 9/14. */
static void test_last_bin(void **state) {
  (void)state;
  phs_spike_sums s = measure(rows, 7, 3, PHS_RECORD_U8);
  assert_true(s.spikes == 9 && s.bins == 2);
  near(phs_spike_synchrony(&s), 9.0 / 14);
}

/* Two spikes in one step are an interval of 0: steps 0, 0, 2: intervals 0 and 2, CV 1. */
static void test_several_in_a_step(void **state) {
  (void)state;
  static const char *const many[] = {"2", "0", "1"};
  phs_spike_sums s = measure(many, 3, 1, PHS_RECORD_I32);
  assert_true(s.spikes == 3 && s.irregular == 1);
  near(phs_spike_cv(&s), 1);
}

static void test_silence(void **state) {
  (void)state;
  static const char *const none[] = {"00", "00"};
  phs_spike_sums s = measure(none, 2, 1, PHS_RECORD_U8);
  assert_true(isnan(phs_spike_cv(&s)) && isnan(phs_spike_synchrony(&s)));
  s = (phs_spike_sums){0};
  assert_true(isnan(phs_spike_cv(&s)) && isnan(phs_spike_synchrony(&s)));
}

/* 3 ms at 0.1 ms are 30 steps; 3 of 1 ms; a longer step is a bin of its own. */
static void test_bin(void **state) {
  (void)state;
  assert_int_equal(phs_synchrony_steps(1e-4), 30);
  assert_int_equal(phs_synchrony_steps(1e-3), 3);
  assert_int_equal(phs_synchrony_steps(2e-3), 2);
  assert_int_equal(phs_synchrony_steps(1), 1);
  assert_int_equal(phs_synchrony_steps(1e-30), 1000000000);
}

enum { STEPS = 3000, NEURONS = 21, BIN = 7, SAMPLES = 2 };

/* The definitions, with every spike in an array. */
static void plainly(const uint8_t *z, double *cv, double *synchrony) {
  double sum = 0, counted = 0, mean = 0, squares = 0;
  int bins = STEPS / BIN;
  for (int s = 0; s < SAMPLES; s++) {
    const uint8_t *sample = z + (size_t)s * STEPS * NEURONS;
    for (int i = 0; i < NEURONS; i++) {
      double interval[STEPS];
      int n = 0, last = -1;
      for (int t = 0; t < STEPS; t++) {
        if (sample[t * NEURONS + i]) {
          if (last >= 0) {
            interval[n++] = t - last;
          }
          last = t;
        }
      }
      double m = 0, v = 0;
      for (int k = 0; k < n; k++) {
        m += interval[k] / n;
      }
      for (int k = 0; k < n; k++) {
        v += (interval[k] - m) * (interval[k] - m) / n;
      }
      if (n >= 2) {
        sum += sqrt(v) / m;
        counted++;
      }
    }
    for (int b = 0; b < bins; b++) {
      double count = 0;
      for (int k = 0; k < BIN * NEURONS; k++) {
        count += sample[b * BIN * NEURONS + k];
      }
      mean += count / (bins * SAMPLES);
      squares += count * count / (bins * SAMPLES);
    }
  }
  *cv = sum / counted;
  *synchrony = (squares - mean * mean) / mean;
}

/* Random trains in two samples, one meter for both; neurons of different rates. */
static void test_random(void **state) {
  (void)state;
  uint8_t *z = malloc((size_t)SAMPLES * STEPS * NEURONS);
  assert_non_null(z);
  uint64_t word = 88172645463325252; /* xorshift64 of Marsaglia 2003 */
  for (size_t k = 0; k < (size_t)SAMPLES * STEPS * NEURONS; k++) {
    word ^= word << 13;
    word ^= word >> 7;
    word ^= word << 17;
    z[k] = word >> 52 < 40 + 3 * (k % NEURONS);
  }
  phs_spike_meter m;
  phs_spike_sums sums = {0}, sample;
  assert_true(phs_spike_meter_create(&m, PHS_RECORD_U8, NEURONS, BIN));
  for (int s = 0; s < SAMPLES; s++) {
    phs_spike_meter_reset(&m);
    for (int t = 0; t < STEPS; t++) {
      phs_spike_meter_take(&m, z + ((size_t)s * STEPS + (size_t)t) * NEURONS);
    }
    phs_spike_meter_end(&m, &sample);
    phs_spike_sums_add(&sums, &sample);
  }
  phs_spike_meter_free(&m);
  double cv, synchrony;
  plainly(z, &cv, &synchrony);
  free(z);
  assert_true(fabs(phs_spike_cv(&sums) - cv) < 1e-9);
  assert_true(fabs(phs_spike_synchrony(&sums) - synchrony) < 1e-9);
  /* Independent spikes with a small probability a step: near a Poisson process. */
  assert_true(cv > 0.9 && cv < 1.1 && synchrony > 0.85 && synchrony < 1.15);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_by_hand),
      cmocka_unit_test(test_last_bin),
      cmocka_unit_test(test_several_in_a_step),
      cmocka_unit_test(test_silence),
      cmocka_unit_test(test_bin),
      cmocka_unit_test(test_random),
  };
  return cmocka_run_group_tests_name("vm/statistics", tests, NULL, NULL);
}
