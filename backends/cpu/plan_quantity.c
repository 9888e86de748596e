/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* What of a state block can be looked at. */
#include "backends/cpu/plan.h"

#include <string.h>

bool phs_cpu_plan_partial(const phs_op *op) {
  return (op->kind == PHS_OP_LINEAR || op->kind == PHS_OP_CONV) && op->operand_count > 1;
}

bool phs_cpu_plan_quantity(const phs_cpu_plan *p, int index, const char *var, phs_elem *elem,
                           size_t *count, size_t *offset) {
  if (index < 0 || index >= p->net->op_count) {
    return false;
  }
  const phs_op *op = &p->net->op[index];
  *count = phs_shape_count(&op->shape);
  *elem = op->elem;
  *offset = p->op[index].out;
  if (strcmp(var, "out") == 0) {
    return true;
  }
  if (op->kind == PHS_OP_SYNAPSES && op->synapses.plasticity.kind != PHS_PLASTICITY_NONE &&
      strcmp(var, "w") == 0) {
    *elem = PHS_F32;
    *count = p->op[index].projection->layout.synapses;
    *offset = p->op[index].projection->plastic;
    return true;
  }
  if (op->kind != PHS_OP_NEURONS) {
    return false;
  }
  if (strcmp(var, "spikes") == 0) {
    return op->elem != PHS_F32;
  }
  for (int i = 0; i < op->neurons.state_count; i++) {
    if (strcmp(op->neurons.state[i], var) == 0) {
      *elem = PHS_F32;
      *offset = p->op[index].state[i];
      return true;
    }
  }
  return false;
}

phs_shape phs_cpu_quantity_shape(const phs_cpu_plan *p, int index, const char *var, size_t count) {
  const phs_op *op = &p->net->op[index];
  if (op->kind == PHS_OP_SYNAPSES && strcmp(var, "w") == 0) {
    return (phs_shape){.rank = 1, .dim = {(int64_t)count}};
  }
  return op->shape;
}
