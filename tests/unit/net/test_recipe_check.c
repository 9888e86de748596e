/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Which recipes are refused, each for the one thing that is wrong with it. */
#include "net/recipe_check.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define VALUE(x)                                                                                   \
  (phs_distribution) {                                                                             \
    .kind = PHS_DIST_CONSTANT, .a = (x)                                                            \
  }

static phs_recipe base(phs_rule rule) {
  return (phs_recipe){.rule = rule,
                      .source_count = 10,
                      .target_count = 10,
                      .autapses = true,
                      .multapses = true,
                      .probability = 0.1,
                      .number = 3,
                      .profile = PHS_PROFILE_GAUSSIAN,
                      .width = 1,
                      .cutoff = INFINITY,
                      .source_grid = {.rank = 2, .dim = {2, 5}, .extent = {1, 1}},
                      .target_grid = {.rank = 2, .dim = {5, 2}, .extent = {1, 1}},
                      .weight = VALUE(0.1),
                      .delay = VALUE(15)};
}

static void fine(phs_recipe r) {
  phs_buf what = {0};
  if (phs_recipe_wrong(&r, &what)) {
    fail_msg("refused: %s", phs_buf_cstr(&what));
  }
  phs_buf_free(&what);
}

static void wrong(phs_recipe r, const char *text) {
  phs_buf what = {0};
  assert_true(phs_recipe_wrong(&r, &what));
  if (!strstr(phs_buf_cstr(&what), text)) {
    fail_msg("'%s' is not in '%s'", text, phs_buf_cstr(&what));
  }
  phs_buf_free(&what);
}

static void sizes(void **state) {
  (void)state;
  for (int rule = PHS_RULE_ONE_TO_ONE; rule <= PHS_RULE_LIST; rule++) {
    fine(base((phs_rule)rule));
    phs_recipe r = base((phs_rule)rule);
    r.source_count = 0;
    wrong(r, "has 0 sources");
    r.source_count = 1u << 31;
    wrong(r, "1 to 2^31 - 1 are possible");
    r = base((phs_rule)rule);
    r.same_population = true;
    fine(r);
    r.target_count = 11;
    wrong(r, "within one population, but has 10 sources and 11 targets");
  }
  phs_recipe r = base(PHS_RULE_ONE_TO_ONE);
  r.target_count = 9;
  wrong(r, "one to one, but has 10 sources and 9 targets");
  wrong(base((phs_rule)(PHS_RULE_LIST + 1)), "no known kind");
}

static void probabilities(void **state) {
  (void)state;
  for (int k = 0; k < 2; k++) {
    phs_recipe r = base(k ? PHS_RULE_DISTANCE : PHS_RULE_FIXED_PROBABILITY);
    r.probability = 0;
    fine(r);
    r.probability = 1;
    fine(r);
    r.probability = 1.5;
    wrong(r, "the probability 1.5");
    r.probability = -0.1;
    wrong(r, "the probability -0.1");
    r.probability = NAN;
    wrong(r, "the probability");
  }
}

/* 10 sources, or 9 where a neuron does not project to itself; 100 and 90 pairs. */
static void numbers(void **state) {
  (void)state;
  const phs_rule rule[] = {PHS_RULE_FIXED_INDEGREE, PHS_RULE_FIXED_OUTDEGREE,
                           PHS_RULE_FIXED_TOTAL_NUMBER};
  const uint64_t pairs[] = {10, 10, 100}, others[] = {9, 9, 90};
  for (int k = 0; k < 3; k++) {
    phs_recipe r = base(rule[k]);
    r.number = 101; /* copies are allowed */
    fine(r);
    r.multapses = false;
    wrong(r, "wants 101 synapses where there are");
    r.number = pairs[k];
    fine(r);
    r.number++;
    wrong(r, "pairs to choose from");
    r.same_population = true;
    r.autapses = false;
    r.number = others[k];
    fine(r);
    r.number++;
    wrong(r, "pairs to choose from");
    r.multapses = true;
    r.source_count = r.target_count = 1; /* there is nobody else */
    wrong(r, "where there are 0 pairs");
    r.number = 0;
    fine(r);
    r = base(rule[k]);
    r.number = (uint64_t)1 << 41;
    wrong(r, "at most");
  }
}

static void distances(void **state) {
  (void)state;
  phs_recipe r = base(PHS_RULE_DISTANCE);
  r.periodic = true;
  fine(r);
  r.target_grid.extent[1] = 2;
  wrong(r, "periodic edges on grids of the extents 1 and 2");
  r.periodic = false;
  fine(r);
  r.target_grid.extent[1] = 0;
  wrong(r, "the extent 0");
  r = base(PHS_RULE_DISTANCE);
  r.width = 0;
  wrong(r, "the width 0");
  r = base(PHS_RULE_DISTANCE);
  r.cutoff = -1;
  wrong(r, "the cutoff -1");
  r = base(PHS_RULE_DISTANCE);
  r.source_grid.dim[0] = 3;
  wrong(r, "a grid for its sources that does not hold 10 neurons");
  r.source_grid.dim[0] = INT32_MAX;
  wrong(r, "does not hold");
  r.source_grid.dim[0] = 0;
  wrong(r, "does not hold");
  r = base(PHS_RULE_DISTANCE);
  r.target_grid = (phs_grid){.rank = 1, .dim = {10}, .extent = {1}};
  wrong(r, "grids of 2 and 1 dimensions");
  r.target_grid.rank = 4;
  wrong(r, "a grid of 4 dimensions");
  r = base(PHS_RULE_DISTANCE);
  r.profile = (phs_profile)7;
  wrong(r, "profile");
}

static void lists(void **state) {
  (void)state;
  uint32_t source[] = {0, 4, 4, 9}, target[] = {9, 0, 0, 3};
  float weight[] = {1, 2, 3, 4};
  int32_t delay[] = {1, 65536, 7, 8};
  phs_recipe r = base(PHS_RULE_LIST);
  r.list = (phs_synapse_list){4, source, target, weight, delay};
  fine(r);
  delay[1] = 65537;
  wrong(r, "delays from 1 to 65537 steps");
  delay[1] = 0;
  wrong(r, "a delay of 0 steps");
  delay[1] = 1;
  weight[2] = NAN;
  wrong(r, "lists the weight");
  weight[2] = 1;
  source[2] = 3;
  wrong(r, "lists source 3 after 4");
  source[2] = 4;
  target[3] = 10;
  wrong(r, "from 9 to 10, of 10 sources and 10 targets");
  target[3] = 3;
  r.weight = VALUE(NAN); /* unused where the list has its own */
  fine(r);
  r.list.weight = NULL;
  wrong(r, "weight");
  r.list.target = NULL;
  wrong(r, "without sources or targets");
}

static void distributions(void **state) {
  (void)state;
  phs_recipe r = base(PHS_RULE_ALL_TO_ALL);
  r.weight = (phs_distribution){.kind = PHS_DIST_UNIFORM, .a = 2, .b = 1};
  wrong(r, "a weight between 2 and 1");
  r.weight = (phs_distribution){.kind = PHS_DIST_NORMAL, .a = 2, .b = -1};
  wrong(r, "the standard deviation -1 of its weight");
  r.weight = (phs_distribution){.kind = PHS_DIST_LOGNORMAL, .a = 80, .b = 3}; /* exp(99) */
  wrong(r, "binary32 cannot hold");
  r.weight.bound = PHS_BOUND_CLIP;
  r.weight.low = -INFINITY;
  r.weight.high = 1e6;
  fine(r);
  r.weight = VALUE(1e39);
  wrong(r, "binary32 cannot hold");
  r.weight = VALUE(INFINITY);
  wrong(r, "must be finite");
  r.weight = (phs_distribution){.kind = (phs_distribution_kind)9};
  wrong(r, "no known kind");
  r.weight = (phs_distribution){.bound = PHS_BOUND_CLIP, .low = 2, .high = 1};
  wrong(r, "the bounds 2 and 1");
  r.weight.low = NAN;
  wrong(r, "the bounds");
}

static phs_recipe redrawn(phs_distribution_kind kind, double a, double b, double low, double high) {
  phs_recipe r = base(PHS_RULE_ALL_TO_ALL);
  r.weight = (phs_distribution){
      .kind = kind, .bound = PHS_BOUND_REDRAW, .a = a, .b = b, .low = low, .high = high};
  return r;
}

/* A millionth of the draws must lie within: tables of the distributions say where that is. */
static void redraws_that_leave_something(void **state) {
  (void)state;
  const char *text = "draws its weight again";
  fine(redrawn(PHS_DIST_CONSTANT, 1, 0, 1, 1));
  wrong(redrawn(PHS_DIST_CONSTANT, 1, 0, 2, 3), text);
  fine(redrawn(PHS_DIST_UNIFORM, 0, 1, 0.5, 0.500002));
  wrong(redrawn(PHS_DIST_UNIFORM, 0, 1, 0.5, 0.5000005), text);
  wrong(redrawn(PHS_DIST_UNIFORM, 0, 1, 2, 3), text);
  fine(redrawn(PHS_DIST_NORMAL, 10, 2, 19, INFINITY));        /* 4.5 sd: 3.4e-6 */
  wrong(redrawn(PHS_DIST_NORMAL, 10, 2, 20, INFINITY), text); /* 5 sd: 2.9e-7 */
  fine(redrawn(PHS_DIST_NORMAL, 10, 2, -INFINITY, 1));
  wrong(redrawn(PHS_DIST_NORMAL, 10, 0, 11, 12), text);
  fine(redrawn(PHS_DIST_LOGNORMAL, 0, 1, 90, INFINITY));         /* ln 90 = 4.5 sd */
  wrong(redrawn(PHS_DIST_LOGNORMAL, 0, 1, 150, INFINITY), text); /* 5.01 sd */
  wrong(redrawn(PHS_DIST_LOGNORMAL, 0, 1, -INFINITY, 0), text);
  fine(redrawn(PHS_DIST_EXPONENTIAL, 2, 0, 26, INFINITY));        /* exp(-13) = 2.3e-6 */
  wrong(redrawn(PHS_DIST_EXPONENTIAL, 2, 0, 28, INFINITY), text); /* 8.3e-7 */
  fine(redrawn(PHS_DIST_EXPONENTIAL, -2, 0, -INFINITY, -26));
  wrong(redrawn(PHS_DIST_EXPONENTIAL, -2, 0, -INFINITY, -28), text);
  wrong(redrawn(PHS_DIST_EXPONENTIAL, -2, 0, 0.1, INFINITY), text);
}

static void delays(void **state) {
  (void)state;
  phs_recipe r = base(PHS_RULE_ALL_TO_ALL);
  r.delay = VALUE(1 << 24);
  fine(r);
  r.delay = VALUE(2e7);
  wrong(r, "delays of up to 2e+07 steps");
  r.delay = VALUE(1e300);
  wrong(r, "delays of up to 1e+300 steps");
  r.delay = VALUE(-4); /* becomes 1 */
  fine(r);
  r.delay = (phs_distribution){.kind = PHS_DIST_UNIFORM, .a = 1, .b = 65536};
  fine(r);
  r.delay.b = 65538;
  wrong(r, "more than 65535 apart");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(sizes),
      cmocka_unit_test(probabilities),
      cmocka_unit_test(numbers),
      cmocka_unit_test(distances),
      cmocka_unit_test(lists),
      cmocka_unit_test(distributions),
      cmocka_unit_test(redraws_that_leave_something),
      cmocka_unit_test(delays),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
