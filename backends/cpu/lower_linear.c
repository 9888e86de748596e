/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * linear: for each source that is not zero, in ascending order, its row of weights is added to the
 * targets. Narrow rows keep the targets in registers; wide ones take several sources at a time, so
 * that a target is read and written once for all of them. Either way each target sees its sources
 * one after the other.
 */
#include "backends/cpu/lower.h"

#include <stdlib.h>

#define EMIT(...) phs_buf_printf(&g->text, __VA_ARGS__)

enum { MAX_REGISTERS = 8, SOURCES_AT_ONCE = 4 };

typedef struct row {
  const phs_cpu_op *c;
  phs_elem elem;        /* of the sources */
  phs_val x, init, acc; /* one row each; init -1: none */
  phs_val bias, weight; /* bias -1: none */
} row;

/* What one vector of targets starts from. */
static phs_val start(phs_gen *g, const row *r, phs_val j) {
  phs_type t = phs_e_type(r->c->lanes, "f32");
  phs_val v = -1;
  if (r->init >= 0) {
    v = phs_e_load(g, phs_e_gep(g, r->init, j, "f32"), t.s, 4);
  }
  if (r->bias >= 0) {
    phs_val b = phs_e_load(g, phs_e_gep(g, r->bias, j, "f32"), t.s, 4);
    v = v >= 0 ? phs_e_op2(g, "arith.addf", t.s, v, b) : b;
  }
  return v >= 0 ? v : phs_e_float(g, r->c->lanes, 0);
}

/* Its row of weights. */
static phs_val weights_of(phs_gen *g, const row *r, phs_val index) {
  return phs_e_gep(g, r->weight, phs_e_with(g, "arith.muli", index, (int64_t)r->c->row), "f32");
}

static void in_registers(phs_gen *g, const row *r, phs_val count) {
  phs_type t = phs_e_type(r->c->lanes, "f32");
  int n = (int)(r->c->row / (size_t)r->c->lanes);
  phs_val first[MAX_REGISTERS], next[MAX_REGISTERS], zero = phs_e_int(g, 0), one = phs_e_int(g, 1);
  for (int i = 0; i < n; i++) {
    first[i] = start(g, r, phs_e_int(g, (int64_t)i * r->c->lanes));
  }
  phs_val result = g->next++, k = g->next++, acc = g->next;
  g->next += n;
  EMIT("%%%d:%d = scf.for %%%d = %%%d to %%%d step %%%d iter_args(", result, n, k, zero, count,
       one);
  for (int i = 0; i < n; i++) {
    EMIT("%s%%%d = %%%d", i ? ", " : "", acc + i, first[i]);
  }
  EMIT(") -> (");
  for (int i = 0; i < n; i++) {
    EMIT("%s%s", i ? ", " : "", t.s);
  }
  EMIT(") : i64 {\n");
  phs_val index = phs_lower_listed(g, k);
  phs_val x = phs_lower_source(g, r->x, r->elem, index, r->c->lanes), w = weights_of(g, r, index);
  for (int i = 0; i < n; i++) {
    phs_val v = phs_e_load(g, phs_e_at(g, w, 4 * (size_t)i * (size_t)r->c->lanes), t.s, 4);
    v = x >= 0 ? phs_e_op2(g, "arith.mulf", t.s, v, x) : v;
    next[i] = phs_e_op2(g, "arith.addf", t.s, acc + i, v);
  }
  EMIT("scf.yield ");
  for (int i = 0; i < n; i++) {
    EMIT("%s%%%d", i ? ", " : "", next[i]);
  }
  EMIT(" : ");
  for (int i = 0; i < n; i++) {
    EMIT("%s%s", i ? ", " : "", t.s);
  }
  EMIT("\n}\n");
  for (int i = 0; i < n; i++) {
    phs_val to = phs_e_at(g, r->acc, 4 * (size_t)i * (size_t)r->c->lanes);
    EMIT("llvm.store %%%d#%d, %%%d {alignment = 4 : i64} : %s, !llvm.ptr\n", result, i, to, t.s);
  }
}

/* `n` sources from list[k] on. */
static void add_sources(phs_gen *g, const row *r, phs_val k, int n) {
  phs_type t = phs_e_type(r->c->lanes, "f32");
  phs_val w[SOURCES_AT_ONCE], x[SOURCES_AT_ONCE];
  for (int i = 0; i < n; i++) {
    phs_val index = phs_lower_listed(g, i ? phs_e_with(g, "arith.addi", k, i) : k);
    x[i] = phs_lower_source(g, r->x, r->elem, index, r->c->lanes);
    w[i] = weights_of(g, r, index);
  }
  phs_val j = phs_e_for_const(g, 0, (int64_t)r->c->row, r->c->lanes);
  phs_val to = phs_e_gep(g, r->acc, j, "f32");
  phs_val acc = phs_e_load(g, to, t.s, 4);
  for (int i = 0; i < n; i++) {
    phs_val v = phs_e_load(g, phs_e_gep(g, w[i], j, "f32"), t.s, 4);
    v = x[i] >= 0 ? phs_e_op2(g, "arith.mulf", t.s, v, x[i]) : v;
    acc = phs_e_op2(g, "arith.addf", t.s, acc, v);
  }
  phs_e_store(g, acc, to, t.s, 4);
  phs_e_end(g);
}

static void in_memory(phs_gen *g, const row *r, phs_val count) {
  phs_val j = phs_e_for_const(g, 0, (int64_t)r->c->row, r->c->lanes);
  phs_type t = phs_e_type(r->c->lanes, "f32");
  phs_val first = start(g, r, j);
  phs_e_store(g, first, phs_e_gep(g, r->acc, j, "f32"), t.s, 4);
  phs_e_end(g);
  phs_val rest = phs_e_with(g, "arith.remui", count, SOURCES_AT_ONCE);
  phs_val whole = phs_e_op2(g, "arith.subi", "i64", count, rest);
  phs_val k = phs_e_for(g, phs_e_int(g, 0), whole, SOURCES_AT_ONCE);
  add_sources(g, r, k, SOURCES_AT_ONCE);
  phs_e_end(g);
  k = phs_e_for(g, whole, count, 1);
  add_sources(g, r, k, 1);
  phs_e_end(g);
}

void phs_lower_linear(phs_gen *g, int index) {
  const phs_net *net = g->plan->net;
  const phs_op *op = &net->op[index];
  const phs_cpu_op *c = &g->plan->op[index];
  row r = {.c = c, .elem = net->op[op->operand[0]].elem, .init = -1, .bias = -1};
  phs_val y = phs_e_result(g, index);
  r.x = phs_e_result(g, op->operand[0]);
  r.acc = y;
  r.weight = phs_e_at(g, g->constant, c->weight);
  if (op->operand_count > 1) {
    r.init = phs_e_result(g, op->operand[1]);
  }
  if (c->bias != PHS_CPU_NONE) {
    r.bias = phs_e_at(g, g->constant, c->bias);
  }
  if (c->lead > 1) {
    phs_val l = phs_e_for_const(g, 0, c->lead, 1);
    phs_val by_source = phs_e_with(g, "arith.muli", l, c->source),
            by_target = phs_e_with(g, "arith.muli", l, c->target);
    phs_val by_row = phs_e_with(g, "arith.muli", l, (int64_t)c->row);
    r.x = phs_e_gep(g, r.x, by_source, phs_e_elem(r.elem));
    r.weight = phs_e_gep(g, r.weight, phs_e_with(g, "arith.muli", by_row, c->source), "f32");
    r.init = r.init >= 0 ? phs_e_gep(g, r.init, by_target, "f32") : -1;
    r.bias = r.bias >= 0 ? phs_e_gep(g, r.bias, by_row, "f32") : -1;
    r.acc = phs_e_at(g, g->state, c->acc);
    y = phs_e_gep(g, y, by_target, "f32");
  }
  phs_val count = phs_lower_scan(g, r.x, r.elem, c->source);
  if (c->row <= MAX_REGISTERS * (size_t)c->lanes) {
    in_registers(g, &r, count);
  } else {
    in_memory(g, &r, count);
  }
  if (c->lead > 1) {
    phs_e_memcpy(g, y, r.acc, phs_e_int(g, 4 * c->target));
    phs_e_end(g);
  }
}
