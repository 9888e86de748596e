/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Curves: each point once, each step to a neighbour. */
#include "machine_case.h"
#include "map/curve.h"

typedef struct trace {
  uint32_t width, height, count, diagonals;
  uint32_t x, y;
  uint8_t met[40][40];
} trace;

static void follow(void *user, uint32_t x, uint32_t y) {
  trace *t = user;
  assert_true(x < t->width && y < t->height);
  assert_false(t->met[y][x]);
  t->met[y][x] = 1;
  if (t->count++ > 0) {
    uint32_t dx = x > t->x ? x - t->x : t->x - x, dy = y > t->y ? y - t->y : t->y - y;
    assert_true(dx <= 1 && dy <= 1);
    t->diagonals += dx + dy == 2;
  }
  t->x = x;
  t->y = y;
}

static void all_rectangles(void **state) {
  (void)state;
  for (uint32_t w = 1; w <= 40; w++) {
    for (uint32_t h = 1; h <= 40; h++) {
      trace t = {.width = w, .height = h};
      phs_curve(w, h, follow, &t);
      assert_int_equal(t.count, w * h);
      /* only where the longer side is odd and the other even is one diagonal step needed */
      uint32_t longer = w >= h ? w : h, other = w >= h ? h : w;
      assert_true(t.diagonals <= (longer % 2 == 1 && other % 2 == 0));
    }
  }
}

static void a_square_is_hilberts(void **state) {
  (void)state;
  trace t = {.width = 32, .height = 32};
  phs_curve(32, 32, follow, &t);
  assert_true(t.diagonals == 0 && t.y == 0 && t.x == 31); /* from corner to corner */
}

/* Every node that is there once; block by block of each domain. */
static void nodes_of_machines(void **state) {
  (void)state;
  static const char *const name[] = {"loihi1",     "hala-point",         "spinnaker1",
                                     "spinnaker2", "spinnaker1-million", "cpu"};
  for (size_t i = 0; i < sizeof name / sizeof *name; i++) {
    machine_case c = machine_load(name[i]);
    uint32_t *list = calloc(c.m->node_count + 1, sizeof *list);
    uint8_t *met = calloc(c.m->grid_count, 1);
    assert_true(list && met);
    for (int snake = 0; snake < 2; snake++) {
      memset(met, 0, c.m->grid_count);
      if (snake) {
        phs_curve_snake(c.m, list);
      } else {
        assert_true(phs_curve_nodes(c.m, list));
      }
      for (uint32_t n = 0; n < c.m->node_count; n++) {
        assert_true(list[n] < c.m->grid_count && phs_node_present(c.m, list[n]) && !met[list[n]]);
        met[list[n]] = 1;
      }
      for (int d = 0; d < c.m->domain_count && !snake; d++) {
        const phs_domain *k = &c.m->domain[d];
        uint32_t nodes = k->cores / c.m->cores_per_node;
        for (uint32_t n = 0; n < c.m->node_count; n++) {
          assert_int_equal(phs_machine_block(c.m, d, list[n]),
                           phs_machine_block(c.m, d, list[n / nodes * nodes]));
        }
      }
    }
    free(list);
    free(met);
    machine_drop(&c);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(all_rectangles),
      cmocka_unit_test(a_square_is_hilberts),
      cmocka_unit_test(nodes_of_machines),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
