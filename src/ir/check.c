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

typedef struct check {
  phs_reader *r;
  const phs_op *op;
  MlirOperation at;
} check;

static const phs_op *operand(const check *c, int k) {
  return &c->r->net->op[c->op->operand[k]];
}

/* "NAME: the WHAT has the shape A, but B is needed" */
static void expect_shape(const check *c, const char *what, const phs_shape *got,
                         const phs_shape *want, const char *help) {
  if (!phs_shape_equal(got, want)) {
    char a[160], b[160];
    phs_reader_error(c->r, c->at, PHS_IR_SHAPE, help, "'%s': %s has the shape %s, but %s is needed",
                     c->op->name, what, phs_shape_print(got, a, sizeof a),
                     phs_shape_print(want, b, sizeof b));
  }
}

static void shape_error(const check *c, const char *what, const phs_shape *got, const char *help) {
  char text[160];
  phs_reader_error(c->r, c->at, PHS_IR_SHAPE, help, "'%s': %s has the shape %s", c->op->name, what,
                   phs_shape_print(got, text, sizeof text));
}

static bool expect_elem(const check *c, phs_elem elem) {
  static const char *const names[] = {"i1", "i32", "f32"};
  if (c->op->elem == elem) {
    return true;
  }
  phs_reader_error(c->r, c->at, PHS_IR_TYPE, NULL, "'%s': the result is of %s, but %s is needed",
                   c->op->name, names[c->op->elem], names[elem]);
  return false;
}

static bool positive(const check *c, const char *what, const int64_t *v, int n, int64_t least) {
  for (int i = 0; i < n; i++) {
    if (v[i] < least || v[i] > PHS_IR_MAX_ELEMENTS) {
      phs_reader_error(c->r, c->at, PHS_IR_RANGE, NULL, "'%s': %s is %lld; it must be %lld to 2^31",
                       c->op->name, what, (long long)v[i], (long long)least);
      return false;
    }
  }
  return true;
}

static void check_init(const check *c) {
  if (c->op->operand_count > 1) {
    const phs_op *init = operand(c, 1);
    expect_shape(c, "the operand init", &init->shape, &c->op->shape,
                 "init is a value of the result's shape");
    if (init->elem != PHS_F32) {
      phs_reader_error(c->r, c->at, PHS_IR_TYPE, NULL, "'%s': the operand init is not of f32",
                       c->op->name);
    }
  }
}

static void check_linear(const check *c) {
  const phs_shape *w = &c->op->linear.weight.shape, *x = &operand(c, 0)->shape;
  static const char help[] =
      "weight [..., out, in] takes x [..., in] to [..., out], with the same leading dimensions";
  if (w->rank < 2 || x->rank != w->rank - 1) {
    shape_error(c, "the weight", w, help);
    return;
  }
  phs_shape want_x = *w, want_y = *w;
  want_x.rank = want_y.rank = w->rank - 1;
  want_x.dim[w->rank - 2] = w->dim[w->rank - 1];
  expect_shape(c, "the operand x", x, &want_x, help);
  expect_shape(c, "the result", &c->op->shape, &want_y, help);
  if (c->op->linear.bias.data) {
    expect_shape(c, "the bias", &c->op->linear.bias.shape, &want_y,
                 "the bias has the shape of the result");
  }
  expect_elem(c, PHS_F32);
  check_init(c);
}

/* Number of places of a window along a dimension; below 1 when it does not fit. */
static int64_t places(int64_t in, int64_t low, int64_t high, int64_t kernel, int64_t dilation,
                      int64_t stride) {
  int64_t span = dilation * (kernel - 1) + 1;
  int64_t room = in + low + high - span;
  return room < 0 ? 0 : room / stride + 1;
}

static void check_conv(const check *c) {
  const phs_conv *v = &c->op->conv;
  const phs_shape *x = &operand(c, 0)->shape, *w = &v->weight.shape;
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
  expect_shape(c, "the result", &c->op->shape, &want, help);
  if (v->bias.data) {
    phs_shape channels = {.rank = 1, .dim = {w->dim[0]}};
    expect_shape(c, "the bias", &v->bias.shape, &channels,
                 "the bias has one value for each output channel");
  }
  expect_elem(c, PHS_F32);
  check_init(c);
}

static void check_pool(const check *c) {
  const phs_pool *p = &c->op->pool;
  const phs_shape *x = &operand(c, 0)->shape;
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
  expect_shape(c, "the result", &c->op->shape, &want,
               "the result has a value for each place of the window");
  expect_elem(c, PHS_F32);
}

static void check_flatten(const check *c) {
  const phs_shape *x = &operand(c, 0)->shape;
  int start = c->op->flatten.start, end = c->op->flatten.end;
  if (x->rank == 0 && end == 0) {
    expect_shape(c, "the result", &c->op->shape, &(phs_shape){.rank = 1, .dim = {1}},
                 "a scalar becomes one element");
    expect_elem(c, operand(c, 0)->elem);
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
  expect_shape(c, "the result", &c->op->shape, &want, "the merged dimension is the product");
  expect_elem(c, operand(c, 0)->elem);
}

static void check_add(const check *c) {
  if (c->op->operand_count < 1) {
    phs_reader_error(c->r, c->at, PHS_IR_RANGE, NULL, "'%s': a sum needs at least one operand",
                     c->op->name);
  }
  for (int k = 0; k < c->op->operand_count; k++) {
    expect_shape(c, "an operand", &operand(c, k)->shape, &c->op->shape,
                 "all operands have the shape of the result");
  }
  expect_elem(c, PHS_F32);
}

static void check_delay(const check *c) {
  const phs_op *op = c->op;
  expect_shape(c, "the operand", &operand(c, 0)->shape, &op->shape, "a delay keeps the shape");
  expect_elem(c, operand(c, 0)->elem);
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

static void check_params(const check *c) {
  const phs_neurons *n = &c->op->neurons;
  const phs_model_info *info = phs_model_get(n->model);
  for (int i = 0; i < info->param_count; i++) {
    const phs_param64 *p = &n->param[i];
    if (!p->v) {
      phs_reader_error(c->r, c->at, PHS_IR_PARAMETER, "add it to params",
                       "'%s': the model '%s' needs the parameter '%s'", c->op->name, info->name,
                       info->param[i]);
      continue;
    }
    for (size_t k = 0; strncmp(info->param[i], "tau", 3) == 0 && k < p->n; k++) {
      if (!(p->v[k] > 0)) {
        phs_reader_error(c->r, c->at, PHS_IR_TAU, "time constants are in seconds and above 0",
                         "'%s': %s of neuron %zu is %g", c->op->name, info->param[i], k, p->v[k]);
        break;
      }
    }
  }
  bool many = c->r->net->conventions.spikes_per_step == PHS_MANY && n->model != PHS_MODEL_THRESHOLD;
  expect_elem(c, !info->spiking ? PHS_F32 : many ? PHS_I32 : PHS_I1);
  if (c->r->net->discrete) {
    phs_reader_error(c->r, c->at, PHS_IR_LEVEL,
                     "run phasor-discretize, or write phasor.level = \"net\"",
                     "'%s': a population by model in a network of level opt", c->op->name);
  }
}

static void check_update(const check *c) {
  const phs_neurons *n = &c->op->neurons;
  int args = 1 + n->state_count + n->coeff_count, results = 1 + n->state_count;
  if (n->kernel->arg_count != args || n->kernel->result_count != results) {
    phs_reader_error(c->r, c->at, PHS_IR_UPDATE,
                     "arguments: input, states, coefficients; results: output, states",
                     "'%s': @%s has %d arguments and %d results, but %d states and %d coefficients "
                     "need %d and %d",
                     c->op->name, n->kernel->name, n->kernel->arg_count, n->kernel->result_count,
                     n->state_count, n->coeff_count, args, results);
    return;
  }
  phs_scalar_type t = n->kernel->output_type;
  expect_elem(c, t == PHS_S_I1 ? PHS_I1 : t == PHS_S_I32 ? PHS_I32 : PHS_F32);
  for (int i = 0; i < n->state_count; i++) {
    for (int k = 0; k < i; k++) {
      if (strcmp(n->state[i], n->state[k]) == 0) {
        phs_reader_error(c->r, c->at, PHS_IR_NAME, NULL, "'%s': two states are named '%s'",
                         c->op->name, n->state[i]);
      }
    }
  }
}

static void check_neurons(const check *c) {
  expect_shape(c, "the operand", &operand(c, 0)->shape, &c->op->shape,
               "a population takes one current for each neuron");
  if (c->op->neurons.kernel) {
    check_update(c);
  } else {
    check_params(c);
  }
}

void phs_check_op(phs_reader *r, int index) {
  check c = {.r = r, .op = &r->net->op[index], .at = r->op[index]};
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
    expect_shape(&c, "the operand", &operand(&c, 0)->shape, &c.op->shape,
                 "scaling keeps the shape");
    expect_elem(&c, PHS_F32);
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
    check_neurons(&c);
    break;
  }
}

/* A name or an alias of op `op`. */
typedef struct named {
  const char *name;
  int op;
} named;

static int by_name(const void *a, const void *b) {
  const named *x = a, *y = b;
  int order = strcmp(x->name, y->name);
  return order ? order : (x->op > y->op) - (x->op < y->op);
}

void phs_check_net(phs_reader *r) {
  size_t n = 0;
  for (int i = 0; i < r->net->op_count; i++) {
    n += 1 + (size_t)r->net->op[i].alias_count;
  }
  named *list = PHS_NEW_ARRAY(r->arena, named, n);
  if (!list) {
    phs_reader_no_memory(r);
    return;
  }
  n = 0;
  for (int i = 0; i < r->net->op_count; i++) {
    list[n++] = (named){r->net->op[i].name, i};
    for (int k = 0; k < r->net->op[i].alias_count; k++) {
      list[n++] = (named){r->net->op[i].alias[k], i};
    }
  }
  qsort(list, n, sizeof *list, by_name);
  for (size_t i = 0; i < n; i++) {
    MlirOperation at = r->op[list[i].op];
    at = mlirOperationIsNull(at) ? r->subgraph : at;
    if (list[i].name[0] == 0) {
      phs_reader_error(r, at, PHS_IR_NAME, "give every op a name", "an op has an empty name");
    } else if (i > 0 && strcmp(list[i].name, list[i - 1].name) == 0) {
      phs_reader_error(r, at, PHS_IR_NAME, "names are unique within a network",
                       "two ops are named '%s'", list[i].name);
    }
  }
}
