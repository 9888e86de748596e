/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Uses, replacement and the fixed point of phasor-fuse. */
#include "fuse.h"

#include <math.h>

static void count_uses(phs_fuse *f) {
  for (int i = 0; i < f->net->op_count; i++) {
    const phs_op *op = &f->net->op[i];
    for (int k = 0; k < op->operand_count; k++) {
      f->op[op->operand[k]].uses++;
    }
  }
}

bool phs_fuse_run(phs_fuse *f) {
  f->op = PHS_NEW_ARRAY(f->net->arena, phs_fuse_op, (size_t)f->net->op_count);
  if (!f->op) {
    f->no_memory = true;
    return false;
  }
  count_uses(f);
  phs_fuse_dead(f, true);
  /* Ends: each rewrite drops an op or an operand, or turns an average into a sum. */
  for (bool again = true; again && !f->no_memory;) {
    again = phs_fuse_dead(f, false);
    again = phs_fuse_drop(f) || again;
    again = phs_fuse_share(f) || again;
    again = phs_fuse_scale(f) || again;
    again = phs_fuse_pool(f) || again;
    again = phs_fuse_linear(f) || again;
  }
  return !f->no_memory;
}

bool phs_fuse_compact(phs_fuse *f) {
  phs_net *net = f->net;
  int *place = PHS_NEW_ARRAY(f->net->arena, int, (size_t)net->op_count);
  if (!place) {
    f->no_memory = true;
    return false;
  }
  int n = 0;
  for (int i = 0; i < net->op_count; i++) {
    place[i] = n;
    n += !f->op[i].dropped;
  }
  for (int i = 0; i < net->op_count; i++) {
    for (int k = 0; !f->op[i].dropped && k < net->op[i].operand_count; k++) {
      net->op[i].operand[k] = place[net->op[i].operand[k]];
    }
  }
  for (int i = 0; i < net->op_count; i++) {
    if (!f->op[i].dropped) {
      net->op[place[i]] = net->op[i];
    }
  }
  net->op_count = n;
  return true;
}

bool phs_fuse_private(const phs_fuse *f, int i) {
  return f->op[i].uses == 1 && !f->net->op[i].keep;
}

int phs_fuse_user(const phs_fuse *f, int i) {
  if (f->op[i].uses != 1) {
    return -1;
  }
  /* Users mostly come soon after. */
  int n = f->net->op_count;
  for (int step = 1; step <= n; step++) {
    int u = (i + step) % n;
    for (int k = 0; !f->op[u].dropped && k < f->net->op[u].operand_count; k++) {
      if (f->net->op[u].operand[k] == i) {
        return u;
      }
    }
  }
  return -1;
}

void phs_fuse_drop_op(phs_fuse *f, int i) {
  phs_op *op = &f->net->op[i];
  f->op[i].dropped = true;
  for (int k = 0; k < op->operand_count; k++) {
    f->op[op->operand[k]].uses--;
  }
  op->operand_count = 0;
}

/* One use less of op i; what led to it alone goes with it. */
static void release(phs_fuse *f, int i) {
  f->op[i].uses--;
  while (f->op[i].uses == 0 && !f->op[i].dropped && !f->net->op[i].keep &&
         f->net->op[i].kind != PHS_OP_INPUT) {
    int next = f->net->op[i].operand_count == 1 ? f->net->op[i].operand[0] : i;
    phs_fuse_drop_op(f, i);
    i = next;
  }
}

void phs_fuse_set_operand(phs_fuse *f, int i, int slot, int to) {
  int from = f->net->op[i].operand[slot];
  f->net->op[i].operand[slot] = to;
  f->op[to].uses++;
  release(f, from);
}

void phs_fuse_drop_init(phs_fuse *f, int i) {
  int init = f->net->op[i].operand[1];
  f->net->op[i].operand_count = 1;
  phs_fuse_forget(f, i);
  release(f, init);
}

void phs_fuse_replace(phs_fuse *f, int from, int to) {
  int n = f->net->op_count;
  for (int step = 1; step <= n && f->op[from].uses > 0; step++) {
    int i = (from + step) % n;
    for (int k = 0; !f->op[i].dropped && k < f->net->op[i].operand_count; k++) {
      if (f->net->op[i].operand[k] == from) {
        f->net->op[i].operand[k] = to;
        f->op[from].uses--;
        f->op[to].uses++;
      }
    }
  }
}

void phs_fuse_changed(phs_fuse *f, int i) {
  f->op[i].changed = true;
  phs_fuse_forget(f, i);
}

void phs_fuse_forget(phs_fuse *f, int i) {
  f->op[i].grid_state = PHS_GRID_NEW;
  /* After an exact rewrite every op but the changed ones gives what it gave. */
  for (int k = 0; f->reassociate && k < f->net->op_count; k++) {
    f->op[k].grid_state = PHS_GRID_NEW;
  }
}

int phs_fuse_before_flattens(const phs_fuse *f, int i) {
  while (f->net->op[i].kind == PHS_OP_FLATTEN && phs_fuse_private(f, i)) {
    i = f->net->op[i].operand[0];
  }
  return i;
}

void phs_fuse_retype_flattens(phs_fuse *f, int i, int source, phs_elem elem) {
  for (; i != source; i = f->net->op[i].operand[0]) {
    if (f->net->op[i].elem != elem) {
      f->net->op[i].elem = elem;
      phs_fuse_changed(f, i);
    }
  }
}

bool phs_fuse_is_rows(const phs_op *op) {
  return op->kind == PHS_OP_LINEAR || op->kind == PHS_OP_CONV;
}

phs_weight_rows phs_fuse_rows(const phs_op *op) {
  const phs_tensor *w = op->kind == PHS_OP_CONV ? &op->conv.weight : &op->linear.weight;
  size_t count = phs_shape_count(&w->shape);
  size_t rows = op->kind == PHS_OP_CONV ? (size_t)w->shape.dim[0]
                                        : count / (size_t)w->shape.dim[w->shape.rank - 1];
  return (phs_weight_rows){.weight = w->data,
                           .rows = rows,
                           .columns = count / rows,
                           .bias =
                               op->kind == PHS_OP_CONV ? op->conv.bias.data : op->linear.bias.data};
}

void phs_fuse_set_weight(phs_op *op, const float *w) {
  *(op->kind == PHS_OP_CONV ? &op->conv.weight.data : &op->linear.weight.data) = w;
}

void phs_fuse_set_bias(phs_op *op, const float *b) {
  phs_tensor *bias = op->kind == PHS_OP_CONV ? &op->conv.bias : &op->linear.bias;
  if (!bias->data) {
    const phs_shape *w =
        op->kind == PHS_OP_CONV ? &op->conv.weight.shape : &op->linear.weight.shape;
    bias->shape = *w;
    bias->shape.rank = op->kind == PHS_OP_CONV ? 1 : w->rank - 1;
  }
  bias->data = b;
}

float *phs_fuse_floats(phs_fuse *f, size_t n) {
  float *v = PHS_NEW_ARRAY(f->net->arena, float, n);
  f->no_memory = f->no_memory || !v;
  return v;
}

bool phs_fuse_finite(const float *v, size_t n) {
  for (size_t i = 0; i < n; i++) {
    if (!isfinite(v[i])) {
      return false;
    }
  }
  return true;
}
