/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Each rewrite of phasor-fuse: where it applies, where it must not, and that the interpreter gives
 * the same bits. */
#include "fuse_nets.h"

enum { STEPS = 100, SEEDS = 5 };

typedef phs_net *(*builder)(maker *m);

/* One structure and how many stateless ops are left of it: certified weights, other weights,
 * reassociated. */
typedef struct structure {
  const char *name;
  builder build;
  int coarse, fine, reassociated;
  phs_spikes_per_step spikes;
} structure;

static phs_net *build(const structure *s, weights kind, uint64_t seed) {
  maker m = start_net(kind, seed, s->spikes);
  return s->build(&m);
}

/* The graded output may differ in its last places: everything in it is of the order of 1 to 100. */
static void compare_roughly(const phs_net *a, const phs_net *b) {
  phs_interp *it[2] = {make_interp(a), make_interp(b)};
  int out[2] = {phs_net_find(a, "graded_out"), phs_net_find(b, "graded_out")};
  size_t count = phs_shape_count(&a->op[0].shape);
  float *x = calloc(count, sizeof *x);
  assert_non_null(x);
  noise n = {99};
  for (int t = 0; t < STEPS; t++) {
    noise_input(&n, x, count);
    step1(it[0], x);
    step1(it[1], x);
    for (size_t e = 0; e < phs_shape_count(&a->op[out[0]].shape); e++) {
      assert_near(value_of(it[1], out[1], "out", e), value_of(it[0], out[0], "out", e), 1e-3);
    }
  }
  free(x);
  phs_interp_destroy(it[0]);
  phs_interp_destroy(it[1]);
}

static void expect_ops(const structure *s, const phs_net *net, int want, const char *how) {
  if (count_stateless(net) != want) {
    fail_msg("%s, %s: %d ops instead of %d", s->name, how, count_stateless(net), want);
  }
}

static void check(const structure *s, uint64_t seed) {
  for (int kind = COARSE; kind <= FINE; kind++) {
    phs_net *before = build(s, (weights)kind, seed), *after = build(s, (weights)kind, seed);
    fuse_net(after, false);
    expect_ops(s, after, kind == COARSE ? s->coarse : s->fine,
               kind == COARSE ? "certified" : "not certified");
    assert_true(compare_runs(before, after, STEPS) > 0);
    phs_net_destroy(after);
    after = build(s, (weights)kind, seed);
    fuse_net(after, true);
    expect_ops(s, after, s->reassociated, "reassociated");
    compare_roughly(before, after);
    phs_net_destroy(after);
    phs_net_destroy(before);
  }
}

static int spike_input(maker *m, phs_shape shape) {
  return spikes_of(m, add_input(m->net, shape));
}

#define PLAIN(k) ((geometry){.kernel = {k, k}, .stride = 1, .dilation = 1, .groups = 1})
#define STRIDED(k, s) ((geometry){.kernel = {k, k}, .stride = s, .dilation = 1, .groups = 1})

static phs_net *scale_linear(maker *m) {
  int x = spike_input(m, SHAPE(12));
  float *s = draw(m, 12);
  s[3] = 0;
  return finish_net(m, linear_op(m, scale_op(m, x, s, 12), -1, 5, true));
}

static phs_net *scale_scale_linear(maker *m) {
  int x = spike_input(m, SHAPE(12));
  x = scale_op(m, scale_op(m, x, draw(m, 12), 12), F32(0.3F), 1);
  return finish_net(m, linear_op(m, x, -1, 5, true));
}

static phs_net *scale_conv(maker *m) {
  int x = spike_input(m, SHAPE(4, 5, 6));
  float s[120], *channel = draw(m, 4);
  for (int i = 0; i < 120; i++) {
    s[i] = channel[i / 30];
  }
  geometry g = {.kernel = {3, 2}, .stride = 1, .pad = 1, .dilation = 1, .groups = 2};
  return finish_net(m, conv_op(m, scale_op(m, x, s, 120), -1, 6, g, true));
}

static phs_net *element_scale_conv(maker *m) {
  int x = spike_input(m, SHAPE(2, 5, 6));
  return finish_net(m, conv_op(m, scale_op(m, x, draw(m, 60), 60), -1, 3, PLAIN(3), true));
}

static phs_net *scale_flatten_linear(maker *m) {
  int x = spike_input(m, SHAPE(2, 3, 4));
  x = flatten_op(m, scale_op(m, x, draw(m, 24), 24), 0, 2);
  return finish_net(m, linear_op(m, x, -1, 5, false));
}

static phs_net *graded_half_linear(maker *m) {
  int x = add_input(m->net, SHAPE(12));
  return finish_net(m, linear_op(m, scale_op(m, x, F32(0.5F), 1), -1, 5, true));
}

static phs_net *graded_minus_linear(maker *m) {
  int x = add_input(m->net, SHAPE(12));
  return finish_net(m, linear_op(m, scale_op(m, x, F32(-1.0F), 1), -1, 5, true));
}

static phs_net *quarter_linear(maker *m) {
  return finish_net(
      m, linear_op(m, scale_op(m, spike_input(m, SHAPE(12)), F32(0.25F), 1), -1, 5, true));
}

static phs_net *third_linear(maker *m) {
  return finish_net(
      m, linear_op(m, scale_op(m, spike_input(m, SHAPE(12)), F32(0.3F), 1), -1, 5, true));
}

static phs_net *linear_quarter(maker *m) {
  int x = linear_op(m, spike_input(m, SHAPE(12)), -1, 4, true);
  return finish_net(m, scale_op(m, x, F32(0.25F, 2.0F, 1.0F, 8.0F), 4));
}

static phs_net *linear_third(maker *m) {
  return finish_net(
      m, scale_op(m, linear_op(m, spike_input(m, SHAPE(12)), -1, 4, true), F32(0.3F), 1));
}

static phs_net *linear_minus_half(maker *m) {
  return finish_net(
      m, scale_op(m, linear_op(m, spike_input(m, SHAPE(12)), -1, 4, true), F32(-0.5F), 1));
}

static phs_net *graded_linear_half(maker *m) {
  int x = linear_op(m, add_input(m->net, SHAPE(12)), -1, 4, true);
  return finish_net(m, scale_op(m, x, F32(0.5F), 1));
}

static phs_net *conv_half(maker *m) {
  int x = conv_op(m, spike_input(m, SHAPE(2, 5, 5)), -1, 2, PLAIN(3), true);
  float s[18];
  for (int i = 0; i < 18; i++) {
    s[i] = i < 9 ? 0.5F : 4.0F;
  }
  return finish_net(m, scale_op(m, x, s, 18));
}

static phs_net *conv_element_half(maker *m) {
  int x = conv_op(m, spike_input(m, SHAPE(2, 5, 5)), -1, 2, PLAIN(3), true);
  float s[18];
  for (int i = 0; i < 18; i++) {
    s[i] = i % 2 ? 0.5F : 4.0F;
  }
  return finish_net(m, scale_op(m, x, s, 18));
}

static int diagonal_op(maker *m, int x, const float *d, bool bias) {
  int64_t n = m->net->op[x].shape.dim[0];
  float *w = PHS_NEW_ARRAY(m->net->arena, float, (size_t)(n * n));
  for (int64_t i = 0; i < n; i++) {
    w[i * n + i] = d[i];
  }
  return named_op(m, add_linear(m->net, x, -1, n, n, w, bias ? draw(m, (size_t)n) : NULL),
                  "diagonal");
}

static phs_net *linear_diagonal(maker *m) {
  int x = linear_op(m, spike_input(m, SHAPE(12)), -1, 4, true);
  return finish_net(m, diagonal_op(m, x, F32(0.5F, -2.0F, 1.0F, 4.0F), false));
}

static phs_net *linear_batch_norm(maker *m) {
  int x = linear_op(m, spike_input(m, SHAPE(12)), -1, 4, true);
  return finish_net(m, diagonal_op(m, x, draw(m, 4), true));
}

static phs_net *linear_linear(maker *m) {
  int x = linear_op(m, spike_input(m, SHAPE(6)), -1, 20, true);
  return finish_net(m, linear_op(m, x, -1, 4, true));
}

static phs_net *bottleneck(maker *m) {
  int x = linear_op(m, spike_input(m, SHAPE(12)), -1, 2, true);
  return finish_net(m, linear_op(m, x, -1, 12, true));
}

static phs_net *linear_linear_chain(maker *m) {
  int x = spike_input(m, SHAPE(6)), first = linear_op(m, x, -1, 4, true);
  int inner = linear_op(m, spikes_of(m, first), -1, 20, false);
  return finish_net(m, linear_op(m, inner, linear_op(m, x, -1, 4, false), 4, true));
}

static phs_net *average_conv(maker *m) {
  int x = pool_op(m, spike_input(m, SHAPE(3, 8, 8)), true, STRIDED(2, 2));
  return finish_net(m, conv_op(m, x, -1, 4, PLAIN(3), true));
}

static phs_net *average_flatten_linear(maker *m) {
  int x = pool_op(m, spike_input(m, SHAPE(2, 6, 6)), true, STRIDED(2, 2));
  return finish_net(m, linear_op(m, flatten_op(m, x, 0, 2), -1, 5, false));
}

static phs_net *sum_flatten_linear(maker *m) {
  int x = pool_op(m, spike_input(m, SHAPE(2, 6, 6)), false, STRIDED(3, 1));
  return finish_net(m, linear_op(m, flatten_op(m, x, 0, 2), -1, 4, true));
}

static phs_net *padded_sum_flatten_linear(maker *m) {
  geometry g = {.kernel = {3, 5}, .stride = 1, .pad = 1};
  int x = pool_op(m, spike_input(m, SHAPE(2, 6, 6)), false, g);
  return finish_net(m, linear_op(m, flatten_op(m, x, 0, 2), -1, 4, true));
}

static phs_net *conv_sum(maker *m) {
  geometry g = {.kernel = {3, 2}, .stride = 1, .pad = 1, .dilation = 1, .groups = 1};
  int x = conv_op(m, spike_input(m, SHAPE(2, 9, 8)), -1, 3, g, true);
  return finish_net(m, pool_op(m, x, false, STRIDED(2, 2)));
}

static phs_net *conv_average(maker *m) {
  geometry g = {.kernel = {3, 3}, .stride = 1, .pad = 2, .dilation = 2, .groups = 2};
  int x = conv_op(m, spike_input(m, SHAPE(2, 9, 8)), -1, 4, g, true);
  return finish_net(m, pool_op(m, x, true, (geometry){.kernel = {2, 4}, .stride = 3}));
}

static phs_net *conv_padded_sum(maker *m) {
  geometry g = {.kernel = {2, 2}, .stride = 2, .pad = 1};
  int x = conv_op(m, spike_input(m, SHAPE(2, 9, 8)), -1, 3, PLAIN(3), true);
  return finish_net(m, pool_op(m, x, false, g));
}

static phs_net *sum_depthwise(maker *m) {
  int x = pool_op(m, spike_input(m, SHAPE(3, 9, 8)), false, STRIDED(2, 2));
  geometry g = {.kernel = {2, 2}, .stride = 2, .dilation = 1, .groups = 3};
  return finish_net(m, conv_op(m, x, -1, 3, g, true));
}

/* Windows that overlap reach over the border: the convolution's padding, on either side, is not
 * theirs. */
static phs_net *overlapping_sum_padded_depthwise(maker *m, bool low) {
  int x = pool_op(m, spike_input(m, SHAPE(3, 9, 9)), false, STRIDED(3, 2));
  geometry g = {.kernel = {1, 1}, .stride = 2, .pad = 1, .dilation = 1, .groups = 3};
  x = conv_op(m, x, -1, 3, g, true);
  for (int d = 0; d < 2; d++) {
    *(low ? &m->net->op[x].conv.pad_high[d] : &m->net->op[x].conv.pad_low[d]) = 0;
    m->net->op[x].shape.dim[1 + d] = 3;
  }
  return finish_net(m, x);
}

static phs_net *padded_low(maker *m) {
  return overlapping_sum_padded_depthwise(m, true);
}

static phs_net *padded_high(maker *m) {
  return overlapping_sum_padded_depthwise(m, false);
}

/* The same without padding. */
static phs_net *overlapping_sum_depthwise(maker *m) {
  int x = pool_op(m, spike_input(m, SHAPE(3, 9, 9)), false, STRIDED(3, 2));
  geometry g = {.kernel = {1, 1}, .stride = 2, .dilation = 1, .groups = 3};
  return finish_net(m, conv_op(m, x, -1, 3, g, true));
}

/* A start of -0 stays -0 where all that follows was scaled to nothing. */
static phs_net *zero_scale_init(maker *m) {
  int x = spike_input(m, SHAPE(4)), init = scale_op(m, x, F32(-1.0F), 1);
  int y = named_op(
      m, add_neurons(m->net, linear_op(m, x, -1, 4, true), PHS_MODEL_THRESHOLD, F64(0)), "y");
  return finish_net(m, linear_op(m, scale_op(m, y, F32(0.0F), 1), init, 4, false));
}

/* The product of the weights is harmless, but the sums in between are rounded. */
static phs_net *rounded_between(maker *m) {
  int x = spike_input(m, SHAPE(2));
  x = add_linear(m->net, x, -1, 2, 2, F32(1, 0x1p25F, 1, -0x1p25F), NULL);
  return finish_net(m, add_linear(m->net, named_op(m, x, "inner"), -1, 1, 2, F32(1, 1), NULL));
}

static phs_net *parallel(maker *m) {
  int x = spike_input(m, SHAPE(12));
  int a = linear_op(m, x, -1, 5, true);
  return finish_net(m, linear_op(m, x, a, 5, true));
}

static phs_net *parallel_apart(maker *m) {
  int x = spike_input(m, SHAPE(12)), y = spikes_of(m, linear_op(m, x, -1, 7, true));
  int a = linear_op(m, x, linear_op(m, y, -1, 5, false), 5, true);
  return finish_net(m, linear_op(m, x, linear_op(m, y, a, 5, true), 5, false));
}

static phs_net *parallel_conv(maker *m) {
  int x = spike_input(m, SHAPE(2, 6, 6));
  int a = conv_op(m, x, -1, 3, PLAIN(3), false);
  return finish_net(m, conv_op(m, x, a, 3, PLAIN(3), true));
}

static const structure structures[] = {
    {"scale -> linear", scale_linear, 1, 1, 1, PHS_ONE},
    {"scale -> scale -> linear", scale_scale_linear, 1, 1, 1, PHS_ONE},
    {"scale -> conv", scale_conv, 1, 1, 1, PHS_ONE},
    {"scale of elements -> conv", element_scale_conv, 2, 2, 2, PHS_ONE},
    {"scale -> flatten -> linear", scale_flatten_linear, 2, 2, 2, PHS_ONE},
    {"input / 2 -> linear", graded_half_linear, 2, 2, 1, PHS_ONE},
    {"- input -> linear", graded_minus_linear, 1, 1, 1, PHS_ONE},
    {"counts / 4 -> linear", quarter_linear, 1, 1, 1, PHS_MANY},
    {"counts * 0.3 -> linear", third_linear, 2, 2, 1, PHS_MANY},
    {"spikes * 0.3 -> linear", third_linear, 1, 1, 1, PHS_ONE},
    {"linear -> * 2^k", linear_quarter, 1, 1, 1, PHS_ONE},
    {"linear of counts -> * 2^k", linear_quarter, 1, 1, 1, PHS_MANY},
    {"linear -> * 0.3", linear_third, 2, 2, 1, PHS_ONE},
    {"linear -> * -0.5", linear_minus_half, 2, 2, 1, PHS_ONE},
    {"linear of the input -> / 2", graded_linear_half, 2, 2, 1, PHS_ONE},
    {"conv -> * 2^k", conv_half, 1, 1, 1, PHS_ONE},
    {"conv -> * 2^k of elements", conv_element_half, 2, 2, 2, PHS_ONE},
    {"linear -> diagonal of 2^k", linear_diagonal, 1, 1, 1, PHS_ONE},
    {"linear -> batch norm", linear_batch_norm, 1, 2, 1, PHS_ONE},
    {"linear -> linear", linear_linear, 1, 2, 1, PHS_ONE},
    {"linear -> linear of counts", linear_linear, 2, 2, 1, PHS_MANY},
    {"bottleneck", bottleneck, 2, 2, 2, PHS_ONE},
    {"linear -> linear + init", linear_linear_chain, 3, 4, 3, PHS_ONE},
    {"average -> conv", average_conv, 2, 2, 2, PHS_ONE},
    {"average of counts -> conv", average_conv, 2, 2, 2, PHS_MANY},
    {"average -> flatten -> linear", average_flatten_linear, 3, 3, 3, PHS_ONE},
    {"sum -> flatten -> linear", sum_flatten_linear, 2, 3, 2, PHS_ONE},
    {"padded sum -> flatten -> linear", padded_sum_flatten_linear, 2, 3, 2, PHS_ONE},
    {"conv -> sum", conv_sum, 1, 2, 1, PHS_ONE},
    {"conv -> average", conv_average, 1, 2, 1, PHS_ONE},
    {"conv -> padded sum", conv_padded_sum, 2, 2, 2, PHS_ONE},
    {"sum -> depthwise conv", sum_depthwise, 1, 2, 1, PHS_ONE},
    {"overlapping sum -> depthwise conv", overlapping_sum_depthwise, 1, 2, 1, PHS_ONE},
    {"overlapping sum -> depthwise conv padded low", padded_low, 2, 2, 2, PHS_ONE},
    {"overlapping sum -> depthwise conv padded high", padded_high, 2, 2, 2, PHS_ONE},
    {"zero scale -> linear + init", zero_scale_init, 3, 3, 1, PHS_ONE},
    {"parallel linears", parallel, 1, 2, 1, PHS_ONE},
    {"parallel linears, not side by side", parallel_apart, 3, 5, 3, PHS_ONE},
    {"parallel convs", parallel_conv, 1, 2, 1, PHS_ONE},
};

static void structures_keep_their_bits(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof structures / sizeof *structures; i++) {
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
      check(&structures[i], seed);
    }
  }
}

static bool averages(const phs_net *net) {
  bool any = false;
  for (int i = 0; i < net->op_count; i++) {
    any = any || (net->op[i].kind == PHS_OP_POOL && net->op[i].pool.average);
  }
  return any;
}

/* The average pool does not divide any more; with three by three elements it does, and over what
 * may be anything. */
static void averages_become_sums(void **state) {
  (void)state;
  for (int k = 0; k < 3; k++) {
    maker m = start_net(FINE, 3, PHS_ONE);
    int x = add_input(m.net, SHAPE(3, 9, 9));
    x = pool_op(&m, k == 2 ? x : spikes_of(&m, x), true, STRIDED(k == 1 ? 3 : 2, 2));
    phs_net *net = finish_net(&m, conv_op(&m, x, -1, 4, PLAIN(3), true));
    fuse_net(net, false);
    assert_int_equal(averages(net), k != 0);
    phs_net_destroy(net);
  }
}

/* Its reassociated form gives another answer: that is why it is not the default. */
static void rounded_sums_are_not_composed(void **state) {
  (void)state;
  maker m = start_net(FINE, 4, PHS_ONE), n = start_net(FINE, 4, PHS_ONE);
  phs_net *exact = rounded_between(&m), *other = rounded_between(&n);
  fuse_net(exact, false);
  fuse_net(other, true);
  assert_int_equal(count_stateless(exact), 2);
  assert_int_equal(count_stateless(other), 1);
  phs_interp *it[2] = {make_interp(exact), make_interp(other)};
  step1(it[0], F32(1, 1));
  step1(it[1], F32(1, 1));
  assert_same_float(value_of(it[0], phs_net_find(exact, "current_out"), "out", 0), 0);
  assert_same_float(value_of(it[1], phs_net_find(other, "current_out"), "out", 0), 2);
  phs_interp_destroy(it[0]);
  phs_interp_destroy(it[1]);
  phs_net_destroy(exact);
  phs_net_destroy(other);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(structures_keep_their_bits),
                                     cmocka_unit_test(averages_become_sums),
                                     cmocka_unit_test(rounded_sums_are_not_composed)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
