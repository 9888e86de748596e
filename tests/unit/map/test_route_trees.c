/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Multicast trees, keys, and tables of whole machines. */
#include "routes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

typedef struct said {
  int code;
  char text[512];
} said;

static void keep(void *user, const phasor_diagnostic *d) {
  said *s = user;
  s->code = atoi(d->code + 3);
  snprintf(s->text, sizeof s->text, "%s", d->message);
}

static const routes_grid torus = {.width = 12,
                                  .height = 12,
                                  .cores = 17,
                                  .wrap_x = true,
                                  .wrap_y = true,
                                  .hexagonal = true,
                                  .entries = 1023};

static routes_grid board(void) {
  return (routes_grid){.width = 8,
                       .height = 8,
                       .cores = 17,
                       .hexagonal = true,
                       .present = routes_board(),
                       .entries = 1023};
}

static const phs_route_entry *entries_at(const phs_map *m, uint32_t node, uint64_t *count) {
  const phs_tables *t = m->routing.tables;
  *count = t->row[node + 1] - t->row[node];
  return t->entry + t->row[node];
}

/* A line of five chips: an entry where a message starts and one where it ends; what lies between
 * passes it straight on. */
static void test_line(void **state) {
  (void)state;
  phs_machine g = routes_machine(torus);
  phs_work *w = routes_work(2, 100, 0.25f);
  const uint32_t population[] = {0, 1}, count[] = {100, 100}, place[] = {0, 5 * 17 + 3};
  const routes_flow flow[] = {{0, 1, 25}};
  phs_map *m = routes_map(w, &g, 1, 2, population, count, place, flow, 1);
  assert_int_equal(phs_map_route(m, &(phs_diag){0}), PHASOR_OK);
  const phs_tables *t = m->routing.tables;
  assert_int_equal(t->total, 2);
  uint64_t n;
  const phs_route_entry *e = entries_at(m, 0, &n);
  assert_true(n == 1 && e->route == 1u << PHS_EAST);
  e = entries_at(m, 5, &n);
  assert_true(n == 1 && e->route == 1u << (PHS_DIRECTIONS + 3));
  assert_int_equal(t->mask[0], ~127u); /* 128 keys for 100 neurons */
  assert_int_equal(t->mask[1], 0);     /* sends nothing */
  assert_true(m->routing.links == 125 && m->routing.worst_load == 25);
  assert_int_equal(phs_route_check(m, &(phs_diag){0}), PHASOR_OK);
  phs_map_free(m);
  graph_free(w);
}

/* Slices of one population on two chips, sending to the same core behind them: where their messages
 * have met, one entry serves both. */
static void test_shared(void **state) {
  (void)state;
  phs_machine g = routes_machine(torus);
  phs_work *w = routes_work(2, 64, 1);
  const uint32_t population[] = {0, 0, 1}, count[] = {32, 32, 64};
  const uint32_t place[] = {0, 17, 4 * 17};
  const routes_flow flow[] = {{0, 2, 32}, {1, 2, 32}};
  phs_map *m = routes_map(w, &g, 1, 3, population, count, place, flow, 2);
  assert_int_equal(phs_map_route(m, &(phs_diag){0}), PHASOR_OK);
  uint64_t n;
  entries_at(m, 4, &n);
  assert_int_equal(n, 1);
  entries_at(m, 1, &n);
  assert_int_equal(n, 1);
  assert_int_equal(m->routing.tables->before[4], 2);
  assert_int_equal(m->routing.tables->total, 3);
  assert_true(m->routing.links == 32 * 4 + 32 * 3);
  assert_int_equal(phs_route_check(m, &(phs_diag){0}), PHASOR_OK);
  phs_map_free(m);
  graph_free(w);
}

/* What comes from outside enters at the first chip that is there. */
static void test_outside(void **state) {
  (void)state;
  phs_machine g = routes_machine(torus);
  phs_work *w = routes_work(2, 64, 1);
  const uint32_t population[] = {0, 1}, count[] = {64, 64}, place[] = {PHS_UNPLACED, 2 * 17};
  const routes_flow flow[] = {{0, 1, 64}};
  phs_map *m = routes_map(w, &g, 1, 2, population, count, place, flow, 1);
  assert_int_equal(phs_map_route(m, &(phs_diag){0}), PHASOR_OK);
  assert_true(m->routing.load[PHS_EAST] == 64 && m->routing.links == 128);
  assert_int_equal(phs_route_check(m, &(phs_diag){0}), PHASOR_OK);
  phs_map_free(m);
  graph_free(w);
}

/* Links from a node to all, round the holes, one by one. */
static void measure_links(const phs_machine *g, uint32_t from, uint32_t *links) {
  uint32_t *queue = graph_need(calloc(g->grid_count, sizeof *queue)), tail = 1;
  for (uint32_t i = 0; i < g->grid_count; i++) {
    links[i] = UINT32_MAX;
  }
  queue[0] = from;
  links[from] = 0;
  for (uint32_t head = 0; head < tail; head++) {
    for (phs_direction d = 0; d < PHS_DIRECTIONS; d++) {
      uint32_t to = phs_machine_neighbour(g, queue[head], d);
      if (to != UINT32_MAX && links[to] == UINT32_MAX) {
        links[to] = links[queue[head]] + 1;
        queue[tail++] = to;
      }
    }
  }
  free(queue);
}

/* Links that trees take, against a way to each destination, and against the farthest destination
 * and their number, below which no tree is. */
static void hold_cost(const phs_machine *g, uint64_t seed, routes_random r) {
  phs_work *w = routes_work(r.populations, r.slices * r.neurons, 1);
  phs_map *m = routes_random_map(w, g, 1, seed, r);
  assert_int_equal(phs_map_route(m, &(phs_diag){0}), PHASOR_OK);
  double most = 0, least = 0;
  uint32_t *links = graph_need(calloc(g->grid_count, sizeof *links));
  for (uint32_t s = 0; s < m->slice_count; s++) {
    uint32_t farthest = 0, nodes = 0;
    double rate = phs_slice_rate(m, s);
    measure_links(g, m->core[s].place / 17, links);
    for (uint64_t i = m->flows.row[s]; i < m->flows.row[s + 1]; i++) {
      uint32_t to = m->core[m->flows.core[i]].place / 17;
      most += rate * links[to]; /* 0 where it was counted already, by another core */
      farthest = links[to] > farthest ? links[to] : farthest;
      nodes += links[to] > 0;
      links[to] = 0;
    }
    least += rate * (nodes > farthest ? nodes : farthest);
  }
  assert_true(m->routing.links <= most * (1 + 1e-9));
  assert_true(m->routing.links >= least * (1 - 1e-9));
  assert_int_equal(phs_route_check(m, &(phs_diag){0}), PHASOR_OK);
  free(links);
  phs_map_free(m);
  graph_free(w);
}

static void test_cost(void **state) {
  (void)state;
  for (uint64_t seed = 1; seed <= 60; seed++) {
    phs_machine g = routes_machine(seed % 2 ? torus : board());
    hold_cost(
        &g, seed,
        (routes_random){
            .populations = 30, .slices = 1, .neurons = 16, .targets = 1 + (uint32_t)seed % 25});
    /* slices that share a tree, scattered over the machine */
    hold_cost(&g, seed,
              (routes_random){.populations = 1,
                              .slices = 2 + (uint32_t)seed % 5,
                              .neurons = 16,
                              .targets = 1 + (uint32_t)seed % 4,
                              .shared = true});
  }
}

/* Random machines and maps: everything arrives, once, and nowhere else. */
static void test_random(void **state) {
  (void)state;
  for (uint64_t seed = 1; seed <= 120; seed++) {
    routes_grid grid = {.width = 3 + (uint32_t)seed % 7,
                        .height = 3 + (uint32_t)(seed / 3) % 6,
                        .cores = 10,
                        .wrap_x = seed & 1,
                        .wrap_y = seed >> 1 & 1,
                        .hexagonal = seed % 5 != 0,
                        .entries = 1023};
    phs_machine g = routes_machine(seed % 4 == 3 ? board() : grid);
    routes_random r = {.populations = 1 + (uint32_t)seed % 9,
                       .slices = 1 + (uint32_t)seed % 8,
                       .neurons = 1 + (uint32_t)(seed * 7) % 40,
                       .targets = 1 + (uint32_t)(seed * 5) % 30,
                       .shared = seed % 3 != 0};
    phs_work *w = routes_work(r.populations, r.slices * r.neurons, 0.5f);
    phs_map *m = routes_random_map(w, &g, 2, seed, r);
    said s = {0};
    phs_diag diag = {.fn = keep, .user = &s};
    assert_int_equal(phs_map_route(m, &diag), PHASOR_OK);
    if (phs_route_check(m, &diag) != PHASOR_OK) {
      fail_msg("seed %u: %s", (unsigned)seed, s.text);
    }
    phs_map_free(m);
    graph_free(w);
  }
}

/* Keys are blocks of each slice's own, and the slices of a population lie in one block that holds
 * no other's. */
static void test_keys(void **state) {
  (void)state;
  phs_machine g = routes_machine(torus);
  routes_random r = {.populations = 12, .slices = 9, .neurons = 40, .targets = 20, .shared = true};
  phs_work *w = routes_work(r.populations, r.slices * r.neurons, 0.5f);
  phs_map *m = routes_random_map(w, &g, 1, 3, r);
  assert_int_equal(phs_map_route(m, &(phs_diag){0}), PHASOR_OK);
  const phs_tables *t = m->routing.tables;
  for (uint32_t s = 0; s < m->slice_count; s++) {
    uint32_t equal = UINT32_MAX, key = t->key[s], prefix = 0;
    assert_true(~t->mask[s] + 1 >= m->slice[s].count && ~t->mask[s] < 2 * m->slice[s].count);
    for (uint32_t k = 0; k < m->slice_count; k++) {
      if (m->slice[k].population == m->slice[s].population) {
        equal &= t->mask[k] & ~(key ^ t->key[k]);
      }
    }
    for (uint32_t b = UINT32_C(1) << 31; b & equal; b >>= 1) {
      prefix |= b;
    }
    for (uint32_t k = 0; k < m->slice_count; k++) {
      if (m->slice[k].population != m->slice[s].population) {
        assert_false((t->key[k] & prefix) == (key & prefix));
      }
    }
  }
  phs_map_free(m);
  graph_free(w);
}

/* 40 slices of 2^27 neurons: 5 * 2^30 keys, and there are 4 * 2^30. */
static void test_too_many_keys(void **state) {
  (void)state;
  phs_machine g = routes_machine(torus);
  phs_work *w = routes_work(40, 1u << 27, 1e-6f);
  uint32_t population[40], count[40], place[40];
  routes_flow flow[40];
  for (uint32_t i = 0; i < 40; i++) {
    population[i] = i;
    count[i] = 1u << 27;
    place[i] = i * 17;
    flow[i] = (routes_flow){i, (i + 1) % 40, 1};
  }
  said s = {0};
  phs_diag diag = {.fn = keep, .user = &s};
  phs_map *m = routes_map(w, &g, 1, 40, population, count, place, flow, 40);
  assert_int_equal(phs_map_route(m, &diag), PHASOR_ERROR_TARGET);
  assert_int_equal(s.code, 930);
  assert_non_null(strstr(s.text, "5368709120"));
  assert_true(m->note_count > 0);
  phs_map_free(m);
  /* 5 * 5 * 2^27: rounded up by population to 5 * 2^30 they would not fit; dense they do */
  for (uint32_t i = 0; i < 25; i++) {
    population[i] = i / 5;
    flow[i] = (routes_flow){i, (i / 5 + 1) % 5 * 5, 1};
  }
  m = routes_map(w, &g, 1, 25, population, count, place, flow, 25);
  assert_int_equal(phs_map_route(m, &diag), PHASOR_OK);
  assert_int_equal(phs_route_check(m, &diag), PHASOR_OK);
  phs_map_free(m);
  graph_free(w);
}

/* Every slice to another core of one chip: as many routes as slices. Tables of 5 do not hold them.
 */
static void test_too_many_entries(void **state) {
  (void)state;
  routes_grid grid = torus;
  grid.entries = 5;
  phs_machine g = routes_machine(grid);
  phs_work *w = routes_work(16, 4, 1);
  uint32_t population[16], count[16], place[16];
  routes_flow flow[8];
  for (uint32_t i = 0; i < 16; i++) {
    population[i] = i;
    count[i] = 4;
    place[i] = i < 8 ? i : (30 + i) * 17;
  }
  for (uint32_t i = 0; i < 8; i++) {
    flow[i] = (routes_flow){8 + i, i, 1};
  }
  said s = {0};
  phs_diag diag = {.fn = keep, .user = &s};
  phs_map *m = routes_map(w, &g, 1, 16, population, count, place, flow, 8);
  assert_int_equal(phs_map_route(m, &diag), PHASOR_ERROR_TARGET);
  assert_int_equal(s.code, 931);
  assert_non_null(strstr(s.text, "chip 0"));
  assert_non_null(strstr(s.text, "needs 8 entries"));
  assert_non_null(strstr(s.text, "holds 5"));
  assert_int_equal(m->note_count, 1);
  phs_map_free(m);
  graph_free(w);
}

/* The same bytes for any number of threads. */
static void test_jobs(void **state) {
  (void)state;
  phs_machine g = routes_machine(torus);
  routes_random r = {.populations = 150, .slices = 6, .neurons = 9, .targets = 220, .shared = true};
  phs_map *first = NULL;
  phs_work *w = routes_work(r.populations, r.neurons * r.slices, 0.37f);
  for (int jobs = 1; jobs <= 5; jobs += 2) {
    phs_map *m = routes_random_map(w, &g, jobs, 5, r);
    assert_true(m->flows.row[m->slice_count] > 60000); /* threads are worth it */
    assert_int_equal(phs_map_route(m, &(phs_diag){0}), PHASOR_OK);
    const phs_tables *a = m->routing.tables, *b = first ? first->routing.tables : a;
    assert_int_equal(a->total, b->total);
    assert_memory_equal(a->entry, b->entry, a->total * sizeof *a->entry);
    assert_memory_equal(a->row, b->row, (g.grid_count + 1) * sizeof *a->row);
    assert_memory_equal(a->key, b->key, m->slice_count * sizeof *a->key);
    assert_memory_equal(m->routing.load, first ? first->routing.load : m->routing.load,
                        g.grid_count * PHS_DIRECTIONS * sizeof(float));
    if (first) {
      phs_map_free(m);
    } else {
      first = m;
    }
  }
  phs_map_free(first);
  graph_free(w);
}

/* More cores at a node than a route has bits: no tables, but ways and loads. */
static void test_many_cores(void **state) {
  (void)state;
  routes_grid grid = torus;
  grid.cores = PHS_ROUTE_CORES + 1;
  phs_machine g = routes_machine(grid);
  phs_work *w = routes_work(4, 4, 1);
  routes_random r = {.populations = 4, .slices = 1, .neurons = 4, .targets = 4};
  phs_map *m = routes_random_map(w, &g, 1, 3, r);
  assert_int_equal(phs_map_route(m, &(phs_diag){0}), PHASOR_OK);
  assert_null(m->routing.tables);
  assert_int_equal(phs_route_check(m, &(phs_diag){0}), PHASOR_OK);
  phs_map_free(m);
  graph_free(w);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_line),          cmocka_unit_test(test_shared),
      cmocka_unit_test(test_outside),       cmocka_unit_test(test_cost),
      cmocka_unit_test(test_random),        cmocka_unit_test(test_keys),
      cmocka_unit_test(test_too_many_keys), cmocka_unit_test(test_too_many_entries),
      cmocka_unit_test(test_jobs),          cmocka_unit_test(test_many_cores),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
