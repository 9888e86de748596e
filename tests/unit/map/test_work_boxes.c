/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Questions about boxes: windows against membership tested pair by pair, rules against synapses
 * that were made. */
#include "graph.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static uint32_t below(uint64_t *state, uint32_t n) {
  *state = *state * 6364136223846793005U + 1442695040888963407U;
  return (uint32_t)((*state >> 33) % n);
}

/* ------------------------------------------------------------------------------------- windows */

/* By definition. */
static bool axis_has(const phs_window_axis *a, uint32_t t, uint32_t s) {
  for (uint32_t k = 0; k < a->taps; k++) {
    if (a->stride * (int64_t)(t / a->divide) + a->offset + (int64_t)k * a->step == s) {
      return true;
    }
  }
  return false;
}

static void unpack(const phs_population *p, uint32_t i, uint32_t *at) {
  at[2] = i % p->dim[2];
  at[1] = i / p->dim[2] % p->dim[1];
  at[0] = i / p->dim[2] / p->dim[1];
}

static bool inside(const phs_box *b, const uint32_t *at) {
  for (int d = 0; d < PHS_MAP_RANK; d++) {
    if (at[d] < b->low[d] || at[d] >= b->high[d]) {
      return false;
    }
  }
  return true;
}

static phs_box random_box(uint64_t *state, const phs_population *p) {
  phs_box b;
  for (int d = 0; d < PHS_MAP_RANK; d++) {
    b.low[d] = below(state, p->dim[d]);
    b.high[d] = b.low[d] + 1 + below(state, p->dim[d] - b.low[d]);
  }
  return b;
}

static void grow(phs_box *b, const uint32_t *at) {
  bool first = phs_box_count(b) == 0;
  for (int d = 0; d < PHS_MAP_RANK; d++) {
    b->low[d] = first || at[d] < b->low[d] ? at[d] : b->low[d];
    b->high[d] = first || at[d] >= b->high[d] ? at[d] + 1 : b->high[d];
  }
}

typedef struct truth {
  phs_box box; /* of the sources, or targets */
  double synapses;
  uint32_t axons;
} truth;

/* matrix[t * sources + s]; boxes: of the sources looked at, of the targets looked at. */
static truth count_pairs(const phs_work *w, const uint8_t *matrix, const phs_box *source,
                         const phs_box *target, bool forwards) {
  const phs_population *s = &w->population[0], *t = &w->population[1];
  truth out = {{{0}, {0}}, 0, 0};
  for (uint32_t i = 0; i < s->count; i++) {
    uint32_t from[3], to[3], n = 0;
    unpack(s, i, from);
    for (uint32_t j = 0; inside(source, from) && j < t->count; j++) {
      unpack(t, j, to);
      if (inside(target, to) && matrix[j * s->count + i]) {
        grow(&out.box, forwards ? to : from);
        n++;
      }
    }
    out.synapses += n;
    out.axons += n > 0;
  }
  return out;
}

static void assert_box(const phs_box *a, const phs_box *b) {
  if (phs_box_count(a) == 0 && phs_box_count(b) == 0) {
    return;
  }
  assert_memory_equal(a, b, sizeof *a);
}

static phs_work *random_windows(uint64_t *state, uint8_t **matrix) {
  phs_work *w = graph_begin();
  uint32_t sd[3], td[3];
  for (int d = 0; d < 3; d++) {
    sd[d] = 1 + below(state, d ? 7 : 5);
    td[d] = 1 + below(state, d ? 7 : 5);
  }
  graph_population(w, PHS_POPULATION_NEURONS, sd[0], sd[1], sd[2], 1.0F);
  graph_population(w, PHS_POPULATION_NEURONS, td[0], td[1], td[2], 1.0F);
  phs_work_projection *p = graph_projection(w, 0, 1, PHS_WIRING_WINDOW);
  for (int d = 0; d < 3; d++) {
    p->window[d] = (phs_window_axis){.divide = 1 + below(state, 3) * below(state, 2),
                                     .stride = below(state, 4),
                                     .offset = (int64_t)below(state, 7) - 4,
                                     .taps = 1 + below(state, 4),
                                     .step = 1 + below(state, 2) * below(state, 4)};
  }
  const phs_population *s = &w->population[0], *t = &w->population[1];
  *matrix = graph_need(PHS_NEW_ARRAY(w->arena, uint8_t, (size_t)s->count * t->count));
  for (uint32_t j = 0; j < t->count; j++) {
    for (uint32_t i = 0; i < s->count; i++) {
      uint32_t from[3], to[3];
      unpack(s, i, from);
      unpack(t, j, to);
      (*matrix)[j * s->count + i] = axis_has(&p->window[0], to[0], from[0]) &&
                                    axis_has(&p->window[1], to[1], from[1]) &&
                                    axis_has(&p->window[2], to[2], from[2]);
    }
  }
  graph_end(w);
  return w;
}

static void check_expansion(const phs_work *w, const uint8_t *matrix, double synapses) {
  const phs_population *s = &w->population[0], *t = &w->population[1];
  phs_csr all;
  assert_true(phs_work_expand(w, 0, (uint64_t)synapses, w->arena, &all));
  assert_true(synapses == 0.0 || !phs_work_expand(w, 0, (uint64_t)synapses - 1, w->arena, &all));
  assert_int_equal(all.row[0], 0);
  assert_true((double)all.row[s->count] == synapses);
  for (uint32_t i = 0; i < s->count; i++) {
    for (uint64_t k = all.row[i]; k < all.row[i + 1]; k++) {
      assert_true(all.target[k] < t->count && matrix[all.target[k] * s->count + i]);
      assert_true(k == all.row[i] || all.target[k] > all.target[k - 1]);
    }
  }
}

static void windows(void **unused) {
  (void)unused;
  uint64_t state = 1;
  for (int round = 0; round < 1500; round++) {
    uint8_t *matrix;
    phs_work *w = random_windows(&state, &matrix);
    const phs_box s = phs_box_all(&w->population[0]), t = phs_box_all(&w->population[1]);
    check_expansion(w, matrix, count_pairs(w, matrix, &s, &t, false).synapses);
    for (int k = 0; k < 6; k++) {
      phs_box a = random_box(&state, &w->population[0]), b = random_box(&state, &w->population[1]);
      truth back = count_pairs(w, matrix, &s, &b, false), on = count_pairs(w, matrix, &a, &t, true);
      truth both = count_pairs(w, matrix, &a, &b, false);
      phs_box sources = phs_work_sources(w, 0, &b), targets = phs_work_targets(w, 0, &a);
      assert_box(&sources, &back.box);
      assert_box(&targets, &on.box);
      assert_true(phs_work_synapses(w, 0, &a, &b) == both.synapses);
      assert_true(phs_work_axons(w, 0, &a, &b) == both.axons);
    }
    graph_free(w);
  }
}

/* Long dimensions must not be walked through: 4000 questions about 2e9 neurons at once. */
static void long_dimensions(void **unused) {
  (void)unused;
  phs_work *w = graph_begin();
  const uint32_t n = 2000000000;
  graph_population(w, PHS_POPULATION_NEURONS, 1, 1, n, 0.5F);
  graph_one_to_one(w, 0, 0);
  graph_dense(w, 0, 0);
  graph_end(w);
  for (uint32_t k = 0; k < 1000; k++) {
    phs_box a = {{0, 0, k}, {1, 1, n - k}}, b = {{0, 0, 2 * k}, {1, 1, n}};
    double meet = (double)n - 3.0 * k;
    assert_true(phs_work_synapses(w, 0, &a, &b) == meet);
    assert_true(phs_work_axons(w, 0, &a, &b) == meet);
    assert_true(phs_work_axons(w, 1, &a, &b) == (double)n - 2.0 * k);
    double square = ((double)n - 2.0 * k) * ((double)n - 2.0 * k);
    assert_true(fabs(phs_work_synapses(w, 1, &a, &b) / square - 1.0) < 1e-12);
    phs_box s = phs_work_sources(w, 0, &b), t = phs_work_targets(w, 0, &a);
    assert_box(&s, &b);
    assert_box(&t, &a);
    assert_true(phs_work_rate(w, 0, &a) == 0.5 * ((double)n - 2.0 * k));
  }
  graph_free(w);
}

static void rates_of_boxes(void **unused) {
  (void)unused;
  phs_work *w = graph_begin();
  graph_population(w, PHS_POPULATION_NEURONS, 2, 3, 4, 1.0F);
  float rate[24];
  for (int i = 0; i < 24; i++) {
    rate[i] = (float)i;
  }
  w->population[0].rate = rate;
  w->population[0].rate_count = 24;
  graph_end(w);
  phs_box b = {{1, 1, 2}, {2, 3, 4}}; /* neurons 12 + 4 * (1, 2) + (2, 3) */
  assert_true(phs_work_rate(w, 0, &b) == 18.0 + 19.0 + 22.0 + 23.0);
  graph_free(w);
}

static void boxes(void **unused) {
  (void)unused;
  phs_box a = {{0, 2, 0}, {2, 5, 1}}, b = {{1, 0, 0}, {3, 3, 9}}, c = {{0, 5, 0}, {2, 6, 1}}, out;
  const phs_box meet = {{1, 2, 0}, {2, 3, 1}};
  assert_true(phs_box_meet(&a, &b, &out));
  assert_memory_equal(&out, &meet, sizeof out);
  assert_false(phs_box_meet(&a, &c, &out));
  assert_int_equal(phs_box_count(&out), 0);
  assert_true(phs_box_meet(&a, &a, NULL));
}

/* --------------------------------------------------------------------------------------- rules */

enum { SEEDS = 60 };

typedef struct rule_case {
  const char *what;
  phs_recipe recipe;
  uint32_t sources[3], targets[3];
  bool same;
} rule_case;

static const phs_grid sheet = {2, {12, 15}, {1.2, 1.5}}, other = {2, {8, 10}, {1.2, 1.5}};

static const rule_case cases[] = {
    {"probability",
     {.rule = PHS_RULE_FIXED_PROBABILITY, .probability = 0.03},
     {1, 1, 150},
     {1, 1, 120},
     false},
    {"probability, itself",
     {.rule = PHS_RULE_FIXED_PROBABILITY, .probability = 0.3},
     {1, 1, 60},
     {1, 1, 60},
     true},
    {"indegree",
     {.rule = PHS_RULE_FIXED_INDEGREE, .number = 7, .multapses = true, .autapses = true},
     {1, 1, 150},
     {1, 1, 120},
     false},
    {"indegree, different",
     {.rule = PHS_RULE_FIXED_INDEGREE, .number = 20},
     {1, 1, 70},
     {1, 1, 70},
     true},
    {"outdegree",
     {.rule = PHS_RULE_FIXED_OUTDEGREE, .number = 9, .multapses = true},
     {1, 1, 90},
     {1, 1, 90},
     true},
    {"outdegree, different",
     {.rule = PHS_RULE_FIXED_OUTDEGREE, .number = 40},
     {1, 1, 100},
     {1, 1, 130},
     false},
    {"total",
     {.rule = PHS_RULE_FIXED_TOTAL_NUMBER, .number = 500, .multapses = true},
     {1, 1, 100},
     {1, 1, 130},
     false},
    {"total, different",
     {.rule = PHS_RULE_FIXED_TOTAL_NUMBER, .number = 3000},
     {1, 1, 100},
     {1, 1, 100},
     true},
    {"all", {.rule = PHS_RULE_ALL_TO_ALL}, {1, 1, 50}, {1, 1, 50}, true},
    {"one to one", {.rule = PHS_RULE_ONE_TO_ONE, .autapses = true}, {1, 1, 80}, {1, 1, 80}, true},
    {"gaussian",
     {.rule = PHS_RULE_DISTANCE,
      .probability = 0.8,
      .profile = PHS_PROFILE_GAUSSIAN,
      .width = 0.2,
      .cutoff = INFINITY},
     {1, 12, 15},
     {1, 8, 10},
     false},
    {"gaussian on a torus",
     {.rule = PHS_RULE_DISTANCE,
      .probability = 1.0,
      .profile = PHS_PROFILE_GAUSSIAN,
      .width = 0.15,
      .cutoff = 0.45,
      .periodic = true},
     {1, 12, 15},
     {1, 12, 15},
     true},
    {"exponential",
     {.rule = PHS_RULE_DISTANCE,
      .probability = 0.5,
      .profile = PHS_PROFILE_EXPONENTIAL,
      .width = 0.1,
      .cutoff = 0.5,
      .autapses = true},
     {1, 12, 15},
     {1, 12, 15},
     true},
    {"disc",
     {.rule = PHS_RULE_DISTANCE,
      .probability = 0.7,
      .profile = PHS_PROFILE_DISC,
      .width = 0.33,
      .cutoff = INFINITY},
     {1, 8, 10},
     {1, 12, 15},
     false},
};

static phs_work *rule_work(const rule_case *c) {
  phs_work *w = graph_begin();
  graph_population(w, PHS_POPULATION_NEURONS, c->sources[0], c->sources[1], c->sources[2], 1.0F);
  if (!c->same) {
    graph_population(w, PHS_POPULATION_NEURONS, c->targets[0], c->targets[1], c->targets[2], 1.0F);
  }
  phs_recipe r = c->recipe;
  r.weight = (phs_distribution){.kind = PHS_DIST_CONSTANT, .a = 1.0};
  r.delay = r.weight;
  r.source_grid = c->sources[2] == 15 ? sheet : other;
  r.target_grid = c->targets[2] == 15 ? sheet : other;
  r.source_count = c->sources[0] * c->sources[1] * c->sources[2];
  r.target_count = c->targets[0] * c->targets[1] * c->targets[2];
  r.same_population = c->same;
  graph_recipe(w, 0, c->same ? 0 : 1, r);
  graph_end(w);
  return w;
}

/* Means over seeds of synapses and axons between boxes. */
static void make_rows(phs_work *w, const phs_box *a, const phs_box *b, int boxes, double *synapses,
                      double *axons) {
  phs_work_projection *p = &w->projection[0];
  const phs_recipe *own = p->recipe;
  const phs_population *s = &w->population[p->source], *t = &w->population[p->target];
  for (int seed = 0; seed < SEEDS; seed++) {
    phs_arena *arena = graph_need(phs_arena_create());
    phs_recipe r = *own;
    phs_csr all;
    r.key = 0x1234567U + (uint64_t)seed * 977;
    p->recipe = &r;
    assert_true(phs_work_expand(w, 0, 1000000, arena, &all));
    for (uint32_t i = 0; i < s->count; i++) {
      uint32_t from[3], to[3];
      unpack(s, i, from);
      for (int k = 0; k < boxes; k++) {
        uint32_t n = 0;
        for (uint64_t at = all.row[i]; inside(&a[k], from) && at < all.row[i + 1]; at++) {
          unpack(t, all.target[at], to);
          n += inside(&b[k], to);
        }
        synapses[k] += (double)n / SEEDS;
        axons[k] += (double)(n > 0) / SEEDS;
      }
      for (uint64_t at = all.row[i]; at < all.row[i + 1]; at++) { /* within the boxes of reach */
        unpack(t, all.target[at], to);
        phs_box one = {{from[0], from[1], from[2]}, {from[0] + 1, from[1] + 1, from[2] + 1}};
        phs_box reach = phs_work_targets(w, 0, &one);
        assert_true(inside(&reach, to));
        phs_box target = {{to[0], to[1], to[2]}, {to[0] + 1, to[1] + 1, to[2] + 1}};
        reach = phs_work_sources(w, 0, &target);
        assert_true(inside(&reach, from));
        assert_true(at == all.row[i] || all.target[at] >= all.target[at - 1]);
      }
    }
    phs_arena_destroy(arena);
    p->recipe = own;
  }
}

/* The mean of SEEDS draws lies within five standard errors (of Poisson counts, which is an upper
 * bound of the binomial's) and, of distances, 6 % for the pieces that boxes are cut into. */
static void assert_near(const rule_case *c, const char *what, double said, double made) {
  double error = 5.0 * sqrt((said > 1.0 / SEEDS ? said : 1.0 / SEEDS) / SEEDS);
  error += c->recipe.rule == PHS_RULE_DISTANCE ? 0.06 * said : 1e-9;
  if (fabs(said - made) > error) {
    fail_msg("%s: %s: %g expected, %g made on average (%g allowed)", c->what, what, said, made,
             error);
  }
}

static void rules(void **unused) {
  (void)unused;
  uint64_t state = 7;
  enum { BOXES = 12 };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    phs_work *w = rule_work(&cases[i]);
    const phs_population *t = &w->population[w->projection[0].target];
    phs_box a[BOXES], b[BOXES];
    double synapses[BOXES] = {0}, axons[BOXES] = {0};
    for (int k = 0; k < BOXES; k++) {
      a[k] = k ? random_box(&state, &w->population[0]) : phs_box_all(&w->population[0]);
      b[k] = k ? random_box(&state, t) : phs_box_all(t);
    }
    make_rows(w, a, b, BOXES, synapses, axons);
    for (int k = 0; k < BOXES; k++) {
      assert_near(&cases[i], "synapses", phs_work_synapses(w, 0, &a[k], &b[k]), synapses[k]);
      assert_near(&cases[i], "axons", phs_work_axons(w, 0, &a[k], &b[k]), axons[k]);
    }
    graph_free(w);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(boxes),           cmocka_unit_test(windows),
      cmocka_unit_test(long_dimensions), cmocka_unit_test(rates_of_boxes),
      cmocka_unit_test(rules),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
