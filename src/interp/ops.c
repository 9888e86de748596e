/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Stateless ops, in the accumulation orders that net.h defines. */
#include "interp/run.h"

/* Elements first .. first+n-1 of x that are not 0, with indices relative to `first`. */
static void gather(const phs_quantity *x, size_t first, size_t n, phs_events *ev) {
  ev->count = 0;
  for (size_t i = 0; i < n; i++) {
    float value = phs_quantity_at(x, first + i);
    if (value != 0.0F) {
      ev->index[ev->count] = i;
      ev->value[ev->count] = value;
      ev->count++;
    }
  }
}

/* What an accumulator starts with: init, then the bias. */
static float start(const float *init, size_t at, const phs_tensor *bias, size_t bias_at) {
  float acc = init ? init[at] : 0.0F;
  if (bias->data) {
    acc = init ? acc + bias->data[bias_at] : bias->data[bias_at];
  }
  return acc;
}

void phs_run_linear(const phs_op *op, const phs_quantity *x, const float *init, float *y,
                    phs_events *scratch) {
  const phs_tensor *w = &op->linear.weight;
  size_t in = (size_t)w->shape.dim[w->shape.rank - 1];
  size_t out = (size_t)w->shape.dim[w->shape.rank - 2];
  size_t rows = phs_shape_count(&op->shape);
  for (size_t row = 0; row < rows; row++) {
    /* Leading dimensions of the weight run along those of x: each has its own slice of x. */
    if (row % out == 0) {
      gather(x, row / out * in, in, scratch);
    }
    const float *weight = w->data + row * in;
    float acc = start(init, row, &op->linear.bias, row);
    for (size_t k = 0; k < scratch->count; k++) {
      acc = acc + weight[scratch->index[k]] * scratch->value[k];
    }
    y[row] = acc;
  }
}

/* Output position that the source position p reaches through kernel tap k, or -1. */
static int64_t reach(const phs_conv *c, int d, int64_t p, int64_t k, int64_t extent) {
  int64_t t = p + c->pad_low[d] - k * c->dilation[d];
  if (t < 0 || t % c->stride[d] != 0 || t / c->stride[d] >= extent) {
    return -1;
  }
  return t / c->stride[d];
}

/* Geometry of a convolution, a 1-d one as a picture of width 1. */
typedef struct conv_geometry {
  int64_t channels_out, group_in, group_out; /* group_*: channels of one group */
  int64_t kernel[2], in[2], out[2];
} conv_geometry;

static conv_geometry conv_shape(const phs_op *op, const phs_shape *x) {
  const phs_conv *c = &op->conv;
  conv_geometry g = {.channels_out = c->weight.shape.dim[0],
                     .group_in = c->weight.shape.dim[1],
                     .group_out = c->weight.shape.dim[0] / c->groups,
                     .kernel = {1, 1},
                     .in = {1, 1},
                     .out = {1, 1}};
  for (int d = 0; d < c->dims; d++) {
    g.kernel[d] = c->weight.shape.dim[2 + d];
    g.in[d] = x->dim[1 + d];
    g.out[d] = op->shape.dim[1 + d];
  }
  return g;
}

/* Adds what one source element gives to every output element that it reaches, each of them once. */
static void scatter(const phs_conv *c, const conv_geometry *g, size_t source, float value,
                    float *y) {
  int64_t area = g->in[0] * g->in[1];
  int64_t channel = (int64_t)source / area, rest = (int64_t)source % area;
  int64_t group = channel / g->group_in;
  for (int64_t ky = 0; ky < g->kernel[0]; ky++) {
    int64_t oy = reach(c, 0, rest / g->in[1], ky, g->out[0]);
    for (int64_t kx = 0; oy >= 0 && kx < g->kernel[1]; kx++) {
      int64_t ox = c->dims == 2 ? reach(c, 1, rest % g->in[1], kx, g->out[1]) : 0;
      for (int64_t k = 0; ox >= 0 && k < g->group_out; k++) {
        int64_t co = group * g->group_out + k;
        int64_t w =
            ((co * g->group_in + channel % g->group_in) * g->kernel[0] + ky) * g->kernel[1] + kx;
        float *acc = &y[(co * g->out[0] + oy) * g->out[1] + ox];
        *acc = *acc + c->weight.data[w] * value;
      }
    }
  }
}

void phs_run_conv(const phs_op *op, const phs_shape *x_shape, const phs_quantity *x,
                  const float *init, float *y, phs_events *scratch) {
  conv_geometry g = conv_shape(op, x_shape);
  size_t area = (size_t)(g.out[0] * g.out[1]), count = phs_shape_count(&op->shape);
  for (size_t e = 0; e < count; e++) {
    y[e] = start(init, e, &op->conv.bias, e / area);
  }
  /* Sources one after the other, ascending: so each accumulator takes its terms in ascending order.
   */
  gather(x, 0, x->count, scratch);
  for (size_t k = 0; k < scratch->count; k++) {
    scatter(&op->conv, &g, scratch->index[k], scratch->value[k], y);
  }
}

/* Sum over the window of output (oy, ox) in the plane that starts at element `plane` of x. */
static float pool_window(const phs_pool *p, const phs_quantity *x, size_t plane,
                         const int64_t in[2], int64_t oy, int64_t ox) {
  float acc = 0.0F;
  for (int64_t ky = 0; ky < p->kernel[0]; ky++) {
    int64_t iy = oy * p->stride[0] - p->pad_low[0] + ky;
    for (int64_t kx = 0; iy >= 0 && iy < in[0] && kx < p->kernel[1]; kx++) {
      int64_t ix = ox * p->stride[1] - p->pad_low[1] + kx;
      if (ix >= 0 && ix < in[1]) {
        float value = phs_quantity_at(x, plane + (size_t)(iy * in[1] + ix));
        acc = value != 0.0F ? acc + value : acc;
      }
    }
  }
  return acc;
}

void phs_run_pool(const phs_op *op, const phs_shape *x_shape, const phs_quantity *x, float *y) {
  const phs_pool *p = &op->pool;
  int rank = op->shape.rank;
  int64_t in[2] = {x_shape->dim[rank - 2], x_shape->dim[rank - 1]};
  int64_t out[2] = {op->shape.dim[rank - 2], op->shape.dim[rank - 1]};
  size_t planes = x->count / (size_t)(in[0] * in[1]);
  float elements = (float)(p->kernel[0] * p->kernel[1]);
  for (size_t c = 0; c < planes; c++) {
    for (int64_t oy = 0; oy < out[0]; oy++) {
      for (int64_t ox = 0; ox < out[1]; ox++) {
        float acc = pool_window(p, x, c * (size_t)(in[0] * in[1]), in, oy, ox);
        *y++ = p->average ? acc / elements : acc;
      }
    }
  }
}

void phs_run_scale(const phs_op *op, const phs_quantity *x, float *y) {
  const phs_param32 *s = &op->scale.factor;
  for (size_t i = 0; i < x->count; i++) {
    y[i] = s->v[s->n == 1 ? 0 : i] * phs_quantity_at(x, i);
  }
}
