/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Distance rules by prefix sums over offsets, against sums over all pairs of neurons. */
#include "measure_case.h"

#include "map/measure_offsets.h"

static uint64_t state;

static uint32_t draw(uint32_t below) {
  state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  return (uint32_t)((state >> 33) % below);
}

static phs_work *random_sheet(void) {
  phs_work *w = graph_begin();
  uint32_t channels = 1 + draw(3), height = 3 + draw(12), width = 3 + draw(12);
  graph_population(w, PHS_POPULATION_NEURONS, channels, height, width, 1);
  phs_grid grid = {.rank = 3,
                   .dim = {(int32_t)channels, (int32_t)height, (int32_t)width},
                   .extent = {3, 12, 12}};
  graph_recipe(w, 0, 0,
               (phs_recipe){.rule = PHS_RULE_DISTANCE,
                            .probability = draw(5) ? 0.5 : 1,
                            .profile = (phs_profile)draw(3),
                            .width = 0.5 + draw(4),
                            .cutoff = draw(2) ? INFINITY : 3,
                            .periodic = draw(2),
                            .autapses = draw(2),
                            .source_grid = grid,
                            .target_grid = grid});
  graph_end(w);
  return w;
}

static phs_box random_box(const phs_population *p) {
  phs_box b;
  for (int d = 0; d < PHS_MAP_RANK; d++) {
    b.low[d] = draw(p->dim[d]);
    b.high[d] = b.low[d] + 1 + draw(p->dim[d] - b.low[d]);
  }
  return b;
}

static phs_box neuron_box(const phs_population *p, uint32_t i) {
  const uint32_t at[PHS_MAP_RANK] = {i / p->dim[2] / p->dim[1], i / p->dim[2] % p->dim[1],
                                     i % p->dim[2]};
  phs_box b;
  for (int d = 0; d < PHS_MAP_RANK; d++) {
    b.low[d] = at[d];
    b.high[d] = at[d] + 1;
  }
  return b;
}

/* Neuron by neuron: every pair is a chance of its own. */
static void sum_pairs(const phs_work *w, const phs_box *source, const phs_box *target,
                      double *axons, double *synapses) {
  const phs_population *p = &w->population[0];
  *axons = *synapses = 0;
  for (uint32_t i = 0; i < p->count; i++) {
    const phs_box from = neuron_box(p, i);
    double silent = 1;
    if (!phs_box_meet(&from, source, NULL)) {
      continue;
    }
    for (uint32_t j = 0; j < p->count; j++) {
      const phs_box to = neuron_box(p, j);
      if (phs_box_meet(&to, target, NULL)) {
        double chance = phs_work_synapses(w, 0, &from, &to);
        *synapses += chance;
        silent *= 1 - chance;
      }
    }
    *axons += 1 - silent;
  }
}

static void as_all_pairs(void **s) {
  (void)s;
  for (uint64_t seed = 0; seed < 300; seed++) {
    state = seed * 3;
    phs_work *w = random_sheet();
    const phs_offsets *o;
    assert_true(phs_offsets_make(w, 0, w->arena, &o));
    assert_non_null(o);
    double *line = graph_need(PHS_NEW_ARRAY(w->arena, double, 2 * o->length[2]));
    phs_box from = random_box(&w->population[0]), to = random_box(&w->population[0]);
    double axons, synapses, want_axons, want_synapses;
    phs_offsets_sum(o, &from, &to, line, &axons, &synapses);
    sum_pairs(w, &from, &to, &want_axons, &want_synapses);
    assert_true(fabs(axons - want_axons) <= 1e-9 * (1 + want_axons));
    assert_true(fabs(synapses - want_synapses) <= 1e-9 * (1 + want_synapses));
    graph_free(w);
  }
}

/* Other grids, other rules and long reaches have no table. */
static void not_for_all(void **s) {
  (void)s;
  phs_work *w = graph_begin();
  graph_population(w, PHS_POPULATION_NEURONS, 1, 8, 8, 1);
  graph_population(w, PHS_POPULATION_NEURONS, 1, 4, 8, 1);
  graph_population(w, PHS_POPULATION_NEURONS, 1, 1000, 1000, 1);
  phs_recipe r = {.rule = PHS_RULE_DISTANCE,
                  .probability = 0.5,
                  .width = 1,
                  .cutoff = INFINITY,
                  .source_grid = {.rank = 2, .dim = {8, 8}, .extent = {1, 1}},
                  .target_grid = {.rank = 2, .dim = {4, 8}, .extent = {1, 1}}};
  graph_recipe(w, 0, 1, r);
  graph_recipe(w, 0, 0, (phs_recipe){.rule = PHS_RULE_FIXED_INDEGREE, .number = 3});
  r.source_grid = r.target_grid =
      (phs_grid){.rank = 2, .dim = {1000, 1000}, .extent = {1, 1}}; /* all reach all */
  graph_recipe(w, 2, 2, r);
  graph_end(w);
  for (uint32_t q = 0; q < 3; q++) {
    const phs_offsets *o;
    assert_true(phs_offsets_make(w, q, w->arena, &o));
    assert_null(o);
  }
  graph_free(w);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(as_all_pairs),
      cmocka_unit_test(not_for_all),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
