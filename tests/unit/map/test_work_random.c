/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Random layers between populations: the synapses of the work graph against unit impulses sent
 * through the layers by loops written here, from the definition of each op in net/net.h. Weights
 * are positive, so that nothing cancels. */
#include "work_nets.h"

static uint32_t below(uint64_t *state, uint32_t n) {
  *state = *state * 6364136223846793005U + 1442695040888963407U;
  return (uint32_t)((*state >> 33) % n);
}

static int64_t tap(int64_t y, int64_t k, int64_t stride, int64_t pad, int64_t dilation) {
  return y * stride - pad + k * dilation;
}

static bool within(int64_t i, int64_t n) {
  return i >= 0 && i < n;
}

static void run_conv(const phs_op *op, const phs_shape *xs, const double *x, double *y) {
  const phs_conv *c = &op->conv;
  bool two = c->dims == 2;
  int64_t h = two ? xs->dim[1] : 1, w = xs->dim[xs->rank - 1];
  int64_t oh = two ? op->shape.dim[1] : 1, ow = op->shape.dim[op->shape.rank - 1];
  int64_t kh = two ? c->weight.shape.dim[2] : 1, kw = c->weight.shape.dim[two ? 3 : 2];
  int64_t gi = c->weight.shape.dim[1], go = op->shape.dim[0] / c->groups;
  int wide = two ? 1 : 0;
  for (int64_t o = 0; o < op->shape.dim[0]; o++) {
    for (int64_t at = 0; at < oh * ow; at++) {
      double sum = 0;
      for (int64_t k = 0; k < gi * kh * kw; k++) {
        int64_t in = o / go * gi + k / (kh * kw);
        int64_t sy =
            two ? tap(at / ow, k / kw % kh, c->stride[0], c->pad_low[0], c->dilation[0]) : 0;
        int64_t sx = tap(at % ow, k % kw, c->stride[wide], c->pad_low[wide], c->dilation[wide]);
        if (within(sy, h) && within(sx, w)) {
          sum += (double)c->weight.data[o * gi * kh * kw + k] * x[(in * h + sy) * w + sx];
        }
      }
      y[o * oh * ow + at] = sum;
    }
  }
}

static void run_pool(const phs_op *op, const phs_shape *xs, const double *x, double *y) {
  const phs_pool *p = &op->pool;
  int r = xs->rank;
  int64_t h = xs->dim[r - 2], w = xs->dim[r - 1], oh = op->shape.dim[r - 2],
          ow = op->shape.dim[r - 1];
  for (size_t i = 0; i < phs_shape_count(&op->shape); i++) {
    int64_t plane = (int64_t)i / (oh * ow), oy = (int64_t)i / ow % oh, ox = (int64_t)i % ow;
    y[i] = 0;
    for (int64_t k = 0; k < p->kernel[0] * p->kernel[1]; k++) {
      int64_t sy = tap(oy, k / p->kernel[1], p->stride[0], p->pad_low[0], 1);
      int64_t sx = tap(ox, k % p->kernel[1], p->stride[1], p->pad_low[1], 1);
      y[i] += within(sy, h) && within(sx, w) ? x[(plane * h + sy) * w + sx] : 0.0;
    }
  }
}

static void run_linear(const phs_op *op, const double *x, double *y) {
  const phs_tensor *w = &op->linear.weight;
  int64_t in = w->shape.dim[w->shape.rank - 1], out = w->shape.dim[w->shape.rank - 2];
  for (size_t row = 0; row < phs_shape_count(&op->shape); row++) {
    y[row] = 0;
    for (int64_t i = 0; i < in; i++) {
      y[row] += (double)w->data[(int64_t)row * in + i] * x[(int64_t)row / out * in + i];
    }
  }
}

/* Result of op @p at where the population @p source gives x; delays do not matter here. */
static double *evaluate(const phs_net *n, int at, int source, const double *x, phs_arena *arena) {
  const phs_op *op = &n->op[at];
  size_t count = phs_shape_count(&op->shape);
  double *y = graph_need(PHS_NEW_ARRAY(arena, double, count));
  if (op->kind == PHS_OP_NEURONS || op->kind == PHS_OP_INPUT) {
    memcpy(y, x, at == source ? count * sizeof *y : 0);
    return y;
  }
  for (int k = 0; k < op->operand_count; k++) {
    const phs_shape *xs = &n->op[op->operand[k]].shape;
    const double *value = evaluate(n, op->operand[k], source, x, arena);
    double *part = graph_need(PHS_NEW_ARRAY(arena, double, count));
    if (op->kind == PHS_OP_CONV) {
      run_conv(op, xs, value, part);
    } else if (op->kind == PHS_OP_POOL) {
      run_pool(op, xs, value, part);
    } else if (op->kind == PHS_OP_LINEAR && k == 0) {
      run_linear(op, value, part);
    } else {
      memcpy(part, value, count * sizeof *part);
    }
    for (size_t i = 0; i < count; i++) {
      y[i] += part[i];
    }
  }
  return y;
}

/* ------------------------------------------------------------------------------ random layers */

static int random_linear(phs_net *n, int x, uint64_t *state) {
  int64_t in = n->op[x].shape.dim[n->op[x].shape.rank - 1], out = 1 + below(state, 9);
  uint32_t sparse = below(state, 3); /* dense, a third of zeros, mostly zeros */
  float *w = graph_need(PHS_NEW_ARRAY(n->arena, float, (size_t)(in * out)));
  for (int64_t k = 0; k < in * out; k++) {
    w[k] = below(state, 6) < 2 * sparse ? 0.0F : (float)(1 + below(state, 9));
  }
  return net_linear(n, x, -1, out, w);
}

/* A matrix for each slice along the leading dimensions. */
static int batched_linear(phs_net *n, int x, uint64_t *state) {
  phs_shape xs = n->op[x].shape, ys = xs, ws = xs;
  ys.dim[ys.rank - 1] = 1 + below(state, 4);
  ws.rank++;
  ws.dim[ws.rank - 2] = ys.dim[ys.rank - 1];
  ws.dim[ws.rank - 1] = xs.dim[xs.rank - 1];
  uint32_t sparse = below(state, 3);
  float *w = graph_need(PHS_NEW_ARRAY(n->arena, float, phs_shape_count(&ws)));
  for (size_t k = 0; k < phs_shape_count(&ws); k++) {
    w[k] = below(state, 6) < 2 * sparse ? 0.0F : 1.0F;
  }
  int i = net_add(n, PHS_OP_LINEAR, ys, x, -1, -1);
  n->op[i].linear.weight = (phs_tensor){ws, w};
  return i;
}

static int random_conv(phs_net *n, int x, uint64_t *state) {
  const phs_shape s = n->op[x].shape;
  int64_t least = s.dim[s.rank - 1];
  least = s.rank == 3 && s.dim[1] < least ? s.dim[1] : least;
  int64_t pad = below(state, 3), dilation = 1 + below(state, 2), stride = 1 + below(state, 3);
  int64_t kernel = 1 + below(state, 3);
  if (dilation * (kernel - 1) + 1 > least + 2 * pad) {
    kernel = 1;
  }
  int64_t groups = s.dim[0] % 2 == 0 && below(state, 2) ? 2 : 1;
  groups = below(state, 4) == 0 ? s.dim[0] : groups;
  return net_conv(n, x, groups * (1 + below(state, 2)), kernel, stride, pad, dilation, groups);
}

static int random_layer(phs_net *n, int x, uint64_t *state) {
  const phs_shape s = n->op[x].shape;
  uint32_t which = below(state, 8);
  bool small = s.dim[s.rank - 1] < 2 || (s.rank > 1 && s.dim[s.rank - 2] < 2);
  if (which < 3 && s.rank > 1) {
    return random_conv(n, x, state);
  }
  if (which == 3 && s.rank > 1 && !small) {
    return net_pool(n, x, below(state, 2), 2, 1 + below(state, 2), below(state, 2));
  }
  if (which == 4) {
    return net_scale(n, x, 2.0F);
  }
  if (which == 5) {
    return s.rank == 1       ? random_linear(n, x, state)
           : below(state, 2) ? batched_linear(n, x, state)
                             : net_flatten(n, x);
  }
  if (which == 6) {
    return net_delay(n, x, 1 + below(state, 3), 4);
  }
  return net_like(n, PHS_OP_ADD, x, -1);
}

typedef struct made {
  phs_net *net;
  int source, target;
} made;

static made random_net(uint64_t *state) {
  made m = {.net = net_begin()};
  phs_shape s = below(state, 4)
                    ? shape_of(3, 1 + below(state, 4), 2 + below(state, 6), 2 + below(state, 6))
                    : shape_of(2, 1 + below(state, 4), 3 + below(state, 9), 0);
  m.source = net_input(m.net, s);
  int x = m.source;
  for (uint32_t k = below(state, 5); k > 0; k--) {
    x = random_layer(m.net, x, state);
  }
  if (below(state, 3) == 0) { /* a second way */
    int y = net_delay(m.net, x, 2, 2);
    x = net_like(m.net, PHS_OP_ADD, x, y);
  }
  if (below(state, 3) == 0 && m.net->op[x].shape.rank > 1) {
    x = net_flatten(m.net, x);
  }
  m.target = net_neurons(m.net, m.net->op[x].shape, x, -1);
  return m;
}

/* matrix[t * sources + s]: how many projections have the pair. */
static bool add_projections(const phs_work *w, uint32_t sources, uint32_t *matrix) {
  bool exact = true;
  double sum = 0;
  for (uint32_t p = 0; p < w->projection_count; p++) {
    phs_csr all;
    assert_true(phs_work_expand(w, p, 10000000, w->arena, &all));
    assert_true((double)all.row[sources] == w->projection[p].synapses);
    for (uint32_t i = 0; i < sources; i++) {
      for (uint64_t k = all.row[i]; k < all.row[i + 1]; k++) {
        assert_true(k == all.row[i] || all.target[k] > all.target[k - 1]);
        matrix[all.target[k] * sources + i]++;
      }
    }
    exact &= w->projection[p].exact;
    sum += w->projection[p].synapses;
  }
  assert_true(sum == w->synapses);
  return exact;
}

/* Returns whether all projections are exact. */
static bool check_net(const made *m) {
  phs_work *w = net_work(m->net, NULL);
  const uint32_t sources = (uint32_t)phs_shape_count(&m->net->op[m->source].shape);
  const uint32_t targets = (uint32_t)phs_shape_count(&m->net->op[m->target].shape);
  uint32_t *matrix = graph_need(PHS_NEW_ARRAY(w->arena, uint32_t, (size_t)sources * targets));
  bool exact = add_projections(w, sources, matrix);
  assert_int_equal(w->population_count, 2);
  assert_int_equal(w->neurons, targets);
  for (uint32_t i = 0; i < sources; i++) {
    phs_arena *arena = graph_need(phs_arena_create());
    double *x = graph_need(PHS_NEW_ARRAY(arena, double, sources));
    x[i] = 1.0;
    const double *y = evaluate(m->net, m->net->op[m->target].operand[0], m->source, x, arena);
    for (uint32_t t = 0; t < targets; t++) {
      assert_true(y[t] == 0.0 || matrix[t * sources + i] > 0);
      assert_true(!exact || y[t] != 0.0 || matrix[t * sources + i] == 0);
    }
    phs_arena_destroy(arena);
  }
  phs_work_free(w);
  return exact;
}

static void layers(void **unused) {
  (void)unused;
  uint64_t state = 3;
  int exact = 0;
  enum { ROUNDS = 3000 };
  for (int round = 0; round < ROUNDS; round++) {
    made m = random_net(&state);
    exact += check_net(&m);
    phs_net_destroy(m.net);
  }
  /* bounds are for what windows cannot say: not the rule */
  print_message("%d of %d networks exact\n", exact, ROUNDS);
  assert_true(exact > ROUNDS / 2);
}

/* What must be exact: convolutions and pools without padding between them, of any strides that
 * leave no gaps; padding before the first of them. */
static void plain_stacks(void **unused) {
  (void)unused;
  uint64_t state = 11;
  for (int round = 0; round < 400; round++) {
    made m = {.net = net_begin()};
    m.source = net_input(m.net, shape_of(3, 2, 12 + below(&state, 5), 12 + below(&state, 5)));
    int x = net_pool(m.net, m.source, below(&state, 2), 2, 2, 0);
    const int64_t kernel = 1 + below(&state, 3), stride = 1 + below(&state, (uint32_t)kernel);
    x = net_conv(m.net, x, 4, kernel, stride, 0, 1, 1 + below(&state, 2));
    if (below(&state, 2)) {
      x = net_conv(m.net, x, 2, 1 + below(&state, 2), 1, 0, 1, 1 + below(&state, 2));
    }
    x = below(&state, 2) ? net_flatten(m.net, x) : x;
    m.target = net_neurons(m.net, m.net->op[x].shape, x, -1);
    assert_true(check_net(&m));
    phs_net_destroy(m.net);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(layers), cmocka_unit_test(plain_stacks)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
