/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "synapses/rows_internal.h"

double phs_recipe_expected(const phs_recipe *r) {
  const double sources = r->source_count, targets = r->target_count;
  const double itself = r->same_population && !r->autapses ? sources : 0.0;
  switch (r->rule) {
  case PHS_RULE_ONE_TO_ONE:
    return sources;
  case PHS_RULE_ALL_TO_ALL:
    return sources * targets - itself;
  case PHS_RULE_FIXED_PROBABILITY:
    return (sources * targets - itself) * r->probability;
  case PHS_RULE_FIXED_INDEGREE:
    return targets * (double)r->number;
  case PHS_RULE_FIXED_OUTDEGREE:
    return sources * (double)r->number;
  case PHS_RULE_FIXED_TOTAL_NUMBER:
    return (double)r->number;
  case PHS_RULE_DISTANCE:
    return phs_distance_expected(r);
  case PHS_RULE_LIST:
    return (double)r->list.count;
  }
  return 0.0;
}
