/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* A convolution and a pool of two dimensions as one convolution.
 *
 * With kernel K, stride S and dilation D of the convolution, k and s of the pool:
 *   pool after convolution:  w'[t] = sum of w[j] over i + ..., where i S + j D = t, i < k, j < K;
 * stride S s convolution after pool:  w'[t] = sum of w[j] where j D s + i = t; stride S s Both take
 * the pool's sums apart, so they are exact only under the certificate of exact.h; or `reassociate`.
 * They are done where the one op takes fewer multiplications and additions than the two, counted as
 * if every source were active, and its weights have at most MAX_WEIGHTS elements more. */
#include "fuse.h"

#include <math.h>

#define MAX_WEIGHTS ((double)(1 << 20))
#define MAX_KERNEL 4096

/* One dimension of the convolution that stands for both; all that is needed to make its weights. */
typedef struct window {
  int64_t taps, step;  /* of the convolution: weights, and how far apart they fall */
  int64_t spread, gap; /* of the pool: elements, and how far apart they fall */
  int64_t kernel;      /* of the result */
  int64_t stride, pad_low, pad_high;
} window;

static bool is_plane(const phs_op *op) {
  return op->kind == PHS_OP_CONV && op->conv.dims == 2 && op->shape.rank == 3;
}

/* Sizes the kernel and its padding for `in` source elements and `out` results; false when they do
 * not fit. */
static bool fit(window *w, int64_t in, int64_t out) {
  if (w->taps > MAX_KERNEL || w->step > MAX_KERNEL || w->spread > MAX_KERNEL ||
      w->gap > MAX_KERNEL) {
    return false;
  }
  w->kernel = (w->taps - 1) * w->step + (w->spread - 1) * w->gap + 1;
  int64_t need = (out - 1) * w->stride + w->kernel - in - w->pad_low;
  w->pad_high = need > 0 ? need : 0;
  /* The elements that are left over must be too few for one more result. */
  return w->kernel <= MAX_KERNEL && w->pad_high - need < w->stride;
}

/* Weights of the convolution that stands for both; `divide` by the pool's window for an average. */
static float *spread_weights(phs_fuse *f, const phs_conv *c, const window w[2], double divide) {
  size_t planes = (size_t)(c->weight.shape.dim[0] * c->weight.shape.dim[1]);
  size_t from = (size_t)(w[0].taps * w[1].taps), to = (size_t)(w[0].kernel * w[1].kernel);
  float *out = phs_fuse_floats(f, planes * to);
  double *sum = PHS_NEW_ARRAY(f->net->arena, double, to);
  if (!out || !sum) {
    f->no_memory = true;
    return NULL;
  }
  for (size_t p = 0; p < planes; p++) {
    for (size_t k = 0; k < to; k++) {
      sum[k] = 0;
    }
    for (int64_t y = 0; y < w[0].taps * w[0].spread; y++) {
      int64_t jy = y / w[0].spread, ty = jy * w[0].step + y % w[0].spread * w[0].gap;
      for (int64_t x = 0; x < w[1].taps * w[1].spread; x++) {
        int64_t jx = x / w[1].spread, tx = jx * w[1].step + x % w[1].spread * w[1].gap;
        sum[ty * w[1].kernel + tx] +=
            (double)c->weight.data[p * from + (size_t)(jy * w[1].taps + jx)];
      }
    }
    for (size_t k = 0; k < to; k++) {
      out[p * to + k] = (float)(sum[k] / divide);
      if (!isfinite(out[p * to + k])) {
        return NULL;
      }
    }
  }
  return out;
}

static double area(const phs_shape *s) {
  return (double)s->dim[s->rank - 2] * (double)s->dim[s->rank - 1];
}

/* Additions of a pool, and multiplications of a convolution with this many weights a channel pair,
 * a result plane each. */
static double pool_work(const phs_op *pool) {
  return (double)phs_shape_count(&pool->shape) *
         (double)(pool->pool.kernel[0] * pool->pool.kernel[1]);
}

static double conv_work(const phs_op *conv, double plane, double kernel) {
  const phs_shape *w = &conv->conv.weight.shape;
  return (double)w->dim[0] * (double)w->dim[1] * kernel * plane;
}

static bool pays(double before, double after, const phs_conv *c, const window w[2]) {
  double pairs = (double)c->weight.shape.dim[0] * (double)c->weight.shape.dim[1];
  double more = pairs * ((double)(w[0].kernel * w[1].kernel) - (double)(w[0].taps * w[1].taps));
  return after < before && more <= MAX_WEIGHTS;
}

/* The convolution becomes the one that w describes. */
static void become(phs_op *op, const window w[2], const float *weight) {
  phs_conv *c = &op->conv;
  c->weight.data = weight;
  for (int d = 0; d < 2; d++) {
    c->weight.shape.dim[2 + d] = w[d].kernel;
    c->stride[d] = w[d].stride;
    c->pad_low[d] = w[d].pad_low;
    c->pad_high[d] = w[d].pad_high;
    c->dilation[d] = 1;
  }
}

/* The bias summed over a window, or averaged; the old one where there is none. False where it is
 * not right. */
static bool pool_bias(phs_fuse *f, const phs_conv *c, double factor, const float **out) {
  *out = c->bias.data;
  if (!c->bias.data || factor == 1) {
    return true;
  }
  size_t n = (size_t)c->weight.shape.dim[0];
  float *bias = phs_fuse_floats(f, n);
  for (size_t k = 0; bias && k < n; k++) {
    bias[k] = (float)((double)c->bias.data[k] * factor);
  }
  *out = bias;
  return bias && phs_fuse_finite(bias, n);
}

static bool windows_after(const phs_op *conv, const phs_op *pool, const phs_op *x, window w[2]) {
  const phs_conv *c = &conv->conv;
  const phs_pool *p = &pool->pool;
  for (int d = 0; d < 2; d++) {
    if (p->pad_low[d] != 0 || p->pad_high[d] != 0) {
      return false; /* padding pools zeros; a convolution would see the source there */
    }
    w[d] = (window){.taps = c->weight.shape.dim[2 + d],
                    .step = c->dilation[d],
                    .spread = p->kernel[d],
                    .gap = c->stride[d],
                    .stride = c->stride[d] * p->stride[d],
                    .pad_low = c->pad_low[d]};
    if (!fit(&w[d], x->shape.dim[1 + d], pool->shape.dim[1 + d])) {
      return false;
    }
  }
  return true;
}

bool phs_fuse_pool_after_conv(phs_fuse *f, int pool) {
  const phs_op *p = &f->net->op[pool];
  int i = p->operand[0];
  phs_op *op = &f->net->op[i];
  window w[2];
  if (!is_plane(op) || op->operand_count != 1 || !phs_fuse_private(f, i) || p->keep ||
      p->shape.rank != 3 || !windows_after(op, p, &f->net->op[op->operand[0]], w)) {
    return false;
  }
  double taps = (double)(w[0].taps * w[1].taps), kernel = (double)(w[0].kernel * w[1].kernel);
  double before = conv_work(op, area(&op->shape), taps) + pool_work(p);
  if (!pays(before, conv_work(op, area(&p->shape), kernel), &op->conv, w) ||
      (!f->reassociate && !(phs_fuse_grid(f, i).exact && phs_fuse_grid(f, pool).exact))) {
    return false;
  }
  double elements = (double)(p->pool.kernel[0] * p->pool.kernel[1]);
  double divide = p->pool.average ? elements : 1;
  const float *bias, *weight = spread_weights(f, &op->conv, w, divide);
  if (!weight || !pool_bias(f, &op->conv, elements / divide, &bias)) {
    return false;
  }
  phs_weight_rows rows = phs_fuse_rows(op);
  rows = (phs_weight_rows){.weight = weight,
                           .rows = rows.rows,
                           .columns =
                               (size_t)(op->conv.weight.shape.dim[1] * w[0].kernel * w[1].kernel),
                           .bias = bias};
  if (!f->reassociate && !phs_grid_rows(&rows, phs_fuse_grid(f, op->operand[0]), NULL).exact) {
    return false;
  }
  become(op, w, weight);
  op->conv.bias.data = bias;
  op->shape = p->shape;
  phs_fuse_changed(f, i);
  phs_fuse_replace(f, pool, i);
  phs_fuse_drop_op(f, pool);
  return true;
}

/* The convolution's padding must be windows that lie outside the source, or there must be none. */
static bool windows_before(const phs_op *conv, const phs_op *pool, const phs_op *x, window w[2]) {
  const phs_conv *c = &conv->conv;
  const phs_pool *p = &pool->pool;
  for (int d = 0; d < 2; d++) {
    int64_t in = x->shape.dim[1 + d];
    if (p->stride[d] > MAX_KERNEL || c->dilation[d] > MAX_KERNEL) {
      return false;
    }
    bool low = c->pad_low[d] == 0 || p->kernel[d] <= p->stride[d] + p->pad_low[d];
    bool high = c->pad_high[d] == 0 || pool->shape.dim[1 + d] * p->stride[d] - p->pad_low[d] >= in;
    w[d] = (window){.taps = c->weight.shape.dim[2 + d],
                    .step = c->dilation[d] * p->stride[d],
                    .spread = p->kernel[d],
                    .gap = 1,
                    .stride = c->stride[d] * p->stride[d],
                    .pad_low = c->pad_low[d] * p->stride[d] + p->pad_low[d]};
    if (!low || !high || !fit(&w[d], in, conv->shape.dim[1 + d])) {
      return false;
    }
  }
  return true;
}

bool phs_fuse_conv_after_pool(phs_fuse *f, int conv) {
  phs_op *op = &f->net->op[conv];
  int pool = op->operand[0];
  const phs_op *p = &f->net->op[pool];
  window w[2];
  if (p->kind != PHS_OP_POOL || p->pool.average || !phs_fuse_private(f, pool) || !is_plane(op) ||
      !windows_before(op, p, &f->net->op[p->operand[0]], w)) {
    return false;
  }
  double taps = (double)(w[0].taps * w[1].taps), kernel = (double)(w[0].kernel * w[1].kernel);
  double plane = area(&op->shape), before = conv_work(op, plane, taps) + pool_work(p);
  if (!pays(before, conv_work(op, plane, kernel), &op->conv, w) ||
      (!f->reassociate && !(phs_fuse_grid(f, pool).exact && phs_fuse_grid(f, conv).exact &&
                            !phs_fuse_grid(f, conv).minus_zero))) {
    return false;
  }
  const float *weight = spread_weights(f, &op->conv, w, 1);
  if (!weight) {
    return false;
  }
  /* The terms' magnitudes are those of the two ops together: their certificate is the new one's. */
  become(op, w, weight);
  phs_fuse_changed(f, conv);
  phs_fuse_set_operand(f, conv, 0, p->operand[0]);
  return true;
}
