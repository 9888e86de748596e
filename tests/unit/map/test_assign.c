/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Slices of assignments of neurons to cores. */
#include "measure_case.h"

static void open_grid(measure_case *c, uint32_t channels, uint32_t height, uint32_t width) {
  measure_open(c, "loihi1");
  phs_work *w = graph_begin();
  graph_population(w, PHS_POPULATION_INPUT, 1, 1, 5, 1);
  graph_population(w, PHS_POPULATION_NEURONS, channels, height, width, 1);
  graph_end(w);
  measure_map(c, w, 1);
}

static phasor_status assign(measure_case *c, const uint32_t *of, uint32_t cores) {
  phs_diag diag = {0};
  const uint32_t *core[] = {NULL, of};
  return phs_map_assign(c->map, core, cores, &diag);
}

/* A 2 x 4 x 3 grid: channel 0 on core 1, the upper half of channel 1 on core 0, the rest on 2. */
static void boxes_are_found(void **state) {
  (void)state;
  static const uint32_t of[24] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
                                  0, 0, 0, 0, 0, 0, 2, 2, 2, 2, 2, 2};
  static const phs_box want[] = {
      {{0, 0, 0}, {1, 4, 3}}, {{1, 0, 0}, {2, 2, 3}}, {{1, 2, 0}, {2, 4, 3}}};
  static const uint32_t core[] = {1, 0, 2};
  measure_case c;
  open_grid(&c, 2, 4, 3);
  assert_int_equal(assign(&c, of, 3), PHASOR_OK);
  const phs_map *m = c.map;
  assert_int_equal(m->slice_count, 4);
  assert_int_equal(m->core_count, 3);
  assert_int_equal(m->slice[0].core, PHS_OUTSIDE);
  assert_int_equal(m->slice[0].count, 5);
  assert_int_equal(m->first_slice[0], 0);
  assert_int_equal(m->first_slice[1], 1);
  assert_int_equal(m->first_slice[2], 4);
  assert_null(m->order[1]);
  for (uint32_t i = 0; i < 3; i++) { /* by lowest neuron */
    const phs_slice *s = &m->slice[i + 1];
    assert_false(s->listed);
    assert_int_equal(s->core, core[i]);
    assert_int_equal(s->owner, i + 1);
    assert_memory_equal(&s->box, &want[i], sizeof want[i]);
    assert_int_equal(m->core[core[i]].slice_count, 1);
    assert_int_equal(m->slice_of[m->core[core[i]].first_slice], i + 1);
    assert_int_equal(m->core[core[i]].place, PHS_UNPLACED);
  }
  measure_close(&c);
}

static void other_sets_are_lists(void **state) {
  (void)state;
  static const uint32_t of[6] = {0, 1, 0, 1, 1, 1};
  static const uint32_t zero[] = {0, 2}, one[] = {1, 3, 4, 5};
  measure_case c;
  open_grid(&c, 1, 1, 6);
  assert_int_equal(assign(&c, of, 2), PHASOR_OK);
  const phs_map *m = c.map;
  assert_int_equal(m->slice_count, 3);
  assert_true(m->slice[1].listed && m->slice[2].listed);
  assert_int_equal(m->slice[1].count, 2);
  assert_int_equal(m->slice[2].count, 4);
  for (uint32_t i = 0; i < 2; i++) {
    assert_int_equal(phs_slice_neuron(m, 1, i), zero[i]);
  }
  for (uint32_t i = 0; i < 4; i++) {
    assert_int_equal(phs_slice_neuron(m, 2, i), one[i]);
  }
  measure_close(&c);
}

/* Every neuron is in the slice of its core, once, whatever the assignment. */
static void any_assignment(void **state) {
  (void)state;
  uint64_t x = 1;
  for (int round = 0; round < 200; round++) {
    uint32_t of[3 * 5 * 7], cores = 1 + (uint32_t)round % 9;
    measure_case c;
    open_grid(&c, 3, 5, 7);
    for (uint32_t i = 0; i < 105; i++) {
      x = x * UINT64_C(6364136223846793005) + 1;
      /* stripes, with some neurons elsewhere */
      of[i] = x >> 60 < (uint64_t)(round % 3) ? (uint32_t)(x >> 33) % cores : i * cores / 105;
    }
    assert_int_equal(assign(&c, of, cores), PHASOR_OK);
    uint32_t seen[105] = {0};
    for (uint32_t s = 1; s < c.map->slice_count; s++) {
      for (uint32_t i = 0; i < c.map->slice[s].count; i++) {
        uint32_t n = phs_slice_neuron(c.map, s, i);
        assert_int_equal(of[n], c.map->slice[s].core);
        assert_int_equal(phs_slice_find(c.map, s, n), i);
        seen[n]++;
      }
      assert_true(s == 1 || phs_slice_neuron(c.map, s - 1, 0) < phs_slice_neuron(c.map, s, 0));
    }
    for (uint32_t i = 0; i < 105; i++) {
      assert_int_equal(seen[i], 1);
    }
    measure_close(&c);
  }
}

static void cores_beyond_the_last(void **state) {
  (void)state;
  static const uint32_t of[3] = {0, 1, 2};
  measure_case c;
  open_grid(&c, 1, 1, 3);
  assert_int_equal(assign(&c, of, 2), PHASOR_ERROR_INTERNAL);
  measure_close(&c);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(boxes_are_found),
      cmocka_unit_test(other_sets_are_lists),
      cmocka_unit_test(any_assignment),
      cmocka_unit_test(cores_beyond_the_last),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
