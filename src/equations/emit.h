/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/**
 * @file emit.h  Builds update functions instruction by instruction; equal instructions are made
 * once. Elementary functions are straight-line code of our own, so that every target gives the same
 * bits and a compiler can vectorise them.
 */
#ifndef PHS_EQUATIONS_EMIT_H
#define PHS_EQUATIONS_EMIT_H

#include "base/arena.h"
#include "net/kernel.h"

#include <stdbool.h>

typedef uint16_t phs_reg;

typedef struct phs_emitter {
  phs_arena *arena;
  phs_scalar_inst *inst;
  int inst_count, capacity;
  uint32_t *table; /**< hash table of instruction + 1 */
  int register_count;
  bool failed; /**< no memory, or more registers than a kernel can have */
} phs_emitter;

/** An emitter of a function of @p args arguments. */
bool phs_emit_start(phs_emitter *e, phs_arena *arena, int args);
phs_reg phs_emit(phs_emitter *e, phs_scalar_op op, phs_scalar_type type, phs_reg a, phs_reg b,
                 phs_reg c);
phs_reg phs_emit_f32(phs_emitter *e, float value);
phs_reg phs_emit_int(phs_emitter *e, phs_scalar_type type, int64_t value);
/** Predicates of arith.cmpf, all false on NaN except UNE (not equal). */
enum { PHS_OEQ = 1, PHS_OGT = 2, PHS_OGE = 3, PHS_OLT = 4, PHS_OLE = 5, PHS_UNE = 13 };
phs_reg phs_emit_compare(phs_emitter *e, int predicate, phs_reg a, phs_reg b);

/** exp(x): within 1 ulp; 0 below -104, infinite above 88.73; subnormal results rounded once. */
phs_reg phs_emit_exp(phs_emitter *e, phs_reg x);
/** exp(x) - 1 divided by x, 1 at 0: within 3 ulp; infinite where exp(x) is. */
phs_reg phs_emit_exprel(phs_emitter *e, phs_reg x);
/** Natural logarithm: within 1 ulp; -infinity at 0, NaN below. */
phs_reg phs_emit_log(phs_emitter *e, phs_reg x);
/** tanh(x): within 3 ulp. */
phs_reg phs_emit_tanh(phs_emitter *e, phs_reg x);
/** exp(y log x): the error grows with |y log x|, about as many half ulps; NaN for negative x. */
phs_reg phs_emit_pow(phs_emitter *e, phs_reg x, phs_reg y);

#endif
