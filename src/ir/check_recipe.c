/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Rules of a projection's recipe: those that all rooms share (net/recipe_check.h), and delays that
 * would silently become 1. */
#include "ir/read.h"
#include "net/recipe_check.h"

#include <inttypes.h>

static bool sizes_fit(phs_reader *r, MlirOperation at, const phs_projection *p) {
  const phs_recipe *c = &p->recipe;
  if (c->source_count == c->target_count ||
      (!c->same_population && c->rule != PHS_RULE_ONE_TO_ONE)) {
    return true;
  }
  phs_reader_error(
      r, at, PHS_IR_SYNAPSE_SIZE, NULL,
      "projection '%s': %s, but the source has %" PRIu32 " neurons and the target %" PRIu32,
      p->name,
      c->same_population ? "it leads from a population to itself" : "the rule is one_to_one",
      c->source_count, c->target_count);
  return false;
}

/* The greatest delay of distributions that have one; of others 1, as they reach beyond. */
static double longest(const phs_distribution *d) {
  double most = d->kind == PHS_DIST_CONSTANT ? d->a : d->kind == PHS_DIST_UNIFORM ? d->b : 1;
  return d->bound != PHS_BOUND_NONE && d->high < most ? d->high : most;
}

void phs_check_recipe(phs_reader *r, MlirOperation at, const phs_projection *projection) {
  if (!sizes_fit(r, at, projection)) {
    return;
  }
  const phs_recipe *c = &projection->recipe;
  phs_buf what = {0};
  if (phs_recipe_wrong(c, &what)) {
    phs_reader_error(r, at, PHS_IR_RECIPE, NULL, "projection '%s' %s", projection->name,
                     phs_buf_cstr(&what));
  } else if (!(c->rule == PHS_RULE_LIST && c->list.delay) && longest(&c->delay) + 0.5 < 1) {
    phs_reader_error(r, at, PHS_IR_SYNAPSE_DELAY, "delays are in steps, at least 1",
                     "projection '%s': its longest delay is %g steps", projection->name,
                     longest(&c->delay));
  }
  phs_buf_free(&what);
}
