/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "made.h"
#include "synapses/cost.h"
#include "synapses/store.h"

static const phs_synapse_target machine = {"machine", 1e6, 2.0, 0.5};

/* Sizes that are known exactly: the estimate is the table's plan, but for whole lines. */
static void bytes_of_tables(void **state) {
  (void)state;
  for (int k = 0; k < 6; k++) {
    phs_recipe r = made_recipe(PHS_RULE_FIXED_OUTDEGREE, 500, 3000);
    r.number = 300;
    r.delay = (phs_distribution){
        .kind = k < 2 ? PHS_DIST_CONSTANT : PHS_DIST_UNIFORM, .a = 1, .b = k < 4 ? 20 : 200};
    r.weight = (phs_distribution){.kind = PHS_DIST_NORMAL, .a = 1, .b = 1};
    made m;
    phs_store_layout l;
    phs_synapse_cost c;
    made_open(&m, &r);
    phs_store_plan(&m.rows, k % 2 == 0, &l);
    phs_synapse_cost_of(&r, k % 2, &machine, &c);
    assert_true(c.synapses == 150000.0);
    assert_true(c.recompute_bytes == (double)phs_rows_bytes(&r));
    double table = c.store_bytes - c.recompute_bytes;
    assert_true((double)l.bytes >= table && (double)l.bytes <= table + 3 * 64);
    made_close(&m);
  }
}

/* By hand: 3 tiles, rows of 100 synapses, 0.5 ns a draw. */
static void time_by_hand(void **state) {
  (void)state;
  phs_recipe r = made_recipe(PHS_RULE_FIXED_OUTDEGREE, 500, 3072);
  phs_synapse_cost c;
  r.number = 300;
  phs_synapse_cost_of(&r, true, &machine, &c);
  assert_true(c.store_ns == 2.0);
  assert_true(fabs(c.recompute_ns - (2.0 + 0.5 * (40 + 1.2 * 100) / 100)) < 1e-9);
  r.delay = (phs_distribution){.kind = PHS_DIST_UNIFORM, .a = 1, .b = 20};
  r.weight = (phs_distribution){.kind = PHS_DIST_NORMAL, .a = 1, .b = 1};
  phs_synapse_cost_of(&r, true, &machine, &c); /* counted: weights are not drawn */
  double draws = 40 + 1.2 * 100 + 40 + 1.6 * 100;
  assert_true(fabs(c.recompute_ns - (2.0 + 0.5 * draws / 100)) < 1e-9);
  phs_synapse_cost_of(&r, false, &machine, &c);
  draws += 40 + 3.0 * 100;
  assert_true(fabs(c.recompute_ns - (2.0 + 0.5 * draws / 100)) < 1e-9);
  r = made_recipe(PHS_RULE_ALL_TO_ALL, 10, 10);
  phs_synapse_cost_of(&r, true, &machine, &c);
  assert_true(c.recompute_ns == c.store_ns);
}

enum { FREE, LIST, SMALL, DEAR, CHEAP, SET, COUNT };

/* DEAR and CHEAP take the same table; rows of DEAR cost more as they are short and weighted. */
static void recipes(phs_recipe *r, phs_synapse_list list) {
  r[FREE] = made_recipe(PHS_RULE_ALL_TO_ALL, 1000, 1000);
  r[LIST] = made_recipe(PHS_RULE_LIST, 10, 10);
  r[LIST].list = list;
  r[SMALL] = made_recipe(PHS_RULE_FIXED_PROBABILITY, 10, 10);
  r[SMALL].probability = 0.1;
  r[CHEAP] = made_recipe(PHS_RULE_FIXED_TOTAL_NUMBER, 1000, 1000);
  r[CHEAP].number = 200000;
  r[CHEAP].delay = (phs_distribution){.kind = PHS_DIST_UNIFORM, .a = 1, .b = 20};
  r[DEAR] = r[CHEAP];
  r[DEAR].multapses = false;
  r[SET] = r[CHEAP];
}

static void choice(void **state) {
  (void)state;
  static const uint32_t one = 1;
  phs_recipe r[COUNT];
  const phs_recipe *of[COUNT];
  const bool counted[COUNT] = {true, true, true, true, true, true};
  recipes(r, (phs_synapse_list){1, &one, &one, NULL, NULL});
  for (int k = 0; k < COUNT; k++) {
    of[k] = &r[k];
  }
  static const struct {
    double memory;
    phs_synapse_mode small, dear, cheap;
  } cases[] = {
      /* a table of 200,000 synapses takes 404 kB; SET is stored already */
      {2e6, PHS_SYNAPSES_STORE, PHS_SYNAPSES_STORE, PHS_SYNAPSES_STORE},
      {1.2e6, PHS_SYNAPSES_STORE, PHS_SYNAPSES_STORE, PHS_SYNAPSES_RECOMPUTE},
      {6e5, PHS_SYNAPSES_STORE, PHS_SYNAPSES_RECOMPUTE, PHS_SYNAPSES_RECOMPUTE},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    phs_synapse_mode mode[COUNT] = {0};
    phs_synapse_cost cost[COUNT];
    const phs_synapse_target target = {"t", cases[i].memory, 2.0, 0.5};
    mode[SET] = PHS_SYNAPSES_STORE;
    phs_synapse_choose(of, counted, COUNT, &target, mode, cost);
    assert_int_equal(mode[FREE], PHS_SYNAPSES_RECOMPUTE);
    assert_int_equal(mode[LIST], PHS_SYNAPSES_STORE);
    assert_int_equal(mode[SET], PHS_SYNAPSES_STORE);
    assert_int_equal(mode[SMALL], cases[i].small);
    assert_int_equal(mode[DEAR], cases[i].dear);
    assert_int_equal(mode[CHEAP], cases[i].cheap);
    assert_true(cost[DEAR].recompute_ns > cost[CHEAP].recompute_ns);
    assert_true(cost[FREE].synapses == 1e6);
  }
  /* no room at all: what would save nothing stays stored */
  phs_synapse_mode mode[COUNT] = {0};
  phs_synapse_cost cost[COUNT];
  const phs_synapse_target none = {"t", 0.0, 2.0, 0.5};
  phs_synapse_choose(of, counted, COUNT, &none, mode, cost);
  assert_int_equal(mode[SET], PHS_SYNAPSES_RECOMPUTE);
  assert_int_equal(mode[DEAR], PHS_SYNAPSES_RECOMPUTE);
  assert_int_equal(mode[LIST], PHS_SYNAPSES_STORE);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(bytes_of_tables),
      cmocka_unit_test(time_by_hand),
      cmocka_unit_test(choice),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
