/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* What is measured of recipes bounds what rows.h makes of them, and is not far from it. */
#include "measure_case.h"

enum { SEEDS = 1000, SIDE = 12, SOURCES = SIDE * SIDE };

typedef struct recipe_case {
  const char *name;
  phs_recipe recipe;
  bool recurrent;
} recipe_case;

#define GRID                                                                                       \
  {                                                                                                \
    .rank = 2, .dim = {SIDE, SIDE}, .extent = { SIDE, SIDE }                                       \
  }

static const recipe_case cases[] = {
    {"probability", {.rule = PHS_RULE_FIXED_PROBABILITY, .probability = 0.02}, false},
    {"probability, recurrent", {.rule = PHS_RULE_FIXED_PROBABILITY, .probability = 0.1}, true},
    {"rare", {.rule = PHS_RULE_FIXED_PROBABILITY, .probability = 1e-5}, false},
    {"indegree", {.rule = PHS_RULE_FIXED_INDEGREE, .number = 3}, true},
    {"indegree, multapses",
     {.rule = PHS_RULE_FIXED_INDEGREE, .number = 40, .multapses = true},
     false},
    {"outdegree", {.rule = PHS_RULE_FIXED_OUTDEGREE, .number = 2}, true},
    {"outdegree, multapses",
     {.rule = PHS_RULE_FIXED_OUTDEGREE, .number = 7, .multapses = true},
     false},
    {"total", {.rule = PHS_RULE_FIXED_TOTAL_NUMBER, .number = 500}, false},
    {"total, multapses",
     {.rule = PHS_RULE_FIXED_TOTAL_NUMBER, .number = 900, .multapses = true},
     true},
    {"all", {.rule = PHS_RULE_ALL_TO_ALL}, true},
    {"one to one", {.rule = PHS_RULE_ONE_TO_ONE}, false},
    {"gaussian",
     {.rule = PHS_RULE_DISTANCE,
      .probability = 0.5,
      .width = 2,
      .cutoff = INFINITY,
      .source_grid = GRID,
      .target_grid = GRID},
     true},
    {"exponential around the edges",
     {.rule = PHS_RULE_DISTANCE,
      .profile = PHS_PROFILE_EXPONENTIAL,
      .probability = 0.3,
      .width = 1.5,
      .cutoff = 6,
      .periodic = true,
      .autapses = true,
      .source_grid = GRID,
      .target_grid = GRID},
     true},
    {"disc",
     {.rule = PHS_RULE_DISTANCE,
      .profile = PHS_PROFILE_DISC,
      .probability = 0.2,
      .width = 4,
      .cutoff = INFINITY,
      .source_grid = GRID,
      .target_grid = GRID},
     false},
};
enum { CASES = sizeof cases / sizeof *cases };

/* Slices of unequal boxes; the fourth core has two of the targets'. */
static void cut(phs_map *m, uint32_t population, uint32_t first_core) {
  static const phs_box box[] = {{{0, 0, 0}, {1, 5, 7}},
                                {{0, 0, 7}, {1, 5, SIDE}},
                                {{0, 5, 0}, {1, SIDE, 4}},
                                {{0, 5, 4}, {1, 9, SIDE}},
                                {{0, 9, 4}, {1, SIDE, SIDE}}};
  for (uint32_t i = 0; i < 5; i++) {
    measure_slice(m, population, first_core + (i < 4 ? i : 3), box[i]);
  }
}

static void open_case(const recipe_case *k, const char *target, measure_case *c) {
  measure_open(c, target);
  phs_work *w = graph_begin();
  uint32_t a = graph_population(w, PHS_POPULATION_NEURONS, 1, SIDE, SIDE, 1);
  uint32_t b = k->recurrent ? a : graph_population(w, PHS_POPULATION_NEURONS, 1, SIDE, SIDE, 1);
  phs_recipe r = k->recipe;
  r.weight = (phs_distribution){.a = 1};
  r.delay = (phs_distribution){.a = 1};
  graph_recipe(w, a, b, r);
  graph_end(w);
  measure_map(c, w, 1);
  phs_map *m = c->map;
  measure_begin(m, 10, 8, 0);
  cut(m, a, 0);
  if (b != a) {
    cut(m, b, 4);
  }
  m->core_count = b == a ? 4 : 8;
  measure_end(m);
  phs_diag diag = {0};
  assert_int_equal(phs_map_measure(m, &diag), PHASOR_OK);
}

/* ---- bits, plainly ---- */

static uint64_t blocks_of(uint64_t n, uint64_t each) {
  uint64_t bits = 0;
  for (; n; n -= n < 64 ? n : 64) {
    bits += ((n < 64 ? n : 64) * each + 10 + 63) / 64 * 64;
  }
  return bits;
}

/* Of projection 0 onto slice @p s: what a draw really takes of Loihi 1 in the block's format. */
static uint64_t bits_of(const plain *p, const phs_block *b, uint32_t s, uint64_t *synapses,
                        uint64_t *axons) {
  const phs_work_projection *r = &p->m->work->projection[0];
  const uint32_t targets = p->m->slice[s].count;
  const uint64_t index = targets <= 64 ? 6 : targets <= 128 ? 7 : 8;
  uint64_t bits = 0;
  *synapses = *axons = 0;
  for (uint32_t i = 0; i < SOURCES; i++) {
    uint64_t n = 0;
    const uint32_t *of = p->slice[r->target];
    for (uint64_t j = p->list[0].row[i]; j < p->list[0].row[i + 1]; j++) {
      n += of[p->list[0].target[j]] == s;
    }
    *synapses += n;
    *axons += n > 0;
    if (n && b) {
      bits += b->format == PHS_SYNAPSES_DENSE ? blocks_of(targets, 8) : blocks_of(n, 8 + index);
    }
  }
  return bits;
}

static void check_blocks(const char *name, const plain *p, bool bits_too) {
  const phs_map *m = p->m;
  for (uint32_t s = 0; s < m->slice_count; s++) {
    uint64_t synapses, axons;
    if (m->slice[s].population != m->work->projection[0].target) {
      continue;
    }
    const phs_block *b = measured_block(m, s, 0);
    uint64_t bits = bits_of(p, b, s, &synapses, &axons);
    if (!b ? synapses > 0
           : b->synapses < synapses || b->axons < axons || (bits_too && b->bits < bits)) {
      fail_msg("%s: slice %u has %u synapses of %u axons in %u bits; measured %u, %u, %u", name, s,
               (unsigned)synapses, (unsigned)axons, (unsigned)bits, b ? (unsigned)b->synapses : 0,
               b ? b->axons : 0, b ? (unsigned)b->bits : 0);
    }
  }
}

typedef struct sums {
  double seen, expected;
} sums;

/* Axons of a slice by core. */
static void count_axons(const plain *p, uint32_t s, uint32_t axons[8]) {
  const phs_map *m = p->m;
  const uint32_t *slice = p->slice[m->work->projection[0].target];
  memset(axons, 0, 8 * sizeof *axons);
  for (uint32_t i = 0; i < m->slice[s].count; i++) {
    uint32_t neuron = phs_slice_neuron(m, s, i), cores = 0;
    for (uint64_t j = p->list[0].row[neuron]; j < p->list[0].row[neuron + 1]; j++) {
      cores |= 1u << m->slice[slice[p->list[0].target[j]]].core;
    }
    for (uint32_t c = 0; c < 8; c++) {
      axons[c] += cores >> c & 1;
    }
  }
}

static void check_flows(const char *name, const plain *p, sums *sum) {
  const phs_map *m = p->m;
  for (uint32_t s = 0; s < 5; s++) {
    uint32_t axons[8];
    count_axons(p, s, axons);
    for (uint32_t c = 0; c < m->core_count; c++) {
      double said;
      uint32_t most = measured_axons(m, s, c, &said);
      if (axons[c] > most) {
        fail_msg("%s: slice %u has %u axons to core %u; measured %u", name, s, axons[c], c, most);
      }
      assert_true(most <= m->slice[s].count);
      sum->seen += axons[c];
      sum->expected += said;
    }
  }
}

static void bounds_hold(void **state) {
  (void)state;
  for (size_t i = 0; i < CASES; i++) {
    measure_case c;
    sums sum = {0};
    open_case(&cases[i], "loihi1", &c);
    phs_recipe *r = (phs_recipe *)c.work->projection[0].recipe;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
      plain p;
      r->key = seed;
      plain_open(&p, c.map);
      check_blocks(cases[i].name, &p, true);
      check_flows(cases[i].name, &p, &sum);
      plain_close(&p);
    }
    /* rates are 1, so that flows' rates are expected axons; those to the core with two slices may
     * be sums of what both have */
    double error = (sum.expected - sum.seen) / (sum.seen + 1), chance = 5 / sqrt(sum.seen + 1);
    if (error < -0.02 - chance || error > 0.12 + chance) {
      fail_msg("%s: %.1f axons a draw are expected, %.1f come", cases[i].name, sum.expected / SEEDS,
               sum.seen / SEEDS);
    }
    measure_close(&c);
  }
}

/* Rules without chance are measured exactly. */
static void certain_rules_are_exact(void **state) {
  (void)state;
  for (size_t i = 0; i < CASES; i++) {
    phs_rule rule = cases[i].recipe.rule;
    if (rule != PHS_RULE_ALL_TO_ALL && rule != PHS_RULE_ONE_TO_ONE) {
      continue;
    }
    measure_case c;
    plain p;
    double said, rate;
    open_case(&cases[i], "loihi1", &c);
    plain_open(&p, c.map);
    for (uint32_t s = 0; s < 5; s++) {
      for (uint32_t core = 0; core < c.map->core_count; core++) {
        assert_int_equal(measured_axons(c.map, s, core, &said), plain_flow(&p, s, core, &rate));
      }
    }
    plain_close(&p);
    measure_close(&c);
  }
}

/* Cores that run programs hold the rule instead of its synapses where that is less. */
static void programs_hold_rules(void **state) {
  (void)state;
  measure_case c;
  open_case(&cases[9], "spinnaker1", &c); /* all to all: nothing is shared by rows */
  const phs_block *b = measured_block(c.map, 3, 0);
  assert_non_null(b);
  assert_int_equal(b->format, PHS_SYNAPSES_RECIPE);
  assert_true(b->bits >= 8 * sizeof(phs_recipe) && b->bits < 100000);
  /* rows: 96 bits and a word for each of 31 or 32 targets, of 144 sources */
  assert_true(b->bits < 144 * (96 + 32 * 31));
  const double *use = phs_core_use(c.map, 3);
  assert_true(use[PHS_CAPACITY_SHARED_BYTES] == ceil(use[PHS_CAPACITY_SYNAPSE_BITS] / 8));
  assert_true(use[PHS_CAPACITY_DATA_BYTES] > 0);
  measure_close(&c);
  open_case(&cases[9], "loihi1", &c);
  assert_int_equal(measured_block(c.map, 3, 0)->format, PHS_SYNAPSES_DENSE);
  measure_close(&c);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(bounds_hold),
      cmocka_unit_test(certain_rules_are_exact),
      cmocka_unit_test(programs_hold_rules),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
