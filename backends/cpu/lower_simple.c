/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* scale, add and delay. */
#include "backends/cpu/lower.h"

#define EMIT(...) phs_buf_printf(&g->text, __VA_ARGS__)

static int64_t elements(const phs_gen *g, int op) {
  return (int64_t)phs_shape_count(&g->plan->net->op[op].shape);
}

/* Loads one vector of operand `op` at element i. */
static phs_val load_operand(phs_gen *g, phs_val base, int op, phs_val i, int lanes) {
  phs_elem e = g->plan->net->op[op].elem;
  return phs_e_load_f32(g, phs_e_gep(g, base, i, phs_e_elem(e)), e, lanes);
}

void phs_lower_scale(phs_gen *g, int index) {
  const phs_op *op = &g->plan->net->op[index];
  const phs_cpu_op *c = &g->plan->op[index];
  phs_type t = phs_e_type(c->lanes, "f32");
  phs_val x = phs_e_result(g, op->operand[0]), y = phs_e_result(g, index), s;
  s = c->factor == PHS_CPU_NONE ? phs_e_float(g, c->lanes, op->scale.factor.v[0])
                                : phs_e_at(g, g->constant, c->factor);
  phs_val i = phs_e_for(g, g->lo, g->hi, c->lanes);
  phs_val v = load_operand(g, x, op->operand[0], i, c->lanes);
  if (c->factor != PHS_CPU_NONE) {
    s = phs_e_load(g, phs_e_gep(g, s, i, "f32"), t.s, 4);
  }
  v = phs_e_op2(g, "arith.mulf", t.s, s, v);
  phs_e_store(g, v, phs_e_gep(g, y, i, "f32"), t.s, 4);
  phs_e_end(g);
}

/* y = (float)x0, then y += (float)xk: as many loops as operands, of any number. */
void phs_lower_add(phs_gen *g, int index) {
  const phs_op *op = &g->plan->net->op[index];
  const phs_cpu_op *c = &g->plan->op[index];
  phs_type t = phs_e_type(c->lanes, "f32");
  phs_val y = phs_e_result(g, index);
  for (int k = 0; k < op->operand_count; k++) {
    phs_val x = phs_e_result(g, op->operand[k]);
    phs_val i = phs_e_for(g, g->lo, g->hi, c->lanes);
    phs_val v = load_operand(g, x, op->operand[k], i, c->lanes), to = phs_e_gep(g, y, i, "f32");
    if (k > 0) {
      v = phs_e_op2(g, "arith.addf", t.s, phs_e_load(g, to, t.s, 4), v);
    }
    phs_e_store(g, v, to, t.s, 4);
    phs_e_end(g);
  }
}

/* Slot number as a pointer into the ring. */
static phs_val slot_pointer(phs_gen *g, int index, phs_val slot) {
  const char *elem = phs_e_elem(g->plan->net->op[index].elem);
  phs_val ring = phs_e_at(g, g->state, g->plan->op[index].ring);
  return phs_e_gep(g, ring, phs_e_with(g, "arith.muli", slot, elements(g, index)), elem);
}

/* The slot that this step writes at its end. */
static phs_val this_slot(phs_gen *g, const phs_cpu_op *c) {
  return phs_e_with(g, "arith.remui", g->time, c->depth);
}

/* The element's own slot is (now - steps) mod depth; 0 steps are the operand itself. */
static void each_its_own(phs_gen *g, int index, phs_val x, phs_val y) {
  const phs_op *op = &g->plan->net->op[index];
  const phs_cpu_op *c = &g->plan->op[index];
  const char *elem = phs_e_elem(op->elem);
  int align = (int)phs_cpu_elem_size(op->elem);
  phs_val table = phs_e_at(g, g->constant, c->steps), now = this_slot(g, c), zero = phs_e_int(g, 0);
  phs_val i = phs_e_for(g, g->lo, g->hi, 1);
  phs_val narrow = phs_e_load(g, phs_e_gep(g, table, i, "i32"), "i32", 4);
  phs_val steps = phs_e_cast(g, "arith.extui", narrow, "i32", "i64");
  phs_val slot = phs_e_op2(g, "arith.subi", "i64", now, steps);
  phs_val before = phs_e_cmp(g, "slt", "i64", slot, zero);
  phs_val wrapped = phs_e_with(g, "arith.addi", slot, c->depth);
  phs_val chosen = g->next++;
  EMIT("%%%d = arith.select %%%d, %%%d, %%%d : i64\n", chosen, before, wrapped, slot);
  phs_val old = phs_e_gep(g, slot_pointer(g, index, chosen), i, elem),
          new = phs_e_gep(g, x, i, elem);
  phs_val direct = phs_e_cmp(g, "eq", "i64", steps, zero);
  phs_val from = g->next++;
  EMIT("%%%d = llvm.select %%%d, %%%d, %%%d : i1, !llvm.ptr\n", from, direct, new, old);
  phs_val v = phs_e_load(g, from, elem, align);
  phs_e_store(g, v, phs_e_gep(g, y, i, elem), elem, align);
  phs_e_end(g);
}

/* Elements lo..hi. */
static void copy(phs_gen *g, phs_elem e, phs_val to, phs_val from) {
  phs_val count = phs_e_op2(g, "arith.subi", "i64", g->hi, g->lo);
  phs_e_memcpy(g, phs_e_gep(g, to, g->lo, phs_e_elem(e)), phs_e_gep(g, from, g->lo, phs_e_elem(e)),
               phs_e_with(g, "arith.muli", count, (int64_t)phs_cpu_elem_size(e)));
}

void phs_lower_delay(phs_gen *g, int index) {
  const phs_op *op = &g->plan->net->op[index];
  const phs_cpu_op *c = &g->plan->op[index];
  phs_val x = phs_e_result(g, op->operand[0]), y = phs_e_result(g, index);
  if (!c->uniform) {
    each_its_own(g, index, x, y);
    return;
  }
  copy(g, op->elem, y, c->depth == 0 ? x : slot_pointer(g, index, this_slot(g, c)));
}

void phs_lower_delay_store(phs_gen *g, int index) {
  const phs_op *op = &g->plan->net->op[index];
  phs_val x = phs_e_result(g, op->operand[0]);
  copy(g, op->elem, slot_pointer(g, index, this_slot(g, &g->plan->op[index])), x);
}
