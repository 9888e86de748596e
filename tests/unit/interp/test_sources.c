/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Sources: given spikes and currents step by step; drawn ones against their definition, word by
 * word, and against the moments of their distributions. */
#include "net_builder.h"

#include "random/draw.h"

#include <math.h>

static const phs_conventions plain = {.integrator = PHS_EULER};

static void step0(phs_interp *it) {
  phs_interp_step(it, NULL);
}

static void trains(void **state) {
  (void)state;
  phs_net *net = make_net(&plain, 1);
  int s =
      add_train(net, "clock", 3, SPIKES({0, 1}, {2, 0}, {2, 0}, {2, 2}, {5, 1}, {6, 1}, {9, 0}));
  net->op[s].source.start = 0;
  net->op[s].source.stop = 9; /* the last spike is out of its time */
  const int want[11][3] = {{0, 1, 0}, {0, 0, 0}, {2, 0, 1}, {0, 0, 0}, {0, 0, 0}, {0, 1, 0},
                           {0, 1, 0}, {0, 0, 0}, {0, 0, 0}, {0, 0, 0}, {0, 0, 0}};
  phs_interp *it = make_interp(net);
  for (int round = 0; round < 2; round++) {
    for (int t = 0; t < 11; t++) {
      step0(it);
      for (size_t e = 0; e < 3; e++) {
        assert_int_equal((int)value_of(it, s, "spikes", e), want[t][e]);
      }
    }
    phs_interp_reset(it); /* plays from the start */
  }
  phs_interp_destroy(it);
  net->op[s].source.start = 3; /* and late ones are not made up for */
  it = make_interp(net);
  for (int t = 0; t < 7; t++) {
    step0(it);
    assert_int_equal((int)value_of(it, s, "out", 0), 0);
    assert_int_equal((int)value_of(it, s, "out", 1), t >= 5);
  }
  phs_interp_destroy(it);
  phs_net_destroy(net);
}

static void an_empty_train(void **state) {
  (void)state;
  phs_net *net = make_net(&plain, 1);
  int s = add_source(net, PHS_SOURCE_TRAIN, "silent", SHAPE(2));
  phs_interp *it = make_interp(net);
  step0(it);
  assert_int_equal((int)value_of(it, s, "out", 1), 0);
  phs_interp_destroy(it);
  phs_net_destroy(net);
}

static void pieces(void **state) {
  (void)state;
  phs_net *net = make_net(&plain, 1);
  int s = add_source(net, PHS_SOURCE_CURRENT, "step", SHAPE(2));
  const phs_param32 value[] = {{F32(300), 1}, {F32(1.5F, -2), 2}, {F32(7), 1}, {F32(0), 1}};
  net->op[s].source.piece_count = 4;
  net->op[s].source.piece_step = (const int64_t[]){2, 4, 4, 6}; /* the last of two at once counts */
  net->op[s].source.piece_value = value;
  const float want[] = {0, 0, 300, 300, 7, 7, 0, 0};
  phs_interp *it = make_interp(net);
  for (int round = 0; round < 2; round++) {
    for (int t = 0; t < 8; t++) {
      step0(it);
      assert_same_float(value_of(it, s, "out", 0), want[t]);
      assert_same_float(value_of(it, s, "out", 1), want[t]);
    }
    phs_interp_reset(it);
  }
  phs_interp_destroy(it);
  net->op[s].source.piece_count = 2;
  net->op[s].source.piece_step = (const int64_t[]){-5, 1}; /* one that began before the run */
  it = make_interp(net);
  step0(it);
  assert_same_float(value_of(it, s, "out", 1), 300);
  step0(it);
  assert_same_float(value_of(it, s, "out", 0), 1.5F);
  assert_same_float(value_of(it, s, "out", 1), -2);
  phs_quantity q;
  assert_false(phs_interp_quantity(it, s, "spikes", &q)); /* a current does not spike */
  phs_interp_destroy(it);
  phs_net_destroy(net);
}

/* The word that net.h gives element i in step t. */
static uint32_t defined_word(const phs_source *s, uint64_t t, uint32_t i) {
  const uint32_t counter[4] = {(uint32_t)t, (uint32_t)(t >> 32), i / 4, (uint32_t)s->kind};
  uint32_t words[4];
  phs_philox(s->key, counter, words);
  return words[i % 4];
}

/* Counts K of mean m by the sum of probabilities: the least k with P(K <= k) > (word + 1/2) / 2^32,
 * and whether `word` lies so close to a limit that rounding decides. */
static int inverse_poisson(double m, uint32_t word, bool *close) {
  double u = ((double)word + 0.5) / 4294967296.0, p = exp(-m), sum = p;
  int k = 0;
  *close = fabs(sum - u) < 1e-9;
  while (sum < u && k < 1000) {
    k++;
    p *= m / k;
    sum += p;
    *close = *close || fabs(sum - u) < 1e-9;
  }
  return k;
}

static void poisson_by_definition(void **state) {
  (void)state;
  const double mean[7] = {0.8, 0, 12.5, 0.8, 0.01, 12.5, 3};
  phs_net *net = make_net(&plain, 1);
  int s = add_source(net, PHS_SOURCE_POISSON, "noise", SHAPE(7));
  net->op[s].source.mean = make_param(net, mean, 7);
  net->op[s].source.key = 0x0123456789abcdefULL;
  net->op[s].source.start = 3;
  net->op[s].source.stop = 40;
  phs_interp *it = make_interp(net);
  int compared = 0;
  for (uint64_t t = 0; t < 50; t++) {
    step0(it);
    for (uint32_t e = 0; e < 7; e++) {
      int got = (int)value_of(it, s, "spikes", e);
      if (t < 3 || t >= 40) {
        assert_int_equal(got, 0);
        continue;
      }
      bool close;
      int want = inverse_poisson(mean[e], defined_word(&net->op[s].source, t, e), &close);
      if (!close) {
        assert_int_equal(got, want);
        compared++;
      }
    }
  }
  assert_true(compared > 250); /* of 259 */
  phs_interp_destroy(it);
  phs_net_destroy(net);
}

/* Mean and variance of n draws of each element of a Poisson distribution, which are both m. The
 * variance of the estimates: m / n, and (m + 2 m^2) / n nearly. Limits at 5 of their deviations:
 * with fixed keys, passed once and for ever. */
static void poisson_moments(void **state) {
  (void)state;
  enum { N = 20000, ELEMENTS = 4 };
  const double mean[ELEMENTS] = {0.05, 1, 8, 500};
  phs_net *net = make_net(&plain, 1);
  int s = add_source(net, PHS_SOURCE_POISSON, "noise", SHAPE(ELEMENTS));
  net->op[s].source.mean = make_param(net, mean, ELEMENTS);
  net->op[s].source.key = 77;
  phs_interp *it = make_interp(net);
  double sum[ELEMENTS] = {0}, square[ELEMENTS] = {0}, product = 0, lag = 0, before = 0;
  for (int t = 0; t < N; t++) {
    step0(it);
    for (size_t e = 0; e < ELEMENTS; e++) {
      double d = (double)value_of(it, s, "out", e) - mean[e];
      sum[e] += d;
      square[e] += d * d;
    }
    double a = (double)value_of(it, s, "out", 1) - mean[1];
    product += a * ((double)value_of(it, s, "out", 2) - mean[2]);
    lag += a * before;
    before = a;
  }
  for (size_t e = 0; e < ELEMENTS; e++) {
    double m = mean[e];
    assert_near(sum[e] / N, 0, 5 * sqrt(m / N));
    assert_near(square[e] / N, m, 5 * sqrt((m + 2 * m * m) / N));
  }
  assert_near(product / N, 0, 5 * sqrt(mean[1] * mean[2] / N)); /* elements are independent */
  assert_near(lag / N, 0, 5 * sqrt(mean[1] * mean[1] / N));     /* and so are steps */
  phs_interp_destroy(it);
  phs_net_destroy(net);
}

static void noise_by_definition(void **state) {
  (void)state;
  enum { N = 20000 };
  phs_net *net = make_net(&plain, 1);
  int s = add_source(net, PHS_SOURCE_NOISE, "white", SHAPE(5));
  net->op[s].source.mean = make_param(net, F64(1, -2, 0, 0, 4), 5);
  net->op[s].source.sd = make_param(net, F64(0.5, 3, 1, 1, 0), 5);
  net->op[s].source.key = 5;
  phs_interp *it = make_interp(net);
  double sum[5] = {0}, square[5] = {0};
  for (int t = 0; t < N; t++) {
    step0(it);
    for (uint32_t e = 0; e < 5; e++) {
      const phs_source *o = &net->op[s].source;
      float got = value_of(it, s, "out", e);
      if (t < 100) {
        double z = phs_normal(defined_word(o, (uint64_t)t, e));
        assert_same_float(got, (float)(o->mean.v[e] + o->sd.v[e] * z));
      }
      sum[e] += (double)got - o->mean.v[e];
      square[e] += ((double)got - o->mean.v[e]) * ((double)got - o->mean.v[e]);
    }
  }
  for (size_t e = 0; e < 5; e++) {
    double sd = net->op[s].source.sd.v[e];
    assert_near(sum[e] / N, 0, 5 * sd / sqrt(N));
    assert_near(square[e] / N, sd * sd, 5 * sd * sd * sqrt(2.0 / N));
  }
  phs_interp_destroy(it);
  phs_net_destroy(net);
}

/* The first 50 steps of a Poisson source, as one number. */
static uint64_t fingerprint(phs_interp *it, int op) {
  uint64_t h = 1469598103934665603ULL;
  for (int t = 0; t < 50; t++) {
    step0(it);
    for (size_t e = 0; e < 9; e++) {
      h = (h ^ (uint64_t)value_of(it, op, "out", e)) * 1099511628211ULL;
    }
  }
  return h;
}

static void keys_decide(void **state) {
  (void)state;
  phs_net *net = make_net(&plain, 1);
  int a = add_source(net, PHS_SOURCE_POISSON, "a", SHAPE(9));
  int b = add_source(net, PHS_SOURCE_POISSON, "b", SHAPE(3, 3));
  net->op[a].source.mean = net->op[b].source.mean = make_param(net, F64(2), 1);
  net->op[a].source.key = net->op[b].source.key = 9;
  phs_interp *it = make_interp(net);
  uint64_t one = fingerprint(it, a);
  phs_interp_reset(it);
  assert_true(fingerprint(it, a) == one); /* the same again */
  phs_interp_reset(it);
  assert_true(fingerprint(it, b) == one);  /* the shape plays no part */
  assert_false(fingerprint(it, a) == one); /* later steps are others */
  phs_interp_destroy(it);
  net->op[a].source.key = 10;
  it = make_interp(net);
  assert_false(fingerprint(it, a) == one);
  phs_interp_destroy(it);
  phs_net_destroy(net);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(trains),          cmocka_unit_test(an_empty_train),
      cmocka_unit_test(pieces),          cmocka_unit_test(poisson_by_definition),
      cmocka_unit_test(poisson_moments), cmocka_unit_test(noise_by_definition),
      cmocka_unit_test(keys_decide),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
