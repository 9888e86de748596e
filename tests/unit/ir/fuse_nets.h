/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file fuse_nets.h  Networks around one structure, for the tests of phasor-fuse. */
#ifndef PHS_TEST_FUSE_NETS_H
#define PHS_TEST_FUSE_NETS_H

#include "fuse.h"

#include "tests/conformance/conformance.h"

#include <math.h>

/* How weights are drawn: on a coarse grid, where sums are exact, or in full precision. */
typedef enum weights { COARSE, FINE } weights;

typedef struct maker {
  phs_net *net;
  noise random;
  weights weights;
} maker;

UNUSED_FN maker start_net(weights kind, uint64_t seed, phs_spikes_per_step spikes) {
  phs_conventions c = {.spikes_per_step = spikes, .reset = PHS_SUBTRACT};
  return (maker){make_net(&c, 1e-3), {seed}, kind};
}

UNUSED_FN const char *numbered(maker *m, const char *stem) {
  return phs_arena_printf(m->net->arena, "%s%d", stem, m->net->op_count);
}

UNUSED_FN int named_op(maker *m, int i, const char *stem) {
  m->net->op[i].name = phs_arena_printf(m->net->arena, "%s%d", stem, i);
  return i;
}

UNUSED_FN float *draw(maker *m, size_t n) {
  float *v = noise_array(m->net, &m->random, n);
  for (size_t i = 0; m->weights == COARSE && i < n; i++) {
    v[i] = roundf(v[i] * 32) / 32 + 0.0F;
  }
  return v;
}

/* Spikes, or counts, where the input is above a threshold. */
UNUSED_FN int spikes_of(maker *m, int x) {
  bool counts = m->net->conventions.spikes_per_step == PHS_MANY;
  int i = counts ? add_neurons(m->net, x, PHS_MODEL_IF, F64(1, 0.75, 0))
                 : add_neurons(m->net, x, PHS_MODEL_THRESHOLD, F64(0.5));
  return named_op(m, i, "spikes");
}

UNUSED_FN int linear_op(maker *m, int x, int init, int64_t out, bool bias) {
  int64_t in = m->net->op[x].shape.dim[0];
  const float *w = draw(m, (size_t)(out * in)), *b = bias ? draw(m, (size_t)out) : NULL;
  return named_op(m, add_linear(m->net, x, init, out, in, w, b), "linear");
}

UNUSED_FN int scale_op(maker *m, int x, const float *factor, size_t n) {
  int i =
      named_op(m, add_op(m->net, PHS_OP_SCALE, NULL, m->net->op[x].shape, PHS_F32, x, -1), "scale");
  m->net->op[i].scale.factor =
      (phs_param32){phs_arena_copy(m->net->arena, factor, n * sizeof *factor), n};
  return i;
}

UNUSED_FN int flatten_op(maker *m, int x, int first, int last) {
  phs_shape s = {.rank = 0}, from = m->net->op[x].shape;
  for (int d = 0; d < from.rank; d++) {
    if (d > first && d <= last) {
      s.dim[s.rank - 1] *= from.dim[d];
    } else {
      s.dim[s.rank++] = from.dim[d];
    }
  }
  int i =
      named_op(m, add_op(m->net, PHS_OP_FLATTEN, NULL, s, m->net->op[x].elem, x, -1), "flatten");
  m->net->op[i].flatten.start = first;
  m->net->op[i].flatten.end = last;
  return i;
}

/* Geometry of a window: the same in both dimensions but for the kernel. */
typedef struct geometry {
  int64_t kernel[2], stride, pad, dilation, groups;
} geometry;

UNUSED_FN int64_t places(int64_t in, int64_t kernel, const geometry *g) {
  return (in + 2 * g->pad - g->dilation * (kernel - 1) - 1) / g->stride + 1;
}

UNUSED_FN int conv_op(maker *m, int x, int init, int64_t out, geometry g, bool bias) {
  const phs_shape *s = &m->net->op[x].shape;
  int i = add_op(m->net, PHS_OP_CONV, NULL,
                 SHAPE(out, places(s->dim[1], g.kernel[0], &g), places(s->dim[2], g.kernel[1], &g)),
                 PHS_F32, x, init);
  phs_conv *c = &m->net->op[i].conv;
  phs_shape w = SHAPE(out, s->dim[0] / g.groups, g.kernel[0], g.kernel[1]);
  c->weight = (phs_tensor){w, draw(m, phs_shape_count(&w))};
  c->bias = (phs_tensor){SHAPE(out), bias ? draw(m, (size_t)out) : NULL};
  c->dims = 2;
  c->groups = g.groups;
  for (int d = 0; d < 2; d++) {
    c->stride[d] = g.stride;
    c->pad_low[d] = c->pad_high[d] = g.pad;
    c->dilation[d] = g.dilation;
  }
  return named_op(m, i, "conv");
}

UNUSED_FN int pool_op(maker *m, int x, bool average, geometry g) {
  const phs_shape *s = &m->net->op[x].shape;
  g.dilation = 1;
  int i = add_op(
      m->net, PHS_OP_POOL, NULL,
      SHAPE(s->dim[0], places(s->dim[1], g.kernel[0], &g), places(s->dim[2], g.kernel[1], &g)),
      PHS_F32, x, -1);
  phs_pool *p = &m->net->op[i].pool;
  p->average = average;
  for (int d = 0; d < 2; d++) {
    p->kernel[d] = g.kernel[d];
    p->stride[d] = g.stride;
    p->pad_low[d] = p->pad_high[d] = g.pad;
  }
  return named_op(m, i, "pool");
}

/* A spiking and a graded population that look at x; these and x itself are outputs, so that the
 * sign of a zero shows. */
UNUSED_FN phs_net *finish_net(maker *m, int x) {
  int lif = named_op(m, add_neurons(m->net, x, PHS_MODEL_LIF, F64(5e-3, 3, 0, 0.4, 0)), "lif");
  int li = named_op(m, add_neurons(m->net, x, PHS_MODEL_LI, F64(5e-3, 1, 0)), "li");
  add_op(m->net, PHS_OP_OUTPUT, "spikes_out", m->net->op[x].shape, m->net->op[lif].elem, lif, -1);
  add_op(m->net, PHS_OP_OUTPUT, "graded_out", m->net->op[x].shape, PHS_F32, li, -1);
  add_op(m->net, PHS_OP_OUTPUT, "current_out", m->net->op[x].shape, m->net->op[x].elem, x, -1);
  return m->net;
}

/* Rewrites a network on the plain arrays. */
UNUSED_FN void fuse_net(phs_net *net, bool reassociate) {
  phs_diag diag = {0};
  phs_fuse f = {.net = net, .diag = &diag, .reassociate = reassociate};
  assert_true(phs_fuse_run(&f));
  assert_true(phs_fuse_compact(&f));
  assert_int_equal(diag.errors, 0);
}

UNUSED_FN int count_kind(const phs_net *net, phs_op_kind kind) {
  int n = 0;
  for (int i = 0; i < net->op_count; i++) {
    n += net->op[i].kind == kind;
  }
  return n;
}

/* Ops between populations. */
UNUSED_FN int count_stateless(const phs_net *net) {
  int n = 0;
  for (int i = 0; i < net->op_count; i++) {
    phs_op_kind k = net->op[i].kind;
    n += k != PHS_OP_INPUT && k != PHS_OP_OUTPUT && k != PHS_OP_NEURONS;
  }
  return n;
}

#endif
