/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Rules and lists of synapses in work graphs. */
#include "work_nets.h"

/* --------------------------------------------------------------------------------------- rules */

/* Each with itself and its neighbours on a grid of 4 x 3: 12 + 2 (3 * 3 + 4 * 2). */
static void check_near(const phs_work *w, uint32_t i) {
  const phs_work_projection *p = &w->projection[i];
  const phs_box corner = {{0, 0, 0}, {1, 1, 1}}, reach = {{0, 0, 0}, {1, 2, 2}};
  assert_int_equal(p->wiring, PHS_WIRING_RECIPE);
  assert_true(fabs(p->synapses - 46.0) < 1e-9 && p->mixed_sign && p->weight_bits == 0);
  assert_int_equal(p->delay_least, 3 + 2);
  assert_int_equal(p->delay_most, 5 + 7);
  phs_box targets = phs_work_targets(w, i, &corner);
  assert_memory_equal(&targets, &reach, sizeof reach);
}

static void check_one(const phs_work *w, uint32_t i) {
  const phs_work_projection *p = &w->projection[i];
  assert_true(p->wiring == PHS_WIRING_WINDOW && p->synapses == 12.0 && p->counted);
  assert_int_equal(p->weight_bits, 2);
  assert_int_equal(p->kernel_weights, 1);
  assert_false(p->mixed_sign);
}

static void check_all(const phs_work *w, uint32_t i) {
  const phs_work_projection *p = &w->projection[i];
  assert_true(p->wiring == PHS_WIRING_WINDOW && p->synapses == 144.0 && !p->shared);
}

/* All to all without autapses, counted. */
static void check_apart(const phs_work *w, uint32_t i) {
  const phs_work_projection *p = &w->projection[i];
  const phs_box a = {{0, 0, 0}, {1, 2, 3}}, b = {{0, 1, 0}, {1, 4, 3}};
  assert_true(p->wiring == PHS_WIRING_RECIPE && p->synapses == 132.0);
  assert_true(p->counted && p->weight_bits == 2 && p->source == p->target);
  assert_true(fabs(phs_work_synapses(w, i, &a, &b) - (6 * 9 - 3)) < 1e-9);
}

static void rules(void **unused) {
  (void)unused;
  const phs_distribution normal = {.kind = PHS_DIST_NORMAL,
                                   .a = 1,
                                   .b = 1,
                                   .low = -INFINITY,
                                   .high = INFINITY},
                         delay = {.kind = PHS_DIST_UNIFORM, .a = 2, .b = 7},
                         two = {.kind = PHS_DIST_CONSTANT, .a = -2};
  const phs_grid grid = {2, {4, 3}, {4, 3}};
  const phs_shape s = shape_of(1, 12, 0, 0);
  phs_net *n = net_begin();
  int in = net_input(n, s), later = net_delay(n, in, 3, 5);
  int near = net_synapses(n, later, -1, s,
                          (phs_recipe){.rule = PHS_RULE_DISTANCE,
                                       .probability = 1.0,
                                       .profile = PHS_PROFILE_DISC,
                                       .width = 1.0,
                                       .cutoff = INFINITY,
                                       .source_grid = grid,
                                       .target_grid = grid,
                                       .weight = normal,
                                       .delay = delay});
  int one = net_synapses(n, in, near, s, (phs_recipe){.rule = PHS_RULE_ONE_TO_ONE, .weight = two});
  int all =
      net_synapses(n, in, one, s, (phs_recipe){.rule = PHS_RULE_ALL_TO_ALL, .weight = normal});
  int apart = net_synapses(
      n, 5, all, s,
      (phs_recipe){.rule = PHS_RULE_ALL_TO_ALL, .same_population = true, .weight = two});
  n->op[apart].operand[0] = 6;
  n->op[apart].synapses.counted = true;
  n->op[apart].synapses.weight = 3.0F;
  assert_int_equal(net_neurons(n, s, apart, -1), 6);
  phs_work *w = net_work(n, NULL);
  assert_int_equal(w->projection_count, 4);
  const uint32_t dim[3] = {1, 4, 3};
  assert_memory_equal(w->population[0].dim, dim, sizeof dim);
  assert_memory_equal(w->population[1].dim, dim, sizeof dim);
  for (uint32_t i = 0; i < 4; i++) {
    const int op = w->projection[i].op;
    assert_int_equal(w->projection[i].line, 77);
    (op == near ? check_near : op == one ? check_one : op == all ? check_all : check_apart)(w, i);
  }
  phs_work_free(w);
  phs_net_destroy(n);
}

static void lists(void **unused) {
  (void)unused;
  const uint32_t source[] = {0, 0, 0, 2, 2, 3}, target[] = {4, 1, 4, 0, 3, 2};
  const float weight[] = {1, 2, 3, 0, 5, 6};
  const int32_t delay[] = {1, 9, 2, 2, 4, 2};
  const phs_recipe r = {.rule = PHS_RULE_LIST,
                        .list = {6, source, target, weight, delay},
                        .delay = {.kind = PHS_DIST_CONSTANT, .a = 1}};
  phs_net *n = net_begin();
  int in = net_input(n, shape_of(1, 4, 0, 0));
  int s = net_synapses(n, in, -1, shape_of(1, 5, 0, 0), r);
  net_neurons(n, shape_of(1, 5, 0, 0), s, -1);
  phs_work *w = net_work(n, NULL);
  const phs_work_projection *p = w->projection;
  assert_int_equal(p->wiring, PHS_WIRING_LIST);
  const uint64_t row[] = {0, 3, 3, 4, 5};
  const uint32_t sorted[] = {1, 4, 4, 3, 2};
  const float of[] = {2, 1, 3, 5, 6};
  assert_memory_equal(p->list.row, row, sizeof row);
  assert_memory_equal(p->list.target, sorted, sizeof sorted);
  assert_memory_equal(p->list.weight, of, sizeof of);
  assert_int_equal(p->delay_least, 1);
  assert_int_equal(p->delay_most, 9);
  assert_int_equal(p->weight_bits, 3);
  assert_true(p->synapses == 5.0);
  phs_work_free(w);
  phs_net_destroy(n);
}

enum { MOST = 400 };

typedef struct triples {
  uint32_t sources, targets, count, nonzero;
  uint32_t source[MOST], target[MOST];
  float weight[MOST];
} triples;

static uint32_t draw(uint64_t *state, uint32_t n) {
  *state = *state * 6364136223846793005U + 1442695040888963407U;
  return (uint32_t)((*state >> 33) % n);
}

/* Rows of any length; ordered or not; zeros among the weights or not. */
static void random_triples(uint64_t *state, triples *l) {
  const bool ordered = draw(state, 4) == 0, zeros = draw(state, 4) != 0;
  l->sources = 1 + draw(state, 9);
  l->targets = draw(state, 2) ? 7 : 70000;
  l->count = l->nonzero = 0;
  for (uint32_t i = 0; i < l->sources; i++) {
    uint32_t row = draw(state, draw(state, 3) ? 8 : 80), last = 0;
    for (uint32_t k = 0; k < row && l->count < MOST; k++) {
      uint32_t t = draw(state, l->targets);
      last = ordered ? last + (t % 3 && last + 1 < l->targets) : t;
      l->source[l->count] = i;
      l->target[l->count] = last;
      l->weight[l->count] = (float)draw(state, 9) + (zeros ? 0.0F : 1.0F);
      l->nonzero += l->weight[l->count++] != 0.0F;
    }
  }
}

/* The order in which a row has to be: those of one target after the other, as given. */
static void check_row(const triples *l, const phs_csr *list, uint32_t source) {
  uint64_t at = list->row[source];
  while (at < list->row[source + 1]) {
    const uint32_t target = list->target[at];
    assert_true(at == list->row[source] || target > list->target[at - 1]);
    for (uint32_t k = 0; k < l->count; k++) {
      if (l->source[k] == source && l->target[k] == target && l->weight[k] != 0.0F) {
        assert_true(at < list->row[source + 1] && list->target[at] == target);
        assert_true(list->weight[at++] == l->weight[k]);
      }
    }
  }
}

static void random_lists(void **unused) {
  (void)unused;
  uint64_t state = 5;
  for (int round = 0; round < 400; round++) {
    triples l;
    random_triples(&state, &l);
    phs_net *n = net_begin();
    int in = net_input(n, shape_of(1, l.sources, 0, 0));
    phs_recipe r = {.rule = PHS_RULE_LIST, .list = {l.count, l.source, l.target, l.weight, NULL}};
    int s = net_synapses(n, in, -1, shape_of(1, l.targets, 0, 0), r);
    net_neurons(n, shape_of(1, l.targets, 0, 0), s, -1);
    phs_work *w = net_work(n, NULL);
    assert_int_equal(w->projection_count, l.nonzero > 0);
    if (w->projection_count) {
      const phs_csr *list = &w->projection[0].list;
      assert_int_equal(list->row[0], 0);
      assert_int_equal(list->row[l.sources], l.nonzero);
      for (uint32_t i = 0; i < l.sources; i++) {
        check_row(&l, list, i);
      }
    }
    phs_work_free(w);
    phs_net_destroy(n);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(rules), cmocka_unit_test(lists),
                                     cmocka_unit_test(random_lists)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
