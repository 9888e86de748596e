/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file nets.h  Networks built by hand, at level `opt`, for the tests of the CPU back end. */
#ifndef PHS_TEST_CPU_NETS_H
#define PHS_TEST_CPU_NETS_H

#include "net/net.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_OPS = 64 };

/* xorshift64*: the same networks on every machine. */
typedef struct rng {
  uint64_t s;
} rng;

static inline uint32_t rng_next(rng *r) {
  r->s ^= r->s >> 12;
  r->s ^= r->s << 25;
  r->s ^= r->s >> 27;
  return (uint32_t)(r->s * 0x2545F4914F6CDD1DULL >> 32);
}

static inline int rng_in(rng *r, int lo, int hi) {
  return lo + (int)(rng_next(r) % (uint32_t)(hi - lo + 1));
}

/* Not a short binary fraction, so that the order of additions shows in the last bits. */
static inline float rng_float(rng *r, float lo, float hi) {
  return lo + (hi - lo) * ((float)(rng_next(r) >> 8) * 0x1p-24f);
}

static inline phs_net *net_new(void) {
  phs_net *n = phs_net_create();
  n->name = "net";
  n->format = "test";
  n->dt = 1e-3;
  n->has_time = n->discrete = true;
  n->op = PHS_NEW_ARRAY(n->arena, phs_op, MAX_OPS);
  return n;
}

static inline phs_shape shape_of(int rank, ...) {
  phs_shape s = {.rank = rank};
  va_list ap;
  va_start(ap, rank);
  for (int i = 0; i < rank; i++) {
    s.dim[i] = va_arg(ap, int);
  }
  va_end(ap);
  return s;
}

static inline int net_op(phs_net *n, phs_op_kind kind, phs_shape shape, phs_elem elem, int a,
                         int b) {
  phs_op *op = &n->op[n->op_count];
  *op = (phs_op){.kind = kind, .shape = shape, .elem = elem};
  op->name = phs_arena_printf(n->arena, "op%d", n->op_count);
  op->operand = PHS_NEW_ARRAY(n->arena, int, 2);
  op->operand[0] = a;
  op->operand[1] = b;
  op->operand_count = (a >= 0) + (b >= 0);
  return n->op_count++;
}

static inline float *net_floats(phs_net *n, size_t count, rng *r, float lo, float hi) {
  float *v = PHS_NEW_ARRAY(n->arena, float, count);
  for (size_t i = 0; i < count; i++) {
    v[i] = rng_float(r, lo, hi);
  }
  return v;
}

static inline phs_tensor net_tensor(phs_net *n, phs_shape shape, rng *r, float lo, float hi) {
  return (phs_tensor){shape, net_floats(n, phs_shape_count(&shape), r, lo, hi)};
}

static inline int net_input(phs_net *n, phs_shape s) {
  return net_op(n, PHS_OP_INPUT, s, PHS_F32, -1, -1);
}

static inline int net_output(phs_net *n, int x) {
  return net_op(n, PHS_OP_OUTPUT, n->op[x].shape, n->op[x].elem, x, -1);
}

/* [..., out, in] over x [..., in] */
static inline int net_linear(phs_net *n, int x, int init, int out, bool bias, rng *r) {
  phs_shape s = n->op[x].shape, w = s;
  int64_t in = s.dim[s.rank - 1];
  s.dim[s.rank - 1] = out;
  w.rank = s.rank + 1;
  w.dim[w.rank - 2] = out;
  w.dim[w.rank - 1] = in;
  int i = net_op(n, PHS_OP_LINEAR, s, PHS_F32, x, init);
  n->op[i].linear.weight = net_tensor(n, w, r, -0.6F, 1);
  if (bias) {
    n->op[i].linear.bias = net_tensor(n, s, r, -0.1F, 0.1F);
  }
  return i;
}

static inline int64_t windows(int64_t in, int64_t low, int64_t high, int64_t d, int64_t k,
                              int64_t s) {
  return (in + low + high - d * (k - 1) - 1) / s + 1;
}

/* Random kernel, stride, padding on each side, dilation; x is [C, W] or [C, H, W]. */
static inline int net_conv(phs_net *n, int x, int init, int out, int groups, bool bias, rng *r) {
  phs_shape xs = n->op[x].shape, s = xs, w = {.rank = xs.rank + 1};
  phs_conv c = {.dims = xs.rank - 1, .groups = groups};
  s.dim[0] = w.dim[0] = out;
  w.dim[1] = xs.dim[0] / groups;
  for (int k = 0; k < c.dims; k++) {
    w.dim[2 + k] = rng_in(r, 1, 4);
    c.stride[k] = rng_in(r, 1, 3);
    c.pad_low[k] = rng_in(r, 0, 2);
    c.pad_high[k] = rng_in(r, 0, 2);
    c.dilation[k] = rng_in(r, 1, 2);
    s.dim[1 + k] = windows(xs.dim[1 + k], c.pad_low[k], c.pad_high[k], c.dilation[k], w.dim[2 + k],
                           c.stride[k]);
  }
  w.rank = 2 + c.dims;
  c.weight = net_tensor(n, w, r, -0.6F, 1);
  if (bias) {
    c.bias = net_tensor(n, shape_of(1, out), r, -0.1F, 0.1F);
  }
  int i = net_op(n, PHS_OP_CONV, s, PHS_F32, x, init);
  n->op[i].conv = c;
  return i;
}

static inline int net_pool(phs_net *n, int x, bool average, rng *r) {
  phs_shape s = n->op[x].shape;
  phs_pool p = {.average = average};
  for (int k = 0; k < 2; k++) {
    p.kernel[k] = rng_in(r, 1, 3);
    p.stride[k] = rng_in(r, 1, 3);
    p.pad_low[k] = p.pad_high[k] = rng_in(r, 0, (int)p.kernel[k] / 2);
    s.dim[1 + k] = windows(s.dim[1 + k], p.pad_low[k], p.pad_high[k], 1, p.kernel[k], p.stride[k]);
  }
  int i = net_op(n, PHS_OP_POOL, s, PHS_F32, x, -1);
  n->op[i].pool = p;
  return i;
}

static inline int net_scale(phs_net *n, int x, bool each, rng *r) {
  int i = net_op(n, PHS_OP_SCALE, n->op[x].shape, PHS_F32, x, -1);
  size_t count = each ? phs_shape_count(&n->op[x].shape) : 1;
  n->op[i].scale.factor = (phs_param32){net_floats(n, count, r, -0.5F, 1.5F), count};
  return i;
}

static inline int net_flatten(phs_net *n, int x) {
  int count = (int)phs_shape_count(&n->op[x].shape);
  int i = net_op(n, PHS_OP_FLATTEN, shape_of(1, count), n->op[x].elem, x, -1);
  n->op[i].flatten.end = n->op[x].shape.rank - 1;
  return i;
}

static inline int net_add(phs_net *n, int a, int b) {
  return net_op(n, PHS_OP_ADD, n->op[a].shape, PHS_F32, a, b);
}

/* Each element its own delay in lo..hi, or all of them lo where they are equal. `x` may be set
 * later. */
static inline int net_delay(phs_net *n, phs_shape s, phs_elem e, int x, int lo, int hi, rng *r) {
  int i = net_op(n, PHS_OP_DELAY, s, e, x < 0 ? 0 : x, -1);
  size_t count = lo == hi ? 1 : phs_shape_count(&s);
  int64_t *v = PHS_NEW_ARRAY(n->arena, int64_t, count);
  for (size_t k = 0; k < count; k++) {
    v[k] = lo == hi ? lo : rng_in(r, lo, hi);
  }
  n->op[i].delay.steps = (phs_steps){v, count};
  return i;
}

typedef enum neuron_kind { LEAKY_ONE, LEAKY_MANY, LEAKY_GRADED, CURRENT_ONE } neuron_kind;

/*
 * Update functions by hand. Registers: 0 x, 1 v, 2 A, 3 B, 4 threshold, then temporaries.
 * ONE: v1 = A v + B x; z = v1 > thr; v2 = z ? 0 : v1.  MANY: count = ceil((v1 - thr) / thr), v2 =
 * v1 - count thr. GRADED: output v1, through the mathematical functions.  CURRENT_ONE has a second
 * state: i1 = A i + x.
 */
static inline const phs_kernel *net_kernel(phs_net *n, neuron_kind kind) {
  static const phs_scalar_inst one[] = {{PHS_K_MULF, PHS_S_F32, 5, 2, 1, 0, {0}},
                                        {PHS_K_MULF, PHS_S_F32, 6, 3, 0, 0, {0}},
                                        {PHS_K_ADDF, PHS_S_F32, 7, 5, 6, 0, {0}},
                                        {PHS_K_CMPF, PHS_S_I1, 8, 7, 4, 0, {.i = 2}},
                                        {PHS_K_CONST_F32, PHS_S_F32, 9, 0, 0, 0, {.f = 0}},
                                        {PHS_K_SELECT, PHS_S_F32, 10, 8, 9, 7, {0}}};
  static const phs_scalar_inst many[] = {
      {PHS_K_MULF, PHS_S_F32, 5, 2, 1, 0, {0}},
      {PHS_K_MULF, PHS_S_F32, 6, 3, 0, 0, {0}},
      {PHS_K_ADDF, PHS_S_F32, 7, 5, 6, 0, {0}},
      {PHS_K_CMPF, PHS_S_I1, 8, 7, 4, 0, {.i = 2}},
      {PHS_K_SUBF, PHS_S_F32, 9, 7, 4, 0, {0}},
      {PHS_K_DIVF, PHS_S_F32, 10, 9, 4, 0, {0}},
      {PHS_K_CEIL, PHS_S_F32, 11, 10, 0, 0, {0}},
      {PHS_K_CONST_F32, PHS_S_F32, 12, 0, 0, 0, {.f = 0}},
      {PHS_K_SELECT, PHS_S_F32, 13, 8, 11, 12, {0}},
      {PHS_K_CONST_F32, PHS_S_F32, 14, 0, 0, 0, {.f = 16777216.0F}},
      {PHS_K_CMPF, PHS_S_I1, 15, 13, 14, 0, {.i = 4}},
      {PHS_K_SELECT, PHS_S_F32, 16, 15, 13, 14, {0}},
      {PHS_K_FPTOSI, PHS_S_I32, 17, 16, 0, 0, {0}},
      {PHS_K_MULF, PHS_S_F32, 18, 16, 4, 0, {0}},
      {PHS_K_SUBF, PHS_S_F32, 19, 7, 18, 0, {0}}};
  static const phs_scalar_inst graded[] = {{PHS_K_MULF, PHS_S_F32, 5, 2, 1, 0, {0}},
                                           {PHS_K_MULF, PHS_S_F32, 6, 3, 0, 0, {0}},
                                           {PHS_K_ADDF, PHS_S_F32, 7, 5, 6, 0, {0}},
                                           {PHS_K_TANH, PHS_S_F32, 8, 7, 0, 0, {0}},
                                           {PHS_K_ABSF, PHS_S_F32, 9, 8, 0, 0, {0}},
                                           {PHS_K_NEGF, PHS_S_F32, 10, 9, 0, 0, {0}},
                                           {PHS_K_EXP, PHS_S_F32, 11, 10, 0, 0, {0}},
                                           {PHS_K_SQRT, PHS_S_F32, 12, 11, 0, 0, {0}},
                                           {PHS_K_MAXNUMF, PHS_S_F32, 13, 12, 4, 0, {0}},
                                           {PHS_K_ROUNDEVEN, PHS_S_F32, 14, 7, 0, 0, {0}},
                                           {PHS_K_FPTOSI, PHS_S_I32, 15, 14, 0, 0, {0}},
                                           {PHS_K_CONST_INT, PHS_S_I32, 16, 0, 0, 0, {.i = 3}},
                                           {PHS_K_ANDI, PHS_S_I32, 17, 15, 16, 0, {0}},
                                           {PHS_K_SITOFP, PHS_S_F32, 18, 17, 0, 0, {0}},
                                           {PHS_K_ADDF, PHS_S_F32, 19, 13, 18, 0, {0}}};
  static const phs_scalar_inst current[] = {
      /* 0 x, 1 v, 2 i, 3 A, 4 B, 5 thr */
      {PHS_K_MULF, PHS_S_F32, 6, 3, 2, 0, {0}},   {PHS_K_ADDF, PHS_S_F32, 7, 6, 0, 0, {0}},
      {PHS_K_MULF, PHS_S_F32, 8, 3, 1, 0, {0}},   {PHS_K_MULF, PHS_S_F32, 9, 4, 7, 0, {0}},
      {PHS_K_ADDF, PHS_S_F32, 10, 8, 9, 0, {0}},  {PHS_K_CMPF, PHS_S_I1, 11, 10, 5, 0, {.i = 3}},
      {PHS_K_SUBF, PHS_S_F32, 12, 10, 5, 0, {0}}, {PHS_K_SELECT, PHS_S_F32, 13, 11, 12, 10, {0}}};
  static const uint16_t one_result[] = {8, 10}, many_result[] = {17, 19}, graded_result[] = {19, 7},
                        current_result[] = {11, 13, 7};
  static const phs_kernel kernels[] = {
      [LEAKY_ONE] = {"one", 5, 11, sizeof one / sizeof *one, one, 2, one_result, PHS_S_I1},
      [LEAKY_MANY] = {"many", 5, 20, sizeof many / sizeof *many, many, 2, many_result, PHS_S_I32},
      [LEAKY_GRADED] = {"graded", 5, 20, sizeof graded / sizeof *graded, graded, 2, graded_result,
                        PHS_S_F32},
      [CURRENT_ONE] = {"current", 6, 14, sizeof current / sizeof *current, current, 3,
                       current_result, PHS_S_I1},
  };
  return phs_arena_copy(n->arena, &kernels[kind], sizeof kernels[kind]);
}

static inline int net_neurons(phs_net *n, int x, neuron_kind kind, bool each, rng *r) {
  static const phs_elem elems[] = {PHS_I1, PHS_I32, PHS_F32, PHS_I1};
  int i = net_op(n, PHS_OP_NEURONS, n->op[x].shape, elems[kind], x, -1);
  size_t count = each ? phs_shape_count(&n->op[x].shape) : 1;
  phs_neurons *u = &n->op[i].neurons;
  u->model = PHS_MODEL_CUSTOM;
  u->kernel = net_kernel(n, kind);
  u->state_count = kind == CURRENT_ONE ? 2 : 1;
  u->state[0] = "v";
  u->state[1] = kind == CURRENT_ONE ? "i" : NULL;
  u->coeff_count = 3;
  u->coeff = PHS_NEW_ARRAY(n->arena, phs_param32, 3);
  u->coeff[0] = (phs_param32){net_floats(n, count, r, 0.5F, 0.95F), count};
  u->coeff[1] = (phs_param32){net_floats(n, count, r, 0.4F, 1), count};
  u->coeff[2] = (phs_param32){net_floats(n, count, r, 0.3F, 0.8F), count};
  return i;
}

#endif
