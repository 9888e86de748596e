/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Average pools before linear and convolution ops: the division goes into the weights. A term fl(w
 * * (n / k)) becomes fl((w / k) * n): with k a power of two, and n on a grid that says that nothing
 * underflows, both are the same rounding of the same real number. What is left, a sum pool, may
 * then go into the weights as well (fuse_window.c). */
#include "fuse.h"

#include <string.h>

/* So many weights more are allowed for a pool less. */
#define MAX_WEIGHTS ((double)(1 << 20))

/* The linear or convolution op that alone reads op i as its x, through flattens; or -1. */
static int consumer(const phs_fuse *f, int i) {
  while (phs_fuse_private(f, i)) {
    int user = phs_fuse_user(f, i);
    const phs_op *op = &f->net->op[user];
    if (op->kind != PHS_OP_FLATTEN) {
      /* As its only use, it cannot be x and init at once. */
      return phs_fuse_is_rows(op) && op->operand[0] == i ? user : -1;
    }
    i = user;
  }
  return -1;
}

static bool average_to_sum(phs_fuse *f, int i) {
  phs_op *op = &f->net->op[i];
  size_t window = (size_t)(op->pool.kernel[0] * op->pool.kernel[1]);
  int user = consumer(f, i);
  if (user < 0) {
    return false;
  }
  /* The grid of the pool is known only if its windows are of a power of two elements and divide
   * without underflow. */
  if (!f->reassociate && !phs_fuse_grid(f, i).known) {
    return false;
  }
  phs_op *rows_op = &f->net->op[user];
  phs_weight_rows rows = phs_fuse_rows(rows_op);
  size_t n = rows.rows * rows.columns;
  float inverse = 1.0F / (float)window, *w = phs_fuse_floats(f, n);
  for (size_t k = 0; w && k < n; k++) {
    w[k] = rows.weight[k] / (float)window;
    if (!f->reassociate && !phs_product_exact(rows.weight[k], inverse)) {
      return false;
    }
  }
  if (!w) {
    return false;
  }
  phs_fuse_set_weight(rows_op, w);
  phs_fuse_changed(f, user);
  op->pool.average = false;
  phs_fuse_changed(f, i);
  for (int k = rows_op->operand[0]; k != i; k = f->net->op[k].operand[0]) {
    phs_fuse_forget(f, k);
  }
  return true;
}

/* Weights over the source of a pool instead of its result: each source element takes the sum over
 * its windows. */
static float *expand(phs_fuse *f, const phs_op *op, const phs_op *pool, const phs_shape *x) {
  phs_weight_rows rows = phs_fuse_rows(op);
  const phs_pool *p = &pool->pool;
  int rank = x->rank;
  int64_t in[2] = {x->dim[rank - 2], x->dim[rank - 1]};
  int64_t out[2] = {pool->shape.dim[rank - 2], pool->shape.dim[rank - 1]};
  size_t columns = phs_shape_count(x), plane = (size_t)(in[0] * in[1]);
  float *w = phs_fuse_floats(f, rows.rows * columns);
  double *sum = PHS_NEW_ARRAY(f->net->arena, double, columns);
  if (!w || !sum) {
    f->no_memory = true;
    return NULL;
  }
  for (size_t row = 0; row < rows.rows; row++) {
    memset(sum, 0, columns * sizeof *sum);
    for (size_t e = 0; e < rows.columns; e++) {
      int64_t oy = (int64_t)e / out[1] % out[0], ox = (int64_t)e % out[1];
      double *source = sum + e / (size_t)(out[0] * out[1]) * plane;
      for (int64_t k = 0; k < p->kernel[0] * p->kernel[1]; k++) {
        int64_t iy = oy * p->stride[0] - p->pad_low[0] + k / p->kernel[1];
        int64_t ix = ox * p->stride[1] - p->pad_low[1] + k % p->kernel[1];
        if (iy >= 0 && iy < in[0] && ix >= 0 && ix < in[1]) {
          source[iy * in[1] + ix] += (double)rows.weight[row * rows.columns + e];
        }
      }
    }
    for (size_t c = 0; c < columns; c++) {
      w[row * columns + c] = (float)sum[c];
    }
  }
  return phs_fuse_finite(w, rows.rows * columns) ? w : NULL;
}

/* sum pool -> flatten -> linear as flatten -> linear, where that takes fewer operations with every
 * source active. */
static bool linear_after_pool(phs_fuse *f, int i) {
  phs_op *op = &f->net->op[i];
  int flat = op->operand[0];
  phs_op *flatten = &f->net->op[flat];
  if (flatten->kind != PHS_OP_FLATTEN || !phs_fuse_private(f, flat) || flatten->shape.rank != 1 ||
      op->linear.weight.shape.rank != 2) {
    return false;
  }
  int pool = flatten->operand[0];
  const phs_op *p = &f->net->op[pool];
  if (p->kind != PHS_OP_POOL || p->pool.average || !phs_fuse_private(f, pool)) {
    return false;
  }
  const phs_op *x = &f->net->op[p->operand[0]];
  double outputs = (double)op->linear.weight.shape.dim[0],
         sources = (double)phs_shape_count(&x->shape);
  double pooled = (double)phs_shape_count(&p->shape),
         window = (double)(p->pool.kernel[0] * p->pool.kernel[1]);
  if (outputs * sources >= outputs * pooled + pooled * window ||
      outputs * (sources - pooled) > MAX_WEIGHTS) {
    return false;
  }
  phs_value_grid g = f->reassociate ? (phs_value_grid){0} : phs_fuse_grid(f, i);
  if (!f->reassociate && !(phs_fuse_grid(f, pool).exact && g.exact && !g.minus_zero)) {
    return false;
  }
  const float *w = expand(f, op, p, &x->shape);
  if (!w) {
    return false;
  }
  op->linear.weight.shape.dim[1] = (int64_t)phs_shape_count(&x->shape);
  op->linear.weight.data = w;
  flatten->shape.dim[0] = op->linear.weight.shape.dim[1];
  flatten->elem = x->elem;
  phs_fuse_changed(f, i);
  phs_fuse_changed(f, flat);
  phs_fuse_set_operand(f, flat, 0, p->operand[0]);
  return true;
}

bool phs_fuse_pool(phs_fuse *f) {
  bool any = false;
  for (int i = 0; i < f->net->op_count && !f->no_memory; i++) {
    const phs_op *op = &f->net->op[i];
    if (f->op[i].dropped) {
      continue;
    }
    if (op->kind == PHS_OP_POOL) {
      any = phs_fuse_pool_after_conv(f, i) || (op->pool.average && average_to_sum(f, i)) || any;
    } else if (op->kind == PHS_OP_CONV) {
      any = phs_fuse_conv_after_pool(f, i) || any;
    } else if (op->kind == PHS_OP_LINEAR) {
      any = linear_after_pool(f, i) || any;
    }
  }
  return any;
}
