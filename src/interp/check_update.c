/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Whether an update function can be evaluated: registers are written once and before they are read,
 * and types fit. */
#include "interp/run.h"

enum {
  TYPES_INT = 1 << PHS_S_I1 | 1 << PHS_S_I32 | 1 << PHS_S_I64,
  TYPES_FLOAT = 1 << PHS_S_F32,
  TYPES_WORD = 1 << PHS_S_I32 | 1 << PHS_S_F32 /* of 32 bits */
};

static bool takes(int types, phs_scalar_type t) {
  return types >> t & 1;
}

/* Types that operand a of an instruction may have. */
static int operand_types(phs_scalar_op op) {
  switch (op) {
  case PHS_K_CMPI:
  case PHS_K_ADDI:
  case PHS_K_SUBI:
  case PHS_K_MULI:
  case PHS_K_ANDI:
  case PHS_K_ORI:
  case PHS_K_XORI:
  case PHS_K_SHLI:
  case PHS_K_SHRSI:
  case PHS_K_SHRUI:
  case PHS_K_DIVSI:
  case PHS_K_REMSI:
  case PHS_K_MAXSI:
  case PHS_K_MINSI:
  case PHS_K_SITOFP:
  case PHS_K_UITOFP:
  case PHS_K_EXTUI:
  case PHS_K_EXTSI:
  case PHS_K_TRUNCI:
    return TYPES_INT;
  case PHS_K_SELECT:
    return 1 << PHS_S_I1;
  case PHS_K_BITCAST:
    return TYPES_WORD;
  default:
    return TYPES_FLOAT;
  }
}

int phs_scalar_arity(phs_scalar_op op) {
  switch (op) {
  case PHS_K_CONST_F32:
  case PHS_K_CONST_INT:
    return 0;
  case PHS_K_SELECT:
    return 3;
  case PHS_K_NEGF:
  case PHS_K_SITOFP:
  case PHS_K_UITOFP:
  case PHS_K_FPTOSI:
  case PHS_K_EXTUI:
  case PHS_K_EXTSI:
  case PHS_K_TRUNCI:
  case PHS_K_FLOOR:
  case PHS_K_CEIL:
  case PHS_K_ROUNDEVEN:
  case PHS_K_TRUNC:
  case PHS_K_ABSF:
  case PHS_K_SQRT:
  case PHS_K_EXP:
  case PHS_K_LOG:
  case PHS_K_TANH:
  case PHS_K_SIN:
  case PHS_K_COS:
  case PHS_K_BITCAST:
    return 1;
  default:
    return 2;
  }
}

/* Types that an instruction may give. */
static int result_types(phs_scalar_op op) {
  switch (op) {
  case PHS_K_CMPF:
  case PHS_K_CMPI:
    return 1 << PHS_S_I1;
  case PHS_K_SELECT:
    return TYPES_INT | TYPES_FLOAT;
  case PHS_K_CONST_INT:
  case PHS_K_FPTOSI:
    return TYPES_INT;
  case PHS_K_SITOFP:
  case PHS_K_UITOFP:
    return TYPES_FLOAT;
  default:
    return phs_scalar_arity(op) > 0 ? operand_types(op) : TYPES_FLOAT;
  }
}

/* Whether the result's type follows from the operands' (and must equal it). */
static bool keeps_type(phs_scalar_op op) {
  return phs_scalar_arity(op) == 2 && op != PHS_K_CMPF && op != PHS_K_CMPI;
}

static bool refuse(const phs_net *net, const phs_op *op, phs_diag *diag, const char *what,
                   int where) {
  phs_place place = phs_op_place(net, op);
  phs_report(diag, PHS_RUN_UPDATE, &place, NULL, "population '%s': update function '%s' %s (at %d)",
             op->name, op->neurons.kernel->name, what, where);
  return false;
}

/* One instruction reads written registers of types that it takes, and writes one for the first
 * time. */
static bool check_inst(const phs_scalar_inst *in, const phs_kernel *k, const bool *written,
                       const phs_scalar_type *type) {
  const uint16_t operand[] = {in->a, in->b, in->c};
  int n = phs_scalar_arity(in->op);
  for (int i = 0; i < n; i++) {
    if (operand[i] >= k->register_count || !written[operand[i]]) {
      return false;
    }
  }
  if (in->op > PHS_K_BITCAST || in->dst >= k->register_count || written[in->dst] ||
      in->type > PHS_S_F32 || !takes(result_types(in->op), in->type)) {
    return false;
  }
  if (n > 0 && !takes(operand_types(in->op), type[in->a])) {
    return false;
  }
  if (n == 2 && type[in->b] != type[in->a]) {
    return false;
  }
  if (keeps_type(in->op) && in->type != type[in->a]) {
    return false;
  }
  return in->op != PHS_K_SELECT || (type[in->b] == in->type && type[in->c] == in->type);
}

static bool check_results(const phs_net *net, const phs_op *op, const bool *written,
                          const phs_scalar_type *type, phs_diag *diag) {
  const phs_kernel *k = op->neurons.kernel;
  for (int r = 0; r < k->result_count; r++) {
    if (k->result[r] >= k->register_count || !written[k->result[r]]) {
      return refuse(net, op, diag, "gives a register that was never written", r);
    }
    if (type[k->result[r]] != (r == 0 ? k->output_type : PHS_S_F32)) {
      return refuse(net, op, diag, "gives a result of the wrong type", r);
    }
  }
  return true;
}

static bool check_update(const phs_net *net, const phs_op *op, phs_scalar_type *type, bool *written,
                         phs_diag *diag) {
  const phs_neurons *n = &op->neurons;
  const phs_kernel *k = n->kernel;
  if (k->arg_count != op->operand_count + n->state_count + n->coeff_count ||
      k->arg_count > k->register_count || n->state_count > PHS_MAX_STATES) {
    return refuse(net, op, diag,
                  "takes another number of arguments than operands + states + coefficients",
                  k->arg_count);
  }
  if (k->result_count != 1 + n->state_count) {
    return refuse(net, op, diag, "gives another number of results than 1 + states",
                  k->result_count);
  }
  if (k->output_type == PHS_S_I64) {
    return refuse(net, op, diag, "gives an output that is not i1, i32 or f32", 0);
  }
  for (int r = 0; r < k->arg_count; r++) {
    written[r] = true;
    type[r] = PHS_S_F32;
  }
  for (int i = 0; i < k->inst_count; i++) {
    if (!check_inst(&k->inst[i], k, written, type)) {
      return refuse(net, op, diag, "has an instruction that cannot be evaluated", i);
    }
    written[k->inst[i].dst] = true;
    type[k->inst[i].dst] = k->inst[i].type;
  }
  return check_results(net, op, written, type, diag);
}

phs_update *phs_update_create(phs_arena *arena, const phs_net *net, const phs_op *op,
                              phs_diag *diag) {
  const phs_kernel *k = op->neurons.kernel;
  size_t registers = k->register_count > 0 ? (size_t)k->register_count : 1;
  phs_update *u = PHS_NEW(arena, phs_update);
  bool *written = PHS_NEW_ARRAY(arena, bool, registers);
  if (u) {
    u->kernel = k;
    u->type = PHS_NEW_ARRAY(arena, phs_scalar_type, registers);
    u->reg = PHS_NEW_ARRAY(arena, phs_register, registers);
  }
  if (!u || !written || !u->type || !u->reg) {
    phs_report(diag, PHS_NO_MEMORY, NULL, NULL, "no memory for the update function of '%s'",
               op->name);
    return NULL;
  }
  return check_update(net, op, u->type, written, diag) ? u : NULL;
}
