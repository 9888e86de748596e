/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Scale ops into weights.
 *
 * Before a linear or convolution op: a term fl(w * fl(s * x)) becomes fl(fl(w * s) * x). With x a
 * spike both are fl(w * s). Otherwise both are the same rounding of the same real number if s * x
 * and w * s are exact, so: powers of two, on a grid that says that nothing underflows or overflows.
 * After one: s * (b + w0 x0 + ...) becomes s b + (s w0) x0 + ... With s a positive power of two
 * every partial sum is scaled exactly. (A negative one would turn a sum of +0 into -0.) A linear op
 * with a diagonal weight, the form that batch normalisation takes, is a scale and a bias. */
#include "fuse.h"

#include <math.h>

/* One factor for each element, or one for all. */
static float factor_at(const phs_param32 *s, size_t i) {
  return s->v[s->n == 1 ? 0 : i];
}

/* Whether all factors are powers of two, and positive if so wanted, that a value on the grid g
 * takes exactly. */
static bool shifts(phs_value_grid g, const phs_param32 *s, bool positive) {
  for (size_t i = 0; i < s->n; i++) {
    int k;
    if (!phs_power_of_two(s->v[i], &k) || (positive && s->v[i] < 0)) {
      return false;
    }
    if (k != 0 && !phs_grid_shifts(g, k)) {
      return false;
    }
  }
  return true;
}

/* The factor of each channel of x; false where a channel has several. */
static bool channel_factors(const phs_op *x, const phs_param32 *s, float *out) {
  size_t channels = (size_t)x->shape.dim[0], area = phs_shape_count(&x->shape) / channels;
  for (size_t c = 0; c < channels; c++) {
    out[c] = factor_at(s, c * area);
    for (size_t i = 1; i < area; i++) {
      if (factor_at(s, c * area + i) != out[c]) {
        return false;
      }
    }
  }
  return true;
}

/* Index of the factor of the weight at (row, column), with a factor for each source element
 * (linear) or channel (conv). */
static size_t source_of(const phs_op *op, size_t row, size_t column) {
  if (op->kind == PHS_OP_LINEAR) {
    const phs_shape *w = &op->linear.weight.shape;
    size_t in = (size_t)w->dim[w->rank - 1], out = (size_t)w->dim[w->rank - 2];
    return row / out * in + column;
  }
  const phs_shape *w = &op->conv.weight.shape;
  size_t area = phs_shape_count(w) / (size_t)(w->dim[0] * w->dim[1]);
  size_t group = row / (size_t)(w->dim[0] / op->conv.groups);
  return group * (size_t)w->dim[1] + column / area;
}

/* Weights times factors, or NULL where that is neither right nor asked for. */
static float *scaled_columns(phs_fuse *f, const phs_op *op, const phs_param32 *s, bool spikes) {
  phs_weight_rows rows = phs_fuse_rows(op);
  float *w = phs_fuse_floats(f, rows.rows * rows.columns);
  for (size_t row = 0; w && row < rows.rows; row++) {
    for (size_t c = 0; c < rows.columns; c++) {
      size_t at = row * rows.columns + c;
      float factor = factor_at(s, source_of(op, row, c));
      if (!f->reassociate && !spikes && !phs_product_exact(rows.weight[at], factor)) {
        return NULL;
      }
      /* A term that was left out, as the scaled value was 0, must not turn -0 into +0: adding -0
       * changes nothing. */
      w[at] = factor == 0.0F ? -0.0F : rows.weight[at] * factor;
      if (!isfinite(w[at])) {
        return NULL;
      }
    }
  }
  return w;
}

/* scale -> linear or convolution (through flattens): into the columns of the weights. */
static bool into_user(phs_fuse *f, int i) {
  phs_op *op = &f->net->op[i];
  int scale = phs_fuse_before_flattens(f, op->operand[0]);
  const phs_op *s = &f->net->op[scale];
  if (s->kind != PHS_OP_SCALE || s->keep) {
    return false;
  }
  int x = s->operand[0];
  bool spikes = f->net->op[x].elem == PHS_I1;
  if (!f->reassociate && !spikes && !shifts(phs_fuse_grid(f, x), &s->scale.factor, false)) {
    return false;
  }
  phs_param32 factors = s->scale.factor;
  if (op->kind == PHS_OP_CONV && factors.n > 1) {
    /* Padding is zero before and after, so that a factor for each channel is all it needs. */
    float *channel = phs_fuse_floats(f, (size_t)s->shape.dim[0]);
    if (!channel || op->operand[0] != scale || !channel_factors(s, &factors, channel)) {
      return false;
    }
    factors = (phs_param32){.v = channel, .n = (size_t)s->shape.dim[0]};
  }
  float *w = scaled_columns(f, op, &factors, spikes);
  if (!w) {
    return false;
  }
  phs_fuse_set_weight(op, w);
  phs_fuse_changed(f, i);
  if (op->operand[0] == scale) {
    phs_fuse_set_operand(f, i, 0, x);
    return true;
  }
  /* The flatten next to the scale reads x instead; its users see x's type. */
  int flatten = op->operand[0];
  phs_fuse_retype_flattens(f, flatten, scale, f->net->op[x].elem);
  while (f->net->op[flatten].operand[0] != scale) {
    flatten = f->net->op[flatten].operand[0];
  }
  phs_fuse_set_operand(f, flatten, 0, x);
  return true;
}

/* y = factor * x + bias, element by element. */
typedef struct affine {
  phs_param32 factor;
  const float *bias; /* for each element, or NULL */
} affine;

/* Reads a scale op, or a linear op whose weight is diagonal and that starts from nothing. */
static bool read_affine(phs_fuse *f, const phs_op *op, affine *out) {
  if (op->kind == PHS_OP_SCALE) {
    *out = (affine){.factor = op->scale.factor};
    return true;
  }
  if (op->kind != PHS_OP_LINEAR || op->operand_count != 1 ||
      !phs_shape_equal(&op->shape, &f->net->op[op->operand[0]].shape)) {
    return false;
  }
  phs_weight_rows rows = phs_fuse_rows(op);
  size_t n = rows.columns;
  float *diagonal = NULL;
  for (size_t row = 0; row < rows.rows; row++) {
    for (size_t c = 0; c < n; c++) {
      if (c != row % n && rows.weight[row * n + c] != 0.0F) {
        return false;
      }
    }
  }
  diagonal = phs_fuse_floats(f, rows.rows);
  for (size_t row = 0; diagonal && row < rows.rows; row++) {
    diagonal[row] = rows.weight[row * n + row % n];
  }
  *out = (affine){.factor = {.v = diagonal, .n = rows.rows}, .bias = rows.bias};
  return diagonal != NULL;
}

/* One value for each row of the op before: checks that the elements of a convolution's channel
 * agree. */
static bool per_row(phs_fuse *f, const phs_op *before, affine *a) {
  phs_weight_rows rows = phs_fuse_rows(before);
  size_t area = phs_shape_count(&before->shape) / rows.rows;
  float *factor = phs_fuse_floats(f, rows.rows),
        *bias = a->bias ? phs_fuse_floats(f, rows.rows) : NULL;
  if (f->no_memory) {
    return false;
  }
  for (size_t e = 0; e < rows.rows * area; e++) {
    size_t row = e / area;
    float s = factor_at(&a->factor, e), b = a->bias ? a->bias[e] : 0.0F;
    if (e % area == 0) {
      factor[row] = s;
      if (bias) {
        bias[row] = b;
      }
    } else if (factor[row] != s || (bias && bias[row] != b)) {
      return false;
    }
  }
  *a = (affine){.factor = {.v = factor, .n = rows.rows}, .bias = bias};
  return true;
}

/* Weights and bias of a (b + W x); false where a value is not finite, or not exact and that is
 * wanted. */
static bool scale_rows(phs_fuse *f, const phs_weight_rows *rows, const affine *a, bool exact,
                       float **weight, float **bias) {
  *weight = phs_fuse_floats(f, rows->rows * rows->columns);
  *bias = rows->bias || a->bias ? phs_fuse_floats(f, rows->rows) : NULL;
  if (f->no_memory) {
    return false;
  }
  for (size_t row = 0; row < rows->rows; row++) {
    float s = a->factor.v[row];
    for (size_t c = 0; c < rows->columns; c++) {
      size_t at = row * rows->columns + c;
      (*weight)[at] = rows->weight[at] * s;
      if (!isfinite((*weight)[at]) || (exact && !phs_product_exact(rows->weight[at], s))) {
        return false;
      }
    }
    if (*bias) {
      double b = (rows->bias ? (double)rows->bias[row] * (double)s : 0) +
                 (a->bias ? (double)a->bias[row] : 0);
      (*bias)[row] = (float)b + 0.0F;
      if (!isfinite((*bias)[row]) || (exact && (double)(*bias)[row] != b)) {
        return false;
      }
    }
  }
  return true;
}

/* Whether the affine may go before the sum of op j without a change of bits; what scale_rows()
 * checks apart. */
static bool affine_exact(phs_fuse *f, int j, const phs_op *after, const affine *a) {
  phs_value_grid g = phs_fuse_grid(f, j);
  if (a->bias) {
    /* The bias moves from the end of the sum to its start: no sum may round. */
    phs_weight_rows rows = phs_fuse_rows(after);
    return g.exact && phs_grid_rows(&rows, g, NULL).exact;
  }
  /* A diagonal weight leaves out zeros, so that a negative factor gives no -0 there. */
  return g.known && shifts(g, &a->factor, after->kind == PHS_OP_SCALE);
}

/* linear or convolution -> scale, or -> diagonal linear: into the rows of the weights. */
static bool into_operand(phs_fuse *f, int i) {
  phs_op *after = &f->net->op[i];
  int j = after->operand[0];
  phs_op *op = &f->net->op[j];
  affine a;
  if (!phs_fuse_is_rows(op) || op->operand_count != 1 || !phs_fuse_private(f, j) || after->keep ||
      !read_affine(f, after, &a) || !per_row(f, op, &a) ||
      (!f->reassociate && !affine_exact(f, j, after, &a))) {
    return false;
  }
  phs_weight_rows rows = phs_fuse_rows(op), scaled = rows;
  float *weight, *bias;
  if (!scale_rows(f, &rows, &a, !f->reassociate, &weight, &bias)) {
    return false;
  }
  scaled.weight = weight;
  scaled.bias = bias;
  if (!f->reassociate && a.bias &&
      !phs_grid_rows(&scaled, phs_fuse_grid(f, op->operand[0]), NULL).exact) {
    return false;
  }
  phs_fuse_set_weight(op, weight);
  if (bias) {
    phs_fuse_set_bias(op, bias);
  }
  phs_fuse_changed(f, j);
  phs_fuse_replace(f, i, j);
  phs_fuse_drop_op(f, i);
  return true;
}

/* scale -> scale: one factor. */
static bool into_scale(phs_fuse *f, int i) {
  phs_op *op = &f->net->op[i];
  int j = op->operand[0];
  const phs_op *inner = &f->net->op[j];
  if (inner->kind != PHS_OP_SCALE || inner->keep) {
    return false;
  }
  int x = inner->operand[0];
  bool spikes = f->net->op[x].elem == PHS_I1;
  if (!f->reassociate && !spikes && !shifts(phs_fuse_grid(f, x), &inner->scale.factor, false)) {
    return false;
  }
  const phs_param32 *s = &op->scale.factor, *t = &inner->scale.factor;
  size_t n = s->n > t->n ? s->n : t->n;
  float *product = phs_fuse_floats(f, n);
  for (size_t e = 0; product && e < n; e++) {
    float a = factor_at(s, e), b = factor_at(t, e);
    product[e] = a * b;
    if (!isfinite(product[e]) || (!f->reassociate && !spikes && !phs_product_exact(a, b))) {
      return false;
    }
  }
  if (!product) {
    return false;
  }
  op->scale.factor = (phs_param32){.v = product, .n = n};
  phs_fuse_changed(f, i);
  phs_fuse_set_operand(f, i, 0, x);
  return true;
}

/* Factors that are all 1 change nothing about a graded value. */
static bool is_identity(const phs_fuse *f, const phs_op *op) {
  for (size_t e = 0; e < op->scale.factor.n; e++) {
    if (op->scale.factor.v[e] != 1.0F) {
      return false;
    }
  }
  return !op->keep && f->net->op[op->operand[0]].elem == PHS_F32;
}

bool phs_fuse_scale(phs_fuse *f) {
  bool any = false;
  for (int i = 0; i < f->net->op_count && !f->no_memory; i++) {
    const phs_op *op = &f->net->op[i];
    bool done = false;
    if (f->op[i].dropped) {
      continue;
    }
    if (op->kind == PHS_OP_SCALE && is_identity(f, op)) {
      phs_fuse_replace(f, i, op->operand[0]);
      phs_fuse_drop_op(f, i);
      done = true;
    } else if (op->kind == PHS_OP_SCALE) {
      done = into_scale(f, i) || into_operand(f, i);
    } else if (phs_fuse_is_rows(op)) {
      done = into_user(f, i) || into_operand(f, i);
    }
    any = any || done;
  }
  return any;
}
