/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "backends/cpu/emit.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define EMIT(...) phs_buf_printf(&g->text, __VA_ARGS__)

phs_type phs_e_type(int lanes, const char *scalar) {
  phs_type t;
  if (lanes == 1) {
    snprintf(t.s, sizeof t.s, "%s", scalar);
  } else {
    snprintf(t.s, sizeof t.s, "vector<%dx%s>", lanes, scalar);
  }
  return t;
}

phs_val phs_e_const(phs_gen *g, int lanes, const char *scalar, int64_t v) {
  EMIT(lanes == 1 ? "%%%d = arith.constant %" PRId64 " : %s\n"
                  : "%%%d = arith.constant dense<%" PRId64 "> : %s\n",
       g->next, v, phs_e_type(lanes, scalar).s);
  return g->next++;
}

phs_val phs_e_int(phs_gen *g, int64_t v) {
  return phs_e_const(g, 1, "i64", v);
}

/* By its bits: exact, for NaN and infinities too. */
phs_val phs_e_float(phs_gen *g, int lanes, float v) {
  uint32_t bits;
  memcpy(&bits, &v, sizeof bits);
  EMIT(lanes == 1 ? "%%%d = arith.constant 0x%08" PRIX32 " : %s\n"
                  : "%%%d = arith.constant dense<0x%08" PRIX32 "> : %s\n",
       g->next, bits, phs_e_type(lanes, "f32").s);
  return g->next++;
}

phs_val phs_e_op1(phs_gen *g, const char *op, const char *type, phs_val a) {
  EMIT("%%%d = %s %%%d : %s\n", g->next, op, a, type);
  return g->next++;
}

phs_val phs_e_op2(phs_gen *g, const char *op, const char *type, phs_val a, phs_val b) {
  EMIT("%%%d = %s %%%d, %%%d : %s\n", g->next, op, a, b, type);
  return g->next++;
}

phs_val phs_e_with(phs_gen *g, const char *op, phs_val a, int64_t b) {
  return phs_e_op2(g, op, "i64", a, phs_e_int(g, b));
}

phs_val phs_e_cast(phs_gen *g, const char *op, phs_val a, const char *from, const char *to) {
  EMIT("%%%d = %s %%%d : %s to %s\n", g->next, op, a, from, to);
  return g->next++;
}

phs_val phs_e_cmp(phs_gen *g, const char *predicate, const char *type, phs_val a, phs_val b) {
  EMIT("%%%d = arith.cmpi %s, %%%d, %%%d : %s\n", g->next, predicate, a, b, type);
  return g->next++;
}

phs_val phs_e_at(phs_gen *g, phs_val base, size_t bytes) {
  return phs_e_gep(g, base, phs_e_int(g, (int64_t)bytes), "i8");
}

phs_val phs_e_gep(phs_gen *g, phs_val base, phs_val index, const char *elem) {
  EMIT("%%%d = llvm.getelementptr inbounds %%%d[%%%d] : (!llvm.ptr, i64) -> !llvm.ptr, %s\n",
       g->next, base, index, elem);
  return g->next++;
}

phs_val phs_e_load(phs_gen *g, phs_val ptr, const char *type, int align) {
  EMIT("%%%d = llvm.load %%%d {alignment = %d : i64} : !llvm.ptr -> %s\n", g->next, ptr, align,
       type);
  return g->next++;
}

void phs_e_store(phs_gen *g, phs_val v, phs_val ptr, const char *type, int align) {
  EMIT("llvm.store %%%d, %%%d {alignment = %d : i64} : %s, !llvm.ptr\n", v, ptr, align, type);
}

void phs_e_memcpy(phs_gen *g, phs_val to, phs_val from, phs_val bytes) {
  EMIT("\"llvm.intr.memcpy\"(%%%d, %%%d, %%%d) <{isVolatile = false}> : (!llvm.ptr, !llvm.ptr, "
       "i64) -> ()\n",
       to, from, bytes);
}

void phs_e_call(phs_gen *g, const char *function, int count, const phs_val *a,
                const char *const *types) {
  EMIT("func.call @%s(", function);
  for (int i = 0; i < count; i++) {
    EMIT("%s%%%d", i ? ", " : "", a[i]);
  }
  EMIT(") : (");
  for (int i = 0; i < count; i++) {
    EMIT("%s%s", i ? ", " : "", types[i]);
  }
  EMIT(") -> ()\n");
}

phs_val phs_e_splat(phs_gen *g, int lanes, phs_val v) {
  if (lanes == 1) {
    return v;
  }
  phs_type t = phs_e_type(lanes, "f32");
  phs_val zero = phs_e_const(g, 1, "i32", 0);
  phs_val any = g->next++;
  phs_val one = g->next++;
  EMIT("%%%d = llvm.mlir.poison : %s\n", any, t.s);
  EMIT("%%%d = llvm.insertelement %%%d, %%%d[%%%d : i32] : %s\n", one, v, any, zero, t.s);
  EMIT("%%%d = llvm.shufflevector %%%d, %%%d [0", g->next, one, any);
  for (int i = 1; i < lanes; i++) {
    EMIT(", 0");
  }
  EMIT("] : %s\n", t.s);
  return g->next++;
}

const char *phs_e_elem(phs_elem e) {
  return e == PHS_I1 ? "i8" : e == PHS_I32 ? "i32" : "f32";
}

phs_val phs_e_load_f32(phs_gen *g, phs_val ptr, phs_elem e, int lanes) {
  phs_type in = phs_e_type(lanes, phs_e_elem(e)), out = phs_e_type(lanes, "f32");
  phs_val v = phs_e_load(g, ptr, in.s, (int)phs_cpu_elem_size(e));
  return e == PHS_F32
             ? v
             : phs_e_cast(g, e == PHS_I1 ? "arith.uitofp" : "arith.sitofp", v, in.s, out.s);
}

phs_val phs_e_for(phs_gen *g, phs_val lo, phs_val hi, int64_t step) {
  phs_val by = phs_e_int(g, step);
  EMIT("scf.for %%%d = %%%d to %%%d step %%%d : i64 {\n", g->next, lo, hi, by);
  return g->next++;
}

phs_val phs_e_for_const(phs_gen *g, int64_t lo, int64_t hi, int64_t step) {
  phs_val from = phs_e_int(g, lo);
  return phs_e_for(g, from, phs_e_int(g, hi), step);
}

void phs_e_end(phs_gen *g) {
  EMIT("}\n");
}

phs_val phs_e_result(phs_gen *g, int index) {
  const phs_cpu_plan *p = g->plan;
  return phs_e_at(g, g->state, p->op[p->op[index].root].out);
}
