/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * conv and pool: each source that is not zero, in ascending order, is scattered to the windows that
 * hold it. A source meets a target at most once, so each target sees its sources in ascending
 * order.
 *
 * Convolutions accumulate with the channels of a group side by side, [position][group][channel],
 * where one source touches whole vectors; the result is written out as [channel][position]
 * afterwards.
 */
#include "backends/cpu/lower.h"

#define EMIT(...) phs_buf_printf(&g->text, __VA_ARGS__)

static int64_t positions(const phs_cpu_window *w) {
  return w->out[0] * w->out[1];
}

/* One axis of a source: its targets are low <= o < high; kernel place = (at - o * stride) /
 * dilation. */
typedef struct axis {
  phs_val at, low, high;
} axis;

static axis targets(phs_gen *g, const phs_cpu_window *w, int k, phs_val coordinate) {
  axis a;
  a.at = phs_e_with(g, "arith.addi", coordinate, w->pad[k]);
  phs_val first = phs_e_with(g, "arith.subi", a.at, (w->kernel[k] - 1) * w->dilation[k]);
  first = phs_e_with(g, "arith.addi", phs_e_with(g, "arith.maxsi", first, 0), w->stride[k] - 1);
  a.low = phs_e_with(g, "arith.divui", first, w->stride[k]);
  phs_val last = phs_e_with(g, "arith.addi", phs_e_with(g, "arith.divui", a.at, w->stride[k]), 1);
  a.high = phs_e_with(g, "arith.minsi", last, w->out[k]);
  return a;
}

/* Opens the loop over the targets of one axis. *kernel: the place in the kernel; *guards grows by
 * an scf.if where dilation leaves gaps. */
static phs_val open_axis(phs_gen *g, const phs_cpu_window *w, int k, const axis *a, phs_val *kernel,
                         int *guards) {
  phs_val o = phs_e_for(g, a->low, a->high, 1);
  phs_val distance =
      phs_e_op2(g, "arith.subi", "i64", a->at, phs_e_with(g, "arith.muli", o, w->stride[k]));
  *kernel = distance;
  if (w->dilation[k] > 1) {
    phs_val gap = phs_e_with(g, "arith.remui", distance, w->dilation[k]);
    phs_val hit = phs_e_cmp(g, "eq", "i64", gap, phs_e_int(g, 0));
    EMIT("scf.if %%%d {\n", hit);
    *kernel = phs_e_with(g, "arith.divui", distance, w->dilation[k]);
    ++*guards;
  }
  return o;
}

/* Index of the source as channel, row, column. */
static phs_val split(phs_gen *g, const phs_cpu_window *w, phs_val index, phs_val at[2]) {
  phs_val inside = phs_e_with(g, "arith.remui", index, w->in[0] * w->in[1]);
  at[0] = phs_e_with(g, "arith.divui", inside, w->in[1]);
  at[1] = phs_e_with(g, "arith.remui", inside, w->in[1]);
  return phs_e_with(g, "arith.divui", index, w->in[0] * w->in[1]);
}

typedef struct conv {
  const phs_cpu_op *c;
  phs_elem elem;
  int64_t groups;
  phs_val x, y, acc, weight, bias, init; /* -1: none */
} conv;

/* Each vector of accumulators = the bias of its channels, or 0. */
static void start_from_bias(phs_gen *g, const conv *v) {
  int64_t wide = v->groups * (int64_t)v->c->row;
  phs_type t = phs_e_type(v->c->lanes, "f32");
  if (v->bias < 0) {
    phs_val zero = phs_e_const(g, 1, "i8", 0),
            bytes = phs_e_int(g, positions(&v->c->window) * wide * 4);
    EMIT("\"llvm.intr.memset\"(%%%d, %%%d, %%%d) <{isVolatile = false}> : (!llvm.ptr, i8, i64) -> "
         "()\n",
         v->acc, zero, bytes);
    return;
  }
  phs_val p = phs_e_for_const(g, 0, positions(&v->c->window), 1);
  phs_val to = phs_e_gep(g, v->acc, phs_e_with(g, "arith.muli", p, wide), "f32");
  phs_val j = phs_e_for_const(g, 0, wide, v->c->lanes);
  phs_val b = phs_e_load(g, phs_e_gep(g, v->bias, j, "f32"), t.s, 4);
  phs_e_store(g, b, phs_e_gep(g, to, j, "f32"), t.s, 4);
  phs_e_end(g);
  phs_e_end(g);
}

/* Each accumulator = what its target starts from, plus its bias. */
static void start_from_init(phs_gen *g, const conv *v) {
  int64_t length = positions(&v->c->window), wide = v->groups * (int64_t)v->c->row;
  phs_val group = phs_e_for_const(g, 0, v->groups, 1), c = phs_e_for_const(g, 0, v->c->target, 1);
  phs_val by_row = phs_e_with(g, "arith.muli", group, (int64_t)v->c->row);
  phs_val place = phs_e_op2(g, "arith.addi", "i64", by_row, c);
  phs_val by_group = phs_e_with(g, "arith.muli", group, v->c->target);
  phs_val channel = phs_e_op2(g, "arith.addi", "i64", by_group, c);
  phs_val from = phs_e_gep(g, v->init, phs_e_with(g, "arith.muli", channel, length), "f32");
  phs_val p = phs_e_for_const(g, 0, length, 1);
  phs_val first = phs_e_load(g, phs_e_gep(g, from, p, "f32"), "f32", 4);
  if (v->bias >= 0) {
    phs_val b = phs_e_load(g, phs_e_gep(g, v->bias, place, "f32"), "f32", 4);
    first = phs_e_op2(g, "arith.addf", "f32", first, b);
  }
  phs_val to = phs_e_with(g, "arith.muli", p, wide);
  to = phs_e_op2(g, "arith.addi", "i64", to, place);
  phs_e_store(g, first, phs_e_gep(g, v->acc, to, "f32"), "f32", 4);
  phs_e_end(g);
  phs_e_end(g);
  phs_e_end(g);
}

/* The source at list[k]. */
static void scatter(phs_gen *g, const conv *v, phs_val k) {
  const phs_cpu_op *c = v->c;
  const phs_cpu_window *w = &c->window;
  phs_val at[2], kernel[2], index = phs_lower_listed(g, k);
  phs_val x = phs_lower_source(g, v->x, v->elem, index, c->lanes);
  phs_val channel = split(g, w, index, at);
  phs_val group = phs_e_with(g, "arith.divui", channel, c->source);
  phs_val acc = phs_e_gep(g, v->acc, phs_e_with(g, "arith.muli", group, (int64_t)c->row), "f32");
  phs_val weight =
      phs_e_with(g, "arith.muli", channel, w->kernel[0] * w->kernel[1] * (int64_t)c->row);
  weight = phs_e_gep(g, v->weight, weight, "f32");
  axis y = targets(g, w, 0, at[0]), z = targets(g, w, 1, at[1]);
  int guards = 2;
  phs_val oy = open_axis(g, w, 0, &y, &kernel[0], &guards);
  phs_val acc_row = phs_e_with(g, "arith.muli", oy, w->out[1] * v->groups * (int64_t)c->row);
  acc_row = phs_e_gep(g, acc, acc_row, "f32");
  phs_val w_row = phs_e_with(g, "arith.muli", kernel[0], w->kernel[1] * (int64_t)c->row);
  w_row = phs_e_gep(g, weight, w_row, "f32");
  phs_val ox = open_axis(g, w, 1, &z, &kernel[1], &guards);
  phs_val to = phs_e_with(g, "arith.muli", ox, v->groups * (int64_t)c->row);
  to = phs_e_gep(g, acc_row, to, "f32");
  phs_val from = phs_e_with(g, "arith.muli", kernel[1], (int64_t)c->row);
  from = phs_e_gep(g, w_row, from, "f32");
  phs_lower_accumulate(g, to, from, x, c);
  for (int i = 0; i < guards; i++) {
    phs_e_end(g);
  }
}

void phs_lower_conv(phs_gen *g, int index) {
  const phs_op *op = &g->plan->net->op[index];
  const phs_cpu_op *c = &g->plan->op[index];
  const phs_op *x = &g->plan->net->op[op->operand[0]];
  conv v = {.c = c, .elem = x->elem, .groups = op->conv.groups, .bias = -1, .init = -1};
  v.x = phs_e_result(g, op->operand[0]);
  v.y = phs_e_result(g, index);
  v.acc = phs_e_at(g, g->state, c->acc);
  v.weight = phs_e_at(g, g->constant, c->weight);
  if (c->bias != PHS_CPU_NONE) {
    v.bias = phs_e_at(g, g->constant, c->bias);
  }
  if (op->operand_count > 1) {
    v.init = phs_e_result(g, op->operand[1]);
    start_from_init(g, &v);
  } else {
    start_from_bias(g, &v);
  }
  phs_val count = phs_lower_scan(g, v.x, v.elem, (int64_t)phs_shape_count(&x->shape));
  phs_val k = phs_e_for(g, phs_e_int(g, 0), count, 1);
  scatter(g, &v, k);
  phs_e_end(g);
  phs_val group = phs_e_for_const(g, 0, v.groups, 1);
  phs_val by_row = phs_e_with(g, "arith.muli", group, (int64_t)c->row);
  phs_val by_channel = phs_e_with(g, "arith.muli", group, c->target * positions(&c->window));
  phs_val from = phs_e_gep(g, v.acc, by_row, "f32"), to = phs_e_gep(g, v.y, by_channel, "f32");
  phs_lower_transpose(g, c->lanes, from, v.groups * (int64_t)c->row, to, positions(&c->window),
                      c->target);
  phs_e_end(g);
}

/* y /= number of elements of the window. */
static void average(phs_gen *g, int index, phs_val y) {
  const phs_cpu_op *c = &g->plan->op[index];
  phs_type t = phs_e_type(c->lanes, "f32");
  phs_val i =
      phs_e_for_const(g, 0, (int64_t)phs_shape_count(&g->plan->net->op[index].shape), c->lanes);
  phs_val at = phs_e_gep(g, y, i, "f32");
  phs_val sum = phs_e_load(g, at, t.s, 4);
  phs_val size = phs_e_float(g, c->lanes, (float)(c->window.kernel[0] * c->window.kernel[1]));
  phs_e_store(g, phs_e_op2(g, "arith.divf", t.s, sum, size), at, t.s, 4);
  phs_e_end(g);
}

void phs_lower_pool(phs_gen *g, int index) {
  const phs_op *op = &g->plan->net->op[index], *x = &g->plan->net->op[op->operand[0]];
  const phs_cpu_window *w = &g->plan->op[index].window;
  phs_val from = phs_e_result(g, op->operand[0]), y = phs_e_result(g, index);
  phs_val zero = phs_e_const(g, 1, "i8", 0),
          bytes = phs_e_int(g, 4 * (int64_t)phs_shape_count(&op->shape));
  EMIT("\"llvm.intr.memset\"(%%%d, %%%d, %%%d) <{isVolatile = false}> : (!llvm.ptr, i8, i64) -> "
       "()\n",
       y, zero, bytes);
  phs_val count = phs_lower_scan(g, from, x->elem, (int64_t)phs_shape_count(&x->shape));
  phs_val k = phs_e_for(g, phs_e_int(g, 0), count, 1);
  phs_val at[2], kernel[2], source = phs_lower_listed(g, k);
  phs_val v = phs_lower_source(g, from, x->elem, source, 1);
  v = v >= 0 ? v : phs_e_float(g, 1, 1);
  phs_val channel = split(g, w, source, at);
  phs_val plane = phs_e_gep(g, y, phs_e_with(g, "arith.muli", channel, positions(w)), "f32");
  axis a = targets(g, w, 0, at[0]), b = targets(g, w, 1, at[1]);
  int guards = 2;
  phs_val oy = open_axis(g, w, 0, &a, &kernel[0], &guards);
  phs_val row = phs_e_gep(g, plane, phs_e_with(g, "arith.muli", oy, w->out[1]), "f32");
  phs_val to = phs_e_gep(g, row, open_axis(g, w, 1, &b, &kernel[1], &guards), "f32");
  phs_val sum = phs_e_load(g, to, "f32", 4);
  phs_e_store(g, phs_e_op2(g, "arith.addf", "f32", sum, v), to, "f32", 4);
  for (int i = 0; i < guards; i++) {
    phs_e_end(g);
  }
  phs_e_end(g);
  if (op->pool.average) {
    average(g, index, y);
  }
}
