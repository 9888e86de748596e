/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The JSON report: numbers of the small map by hand (small.h), those of random maps summed again
 * from the map, and what is said where stages did not run. */
#include "small.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <jansson.h>

#include "page.h"

static json_t *json_of(const phs_map *m) {
  phs_buf b = report_of(m, PHS_REPORT_JSON);
  json_error_t error;
  json_t *o = json_loads(b.data, JSON_REJECT_DUPLICATES, &error);
  assert_non_null(o);
  phs_buf_free(&b);
  return o;
}

/* The value at a path: "routing/worst/load", "cores/list/0/share". */
static const json_t *at(const json_t *o, const char *path) {
  char step[64];
  while (*path) {
    size_t n = strcspn(path, "/");
    assert_true(n < sizeof step);
    memcpy(step, path, n);
    step[n] = 0;
    o = json_is_array(o) ? json_array_get(o, strtoul(step, NULL, 10)) : json_object_get(o, step);
    path += n + (path[n] == '/');
  }
  return o;
}

static double number(const json_t *o, const char *path) {
  const json_t *v = at(o, path);
  if (!json_is_number(v)) {
    fail_msg("%s is no number", path);
  }
  return json_number_value(v);
}

static const char *word(const json_t *o, const char *path) {
  const char *v = json_string_value(at(o, path));
  return v ? v : "(no string)";
}

typedef struct expected {
  const char *path;
  double value;
} expected;

static void test_by_hand(void **state) {
  (void)state;
  static const expected of[] = {
      {"version", 1},
      {"machine/width", 8},
      {"machine/cores_per_node", 4},
      {"machine/parts/0/total", 128},
      {"machine/parts/0/used", 2},
      {"machine/parts/1/used", 2},
      {"totals/neurons", 6},
      {"totals/slices", 3},
      {"totals/stored_synapses", 66},
      {"totals/stored_bits", 66 * 16},
      {"capacities/0/limit", 1024},
      {"capacities/0/total", 6},
      {"capacities/0/mean", 3},
      {"capacities/0/most", 4},
      {"capacities/0/most_at", 0},
      {"capacities/0/share", 4.0 / 1024},
      {"capacities/0/percentiles/0", 2},
      {"capacities/0/percentiles/50", 2},
      {"capacities/0/percentiles/75", 4},
      {"traffic/messages", 1.5},
      {"traffic/deliveries", 1.5},
      {"traffic/spike_hops", 3},
      {"traffic/from_outside", 10},
      {"routing/links", 1.5},
      {"routing/links_used", 2},
      {"routing/mean_load", 0.75},
      {"routing/worst/load", 1},
      {"energy/links/east_west/events", 1.5},
      {"energy/links/east_west/joule", 4.5e-12}, /* 3.0 pJ a hop: loihi1.yaml */
      {"energy/links/north_south/events", 0},
      {"energy/message_out/joule", 1.5 * 111e-12}, /* 111 pJ */
      {"populations/0/deliveries", 10},
      {"populations/1/messages", 1.5},
      {"populations/1/own_core", 1.5},
      {"projections/0/bits", 960},
      {"projections/0/formats/dense", 2},
      {"projections/1/formats/index", 2},
      {"pairs/1/synapses", 6},
      {"pairs/1/deliveries", 1.5},
      {"cores/list/0/neurons", 4},
      {"cores/list/0/axons_in", 16},
      {"cores/list/0/axons_out", 8},
      {"cores/list/1/at/x", 1},
      {"cores/list/1/at/place", 4},
      {"cores/list/1/slices/0/neurons", 2},
  };
  made_case m = {0};
  small_map(&m, NULL);
  json_t *o = json_of(m.map);
  for (size_t i = 0; i < sizeof of / sizeof *of; i++) {
    double v = number(o, of[i].path);
    if (fabs(v - of[i].value) > 1e-9 * fabs(of[i].value)) {
      fail_msg("%s is %g, not %g", of[i].path, v, of[i].value);
    }
  }
  assert_string_equal(word(o, "machine/name"), "loihi1");
  assert_string_equal(word(o, "cores/list/0/fullest"), "synapse_formats");
  assert_true(json_is_null(at(o, "routing/tables")));
  assert_true(json_is_null(at(o, "capacities/1/limit"))); /* synapses are counted in bits */
  json_decref(o);
  made_free(&m);
}

/* A small generator of numbers for tests. */
static uint32_t draw(uint32_t *state, uint32_t below) {
  *state = *state * 1664525u + 1013904223u;
  return (*state >> 8) % below;
}

static void random_map(made_case *m, uint32_t *seed, bool tables) {
  static const char *const target[] = {"loihi1", "spinnaker1", "truenorth", "hala-point"};
  uint32_t populations = 1 + draw(seed, 6);
  made_load(m, target[draw(seed, 4)]);
  m->work = graph_begin();
  for (uint32_t p = 0; p < populations; p++) {
    phs_population_kind kind =
        p == 0 && populations > 1 ? PHS_POPULATION_INPUT : (phs_population_kind)draw(seed, 2);
    graph_population(m->work, kind, 1, 1, 1 + draw(seed, 200), 0.01f * (float)(1 + draw(seed, 50)));
  }
  for (uint32_t i = draw(seed, 10); i > 0; i--) {
    uint32_t to = draw(seed, populations);
    if (m->work->population[to].kind != PHS_POPULATION_INPUT) {
      graph_dense(m->work, draw(seed, populations), to);
    }
  }
  graph_end(m->work);
  made_map(m, &(made_options){.per_core = 20 + draw(seed, 40),
                              .fan = 1 + draw(seed, 4),
                              .stride = 1 + draw(seed, 2),
                              .tables = tables});
}

static double sum(const json_t *list, const char *key) {
  double s = 0;
  for (size_t i = 0; i < json_array_size(list); i++) {
    s += number(json_array_get(list, i), key);
  }
  return s;
}

static void near(double a, double b) {
  assert_true(fabs(a - b) <= 1e-5 * fmax(1, fmax(fabs(a), fabs(b))));
}

/* Messages to other cores and to the own one, straight from the flows. */
static void flows_of(const phs_map *m, double *others, double *own) {
  *others = *own = 0;
  for (uint32_t s = 0; s < m->slice_count; s++) {
    for (uint64_t i = m->flows.row[s]; i < m->flows.row[s + 1]; i++) {
      *(m->flows.core[i] == m->slice[s].core ? own : others) += (double)m->flows.rate[i];
    }
  }
}

static void test_random_sums(void **state) {
  (void)state;
  uint32_t seed = 7;
  for (int round = 0; round < 60; round++) {
    made_case m = {0};
    random_map(&m, &seed, round % 3 == 0);
    json_t *o = json_of(m.map);
    const json_t *cores = at(o, "cores/list");
    double others, own, bits = 0, load = 0;
    flows_of(m.map, &others, &own);
    for (uint64_t b = 0; b < m.map->block_row[m.map->slice_count]; b++) {
      bits += (double)m.map->block[b].bits;
    }
    for (size_t i = 0; i < (size_t)m.machine->grid_count * PHS_DIRECTIONS; i++) {
      load += (double)m.map->routing.load[i];
    }
    assert_int_equal(json_array_size(cores), m.map->core_count);
    near(sum(cores, "neurons"), (double)m.work->neurons);
    near(number(o, "totals/stored_bits"), bits);
    near(sum(at(o, "populations"), "bits"), bits);
    near(sum(at(o, "projections"), "bits"), bits);
    near(sum(at(o, "populations"), "deliveries"), others);
    near(sum(at(o, "populations"), "own_core"), own);
    /* messages are shared among the populations that want them: nothing is lost */
    near(sum(at(o, "pairs"), "deliveries"), others);
    near(sum(at(o, "pairs"), "own_core"), own);
    near(number(o, "energy/links/east_west/events") + number(o, "energy/links/north_south/events") +
             number(o, "energy/links/diagonal/events") + number(o, "energy/links/border/events"),
         load);
    json_decref(o);
    made_free(&m);
  }
}

static void test_unfinished(void **state) {
  (void)state;
  made_case m = {0};
  small_map(&m, &(made_options){.unrouted = true});
  json_t *o = json_of(m.map);
  assert_string_equal(word(o, "routing"), "unknown");
  assert_string_equal(word(o, "energy/links"), "unknown");
  near(number(o, "traffic/spike_hops"), 3);
  json_decref(o);
  made_free(&m);
  m = (made_case){0};
  small_map(&m, &(made_options){.unplaced = true});
  o = json_of(m.map);
  assert_string_equal(word(o, "traffic/messages"), "unknown");
  assert_string_equal(word(o, "cores/list/0/at"), "unknown");
  near(number(o, "totals/stored_bits"), 1056);
  json_decref(o);
  m.map->flows.row = NULL; /* cut, not measured */
  o = json_of(m.map);
  assert_string_equal(word(o, "totals/stored_bits"), "unknown");
  assert_string_equal(word(o, "cores/list/0/neurons"), "unknown");
  near(number(o, "cores/list/0/slices/0/neurons"), 4);
  json_decref(o);
  made_free(&m);
}

/* Where the target does not say what a hop takes, its energy is unknown, and said to be. */
static void test_unknown_energy(void **state) {
  (void)state;
  made_case m = {0};
  made_load(&m, "hala-point");
  m.work = graph_begin();
  graph_population(m.work, PHS_POPULATION_NEURONS, 1, 1, 400, 0.1f);
  graph_dense(m.work, 0, 0);
  graph_end(m.work);
  made_map(&m, &(made_options){.per_core = 10, .fan = 3, .stride = 1});
  json_t *o = json_of(m.map);
  assert_string_equal(word(o, "energy/links/east_west/joule"), "unknown");
  assert_true(number(o, "energy/links/east_west/events") > 0);
  /* places 0 to 39 cross the borders of chips of 16 x 8 cores at 16 and 32 */
  assert_true(number(o, "energy/links/border/events") > 0);
  assert_string_equal(word(o, "energy/links/border/joule"), "unknown");
  assert_int_equal(json_array_size(at(o, "assumptions")), m.machine->assumption_count);
  bool said = false;
  for (size_t i = 0; i < json_array_size(at(o, "unknown")); i++) {
    said |= strcmp(json_string_value(json_array_get(at(o, "unknown"), i)),
                   "the energy of a hop over a border of a chip") == 0;
  }
  assert_true(said);
  json_decref(o);
  made_free(&m);
}

/* More cores than are listed: the fullest, and the distribution. */
static void test_many_cores(void **state) {
  (void)state;
  made_case m = {0};
  made_load(&m, "hala-point");
  m.work = graph_begin();
  graph_population(m.work, PHS_POPULATION_NEURONS, 1, 1, 20 * (PHS_REPORT_JSON_CORES + 1), 0.1f);
  graph_end(m.work);
  made_map(&m, &(made_options){.per_core = 20, .fan = 1, .stride = 1});
  phs_core_use(m.map, 5000)[PHS_CAPACITY_NEURONS] = 8192;
  phs_core_use(m.map, 77)[PHS_CAPACITY_NEURONS] = 4096;
  json_t *o = json_of(m.map);
  assert_true(json_is_false(at(o, "cores/all_listed")));
  near(number(o, "cores/used"), PHS_REPORT_JSON_CORES + 1);
  assert_int_equal(json_array_size(at(o, "cores/list")), PHS_REPORT_FULLEST);
  near(number(o, "cores/list/0/core"), 5000);
  near(number(o, "cores/list/0/share"), 1);
  near(number(o, "cores/list/1/core"), 77);
  near(number(o, "cores/list/2/core"), 0); /* of equals the first */
  near(number(o, "capacities/0/most_at"), 5000);
  near(number(o, "capacities/0/percentiles/99"), 20);
  json_decref(o);
  made_free(&m);
}

static void test_names(void **state) {
  (void)state;
  made_case m = {0};
  small_map(&m, NULL);
  m.work->name = "a \"name\" \\ \x01 \xff";
  m.work->population[0].name = NULL;
  json_t *o = json_of(m.map);
  assert_string_equal(word(o, "model"), "a \"name\" \\ \x01 \xef\xbf\xbd");
  assert_true(json_is_null(at(o, "populations/0/name")));
  json_decref(o);
  made_free(&m);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_by_hand),    cmocka_unit_test(test_random_sums),
      cmocka_unit_test(test_unfinished), cmocka_unit_test(test_unknown_energy),
      cmocka_unit_test(test_many_cores), cmocka_unit_test(test_names),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
