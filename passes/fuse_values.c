/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* What phasor-fuse knows about the values that flow through a network: the grid each result lies
 * on. */
#include "fuse.h"

/* Ops one after the other without a spiking population among them: further back nothing is known.
 */
#define MAX_DEPTH 200

static phs_value_grid grid_of_rows(phs_fuse *f, const phs_op *op) {
  phs_value_grid x = phs_fuse_grid(f, op->operand[0]);
  if (!x.known) {
    return x; /* spares a pass over the weights */
  }
  phs_weight_rows rows = phs_fuse_rows(op);
  if (op->operand_count == 1) {
    return phs_grid_rows(&rows, x, NULL);
  }
  phs_value_grid init = phs_fuse_grid(f, op->operand[1]);
  return phs_grid_rows(&rows, x, &init);
}

static phs_value_grid grid_of_add(phs_fuse *f, const phs_op *op) {
  phs_value_grid sum = phs_fuse_grid(f, op->operand[0]);
  for (int k = 1; k < op->operand_count; k++) {
    sum = phs_grid_add(sum, phs_fuse_grid(f, op->operand[k]));
  }
  return sum;
}

static phs_value_grid work_out(phs_fuse *f, const phs_op *op) {
  if (op->elem == PHS_I1) {
    return phs_grid_spikes();
  }
  if (op->elem == PHS_I32) {
    return phs_grid_counts();
  }
  switch (op->kind) {
  case PHS_OP_LINEAR:
  case PHS_OP_CONV:
    return grid_of_rows(f, op);
  case PHS_OP_POOL:
    return phs_grid_pool(phs_fuse_grid(f, op->operand[0]),
                         (size_t)(op->pool.kernel[0] * op->pool.kernel[1]), op->pool.average);
  case PHS_OP_SCALE:
    return phs_grid_scale(phs_fuse_grid(f, op->operand[0]), op->scale.factor.v, op->scale.factor.n);
  case PHS_OP_ADD:
    return grid_of_add(f, op);
  case PHS_OP_FLATTEN:
  case PHS_OP_OUTPUT:
  case PHS_OP_DELAY: /* the zeros before its start lie on every grid */
    return phs_fuse_grid(f, op->operand[0]);
  case PHS_OP_INPUT:
  case PHS_OP_NEURONS: /* graded: nothing is known */
  case PHS_OP_SYNAPSES:
  case PHS_OP_SOURCE:
    break;
  }
  return (phs_value_grid){0};
}

phs_value_grid phs_fuse_grid(phs_fuse *f, int i) {
  phs_fuse_op *op = &f->op[i];
  if (op->grid_state == PHS_GRID_OPEN || f->depth >= MAX_DEPTH) {
    return (phs_value_grid){0}; /* a cycle of delays and sums */
  }
  if (op->grid_state == PHS_GRID_NEW) {
    op->grid_state = PHS_GRID_OPEN;
    f->depth++;
    op->grid = work_out(f, &f->net->op[i]);
    f->depth--;
    op->grid_state = PHS_GRID_DONE;
  }
  return op->grid;
}
