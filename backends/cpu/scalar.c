/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * One instruction of an update function. Where arith leaves a result open (a division by zero, a
 * shift by too much, a conversion out of range) the program does what the reference interpreter
 * does: nothing traps, and every target agrees.
 */
#include "backends/cpu/scalar.h"

#include <inttypes.h>
#include <stdio.h>

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
    [PHS_K_SIN] = "math.sin",
    [PHS_K_COS] = "math.cos",
    [PHS_K_BITCAST] = "arith.bitcast",
};

/* In the order of the numbers that the dialect gives them. */
static const char *const float_predicate[] = {"false", "oeq", "ogt", "oge", "olt", "ole",
                                              "one",   "ord", "ueq", "ugt", "uge", "ult",
                                              "ule",   "une", "uno", "true"};
static const char *const int_predicate[] = {"eq",  "ne",  "slt", "sle", "sgt",
                                            "sge", "ult", "ule", "ugt", "uge"};

static const int bits[] = {1, 32, 64, 32};

typedef phs_registers registers;

phs_type phs_lower_scalar_type(const phs_registers *r, phs_scalar_type t) {
  return phs_e_type(r->lanes, scalar_type[t]);
}

static phs_val choose(phs_gen *g, const registers *r, phs_val condition, phs_val a, phs_val b,
                      const char *type) {
  EMIT("%%%d = arith.select %%%d, %%%d, %%%d : ", g->next, condition, a, b);
  if (r->lanes > 1) {
    EMIT("%s, ", phs_e_type(r->lanes, "i1").s);
  }
  EMIT("%s\n", type);
  return g->next++;
}

/* By zero: 0. By -1: the negative, wrapped around. */
static phs_val divide(phs_gen *g, const registers *r, const phs_scalar_inst *in) {
  phs_type t = phs_lower_scalar_type(r, in->type), i1 = phs_e_type(r->lanes, "i1");
  phs_val x = r->value[in->a], y = r->value[in->b];
  phs_val zero = phs_e_const(g, r->lanes, scalar_type[in->type], 0);
  phs_val minus = phs_e_const(g, r->lanes, scalar_type[in->type], -1);
  phs_val one = phs_e_const(g, r->lanes, scalar_type[in->type], 1);
  phs_val by_zero = phs_e_cmp(g, "eq", t.s, y, zero), by_minus = phs_e_cmp(g, "eq", t.s, y, minus);
  phs_val special = phs_e_op2(g, "arith.ori", i1.s, by_zero, by_minus);
  phs_val safe = choose(g, r, special, one, y, t.s);
  phs_val q = phs_e_op2(g, op_name[in->op], t.s, x, safe);
  if (in->op == PHS_K_REMSI) {
    return q;
  }
  phs_val negative = phs_e_op2(g, "arith.subi", t.s, zero, x);
  q = choose(g, r, by_minus, negative, q, t.s);
  return choose(g, r, by_zero, zero, q, t.s);
}

/* By the width or more: everything is shifted out. */
static phs_val shift(phs_gen *g, const registers *r, const phs_scalar_inst *in) {
  phs_type t = phs_lower_scalar_type(r, in->type);
  const char *scalar = scalar_type[in->type];
  phs_val x = r->value[in->a], by = r->value[in->b];
  phs_val most = phs_e_const(g, r->lanes, scalar, in->type == PHS_S_I1 ? 0 : bits[in->type] - 1);
  phs_val all = phs_e_cmp(g, "ugt", t.s, by, most);
  phs_val shifted = phs_e_op2(g, op_name[in->op], t.s, x, choose(g, r, all, most, by, t.s));
  if (in->op == PHS_K_SHRSI) {
    return shifted;
  }
  return choose(g, r, all, phs_e_const(g, r->lanes, scalar, 0), shifted, t.s);
}

/* a >= b or b is no number: a, else b; of two zeros the first (C's fmaxf leaves that open). */
static phs_val pick(phs_gen *g, const registers *r, const phs_scalar_inst *in) {
  phs_type t = phs_lower_scalar_type(r, PHS_S_F32), i1 = phs_e_type(r->lanes, "i1");
  phs_val a = r->value[in->a], b = r->value[in->b], first = g->next++, no_number = g->next++;
  EMIT("%%%d = arith.cmpf %s, %%%d, %%%d : %s\n", first, in->op == PHS_K_MAXNUMF ? "oge" : "ole", a,
       b, t.s);
  EMIT("%%%d = arith.cmpf uno, %%%d, %%%d : %s\n", no_number, b, b, t.s);
  return choose(g, r, phs_e_op2(g, "arith.ori", i1.s, first, no_number), a, b, t.s);
}

static phs_val compare_float(phs_gen *g, const registers *r, const char *predicate, phs_val a,
                             phs_val b) {
  EMIT("%%%d = arith.cmpf %s, %%%d, %%%d : %s\n", g->next, predicate, a, b,
       phs_e_type(r->lanes, "f32").s);
  return g->next++;
}

/* To the nearest i32; NaN gives 0. Spelled out: LLVM takes its own saturating conversion of vectors
 * apart into scalars. */
static phs_val to_i32(phs_gen *g, const registers *r, phs_val x) {
  phs_type t = phs_e_type(r->lanes, "i32"), f = phs_e_type(r->lanes, "f32"),
           i1 = phs_e_type(r->lanes, "i1");
  phs_val low = phs_e_float(g, r->lanes, -0x1p31F), high = phs_e_float(g, r->lanes, 0x1p31F);
  phs_val above = compare_float(g, r, "oge", x, high), below = compare_float(g, r, "olt", x, low);
  phs_val none = compare_float(g, r, "uno", x, x);
  phs_val outside =
      phs_e_op2(g, "arith.ori", i1.s, phs_e_op2(g, "arith.ori", i1.s, above, below), none);
  phs_val safe = choose(g, r, outside, phs_e_float(g, r->lanes, 0), x, f.s);
  phs_val v = phs_e_cast(g, "arith.fptosi", safe, f.s, t.s);
  v = choose(g, r, above, phs_e_const(g, r->lanes, "i32", INT32_MAX), v, t.s);
  return choose(g, r, below, phs_e_const(g, r->lanes, "i32", INT32_MIN), v, t.s);
}

/* To the nearest value that fits; NaN gives 0. */
static phs_val to_int(phs_gen *g, const registers *r, const phs_scalar_inst *in) {
  phs_type t = phs_lower_scalar_type(r, in->type), f = phs_e_type(r->lanes, "f32");
  char suffix[48];
  if (in->type == PHS_S_I32) {
    return to_i32(g, r, r->value[in->a]);
  }
  if (r->lanes == 1) {
    snprintf(suffix, sizeof suffix, "%s.f32", scalar_type[in->type]);
  } else {
    snprintf(suffix, sizeof suffix, "v%d%s.v%df32", r->lanes, scalar_type[in->type], r->lanes);
  }
  EMIT("%%%d = llvm.call_intrinsic \"llvm.fptosi.sat.%s\"(%%%d) : (%s) -> %s\n", g->next, suffix,
       r->value[in->a], f.s, t.s);
  return g->next++;
}

phs_val phs_lower_scalar(phs_gen *g, const phs_registers *r, const phs_scalar_inst *in) {
  phs_type out = phs_lower_scalar_type(r, in->type),
           from = phs_lower_scalar_type(r, r->type[in->a]);
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
    return choose(g, r, a, b, r->value[in->c], out.s);
  case PHS_K_DIVSI:
  case PHS_K_REMSI:
    return divide(g, r, in);
  case PHS_K_SHLI:
  case PHS_K_SHRSI:
  case PHS_K_SHRUI:
    return shift(g, r, in);
  case PHS_K_MAXNUMF:
  case PHS_K_MINNUMF:
    return pick(g, r, in);
  case PHS_K_FPTOSI:
    return to_int(g, r, in);
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
  case PHS_K_SIN:
  case PHS_K_COS:
    return phs_e_op1(g, op_name[in->op], out.s, a);
  case PHS_K_SITOFP:
  case PHS_K_UITOFP:
  case PHS_K_EXTUI:
  case PHS_K_EXTSI:
  case PHS_K_TRUNCI:
  case PHS_K_BITCAST:
    return phs_e_cast(g, op_name[in->op], a, from.s, out.s);
  default:
    return phs_e_op2(g, op_name[in->op], out.s, a, b);
  }
}
