/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/**
 * @file emit.h  Writing MLIR text (func, scf, arith, math and llvm dialects): one call, one op. A
 * value is the number of its name, %N; numbers are never used twice. Loop counters, indices and
 * offsets are i64.
 */
#ifndef PHS_CPU_EMIT_H
#define PHS_CPU_EMIT_H

#include "backends/cpu/plan.h"
#include "base/buf.h"

typedef struct phs_gen {
  const phs_cpu_plan *plan;
  phs_buf text;
  int next; /**< number of the next value */
  /* in the function being written: */
  int state, constant; /**< pointers to the state block and the blob */
  int time;            /**< i64: number of the step */
  int lo, hi;          /**< i64: the elements that an op of a domain works on */
} phs_gen;

typedef int phs_val;

/** A type's text: f32 in vectors of @p lanes, or the scalar for 1. */
typedef struct phs_type {
  char s[24];
} phs_type;
phs_type phs_e_type(int lanes, const char *scalar);

phs_val phs_e_int(phs_gen *g, int64_t v);
/** A constant of an integer type or vector thereof. */
phs_val phs_e_const(phs_gen *g, int lanes, const char *scalar, int64_t v);
phs_val phs_e_float(phs_gen *g, int lanes, float v);
/** An op with operands and result of one type: phs_e_op2(g, "arith.addi", "i64", a, b). */
phs_val phs_e_op1(phs_gen *g, const char *op, const char *type, phs_val a);
phs_val phs_e_op2(phs_gen *g, const char *op, const char *type, phs_val a, phs_val b);
/** arith.addi, subi, muli, divui, remui, maxsi, minsi on i64 with a constant. */
phs_val phs_e_with(phs_gen *g, const char *op, phs_val a, int64_t b);
/** A conversion: phs_e_cast(g, "arith.extui", a, "i8", "i64"). */
phs_val phs_e_cast(phs_gen *g, const char *op, phs_val a, const char *from, const char *to);
/** A comparison of i64 values: phs_e_cmp(g, "ult", a, b). */
phs_val phs_e_cmp(phs_gen *g, const char *predicate, const char *type, phs_val a, phs_val b);

/** base + bytes. */
phs_val phs_e_at(phs_gen *g, phs_val base, size_t bytes);
/** &base[index], elements of the scalar type @p elem. */
phs_val phs_e_gep(phs_gen *g, phs_val base, phs_val index, const char *elem);
phs_val phs_e_load(phs_gen *g, phs_val ptr, const char *type, int align);
void phs_e_store(phs_gen *g, phs_val v, phs_val ptr, const char *type, int align);
void phs_e_memcpy(phs_gen *g, phs_val to, phs_val from, phs_val bytes);
/** A call of a function without a result: arguments %a of types "!llvm.ptr" or "i64". */
void phs_e_call(phs_gen *g, const char *function, int count, const phs_val *a,
                const char *const *types);
/** All lanes equal to the f32 @p v. */
phs_val phs_e_splat(phs_gen *g, int lanes, phs_val v);
/** @p lanes values of element type @p e at @p ptr, as f32. */
phs_val phs_e_load_f32(phs_gen *g, phs_val ptr, phs_elem e, int lanes);
/** The scalar type in which an element lies in memory: "i8", "i32", "f32". */
const char *phs_e_elem(phs_elem e);

/** scf.for from lo up to, without, hi; returns the counter. */
phs_val phs_e_for(phs_gen *g, phs_val lo, phs_val hi, int64_t step);
phs_val phs_e_for_const(phs_gen *g, int64_t lo, int64_t hi, int64_t step);
void phs_e_end(phs_gen *g);

/** Result of op @p index in the state block. */
phs_val phs_e_result(phs_gen *g, int index);

#endif
