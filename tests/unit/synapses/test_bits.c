/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The bits of all rules and distributions: a change of them changes every network with a seed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "made.h"
#include "random/draw.h"
#include "synapses/store.h"

/* FNV-1a. */
static void mix(uint64_t *hash, const void *data, size_t bytes) {
  const unsigned char *c = data;
  for (size_t i = 0; i < bytes; i++) {
    *hash = (*hash ^ c[i]) * 1099511628211u;
  }
}

static void mix_recipe(uint64_t *hash, const phs_recipe *r) {
  made m;
  phs_store_layout layout;
  made_open(&m, r);
  for (uint32_t tile = 0; tile < m.rows.tiles; tile++) {
    for (uint32_t s = 0; s < r->source_count; s++) {
      phs_row_make(&m.rows, s, tile, &m.row);
      mix(hash, m.row.target, m.row.count * sizeof *m.row.target);
      mix(hash, m.row.delay, m.row.count * sizeof *m.row.delay);
      mix(hash, m.row.weight, m.row.count * sizeof *m.row.weight);
    }
  }
  phs_store_plan(&m.rows, true, &layout);
  unsigned char *table = made_alloc((size_t)layout.bytes);
  memset(table, 0, (size_t)layout.bytes);
  phs_store_fill(&layout, &m.rows, 0, 1, table, &m.row);
  mix(hash, table, (size_t)layout.bytes);
  free(table);
  made_close(&m);
}

static void same_everywhere(void **state) {
  (void)state;
  static const phs_distribution kinds[] = {
      {.kind = PHS_DIST_NORMAL,
       .bound = PHS_BOUND_CLIP,
       .a = 15,
       .b = 7.5,
       .low = 1,
       .high = INFINITY},
      {.kind = PHS_DIST_LOGNORMAL, .a = 1, .b = 0.5},
      {.kind = PHS_DIST_EXPONENTIAL, .bound = PHS_BOUND_REDRAW, .a = 4, .low = 1, .high = 30},
      {.kind = PHS_DIST_UNIFORM, .a = 1, .b = 50}};
  uint64_t hash = 1469598103934665603u;
  for (uint32_t k = 0; k < 28; k++) {
    const uint32_t variant = k % 4;
    phs_recipe r = made_recipe((phs_rule)(k / 4), 1100, 1100);
    r.same_population = true;
    r.autapses = variant & 1;
    r.multapses = variant >> 1;
    r.probability = 0.1;
    r.number = r.rule == PHS_RULE_FIXED_TOTAL_NUMBER ? 100000 : 100;
    r.width = 5.0;
    r.key = 77 + variant;
    r.weight = kinds[variant];
    r.delay = kinds[3 - variant];
    r.profile = (phs_profile)(variant % 3);
    r.periodic = variant & 1;
    r.source_grid = r.target_grid = (phs_grid){2, {44, 25}, {44, 25}};
    mix_recipe(&hash, &r);
  }
  uint32_t threshold[4000];
  uint32_t count = phs_poisson_thresholds(1234.5, threshold);
  mix(&hash, threshold, count * sizeof *threshold);
  /* what gcc and clang give, with and without optimisation and vectors, on x86-64, AArch64 and
   * RISC-V */
  if (hash != 0x7d8b3db25c01c21eu) {
    printf("hash: %016llx\n", (unsigned long long)hash);
  }
  assert_true(hash == 0x7d8b3db25c01c21eu);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(same_everywhere)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
