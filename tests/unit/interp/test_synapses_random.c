/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Random recurrent networks against sums taken straight from their definition: in every step, over
 * all earlier steps, projections, sources and synapses, the terms that arrive now. The interpreter
 * pushes into rings instead. Every bit must agree. */
#include "net_builder.h"

#include "synapses/rows.h"

static const phs_conventions plain = {.integrator = PHS_EULER};

enum { STEPS = 60, PROJECTIONS = 4, INPUT = 40, POISSON = 30, A = 50, B = 1100 };

/* The synapses of one projection in their order. */
typedef struct edges {
  size_t count;
  synapse *edge;
} edges;

static edges make_edges(phs_arena *arena, const phs_recipe *r) {
  phs_rows rows;
  edges out = {0};
  phs_rows_prepare(r, phs_arena_alloc(arena, phs_rows_bytes(r)), &rows);
  out.edge = PHS_NEW_ARRAY(arena, synapse, rows.synapses);
  phs_row row = {.target = PHS_NEW_ARRAY(arena, uint16_t, rows.longest),
                 .delay = PHS_NEW_ARRAY(arena, uint16_t, rows.longest),
                 .weight = PHS_NEW_ARRAY(arena, float, rows.longest)};
  assert_true(out.edge && row.target && row.delay && row.weight);
  for (uint32_t i = 0; i < r->source_count; i++) {
    for (uint32_t tile = 0; tile < rows.tiles; tile++) {
      phs_row_make(&rows, i, tile, &row);
      for (uint32_t k = 0; k < row.count; k++) {
        out.edge[out.count++] = (synapse){i, tile * PHS_TILE + row.target[k], row.weight[k],
                                          phs_delay_low(r) + row.delay[k]};
      }
    }
  }
  assert_int_equal(out.count, rows.synapses);
  return out;
}

/* What the ops gave in every step so far. */
typedef struct history {
  float *x[MAX_OPS];
  size_t size[MAX_OPS];
} history;

static void remember(history *h, const phs_interp *it, const phs_net *net, int t) {
  for (int i = 0; i < net->op_count; i++) {
    for (size_t e = 0; e < h->size[i]; e++) {
      h->x[i][(size_t)t * h->size[i] + e] = value_of(it, i, "out", e);
    }
  }
}

/* acc of op `index` in step t, by definition. */
static void sum_up(const history *h, const phs_net *net, int index, const edges *all, int t,
                   float *acc) {
  const phs_op *op = &net->op[index];
  const phs_synapses *s = &op->synapses;
  size_t targets = h->size[index];
  int64_t *n = calloc(targets, sizeof *n);
  assert_non_null(n);
  for (size_t j = 0; j < targets; j++) {
    acc[j] = 0;
  }
  for (int sent = 0; sent < t; sent++) {
    for (int p = 0; p < s->projection_count; p++) {
      const float *x = h->x[op->operand[p]] + (size_t)sent * h->size[op->operand[p]];
      for (size_t k = 0; k < all[p].count; k++) {
        const synapse *e = &all[p].edge[k];
        if (sent + e->delay == t && x[e->source] != 0) {
          acc[e->target] = acc[e->target] + e->weight * x[e->source];
          n[e->target] += (int64_t)x[e->source];
        }
      }
    }
  }
  for (size_t j = 0; s->counted && j < targets; j++) {
    acc[j] = s->weight * (float)n[j];
  }
  free(n);
}

static phs_projection drawn(noise *n, const char *name, phs_rule rule, uint32_t sources,
                            uint32_t targets, bool same) {
  phs_projection p = {
      .name = name,
      .recipe = {.rule = rule,
                 .source_count = sources,
                 .target_count = targets,
                 .same_population = same,
                 .autapses = noise_below(n, 2) == 0,
                 .multapses = true,
                 .probability = 0.08,
                 .number = 3,
                 .weight = {.kind = PHS_DIST_NORMAL, .a = 0.2, .b = 0.4},
                 .delay = {.kind = PHS_DIST_UNIFORM, .a = 1, .b = (double)(1 + noise_below(n, 30))},
                 .key = noise_bits(n)}};
  return p;
}

/* A network: input -> A (neurons) <-> B (neurons), Poisson -> both; B's synapses are weighted,
 * A's are a counted op, then a weighted one that starts from it. */
typedef struct random_net {
  phs_net *net;
  int poisson, to_a_counted, to_a, to_b, a, b;
} random_net;

static random_net make_random(noise *n, phs_rule rule) {
  random_net r = {.net = make_net(&plain, 1)};
  int in = add_input(r.net, SHAPE(INPUT));
  r.poisson = add_source(r.net, PHS_SOURCE_POISSON, "poisson", SHAPE(POISSON));
  r.net->op[r.poisson].source.mean = make_param(r.net, F64(0.3), 1);
  r.net->op[r.poisson].source.key = noise_bits(n);
  int a = r.net->op_count + 3, b = a + 1;
  phs_projection counted[] = {drawn(n, "a>a", rule, A, A, true),
                              drawn(n, "p>a", PHS_RULE_FIXED_PROBABILITY, POISSON, A, false)};
  phs_projection to_a[] = {drawn(n, "b>a", rule, B, A, false),
                           drawn(n, "in>a", PHS_RULE_ALL_TO_ALL, INPUT, A, false)};
  phs_projection to_b[] = {drawn(n, "a>b", rule, A, B, false), drawn(n, "b>b", rule, B, B, true),
                           drawn(n, "p>b", PHS_RULE_FIXED_PROBABILITY, POISSON, B, false),
                           drawn(n, "b>b#2", PHS_RULE_ONE_TO_ONE, B, B, true)};
  int zero = 0;
  int from[PROJECTIONS] = {zero, zero, zero, zero};
  r.to_a_counted = add_synapses(r.net, "a#c", SHAPE(A), counted, from, 2, -1);
  r.net->op[r.to_a_counted].synapses.counted = true;
  r.net->op[r.to_a_counted].synapses.weight = 0.17F;
  r.to_a = add_synapses(r.net, "a#w", SHAPE(A), to_a, from, 2, r.to_a_counted);
  r.to_b = add_synapses(r.net, "b#w", SHAPE(B), to_b, from, 4, -1);
  r.a = add_neurons(r.net, r.to_a, PHS_MODEL_IF, (const double[]){1, 1, 0});
  r.b = add_neurons(r.net, r.to_b, PHS_MODEL_IF, (const double[]){1, 2, 0});
  assert_true(r.a == a && r.b == b);
  memcpy(r.net->op[r.to_a_counted].operand, (const int[]){a, r.poisson}, 2 * sizeof(int));
  memcpy(r.net->op[r.to_a].operand, (const int[]){b, in}, 2 * sizeof(int));
  memcpy(r.net->op[r.to_b].operand, (const int[]){a, b, r.poisson, b}, 4 * sizeof(int));
  return r;
}

/* Results of the synapses op `index` in step t against the sums; init -1: none. */
static void check_op(const history *h, const phs_net *net, int index, int init, const edges *all,
                     int t) {
  float acc[B];
  sum_up(h, net, index, all, t, acc);
  for (size_t j = 0; j < h->size[index]; j++) {
    float start = init < 0 ? 0 : h->x[init][(size_t)t * h->size[init] + j];
    float want = init < 0 ? acc[j] : start + acc[j];
    assert_same_float(h->x[index][(size_t)t * h->size[index] + j], want);
  }
}

static void run_random(uint64_t seed, phs_rule rule) {
  noise n = {seed};
  random_net r = make_random(&n, rule);
  const int op[] = {r.to_a_counted, r.to_a, r.to_b};
  edges all[3][PROJECTIONS] = {0};
  history h = {0};
  for (int k = 0; k < 3; k++) {
    for (int p = 0; p < r.net->op[op[k]].synapses.projection_count; p++) {
      all[k][p] = make_edges(r.net->arena, &r.net->op[op[k]].synapses.projection[p].recipe);
      assert_true(all[k][p].count > 0);
    }
  }
  for (int i = 0; i < r.net->op_count; i++) {
    h.size[i] = phs_shape_count(&r.net->op[i].shape);
    h.x[i] = PHS_NEW_ARRAY(r.net->arena, float, STEPS *h.size[i]);
    assert_non_null(h.x[i]);
  }
  phs_interp *it = make_interp(r.net);
  double spikes = 0;
  for (int t = 0; t < STEPS; t++) {
    float input[INPUT];
    for (int e = 0; e < INPUT; e++) {
      input[e] = noise_below(&n, 5) == 0 ? noise_float(&n) : 0;
    }
    step1(it, input);
    remember(&h, it, r.net, t);
    check_op(&h, r.net, r.to_a_counted, -1, all[0], t);
    check_op(&h, r.net, r.to_a, r.to_a_counted, all[1], t);
    check_op(&h, r.net, r.to_b, -1, all[2], t);
    for (int j = 0; j < A; j++) {
      spikes += (double)h.x[r.a][t * A + j];
    }
  }
  assert_true(spikes > A); /* it was alive */
  phs_interp_destroy(it);
  phs_net_destroy(r.net);
}

static void random_networks(void **state) {
  (void)state;
  run_random(1, PHS_RULE_FIXED_PROBABILITY);
  run_random(2, PHS_RULE_FIXED_PROBABILITY);
}

static void random_networks_of_fixed_numbers(void **state) {
  (void)state;
  run_random(3, PHS_RULE_FIXED_INDEGREE);
  run_random(4, PHS_RULE_FIXED_OUTDEGREE);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(random_networks),
      cmocka_unit_test(random_networks_of_fixed_numbers),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
