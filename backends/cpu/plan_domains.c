/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Ops that go element by element are run in parts, each part a range of tiles. What such ops hand
 * one another stays with the part, so no part waits: they form one domain, and agree on its ranges.
 */
#include "backends/cpu/plan_layout.h"

static bool element_by_element(phs_op_kind kind) {
  switch (kind) {
  case PHS_OP_INPUT:
  case PHS_OP_SCALE:
  case PHS_OP_ADD:
  case PHS_OP_DELAY:
  case PHS_OP_NEURONS:
  case PHS_OP_SOURCE:
  case PHS_OP_SYNAPSES:
    return true;
  default:
    return false;
  }
}

static int find(int *parent, int i) {
  while (parent[i] != i) {
    i = parent[i] = parent[parent[i]];
  }
  return i;
}

/* Operand k of synapses is read by ranges: an init, plastic targets' spikes, and a source whose
 * elements have one synapse each. */
static bool synapses_read_by_ranges(const phs_cpu_plan *p, int index, int k) {
  const phs_op *op = &p->net->op[index];
  const phs_synapses *s = &op->synapses;
  if (s->has_init && k == op->operand_count - 1) {
    return true;
  }
  if (s->plasticity.kind != PHS_PLASTICITY_NONE) {
    return k == 1;
  }
  return k < s->projection_count && p->op[index].projection[k].form == PHS_PROGRAM_EACH;
}

static void join_operands(const phs_cpu_plan *p, int *parent, int index) {
  const phs_op *op = &p->net->op[index];
  for (int k = 0; k < op->operand_count; k++) {
    int x = p->op[op->operand[k]].root;
    bool ranges = op->kind != PHS_OP_SYNAPSES || synapses_read_by_ranges(p, index, k);
    if (ranges && element_by_element(p->net->op[x].kind)) {
      parent[find(parent, x)] = find(parent, index);
    }
  }
}

void phs_cpu_plan_domains(phs_cpu_layout *l) {
  phs_cpu_plan *p = l->plan;
  int n = p->net->op_count;
  size_t before = 0;
  int *parent = PHS_NEW_ARRAY(p->arena, int, (size_t)n),
      *number = PHS_NEW_ARRAY(p->arena, int, (size_t)n);
  p->domain = PHS_NEW_ARRAY(p->arena, phs_cpu_domain, (size_t)n);
  if (l->no_memory || l->failed_op >= 0) {
    return;
  }
  if (!parent || !number || !p->domain) {
    l->no_memory = true;
    return;
  }
  for (int i = 0; i < n; i++) {
    parent[i] = i;
    number[i] = -1;
  }
  for (int i = 0; i < n; i++) {
    if (element_by_element(p->net->op[i].kind)) {
      join_operands(p, parent, i);
    }
  }
  for (int i = 0; i < n; i++) {
    p->op[i].domain = -1;
    if (!element_by_element(p->net->op[i].kind)) {
      continue;
    }
    int *d = &number[find(parent, i)];
    if (*d < 0) {
      *d = p->domain_count++;
      p->domain[*d] = (phs_cpu_domain){phs_shape_count(&p->net->op[i].shape), before};
      before += (p->domain[*d].count + PHS_TILE - 1) / PHS_TILE;
    }
    p->op[i].domain = *d;
  }
}
