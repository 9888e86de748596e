/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Rules of one op that IRDL cannot state: shapes that agree, ranges, and what a model needs. */
#include "ir/read.h"

#include <math.h>
#include <stdlib.h>

bool phs_all_finite32(const float *v, size_t n) {
  for (size_t i = 0; i < n; i++) {
    if (!isfinite(v[i])) {
      return false;
    }
  }
  return true;
}

bool phs_all_finite64(const double *v, size_t n) {
  for (size_t i = 0; i < n; i++) {
    if (!isfinite(v[i])) {
      return false;
    }
  }
  return true;
}

const phs_op *phs_check_operand(const phs_check *c, int k) {
  return &c->r->net->op[c->op->operand[k]];
}

void phs_check_shape(const phs_check *c, const char *what, const phs_shape *got,
                     const phs_shape *want, const char *help) {
  if (!phs_shape_equal(got, want)) {
    char a[160], b[160];
    phs_reader_error(c->r, c->at, PHS_IR_SHAPE, help, "'%s': %s has the shape %s, but %s is needed",
                     c->op->name, what, phs_shape_print(got, a, sizeof a),
                     phs_shape_print(want, b, sizeof b));
  }
}

static void shape_error(const phs_check *c, const char *what, const phs_shape *got,
                        const char *help) {
  char text[160];
  phs_reader_error(c->r, c->at, PHS_IR_SHAPE, help, "'%s': %s has the shape %s", c->op->name, what,
                   phs_shape_print(got, text, sizeof text));
}

bool phs_check_elem(const phs_check *c, phs_elem elem) {
  static const char *const names[] = {"i1", "i32", "f32"};
  if (c->op->elem == elem) {
    return true;
  }
  phs_reader_error(c->r, c->at, PHS_IR_TYPE, NULL, "'%s': the result is of %s, but %s is needed",
                   c->op->name, names[c->op->elem], names[elem]);
  return false;
}

static bool positive(const phs_check *c, const char *what, const int64_t *v, int n, int64_t least) {
  for (int i = 0; i < n; i++) {
    if (v[i] < least || v[i] > PHS_IR_MAX_ELEMENTS) {
      phs_reader_error(c->r, c->at, PHS_IR_RANGE, NULL, "'%s': %s is %lld; it must be %lld to 2^31",
                       c->op->name, what, (long long)v[i], (long long)least);
      return false;
    }
  }
  return true;
}

void phs_check_init(const phs_check *c, int k) {
  const phs_op *init = phs_check_operand(c, k);
  phs_check_shape(c, "the operand init", &init->shape, &c->op->shape,
                  "init is a value of the result's shape");
  if (init->elem != PHS_F32) {
    phs_reader_error(c->r, c->at, PHS_IR_TYPE, NULL, "'%s': the operand init is not of f32",
                     c->op->name);
  }
}

static void check_linear(const phs_check *c) {
  const phs_shape *w = &c->op->linear.weight.shape, *x = &phs_check_operand(c, 0)->shape;
  static const char help[] =
      "weight [..., out, in] takes x [..., in] to [..., out], with the same leading dimensions";
  if (w->rank < 2 || x->rank != w->rank - 1) {
    shape_error(c, "the weight", w, help);
    return;
  }
  phs_shape want_x = *w, want_y = *w;
  want_x.rank = want_y.rank = w->rank - 1;
  want_x.dim[w->rank - 2] = w->dim[w->rank - 1];
  phs_check_shape(c, "the operand x", x, &want_x, help);
  phs_check_shape(c, "the result", &c->op->shape, &want_y, help);
  if (c->op->linear.bias.data) {
    phs_check_shape(c, "the bias", &c->op->linear.bias.shape, &want_y,
                    "the bias has the shape of the result");
  }
  phs_check_elem(c, PHS_F32);
  if (c->op->operand_count > 1) {
    phs_check_init(c, 1);
  }
}

/* Number of places of a window along a dimension; below 1 when it does not fit. */
static int64_t places(int64_t in, int64_t low, int64_t high, int64_t kernel, int64_t dilation,
                      int64_t stride) {
  int64_t span = dilation * (kernel - 1) + 1;
  int64_t room = in + low + high - span;
  return room < 0 ? 0 : room / stride + 1;
}

static void check_conv(const phs_check *c) {
  const phs_conv *v = &c->op->conv;
  const phs_shape *x = &phs_check_operand(c, 0)->shape, *w = &v->weight.shape;
  static const char help[] =
      "x is [C_in, height, width] or [C_in, length]; weight is [C_out, C_in / groups, kernel...]";
  if (!positive(c, "stride", v->stride, v->dims, 1) ||
      !positive(c, "dilation", v->dilation, v->dims, 1) ||
      !positive(c, "pad_low", v->pad_low, v->dims, 0) ||
      !positive(c, "pad_high", v->pad_high, v->dims, 0) ||
      !positive(c, "groups", &v->groups, 1, 1)) {
    return;
  }
  if (x->rank != v->dims + 1) {
    shape_error(c, "the operand x", x, help);
    return;
  }
  if (w->dim[0] % v->groups != 0 || x->dim[0] % v->groups != 0 ||
      w->dim[1] != x->dim[0] / v->groups) {
    char a[160], b[160];
    phs_reader_error(c->r, c->at, PHS_IR_RANGE, "the groups divide both numbers of channels",
                     "'%s': the weight %s with %lld groups does not fit the operand %s",
                     c->op->name, phs_shape_print(w, a, sizeof a), (long long)v->groups,
                     phs_shape_print(x, b, sizeof b));
    return;
  }
  phs_shape want = {.rank = x->rank, .dim = {w->dim[0]}};
  for (int i = 0; i < v->dims; i++) {
    want.dim[i + 1] = places(x->dim[i + 1], v->pad_low[i], v->pad_high[i], w->dim[i + 2],
                             v->dilation[i], v->stride[i]);
  }
  phs_check_shape(c, "the result", &c->op->shape, &want, help);
  if (v->bias.data) {
    phs_shape channels = {.rank = 1, .dim = {w->dim[0]}};
    phs_check_shape(c, "the bias", &v->bias.shape, &channels,
                    "the bias has one value for each output channel");
  }
  phs_check_elem(c, PHS_F32);
  if (c->op->operand_count > 1) {
    phs_check_init(c, 1);
  }
}

static void check_pool(const phs_check *c) {
  const phs_pool *p = &c->op->pool;
  const phs_shape *x = &phs_check_operand(c, 0)->shape;
  if (!positive(c, "kernel", p->kernel, 2, 1) || !positive(c, "stride", p->stride, 2, 1) ||
      !positive(c, "pad_low", p->pad_low, 2, 0) || !positive(c, "pad_high", p->pad_high, 2, 0)) {
    return;
  }
  if (x->rank < 2) {
    shape_error(c, "the operand x", x, "pooling takes [..., height, width]");
    return;
  }
  phs_shape want = *x;
  for (int i = 0; i < 2; i++) {
    int64_t *dim = &want.dim[x->rank - 2 + i];
    *dim = places(*dim, p->pad_low[i], p->pad_high[i], p->kernel[i], 1, p->stride[i]);
  }
  phs_check_shape(c, "the result", &c->op->shape, &want,
                  "the result has a value for each place of the window");
  phs_check_elem(c, PHS_F32);
}

static void check_flatten(const phs_check *c) {
  const phs_shape *x = &phs_check_operand(c, 0)->shape;
  int start = c->op->flatten.start, end = c->op->flatten.end;
  if (x->rank == 0 && end == 0) {
    phs_check_shape(c, "the result", &c->op->shape, &(phs_shape){.rank = 1, .dim = {1}},
                    "a scalar becomes one element");
    phs_check_elem(c, phs_check_operand(c, 0)->elem);
    return;
  }
  if (end >= x->rank) {
    phs_reader_error(c->r, c->at, PHS_IR_RANGE, "0 <= start <= end < rank of the operand",
                     "'%s': dimensions %d to %d of a value of %d dimensions", c->op->name, start,
                     end, x->rank);
    return;
  }
  phs_shape want = {.rank = x->rank - (end - start)};
  for (int i = 0, k = 0; i < x->rank; i++) {
    want.dim[k] = i > start && i <= end ? want.dim[k] * x->dim[i] : x->dim[i];
    k += i < start || i >= end;
  }
  phs_check_shape(c, "the result", &c->op->shape, &want, "the merged dimension is the product");
  phs_check_elem(c, phs_check_operand(c, 0)->elem);
}

static void check_add(const phs_check *c) {
  if (c->op->operand_count < 1) {
    phs_reader_error(c->r, c->at, PHS_IR_RANGE, NULL, "'%s': a sum needs at least one operand",
                     c->op->name);
  }
  for (int k = 0; k < c->op->operand_count; k++) {
    phs_check_shape(c, "an operand", &phs_check_operand(c, k)->shape, &c->op->shape,
                    "all operands have the shape of the result");
  }
  phs_check_elem(c, PHS_F32);
}

static void check_delay(const phs_check *c) {
  const phs_op *op = c->op;
  phs_check_shape(c, "the operand", &phs_check_operand(c, 0)->shape, &op->shape,
                  "a delay keeps the shape");
  phs_check_elem(c, phs_check_operand(c, 0)->elem);
  for (size_t i = 0; i < op->delay.steps.n; i++) {
    if (op->delay.steps.v[i] < 0 || op->delay.steps.v[i] > PHS_IR_MAX_STEPS) {
      phs_reader_error(c->r, c->at, PHS_IR_DELAY, NULL,
                       "'%s': a delay of %lld steps; it must be 0 to %lld", op->name,
                       (long long)op->delay.steps.v[i], (long long)PHS_IR_MAX_STEPS);
      return;
    }
  }
  for (size_t i = 0; i < op->delay.seconds.n; i++) {
    double s = op->delay.seconds.v[i];
    if (s < 0 || round(s / c->r->net->dt) > (double)PHS_IR_MAX_STEPS) {
      phs_reader_error(c->r, c->at, PHS_IR_DELAY, "the unit is seconds, the step phasor.dt",
                       "'%s': a delay of %g s at dt = %g s; it must be 0 to %lld steps", op->name,
                       s, c->r->net->dt, (long long)PHS_IR_MAX_STEPS);
      return;
    }
  }
  if (op->delay.seconds.v && c->r->net->discrete) {
    phs_reader_error(c->r, c->at, PHS_IR_LEVEL,
                     "run phasor-discretize, or write phasor.level = \"net\"",
                     "'%s': a delay in seconds in a network of level opt", op->name);
  }
}

void phs_check_op(phs_reader *r, int index) {
  phs_check c = {.r = r, .op = &r->net->op[index], .at = r->op[index]};
  switch (c.op->kind) {
  case PHS_OP_INPUT:
  case PHS_OP_OUTPUT:
    break;
  case PHS_OP_LINEAR:
    check_linear(&c);
    break;
  case PHS_OP_CONV:
    check_conv(&c);
    break;
  case PHS_OP_POOL:
    check_pool(&c);
    break;
  case PHS_OP_SCALE:
    phs_check_shape(&c, "the operand", &phs_check_operand(&c, 0)->shape, &c.op->shape,
                    "scaling keeps the shape");
    phs_check_elem(&c, PHS_F32);
    break;
  case PHS_OP_FLATTEN:
    check_flatten(&c);
    break;
  case PHS_OP_ADD:
    check_add(&c);
    break;
  case PHS_OP_DELAY:
    check_delay(&c);
    break;
  case PHS_OP_NEURONS:
    phs_check_neurons(&c);
    break;
  case PHS_OP_SYNAPSES:
    phs_check_synapses(&c);
    break;
  case PHS_OP_SOURCE:
    phs_check_source(&c);
    break;
  }
}

/* A name: of an op or an alias of it, or of one of its projections. */
typedef struct named {
  const char *name;
  int op;
  int projection; /* or -1 */
} named;

static int by_name(const void *a, const void *b) {
  const named *x = a, *y = b;
  int order = strcmp(x->name, y->name);
  order = order ? order : (x->op > y->op) - (x->op < y->op);
  return order ? order : (x->projection > y->projection) - (x->projection < y->projection);
}

static int projections_of(const phs_op *op) {
  return op->kind == PHS_OP_SYNAPSES ? op->synapses.projection_count : 0;
}

/* Each name is there once, and none is empty. */
static void check_names(phs_reader *r, named *list, size_t n, const char *what) {
  qsort(list, n, sizeof *list, by_name);
  for (size_t i = 0; i < n; i++) {
    MlirOperation at = r->op[list[i].op];
    at = mlirOperationIsNull(at) ? r->subgraph : at;
    at = list[i].projection >= 0 ? phs_ir_projection(at, list[i].projection) : at;
    if (list[i].name[0] == 0) {
      phs_reader_error(r, at, PHS_IR_NAME, "give every op a name", "%s has an empty name", what);
    } else if (i > 0 && strcmp(list[i].name, list[i - 1].name) == 0) {
      phs_reader_error(r, at, PHS_IR_NAME, "names are unique within a network",
                       "%s is named '%s', as another is", what, list[i].name);
    }
  }
}

void phs_check_net(phs_reader *r) {
  size_t names = 0, projections = 0;
  for (int i = 0; i < r->net->op_count; i++) {
    names += 1 + (size_t)r->net->op[i].alias_count;
    projections += (size_t)projections_of(&r->net->op[i]);
  }
  named *list = PHS_NEW_ARRAY(r->arena, named, names);
  named *parts = PHS_NEW_ARRAY(r->arena, named, projections);
  if (!list || !parts) {
    phs_reader_no_memory(r);
    return;
  }
  names = projections = 0;
  for (int i = 0; i < r->net->op_count; i++) {
    const phs_op *op = &r->net->op[i];
    list[names++] = (named){op->name, i, -1};
    for (int k = 0; k < op->alias_count; k++) {
      list[names++] = (named){op->alias[k], i, -1};
    }
    for (int k = 0; k < projections_of(op); k++) {
      parts[projections++] = (named){op->synapses.projection[k].name, i, k};
    }
  }
  check_names(r, list, names, "an op");
  check_names(r, parts, projections, "a projection");
}
