/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Weights and delays against their distributions; rows alone, in any order, and against a second
 * implementation; lists. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "../random/chi.h"
#include "made.h"
#include "random/draw.h"

/* ------------------------------------------------------------------------------ distributions */

static double below(const phs_distribution *d, double x) {
  switch (d->kind) {
  case PHS_DIST_CONSTANT:
    return x >= d->a;
  case PHS_DIST_UNIFORM:
    return fmin(1.0, fmax(0.0, (x - d->a) / (d->b - d->a)));
  case PHS_DIST_NORMAL:
    return 0.5 * erfc((d->a - x) / (d->b * sqrt(2.0)));
  case PHS_DIST_LOGNORMAL:
    return x > 0.0 ? 0.5 * erfc((d->a - log(x)) / (d->b * sqrt(2.0))) : 0.0;
  case PHS_DIST_EXPONENTIAL:
    if (d->a > 0.0) {
      return x > 0.0 ? -expm1(-x / d->a) : 0.0;
    }
    return x < 0.0 ? exp(-x / d->a) : 1.0;
  }
  return 0.0;
}

/* P(X <= x) with the bounds; left of a jump: P(X < x). */
static double bounded_below(const phs_distribution *d, double x) {
  if (d->bound == PHS_BOUND_NONE) {
    return below(d, x);
  }
  if (x < d->low || x >= d->high) {
    return x >= d->high;
  }
  if (d->bound == PHS_BOUND_CLIP) {
    return below(d, x);
  }
  double low = below(d, d->low), high = below(d, d->high);
  return (below(d, x) - low) / (high - low);
}

static const phs_distribution distributions[] = {
    {.kind = PHS_DIST_UNIFORM, .a = -3.0, .b = 8.0},
    {.kind = PHS_DIST_UNIFORM,
     .bound = PHS_BOUND_CLIP,
     .a = 1.0,
     .b = 9.0,
     .low = 2.0,
     .high = 7.5},
    {.kind = PHS_DIST_UNIFORM,
     .bound = PHS_BOUND_REDRAW,
     .a = 1.0,
     .b = 9.0,
     .low = 2.0,
     .high = 7.5},
    {.kind = PHS_DIST_NORMAL, .a = 20.0, .b = 4.0},
    {.kind = PHS_DIST_NORMAL, .a = -87.8, .b = 8.78},
    {.kind = PHS_DIST_NORMAL,
     .bound = PHS_BOUND_CLIP,
     .a = 3.0,
     .b = 2.0,
     .low = 2.5,
     .high = INFINITY},
    {.kind = PHS_DIST_NORMAL,
     .bound = PHS_BOUND_REDRAW,
     .a = 3.0,
     .b = 2.0,
     .low = 2.5,
     .high = INFINITY},
    {.kind = PHS_DIST_NORMAL,
     .bound = PHS_BOUND_REDRAW,
     .a = 0.0,
     .b = 1.0,
     .low = 2.5,
     .high = 3.5},
    {.kind = PHS_DIST_LOGNORMAL, .a = 0.5, .b = 0.8},
    {.kind = PHS_DIST_LOGNORMAL,
     .bound = PHS_BOUND_REDRAW,
     .a = 2.0,
     .b = 0.5,
     .low = 4.0,
     .high = 9.0},
    {.kind = PHS_DIST_EXPONENTIAL, .a = 6.0},
    {.kind = PHS_DIST_EXPONENTIAL, .a = -6.0},
    {.kind = PHS_DIST_EXPONENTIAL,
     .bound = PHS_BOUND_REDRAW,
     .a = 6.0,
     .low = 4.0,
     .high = INFINITY},
    {.kind = PHS_DIST_EXPONENTIAL, .bound = PHS_BOUND_CLIP, .a = -6.0, .low = -9.0, .high = -1.0},
};
enum { DISTRIBUTIONS = sizeof distributions / sizeof *distributions };

/* 120 rows of 1000 synapses. */
static phs_recipe many_values(void) {
  return made_recipe(PHS_RULE_ALL_TO_ALL, 120, 1000);
}

static int ascending(const void *a, const void *b) {
  float x = *(const float *)a, y = *(const float *)b;
  return (x > y) - (x < y);
}

/* Kolmogorov and Smirnov: the greatest distance of the distributions, times the root of n, is above
 * 2.3 in one case of 20,000; a jump at a bound is looked at on both sides. */
static void weights(void **state) {
  (void)state;
  for (int k = 0; k < DISTRIBUTIONS; k++) {
    const phs_distribution *d = &distributions[k];
    phs_recipe r = many_values();
    r.weight = *d;
    r.key += (uint64_t)k;
    made m;
    made_all(&m, &r);
    qsort(m.weight, m.count, sizeof *m.weight, ascending);
    double most = 0.0, n = (double)m.count;
    for (size_t i = 0; i < m.count; i++) {
      double x = m.weight[i], spacing = fabs(x) * 0x1p-23;
      assert_true(d->bound == PHS_BOUND_NONE || (x >= d->low && x <= d->high));
      double over = (double)(i + 1) / n - bounded_below(d, x + spacing);
      double under = bounded_below(d, x - spacing) - (double)i / n;
      most = fmax(most, fmax(over, under));
    }
    if (!(most * sqrt(n) < 2.3)) {
      printf("distribution %d: %g\n", k, most * sqrt(n));
    }
    assert_true(most * sqrt(n) < 2.3);
    made_close(&m);
  }
}

static void delays(void **state) {
  (void)state;
  for (int k = 0; k < DISTRIBUTIONS; k++) {
    const phs_distribution *d = &distributions[k];
    phs_recipe r = many_values();
    r.delay = *d;
    r.key += (uint64_t)k;
    made m;
    made_all(&m, &r);
    int32_t low = phs_delay_low(&r), high = phs_delay_high(&r);
    uint32_t *seen = calloc((size_t)(high - low) + 1, sizeof *seen);
    assert_non_null(seen);
    assert_true(low >= 1);
    for (size_t i = 0; i < m.count; i++) {
      assert_true(m.delay[i] <= high - low);
      seen[m.delay[i]]++;
    }
    chi c = {0};
    for (int32_t step = low; step <= high; step++) { /* halves go up: [step - 1/2, step + 1/2) */
      double above = bounded_below(d, step + 0.5 - 1e-12);
      double under = step == 1 ? 0.0 : bounded_below(d, step - 0.5 - 1e-12);
      chi_add(&c, seen[step - low], (double)m.count * (above - under));
    }
    if (c.cells > 1) {
      CHI_FITS(&c, 1.0);
    } else {
      assert_int_equal(low, high); /* all below one step */
    }
    free(seen);
    made_close(&m);
  }
}

/* Bounds of the distribution, to the step. */
static void delay_bounds(void **state) {
  (void)state;
  phs_recipe r = many_values();
  r.delay = (phs_distribution){.kind = PHS_DIST_UNIFORM, .a = 2.4, .b = 70000.6};
  assert_int_equal(phs_delay_low(&r), 2);
  assert_int_equal(phs_delay_high(&r), 70001);
  r.delay = (phs_distribution){.kind = PHS_DIST_CONSTANT, .a = 14.5};
  assert_int_equal(phs_delay_low(&r), 15);
  assert_int_equal(phs_delay_high(&r), 15);
  r.delay.a = 0.0;
  assert_int_equal(phs_delay_high(&r), 1);
  r.delay = (phs_distribution){.kind = PHS_DIST_NORMAL,
                               .bound = PHS_BOUND_CLIP,
                               .a = 15,
                               .b = 7.5,
                               .low = 1,
                               .high = INFINITY};
  assert_int_equal(phs_delay_low(&r), 1);
  assert_int_equal(phs_delay_high(&r), 63); /* 15 + 7.5 * 6.338 = 62.5 */
  r.delay.high = 40.2;
  assert_int_equal(phs_delay_high(&r), 40);
}

/* The whole range of 16 bits. */
static void wide_delays(void **state) {
  (void)state;
  phs_recipe r = many_values();
  r.delay = (phs_distribution){.kind = PHS_DIST_UNIFORM, .a = 10, .b = 65545};
  assert_int_equal(phs_delay_high(&r) - phs_delay_low(&r), 65535);
  made m;
  made_all(&m, &r);
  uint32_t seen[64] = {0};
  for (size_t i = 0; i < m.count; i++) {
    seen[m.delay[i] / 1024]++;
  }
  chi c = {0};
  for (int i = 0; i < 64; i++) {
    chi_add(&c, seen[i], (double)m.count / 64);
  }
  CHI_FITS(&c, 1.0);
  made_close(&m);
}

/* ------------------------------------------------------------------------------- independence */

static double correlation(const float *x, const float *y, size_t n) {
  double sx = 0, sy = 0, xx = 0, yy = 0, xy = 0;
  for (size_t i = 0; i < n; i++) {
    sx += x[i], sy += y[i];
    xx += (double)x[i] * x[i], yy += (double)y[i] * y[i], xy += (double)x[i] * y[i];
  }
  double count = (double)n;
  return (xy - sx * sy / count) / sqrt((xx - sx * sx / count) * (yy - sy * sy / count));
}

/* Weights of neighbouring synapses, rows, tiles and streams, and of the delays of the same synapses
 * have nothing to do with each other. */
static void independence(void **state) {
  (void)state;
  phs_recipe r = made_recipe(PHS_RULE_FIXED_TOTAL_NUMBER, 200, 2048);
  r.number = 200000;
  r.weight = (phs_distribution){.kind = PHS_DIST_NORMAL, .a = 0.0, .b = 1.0};
  r.delay = (phs_distribution){.kind = PHS_DIST_UNIFORM, .a = 1, .b = 1000};
  made m, other;
  made_all(&m, &r);
  r.key = phs_stream_key(r.key, "other");
  made_all(&other, &r);
  const size_t n = m.count - 5000;
  const double bound = 4.0 / sqrt((double)n);
  float *delay = calloc(m.count, sizeof *delay), *target = calloc(m.count, sizeof *target);
  assert_true(delay && target);
  for (size_t i = 0; i < m.count; i++) {
    delay[i] = m.delay[i];
    target[i] = (float)(m.target[i] % PHS_TILE);
  }
  assert_true(fabs(correlation(m.weight, m.weight + 1, n)) < bound);
  assert_true(fabs(correlation(m.weight, m.weight + 64, n)) < bound);
  assert_true(fabs(correlation(m.weight, other.weight, n)) < bound);
  assert_true(fabs(correlation(m.weight, delay, n)) < bound);
  assert_true(fabs(correlation(m.weight, target, n)) < bound);
  assert_true(fabs(correlation(delay, target, n)) < bound);
  assert_true(fabs(correlation(target, target + 1, n)) < bound);
  free(delay);
  free(target);
  made_close(&other);
  made_close(&m);
  /* the same rank in neighbouring rows, and in the next tile */
  r = made_recipe(PHS_RULE_ALL_TO_ALL, 100, 2048);
  r.weight = (phs_distribution){.kind = PHS_DIST_UNIFORM, .a = 0.0, .b = 1.0};
  made_all(&m, &r);
  assert_true(fabs(correlation(m.weight, m.weight + 1024, 99 * 1024)) < 4.0 / sqrt(99 * 1024.0));
  assert_true(fabs(correlation(m.weight, m.weight + 102400, 102400)) < 4.0 / sqrt(102400.0));
  made_close(&m);
}

/* --------------------------------------------------------------------------------- any order */

enum { RECIPES = 14 };

static phs_recipe some_recipe(int k) {
  static const phs_rule rules[RECIPES] = {PHS_RULE_ONE_TO_ONE,         PHS_RULE_ALL_TO_ALL,
                                          PHS_RULE_FIXED_PROBABILITY,  PHS_RULE_FIXED_PROBABILITY,
                                          PHS_RULE_FIXED_INDEGREE,     PHS_RULE_FIXED_INDEGREE,
                                          PHS_RULE_FIXED_INDEGREE,     PHS_RULE_FIXED_INDEGREE,
                                          PHS_RULE_FIXED_OUTDEGREE,    PHS_RULE_FIXED_OUTDEGREE,
                                          PHS_RULE_FIXED_TOTAL_NUMBER, PHS_RULE_FIXED_TOTAL_NUMBER,
                                          PHS_RULE_DISTANCE,           PHS_RULE_DISTANCE};
  phs_recipe r = made_recipe(rules[k], 1100, 1100);
  r.same_population = true;
  r.multapses = k & 1;
  r.autapses = k & 2;
  r.probability = 0.1;
  r.number = rules[k] == PHS_RULE_FIXED_TOTAL_NUMBER ? 100000 : 120;
  r.width = 4.0;
  r.source_grid = r.target_grid = (phs_grid){2, {44, 25}, {44, 25}};
  r.weight = (phs_distribution){.kind = PHS_DIST_NORMAL, .a = 1.0, .b = 0.25};
  r.delay = (phs_distribution){.kind = PHS_DIST_UNIFORM, .a = 1, .b = 30};
  return r;
}

static void compare_row(const made *m, size_t at, const phs_row *row) {
  for (uint32_t i = 0; i < row->count; i++) {
    assert_int_equal(row->target[i], m->target[at + i] % PHS_TILE);
    assert_true(!row->delay || row->delay[i] == m->delay[at + i]);
    assert_true(!row->weight || memcmp(&row->weight[i], &m->weight[at + i], 4) == 0);
  }
}

/* Rows made backwards, counted only, or without what is not wanted, are the rows made in order. */
static void any_order(void **state) {
  (void)state;
  for (int k = 0; k < RECIPES; k++) {
    phs_recipe r = some_recipe(k);
    made m, again;
    made_all(&m, &r);
    made_open(&again, &r);
    size_t at = m.count;
    for (uint32_t tile = m.rows.tiles; tile-- > 0;) {
      for (uint32_t s = r.source_count; s-- > 0;) {
        phs_row counted = {0};
        phs_row_make(&again.rows, s, tile, &counted);
        uint32_t count = counted.count;
        at -= count;
        assert_true(count == 0 || m.source[at] == s);
        phs_row row = again.row;
        row.delay = s % 3 == 0 ? NULL : row.delay;
        row.weight = s % 3 == 1 ? NULL : row.weight;
        phs_row_make(&again.rows, s, tile, &row);
        assert_int_equal(row.count, count);
        compare_row(&m, at, &row);
      }
    }
    assert_int_equal(at, 0);
    made_close(&again);
    made_close(&m);
  }
}

/* ------------------------------------------------------------------------------------- lists */

static void lists(void **state) {
  (void)state;
  /* three tiles; sources ascend, targets do not; source 2 has none */
  static const uint32_t source[] = {0, 0, 0, 0, 1, 3, 3, 3, 3, 3};
  static const uint32_t target[] = {2050, 5, 1030, 5, 1024, 7, 2000, 2049, 6, 1999};
  static const float weight[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
  static const int32_t delay[] = {4, 9, 5, 3, 8, 7, 6, 5, 4, 3};
  phs_recipe r = made_recipe(PHS_RULE_LIST, 4, 2051);
  r.list = (phs_synapse_list){10, source, target, weight, delay};
  made m;
  made_all(&m, &r);
  static const int order[] = {1, 3, 5, 8, 2, 4, 6, 9, 0, 7}; /* by tile, source, then as given */
  assert_int_equal(m.count, 10);
  assert_int_equal(phs_delay_low(&r), 3);
  assert_int_equal(phs_delay_high(&r), 9);
  for (int i = 0; i < 10; i++) {
    assert_int_equal(m.source[i], source[order[i]]);
    assert_int_equal(m.target[i], target[order[i]]);
    assert_int_equal(m.delay[i] + 3, delay[order[i]]);
    assert_true(m.weight[i] == weight[order[i]]);
  }
  made_close(&m);
  r.list.weight = NULL; /* drawn by rank within the row, whatever the rule */
  r.list.delay = NULL;
  r.weight = (phs_distribution){.kind = PHS_DIST_NORMAL, .a = 0, .b = 1};
  r.delay = (phs_distribution){.kind = PHS_DIST_UNIFORM, .a = 1, .b = 20};
  made_all(&m, &r);
  made all;
  r.rule = PHS_RULE_ALL_TO_ALL;
  made_open(&all, &r);
  phs_row_make(&all.rows, 3, 1, &all.row);
  assert_true(m.weight[6] == all.row.weight[0] && m.weight[7] == all.row.weight[1]);
  assert_true(m.delay[6] == all.row.delay[0] && m.delay[7] == all.row.delay[1]);
  made_close(&all);
  made_close(&m);
  r.rule = PHS_RULE_LIST;
  r.list = (phs_synapse_list){0};
  made_all(&m, &r);
  assert_int_equal(m.count, 0);
  made_close(&m);
}

/* A long list in random order of targets: sorted by tile, each tile in the order given. */
static void long_list(void **state) {
  (void)state;
  enum { COUNT = 20000, TARGETS = 10240 };
  uint32_t *source = calloc(COUNT, sizeof *source), *target = calloc(COUNT, sizeof *target);
  float *weight = calloc(COUNT, sizeof *weight);
  assert_true(source && target && weight);
  for (uint32_t i = 0; i < COUNT; i++) {
    const uint32_t at[3] = {0, 0, 0};
    source[i] = i / 5000;
    target[i] = phs_below(TARGETS, phs_word(3, at, i));
    weight[i] = (float)i;
  }
  phs_recipe r = made_recipe(PHS_RULE_LIST, 4, TARGETS);
  r.list = (phs_synapse_list){COUNT, source, target, weight, NULL};
  made m;
  made_all(&m, &r);
  assert_int_equal(m.count, COUNT);
  for (uint32_t i = 0; i < COUNT; i++) {
    uint32_t from = (uint32_t)m.weight[i];
    assert_int_equal(m.target[i], target[from]);
    assert_int_equal(m.source[i], source[from]);
    bool row =
        i > 0 && m.source[i] == m.source[i - 1] && m.target[i] / 1024 == m.target[i - 1] / 1024;
    assert_true(!row || m.weight[i] > m.weight[i - 1]);
  }
  made_close(&m);
  free(source);
  free(target);
  free(weight);
}

/* ------------------------------------------------------------------------------------ limits */

static void too_large(void **state) {
  (void)state;
  phs_recipe r = made_recipe(PHS_RULE_FIXED_INDEGREE, 100, 100);
  r.number = 5000000; /* 5e9 slots in a tile */
  assert_true(phs_rows_bytes(&r) == SIZE_MAX);
  r = made_recipe(PHS_RULE_FIXED_TOTAL_NUMBER, 10, 10);
  r.number = (uint64_t)1 << 40;
  assert_true(phs_rows_bytes(&r) == SIZE_MAX);
  r = made_recipe(PHS_RULE_ALL_TO_ALL, INT32_MAX, INT32_MAX);
  assert_true(phs_rows_bytes(&r) == SIZE_MAX);
  r = made_recipe(PHS_RULE_ONE_TO_ONE, INT32_MAX, INT32_MAX);
  assert_true(phs_rows_bytes(&r) < 1 << 26);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(weights),     cmocka_unit_test(delays),       cmocka_unit_test(delay_bounds),
      cmocka_unit_test(wide_delays), cmocka_unit_test(independence), cmocka_unit_test(any_order),
      cmocka_unit_test(lists),       cmocka_unit_test(long_list),    cmocka_unit_test(too_large),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
