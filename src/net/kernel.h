/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/**
 * @file kernel.h  A neuron's update function as straight-line code over scalars: the plain form of
 * a `func.func` of `arith` and `math` ops, which src/ir reads into this form and the interpreter
 * evaluates.
 *
 * Registers hold one scalar each. Registers 0 .. arg_count-1 are the arguments, all f32: the inputs
 * (one for each operand of the op), the states, then the coefficients. Results: the output (i1, i32
 * or f32), then the new states.
 */
#ifndef PHS_NET_KERNEL_H
#define PHS_NET_KERNEL_H

#include <stdint.h>

typedef enum phs_scalar_op {
  PHS_K_CONST_F32, /**< dst = imm.f */
  PHS_K_CONST_INT, /**< dst = imm.i (i1 or i32) */
  PHS_K_ADDF,
  PHS_K_SUBF,
  PHS_K_MULF,
  PHS_K_DIVF,
  PHS_K_REMF,
  PHS_K_NEGF,
  PHS_K_MAXIMUMF,
  PHS_K_MINIMUMF,
  PHS_K_MAXNUMF,
  PHS_K_MINNUMF,
  PHS_K_CMPF, /**< imm.i: arith.cmpf predicate number */
  PHS_K_CMPI, /**< imm.i: arith.cmpi predicate number */
  PHS_K_SELECT,
  PHS_K_ADDI,
  PHS_K_SUBI,
  PHS_K_MULI,
  PHS_K_ANDI,
  PHS_K_ORI,
  PHS_K_XORI,
  PHS_K_SHLI,
  PHS_K_SHRSI,
  PHS_K_SHRUI,
  PHS_K_DIVSI,
  PHS_K_REMSI,
  PHS_K_MAXSI,
  PHS_K_MINSI,
  PHS_K_SITOFP,
  PHS_K_UITOFP,
  PHS_K_FPTOSI,
  PHS_K_EXTUI,
  PHS_K_EXTSI,
  PHS_K_TRUNCI,
  PHS_K_FLOOR,
  PHS_K_CEIL,
  PHS_K_ROUNDEVEN,
  PHS_K_TRUNC,
  PHS_K_ABSF,
  PHS_K_SQRT,
  PHS_K_EXP,
  PHS_K_LOG,
  PHS_K_TANH,
  PHS_K_SIN,
  PHS_K_COS,
  PHS_K_BITCAST, /**< f32 to i32 or back, by `type` of dst */
} phs_scalar_op;

typedef enum phs_scalar_type { PHS_S_I1, PHS_S_I32, PHS_S_I64, PHS_S_F32 } phs_scalar_type;

typedef struct phs_scalar_inst {
  phs_scalar_op op;
  phs_scalar_type type; /**< of dst */
  uint16_t dst, a, b, c;
  union {
    float f;
    int64_t i;
  } imm;
} phs_scalar_inst;

typedef struct phs_kernel {
  const char *name; /**< symbol of the func.func */
  int arg_count;    /**< operands + states + coefficients */
  int register_count;
  int inst_count;
  const phs_scalar_inst *inst;
  int result_count; /**< 1 + states */
  const uint16_t *result;
  phs_scalar_type output_type;
} phs_kernel;

#endif
