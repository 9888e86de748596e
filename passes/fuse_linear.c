/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* A linear op after another as one, and parallel edges as one. Both group terms otherwise, so they
 * are exact only under the certificate of exact.h; or `reassociate`. */
#include "fuse.h"

#include <math.h>
#include <string.h>

/* Multiplications that a product of two weights may take: some ten seconds. */
#define MAX_PRODUCT 0x1p33

/* Matrices that a linear op holds: one for each leading index of its operand. */
typedef struct matrices {
  size_t count, out, in;
} matrices;

static matrices shape_of(const phs_op *op) {
  const phs_shape *w = &op->linear.weight.shape;
  matrices m = {.out = (size_t)w->dim[w->rank - 2], .in = (size_t)w->dim[w->rank - 1]};
  m.count = phs_shape_count(w) / (m.out * m.in);
  return m;
}

/* One row of outer * inner: sum over m of a[m] * b[m][.], summed in double. */
static void row_product(const float *a, const float *b, size_t middle, size_t in, double *sum) {
  memset(sum, 0, in * sizeof *sum);
  for (size_t m = 0; m < middle; m++) {
    double factor = (double)a[m];
    for (size_t k = 0; factor != 0 && k < in; k++) {
      sum[k] += factor * (double)b[m * in + k];
    }
  }
}

/* W = W2 W1 and b = W2 b1 + b2; false without memory or where a value is not finite. */
static bool multiply(phs_fuse *f, const phs_op *outer, const phs_op *inner, phs_weight_rows *out) {
  matrices o = shape_of(outer), n = shape_of(inner);
  phs_weight_rows a = phs_fuse_rows(outer), b = phs_fuse_rows(inner);
  float *w = phs_fuse_floats(f, a.rows * n.in),
        *bias = a.bias || b.bias ? phs_fuse_floats(f, a.rows) : NULL;
  double *sum = PHS_NEW_ARRAY(f->net->arena, double, n.in);
  if (f->no_memory || !sum) {
    f->no_memory = true;
    return false;
  }
  for (size_t row = 0; row < a.rows; row++) {
    size_t block = row / o.out;
    const float *left = a.weight + row * o.in;
    row_product(left, b.weight + block * n.out * n.in, o.in, n.in, sum);
    for (size_t k = 0; k < n.in; k++) {
      w[row * n.in + k] = (float)sum[k];
    }
    if (bias) {
      double total = a.bias ? (double)a.bias[row] : 0;
      for (size_t m = 0; b.bias && m < o.in; m++) {
        total += (double)left[m] * (double)b.bias[block * n.out + m];
      }
      bias[row] = (float)total + 0.0F;
    }
  }
  *out = (phs_weight_rows){.weight = w, .rows = a.rows, .columns = n.in, .bias = bias};
  return phs_fuse_finite(w, a.rows * n.in) && (!bias || phs_fuse_finite(bias, a.rows));
}

/* Whether op would sum exactly with these rows over op x. */
static bool exact_rows(phs_fuse *f, const phs_op *op, const phs_weight_rows *rows, int x) {
  if (op->operand_count == 1) {
    return phs_grid_rows(rows, phs_fuse_grid(f, x), NULL).exact;
  }
  phs_value_grid init = phs_fuse_grid(f, op->operand[1]);
  return !init.minus_zero && phs_grid_rows(rows, phs_fuse_grid(f, x), &init).exact;
}

/* linear -> linear as one, where that takes fewer multiplications. */
static bool compose(phs_fuse *f, int i) {
  phs_op *outer = &f->net->op[i];
  int j = outer->operand[0];
  const phs_op *inner = &f->net->op[j];
  if (inner->kind != PHS_OP_LINEAR || inner->operand_count != 1 || !phs_fuse_private(f, j)) {
    return false;
  }
  matrices o = shape_of(outer), n = shape_of(inner);
  double before = (double)o.out * (double)o.in + (double)n.out * (double)n.in;
  if (o.count != n.count || o.in != n.out || (double)o.out * (double)n.in >= before ||
      (double)o.count * (double)o.out * (double)o.in * (double)n.in > MAX_PRODUCT) {
    return false;
  }
  if (!f->reassociate && !(phs_fuse_grid(f, j).exact && phs_fuse_grid(f, i).exact)) {
    return false;
  }
  phs_weight_rows product;
  if (!multiply(f, outer, inner, &product) ||
      (!f->reassociate && !exact_rows(f, outer, &product, inner->operand[0]))) {
    return false;
  }
  outer->linear.weight.shape.dim[outer->linear.weight.shape.rank - 1] = (int64_t)n.in;
  outer->linear.weight.data = product.weight;
  if (product.bias) {
    phs_fuse_set_bias(outer, product.bias);
  }
  phs_fuse_changed(f, i);
  phs_fuse_set_operand(f, i, 0, inner->operand[0]);
  return true;
}

static bool same_geometry(const phs_op *a, const phs_op *b) {
  if (a->kind != b->kind || !phs_shape_equal(&a->shape, &b->shape)) {
    return false;
  }
  if (a->kind == PHS_OP_LINEAR) {
    return phs_shape_equal(&a->linear.weight.shape, &b->linear.weight.shape);
  }
  const phs_conv *c = &a->conv, *d = &b->conv;
  bool same = c->dims == d->dims && c->groups == d->groups &&
              phs_shape_equal(&c->weight.shape, &d->weight.shape);
  for (int k = 0; same && k < c->dims; k++) {
    same = c->stride[k] == d->stride[k] && c->pad_low[k] == d->pad_low[k] &&
           c->pad_high[k] == d->pad_high[k] && c->dilation[k] == d->dilation[k];
  }
  return same;
}

/* Sum of two lists; false without memory, where a sum is not finite, or not exact and that is
 * wanted. */
static bool add_lists(phs_fuse *f, const float *a, const float *b, size_t n, const float **out) {
  float *sum = phs_fuse_floats(f, n);
  for (size_t k = 0; sum && k < n; k++) {
    double exact = (double)a[k] + (double)b[k];
    sum[k] = a[k] + b[k]; /* biases are never -0, so neither are their sums */
    if (!isfinite(sum[k]) || (!f->reassociate && (double)sum[k] != exact)) {
      return false;
    }
  }
  *out = sum;
  return sum != NULL;
}

/* Two ops of one value in one chain of accumulation, j before i: their weights add up. */
static bool merge_into(phs_fuse *f, int i, int j, int above) {
  phs_op *op = &f->net->op[i];
  const phs_op *gone = &f->net->op[j];
  phs_weight_rows a = phs_fuse_rows(op), b = phs_fuse_rows(gone);
  const float *w, *bias = a.bias ? a.bias : b.bias;
  if (!add_lists(f, a.weight, b.weight, a.rows * a.columns, &w) ||
      (a.bias && b.bias && !add_lists(f, a.bias, b.bias, a.rows, &bias))) {
    return false;
  }
  phs_fuse_set_weight(op, w);
  if (bias) {
    phs_fuse_set_bias(op, bias);
  }
  /* The chain goes on behind j. What lies between takes other values on the way, which nobody else
   * reads. */
  for (int k = i; k != j; k = f->net->op[k].operand[1]) {
    phs_fuse_forget(f, k);
  }
  phs_fuse_changed(f, i);
  if (gone->operand_count == 2) {
    phs_fuse_set_operand(f, above, 1, gone->operand[1]);
  } else {
    phs_fuse_drop_init(f, above);
  }
  return true;
}

/* The chain of accumulation that ends at i: another op of the same value in it. */
static bool merge_parallel(phs_fuse *f, int i) {
  const phs_op *op = &f->net->op[i];
  int above = i;
  while (f->net->op[above].operand_count == 2) {
    int j = f->net->op[above].operand[1];
    const phs_op *other = &f->net->op[j];
    if (!phs_fuse_is_rows(other) || !phs_fuse_private(f, j)) {
      return false;
    }
    if (other->operand[0] == op->operand[0] && same_geometry(op, other)) {
      /* One certificate for the sum at i holds for every part of the chain. A start of -0 would
       * need a look of its own. */
      phs_value_grid g = phs_fuse_grid(f, i);
      return (f->reassociate || (g.exact && !g.minus_zero)) && merge_into(f, i, j, above);
    }
    above = j;
  }
  return false;
}

bool phs_fuse_linear(phs_fuse *f) {
  bool any = false;
  for (int i = 0; i < f->net->op_count && !f->no_memory; i++) {
    const phs_op *op = &f->net->op[i];
    if (f->op[i].dropped || !phs_fuse_is_rows(op)) {
      continue;
    }
    any = merge_parallel(f, i) || any;
    any = (op->kind == PHS_OP_LINEAR && compose(f, i)) || any;
  }
  return any;
}
