/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Placing: traffic by hand, capacities and places on random machines, optima that are known. */
#include "machine_case.h"
#include "place_case.h"

/* Four cores in a row: 0 -> 1 (2 messages), 0 -> 3 (1), 2 -> 0 (4), 1 -> 1 (8, within the core). */
static void traffic_by_hand(void **state) {
  (void)state;
  machine_case k = machine_of("other", "4", "fabric: mesh, count: 4, width: 4, height: 1", "");
  flow_list l = {.cores = 4};
  flow_add(&l, 0, 1, 2);
  flow_add(&l, 0, 3, 1);
  flow_add(&l, 2, 0, 4);
  flow_add(&l, 1, 1, 8);
  place_case c = place_of(&l, k.m, NULL, (phs_map_options){.jobs = 1});
  for (uint32_t i = 0; i < 4; i++) {
    c.map->core[i].place = i;
  }
  phs_map_traffic(c.map);
  const phs_traffic *t = &c.map->traffic;
  assert_true(t->deliveries == 7);
  /* links 1, 3, 2, and one hop each into and out of routers */
  assert_true(t->spike_hops == 2 * 2 + 1 * 4 + 4 * 3);
  assert_true(t->weighted_hops == t->spike_hops); /* one chip */
  assert_true(phs_place_cost(c.map) == t->weighted_hops);
  assert_true(t->messages == 3); /* neurons 0, 1 and 2 send; 3 has no synapse */
  assert_true(t->from_outside == 0);
  c.map->slice[2].core = PHS_OUTSIDE; /* an input costs no hops on the machine */
  phs_map_traffic(c.map);
  assert_true(t->from_outside == 4 && t->deliveries == 3 && t->messages == 2);
  place_drop(&c);
  free(l.edge);
  machine_drop(&k);
}

static void graph_by_hand(void **state) {
  (void)state;
  machine_case k = machine_load("loihi1");
  flow_list l = {.cores = 4};
  flow_add(&l, 0, 1, 2);
  flow_add(&l, 1, 0, 3);
  flow_add(&l, 3, 0, 1);
  flow_add(&l, 1, 1, 8);
  place_case c = place_of(&l, k.m, NULL, (phs_map_options){.jobs = 2});
  phs_arena *a = phs_arena_create();
  phs_core_graph g;
  assert_true(phs_core_graph_create(c.map, a, &g));
  static const uint64_t row[] = {0, 2, 3, 3, 4};
  static const uint32_t core[] = {1, 3, 0, 0};
  static const float weight[] = {5, 1, 5, 1};
  assert_memory_equal(g.row, row, sizeof row);
  assert_memory_equal(g.core, core, sizeof core);
  assert_memory_equal(g.weight, weight, sizeof weight);
  phs_arena_destroy(a);
  place_drop(&c);
  free(l.edge);
  machine_drop(&k);
}

/* Random flows, two slices a core: against a matrix. */
static void graph_of_many_slices(void **state) {
  (void)state;
  enum { CORES = 700 };
  machine_case k = machine_load("truenorth");
  flow_list l = flow_communities(2 * CORES, 40, 9000, 60, 8);
  place_case c = place_of(&l, k.m, NULL, (phs_map_options){.jobs = 3});
  phs_map *m = c.map;
  double *sum = calloc((size_t)CORES * CORES, sizeof *sum);
  assert_non_null(sum);
  m->core_count = CORES;
  for (uint32_t i = 0; i < 2 * CORES; i++) {
    m->slice[i].core = i / 2;
    for (uint64_t f = m->flows.row[i]; f < m->flows.row[i + 1]; f++) {
      m->flows.core[f] /= 2; /* a core twice in a row of flows is added up, too */
      uint32_t from = i / 2, to = m->flows.core[f];
      sum[from * CORES + to] += (double)m->flows.rate[f];
      sum[to * CORES + from] += (double)m->flows.rate[f];
    }
  }
  for (uint32_t i = 0; i < CORES; i++) {
    m->core[i] = (phs_core){2 * i, 2, PHS_UNPLACED};
  }
  phs_arena *a = phs_arena_create();
  phs_core_graph g;
  assert_true(phs_core_graph_create(m, a, &g));
  for (uint32_t i = 0; i < CORES; i++) {
    uint64_t at = g.row[i];
    for (uint32_t to = 0; to < CORES; to++) {
      if (to != i && sum[i * CORES + to] > 0) {
        assert_true(at < g.row[i + 1] && g.core[at] == to);
        assert_true(fabs((double)g.weight[at] - sum[i * CORES + to]) < 1e-4);
        at++;
      }
    }
    assert_int_equal(at, g.row[i + 1]);
  }
  phs_arena_destroy(a);
  free(sum);
  place_drop(&c);
  free(l.edge);
  machine_drop(&k);
}

static machine_case some_machine(int i) {
  static const struct {
    const char *chip, *more;
  } kind[] = {
      {"fabric: mesh, count: 30, width: 6, height: 5", ""},
      {"fabric: torus, count: 36, width: 6, height: 6", ""},
      {"fabric: hexagonal_mesh, count: 48, width: 8, height: 8", ""},
      {"fabric: hexagonal_torus, count: 36, width: 6, height: 6", ""},
      {"fabric: local, count: 5",
       "  - {name: board, source: a, count: 12, fabric: hexagonal_mesh, width: 4, height: 4}\n"},
      {"fabric: mesh, count: 6, width: 3, height: 2, capacities: {neurons: 15}",
       "  - {name: board, source: a, count: 6, fabric: mesh, width: 3, height: 2}\n"},
      {"fabric: mesh, count: 4, width: 2, height: 2",
       "  - {name: board, source: a, count: 4, fabric: torus, width: 2, height: 2, capacities: "
       "{neurons: 34}}\n  - {name: rack, source: a, count: 3, fabric: continued}\n"},
      {"fabric: local, count: 4, capacities: {neurons: 9}",
       "  - {name: board, source: a, count: 13, fabric: unknown}\n"},
      {"fabric: local, count: 2", ""},
  };
  return machine_of("other", "4", kind[i].chip, kind[i].more);
}
enum { MACHINES = 9 };

static void metric_is_the_machines(void **state) {
  (void)state;
  for (int i = 0; i < MACHINES; i++) {
    machine_case k = some_machine(i);
    const phs_machine *m = k.m;
    phs_arena *a = phs_arena_create();
    plc_metric d;
    assert_true(plc_metric_create(m, a, &d));
    for (uint32_t p = 0; p < m->grid_count; p++) {
      for (uint32_t q = 0; q < m->grid_count; q++) {
        double cost =
            p == q ? 0 : phs_machine_cost(m, p * m->cores_per_node, q * m->cores_per_node) - 1;
        assert_true(plc_distance(&d, plc_at(p % m->width, p / m->width),
                                 plc_at(q % m->width, q / m->width)) == cost);
      }
    }
    phs_arena_destroy(a);
    machine_drop(&k);
  }
}

/* One core a place, on nodes that are there, within the capacities of nodes and blocks. */
static void hold_places(const phs_map *m) {
  const phs_machine *k = m->machine;
  size_t places = (size_t)k->grid_count * k->cores_per_node;
  uint8_t *used = calloc(places, 1);
  assert_non_null(used);
  for (uint32_t i = 0; i < m->core_count; i++) {
    uint32_t p = m->core[i].place;
    assert_true(p < places && !used[p]);
    used[p] = 1;
    assert_true(phs_node_present(k, p / k->cores_per_node));
  }
  for (int d = -1; d < k->domain_count; d++) {
    double *load = calloc(k->grid_count, sizeof *load);
    assert_non_null(load);
    double limit = d < 0 ? k->node_capacity[PHS_CAPACITY_NEURONS]
                         : k->domain[d].capacity[PHS_CAPACITY_NEURONS];
    for (uint32_t i = 0; i < m->core_count; i++) {
      uint32_t node = m->core[i].place / k->cores_per_node;
      uint32_t block = d < 0 ? node : phs_machine_block(k, d, node);
      load[block] += phs_core_use(m, i)[PHS_CAPACITY_NEURONS];
      assert_true(load[block] <= limit);
    }
    free(load);
  }
  free(used);
}

static double sum_of_hops(const phs_map *m) {
  double sum = 0;
  for (uint32_t i = 0; i < m->slice_count; i++) {
    for (uint64_t k = m->flows.row[i]; k < m->flows.row[i + 1]; k++) {
      sum += (double)m->flows.rate[k] *
             phs_machine_hops(m->machine, m->core[i].place, m->core[m->flows.core[k]].place);
    }
  }
  return sum;
}

static void random_machines(void **state) {
  (void)state;
  uint64_t seed = 20;
  for (int i = 0; i < 4 * MACHINES; i++) {
    machine_case k = some_machine(i % MACHINES);
    uint32_t most = (uint32_t)k.m->core_count;
    for (int d = 0; d < k.m->domain_count; d++) { /* as many as fit if each has up to 4 neurons */
      const phs_domain *b = &k.m->domain[d];
      uint32_t room = b->blocks_x * b->blocks_y * (uint32_t)(b->capacity[0] / 4);
      most = most < room ? most : room;
    }
    if (k.m->node_capacity[0] / 4 < k.m->cores_per_node) {
      most = k.m->node_count * (uint32_t)(k.m->node_capacity[0] / 4);
    }
    uint32_t n = 1 + plc_below(&seed, most);
    flow_list l = flow_communities(n, 1 + plc_below(&seed, 9), 1 + plc_below(&seed, 400), 70, seed);
    double neurons[512], costs[PHS_PLACE_METHODS];
    for (uint32_t c = 0; c < n; c++) {
      neurons[c] = 1 + plc_below(&seed, 4);
    }
    for (int method = 0; method < PHS_PLACE_METHODS; method++) {
      target_case heard = {0};
      phs_diag diag = {.fn = target_hear, .user = &heard};
      place_case c = place_of(&l, k.m, neurons, (phs_map_options){.jobs = 2, .seed = seed});
      if (phs_map_place_by(c.map, (phs_place_method)method, &diag) != PHASOR_OK) {
        fail_msg("machine %d, %s: %s", i, phs_place_method_name((phs_place_method)method),
                 heard.message);
      }
      hold_places(c.map);
      assert_true(fabs(c.map->traffic.spike_hops - sum_of_hops(c.map)) <
                  1e-6 * sum_of_hops(c.map) + 1e-9);
      costs[method] = phs_place_cost(c.map);
      place_drop(&c);
    }
    for (int method = 1; method < PHS_PLACE_METHODS; method++) {
      assert_true(costs[PHS_PLACE_GOOD] <= costs[method] * 1.0001);
    }
    free(l.edge);
    machine_drop(&k);
  }
}

/* All ways to place, one core after the other. */
static double best_of(const phs_map *m, uint32_t next, uint32_t *place, bool *used) {
  uint32_t places = m->machine->grid_count * m->machine->cores_per_node;
  double best = INFINITY;
  if (next == m->core_count) {
    for (uint32_t i = 0; i < next; i++) {
      m->core[i].place = place[i];
    }
    return phs_place_cost(m);
  }
  for (uint32_t p = 0; p < places; p++) {
    if (!used[p] && phs_node_present(m->machine, p / m->machine->cores_per_node)) {
      used[p] = true;
      place[next] = p;
      double cost = best_of(m, next + 1, place, used);
      best = cost < best ? cost : best;
      used[p] = false;
    }
  }
  return best;
}

static void optimal_where_tiny(void **state) {
  (void)state;
  static const char *const chip[] = {
      "fabric: mesh, count: 6, width: 3, height: 2",
      "fabric: hexagonal_torus, count: 8, width: 4, height: 2",
      "fabric: mesh, count: 7, width: 7, height: 1",
      "fabric: hexagonal_mesh, count: 7, width: 3, height: 3",
  };
  phs_diag diag = {0};
  for (uint64_t i = 0; i < 12; i++) {
    machine_case k = machine_of("other", "4", chip[i % 4], "");
    uint32_t n = i < 8 ? 6 : 5;
    flow_list l = flow_communities(n, 2, 5 + i, 30, i);
    place_case c = place_of(&l, k.m, NULL, (phs_map_options){.jobs = 1, .seed = i});
    uint32_t place[8];
    bool used[16] = {false};
    assert_int_equal(phs_map_place(c.map, &diag), PHASOR_OK);
    double found = phs_place_cost(c.map), best = best_of(c.map, 0, place, used);
    assert_true(fabs(found - best) < 1e-6 * best);
    place_drop(&c);
    free(l.edge);
    machine_drop(&k);
  }
}

/* A shuffled grid of cores fits a grid of the same sides with every edge one link long, which is
 * least; so it does with chips, where as few edges as can be cross borders. */
static void grids_unfold(void **state) {
  (void)state;
  phs_diag diag = {0};
  machine_case k[] = {
      machine_of("other", "4", "fabric: mesh, count: 144, width: 12, height: 12", ""),
      machine_of("other", "4", "fabric: mesh, count: 36, width: 6, height: 6",
                 "  - {name: board, source: a, count: 4, fabric: mesh, width: 2, height: 2}\n"),
  };
  for (int i = 0; i < 2; i++) {
    flow_list l = flow_grid(12, 12);
    flow_shuffle(&l, 4);
    place_case c = place_of(&l, k[i].m, NULL, (phs_map_options){.jobs = 2, .seed = 3});
    assert_int_equal(phs_map_place(c.map, &diag), PHASOR_OK);
    assert_true(c.map->traffic.spike_hops == 2.0 * (double)l.count);
    /* 2 borders of 12 edges, both ways */
    assert_true(i == 0 ||
                c.map->traffic.weighted_hops == 2.0 * (double)l.count + 48 * PHS_OFF_CHIP_WEIGHT);
    place_drop(&c);
    free(l.edge);
    machine_drop(&k[i]);
  }
}

/* Against the order along a curve and the greedy placer, on graphs of the kinds that networks
 * have. */
static void better_than_greedy(void **state) {
  (void)state;
  phs_diag diag = {0};
  machine_case k = machine_of("other", "4", "fabric: mesh, count: 400, width: 20, height: 20", "");
  flow_list l[] = {flow_layers(6, 8, 2), flow_communities(300, 15, 4000, 70, 3),
                   flow_layers(8, 4, 4)};
  double product = 1;
  for (int i = 0; i < 3; i++) {
    double hops[PHS_PLACE_METHODS];
    for (int method = 0; method < PHS_PLACE_METHODS; method++) {
      place_case c = place_of(&l[i], k.m, NULL, (phs_map_options){.jobs = 2, .seed = 3});
      assert_int_equal(phs_map_place_by(c.map, (phs_place_method)method, &diag), PHASOR_OK);
      hops[method] = c.map->traffic.spike_hops;
      place_drop(&c);
    }
    product *= hops[PHS_PLACE_GOOD] / hops[PHS_PLACE_GREEDY];
    free(l[i].edge);
  }
  assert_true(cbrt(product) < 0.75);
  machine_drop(&k);
}

static void never_worse(void **state) {
  (void)state;
  for (int i = 0; i < 2 * MACHINES; i++) {
    machine_case k = some_machine(i % MACHINES);
    flow_list l = flow_communities((uint32_t)k.m->core_count * 2 / 3 + 1, 4, 300, 50, 7);
    place_case c = place_of(&l, k.m, NULL, (phs_map_options){.jobs = 2, .seed = 5});
    phs_arena *a = phs_arena_create();
    phs_core_graph g;
    plc_state s;
    assert_true(phs_core_graph_create(c.map, a, &g) && plc_state_create(c.map, &g, true, a, &s));
    for (uint32_t p = 0, next = 0; next < l.cores; p++) {
      for (uint32_t free_slots = 0; free_slots < s.slots && next < l.cores; free_slots++) {
        if (plc_fits(&s, next, p)) {
          plc_put(&s, next++, p);
        }
      }
    }
    double before = plc_cost(&s, 1);
    /* too hot and too short to get anywhere: must not spoil it */
    plc_anneal_options o = {.effort = 2e4, .heat = i < MACHINES ? 5 : 0.05, .jobs = 2};
    o.tile = i % 2 ? 4 : 0;
    assert_true(plc_anneal(&s, &o));
    assert_true(plc_cost(&s, 1) <= before);
    phs_arena_destroy(a);
    place_drop(&c);
    free(l.edge);
    machine_drop(&k);
  }
}

static void same_for_all_jobs(void **state) {
  (void)state;
  phs_diag diag = {0};
  static const int jobs[] = {1, 2, 7};
  machine_case k = machine_of("other", "4", "fabric: mesh, count: 512, width: 32, height: 16",
                              "  - {name: rack, source: a, count: 14, fabric: unknown}\n");
  flow_list l = flow_communities(6500, 60, 30000, 80, 3); /* annealed in tiles */
  uint32_t *place = malloc(l.cores * sizeof *place);
  assert_non_null(place);
  for (int i = 0; i < 3; i++) {
    place_case c = place_of(&l, k.m, NULL, (phs_map_options){.jobs = jobs[i], .seed = 9});
    assert_int_equal(phs_map_place(c.map, &diag), PHASOR_OK);
    hold_places(c.map);
    for (uint32_t n = 0; n < l.cores; n++) {
      assert_true(i == 0 || place[n] == c.map->core[n].place);
      place[n] = c.map->core[n].place;
    }
    place_drop(&c);
  }
  free(place);
  free(l.edge);
  machine_drop(&k);
}

/* Chips that hold 13 of these cores on 16 nodes, and exactly as many cores as go onto all. */
static void tight(void **state) {
  (void)state;
  machine_case k =
      machine_of("other", "100",
                 "fabric: mesh, count: 16, width: 4, height: 4, capacities: "
                 "{neurons: 1000}",
                 "  - {name: board, source: a, count: 9, fabric: mesh, width: 3, height: 3}\n");
  flow_list l = flow_grid(13, 9);
  double neurons[117];
  for (int i = 0; i < 117; i++) {
    neurons[i] = 76 + i % 2;
  }
  for (int method = 0; method < PHS_PLACE_METHODS; method++) {
    target_case heard = {0};
    phs_diag diag = {.fn = target_hear, .user = &heard};
    place_case c = place_of(&l, k.m, neurons, (phs_map_options){.jobs = 2, .seed = 5});
    if (phs_map_place_by(c.map, (phs_place_method)method, &diag) != PHASOR_OK) {
      fail_msg("%d %s", method, heard.message);
    }
    hold_places(c.map);
    place_drop(&c);
  }
  free(l.edge);
  machine_drop(&k);
}

static void refuse(const char *chip, uint32_t cores, double neurons, const char *code,
                   const char *part, const char *help) {
  machine_case k = machine_of("other", "100", chip, "");
  flow_list l = {.cores = cores};
  double *each = malloc(cores * sizeof *each);
  assert_non_null(each);
  for (uint32_t i = 0; i < cores; i++) {
    each[i] = neurons;
  }
  for (int method = 0; method < PHS_PLACE_METHODS; method++) {
    target_case heard = {0};
    phs_diag diag = {.fn = target_hear, .user = &heard};
    place_case c = place_of(&l, k.m, each, (phs_map_options){.jobs = 1});
    c.work->file = "model.yaml";
    c.work->population[0].line = 7;
    assert_int_equal(phs_map_place_by(c.map, (phs_place_method)method, &diag), PHASOR_ERROR_TARGET);
    assert_int_equal(heard.count, 1);
    assert_string_equal(heard.code, code);
    assert_string_equal(heard.file, "model.yaml");
    assert_int_equal(heard.line, 7);
    if (!strstr(heard.message, part) || !strstr(heard.help, help)) {
      fail_msg("%s (%s)", heard.message, heard.help);
    }
    assert_non_null(strstr(heard.message, "p0")); /* the population */
    assert_true(c.map->note_count > 0);           /* what was tried */
    place_drop(&c);
  }
  free(each);
  machine_drop(&k);
}

static void refused(void **state) {
  (void)state;
  refuse("fabric: mesh, count: 6, width: 3, height: 2", 7, 1, "PHS0921",
         "takes 7 cores, but 't' has 6", "at least 2 of these");
  refuse("fabric: mesh, count: 6, width: 3, height: 2, capacities: {neurons: 250}", 6, 50,
         "PHS0922", "take 300 neurons", "bigger target");
  /* the sum fits, no order does: three of 90 into one of 250 */
  refuse("fabric: local, count: 3, capacities: {neurons: 250}", 3, 90, "PHS0922",
         "/t.yaml:", "bigger target");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(traffic_by_hand),
      cmocka_unit_test(graph_by_hand),
      cmocka_unit_test(graph_of_many_slices),
      cmocka_unit_test(metric_is_the_machines),
      cmocka_unit_test(random_machines),
      cmocka_unit_test(optimal_where_tiny),
      cmocka_unit_test(grids_unfold),
      cmocka_unit_test(better_than_greedy),
      cmocka_unit_test(never_worse),
      cmocka_unit_test(same_for_all_jobs),
      cmocka_unit_test(tight),
      cmocka_unit_test(refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
