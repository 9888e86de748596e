/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file work_nets.h  Networks by hand, op by op, for tests of work graphs. Everything is the
 * network's; without memory the program ends. */
#ifndef TESTS_WORK_NETS_H
#define TESTS_WORK_NETS_H

#include "graph.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define UNUSED_FN __attribute__((unused)) static inline

enum { NET_ROOM = 64 };

UNUSED_FN phs_net *net_begin(void) {
  phs_net *n = graph_need(phs_net_create());
  n->op = graph_need(PHS_NEW_ARRAY(n->arena, phs_op, NET_ROOM));
  n->name = "net";
  n->file = "net.yaml";
  n->dt = 1.0;
  n->discrete = true;
  return n;
}

UNUSED_FN phs_shape shape_of(int rank, int64_t a, int64_t b, int64_t c) {
  return (phs_shape){.rank = rank, .dim = {a, b, c}};
}

/** @param operands ended by -1 where fewer than three */
UNUSED_FN int net_add(phs_net *n, phs_op_kind kind, phs_shape shape, int a, int b, int c) {
  const int i = n->op_count++, operand[3] = {a, b, c};
  phs_op *op = &n->op[i];
  op->kind = kind;
  op->name = graph_need(phs_arena_printf(n->arena, "op%d", i));
  op->line = (uint32_t)i + 10;
  op->shape = shape;
  op->elem = kind == PHS_OP_NEURONS ? PHS_I1 : kind == PHS_OP_SOURCE ? PHS_I32 : PHS_F32;
  op->operand = graph_need(PHS_NEW_ARRAY(n->arena, int, 3));
  for (int k = 0; k < 3 && operand[k] >= 0; k++) {
    op->operand[op->operand_count++] = operand[k];
  }
  return i;
}

UNUSED_FN int net_input(phs_net *n, phs_shape shape) {
  return net_add(n, PHS_OP_INPUT, shape, -1, -1, -1);
}
UNUSED_FN int net_neurons(phs_net *n, phs_shape shape, int a, int b) {
  return net_add(n, PHS_OP_NEURONS, shape, a, b, -1);
}
UNUSED_FN int net_like(phs_net *n, phs_op_kind kind, int a, int b) {
  int i = net_add(n, kind, n->op[a].shape, a, b, -1);
  n->op[i].elem = kind == PHS_OP_DELAY || kind == PHS_OP_OUTPUT ? n->op[a].elem : PHS_F32;
  return i;
}

UNUSED_FN int net_delay(phs_net *n, int a, int64_t least, int64_t most) {
  int i = net_like(n, PHS_OP_DELAY, a, -1);
  size_t count = least == most ? 1 : phs_shape_count(&n->op[a].shape);
  int64_t *v = graph_need(PHS_NEW_ARRAY(n->arena, int64_t, count));
  for (size_t k = 0; k < count; k++) {
    v[k] = k == 0 ? least : most;
  }
  n->op[i].delay.steps = (phs_steps){v, count};
  return i;
}

UNUSED_FN int net_scale(phs_net *n, int a, float factor) {
  int i = net_like(n, PHS_OP_SCALE, a, -1);
  float *v = graph_need(PHS_NEW(n->arena, float));
  *v = factor;
  n->op[i].scale.factor = (phs_param32){v, 1};
  return i;
}

/** All dimensions into one. */
UNUSED_FN int net_flatten(phs_net *n, int a) {
  phs_shape s = shape_of(1, (int64_t)phs_shape_count(&n->op[a].shape), 0, 0);
  int i = net_add(n, PHS_OP_FLATTEN, s, a, -1, -1);
  n->op[i].flatten.end = n->op[a].shape.rank - 1;
  n->op[i].elem = n->op[a].elem;
  return i;
}

/** @param weight [out, in], or NULL: 1 each */
UNUSED_FN int net_linear(phs_net *n, int a, int init, int64_t out, const float *weight) {
  int64_t in = n->op[a].shape.dim[n->op[a].shape.rank - 1];
  int i = net_add(n, PHS_OP_LINEAR, shape_of(1, out, 0, 0), a, init, -1);
  float *w = graph_need(PHS_NEW_ARRAY(n->arena, float, (size_t)(in * out)));
  for (int64_t k = 0; k < in * out; k++) {
    w[k] = weight ? weight[k] : 1.0F;
  }
  n->op[i].linear.weight = (phs_tensor){shape_of(2, out, in, 0), w};
  return i;
}

/** A convolution with one stride, padding and dilation for its axes; weights 1 to 16 in turn. */
UNUSED_FN int net_conv(phs_net *n, int a, int64_t out, int64_t kernel, int64_t stride, int64_t pad,
                       int64_t dilation, int64_t groups) {
  const phs_shape x = n->op[a].shape;
  phs_shape s = {.rank = x.rank, .dim = {out}},
            w = {.rank = x.rank + 1, .dim = {out, x.dim[0] / groups}};
  phs_conv c = {.dims = x.rank - 1, .groups = groups};
  for (int d = 0; d < c.dims; d++) {
    s.dim[1 + d] = (x.dim[1 + d] + 2 * pad - dilation * (kernel - 1) - 1) / stride + 1;
    w.dim[2 + d] = kernel;
    c.stride[d] = stride;
    c.pad_low[d] = c.pad_high[d] = pad;
    c.dilation[d] = dilation;
  }
  size_t count = phs_shape_count(&w);
  float *v = graph_need(PHS_NEW_ARRAY(n->arena, float, count));
  for (size_t k = 0; k < count; k++) {
    v[k] = (float)(1 + k % 16);
  }
  c.weight = (phs_tensor){w, v};
  int i = net_add(n, PHS_OP_CONV, s, a, -1, -1);
  n->op[i].conv = c;
  return i;
}

UNUSED_FN int net_pool(phs_net *n, int a, bool average, int64_t kernel, int64_t stride,
                       int64_t pad) {
  phs_shape s = n->op[a].shape;
  phs_pool p = {.average = average};
  for (int d = 0; d < 2; d++) {
    int64_t *dim = &s.dim[s.rank - 2 + d];
    *dim = (*dim + 2 * pad - kernel) / stride + 1;
    p.kernel[d] = kernel;
    p.stride[d] = stride;
    p.pad_low[d] = p.pad_high[d] = pad;
  }
  int i = net_add(n, PHS_OP_POOL, s, a, -1, -1);
  n->op[i].pool = p;
  return i;
}

/** One projection by a rule; sizes are filled in. */
UNUSED_FN int net_synapses(phs_net *n, int a, int init, phs_shape shape, phs_recipe r) {
  int i = net_add(n, PHS_OP_SYNAPSES, shape, a, init, -1);
  phs_projection *p = graph_need(PHS_NEW(n->arena, phs_projection));
  p->name = graph_need(phs_arena_printf(n->arena, "projection%d", i));
  p->line = 77;
  p->recipe = r;
  p->recipe.source_count = (uint32_t)phs_shape_count(&n->op[a].shape);
  p->recipe.target_count = (uint32_t)phs_shape_count(&shape);
  if (r.delay.a <= 0.0) {
    p->recipe.delay = (phs_distribution){.kind = PHS_DIST_CONSTANT, .a = 1.0};
  }
  n->op[i].synapses = (phs_synapses){.projection_count = 1, .projection = p, .has_init = init >= 0};
  return i;
}

/** The work graph; the test ends where there is none. */
UNUSED_FN phs_work *net_work(const phs_net *n, const phs_work_options *o) {
  phs_diag diag = {0};
  phs_work *w = NULL;
  assert_int_equal(phs_work_create(n, o, &diag, &w), PHASOR_OK);
  assert_int_equal(diag.errors, 0);
  assert_non_null(w);
  return w;
}

#endif
