/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* A population: its update function over whole vectors of neurons, op by op. */
#include "backends/cpu/lower.h"
#include "backends/cpu/scalar.h"

#include <stdlib.h>

static void store_output(phs_gen *g, const phs_registers *r, phs_val v, phs_scalar_type type,
                         phs_val y, phs_val i, phs_elem elem) {
  const char *memory = phs_e_elem(elem);
  phs_type out = phs_e_type(r->lanes, memory);
  if (type == PHS_S_I1) {
    phs_type from = phs_lower_scalar_type(r, type);
    v = phs_e_cast(g, "arith.extui", v, from.s, out.s);
  }
  phs_e_store(g, v, phs_e_gep(g, y, i, memory), out.s, (int)phs_cpu_elem_size(elem));
}

/* Arguments: inputs, states, coefficients. */
static void load_arguments(phs_gen *g, const phs_registers *r, int index, phs_val i) {
  const phs_op *op = &g->plan->net->op[index];
  const phs_cpu_op *c = &g->plan->op[index];
  const phs_neurons *u = &op->neurons;
  phs_type t = phs_lower_scalar_type(r, PHS_S_F32);
  int at = 0;
  for (int k = 0; k < op->operand_count; k++) {
    phs_elem e = g->plan->net->op[op->operand[k]].elem;
    phs_val x = phs_e_result(g, op->operand[k]);
    r->value[at++] = phs_e_load_f32(g, phs_e_gep(g, x, i, phs_e_elem(e)), e, r->lanes);
  }
  for (int k = 0; k < u->state_count; k++) {
    phs_val s = phs_e_at(g, g->state, c->state[k]);
    r->value[at++] = phs_e_load(g, phs_e_gep(g, s, i, "f32"), t.s, 4);
  }
  for (int k = 0; k < u->coeff_count; k++) {
    if (c->coeff[k] == PHS_CPU_NONE) {
      r->value[at++] = phs_e_float(g, r->lanes, u->coeff[k].v[0]);
    } else {
      phs_val from = phs_e_at(g, g->constant, c->coeff[k]);
      r->value[at++] = phs_e_load(g, phs_e_gep(g, from, i, "f32"), t.s, 4);
    }
  }
  for (int k = 0; k < at; k++) {
    r->type[k] = PHS_S_F32;
  }
}

void phs_lower_neurons(phs_gen *g, int index) {
  const phs_op *op = &g->plan->net->op[index];
  const phs_cpu_op *c = &g->plan->op[index];
  const phs_kernel *kernel = op->neurons.kernel;
  phs_registers r = {.lanes = c->lanes};
  r.value = calloc((size_t)kernel->register_count + 1, sizeof *r.value);
  r.type = calloc((size_t)kernel->register_count + 1, sizeof *r.type);
  if (!r.value || !r.type) {
    g->text.failed = true;
    goto cleanup;
  }
  phs_val i = phs_e_for(g, g->lo, g->hi, c->lanes);
  load_arguments(g, &r, index, i);
  for (int k = 0; k < kernel->inst_count; k++) {
    const phs_scalar_inst *in = &kernel->inst[k];
    r.value[in->dst] = phs_lower_scalar(g, &r, in);
    r.type[in->dst] = in->type;
  }
  store_output(g, &r, r.value[kernel->result[0]], r.type[kernel->result[0]], phs_e_result(g, index),
               i, op->elem);
  phs_type t = phs_lower_scalar_type(&r, PHS_S_F32);
  for (int k = 0; k < op->neurons.state_count; k++) {
    phs_val to = phs_e_gep(g, phs_e_at(g, g->state, c->state[k]), i, "f32");
    phs_e_store(g, r.value[kernel->result[1 + k]], to, t.s, 4);
  }
  phs_e_end(g);
cleanup:
  free(r.value);
  free(r.type);
}
