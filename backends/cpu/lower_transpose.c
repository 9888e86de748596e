/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* From [position][channel] to [channel][position], a square of one vector's width at a time. */
#include "backends/cpu/lower.h"

#define EMIT(...) phs_buf_printf(&g->text, __VA_ARGS__)

enum { MAX_LANES = 16 };

/*
 * One shuffle of the butterfly: of two rows `h` apart, the lower keeps its elements whose index
 * lacks bit h and takes the other's of the same kind for the rest; the upper mirrors that. Once
 * done for every bit, row i holds column i.
 */
static phs_val exchange(phs_gen *g, int lanes, int h, bool upper, phs_val a, phs_val b) {
  EMIT("%%%d = llvm.shufflevector %%%d, %%%d [", g->next, a, b);
  for (int j = 0; j < lanes; j++) {
    int from = upper ? (j & h ? lanes + j : j + h) : (j & h ? lanes + j - h : j);
    EMIT("%s%d", j ? ", " : "", from);
  }
  EMIT("] : %s\n", phs_e_type(lanes, "f32").s);
  return g->next++;
}

/* The square at `from` (rows `pitch` floats apart) to `count` rows of `length` floats at `to`. */
static void square(phs_gen *g, int lanes, phs_val from, int64_t pitch, phs_val to, int64_t length,
                   int count) {
  phs_type t = phs_e_type(lanes, "f32");
  phs_val row[MAX_LANES];
  for (int i = 0; i < lanes; i++) {
    row[i] = phs_e_load(g, phs_e_at(g, from, 4 * (size_t)(i * pitch)), t.s, 4);
  }
  for (int h = 1; h < lanes; h *= 2) {
    for (int i = 0; i < lanes; i++) {
      if ((i & h) == 0) {
        phs_val low = exchange(g, lanes, h, false, row[i], row[i + h]);
        row[i + h] = exchange(g, lanes, h, true, row[i], row[i + h]);
        row[i] = low;
      }
    }
  }
  for (int i = 0; i < count; i++) {
    phs_e_store(g, row[i], phs_e_at(g, to, 4 * (size_t)(i * length)), t.s, 4);
  }
}

/* `count` channels, at most one vector of them. */
static void strip(phs_gen *g, int lanes, phs_val from, int64_t pitch, phs_val to, int64_t length,
                  int count) {
  int64_t whole = lanes > 1 ? length / lanes * lanes : 0;
  if (whole > 0) {
    phs_val p = phs_e_for_const(g, 0, whole, lanes);
    phs_val source = phs_e_gep(g, from, phs_e_with(g, "arith.muli", p, pitch), "f32");
    square(g, lanes, source, pitch, phs_e_gep(g, to, p, "f32"), length, count);
    phs_e_end(g);
  }
  if (whole < length) {
    phs_val c = phs_e_for_const(g, 0, count, 1), p = phs_e_for_const(g, whole, length, 1);
    phs_val at = phs_e_with(g, "arith.muli", p, pitch);
    at = phs_e_op2(g, "arith.addi", "i64", at, c);
    phs_val v = phs_e_load(g, phs_e_gep(g, from, at, "f32"), "f32", 4);
    at = phs_e_with(g, "arith.muli", c, length);
    at = phs_e_op2(g, "arith.addi", "i64", at, p);
    phs_e_store(g, v, phs_e_gep(g, to, at, "f32"), "f32", 4);
    phs_e_end(g);
    phs_e_end(g);
  }
}

void phs_lower_transpose(phs_gen *g, int lanes, phs_val from, int64_t pitch, phs_val to,
                         int64_t length, int64_t channels) {
  int64_t whole = channels / lanes * lanes;
  if (whole > 0) {
    phs_val c = phs_e_for_const(g, 0, whole, lanes);
    phs_val source = phs_e_gep(g, from, c, "f32");
    phs_val target = phs_e_gep(g, to, phs_e_with(g, "arith.muli", c, length), "f32");
    strip(g, lanes, source, pitch, target, length, lanes);
    phs_e_end(g);
  }
  if (whole < channels) {
    phs_val source = phs_e_at(g, from, 4 * (size_t)whole),
            target = phs_e_at(g, to, 4 * (size_t)(whole * length));
    strip(g, lanes, source, pitch, target, length, (int)(channels - whole));
  }
}
