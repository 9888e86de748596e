/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* A population: its update function over whole vectors of neurons, op by op. */
#include "backends/cpu/lower.h"

#include <stdlib.h>

#define EMIT(...) phs_buf_printf(&g->text, __VA_ARGS__)

static const char *const scalar_type[] = {"i1", "i32", "i64", "f32"};

static const char *const op_name[] = {
    [PHS_K_ADDF] = "arith.addf",
    [PHS_K_SUBF] = "arith.subf",
    [PHS_K_MULF] = "arith.mulf",
    [PHS_K_DIVF] = "arith.divf",
    [PHS_K_REMF] = "arith.remf",
    [PHS_K_NEGF] = "arith.negf",
    [PHS_K_MAXIMUMF] = "arith.maximumf",
    [PHS_K_MINIMUMF] = "arith.minimumf",
    [PHS_K_MAXNUMF] = "arith.maxnumf",
    [PHS_K_MINNUMF] = "arith.minnumf",
    [PHS_K_ADDI] = "arith.addi",
    [PHS_K_SUBI] = "arith.subi",
    [PHS_K_MULI] = "arith.muli",
    [PHS_K_ANDI] = "arith.andi",
    [PHS_K_ORI] = "arith.ori",
    [PHS_K_XORI] = "arith.xori",
    [PHS_K_SHLI] = "arith.shli",
    [PHS_K_SHRSI] = "arith.shrsi",
    [PHS_K_SHRUI] = "arith.shrui",
    [PHS_K_DIVSI] = "arith.divsi",
    [PHS_K_REMSI] = "arith.remsi",
    [PHS_K_MAXSI] = "arith.maxsi",
    [PHS_K_MINSI] = "arith.minsi",
    [PHS_K_SITOFP] = "arith.sitofp",
    [PHS_K_UITOFP] = "arith.uitofp",
    [PHS_K_FPTOSI] = "arith.fptosi",
    [PHS_K_EXTUI] = "arith.extui",
    [PHS_K_EXTSI] = "arith.extsi",
    [PHS_K_TRUNCI] = "arith.trunci",
    [PHS_K_FLOOR] = "math.floor",
    [PHS_K_CEIL] = "math.ceil",
    [PHS_K_ROUNDEVEN] = "math.roundeven",
    [PHS_K_TRUNC] = "math.trunc",
    [PHS_K_ABSF] = "math.absf",
    [PHS_K_SQRT] = "math.sqrt",
    [PHS_K_EXP] = "math.exp",
    [PHS_K_LOG] = "math.log",
    [PHS_K_TANH] = "math.tanh",
};

/* In the order of the numbers that the dialect gives them. */
static const char *const float_predicate[] = {"false", "oeq", "ogt", "oge", "olt", "ole",
                                              "one",   "ord", "ueq", "ugt", "uge", "ult",
                                              "ule",   "une", "uno", "true"};
static const char *const int_predicate[] = {"eq",  "ne",  "slt", "sle", "sgt",
                                            "sge", "ult", "ule", "ugt", "uge"};

typedef struct registers {
  phs_val *value;
  phs_scalar_type *type;
  int lanes;
} registers;

static phs_type type_of(const registers *r, phs_scalar_type t) {
  return phs_e_type(r->lanes, scalar_type[t]);
}

static phs_val emit_inst(phs_gen *g, const registers *r, const phs_scalar_inst *in) {
  phs_type out = type_of(r, in->type), from = type_of(r, r->type[in->a]);
  phs_val a = r->value[in->a], b = r->value[in->b];
  switch (in->op) {
  case PHS_K_CONST_F32:
    return phs_e_float(g, r->lanes, in->imm.f);
  case PHS_K_CONST_INT:
    return phs_e_const(g, r->lanes, scalar_type[in->type],
                       in->type == PHS_S_I1 ? in->imm.i & 1 : in->imm.i);
  case PHS_K_CMPF:
    EMIT("%%%d = arith.cmpf %s, %%%d, %%%d : %s\n", g->next, float_predicate[in->imm.i & 15], a, b,
         from.s);
    return g->next++;
  case PHS_K_CMPI:
    return phs_e_cmp(g, int_predicate[in->imm.i % 10], from.s, a, b);
  case PHS_K_SELECT:
    EMIT("%%%d = arith.select %%%d, %%%d, %%%d : ", g->next, a, b, r->value[in->c]);
    if (r->lanes > 1) {
      EMIT("%s, ", from.s);
    }
    EMIT("%s\n", out.s);
    return g->next++;
  case PHS_K_NEGF:
  case PHS_K_FLOOR:
  case PHS_K_CEIL:
  case PHS_K_ROUNDEVEN:
  case PHS_K_TRUNC:
  case PHS_K_ABSF:
  case PHS_K_SQRT:
  case PHS_K_EXP:
  case PHS_K_LOG:
  case PHS_K_TANH:
    return phs_e_op1(g, op_name[in->op], out.s, a);
  case PHS_K_SITOFP:
  case PHS_K_UITOFP:
  case PHS_K_FPTOSI:
  case PHS_K_EXTUI:
  case PHS_K_EXTSI:
  case PHS_K_TRUNCI:
    return phs_e_cast(g, op_name[in->op], a, from.s, out.s);
  default:
    return phs_e_op2(g, op_name[in->op], out.s, a, b);
  }
}

static void store_output(phs_gen *g, const registers *r, phs_val v, phs_scalar_type type, phs_val y,
                         phs_val i, phs_elem elem) {
  const char *memory = phs_e_elem(elem);
  phs_type out = phs_e_type(r->lanes, memory);
  if (type == PHS_S_I1) {
    phs_type from = type_of(r, type);
    v = phs_e_cast(g, "arith.extui", v, from.s, out.s);
  }
  phs_e_store(g, v, phs_e_gep(g, y, i, memory), out.s, (int)phs_cpu_elem_size(elem));
}

/* Arguments: input current, states, coefficients. */
static void load_arguments(phs_gen *g, const registers *r, int index, phs_val i) {
  const phs_op *op = &g->plan->net->op[index];
  const phs_cpu_op *c = &g->plan->op[index];
  const phs_neurons *u = &op->neurons;
  phs_elem e = g->plan->net->op[op->operand[0]].elem;
  phs_type t = type_of(r, PHS_S_F32);
  phs_val x = phs_e_result(g, op->operand[0]);
  int at = 0;
  r->value[at++] = phs_e_load_f32(g, phs_e_gep(g, x, i, phs_e_elem(e)), e, r->lanes);
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
  registers r = {.lanes = c->lanes};
  r.value = calloc((size_t)kernel->register_count + 1, sizeof *r.value);
  r.type = calloc((size_t)kernel->register_count + 1, sizeof *r.type);
  if (!r.value || !r.type) {
    g->text.failed = true;
    goto cleanup;
  }
  phs_val i = phs_e_for_const(g, 0, (int64_t)phs_shape_count(&op->shape), c->lanes);
  load_arguments(g, &r, index, i);
  for (int k = 0; k < kernel->inst_count; k++) {
    const phs_scalar_inst *in = &kernel->inst[k];
    r.value[in->dst] = emit_inst(g, &r, in);
    r.type[in->dst] = in->type;
  }
  store_output(g, &r, r.value[kernel->result[0]], r.type[kernel->result[0]], phs_e_result(g, index),
               i, op->elem);
  phs_type t = type_of(&r, PHS_S_F32);
  for (int k = 0; k < op->neurons.state_count; k++) {
    phs_val to = phs_e_gep(g, phs_e_at(g, g->state, c->state[k]), i, "f32");
    phs_e_store(g, r.value[kernel->result[1 + k]], to, t.s, 4);
  }
  phs_e_end(g);
cleanup:
  free(r.value);
  free(r.type);
}
