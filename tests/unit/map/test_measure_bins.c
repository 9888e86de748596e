/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Slices that meet a box are told, all of them, once each, and no others. */
#include "measure_case.h"

#include "map/measure.h"

static uint64_t state;

static uint32_t draw(uint32_t below) {
  state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  return (uint32_t)((state >> 33) % below);
}

static phs_box random_box(const uint32_t *dim) {
  phs_box b;
  for (int d = 0; d < PHS_MAP_RANK; d++) {
    b.low[d] = draw(dim[d]);
    b.high[d] = b.low[d] + 1 + draw(dim[d] - b.low[d]);
  }
  return b;
}

static void count(void *user, uint32_t slice) {
  ((uint32_t *)user)[slice]++;
}

/* Boxes may overlap, and there are more different borders than cells. */
static void each_once(void **s) {
  (void)s;
  for (uint64_t seed = 0; seed < 100; seed++) {
    enum { SLICES = 40 };
    state = seed * 5;
    measure_case c;
    measure_open(&c, "loihi1");
    phs_work *w = graph_begin();
    graph_population(w, PHS_POPULATION_NEURONS, 1 + draw(20), 1 + draw(40), 1 + draw(40), 1);
    graph_end(w);
    measure_map(&c, w, 1);
    measure_begin(c.map, SLICES, 1, 0);
    phs_box box[SLICES];
    for (uint32_t i = 0; i < SLICES; i++) {
      box[i] = random_box(w->population[0].dim);
      measure_slice(c.map, 0, 0, box[i]);
    }
    measure_end(c.map);
    phs_measure ms = {.m = c.map, .w = w, .arena = c.map->arena, .box = box};
    phs_bins bins = {{0}, {0}, NULL, NULL};
    assert_true(phs_bins_make(&ms, 0, &bins));
    assert_true((uint64_t)bins.n[0] * bins.n[1] * bins.n[2] <= 2 * SLICES + 16);
    for (int k = 0; k < 50; k++) {
      uint32_t told[SLICES] = {0};
      phs_box of = random_box(w->population[0].dim);
      phs_bins_query(&bins, box, &of, count, told);
      for (uint32_t i = 0; i < SLICES; i++) {
        assert_int_equal(told[i], phs_box_meet(&of, &box[i], NULL));
      }
    }
    phs_box none = {{0, 0, 0}, {0, 0, 0}};
    uint32_t told[SLICES] = {0};
    phs_bins_query(&bins, box, &none, count, told);
    for (uint32_t i = 0; i < SLICES; i++) {
      assert_int_equal(told[i], 0);
    }
    measure_close(&c);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_once),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
