/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Loads of links where each message carries its destination. */
#include "routes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static const int east_of[PHS_DIRECTIONS] = {1, 1, 0, -1, -1, 0};
static const int north_of[PHS_DIRECTIONS] = {0, 1, 1, 0, -1, -1};

static float load_at(const phs_map *m, uint32_t x, uint32_t y, phs_direction d) {
  return m->routing.load[(y * m->machine->width + x) * PHS_DIRECTIONS + d];
}

/* From (0, 0) to (2, 1) and back: first along x, then along y. */
static void test_by_hand(void **state) {
  (void)state;
  phs_machine g = routes_machine((routes_grid){.width = 4, .height = 3, .cores = 2, .block = 2});
  phs_work *w = routes_work(2, 10, 0.5f);
  const uint32_t population[] = {0, 1}, count[] = {10, 10}, place[] = {1, (4 + 2) * 2};
  const routes_flow flow[] = {{0, 0, 8}, {0, 1, 3}, {1, 0, 5}};
  phs_map *m = routes_map(w, &g, 1, 2, population, count, place, flow, 3);
  assert_int_equal(phs_map_route(m, &(phs_diag){0}), PHASOR_OK);
  assert_true(load_at(m, 0, 0, PHS_EAST) == 3 && load_at(m, 1, 0, PHS_EAST) == 3);
  assert_true(load_at(m, 2, 0, PHS_NORTH) == 3);
  assert_true(load_at(m, 2, 1, PHS_WEST) == 5 && load_at(m, 1, 1, PHS_WEST) == 5);
  assert_true(load_at(m, 0, 1, PHS_SOUTH) == 5);
  double sum = 0;
  for (size_t i = 0; i < 12 * PHS_DIRECTIONS; i++) {
    sum += (double)m->routing.load[i];
  }
  assert_true(sum == 24 && m->routing.links == 24); /* and nothing anywhere else */
  /* blocks of 2 x 2: one of the three links of each way goes from block to block */
  assert_true(m->routing.border_links == 8);
  assert_true(m->routing.worst_load == 5 && m->routing.worst_node == 4);
  assert_int_equal(m->routing.worst_direction, PHS_SOUTH);
  assert_null(m->routing.tables);
  assert_int_equal(phs_route_check(m, &(phs_diag){0}), PHASOR_OK);
  phs_map_free(m);
  graph_free(w);
}

/* One step along a dimension by the shorter way round, half way up; 0 when there. */
static int shorter(int at, int to, int size, bool wrap) {
  int d = to - at;
  if (wrap && 2 * d > size) {
    d -= size;
  } else if (wrap && 2 * d <= -size) {
    d += size;
  }
  return (d > 0) - (d < 0);
}

static void walk(const phs_map *m, uint32_t from, uint32_t to, float rate, double *load) {
  const phs_machine *g = m->machine;
  int w = (int)g->width, h = (int)g->height, x = (int)from % w, y = (int)from / w;
  while (x != (int)to % w || y != (int)to / w) {
    int dx = shorter(x, (int)to % w, w, g->wrap_x), dy = shorter(y, (int)to / w, h, g->wrap_y);
    phs_direction d = dx ? (dx > 0 ? PHS_EAST : PHS_WEST) : dy > 0 ? PHS_NORTH : PHS_SOUTH;
    load[(y * w + x) * PHS_DIRECTIONS + (int)d] += (double)rate;
    x = (x + east_of[d] + w) % w;
    y = (y + north_of[d] + h) % h;
  }
}

static void hold_against_walks(routes_grid grid, uint64_t seed) {
  phs_machine g = routes_machine(grid);
  phs_work *w = routes_work(20, 64, 1);
  phs_map *m = routes_random_map(
      w, &g, 2, seed,
      (routes_random){.populations = 20, .slices = 1, .neurons = 64, .targets = 12});
  assert_int_equal(phs_map_route(m, &(phs_diag){0}), PHASOR_OK);
  double *load = graph_need(calloc(g.grid_count * PHS_DIRECTIONS, sizeof *load));
  double links = 0;
  for (uint32_t s = 0; s < m->slice_count; s++) {
    uint32_t from = m->core[m->slice[s].core].place;
    for (uint64_t i = m->flows.row[s]; i < m->flows.row[s + 1]; i++) {
      uint32_t to = m->core[m->flows.core[i]].place;
      walk(m, from / g.cores_per_node, to / g.cores_per_node, m->flows.rate[i], load);
      links += (double)m->flows.rate[i] *
               phs_machine_links(&g, from / g.cores_per_node, to / g.cores_per_node);
    }
  }
  double worst = 0;
  for (size_t i = 0; i < (size_t)g.grid_count * PHS_DIRECTIONS; i++) {
    assert_true(fabs(load[i] - (double)m->routing.load[i]) <= 1e-6 * load[i]);
    worst = fmax(worst, load[i]);
  }
  assert_true(fabs(links - m->routing.links) < 1e-9 * links);
  assert_true(fabs(worst - m->routing.worst_load) < 1e-9 * worst);
  assert_int_equal(phs_route_check(m, &(phs_diag){0}), PHASOR_OK);
  free(load);
  phs_map_free(m);
  graph_free(w);
}

static void test_walks(void **state) {
  (void)state;
  for (uint64_t seed = 1; seed <= 40; seed++) {
    routes_grid g = {.width = 1 + (uint32_t)seed % 7,
                     .height = 2 + (uint32_t)seed % 5,
                     .cores = 10,
                     .wrap_x = seed & 1,
                     .wrap_y = seed >> 1 & 1};
    hold_against_walks(g, seed);
  }
}

/* The same bytes for any number of threads, with enough flows for all of them. */
static void same_for_any_jobs(routes_grid grid, routes_random r) {
  phs_machine g = routes_machine(grid);
  float *first = NULL;
  size_t bytes = g.grid_count * PHS_DIRECTIONS * sizeof *first;
  for (int jobs = 1; jobs <= 5; jobs += 2) {
    phs_work *w = routes_work(r.populations, r.neurons * r.slices, 0.37f);
    phs_map *m = routes_random_map(w, &g, jobs, 5, r);
    assert_int_equal(phs_map_route(m, &(phs_diag){0}), PHASOR_OK);
    if (!first) {
      first = graph_need(malloc(bytes));
      memcpy(first, m->routing.load, bytes);
    }
    assert_memory_equal(first, m->routing.load, bytes);
    phs_map_free(m);
    graph_free(w);
  }
  free(first);
}

static void test_jobs(void **state) {
  (void)state;
  routes_random r = {.populations = 900, .slices = 1, .neurons = 9, .targets = 300};
  same_for_any_jobs((routes_grid){.width = 20, .height = 12, .cores = 4, .wrap_x = true}, r);
  same_for_any_jobs((routes_grid){.width = 20, .height = 12, .cores = 4, .hexagonal = true}, r);
}

/* Around a wall: the shortest way from (0, 0) to (2, 0) past (1, 0) and (1, 1) has 6 links. */
static void test_wall(void **state) {
  (void)state;
  const uint8_t present[] = {1, 0, 1, 1, 0, 1, 1, 1, 1};
  phs_machine g =
      routes_machine((routes_grid){.width = 3, .height = 3, .cores = 1, .present = present});
  phs_work *w = routes_work(2, 1, 1);
  const uint32_t population[] = {0, 1}, count[] = {1, 1}, place[] = {0, 2};
  const routes_flow flow[] = {{0, 1, 2}};
  phs_map *m = routes_map(w, &g, 1, 2, population, count, place, flow, 1);
  assert_int_equal(phs_map_route(m, &(phs_diag){0}), PHASOR_OK);
  assert_true(m->routing.links == 12);
  assert_true(load_at(m, 1, 2, PHS_EAST) == 2 && load_at(m, 2, 1, PHS_SOUTH) == 2);
  assert_int_equal(phs_route_check(m, &(phs_diag){0}), PHASOR_OK);
  phs_map_free(m);
  graph_free(w);
}

static void count_code(void *user, const phasor_diagnostic *d) {
  *(int *)user = atoi(d->code + 3);
}

/* A wall without an end: nothing comes through, and that is said. */
static void test_unreachable(void **state) {
  (void)state;
  const uint8_t present[] = {1, 0, 1, 1, 0, 1, 1, 0, 1};
  for (int tables = 0; tables < 2; tables++) {
    int code = 0;
    phs_diag diag = {.fn = count_code, .user = &code};
    phs_machine g = routes_machine((routes_grid){
        .width = 3, .height = 3, .cores = 1, .present = present, .entries = tables * 99});
    phs_work *w = routes_work(2, 1, 1);
    const uint32_t population[] = {0, 1}, count[] = {1, 1}, place[] = {0, 2};
    const routes_flow flow[] = {{0, 1, 2}};
    phs_map *m = routes_map(w, &g, 1, 2, population, count, place, flow, 1);
    assert_int_equal(phs_map_route(m, &diag), PHASOR_ERROR_TARGET);
    assert_int_equal(code, 932);
    phs_map_free(m);
    graph_free(w);
  }
}

/* What comes from outside takes no links where messages carry their destinations. */
static void test_outside(void **state) {
  (void)state;
  phs_machine g = routes_machine((routes_grid){.width = 4, .height = 4, .cores = 1});
  phs_work *w = routes_work(2, 1, 1);
  const uint32_t population[] = {0, 1}, count[] = {1, 1}, place[] = {PHS_UNPLACED, 15};
  const routes_flow flow[] = {{0, 1, 2}};
  phs_map *m = routes_map(w, &g, 1, 2, population, count, place, flow, 1);
  assert_int_equal(phs_map_route(m, &(phs_diag){0}), PHASOR_OK);
  assert_true(m->routing.links == 0);
  assert_int_equal(phs_route_check(m, &(phs_diag){0}), PHASOR_OK);
  phs_map_free(m);
  graph_free(w);
}

/* The checker of loads notices a load that is moved, lost, or made up. */
static void test_checker(void **state) {
  (void)state;
  phs_machine g = routes_machine((routes_grid){.width = 6, .height = 5, .cores = 2});
  for (int kind = 0; kind < 3; kind++) {
    int code = 0;
    phs_diag diag = {.fn = count_code, .user = &code};
    phs_work *w = routes_work(20, 8, 1);
    phs_map *m = routes_random_map(
        w, &g, 1, 3, (routes_random){.populations = 20, .slices = 1, .neurons = 8, .targets = 5});
    assert_int_equal(phs_map_route(m, &(phs_diag){0}), PHASOR_OK);
    float *worst =
        &m->routing.load[m->routing.worst_node * PHS_DIRECTIONS + m->routing.worst_direction];
    if (kind == 0) { /* a way of its own: all links around a square, which keeps the balance */
      uint32_t at = 0;
      const phs_direction square[] = {PHS_EAST, PHS_NORTH, PHS_WEST, PHS_SOUTH};
      for (int i = 0; i < 4; i++) {
        m->routing.load[at * PHS_DIRECTIONS + square[i]] += 1;
        at = phs_machine_neighbour(&g, at, square[i]);
      }
    } else if (kind == 1) {
      *worst *= 0.5f;
    } else {
      m->routing.load[5 * PHS_DIRECTIONS + PHS_EAST] = 1; /* node 5 is the east end of its row */
    }
    assert_int_equal(phs_route_check(m, &diag), PHASOR_ERROR_INTERNAL);
    assert_int_equal(code, 933);
    phs_map_free(m);
    graph_free(w);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_by_hand),     cmocka_unit_test(test_walks),
      cmocka_unit_test(test_jobs),        cmocka_unit_test(test_wall),
      cmocka_unit_test(test_unreachable), cmocka_unit_test(test_outside),
      cmocka_unit_test(test_checker),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
