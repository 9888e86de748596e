/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Sources, sparse projections and receptors in programs: every result and state of random networks
 * equals the interpreter's, bit for bit, stored or made again, by any number of threads. */
#include "backends/cpu/cpu.h"
#include "interp/interp.h"
#include "sparse_nets.h"

#include <setjmp.h>

#include <cmocka.h>

enum { MOST_THREADS = 3 };

static void print_diagnostic(void *user, const phasor_diagnostic *d) {
  (void)user;
  print_error("%s: %s\n", d->code, d->message);
}

static void compare(const phs_net *n, int op, const char *var, const phs_interp *it,
                    const phs_cpu_run *run, int t, const char *how) {
  phs_quantity want;
  struct phs_quantity got;
  assert_true(phs_interp_quantity(it, op, var, &want));
  assert_true(phs_cpu_run_quantity(run, op, var, &got));
  assert_int_equal(got.elem, want.elem);
  assert_true(got.count == want.count);
  size_t size = got.elem == PHS_I1 ? 1 : 4;
  bool same = memcmp(got.data, want.data, got.count * size) == 0;
  for (size_t i = 0; !same && i < got.count; i++) {
    if (memcmp((const char *)got.data + i * size, (const char *)want.data + i * size, size) != 0) {
      fail_msg("%s, step %d: element %zu of %zu of %s.%s (kind %d) differs", how, t, i, got.count,
               n->op[op].name, var, (int)n->op[op].kind);
    }
  }
}

static void compare_all(const phs_net *n, const phs_interp *it, const phs_cpu_run *run, int t,
                        const char *how) {
  for (int op = 0; op < n->op_count; op++) {
    const phs_op *o = &n->op[op];
    if (o->kind != PHS_OP_OUTPUT) {
      compare(n, op, "out", it, run, t, how);
    }
    for (int s = 0; o->kind == PHS_OP_NEURONS && s < o->neurons.state_count; s++) {
      compare(n, op, o->neurons.state[s], it, run, t, how);
    }
    if (o->kind == PHS_OP_SYNAPSES && o->synapses.plasticity.kind != PHS_PLASTICITY_NONE) {
      compare(n, op, "w", it, run, t, how);
    }
  }
}

/* Every other projection is stored, the others are made again. */
static void set_modes(const phs_net *n, int first) {
  int at = first;
  for (int op = 0; op < n->op_count; op++) {
    for (int k = 0; n->op[op].kind == PHS_OP_SYNAPSES && k < n->op[op].synapses.projection_count;
         k++) {
      n->op[op].synapses.projection[k].mode =
          at++ % 2 ? PHS_SYNAPSES_RECOMPUTE : PHS_SYNAPSES_STORE;
    }
  }
}

typedef struct way {
  phs_cpu_program *program[2];
  phs_cpu_run *run[2 * MOST_THREADS];
  char how[2 * MOST_THREADS][64];
  int count;
} ways;

/* Stored at -O0 is recomputed at -O2, and the other way round; each by several threads. */
static void load(ways *w, phs_ir *ir, const phs_net *n, int most, phs_diag *diag) {
  w->count = 0;
  for (int k = 0; k < 2; k++) {
    phs_cpu_options o = {.opt_level = 2 * k, .threads = 1 + k};
    set_modes(n, k);
    w->program[k] = phs_cpu_load(ir, (MlirModule){0}, n, &o, diag);
    assert_non_null(w->program[k]);
    for (int threads = 1; threads <= most; threads++) {
      snprintf(w->how[w->count], sizeof w->how[0], "-O%d, %d threads", 2 * k, threads);
      w->run[w->count] = phs_cpu_run_create_threads(w->program[k], threads);
      assert_non_null(w->run[w->count++]);
    }
  }
}

static void unload(ways *w) {
  while (w->count > 0) {
    phs_cpu_run_destroy(w->run[--w->count]);
  }
  phs_cpu_unload(w->program[0]);
  phs_cpu_unload(w->program[1]);
}

static void one_step(const phs_net *n, phs_interp *it, ways *w, int t) {
  float x[64];
  const float *inputs[] = {x};
  for (int k = 0; k < 64; k++) {
    x[k] = (t + k) % 3 ? 0 : (float)(k % 5) - 1.5F;
  }
  phs_interp_step(it, inputs);
  for (int k = 0; k < w->count; k++) {
    phs_cpu_run_step(w->run[k], inputs);
    compare_all(n, it, w->run[k], t, w->how[k]);
  }
}

/* One interpreter, and every way to run the program, side by side; then again from the start. */
static void run_ways(const phs_net *n, int steps, int most_threads) {
  phs_diag diag = {.fn = print_diagnostic};
  phs_ir *ir = phs_ir_create(&diag);
  phs_interp *it = phs_interp_create(n, &diag);
  ways w;
  assert_non_null(it);
  load(&w, ir, n, most_threads, &diag);
  for (int t = 0; t < steps; t++) {
    one_step(n, it, &w, t);
  }
  phs_interp_reset(it);
  for (int k = 0; k < w.count; k++) {
    phs_cpu_run_reset(w.run[k]);
  }
  for (int t = 0; t < steps && t < 8; t++) {
    one_step(n, it, &w, t);
  }
  assert_int_equal(diag.errors, 0);
  phs_interp_destroy(it);
  unload(&w);
  phs_ir_destroy(ir);
}

/* A random recurrent network of two populations with all kinds of sources. */
static phs_net *random_net(rng *r) {
  phs_net *n = net_new();
  int sizes[] = {rng_in(r, 1, 1500), rng_in(r, 1, rng_in(r, 0, 1) ? 40 : 1100)};
  int longest = rng_in(r, 0, 3) ? rng_in(r, 1, 20) : rng_in(r, 1, 500);
  int drive = net_poisson(n, sizes[0], 0.8, rng_in(r, 0, 1), r);
  int few = net_train(n, rng_in(r, 1, 1200), 40, 20, r);
  int bias = rng_in(r, 0, 1) ? net_current(n, sizes[0], 3, r) : net_noise(n, sizes[0], true, r);
  int input = net_input(n, shape_of(1, 64));
  int few_count = (int)n->op[few].shape.dim[0];
  phs_rule any = (phs_rule)rng_in(r, PHS_RULE_ALL_TO_ALL, PHS_RULE_LIST);
  phs_projection to_e[] = {
      net_projection(n, any, sizes[0], sizes[0], true, longest, r),
      net_projection(n, PHS_RULE_ONE_TO_ONE, sizes[0], sizes[0], false, longest, r),
      net_projection(n, (phs_rule)rng_in(r, PHS_RULE_FIXED_PROBABILITY, PHS_RULE_LIST), 64,
                     sizes[0], false, longest, r)};
  int from_e[] = {0, drive, input};
  int e = net_synapses(n, sizes[0], to_e, from_e, 3, false, 0, bias);
  phs_projection to_i[] = {
      net_projection(n, (phs_rule)rng_in(r, PHS_RULE_FIXED_PROBABILITY, PHS_RULE_LIST), sizes[1],
                     sizes[0], false, longest, r)};
  int i = net_synapses(n, sizes[0], to_i, &drive, 1, true, rng_float(r, 0, 0.1F), -1);
  phs_projection to_b[] = {
      net_projection(n, (phs_rule)rng_in(r, PHS_RULE_FIXED_PROBABILITY, PHS_RULE_LIST), sizes[0],
                     sizes[1], false, longest, r),
      net_projection(n, (phs_rule)rng_in(r, PHS_RULE_ALL_TO_ALL, PHS_RULE_LIST), few_count,
                     sizes[1], false, longest, r)};
  int from_b[] = {0, few};
  int b = net_synapses(n, sizes[1], to_b, from_b, 2, true, rng_float(r, 0.1F, 0.4F), -1);
  int quiet = net_current(n, sizes[1], 1, r);
  int first = net_receptors(n, e, i, rng_in(r, 0, 1), r);
  int second = net_receptors(n, b, quiet, rng_in(r, 0, 1), r);
  n->op[e].operand[0] = first;
  n->op[i].operand[0] = second;
  n->op[b].operand[0] = first;
  net_output(n, first);
  net_output(n, second);
  return n;
}

static void test_random_nets(void **state) {
  (void)state;
  for (int k = 0; k < 3; k++) {
    rng r = {UINT64_C(0x9E3779B97F4A7C15) * (uint64_t)(k + 1)};
    phs_net *n = random_net(&r);
    run_ways(n, 16, MOST_THREADS);
    phs_net_destroy(n);
  }
}

/* Every rule, counted and weighted, within and between populations of several tiles. */
static void test_every_rule(void **state) {
  (void)state;
  enum { COUNT = 1225 /* 35 x 35 */, RULES = PHS_RULE_LIST + 1 };
  rng r = {77};
  phs_net *n = net_new();
  int from[RULES], counts = net_poisson(n, COUNT, 0.03, false, &r),
                   few = net_poisson(n, 40, 0.1, true, &r);
  phs_projection p[RULES];
  n->op[counts].source.stop = n->op[few].source.stop = INT64_MAX;
  for (int same = 0; same < 2; same++) {
    for (int rule = 0; rule < RULES; rule++) {
      int sources = rule == PHS_RULE_ALL_TO_ALL ? 40 : COUNT;
      from[rule] = sources == 40 ? few : counts;
      p[rule] = net_projection(n, (phs_rule)rule, sources, COUNT, same && sources == COUNT, 9, &r);
    }
    int a = net_synapses(n, COUNT, p, from, RULES, false, 0, -1);
    net_output(n, net_synapses(n, COUNT, p, from, RULES, true, 0.3F, a));
  }
  run_ways(n, 20, MOST_THREADS);
  phs_net_destroy(n);
}

/* One to one with one delay and weight goes by whole vectors: over each type of source. */
static void test_element_to_element(void **state) {
  (void)state;
  rng r = {9};
  phs_net *n = net_new();
  int x = net_poisson(n, 1500, 0.7, false, &r), noise = net_noise(n, 1500, false, &r);
  int quiet = net_current(n, 1500, 2, &r);
  phs_projection p[3];
  for (int k = 0; k < 3; k++) {
    p[k] = net_projection(n, PHS_RULE_ONE_TO_ONE, 1500, 1500, k == 1, 4, &r);
    p[k].recipe.autapses = true;
    p[k].recipe.weight = constant(k == 1 ? -0.1 : 0.2);
    p[k].recipe.delay = constant(1 + 3 * k);
  }
  int from[] = {x, 0, noise};
  int weighted = net_synapses(n, 1500, p, from, 3, false, 0, -1);
  int counted = net_synapses(n, 1500, p, from, 2, true, 0.2F, -1);
  int z = net_receptors(n, weighted, counted, true, &r);
  n->op[weighted].operand[1] = n->op[counted].operand[1] = z;
  net_output(n, net_add(n, z, quiet));
  run_ways(n, 16, MOST_THREADS);
  phs_net_destroy(n);
}

/* Delays from 1 to thousands in one projection: slots come round once, twice, and not at all. */
static void test_long_delays(void **state) {
  (void)state;
  rng r = {5};
  phs_net *n = net_new();
  int x = net_train(n, 30, 60, 20, &r);
  phs_projection p = net_projection(n, PHS_RULE_FIXED_OUTDEGREE, 30, 1100, false, 5000, &r);
  p.recipe.delay = constant(1);
  p.recipe.delay.kind = PHS_DIST_UNIFORM;
  p.recipe.delay.b = 5000;
  net_output(n, net_synapses(n, 1100, &p, &x, 1, false, 0, -1));
  run_ways(n, 5040, 1);
  phs_net_destroy(n);
}

/* Layers of other kinds between: parts wait where they must. */
static void test_mixed_layers(void **state) {
  (void)state;
  rng r = {400};
  phs_net *n = net_new();
  int x = net_input(n, shape_of(1, 64));
  int spikes = net_poisson(n, 2100, 0.3, true, &r);
  int a = net_linear(n, spikes, -1, 1500, true, &r);
  phs_projection p = net_projection(n, PHS_RULE_FIXED_INDEGREE, 64, 1500, false, 6, &r);
  int s = net_synapses(n, 1500, &p, &x, 1, false, 0, a);
  int late = net_delay(n, n->op[a].shape, PHS_F32, a, 1, 3, &r);
  int z = net_receptors(n, net_add(n, s, late), net_scale(n, late, true, &r), true, &r);
  int back = net_delay(n, n->op[z].shape, PHS_I1, z, 2, 2, &r);
  int b = net_linear(n, back, -1, 40, false, &r);
  net_output(n, net_neurons(n, b, LEAKY_ONE, true, &r));
  net_output(n, z);
  run_ways(n, 12, MOST_THREADS);
  phs_net_destroy(n);
}

/* Weights that learn by spikes, with and without reward, over one tile of targets and over several.
 */
static void test_plastic(void **state) {
  (void)state;
  rng r = {900};
  phs_net *n = net_new();
  int reward = net_current(n, 1, 6, &r);
  for (int k = 0; k < 4; k++) {
    int sources = rng_in(&r, 10, 300), targets = k < 2 ? rng_in(&r, 5, 60) : rng_in(&r, 1030, 2300);
    int x = net_poisson(n, sources, 0.2, false, &r), quiet = net_current(n, targets, 2, &r);
    n->op[x].source.stop = INT64_MAX;
    phs_projection p =
        net_projection(n, k == 1 ? PHS_RULE_FIXED_INDEGREE : PHS_RULE_FIXED_PROBABILITY, sources,
                       targets, false, 3, &r);
    p.recipe.delay = constant(1 + k);
    int y = net_synapses(n, targets, &p, &x, 1, false, 0, -1);
    int z = net_receptors(n, y, quiet, true, &r);
    phs_op *op = &n->op[y];
    op->operand[1] = z;
    op->operand[2] = reward;
    op->operand_count = k % 2 ? 3 : 2;
    op->synapses.plasticity =
        (phs_plasticity){.kind = k % 2 ? PHS_PLASTICITY_RSTDP : PHS_PLASTICITY_STDP,
                         .decay_plus = 0.9F,
                         .decay_minus = 0.85F,
                         .a_plus = 0.03F,
                         .a_minus = 0.02F,
                         .mu_plus = k == 2,
                         .mu_minus = k == 2,
                         .w_max = 0.4F,
                         .decay_e = 0.95F,
                         .rate = 0.5F};
    net_output(n, z);
  }
  run_ways(n, 24, MOST_THREADS);
  phs_net_destroy(n);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_random_nets),        cmocka_unit_test(test_every_rule),
      cmocka_unit_test(test_element_to_element), cmocka_unit_test(test_long_delays),
      cmocka_unit_test(test_mixed_layers),       cmocka_unit_test(test_plastic),
  };
  return cmocka_run_group_tests_name("cpu/sparse", tests, NULL, NULL);
}
