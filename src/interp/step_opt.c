/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Populations at level `opt`: their update functions, instruction by instruction. Where `arith`
 * leaves a result open (division by zero, shifts beyond the width, conversions out of range), the
 * nearest harmless value is taken, so that no network makes the interpreter misbehave; programs
 * must not rely on it. */
#include "interp/run.h"

#include <math.h>
#include <string.h>

static int width(phs_scalar_type t) {
  return t == PHS_S_I1 ? 1 : t == PHS_S_I32 ? 32 : 64;
}

/* The bits of v that type t has, as a register holds them. */
static int64_t wrap(phs_scalar_type t, uint64_t v) {
  return t == PHS_S_I1    ? (int64_t)(v & 1)
         : t == PHS_S_I32 ? (int64_t)(int32_t)(uint32_t)v
                          : (int64_t)v;
}

/* A register of type t as a signed, and as an unsigned number. */
static int64_t as_signed(phs_scalar_type t, int64_t v) {
  return t == PHS_S_I1 ? -v : v;
}
static uint64_t as_unsigned(phs_scalar_type t, int64_t v) {
  return t == PHS_S_I32 ? (uint64_t)(uint32_t)v : (uint64_t)v;
}

/* arith.cmpf. Bits 0..2 of `which` ask for ==, > and <: they are the numbers of the ordered
 * predicates 0..7; the unordered ones, true on NaN, follow from 8 (ueq) to 13 (une), uno and true.
 */
static bool compare_float(int64_t predicate, float a, float b) {
  if (isnan(a) || isnan(b)) {
    return predicate >= 8;
  }
  int64_t which = predicate < 8     ? predicate
                  : predicate < 14  ? predicate - 7
                  : predicate == 14 ? 0
                                    : 7;
  return (which & 1 && a == b) || (which & 2 && a > b) || (which & 4 && a < b);
}

static bool compare_int(int64_t predicate, phs_scalar_type t, int64_t x, int64_t y) {
  int64_t a = as_signed(t, x), b = as_signed(t, y);
  uint64_t ua = as_unsigned(t, x), ub = as_unsigned(t, y);
  switch (predicate) {
  case 0:
    return a == b;
  case 1:
    return a != b;
  case 2:
    return a < b;
  case 3:
    return a <= b;
  case 4:
    return a > b;
  case 5:
    return a >= b;
  case 6:
    return ua < ub;
  case 7:
    return ua <= ub;
  case 8:
    return ua > ub;
  default:
    return ua >= ub;
  }
}

/* IEEE 754-2019 maximum and minimum: NaN wins, -0 is below +0. */
static float maximum(float a, float b) {
  if (isnan(a) || isnan(b)) {
    return a + b;
  }
  return a > b || (a == b && !signbit(a)) ? a : b;
}
static float minimum(float a, float b) {
  if (isnan(a) || isnan(b)) {
    return a + b;
  }
  return a < b || (a == b && signbit(a)) ? a : b;
}

static int64_t float_to_int(phs_scalar_type t, float f) {
  double low = t == PHS_S_I1 ? -1 : t == PHS_S_I32 ? (double)INT32_MIN : (double)INT64_MIN;
  if (!((double)f > low - 1)) { /* NaN as well */
    return isnan(f) ? 0 : wrap(t, t == PHS_S_I64 ? (uint64_t)INT64_MIN : (uint64_t)(int64_t)low);
  }
  if ((double)f >= -low) {
    return wrap(t, t == PHS_S_I1 ? 0 : t == PHS_S_I32 ? (uint64_t)INT32_MAX : (uint64_t)INT64_MAX);
  }
  return wrap(t, (uint64_t)(int64_t)f);
}

static float evaluate_float(const phs_scalar_inst *in, phs_register a, phs_register b,
                            phs_scalar_type source) {
  switch (in->op) {
  case PHS_K_CONST_F32:
    return in->imm.f;
  case PHS_K_ADDF:
    return a.f + b.f;
  case PHS_K_SUBF:
    return a.f - b.f;
  case PHS_K_MULF:
    return a.f * b.f;
  case PHS_K_DIVF:
    return a.f / b.f;
  case PHS_K_REMF:
    return fmodf(a.f, b.f);
  case PHS_K_NEGF:
    return -a.f;
  case PHS_K_MAXIMUMF:
    return maximum(a.f, b.f);
  case PHS_K_MINIMUMF:
    return minimum(a.f, b.f);
  case PHS_K_MAXNUMF:
    return a.f >= b.f || isnan(b.f) ? a.f : b.f; /* C's fmaxf leaves open which of two zeros */
  case PHS_K_MINNUMF:
    return a.f <= b.f || isnan(b.f) ? a.f : b.f;
  case PHS_K_SITOFP:
    return (float)as_signed(source, a.i);
  case PHS_K_UITOFP:
    return (float)as_unsigned(source, a.i);
  case PHS_K_FLOOR:
    return floorf(a.f);
  case PHS_K_CEIL:
    return ceilf(a.f);
  case PHS_K_ROUNDEVEN:
    return nearbyintf(a.f); /* in the default rounding mode */
  case PHS_K_TRUNC:
    return truncf(a.f);
  case PHS_K_ABSF:
    return fabsf(a.f);
  case PHS_K_SQRT:
    return sqrtf(a.f);
  case PHS_K_EXP:
    return expf(a.f);
  case PHS_K_LOG:
    return logf(a.f);
  case PHS_K_TANH:
    return tanhf(a.f);
  case PHS_K_SIN:
    return sinf(a.f);
  case PHS_K_COS:
    return cosf(a.f);
  default:
    return 0.0F;
  }
}

static int64_t divide(phs_scalar_type t, int64_t a, int64_t b, bool remainder) {
  int64_t x = as_signed(t, a), y = as_signed(t, b);
  if (y == 0 || y == -1) { /* -1: INT64_MIN / -1 does not fit */
    return y == 0 || remainder ? 0 : wrap(t, 0 - (uint64_t)x);
  }
  return wrap(t, (uint64_t)(remainder ? x % y : x / y));
}

static int64_t shift(phs_scalar_op op, phs_scalar_type t, int64_t a, int64_t b) {
  uint64_t by = as_unsigned(t, b);
  if (by >= (uint64_t)width(t)) {
    return op == PHS_K_SHRSI && as_signed(t, a) < 0 ? wrap(t, UINT64_MAX) : 0;
  }
  if (op == PHS_K_SHLI) {
    return wrap(t, (uint64_t)a << by);
  }
  return wrap(t, op == PHS_K_SHRUI ? as_unsigned(t, a) >> by : (uint64_t)(as_signed(t, a) >> by));
}

static int64_t evaluate_int(const phs_scalar_inst *in, phs_register a, phs_register b,
                            phs_scalar_type source) {
  phs_scalar_type t = in->type;
  switch (in->op) {
  case PHS_K_CONST_INT:
    return wrap(t, (uint64_t)in->imm.i);
  case PHS_K_CMPF:
    return compare_float(in->imm.i, a.f, b.f);
  case PHS_K_CMPI:
    return compare_int(in->imm.i, source, a.i, b.i);
  case PHS_K_ADDI:
    return wrap(t, (uint64_t)a.i + (uint64_t)b.i);
  case PHS_K_SUBI:
    return wrap(t, (uint64_t)a.i - (uint64_t)b.i);
  case PHS_K_MULI:
    return wrap(t, (uint64_t)a.i * (uint64_t)b.i);
  case PHS_K_ANDI:
    return a.i & b.i;
  case PHS_K_ORI:
    return a.i | b.i;
  case PHS_K_XORI:
    return a.i ^ b.i;
  case PHS_K_SHLI:
  case PHS_K_SHRSI:
  case PHS_K_SHRUI:
    return shift(in->op, t, a.i, b.i);
  case PHS_K_DIVSI:
    return divide(t, a.i, b.i, false);
  case PHS_K_REMSI:
    return divide(t, a.i, b.i, true);
  case PHS_K_MAXSI:
    return as_signed(t, a.i) > as_signed(t, b.i) ? a.i : b.i;
  case PHS_K_MINSI:
    return as_signed(t, a.i) < as_signed(t, b.i) ? a.i : b.i;
  case PHS_K_FPTOSI:
    return float_to_int(t, a.f);
  case PHS_K_EXTUI:
    return wrap(t, as_unsigned(source, a.i));
  case PHS_K_EXTSI:
    return wrap(t, (uint64_t)as_signed(source, a.i));
  case PHS_K_TRUNCI:
    return wrap(t, (uint64_t)a.i);
  default:
    return 0;
  }
}

/* Registers of i32 and f32 as their 32 bits. */
static phs_register bitcast(phs_scalar_type from, phs_scalar_type to, phs_register a) {
  uint32_t bits = (uint32_t)a.i;
  if (from == PHS_S_F32) {
    memcpy(&bits, &a.f, sizeof bits);
  }
  phs_register out = {.i = (int32_t)bits};
  if (to == PHS_S_F32) {
    memcpy(&out.f, &bits, sizeof bits);
  }
  return out;
}

static void evaluate(const phs_update *u) {
  const phs_scalar_inst *end = u->kernel->inst + u->kernel->inst_count;
  for (const phs_scalar_inst *in = u->kernel->inst; in < end; in++) {
    int n = phs_scalar_arity(in->op);
    phs_register a = {.i = 0}, b = {.i = 0};
    phs_scalar_type source = in->type;
    if (n > 0) {
      a = u->reg[in->a];
      source = u->type[in->a];
    }
    if (n > 1) {
      b = u->reg[in->b];
    }
    if (in->op == PHS_K_SELECT) {
      u->reg[in->dst] = a.i ? b : u->reg[in->c];
    } else if (in->op == PHS_K_BITCAST) {
      u->reg[in->dst] = bitcast(source, in->type, a);
    } else if (in->type == PHS_S_F32) {
      u->reg[in->dst].f = evaluate_float(in, a, b, source);
    } else {
      u->reg[in->dst].i = evaluate_int(in, a, b, source);
    }
  }
}

void phs_update_step(const phs_update *u, const phs_op *op, const phs_op_run *all,
                     phs_op_run *run) {
  const phs_neurons *n = &op->neurons;
  const phs_kernel *k = u->kernel;
  for (size_t e = 0; e < run->out.count; e++) {
    int r = 0;
    for (int x = 0; x < op->operand_count; x++) {
      u->reg[r++].f = phs_quantity_at(&all[op->operand[x]].out, e);
    }
    for (int s = 0; s < n->state_count; s++) {
      u->reg[r++].f = run->state[s][e];
    }
    for (int c = 0; c < n->coeff_count; c++) {
      u->reg[r++].f = n->coeff[c].v[n->coeff[c].n == 1 ? 0 : e];
    }
    evaluate(u);
    for (int s = 0; s < n->state_count; s++) {
      run->state[s][e] = u->reg[k->result[1 + s]].f;
    }
    phs_register out = u->reg[k->result[0]];
    if (run->out.elem == PHS_I1) {
      ((uint8_t *)run->out.data)[e] = (uint8_t)out.i;
    } else if (run->out.elem == PHS_I32) {
      ((int32_t *)run->out.data)[e] = (int32_t)out.i;
    } else {
      ((float *)run->out.data)[e] = out.f;
    }
  }
}
