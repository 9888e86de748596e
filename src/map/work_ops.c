/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* What each op does to a way that leads through it, and the weights that it has. */
#include "map/work_build.h"
#include "synapses/rows.h"

#include <stdlib.h>

/* Where a way comes from. */
typedef struct walk {
  phs_work_build *b;
  phs_dims target; /* grid of the neurons */
} walk;

int phs_op_init(const phs_op *op) {
  if (op->kind == PHS_OP_LINEAR || op->kind == PHS_OP_CONV) {
    return op->operand_count > 1 ? 1 : -1;
  }
  return op->kind == PHS_OP_SYNAPSES && op->synapses.has_init ? op->operand_count - 1 : -1;
}

bool phs_source_is_bias(const phs_op *op) {
  return op->kind == PHS_OP_SOURCE && op->source.kind == PHS_SOURCE_CURRENT &&
         (op->source.piece_count == 0 ||
          (op->source.piece_count == 1 && op->source.piece_step[0] <= 0));
}

/* ------------------------------------------------------------------------------------- weights */

bool phs_work_note_pruned(phs_work_build *b, const char *name, const phs_weights *w,
                          double synapses_each) {
  if (w->kept == w->nonzero) {
    return true;
  }
  if (b->pruned_count == b->pruned_room) {
    size_t room = b->pruned_room ? 2 * b->pruned_room : 16;
    phs_pruned *grown = realloc(b->pruned, room * sizeof *grown);
    if (!grown) {
      return false;
    }
    b->pruned = grown;
    b->pruned_room = room;
  }
  b->pruned[b->pruned_count++] =
      (phs_pruned){.projection = name,
                   .synapses = (double)w->nonzero * synapses_each,
                   .dropped = (double)(w->nonzero - w->kept) * synapses_each,
                   .magnitude_share = w->sum > 0.0 ? w->dropped / w->sum : 0.0};
  return true;
}

/* Synapses that a stored weight of a convolution stands for, on average: positions of the result,
 * as far as nothing is padding. */
static double conv_positions(const phs_op *op) {
  double n = 1.0;
  for (int d = 1; d < op->shape.rank; d++) {
    n *= (double)op->shape.dim[d];
  }
  return n;
}

const phs_weights *phs_work_weights(phs_work_build *b, int at) {
  const phs_op *op = &b->net->op[at];
  phs_weights *w = &b->weights[at];
  if (b->scanned[at]) {
    return w;
  }
  b->scanned[at] = 1;
  if (op->kind == PHS_OP_SCALE) {
    phs_weights_scan(op->scale.factor.v, op->scale.factor.n, 0.0, w);
    return w;
  }
  const phs_tensor *t = op->kind == PHS_OP_LINEAR ? &op->linear.weight : &op->conv.weight;
  phs_weights_scan(t->data, phs_shape_count(&t->shape), b->o->prune_below, w);
  double each = op->kind == PHS_OP_CONV ? conv_positions(op) : 1.0;
  return phs_work_note_pruned(b, op->name, w, each) ? w : NULL;
}

/* A further factor that is not one number. */
static void weigh(phs_path *path, int op, const phs_weights *w) {
  bool mixed = w->low < 0.0 && w->high > 0.0, negative = w->low < 0.0 && !mixed;
  if (path->weighted++ == 0) {
    path->named = op;
    path->weights = *w;
  }
  path->mixed |= mixed;
  path->negative ^= negative;
}

static void name_path(phs_path *path, int op) {
  path->named = path->named < 0 ? op : path->named;
}

/* ----------------------------------------------------------------------------------------- ops */

/* The grid of an op's operand as the op sees it. */
static phs_dims operand_dims(const phs_net *n, const phs_op *op, int i) {
  return phs_shape_dims(&n->op[op->operand[i]].shape);
}

static bool is_diagonal(const phs_op *op, float prune) {
  const phs_tensor *w = &op->linear.weight;
  const size_t in = (size_t)w->shape.dim[w->shape.rank - 1];
  const size_t rows = phs_shape_count(&op->shape);
  for (size_t row = 0; row < rows; row++) {
    if (!phs_weight_kept(w->data[row * in + row % in], prune)) {
      return false;
    }
  }
  return true;
}

static bool enter_linear(const walk *k, int at, phs_path *path) {
  const phs_op *op = &k->b->net->op[at];
  const phs_weights *w = phs_work_weights(k->b, at);
  const int rank = op->linear.weight.shape.rank;
  const int64_t *dim = op->linear.weight.shape.dim;
  if (!w) {
    return false;
  }
  const phs_dims target = k->target;
  weigh(path, at, w);
  path->shift = false;
  if (dim[rank - 1] == dim[rank - 2] && w->kept == phs_shape_count(&op->shape) &&
      is_diagonal(op, (float)k->b->o->prune_below)) {
    return true;
  }
  if (path->kind == PHS_PATH_IDENTITY && 2 * w->kept < w->count) {
    path->kind = PHS_PATH_LIST;
    path->list = at;
    return true;
  }
  phs_op_window v = {.out = phs_shape_dims(&op->shape),
                     .in = operand_dims(k->b->net, op, 0),
                     .all = rank == 2,
                     .exact = w->kept == w->count};
  for (int d = 0; d < PHS_MAP_RANK; d++) {
    v.axis[d] = phs_axis_identity();
  }
  v.axis[PHS_MAP_RANK - 1] = phs_axis_all(v.in.dim[PHS_MAP_RANK - 1]);
  phs_path_through(path, &target, &v);
  return true;
}

static phs_window_axis slide(int64_t stride, int64_t pad, int64_t taps, int64_t step) {
  return (phs_window_axis){.divide = 1,
                           .stride = stride,
                           .offset = -pad,
                           .taps = (uint32_t)taps,
                           .step = (uint32_t)step};
}

static bool enter_conv(const walk *k, int at, phs_path *path) {
  const phs_op *op = &k->b->net->op[at];
  const phs_conv *c = &op->conv;
  const phs_weights *w = phs_work_weights(k->b, at);
  if (!w) {
    return false;
  }
  const phs_dims target = k->target;
  const uint32_t group_in = (uint32_t)c->weight.shape.dim[1];
  phs_op_window v = {.out = phs_shape_dims(&op->shape),
                     .in = operand_dims(k->b->net, op, 0),
                     .exact = w->kept == w->count};
  v.axis[0] = (phs_window_axis){.divide = (uint32_t)(c->weight.shape.dim[0] / c->groups),
                                .stride = group_in,
                                .taps = group_in,
                                .step = 1};
  if (c->groups == 1) {
    v.axis[0] = phs_axis_all(group_in);
  }
  v.axis[1] = phs_axis_identity();
  for (int d = 0; d < c->dims; d++) {
    v.axis[PHS_MAP_RANK - c->dims + d] =
        slide(c->stride[d], c->pad_low[d], c->weight.shape.dim[2 + d], c->dilation[d]);
  }
  weigh(path, at, w);
  phs_path_through(path, &target, &v);
  return true;
}

static void enter_pool(const walk *k, int at, phs_path *path) {
  const phs_op *op = &k->b->net->op[at];
  const phs_pool *p = &op->pool;
  const phs_dims target = k->target;
  phs_op_window v = {.out = phs_shape_dims(&op->shape),
                     .in = operand_dims(k->b->net, op, 0),
                     .axis = {phs_axis_identity(), phs_axis_identity(), phs_axis_identity()},
                     .exact = true};
  for (int d = 0; d < 2; d++) { /* the last two axes of the shape; of rank 2, channels and length */
    int axis = d == 0 && op->shape.rank == 2 ? 0 : 1 + d;
    v.axis[axis] = slide(p->stride[d], p->pad_low[d], p->kernel[d], 1);
  }
  name_path(path, at);
  path->factor /= p->average ? (double)(p->kernel[0] * p->kernel[1]) : 1.0;
  phs_path_through(path, &target, &v);
}

static bool enter_scale(const walk *k, int at, phs_path *path) {
  const phs_param32 *f = &k->b->net->op[at].scale.factor;
  if (f->n == 1) {
    name_path(path, at);
    path->factor *= (double)f->v[0];
    return true;
  }
  weigh(path, at, phs_work_weights(k->b, at));
  path->shift = false;
  return true;
}

static void enter_delay(const phs_op *op, phs_path *path) {
  const phs_steps *s = &op->delay.steps;
  int64_t low = s->n ? s->v[0] : 0, high = low;
  for (size_t i = 1; i < s->n; i++) {
    low = s->v[i] < low ? s->v[i] : low;
    high = s->v[i] > high ? s->v[i] : high;
  }
  path->least += low;
  path->most += high;
}

/* --------------------------------------------------------------------------------------- rules */

static void enter_rule(const walk *k, const phs_recipe *r, const phs_dims *in, phs_path *path) {
  const phs_dims target = k->target;
  const bool apart = r->same_population && !r->autapses;
  phs_op_window all = {.in = *in, .all = true, .exact = true};
  if (r->rule == PHS_RULE_ONE_TO_ONE) {
    return;
  }
  if (r->rule == PHS_RULE_ALL_TO_ALL && !apart) {
    bool shift = path->shift;
    phs_path_through(path, &target, &all);
    path->shift = shift; /* known of the weights, not of the pairs */
  } else if (path->kind != PHS_PATH_IDENTITY) {
    phs_path_bound(path, in);
  } else {
    path->kind = r->rule == PHS_RULE_LIST ? PHS_PATH_LIST : PHS_PATH_RECIPE;
    path->recipe = r;
  }
}

static bool enter_projection(const walk *k, int at, int i, phs_path *path) {
  const phs_op *op = &k->b->net->op[at];
  const phs_synapses *s = &op->synapses;
  const phs_projection *p = &s->projection[i];
  const phs_recipe *r = &p->recipe;
  const phs_dims in = operand_dims(k->b->net, op, i);
  phs_weights w;
  if (r->rule == PHS_RULE_LIST && r->list.weight && !s->counted) {
    phs_weights_scan(r->list.weight, r->list.count, k->b->o->prune_below, &w);
    if (!phs_work_note_pruned(k->b, p->name, &w, 1.0)) {
      return false;
    }
  } else if (s->counted) {
    phs_weights_drawn(&(phs_distribution){.kind = PHS_DIST_CONSTANT, .a = (double)s->weight}, &w);
  } else {
    phs_weights_drawn(&r->weight, &w);
  }
  if (path->weighted == 0) {
    path->projection = p;
  }
  weigh(path, at, &w);
  path->shift &= w.low == w.high;
  path->counted |= s->counted;
  path->plastic |= s->plasticity.kind != PHS_PLASTICITY_NONE;
  path->least += phs_delay_low(r);
  path->most += phs_delay_high(r);
  enter_rule(k, r, &in, path);
  return true;
}

phs_path_step phs_path_enter(phs_work_build *b, const phs_dims *target, int at, int i,
                             phs_path *path) {
  const walk here = {b, *target}, *k = &here;
  const phs_op *op = &b->net->op[at];
  bool ok = true;
  if (i == phs_op_init(op)) {
    return PHS_PATH_ENTER;
  }
  switch (op->kind) {
  case PHS_OP_LINEAR:
    ok = enter_linear(k, at, path);
    break;
  case PHS_OP_CONV:
    ok = enter_conv(k, at, path);
    break;
  case PHS_OP_POOL:
    enter_pool(k, at, path);
    break;
  case PHS_OP_SCALE:
    ok = enter_scale(k, at, path);
    break;
  case PHS_OP_DELAY:
    enter_delay(op, path);
    break;
  case PHS_OP_SYNAPSES:
    if (i >= op->synapses.projection_count) {
      return PHS_PATH_SKIP; /* what plasticity looks at */
    }
    ok = enter_projection(k, at, i, path);
    break;
  case PHS_OP_OUTPUT:
  case PHS_OP_FLATTEN:
  case PHS_OP_ADD:
  case PHS_OP_INPUT:
  case PHS_OP_NEURONS:
  case PHS_OP_SOURCE:
    break;
  }
  bool nothing = path->weighted > 0 && path->weights.kept == 0;
  return !ok ? PHS_PATH_FAIL : nothing || path->factor == 0.0 ? PHS_PATH_SKIP : PHS_PATH_ENTER;
}
