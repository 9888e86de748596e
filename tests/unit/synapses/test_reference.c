/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Rows against a second implementation, in Python from the definitions alone (reference.py). */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "made.h"
#include "random/draw.h"

#include "reference.inc"

static void rows(void **state) {
  (void)state;
  for (size_t k = 0; k < sizeof reference / sizeof *reference; k++) {
    phs_recipe r = made_recipe(PHS_RULE_FIXED_PROBABILITY, 1100, 1100);
    r.same_population = true;
    r.autapses = false;
    r.probability = reference[k].probability;
    r.weight = (phs_distribution){.kind = PHS_DIST_NORMAL, .a = -3.0, .b = 0.75};
    r.delay = (phs_distribution){.kind = PHS_DIST_UNIFORM, .a = 2.25, .b = 40.5};
    r.key = phs_stream_key(12345, "exc>inh, a name of 32 characters");
    assert_true(r.key == reference_key);
    made m;
    made_open(&m, &r);
    phs_row_make(&m.rows, reference[k].source, reference[k].tile, &m.row);
    assert_int_equal(m.row.count, reference[k].count);
    for (uint32_t i = 0; i < m.row.count; i++) {
      double w = reference[k].synapse[i].weight;
      assert_int_equal(m.row.target[i], reference[k].synapse[i].target);
      assert_int_equal(m.row.delay[i] + phs_delay_low(&r), reference[k].synapse[i].delay);
      assert_true(fabs((double)m.row.weight[i] - w) <= fabs(w) * 0x1.0001p-24); /* rounded to f32 */
    }
    made_close(&m);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(rows)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
