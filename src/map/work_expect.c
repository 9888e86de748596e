/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Expected synapses of rules, each rule once. */
#include "map/work_build.h"
#include "synapses/rows.h"

static bool same_grid(const phs_grid *a, const phs_grid *b) {
  bool same = a->rank == b->rank;
  for (int i = 0; same && i < a->rank; i++) {
    same = a->dim[i] == b->dim[i] && a->extent[i] == b->extent[i];
  }
  return same;
}

/* Whether two rules of distance have the same expectation. */
static bool alike(const phs_recipe *a, const phs_recipe *b) {
  const bool apart_a = a->same_population && !a->autapses;
  const bool apart_b = b->same_population && !b->autapses;
  return apart_a == apart_b && a->probability == b->probability && a->profile == b->profile &&
         a->periodic == b->periodic && a->width == b->width && a->cutoff == b->cutoff &&
         same_grid(&a->source_grid, &b->source_grid) && same_grid(&a->target_grid, &b->target_grid);
}

double phs_work_expected(phs_work_build *b, const phs_recipe *r) {
  if (r->rule != PHS_RULE_DISTANCE) {
    return phs_recipe_expected(r);
  }
  for (uint32_t i = 0; i < PHS_KEPT_RULES && i < b->rule_count; i++) {
    if (alike(b->rule[i], r)) {
      return b->expected[i];
    }
  }
  const uint32_t at = b->rule_count++ % PHS_KEPT_RULES;
  b->rule[at] = r;
  b->expected[at] = phs_recipe_expected(r);
  return b->expected[at];
}
