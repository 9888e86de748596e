/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Partitions: cases that can be counted by hand, and properties of random networks on random
 * machines, held against counts of single synapses. */
#include "map/partition.h"
#include "partition_case.h"

typedef struct cut {
  machine_case c;
  phs_work *w;
  phs_map *m;
  phasor_status status;
  target_case heard;
} cut;

static cut cut_on(machine_case c, phs_work *w, phs_map_mode mode, int jobs) {
  cut k = {.c = c, .w = w};
  phs_map_options o = {.mode = mode, .seed = 1, .jobs = jobs};
  phs_diag diag = {.fn = target_hear, .user = &k.heard};
  k.m = graph_need(phs_map_create(w, c.m, &o));
  k.status = phs_map_partition(k.m, &diag);
  if (k.status != PHASOR_OK && k.status != PHASOR_ERROR_TARGET) {
    fail_msg("%s", k.heard.message);
  }
  return k;
}

static void drop(cut *k) {
  phs_map_free(k->m);
  graph_free(k->w);
  machine_drop(&k->c);
}

static phs_work *chain_of_two(uint32_t neurons) {
  phs_work *w = graph_begin();
  uint32_t a = graph_population(w, PHS_POPULATION_NEURONS, 1, 1, neurons, 0.5f);
  uint32_t b = graph_population(w, PHS_POPULATION_NEURONS, 1, 1, neurons, 0.5f);
  graph_one_to_one(w, a, b);
  graph_end(w);
  return w;
}

/* 600 + 600 neurons do not fit one core of 1024. Cut population by population, each of the 600
 * spikes crosses; cut through both, none does. */
static void one_to_one_ends_on_one_core(void **state) {
  (void)state;
  cut fast = cut_on(machine_load("loihi1"), chain_of_two(600), PHS_MAP_FAST, 1);
  assert_int_equal(fast.status, PHASOR_OK);
  assert_int_equal(fast.m->core_count, 2);
  assert_float_equal(flow_deliveries(fast.m), 300, 1e-3);
  cut good = cut_on(machine_load("loihi1"), chain_of_two(600), PHS_MAP_GOOD, 1);
  assert_int_equal(good.status, PHASOR_OK);
  assert_float_equal(flow_deliveries(good.m), 0, 1e-9);
  assert_int_equal(good.m->core_count, 2);
  drop(&fast);
  drop(&good);
}

/* 512 inputs onto 512 neurons, 8 bits. An axon's row of n weights takes, in blocks of 64, 64 * 8 +
 * 10 = 522 bits, rounded up to 576; of the rest r * 8 + 10, rounded up to 64. A core has 1048576 /
 * 512 = 2048 bits for each axon: 3 blocks and 320 bits, 38 weights: 230 neurons. So 3 cores. */
static void dense_on_loihi(void **state) {
  (void)state;
  for (int mode = PHS_MAP_GOOD; mode <= PHS_MAP_FAST; mode++) {
    phs_work *w = graph_begin();
    uint32_t in = graph_population(w, PHS_POPULATION_INPUT, 1, 1, 512, 0.1f);
    uint32_t out = graph_population(w, PHS_POPULATION_NEURONS, 1, 1, 512, 0.1f);
    graph_dense(w, in, out);
    graph_end(w);
    cut k = cut_on(machine_load("loihi1"), w, (phs_map_mode)mode, 1);
    assert_int_equal(k.status, PHASOR_OK);
    assert_int_equal(k.m->core_count, 3);
    for (uint32_t c = 0; c < 3; c++) {
      assert_true(phs_core_use(k.m, c)[PHS_CAPACITY_NEURONS] <= 230);
      assert_float_equal(phs_core_use(k.m, c)[PHS_CAPACITY_AXONS_IN], 512, 1e-9);
    }
    drop(&k);
  }
}

/* 8 channels of 32 x 32, then the same again by 3 x 3: 8192 neurons each on cores of 1024. Linear
 * slices are single channels: every neuron goes to all 8 cores of the next layer, 8192 * 8
 * deliveries. Slices of all channels need halos alone: at most 10 / 8 of rows where a tile has 4
 * rows, so that good has at most (4 + 2) / 4 a neuron. */
static void convolution_by_tiles(void **state) {
  (void)state;
  double deliveries[2];
  for (int mode = PHS_MAP_GOOD; mode <= PHS_MAP_FAST; mode++) {
    phs_work *w = graph_begin();
    uint32_t a = graph_population(w, PHS_POPULATION_NEURONS, 8, 32, 32, 1);
    uint32_t b = graph_population(w, PHS_POPULATION_NEURONS, 8, 32, 32, 1);
    graph_conv(w, a, b, 3, 1, 1);
    graph_end(w);
    cut k = cut_on(mesh_of(8, 8, "{neurons: 1024}", ""), w, (phs_map_mode)mode, 1);
    assert_int_equal(k.status, PHASOR_OK);
    deliveries[mode] = flow_deliveries(k.m);
    phs_arena *arena = phs_arena_create();
    assert_float_equal(count_all(k.m, arena).deliveries, deliveries[mode], 1);
    phs_arena_destroy(arena);
    drop(&k);
  }
  assert_float_equal(deliveries[PHS_MAP_FAST], 8192 * 8, 1);
  assert_true(deliveries[PHS_MAP_GOOD] <= 8192 * 1.5);
}

static void slices_equal(const phs_map *a, const phs_map *b) {
  assert_int_equal(a->slice_count, b->slice_count);
  assert_int_equal(a->core_count, b->core_count);
  for (uint32_t s = 0; s < a->slice_count; s++) {
    assert_int_equal(a->slice[s].core, b->slice[s].core);
    assert_int_equal(a->slice[s].count, b->slice[s].count);
    for (uint32_t i = 0; i < a->slice[s].count; i++) {
      assert_int_equal(phs_slice_neuron(a, s, i), phs_slice_neuron(b, s, i));
    }
  }
}

static void within_limits(const phs_map *m, uint64_t seed) {
  phs_arena *arena = phs_arena_create();
  counted c = count_all(m, arena);
  const double *limit = m->machine->core_capacity;
  for (uint32_t k = 0; k < m->core_count; k++) {
    const double *use = phs_core_use(m, k);
    if (c.neurons[k] > limit[PHS_CAPACITY_NEURONS] ||
        c.axons_in[k] > limit[PHS_CAPACITY_AXONS_IN] ||
        c.axons_out[k] > limit[PHS_CAPACITY_AXONS_OUT] ||
        use[PHS_CAPACITY_SYNAPSE_BITS] > limit[PHS_CAPACITY_SYNAPSE_BITS]) {
      fail_msg("seed %u: core %u is too full: %g neurons, %g in, %g out", (unsigned)seed, k,
               c.neurons[k], c.axons_in[k], c.axons_out[k]);
    }
    assert_float_equal(use[PHS_CAPACITY_NEURONS], c.neurons[k], 0);
    assert_true(use[PHS_CAPACITY_AXONS_IN] >= c.axons_in[k]);
  }
  phs_arena_destroy(arena);
}

static void random_networks(void **state) {
  (void)state;
  int fitted = 0;
  for (uint64_t seed = 1; seed <= 16; seed++) {
    cut fast = cut_on(random_machine(seed), random_work(seed), PHS_MAP_FAST, 1);
    cut good = cut_on(random_machine(seed), random_work(seed), PHS_MAP_GOOD, 1);
    cut two = cut_on(random_machine(seed), random_work(seed), PHS_MAP_GOOD, 2);
    assert_int_equal(good.status, two.status);
    if (fast.status == PHASOR_OK) {
      assert_int_equal(good.status, PHASOR_OK);
      within_limits(fast.m, seed);
      assert_true(flow_deliveries(good.m) <= flow_deliveries(fast.m) * (1 + 1e-9));
      fitted++;
    }
    if (good.status == PHASOR_OK) {
      within_limits(good.m, seed);
      slices_equal(good.m, two.m);
    }
    drop(&fast);
    drop(&good);
    drop(&two);
  }
  assert_true(fitted >= 8);
}

/* All stages: phs_map_network() ends with the checker, which takes nothing from the stages. Less
 * spike-hops than fast, the same for any number of jobs. */
static void random_networks_are_mapped(void **state) {
  (void)state;
  int mapped = 0;
  for (uint64_t seed = 101; seed <= 105; seed++) {
    machine_case c = random_machine(seed);
    phs_work *w = random_work(seed);
    phs_map *m[3] = {NULL};
    for (int k = 0; k < 3; k++) {
      target_case heard = {0};
      phs_diag diag = {.fn = target_hear, .user = &heard};
      phs_map_options o = {
          .mode = k == 2 ? PHS_MAP_FAST : PHS_MAP_GOOD, .seed = 1, .jobs = 1 + (k == 1)};
      phasor_status status = phs_map_network(w, c.m, &o, &diag, &m[k]);
      if (status != PHASOR_OK && status != PHASOR_ERROR_TARGET) {
        fail_msg("seed %u: %s", (unsigned)seed, heard.message);
      }
    }
    assert_int_equal(m[0] == NULL, m[1] == NULL);
    if (m[0]) {
      slices_equal(m[0], m[1]);
      for (uint32_t k = 0; k < m[0]->core_count; k++) {
        assert_int_equal(m[0]->core[k].place, m[1]->core[k].place);
      }
    }
    if (m[2]) {
      assert_non_null(m[0]);
      assert_true(m[0]->traffic.spike_hops <= m[2]->traffic.spike_hops * (1 + 1e-6));
      mapped++;
    }
    for (int k = 0; k < 3; k++) {
      phs_map_free(m[k]);
    }
    graph_free(w);
    machine_drop(&c);
  }
  assert_true(mapped >= 3);
}

/* Every range is covered once, in order, by at most 5 boxes. */
static void ranges_are_boxes(void **state) {
  (void)state;
  uint64_t r = 3;
  for (int k = 0; k < 2000; k++) {
    phs_population p = {.dim = {1 + below(&r, 5), 1 + below(&r, 6), 1 + below(&r, 7)}};
    p.count = p.dim[0] * p.dim[1] * p.dim[2];
    uint32_t first = below(&r, p.count), end = first + 1 + below(&r, p.count - first);
    phs_box box[5];
    int n = phs_range_boxes(&p, first, end, box);
    assert_in_range(n, 1, 5);
    uint32_t next = first;
    for (int b = 0; b < n; b++) {
      for (uint32_t z = box[b].low[0]; z < box[b].high[0]; z++) {
        for (uint32_t y = box[b].low[1]; y < box[b].high[1]; y++) {
          for (uint32_t x = box[b].low[2]; x < box[b].high[2]; x++) {
            assert_int_equal(phs_box_index(&p, z, y, x), next);
            next++;
          }
        }
      }
    }
    assert_int_equal(next, end);
  }
}

/* 998,264 neurons on cores of 8192: 121.9 cores, so 122 slices, of 8182 or 8183 neurons. */
static void slices_are_equal(void **state) {
  (void)state;
  phs_work *w = graph_begin();
  uint32_t a = graph_population(w, PHS_POPULATION_NEURONS, 1, 1, 998264, 0.01f);
  graph_recipe(w, a, a,
               (phs_recipe){.rule = PHS_RULE_FIXED_INDEGREE,
                            .number = 111,
                            .multapses = true,
                            .weight = {.a = 1},
                            .delay = {.a = 1}});
  graph_end(w);
  cut k = cut_on(mesh_of(16, 8, "{neurons: 8192}", ""), w, PHS_MAP_GOOD, 2);
  assert_int_equal(k.status, PHASOR_OK);
  assert_int_equal(k.m->core_count, 122);
  for (uint32_t s = 0; s < k.m->slice_count; s++) {
    assert_in_range(k.m->slice[s].count, 8182, 8183);
  }
  drop(&k);
}

/* 40 formats, in turn along the neurons, on cores with 32: one core does not do, two do, and the
 * neurons of a format stay together. */
static void formats_are_parted(void **state) {
  (void)state;
  phs_work *w = graph_begin();
  uint32_t a = graph_population(w, PHS_POPULATION_NEURONS, 1, 1, 400, 0.1f);
  uint32_t *format = graph_need(PHS_NEW_ARRAY(w->arena, uint32_t, 400));
  for (uint32_t i = 0; i < 400; i++) {
    format[i] = i % 40;
  }
  w->population[a].format = format;
  w->population[a].format_count = 40;
  graph_end(w);
  cut k = cut_on(machine_load("loihi1"), w, PHS_MAP_GOOD, 1);
  assert_int_equal(k.status, PHASOR_OK);
  assert_int_equal(k.m->core_count, 2);
  phs_arena *arena = phs_arena_create();
  uint32_t *core = core_of_neurons(k.m, a, arena);
  for (uint32_t c = 0; c < 2; c++) {
    bool has[40] = {false};
    int formats = 0;
    for (uint32_t i = 0; i < 400; i++) {
      formats += core[i] == c && !has[i % 40];
      has[i % 40] |= core[i] == c;
    }
    assert_in_range(formats, 1, 32);
  }
  phs_arena_destroy(arena);
  drop(&k);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(ranges_are_boxes),   cmocka_unit_test(one_to_one_ends_on_one_core),
      cmocka_unit_test(dense_on_loihi),     cmocka_unit_test(convolution_by_tiles),
      cmocka_unit_test(formats_are_parted), cmocka_unit_test(slices_are_equal),
      cmocka_unit_test(random_networks),    cmocka_unit_test(random_networks_are_mapped),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
