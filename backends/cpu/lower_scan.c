/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Finding what is not zero, and adding one source's weights: what every event-driven op is made of.
 */
#include "backends/cpu/lower.h"

#define EMIT(...) phs_buf_printf(&g->text, __VA_ARGS__)

/* list[at] := index */
static void put(phs_gen *g, phs_val list, phs_val at, phs_val index) {
  phs_val narrow = phs_e_cast(g, "arith.trunci", index, "i64", "i32");
  phs_e_store(g, narrow, phs_e_gep(g, list, at, "i32"), "i32", 4);
}

/*
 * The body of a loop over groups of elements: `mask` (of integer type `type`) has `bits` bits for
 * each element, the lowest of which is set where the element is not zero. Lists base + each, from
 * list[at] on; gives the new end.
 */
static phs_val list_mask(phs_gen *g, phs_val list, phs_val base, phs_val at, phs_val mask,
                         const char *type, int shift) {
  phs_val zero = phs_e_const(g, 1, type, 0), one = phs_e_const(g, 1, type, 1),
          one64 = phs_e_int(g, 1);
  phs_val end = g->next, m = g->next + 1, c = g->next + 2, more = g->next + 3, m2 = g->next + 4,
          c2 = g->next + 5;
  g->next += 6;
  EMIT("%%%d:2 = scf.while (%%%d = %%%d, %%%d = %%%d) : (%s, i64) -> (%s, i64) {\n", end, m, mask,
       c, at, type, type);
  EMIT("%%%d = arith.cmpi ne, %%%d, %%%d : %s\n", more, m, zero, type);
  EMIT("scf.condition(%%%d) %%%d, %%%d : %s, i64\n} do {\n^bb0(%%%d: %s, %%%d: i64):\n", more, m, c,
       type, m2, type, c2);
  phs_val bit = phs_e_op1(g, "math.cttz", type, m2);
  if (type[1] != '6') {
    bit = phs_e_cast(g, "arith.extui", bit, type, "i64");
  }
  phs_val index = shift ? phs_e_with(g, "arith.shrui", bit, shift) : bit;
  put(g, list, c2, phs_e_op2(g, "arith.addi", "i64", base, index));
  phs_val less = phs_e_op2(g, "arith.subi", type, m2, one);
  phs_val rest = phs_e_op2(g, "arith.andi", type, m2, less);
  phs_val next = phs_e_op2(g, "arith.addi", "i64", c2, one64);
  EMIT("scf.yield %%%d, %%%d : %s, i64\n}\n", rest, next, type);
  return end; /* its second result is the count */
}

/* A loop that carries the count; returns the counter of the loop, *at the count inside. */
static phs_val open_loop(phs_gen *g, int64_t lo, int64_t hi, int64_t step, phs_val count,
                         bool second, phs_val *result, phs_val *at) {
  phs_val from = phs_e_int(g, lo), to = phs_e_int(g, hi), by = phs_e_int(g, step);
  *result = g->next++;
  *at = g->next++;
  EMIT("%%%d = scf.for %%%d = %%%d to %%%d step %%%d iter_args(%%%d = %%%d%s) -> (i64) : i64 {\n",
       *result, g->next, from, to, by, *at, count, second ? "#1" : "");
  return g->next++;
}

/* Spikes, a byte each: eight at a time in a 64-bit word. */
static phs_val scan_words(phs_gen *g, phs_val list, phs_val ptr, int64_t words, phs_val count) {
  phs_val result, at;
  phs_val k = open_loop(g, 0, words * 8, 8, count, false, &result, &at);
  phs_val word = phs_e_load(g, phs_e_gep(g, ptr, k, "i8"), "i64", 1);
  phs_val end = list_mask(g, list, k, at, word, "i64", 3);
  EMIT("scf.yield %%%d#1 : i64\n}\n", end);
  return result;
}

/* Counts and graded values: eight at a time, compared with 0 into a mask. */
static phs_val scan_vectors(phs_gen *g, phs_val list, phs_val ptr, phs_elem elem, int64_t vectors,
                            phs_val count) {
  phs_val result, at;
  phs_val k = open_loop(g, 0, vectors * 8, 8, count, false, &result, &at);
  phs_type t = phs_e_type(8, phs_e_elem(elem));
  phs_val v = phs_e_load(g, phs_e_gep(g, ptr, k, phs_e_elem(elem)), t.s, 4);
  phs_val some = g->next + 1;
  if (elem == PHS_F32) {
    phs_val zero = phs_e_float(g, 8, 0);
    some = g->next++;
    EMIT("%%%d = arith.cmpf une, %%%d, %%%d : %s\n", some, v, zero, t.s);
  } else {
    some = phs_e_cmp(g, "ne", t.s, v, phs_e_const(g, 8, "i32", 0));
  }
  phs_val mask = phs_e_cast(g, "llvm.bitcast", some, "vector<8xi1>", "i8");
  phs_val wide = phs_e_cast(g, "arith.extui", mask, "i8", "i32");
  phs_val end = list_mask(g, list, k, at, wide, "i32", 0);
  EMIT("scf.yield %%%d#1 : i64\n}\n", end);
  return result;
}

/* One at a time without a branch: always written, counted when not zero. */
static phs_val scan_rest(phs_gen *g, phs_val list, phs_val ptr, phs_elem elem, int64_t lo,
                         int64_t hi, phs_val count) {
  phs_val result, at;
  const char *type = phs_e_elem(elem);
  phs_val k = open_loop(g, lo, hi, 1, count, false, &result, &at);
  phs_val v = phs_e_load(g, phs_e_gep(g, ptr, k, type), type, (int)phs_cpu_elem_size(elem));
  phs_val some;
  if (elem == PHS_F32) {
    phs_val zero = phs_e_float(g, 1, 0);
    some = g->next++;
    EMIT("%%%d = arith.cmpf une, %%%d, %%%d : f32\n", some, v, zero);
  } else {
    some = phs_e_cmp(g, "ne", type, v, phs_e_const(g, 1, type, 0));
  }
  put(g, list, at, k);
  phs_val one = phs_e_cast(g, "arith.extui", some, "i1", "i64");
  EMIT("scf.yield %%%d : i64\n}\n", phs_e_op2(g, "arith.addi", "i64", at, one));
  return result;
}

phs_val phs_lower_scan(phs_gen *g, phs_val ptr, phs_elem elem, int64_t count) {
  phs_val list = phs_e_at(g, g->state, g->plan->list);
  phs_val found = phs_e_int(g, 0);
  int64_t whole = count / 8 * 8;
  if (elem == PHS_I1 && whole) {
    found = scan_words(g, list, ptr, count / 8, found);
  } else if (elem != PHS_I1 && whole && g->plan->target->lanes >= 8) {
    found = scan_vectors(g, list, ptr, elem, count / 8, found);
  } else {
    whole = 0;
  }
  return whole < count ? scan_rest(g, list, ptr, elem, whole, count, found) : found;
}

phs_val phs_lower_listed(phs_gen *g, phs_val k) {
  phs_val list = phs_e_at(g, g->state, g->plan->list);
  phs_val narrow = phs_e_load(g, phs_e_gep(g, list, k, "i32"), "i32", 4);
  return phs_e_cast(g, "arith.extui", narrow, "i32", "i64");
}

phs_val phs_lower_source(phs_gen *g, phs_val x, phs_elem elem, phs_val index, int lanes) {
  if (elem == PHS_I1) {
    return -1;
  }
  return phs_e_splat(g, lanes,
                     phs_e_load_f32(g, phs_e_gep(g, x, index, phs_e_elem(elem)), elem, 1));
}

static void accumulate_one(phs_gen *g, phs_val target, phs_val weights, phs_val x, int lanes) {
  phs_type t = phs_e_type(lanes, "f32");
  phs_val w = phs_e_load(g, weights, t.s, 4), acc = phs_e_load(g, target, t.s, 4);
  if (x >= 0) {
    w = phs_e_op2(g, "arith.mulf", t.s, w, x);
  }
  phs_e_store(g, phs_e_op2(g, "arith.addf", t.s, acc, w), target, t.s, 4);
}

void phs_lower_accumulate(phs_gen *g, phs_val target, phs_val weights, phs_val x,
                          const phs_cpu_op *c) {
  if (c->row <= 8 * (size_t)c->lanes) {
    for (size_t j = 0; j < c->row; j += (size_t)c->lanes) {
      phs_val to = phs_e_at(g, target, 4 * j), from = phs_e_at(g, weights, 4 * j);
      accumulate_one(g, to, from, x, c->lanes);
    }
    return;
  }
  phs_val j = phs_e_for_const(g, 0, (int64_t)c->row, c->lanes);
  phs_val to = phs_e_gep(g, target, j, "f32"), from = phs_e_gep(g, weights, j, "f32");
  accumulate_one(g, to, from, x, c->lanes);
  phs_e_end(g);
}
