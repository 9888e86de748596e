/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The checker of tables notices what is done to them. */
#include "routes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

/* Chip 0 sends to core 3 of chip 5, in a row; chip 40 sends to core 0 of chip 5 and to its own. */
typedef struct scene {
  phs_machine machine;
  phs_work *work;
  phs_map *map;
  char text[512];
} scene;

static void keep(void *user, const phasor_diagnostic *d) {
  scene *s = user;
  assert_int_equal(atoi(d->code + 3), 933);
  snprintf(s->text, sizeof s->text, "%s", d->message);
}

static void set_up(scene *s) {
  s->machine = routes_machine((routes_grid){.width = 12,
                                            .height = 12,
                                            .cores = 17,
                                            .wrap_x = true,
                                            .wrap_y = true,
                                            .hexagonal = true,
                                            .entries = 1023});
  s->work = routes_work(4, 100, 0.25f);
  const uint32_t population[] = {0, 1, 2, 3}, count[] = {100, 100, 100, 100};
  const uint32_t place[] = {0, 5 * 17 + 3, 40 * 17, 5 * 17};
  const routes_flow flow[] = {{0, 1, 25}, {2, 2, 25}, {2, 3, 25}};
  s->map = routes_map(s->work, &s->machine, 1, 4, population, count, place, flow, 3);
  assert_int_equal(phs_map_route(s->map, &(phs_diag){0}), PHASOR_OK);
  assert_int_equal(phs_route_check(s->map, &(phs_diag){0}), PHASOR_OK);
}

static void tear_down(scene *s) {
  phs_map_free(s->map);
  graph_free(s->work);
}

static phs_route_entry *entry_at(scene *s, uint32_t node) {
  return s->map->routing.tables->entry + s->map->routing.tables->row[node];
}

/* Holds that the corrupted map is refused, with words that say what is wrong. */
static void refused(scene *s, const char *words) {
  phs_diag diag = {.fn = keep, .user = s};
  s->text[0] = 0;
  assert_int_equal(phs_route_check(s->map, &diag), PHASOR_ERROR_INTERNAL);
  if (!strstr(s->text, words)) {
    fail_msg("'%s' is not about '%s'", s->text, words);
  }
  tear_down(s);
}

static void test_wrong_core(void **state) {
  (void)state;
  scene s;
  set_up(&s);
  phs_route_entry *e = entry_at(&s, 5);
  e->route = e->route == 1u << 9 ? 1u << 10 : 1u << 9; /* 9: core 3 */
  refused(&s, "gets to a core that it is not for");
}

static void test_missing_core(void **state) {
  (void)state;
  scene s;
  set_up(&s);
  entry_at(&s, 40)->route &= ~(1u << PHS_DIRECTIONS);
  refused(&s, "does not get to all its cores");
}

static void test_extra_core(void **state) {
  (void)state;
  scene s;
  set_up(&s);
  entry_at(&s, 40)->route |= 1u << (PHS_DIRECTIONS + 1);
  refused(&s, "gets to a core that it is not for");
}

static void test_no_entry(void **state) {
  (void)state;
  scene s;
  set_up(&s);
  *entry_at(&s, 0) = (phs_route_entry){UINT32_MAX, UINT32_MAX, 1};
  refused(&s, "dropped where it starts");
}

/* Without its entry at chip 5 the message goes straight on, round the torus and home. */
static void test_loop(void **state) {
  (void)state;
  scene s;
  set_up(&s);
  phs_tables *t = s.map->routing.tables;
  for (uint64_t i = t->row[5]; i < t->row[6]; i++) {
    t->entry[i].key = t->entry[i].mask = UINT32_MAX;
  }
  refused(&s, "comes to a node twice");
}

static void test_off_the_edge(void **state) {
  (void)state;
  scene s;
  set_up(&s);
  uint8_t present[144];
  memset(present, 1, sizeof present);
  present[2] = 0; /* on the way from 0 to 5 */
  s.machine.present = present;
  refused(&s, "leaves the machine");
}

static void test_keys_taken(void **state) {
  (void)state;
  scene s;
  set_up(&s);
  s.map->routing.tables->key[2] = s.map->routing.tables->key[0];
  refused(&s, "has no keys of its own");
}

static void test_few_keys(void **state) {
  (void)state;
  scene s;
  set_up(&s);
  s.map->routing.tables->mask[2] = ~63u; /* 64 keys for 100 neurons */
  refused(&s, "has no keys of its own");
}

/* An entry that matches half of the keys: the first arrive, and the last do not. */
static void test_half_mask(void **state) {
  (void)state;
  scene s;
  set_up(&s);
  phs_route_entry *e = entry_at(&s, 0);
  e->mask = ~63u;
  e->key &= ~63u;
  e->key |= s.map->routing.tables->key[0] & ~63u;
  refused(&s, "dropped where it starts");
}

static void test_load(void **state) {
  (void)state;
  scene s;
  set_up(&s);
  s.map->routing.load[2 * PHS_DIRECTIONS + PHS_EAST] += 1;
  refused(&s, "carries");
}

/* An entry that goes before the others and matches what should pass straight on. */
static void test_caught(void **state) {
  (void)state;
  scene s;
  set_up(&s);
  phs_tables *t = s.map->routing.tables;
  phs_route_entry *old = t->entry;
  t->entry = graph_need(PHS_NEW_ARRAY(s.map->arena, phs_route_entry, t->total + 1));
  memcpy(t->entry, old, t->row[3] * sizeof *old);
  t->entry[t->row[3]] = (phs_route_entry){0, 0, 1u << PHS_NORTH};
  memcpy(t->entry + t->row[3] + 1, old + t->row[3], (t->total - t->row[3]) * sizeof *old);
  for (uint32_t n = 4; n <= 144; n++) {
    t->row[n]++;
  }
  phs_diag diag = {.fn = keep, .user = &s};
  assert_int_equal(phs_route_check(s.map, &diag), PHASOR_ERROR_INTERNAL);
  tear_down(&s);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_wrong_core), cmocka_unit_test(test_missing_core),
      cmocka_unit_test(test_extra_core), cmocka_unit_test(test_no_entry),
      cmocka_unit_test(test_loop),       cmocka_unit_test(test_off_the_edge),
      cmocka_unit_test(test_keys_taken), cmocka_unit_test(test_few_keys),
      cmocka_unit_test(test_half_mask),  cmocka_unit_test(test_load),
      cmocka_unit_test(test_caught),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
