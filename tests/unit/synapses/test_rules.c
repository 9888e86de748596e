/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Each rule against its exact law: chi-square tests with fixed seeds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "../random/chi.h"
#include "made.h"

/* How often each of [0, n) occurs. */
static uint32_t *histogram(const uint32_t *value, size_t count, uint32_t n) {
  uint32_t *h = calloc(n + 1, sizeof *h);
  assert_non_null(h);
  for (size_t i = 0; i < count; i++) {
    h[value[i]]++;
  }
  return h;
}

/* Counts scatter about their mean with their variance: too much is as wrong as too little. @p
 * fixed: their sum is given. */
static void scatters(const uint32_t *count, uint32_t n, double mean, double variance, bool fixed) {
  chi c = {.cells = n};
  for (uint32_t i = 0; i < n; i++) {
    c.sum += (count[i] - mean) * (count[i] - mean) / variance;
  }
  c.sum *= fixed ? (n - 1.0) / n : 1.0;
  CHI_FITS(&c, (double)fixed);
}

static void out_degrees_scatter(const made *m, double mean, double variance, bool fixed) {
  uint32_t *h = histogram(m->source, m->count, m->recipe.source_count);
  scatters(h, m->recipe.source_count, mean, variance, fixed);
  free(h);
}

static void in_degrees_scatter(const made *m, double mean, double variance, bool fixed) {
  uint32_t *h = histogram(m->target, m->count, m->recipe.target_count);
  scatters(h, m->recipe.target_count, mean, variance, fixed);
  free(h);
}

static void degrees_are(const uint32_t *value, const made *m, uint32_t n, uint32_t degree) {
  uint32_t *h = histogram(value, m->count, n);
  for (uint32_t i = 0; i < n; i++) {
    assert_int_equal(h[i], degree);
  }
  free(h);
}

static double log_choose(double n, double k) {
  return lgamma(n + 1.0) - lgamma(k + 1.0) - lgamma(n - k + 1.0);
}

static double binomial(double n, double k, double p) {
  return exp(log_choose(n, k) + k * log(p) + (n - k) * log1p(-p));
}

enum { MULTIPLE = 16 };

/* How many pairs have 0, 1, 2, ... synapses; with autapses forbidden, no pair (i, i) has one. */
static void multiplicities(const made *m, uint32_t pairs[MULTIPLE]) {
  const phs_recipe *r = &m->recipe;
  uint8_t *of = calloc((size_t)r->source_count * r->target_count, 1);
  assert_non_null(of);
  memset(pairs, 0, MULTIPLE * sizeof *pairs);
  for (size_t i = 0; i < m->count; i++) {
    of[(size_t)m->source[i] * r->target_count + m->target[i]]++;
  }
  for (size_t i = 0; i < (size_t)r->source_count * r->target_count; i++) {
    bool itself = i / r->target_count == i % r->target_count;
    if (r->same_population && !r->autapses && itself) {
      assert_int_equal(of[i], 0);
      continue;
    }
    assert_true(of[i] < MULTIPLE);
    pairs[of[i]]++;
  }
  free(of);
}

/* The pairs' numbers of synapses follow Binomial(trials, 1 / choices). */
static void multiplicities_fit(const made *m, double trials, double choices) {
  uint32_t pairs[MULTIPLE];
  double all = 0.0;
  multiplicities(m, pairs);
  for (int k = 0; k < MULTIPLE; k++) {
    all += pairs[k];
  }
  chi c = {0};
  for (int k = 0; k < MULTIPLE; k++) {
    chi_add(&c, pairs[k], all * binomial(trials, k, 1.0 / choices));
  }
  CHI_FITS(&c, 1.0);
}

static void no_multapses(const made *m) {
  uint32_t pairs[MULTIPLE];
  multiplicities(m, pairs);
  assert_int_equal(pairs[1], m->count);
}

/* Blocks of 32 sources and 64 targets hold their share of the pairs that may have synapses; @p part
 * of the pairs have one (variance is smaller by that). */
static void blocks_fit(const made *m, double part) {
  const phs_recipe *r = &m->recipe;
  const uint32_t rows = (r->source_count + 31) / 32, columns = (r->target_count + 63) / 64;
  const bool less = r->same_population && !r->autapses;
  double pairs = (double)r->source_count * r->target_count - (less ? r->source_count : 0);
  uint32_t *seen = calloc((size_t)rows * columns, sizeof *seen);
  assert_non_null(seen);
  for (size_t i = 0; i < m->count; i++) {
    seen[m->source[i] / 32 * columns + m->target[i] / 64]++;
  }
  chi c = {0};
  for (uint32_t a = 0; a < rows; a++) {
    for (uint32_t b = 0; b < columns; b++) {
      double size = 0.0;
      for (uint32_t s = a * 32; s < a * 32 + 32 && s < r->source_count; s++) {
        for (uint32_t t = b * 64; t < b * 64 + 64 && t < r->target_count; t++) {
          size += !(less && s == t);
        }
      }
      double expected = (double)m->count * size / pairs, d = seen[a * columns + b] - expected;
      chi_add(&c, expected + d / sqrt(1.0 - part), expected);
    }
  }
  free(seen);
  CHI_FITS(&c, 1.0);
}

/* ------------------------------------------------------------------------------ simple rules */

static void one_to_one(void **state) {
  (void)state;
  phs_recipe r = made_recipe(PHS_RULE_ONE_TO_ONE, 2500, 2500);
  made m;
  made_all(&m, &r);
  assert_int_equal(m.count, 2500);
  for (uint32_t i = 0; i < 2500; i++) {
    assert_int_equal(m.source[i], i);
    assert_int_equal(m.target[i], i);
    assert_int_equal(m.delay[i], 0);
    assert_true(m.weight[i] == 2.5f);
  }
  assert_int_equal(phs_delay_low(&r), 3);
  assert_int_equal(phs_delay_high(&r), 3);
  assert_true(phs_recipe_expected(&r) == 2500.0);
  made_close(&m);
}

static void all_to_all(void **state) {
  (void)state;
  for (int autapses = 0; autapses < 2; autapses++) {
    phs_recipe r = made_recipe(PHS_RULE_ALL_TO_ALL, 1100, 1100);
    r.same_population = true;
    r.autapses = autapses;
    made m;
    made_all(&m, &r);
    assert_int_equal(m.count, autapses ? 1100 * 1100 : 1100 * 1099);
    assert_true(phs_recipe_expected(&r) == (double)m.count);
    no_multapses(&m);
    for (size_t i = 1; i < m.count; i++) { /* rows ascend */
      assert_true(m.source[i] != m.source[i - 1] || m.target[i] > m.target[i - 1]);
    }
    made_close(&m);
  }
}

static void fixed_probability(void **state) {
  (void)state;
  static const double probabilities[] = {0.003, 0.1, 0.5, 0.93};
  for (int k = 0; k < 8; k++) {
    const double p = probabilities[k / 2], n = 1500;
    phs_recipe r = made_recipe(PHS_RULE_FIXED_PROBABILITY, 1500, 1500);
    r.same_population = true;
    r.autapses = k % 2;
    r.probability = p;
    made m;
    made_all(&m, &r);
    const double others = n - !r.autapses;
    no_multapses(&m);
    in_degrees_scatter(&m, others * p, others * p * (1 - p), false);
    out_degrees_scatter(&m, others * p, others * p * (1 - p), false);
    blocks_fit(&m, p);
    double all = n * others * p;
    assert_true(phs_recipe_expected(&r) == all);
    assert_true(fabs((double)m.count - all) < 4.0 * sqrt(all * (1 - p)));
    /* the law itself, not only its variance */
    uint32_t *h = histogram(m.source, m.count, 1500);
    uint32_t *degrees = histogram(h, 1500, 1500);
    chi c = {0};
    for (int i = 0; i <= 1500; i++) {
      chi_add(&c, degrees[i], n * binomial(others, i, p));
    }
    CHI_FITS(&c, 1.0);
    free(h);
    free(degrees);
    made_close(&m);
  }
}

static void certain_and_impossible(void **state) {
  (void)state;
  phs_recipe r = made_recipe(PHS_RULE_FIXED_PROBABILITY, 70, 1030);
  made m;
  r.probability = 1.0;
  made_all(&m, &r);
  assert_int_equal(m.count, 70 * 1030);
  made_close(&m);
  r.probability = 0.0;
  made_all(&m, &r);
  assert_int_equal(m.count, 0);
  made_close(&m);
}

/* ----------------------------------------------------------------------------- fixed numbers */

static void total_with_multapses(void **state) {
  (void)state;
  for (int autapses = 0; autapses < 2; autapses++) {
    phs_recipe r = made_recipe(PHS_RULE_FIXED_TOTAL_NUMBER, 1100, 1100);
    r.same_population = true;
    r.autapses = autapses;
    r.number = 1000003;
    const double n = (double)r.number, pairs = 1100.0 * (1100 - !autapses);
    made m;
    made_all(&m, &r);
    assert_int_equal(m.count, r.number);
    multiplicities_fit(&m, n, pairs);
    in_degrees_scatter(&m, n / 1100, n / 1100 * (1 - 1 / 1100.0), true);
    out_degrees_scatter(&m, n / 1100, n / 1100 * (1 - 1 / 1100.0), true);
    blocks_fit(&m, 0.0);
    made_close(&m);
  }
}

static void total_without_multapses(void **state) {
  (void)state;
  static const uint64_t numbers[] = {5000, 300000, 1150000};
  for (int k = 0; k < 6; k++) {
    phs_recipe r = made_recipe(PHS_RULE_FIXED_TOTAL_NUMBER, 1100, 1100);
    r.same_population = true;
    r.autapses = k % 2;
    r.multapses = false;
    r.number = numbers[k / 2];
    const double n = (double)r.number, others = 1100 - !r.autapses, pairs = 1100.0 * others;
    made m;
    made_all(&m, &r);
    assert_int_equal(m.count, r.number);
    no_multapses(&m);
    /* a degree is hypergeometric */
    double mean = n / 1100, variance = mean * (1 - 1 / 1100.0) * (pairs - n) / (pairs - 1);
    in_degrees_scatter(&m, mean, variance * 1100 / 1099.0, true);
    out_degrees_scatter(&m, mean, variance * 1100 / 1099.0, true);
    blocks_fit(&m, n / pairs);
    made_close(&m);
  }
}

/* As many as there is room for. */
static void total_of_all(void **state) {
  (void)state;
  phs_recipe r = made_recipe(PHS_RULE_FIXED_TOTAL_NUMBER, 1030, 1030);
  r.same_population = true;
  r.autapses = false;
  r.multapses = false;
  r.number = 1030 * 1029;
  made m;
  made_all(&m, &r);
  no_multapses(&m);
  degrees_are(m.source, &m, 1030, 1029);
  made_close(&m);
}

static void outdegree(void **state) {
  (void)state;
  for (int k = 0; k < 4; k++) {
    phs_recipe r = made_recipe(PHS_RULE_FIXED_OUTDEGREE, 1100, 1100);
    r.same_population = true;
    r.autapses = k & 1;
    r.multapses = k & 2;
    r.number = 230;
    const double choices = 1100 - !r.autapses, p = 230 / choices;
    made m;
    made_all(&m, &r);
    degrees_are(m.source, &m, 1100, 230);
    if (r.multapses) {
      in_degrees_scatter(&m, 230.0, 1100 * 230 / choices * (1 - 1 / choices), true);
      multiplicities_fit(&m, 230, choices);
      blocks_fit(&m, 0.0);
    } else {
      /* sums of independent Bernoulli draws; their sum over all targets is given */
      in_degrees_scatter(&m, 230.0, choices * p * (1 - p) * 1100 / 1099.0, true);
      no_multapses(&m);
      blocks_fit(&m, p);
    }
    made_close(&m);
  }
}

static void indegree(void **state) {
  (void)state;
  for (int k = 0; k < 4; k++) {
    phs_recipe r = made_recipe(PHS_RULE_FIXED_INDEGREE, 1100, 1100);
    r.same_population = true;
    r.autapses = k & 1;
    r.multapses = k & 2;
    r.number = 230;
    const double choices = 1100 - !r.autapses, p = 230 / choices;
    made m;
    made_all(&m, &r);
    degrees_are(m.target, &m, 1100, 230);
    if (r.multapses) {
      out_degrees_scatter(&m, 230.0, 1100 * 230 / choices * (1 - 1 / choices), true);
      multiplicities_fit(&m, 230, choices);
      blocks_fit(&m, 0.0);
    } else {
      out_degrees_scatter(&m, 230.0, choices * p * (1 - p) * 1100 / 1099.0, true);
      no_multapses(&m);
      blocks_fit(&m, p);
    }
    made_close(&m);
  }
}

/* Few sources and targets: every set of sources of a target is as likely as another. */
static void indegree_of_few(void **state) {
  (void)state;
  uint32_t sets[32] = {0};
  enum { TIMES = 3000 };
  for (uint32_t i = 0; i < TIMES; i++) {
    phs_recipe r = made_recipe(PHS_RULE_FIXED_INDEGREE, 5, 7);
    r.multapses = false;
    r.number = 2;
    r.key = i;
    made m;
    made_all(&m, &r);
    uint32_t of[7] = {0};
    for (size_t k = 0; k < m.count; k++) {
      of[m.target[k]] |= 1u << m.source[k];
    }
    for (int t = 0; t < 7; t++) {
      sets[of[t]]++;
    }
    made_close(&m);
  }
  chi c = {0};
  uint32_t kinds = 0;
  for (int i = 0; i < 32; i++) {
    kinds += sets[i] > 0;
    if (sets[i]) {
      chi_add(&c, sets[i], TIMES * 7 / 10.0);
    }
  }
  assert_int_equal(kinds, 10);
  CHI_FITS(&c, 1.0);
}

/* ---------------------------------------------------------------------------------- distance */

static double profile(const phs_recipe *r, double d) {
  if (d > r->cutoff) {
    return 0.0;
  }
  return r->probability * (r->profile == PHS_PROFILE_GAUSSIAN
                               ? exp(-d * d / (2 * r->width * r->width))
                           : r->profile == PHS_PROFILE_EXPONENTIAL ? exp(-d / r->width)
                                                                   : d <= r->width);
}

/* Distance of cells' centres, by coordinates. */
static double distance(const phs_recipe *r, uint32_t source, uint32_t target) {
  double sum = 0.0;
  for (int a = r->source_grid.rank - 1; a >= 0; a--) {
    const phs_grid *s = &r->source_grid, *t = &r->target_grid;
    double x = (source % (uint32_t)s->dim[a] + 0.5) * s->extent[a] / s->dim[a];
    double y = (target % (uint32_t)t->dim[a] + 0.5) * t->extent[a] / t->dim[a];
    double d = fabs(x - y);
    d = r->periodic ? fmin(d, t->extent[a] - d) : d;
    sum += d * d;
    source /= (uint32_t)s->dim[a];
    target /= (uint32_t)t->dim[a];
  }
  return sqrt(sum);
}

enum { CLASSES = 200 };

/* Synapses by distance, and all degrees, against the probability of each pair. */
static void distances_fit(const phs_recipe *r, double longest) {
  made m;
  made_all(&m, r);
  double expected[CLASSES] = {0}, all = 0.0, variance = 0.0;
  uint32_t seen[CLASSES] = {0};
  for (uint32_t s = 0; s < r->source_count; s++) {
    for (uint32_t t = 0; t < r->target_count; t++) {
      double d = distance(r, s, t), p = profile(r, d);
      p = r->same_population && !r->autapses && s == t ? 0.0 : p;
      expected[(int)(d / longest * CLASSES)] += p;
      all += p;
      variance += p * (1 - p);
    }
  }
  for (size_t i = 0; i < m.count; i++) {
    double d = distance(r, m.source[i], m.target[i]);
    assert_true(profile(r, d) > 0.0);
    seen[(int)(d / longest * CLASSES)]++;
  }
  no_multapses(&m);
  chi c = {0};
  for (int i = 0; i < CLASSES; i++) {
    /* probabilities of these tests are at most a half: variance about the mean, less up to half */
    double left = sqrt(all / variance);
    chi_add(&c, expected[i] + (seen[i] - expected[i]) * left, expected[i]);
  }
  CHI_FITS(&c, 0.0);
  assert_true(fabs((double)m.count - all) < 4.0 * sqrt(variance));
  assert_true(fabs(phs_recipe_expected(r) / all - 1.0) < 1e-6); /* few pairs: none is left out */
  made_close(&m);
}

static void distance_profiles(void **state) {
  (void)state;
  for (int k = 0; k < 12; k++) {
    phs_recipe r = made_recipe(PHS_RULE_DISTANCE, 1200, 1200);
    r.same_population = true;
    r.autapses = k & 1;
    r.periodic = k & 2;
    r.profile = k / 4 == 0   ? PHS_PROFILE_GAUSSIAN
                : k / 4 == 1 ? PHS_PROFILE_EXPONENTIAL
                             : PHS_PROFILE_DISC;
    r.probability = k / 4 == 2 ? 0.2 : 0.5;
    r.width = 0.11;
    r.cutoff = k / 4 == 1 ? 0.3701 : (double)INFINITY;
    r.source_grid = (phs_grid){2, {40, 30}, {1.0, 0.9}};
    r.target_grid = r.source_grid;
    distances_fit(&r, 1.5);
  }
}

static void distance_resolutions(void **state) {
  (void)state;
  phs_recipe r = made_recipe(PHS_RULE_DISTANCE, 12 * 11 * 5, 7 * 15 * 11);
  r.probability = 0.4;
  r.width = 30.0;
  r.source_grid = (phs_grid){3, {12, 11, 5}, {100, 120, 80}};
  r.target_grid = (phs_grid){3, {7, 15, 11}, {100, 120, 80}};
  distances_fit(&r, 200.0);
  r.periodic = true;
  distances_fit(&r, 200.0);
  r.periodic = false;
  r.target_grid.extent[1] = 60; /* the targets cover half the sheet */
  distances_fit(&r, 200.0);
  r = made_recipe(PHS_RULE_DISTANCE, 1300, 1300);
  r.source_grid = r.target_grid = (phs_grid){1, {1300}, {13.0}};
  r.probability = 0.3;
  r.width = 0.5;
  distances_fit(&r, 14.0);
}

/* Neighbours at exactly the width belong to a disc, whatever rounding does to 3, 4 and 5 tenths. */
static void disc_edge(void **state) {
  (void)state;
  phs_recipe r = made_recipe(PHS_RULE_DISTANCE, 441, 441);
  r.source_grid = r.target_grid = (phs_grid){2, {21, 21}, {2.1, 2.1}};
  r.profile = PHS_PROFILE_DISC;
  r.probability = 1.0;
  r.width = 0.5;
  made m;
  made_all(&m, &r);
  uint32_t count = 0;
  for (size_t i = 0; i < m.count; i++) {
    count += m.source[i] == 10 * 21 + 10;
  }
  assert_int_equal(count, 81); /* points of a square lattice within radius 5 */
  made_close(&m);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(one_to_one),
      cmocka_unit_test(all_to_all),
      cmocka_unit_test(fixed_probability),
      cmocka_unit_test(certain_and_impossible),
      cmocka_unit_test(total_with_multapses),
      cmocka_unit_test(total_without_multapses),
      cmocka_unit_test(total_of_all),
      cmocka_unit_test(outdegree),
      cmocka_unit_test(indegree),
      cmocka_unit_test(indegree_of_few),
      cmocka_unit_test(distance_profiles),
      cmocka_unit_test(distance_resolutions),
      cmocka_unit_test(disc_edge),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
