/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Feed-forward layers. */
#include "import/yaml/layers.h"

#include <string.h>

#define MOST_GEOMETRY ((int64_t)1 << 24)

/* ---- dense ---- */

static bool make_dense(yml_layer_making *l) {
  const yml_field *units = &l->field[DENSE_UNITS], *weights = &l->field[DENSE_WEIGHTS];
  yml_array a;
  bool given;
  char text[128];
  if (l->in->rank != 1) {
    return YML_FAIL(l->r, PHS_YAML_SHAPE, l->node, "put a flatten layer in front of it",
                    "a dense layer reads one axis, but '%s' has shape %s", l->from->op.name,
                    phs_shape_print(l->in, text, sizeof text));
  }
  if (!yml_weights_given(l, weights->node, &a, &given)) {
    return false;
  }
  if (!units->node && (!given || a.shape.rank != 2)) {
    return YML_FAIL(l->r, PHS_YAML_MISSING_KEY, l->node, "add 'units'",
                    "the number of results of '%s' does not follow from its weights", l->e->local);
  }
  phs_shape want = {.rank = 2, .dim = {units->node ? units->count : a.shape.dim[0], l->in->dim[0]}};
  l->op->kind = PHS_OP_LINEAR;
  l->op->shape = (phs_shape){.rank = 1, .dim = {want.dim[0]}};
  return yml_weights_check(l, &want) &&
         yml_weights_read(l, weights->node, given ? &a : NULL, &want, "weights",
                          &l->op->linear.weight) &&
         yml_bias_read(l, &l->field[DENSE_BIAS], want.dim[0], &l->op->linear.bias);
}

/* ---- windows ---- */

/* A whole number for all dimensions, or a list of one for each. */
static bool read_window(yml_layer_making *l, const yml_field *f, int dims, int64_t least,
                        int64_t otherwise, int64_t out[2]) {
  out[0] = out[1] = otherwise;
  if (!f->node) {
    return true;
  }
  if (f->node->kind != YML_LIST) {
    bool ok = yml_count(l->r, l->e->scope, f->node, f->key->name, least, MOST_GEOMETRY, &out[0]);
    out[1] = dims == 2 ? out[0] : otherwise;
    return ok;
  }
  if (f->node->count != (size_t)dims) {
    return YML_FAIL(l->r, PHS_YAML_COUNT, f->node, "give one number for each dimension",
                    "'%s' has %zu numbers, but there are %d dimensions", f->key->name,
                    f->node->count, dims);
  }
  bool ok = true;
  for (int i = 0; i < dims; i++) {
    ok = yml_count(l->r, l->e->scope, f->node->item[i], f->key->name, least, MOST_GEOMETRY,
                   &out[i]) &&
         ok;
  }
  return ok;
}

/* Positions of a window of @p span elements over @p size padded ones. */
static bool slide(yml_layer_making *l, int64_t size, int64_t pad, int64_t span, int64_t stride,
                  int64_t *out) {
  if (size + pad < span) {
    return YML_FAIL(l->r, PHS_YAML_SHAPE, l->node, "use a smaller kernel or more padding",
                    "the kernel spans %lld elements, but there are %lld with the padding",
                    (long long)span, (long long)(size + pad));
  }
  *out = (size + pad - span) / stride + 1;
  return true;
}

/* ---- convolutions ---- */

static bool read_padding(yml_layer_making *l, int dims, const int64_t span[2], phs_conv *c) {
  const yml_field *f = &l->field[CONV_PADDING];
  int64_t pad[2];
  if (!f->node || f->node->kind != YML_SCALAR || strcmp(f->node->text, "same") != 0) {
    bool ok = read_window(l, f, dims, 0, 0, pad);
    for (int i = 0; i < 2; i++) {
      c->pad_low[i] = c->pad_high[i] = i < dims && ok ? pad[i] : 0;
    }
    return ok;
  }
  for (int i = 0; i < dims; i++) {
    if (c->stride[i] != 1) {
      return YML_FAIL(l->r, PHS_YAML_CONTRADICTION, f->node, "give the padding as numbers",
                      "padding 'same' has no one meaning with a stride of %lld",
                      (long long)c->stride[i]);
    }
    c->pad_low[i] = (span[i] - 1) / 2; /* an odd one more stands at the end */
    c->pad_high[i] = span[i] - 1 - c->pad_low[i];
  }
  return true;
}

/* Shape of the weights, from the keys or from the weights themselves. */
static bool conv_weights(yml_layer_making *l, int dims, const yml_array *a, phs_shape *want) {
  const yml_field *channels = &l->field[CONV_CHANNELS], *kernel = &l->field[CONV_KERNEL];
  int64_t size[2], groups = l->op->conv.groups;
  bool shaped = a && a->shape.rank == dims + 2;
  if (!shaped && (!channels->node || !kernel->node)) {
    return YML_FAIL(l->r, PHS_YAML_MISSING_KEY, l->node, "add 'channels' and 'kernel'",
                    "the size of the convolution '%s' does not follow from its weights",
                    l->e->local);
  }
  if (!read_window(l, kernel, dims, 1, 1, size)) {
    return false;
  }
  if (l->in->dim[0] % groups != 0) {
    return YML_FAIL(l->r, PHS_YAML_SHAPE, l->node, "choose a divisor",
                    "%lld groups do not divide the %lld channels of '%s'", (long long)groups,
                    (long long)l->in->dim[0], l->from->op.name);
  }
  *want = (phs_shape){
      .rank = dims + 2,
      .dim = {channels->node ? channels->count : a->shape.dim[0], l->in->dim[0] / groups}};
  for (int i = 0; i < dims; i++) {
    want->dim[2 + i] = kernel->node ? size[i] : a->shape.dim[2 + i];
  }
  return want->dim[0] % groups == 0 ||
         YML_FAIL(l->r, PHS_YAML_SHAPE, l->node, "choose a divisor",
                  "%lld groups do not divide the %lld channels of the result", (long long)groups,
                  (long long)want->dim[0]);
}

static bool make_conv(yml_layer_making *l, int dims) {
  const yml_field *weights = &l->field[CONV_WEIGHTS], *groups = &l->field[CONV_GROUPS];
  phs_conv *c = &l->op->conv;
  yml_array a;
  bool given;
  phs_shape want;
  char text[128];
  if (l->in->rank != dims + 1) {
    return YML_FAIL(l->r, PHS_YAML_SHAPE, l->node,
                    dims == 1 ? "give it [channels, length]" : "give it [channels, height, width]",
                    "a conv%dd layer reads %d axes, but '%s' has shape %s", dims, dims + 1,
                    l->from->op.name, phs_shape_print(l->in, text, sizeof text));
  }
  l->op->kind = PHS_OP_CONV;
  c->dims = dims;
  c->groups = groups->node ? groups->count : 1;
  if (!yml_weights_given(l, weights->node, &a, &given) ||
      !conv_weights(l, dims, given ? &a : NULL, &want) || !yml_weights_check(l, &want) ||
      !read_window(l, &l->field[CONV_STRIDE], dims, 1, 1, c->stride) ||
      !read_window(l, &l->field[CONV_DILATION], dims, 1, 1, c->dilation)) {
    return false;
  }
  int64_t span[2] = {1, 1};
  l->op->shape = (phs_shape){.rank = dims + 1, .dim = {want.dim[0]}};
  for (int i = 0; i < dims; i++) {
    if (__builtin_mul_overflow(c->dilation[i], want.dim[2 + i] - 1, &span[i]) ||
        ++span[i] > MOST_GEOMETRY) {
      return YML_FAIL(l->r, PHS_YAML_LIMIT, l->node, "use a smaller kernel or dilation",
                      "the kernel spans more than 2^24 elements");
    }
  }
  if (!read_padding(l, dims, span, c)) {
    return false;
  }
  for (int i = 0; i < dims; i++) {
    if (!slide(l, l->in->dim[1 + i], c->pad_low[i] + c->pad_high[i], span[i], c->stride[i],
               &l->op->shape.dim[1 + i])) {
      return false;
    }
  }
  return yml_weights_read(l, weights->node, given ? &a : NULL, &want, "weights", &c->weight) &&
         yml_bias_read(l, &l->field[CONV_BIAS], want.dim[0], &c->bias);
}

/* ---- pools, flatten, scale ---- */

static bool make_pool(yml_layer_making *l, bool average) {
  phs_pool *p = &l->op->pool;
  char text[128];
  int rank = l->in->rank;
  if (rank < 2) {
    return YML_FAIL(l->r, PHS_YAML_SHAPE, l->node, "give it [channels, height, width]",
                    "a pool reads two axes or more, but '%s' has shape %s", l->from->op.name,
                    phs_shape_print(l->in, text, sizeof text));
  }
  l->op->kind = PHS_OP_POOL;
  p->average = average;
  if (!read_window(l, &l->field[POOL_KERNEL], 2, 1, 1, p->kernel) ||
      !read_window(l, &l->field[POOL_STRIDE], 2, 1, 0, p->stride) ||
      !read_window(l, &l->field[POOL_PADDING], 2, 0, 0, p->pad_low)) {
    return false;
  }
  l->op->shape = *l->in;
  for (int i = 0; i < 2; i++) {
    p->stride[i] = l->field[POOL_STRIDE].node ? p->stride[i] : p->kernel[i];
    p->pad_high[i] = p->pad_low[i];
    int axis = rank - 2 + i;
    if (!slide(l, l->in->dim[axis], 2 * p->pad_low[i], p->kernel[i], p->stride[i],
               &l->op->shape.dim[axis])) {
      return false;
    }
  }
  return true;
}

static bool make_flatten(yml_layer_making *l) {
  const yml_field *start = &l->field[FLATTEN_START], *end = &l->field[FLATTEN_END];
  int rank = l->in->rank;
  int64_t a = start->node ? start->count : 0, b = end->node ? end->count : -1;
  a += a < 0 ? rank : 0;
  b += b < 0 ? rank : 0;
  if (a < 0 || b >= rank || a > b) {
    return YML_FAIL(l->r, PHS_YAML_RANGE, l->node, "axes count from 0, or from the last as -1",
                    "'%s' has %d axes: axes %lld to %lld cannot be merged", l->from->op.name, rank,
                    (long long)a, (long long)b);
  }
  l->op->kind = PHS_OP_FLATTEN;
  l->op->elem = l->from->op.elem;
  l->op->flatten.start = (int)a;
  l->op->flatten.end = (int)b;
  l->op->shape = (phs_shape){.rank = 0};
  for (int i = 0; i < rank; i++) {
    phs_shape *s = &l->op->shape;
    if (i > a && i <= b) {
      s->dim[s->rank - 1] *= l->in->dim[i];
    } else {
      s->dim[s->rank++] = l->in->dim[i];
    }
  }
  return true;
}

static bool make_scale(yml_layer_making *l) {
  const yml_node *n = l->field[SCALE_FACTOR].node;
  yml_array a;
  bool given;
  phs_tensor t;
  phs_shape one = {.rank = 0};
  l->op->kind = PHS_OP_SCALE;
  l->op->shape = *l->in;
  if (!yml_weights_given(l, n, &a, &given)) {
    return false;
  }
  bool each = given || n->kind == YML_MAP;
  if (!yml_weights_read(l, n, given ? &a : NULL, each ? l->in : &one, "factor", &t)) {
    return false;
  }
  l->op->scale.factor = (phs_param32){t.data, phs_shape_count(&t.shape)};
  return true;
}

static bool make(yml_layer_making *l, int kind) {
  switch (kind) {
  case LAYER_DENSE:
    return make_dense(l);
  case LAYER_CONV1D:
    return make_conv(l, 1);
  case LAYER_CONV2D:
    return make_conv(l, 2);
  case LAYER_POOL_SUM:
    return make_pool(l, false);
  case LAYER_POOL_AVG:
    return make_pool(l, true);
  case LAYER_FLATTEN:
    return make_flatten(l);
  default:
    return make_scale(l);
  }
}

bool yml_settle_layer(yml_reader *r, yml_element *e) {
  int kind = yml_chosen(&yml_layer, e->field);
  const yml_node *n = e->field[kind].node;
  yml_layer_making l = {.r = r, .e = e, .node = n};
  l.field = yml_decode_new(r, e->scope, n, yml_layer.key[kind].table);
  l.from = yml_sum(r, e->scope, e->field[LAYER_FROM].node, yml_format(r, "%s#sum", e->name));
  yml_draft *d = l.field && l.from
                     ? yml_draft_new(r, YML_AT_OTHERS, PHS_OP_FLATTEN, e->name, e->key, 1)
                     : NULL;
  if (!d) {
    return false;
  }
  l.in = &l.from->op.shape;
  l.op = &d->op;
  d->op.elem = PHS_F32;
  d->operand[0] = l.from;
  if (!make(&l, kind) || !yml_check_shape(r, n, &d->op.shape)) {
    return false;
  }
  e->draft = d;
  return true;
}
