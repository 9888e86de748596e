/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Tables give what rows made anew give, to the bit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "made.h"
#include "random/draw.h"
#include "synapses/store.h"

typedef struct table {
  phs_store_layout layout;
  unsigned char *memory;
} table;

/* Filled in two calls, last tiles first, as two threads may; nothing beyond its end is written. */
static void table_make(made *m, bool weighted, table *t) {
  phs_store_plan(&m->rows, weighted, &t->layout);
  t->memory = made_alloc((size_t)t->layout.bytes + 64);
  memset(t->memory, 0x5a, (size_t)t->layout.bytes + 64);
  phs_store_fill(&t->layout, &m->rows, 1, 2, t->memory, &m->row);
  phs_store_fill(&t->layout, &m->rows, 0, 2, t->memory, &m->row);
  for (int i = 0; i < 64; i++) {
    assert_int_equal(t->memory[t->layout.bytes + (uint64_t)i], 0x5a);
  }
}

static void deliver(const made *m, const table *t, uint32_t tile, float x, bool counted,
                    const phs_ring_buffer *ring) {
  phs_row scratch = m->row;
  for (uint32_t s = 0; s < m->recipe.source_count; s++) {
    float value = counted ? (float)(1 + s % 3) : x * (float)(s % 7);
    if (t) {
      phs_store_deliver(&t->layout, &m->rows, t->memory, &s, &value, 1, tile, counted, ring);
    } else {
      phs_rows_deliver(&m->rows, s, tile, value, counted, ring, &scratch);
    }
  }
}

/* Both ways into rings that differ in nothing else, with delays that pass the ring's end and not.
 */
static void delivers_alike(const phs_recipe *r, bool counted, phs_store_form form) {
  made m;
  table t;
  made_open(&m, r);
  table_make(&m, !counted, &t);
  assert_int_equal(t.layout.form, form);
  const uint32_t depth = (uint32_t)phs_delay_high(r) + 2;
  const size_t pitch = r->target_count + 3, bytes = depth * pitch * 4;
  uint32_t *a = made_alloc(bytes), *b = made_alloc(bytes), *c = made_alloc(bytes);
  memset(a, 0, bytes);
  memset(b, 0, bytes);
  memset(c, 0, bytes);
  uint32_t *source = made_alloc(r->source_count * sizeof *source);
  float *x = made_alloc(r->source_count * sizeof *x);
  for (uint32_t s = 0; s < r->source_count; s++) {
    source[s] = s;
    x[s] = counted ? (float)(1 + s % 3) : 0.3f * (float)(s % 7);
  }
  for (uint32_t now = 0; now < depth; now += depth - 1) {
    for (uint32_t tile = 0; tile < m.rows.tiles; tile++) {
      phs_ring_buffer ring = {a, depth, now, pitch};
      deliver(&m, &t, tile, 0.3f, counted, &ring);
      ring.slots = b;
      deliver(&m, NULL, tile, 0.3f, counted, &ring);
      ring.slots = c;
      phs_store_deliver(&t.layout, &m.rows, t.memory, source, x, r->source_count, tile, counted,
                        &ring);
    }
  }
  assert_memory_equal(a, b, bytes);
  assert_memory_equal(a, c, bytes);
  uint32_t any = 0;
  for (size_t i = 0; i < bytes / 4; i++) {
    any |= a[i];
    assert_true(i % pitch < r->target_count || a[i] == 0);
  }
  assert_true(any || m.rows.synapses == 0);
  free(a);
  free(b);
  free(c);
  free(source);
  free(x);
  free(t.memory);
  made_close(&m);
}

static const phs_rule rules[] = {PHS_RULE_ONE_TO_ONE,        PHS_RULE_ALL_TO_ALL,
                                 PHS_RULE_FIXED_PROBABILITY, PHS_RULE_FIXED_INDEGREE,
                                 PHS_RULE_FIXED_OUTDEGREE,   PHS_RULE_FIXED_TOTAL_NUMBER,
                                 PHS_RULE_DISTANCE};
enum { RULES = sizeof rules / sizeof *rules };

static phs_recipe recipe_of(phs_rule rule, int variant) {
  phs_recipe r = made_recipe(rule, 1100, 1100);
  r.key = (uint64_t)variant * 77 + (uint64_t)rule;
  r.same_population = true;
  r.multapses = variant & 1;
  r.autapses = variant & 2;
  r.probability = rule == PHS_RULE_DISTANCE ? 0.4 : 0.1;
  r.number = rule == PHS_RULE_FIXED_TOTAL_NUMBER ? 130000 : 120;
  r.width = 4.0;
  r.source_grid = r.target_grid = (phs_grid){2, {44, 25}, {44, 25}};
  return r;
}

static void all_rules(void **state) {
  (void)state;
  for (int k = 0; k < 4 * RULES; k++) {
    phs_recipe r = recipe_of(rules[k % RULES], k / RULES);
    bool numbered = r.rule == PHS_RULE_FIXED_INDEGREE || r.rule == PHS_RULE_FIXED_OUTDEGREE ||
                    r.rule == PHS_RULE_FIXED_TOTAL_NUMBER;
    if (r.multapses && !numbered) {
      continue; /* the option means nothing to them */
    }
    const bool options = r.multapses || r.autapses; /* not the first of its rule: less to see */
    /* one delay, one weight */
    delivers_alike(&r, options, r.rule == PHS_RULE_ONE_TO_ONE ? PHS_STORE_SHORT : PHS_STORE_DELTA);
    r.weight = (phs_distribution){.kind = PHS_DIST_NORMAL, .a = 1.0, .b = 0.3};
    r.delay = (phs_distribution){.kind = PHS_DIST_UNIFORM, .a = 0.6, .b = 64.4}; /* 64 of them */
    delivers_alike(&r, false, PHS_STORE_SHORT);
    if (options) {
      continue;
    }
    delivers_alike(&r, true, PHS_STORE_SHORT);
    r.delay.b = 64.6;
    delivers_alike(&r, false, PHS_STORE_LONG);
    delivers_alike(&r, true, PHS_STORE_LONG);
    r.weight.kind = PHS_DIST_CONSTANT;
    delivers_alike(&r, false, PHS_STORE_LONG);
    r.delay = (phs_distribution){.kind = PHS_DIST_CONSTANT, .a = 2.0};
    delivers_alike(&r, true, r.rule == PHS_RULE_ONE_TO_ONE ? PHS_STORE_SHORT : PHS_STORE_DELTA);
    r.weight.kind = PHS_DIST_EXPONENTIAL;
    delivers_alike(&r, false, PHS_STORE_SHORT); /* weights need a place each */
  }
}

/* Many synapses of one pair and one delay: sums depend on the order, and both keep it. */
static void many_multapses(void **state) {
  (void)state;
  phs_recipe r = made_recipe(PHS_RULE_FIXED_TOTAL_NUMBER, 3, 5);
  r.number = 20000;
  r.weight = (phs_distribution){.kind = PHS_DIST_LOGNORMAL, .a = 0.0, .b = 3.0};
  r.delay = (phs_distribution){.kind = PHS_DIST_UNIFORM, .a = 1.0, .b = 3.0};
  delivers_alike(&r, false, PHS_STORE_SHORT);
  r.delay.b = 300.0;
  delivers_alike(&r, false, PHS_STORE_LONG);
  r.weight.kind = PHS_DIST_CONSTANT;
  r.delay.kind = PHS_DIST_CONSTANT;
  delivers_alike(&r, true, PHS_STORE_DELTA);
}

static void lists(void **state) {
  (void)state;
  enum { COUNT = 9000 };
  static uint32_t source[COUNT], target[COUNT];
  static float weight[COUNT];
  static int32_t delay[COUNT];
  for (uint32_t i = 0; i < COUNT; i++) {
    const uint32_t at[3] = {0, 0, 0};
    uint32_t word = phs_word(8, at, i);
    source[i] = i / 2000;
    target[i] = word % 1500;
    weight[i] = (float)(word >> 20);
    delay[i] = 1 + (int32_t)(word >> 16) % 9;
  }
  phs_recipe r = made_recipe(PHS_RULE_LIST, 6, 1500);
  r.list = (phs_synapse_list){COUNT, source, target, NULL, NULL};
  delivers_alike(&r, true, PHS_STORE_DELTA);
  r.list.weight = weight;
  delivers_alike(&r, false, PHS_STORE_SHORT);
  r.list.delay = delay;
  delivers_alike(&r, false, PHS_STORE_SHORT);
  delay[7] = 70;
  delivers_alike(&r, false, PHS_STORE_LONG);
}

/* Distances of 254, 255, 256 and more between targets. */
static void escapes(void **state) {
  (void)state;
  static const uint32_t target[] = {0,    254,  509,  765,  1020, 255, 510,
                                    1023, 1023, 1023, 1024, 1300, 1400};
  static uint32_t source[13];
  enum { COUNT = 13 };
  for (int i = 0; i < COUNT; i++) {
    source[i] = i < 5 ? 0 : 1;
  }
  phs_recipe r = made_recipe(PHS_RULE_LIST, 2, 1500);
  r.list = (phs_synapse_list){COUNT, source, target, NULL, NULL};
  made m;
  table t;
  made_open(&m, &r);
  table_make(&m, false, &t);
  assert_int_equal(t.layout.form, PHS_STORE_SHORT); /* 13 synapses do not pay for 4 rows' escapes */
  free(t.memory);
  /* the form by force: the same table with room for bytes */
  t.layout.form = PHS_STORE_DELTA;
  t.layout.weights = t.layout.bytes = t.layout.entries + 64;
  t.memory = made_alloc(t.layout.bytes);
  phs_store_fill(&t.layout, &m.rows, 0, 1, t.memory, &m.row);
  static const unsigned char expected[] = {0, 254, 255, 0, 255, 1, 255, 0};
  assert_memory_equal(t.memory + t.layout.entries, expected, sizeof expected);
  phs_row row = m.row;
  phs_store_row(&t.layout, &m.rows, t.memory, 1, 0, &row);
  assert_int_equal(row.count, 5);
  for (int i = 0; i < 5; i++) {
    assert_int_equal(row.target[i], target[5 + i]);
  }
  phs_store_row(&t.layout, &m.rows, t.memory, 1, 1, &row);
  assert_int_equal(row.count, 3);
  assert_int_equal(row.target[2], 1400 - 1024);
  free(t.memory);
  made_close(&m);
}

/* What is read back is the row: by delay, then rank; or by target. */
static void read_back(void **state) {
  (void)state;
  for (int k = 0; k < 3; k++) {
    phs_recipe r = recipe_of(PHS_RULE_FIXED_TOTAL_NUMBER, 3);
    r.weight.kind = k ? PHS_DIST_NORMAL : PHS_DIST_CONSTANT;
    r.weight.b = 1.0;
    if (k) {
      r.delay = (phs_distribution){.kind = PHS_DIST_UNIFORM, .a = 1, .b = k == 1 ? 20 : 200};
    }
    made m, back;
    table t;
    made_open(&m, &r);
    made_open(&back, &r);
    table_make(&m, true, &t);
    for (uint32_t s = 0; s < 1100; s += 13) {
      phs_row_make(&m.rows, s, 0, &m.row);
      phs_store_row(&t.layout, &m.rows, t.memory, s, 0, &back.row);
      const phs_row *x = &m.row, *y = &back.row;
      assert_int_equal(y->count, x->count);
      uint32_t at = 0;
      for (uint32_t delay = 0; delay < 200; delay++) { /* a stable sort by selection */
        for (uint32_t target = 0; target < PHS_TILE; target++) {
          for (uint32_t i = 0; i < x->count; i++) {
            bool turn = k == 0   ? delay == 0 && x->target[i] == target
                        : k == 1 ? x->delay[i] == delay && target == 0
                                 : delay == 0 && target == 0;
            if (turn) {
              assert_int_equal(y->target[at], x->target[i]);
              assert_int_equal(y->delay[at], x->delay[i]);
              assert_true(y->weight[at++] == x->weight[i]);
            }
          }
          target = k ? PHS_TILE : target;
        }
        delay = k == 1 ? delay : 200;
      }
      assert_int_equal(at, x->count);
    }
    free(t.memory);
    made_close(&back);
    made_close(&m);
  }
}

/* Sizes by hand. */
static void sizes(void **state) {
  (void)state;
  phs_recipe r = made_recipe(PHS_RULE_FIXED_INDEGREE, 1000, 2000);
  r.number = 100;
  made m;
  phs_store_layout l;
  made_open(&m, &r);
  phs_store_plan(&m.rows, true, &l);
  /* 2 tiles of 1001 offsets: 8008 bytes, 8064 in whole lines; 200,000 bytes and 4 a row */
  assert_int_equal(l.form, PHS_STORE_DELTA);
  assert_false(l.weighted);
  assert_int_equal(l.entries, 8064);
  assert_int_equal(l.bytes, 8064 + 208000);
  made_close(&m);
  r.weight = (phs_distribution){.kind = PHS_DIST_UNIFORM, .a = 0, .b = 1};
  r.delay = r.weight;
  r.delay.b = 100;
  made_open(&m, &r);
  phs_store_plan(&m.rows, true, &l);
  assert_int_equal(l.form, PHS_STORE_LONG);
  assert_true(l.weighted);
  assert_int_equal(l.weights, 8064 + 800000);
  assert_int_equal(l.bytes, 8064 + 1600000);
  phs_store_plan(&m.rows, false, &l);
  assert_int_equal(l.bytes, 8064 + 800000);
  made_close(&m);
}

/* Tables above 4 GiB: offsets are planned in 64 bits. Only planned: nobody has to own the memory.
 */
static void large_tables(void **state) {
  (void)state;
  phs_recipe r = made_recipe(PHS_RULE_ALL_TO_ALL, 100000, 100000);
  r.weight = (phs_distribution){.kind = PHS_DIST_UNIFORM, .a = 0, .b = 1};
  made m;
  phs_store_layout l;
  made_open(&m, &r);
  phs_store_plan(&m.rows, true, &l);
  assert_true(m.rows.synapses == 10000000000u);
  assert_true(l.entries == (98 * 100001ull * 4 + 63) / 64 * 64);
  assert_true(l.bytes == l.entries + 60000000000u);
  made_close(&m);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(all_rules),    cmocka_unit_test(many_multapses), cmocka_unit_test(lists),
      cmocka_unit_test(escapes),      cmocka_unit_test(read_back),      cmocka_unit_test(sizes),
      cmocka_unit_test(large_tables),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
