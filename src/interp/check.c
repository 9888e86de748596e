/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Whether a network can be stepped: what importers and src/ir promise, looked at once more before
 * memory is laid out. */
#include "interp/run.h"

#include <stdarg.h>
#include <stdio.h>

bool phs_interp_refuse(const phs_net *net, const phs_op *op, phs_diag *diag, const char *fmt, ...) {
  char what[256];
  va_list ap;
  va_start(ap, fmt);
  vsnprintf(what, sizeof what, fmt, ap);
  va_end(ap);
  phs_place place = phs_op_place(net, op);
  phs_report(diag, PHS_RUN_NETWORK, &place, NULL, "op '%s' %s", op->name, what);
  return false;
}

/* How many operands an op takes, at least and at most. */
static void operand_limits(const phs_op *op, int *least, int *most) {
  *least = *most = 1;
  switch (op->kind) {
  case PHS_OP_INPUT:
  case PHS_OP_SOURCE:
    *least = *most = 0;
    break;
  case PHS_OP_LINEAR:
  case PHS_OP_CONV:
    *most = 2;
    break;
  case PHS_OP_ADD:
    *most = INT32_MAX;
    break;
  case PHS_OP_NEURONS:
    *least = op->neurons.kernel ? 0 : 1; /* a population may have no receptors */
    *most = op->neurons.kernel ? INT32_MAX : 1;
    break;
  case PHS_OP_SYNAPSES:
    *least = *most = phs_synapses_operands(&op->synapses);
    break;
  default:
    break;
  }
}

/* Whether operand k may stand anywhere: it is read as it was in earlier steps, or at the end of
 * this one. */
static bool may_stand_later(const phs_op *op, int k) {
  if (op->kind == PHS_OP_SYNAPSES) {
    return !op->synapses.has_init || k < op->operand_count - 1;
  }
  return op->kind == PHS_OP_DELAY;
}

static bool check_operands(const phs_net *net, int index, phs_diag *diag) {
  const phs_op *op = &net->op[index];
  int least, most;
  operand_limits(op, &least, &most);
  if (op->operand_count < least || op->operand_count > most) {
    return phs_interp_refuse(net, op, diag, "has %d operands", op->operand_count);
  }
  for (int k = 0; k < op->operand_count; k++) {
    int end = may_stand_later(op, k) ? net->op_count : index;
    if (op->operand[k] < 0 || op->operand[k] >= end) {
      return phs_interp_refuse(net, op, diag, "reads op %d, which does not come before it",
                               op->operand[k]);
    }
  }
  for (int d = 0; d < op->shape.rank; d++) {
    if (op->shape.dim[d] < 1) {
      return phs_interp_refuse(net, op, diag, "has an empty dimension");
    }
  }
  return true;
}

/* The shape and type that op's result must have. */
static bool expect(const phs_net *net, const phs_op *op, phs_diag *diag, const phs_shape *shape,
                   phs_elem elem) {
  if (op->elem != elem) {
    return phs_interp_refuse(net, op, diag, "has the wrong element type");
  }
  if (!phs_shape_equal(&op->shape, shape)) {
    char have[128], want[128];
    return phs_interp_refuse(net, op, diag, "has shape %s instead of %s",
                             phs_shape_print(&op->shape, have, sizeof have),
                             phs_shape_print(shape, want, sizeof want));
  }
  return true;
}

static bool check_init(const phs_net *net, const phs_op *op, phs_diag *diag) {
  if (op->operand_count < 2) {
    return true;
  }
  const phs_op *init = &net->op[op->operand[1]];
  if (init->elem != PHS_F32 || !phs_shape_equal(&init->shape, &op->shape)) {
    return phs_interp_refuse(net, op, diag, "starts from '%s', which is not f32 of its own shape",
                             init->name);
  }
  return true;
}

static bool check_linear(const phs_net *net, const phs_op *op, phs_diag *diag) {
  const phs_tensor *w = &op->linear.weight, *b = &op->linear.bias;
  int rank = w->shape.rank;
  if (!w->data || rank < 2) {
    return phs_interp_refuse(net, op, diag, "has no weight matrix");
  }
  phs_shape x = w->shape, y = w->shape;
  x.rank = y.rank = rank - 1;
  x.dim[rank - 2] = w->shape.dim[rank - 1];
  if (!phs_shape_equal(&net->op[op->operand[0]].shape, &x)) {
    char want[128];
    return phs_interp_refuse(net, op, diag, "wants an operand of shape %s",
                             phs_shape_print(&x, want, sizeof want));
  }
  if (b->data && phs_shape_count(&b->shape) != phs_shape_count(&y)) {
    return phs_interp_refuse(net, op, diag, "has a bias that does not fit its result");
  }
  return expect(net, op, diag, &y, PHS_F32) && check_init(net, op, diag);
}

/* Number of windows of @p span elements along @p extent, or 0. */
static int64_t windows(int64_t extent, int64_t low, int64_t high, int64_t span, int64_t stride) {
  int64_t room = extent + low + high - span;
  return stride < 1 || span < 1 || room < 0 ? 0 : room / stride + 1;
}

static bool check_conv(const phs_net *net, const phs_op *op, phs_diag *diag) {
  const phs_conv *c = &op->conv;
  const phs_shape *x = &net->op[op->operand[0]].shape, *w = &c->weight.shape;
  if (!c->weight.data || c->dims < 1 || c->dims > 2 || w->rank != c->dims + 2 ||
      x->rank != c->dims + 1 || c->groups < 1 || w->dim[0] % c->groups != 0 ||
      w->dim[1] * c->groups != x->dim[0]) {
    return phs_interp_refuse(net, op, diag,
                             "has weights, groups and operand that do not fit each other");
  }
  if (c->bias.data && phs_shape_count(&c->bias.shape) != (size_t)w->dim[0]) {
    return phs_interp_refuse(net, op, diag, "has a bias that does not fit its channels");
  }
  phs_shape y = {.rank = x->rank, .dim = {w->dim[0]}};
  for (int d = 0; d < c->dims; d++) {
    int64_t span = c->dilation[d] * (w->dim[2 + d] - 1) + 1;
    y.dim[1 + d] = c->dilation[d] < 1
                       ? 0
                       : windows(x->dim[1 + d], c->pad_low[d], c->pad_high[d], span, c->stride[d]);
  }
  return expect(net, op, diag, &y, PHS_F32) && check_init(net, op, diag);
}

static bool check_pool(const phs_net *net, const phs_op *op, phs_diag *diag) {
  const phs_pool *p = &op->pool;
  phs_shape y = net->op[op->operand[0]].shape;
  if (y.rank < 2) {
    return phs_interp_refuse(net, op, diag, "wants an operand with height and width");
  }
  for (int d = 0; d < 2; d++) {
    int64_t *dim = &y.dim[y.rank - 2 + d];
    *dim = windows(*dim, p->pad_low[d], p->pad_high[d], p->kernel[d], p->stride[d]);
  }
  return expect(net, op, diag, &y, PHS_F32);
}

static bool check_scale(const phs_net *net, const phs_op *op, phs_diag *diag) {
  size_t n = op->scale.factor.n;
  if (n != 1 && n != phs_shape_count(&op->shape)) {
    return phs_interp_refuse(net, op, diag, "has %zu factors", n);
  }
  return expect(net, op, diag, &net->op[op->operand[0]].shape, PHS_F32);
}

static bool check_flatten(const phs_net *net, const phs_op *op, phs_diag *diag) {
  const phs_op *x = &net->op[op->operand[0]];
  int first = op->flatten.start, last = op->flatten.end;
  if (x->shape.rank == 0 && first == 0 && last <= 0) {
    return expect(net, op, diag, &(phs_shape){.rank = 1, .dim = {1}}, x->elem);
  }
  if (first < 0 || first > last || last >= x->shape.rank) {
    return phs_interp_refuse(
        net, op, diag, "merges dimensions %d to %d, which its operand does not have", first, last);
  }
  phs_shape y = {.rank = 0};
  for (int d = 0; d < x->shape.rank; d++) {
    if (d > first && d <= last) {
      y.dim[y.rank - 1] *= x->shape.dim[d];
    } else {
      y.dim[y.rank++] = x->shape.dim[d];
    }
  }
  return expect(net, op, diag, &y, x->elem);
}

static bool check_add(const phs_net *net, const phs_op *op, phs_diag *diag) {
  for (int k = 0; k < op->operand_count; k++) {
    if (!expect(net, op, diag, &net->op[op->operand[k]].shape, PHS_F32)) {
      return false;
    }
  }
  return true;
}

static bool check_delay(const phs_net *net, const phs_op *op, phs_diag *diag) {
  size_t n = op->delay.steps.v ? op->delay.steps.n : op->delay.seconds.n;
  if ((!op->delay.steps.v && !op->delay.seconds.v) ||
      (n != 1 && n != phs_shape_count(&op->shape))) {
    return phs_interp_refuse(net, op, diag, "has %zu delays", n);
  }
  const phs_op *x = &net->op[op->operand[0]];
  return expect(net, op, diag, &x->shape, x->elem);
}

/* The element type of a population's result. */
static phs_elem neurons_elem(const phs_net *net, const phs_neurons *n) {
  if (n->kernel) {
    phs_scalar_type t = n->kernel->output_type;
    return t == PHS_S_I1 ? PHS_I1 : t == PHS_S_F32 ? PHS_F32 : PHS_I32;
  }
  if (!phs_model_get(n->model)->spiking) {
    return PHS_F32;
  }
  bool counts = net->conventions.spikes_per_step == PHS_MANY && n->model != PHS_MODEL_THRESHOLD;
  return counts ? PHS_I32 : PHS_I1;
}

static bool check_initial(const phs_net *net, const phs_op *op, phs_diag *diag) {
  const phs_neurons *n = &op->neurons;
  for (int i = 0; i < PHS_MAX_STATES; i++) {
    const phs_param32 *initial = &n->initial[i];
    if (initial->v && (!n->kernel || i >= n->state_count)) {
      return phs_interp_refuse(net, op, diag,
                               "starts state %d, which its update function does not have", i);
    }
    if (initial->v && initial->n != 1 && initial->n != phs_shape_count(&op->shape)) {
      return phs_interp_refuse(net, op, diag, "has %zu values to start state %d from", initial->n,
                               i);
    }
  }
  return true;
}

static bool check_neurons(const phs_net *net, const phs_op *op, phs_diag *diag) {
  const phs_neurons *n = &op->neurons;
  size_t count = phs_shape_count(&op->shape);
  for (int c = 0; n->kernel && c < n->coeff_count; c++) {
    if (n->coeff[c].n != 1 && n->coeff[c].n != count) {
      return phs_interp_refuse(net, op, diag, "has %zu values of coefficient %d", n->coeff[c].n, c);
    }
  }
  const phs_model_info *model = phs_model_get(n->model);
  for (int p = 0; !n->kernel && p < model->param_count; p++) {
    if (!n->param[p].v || (n->param[p].n != 1 && n->param[p].n != count)) {
      return phs_interp_refuse(net, op, diag, "has %zu values of %s", n->param[p].n,
                               model->param[p]);
    }
  }
  for (int k = 0; k < op->operand_count; k++) {
    if (!expect(net, op, diag, &net->op[op->operand[k]].shape, neurons_elem(net, n))) {
      return false;
    }
  }
  return expect(net, op, diag, &op->shape, neurons_elem(net, n)) && check_initial(net, op, diag);
}

bool phs_interp_check_op(const phs_net *net, int index, phs_diag *diag) {
  const phs_op *op = &net->op[index];
  if (!check_operands(net, index, diag)) {
    return false;
  }
  switch (op->kind) {
  case PHS_OP_INPUT:
    return expect(net, op, diag, &op->shape, PHS_F32);
  case PHS_OP_OUTPUT:
    return expect(net, op, diag, &net->op[op->operand[0]].shape, net->op[op->operand[0]].elem);
  case PHS_OP_LINEAR:
    return check_linear(net, op, diag);
  case PHS_OP_CONV:
    return check_conv(net, op, diag);
  case PHS_OP_POOL:
    return check_pool(net, op, diag);
  case PHS_OP_SCALE:
    return check_scale(net, op, diag);
  case PHS_OP_FLATTEN:
    return check_flatten(net, op, diag);
  case PHS_OP_ADD:
    return check_add(net, op, diag);
  case PHS_OP_DELAY:
    return check_delay(net, op, diag);
  case PHS_OP_NEURONS:
    return check_neurons(net, op, diag);
  case PHS_OP_SYNAPSES:
    return phs_interp_check_synapses(net, op, diag);
  case PHS_OP_SOURCE:
    return phs_interp_check_source(net, op, diag);
  }
  return phs_interp_refuse(net, op, diag, "is of no known kind");
}
