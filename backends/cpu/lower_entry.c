/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The functions that a program exports; header.c describes them to C. */
#include "backends/cpu/lower.h"

#include <inttypes.h>

#define EMIT(...) phs_buf_printf(&g->text, __VA_ARGS__)

static int64_t width(const phs_gen *g, int op) {
  return (int64_t)phs_shape_count(&g->plan->net->op[op].shape);
}

static phs_val not_null(phs_gen *g, phs_val p) {
  phs_val null = g->next++;
  EMIT("%%%d = llvm.mlir.zero : !llvm.ptr\n", null);
  EMIT("%%%d = llvm.icmp \"ne\" %%%d, %%%d : !llvm.ptr\n", g->next, p, null);
  return g->next++;
}

/* Pointer k of an array of pointers. */
static phs_val pointer(phs_gen *g, phs_val array, int k) {
  return phs_e_load(g, phs_e_at(g, array, 8 * (size_t)k), "!llvm.ptr", 8);
}

static void copy_inputs(phs_gen *g, phs_val inputs) {
  for (int k = 0; k < g->plan->input_count; k++) {
    int op = g->plan->input[k];
    phs_val from = pointer(g, inputs, k), to = phs_e_result(g, op);
    phs_e_memcpy(g, to, from, phs_e_int(g, 4 * width(g, op)));
  }
}

static void copy_outputs(phs_gen *g, phs_val outputs) {
  EMIT("scf.if %%%d {\n", not_null(g, outputs));
  for (int k = 0; k < g->plan->output_count; k++) {
    int op = g->plan->output[k];
    phs_val to = pointer(g, outputs, k);
    EMIT("scf.if %%%d {\n", not_null(g, to));
    phs_val from = phs_e_result(g, op);
    phs_e_memcpy(
        g, to, from,
        phs_e_int(g, width(g, op) * (int64_t)phs_cpu_elem_size(g->plan->net->op[op].elem)));
    phs_e_end(g);
  }
  phs_e_end(g);
}

static void lower_step(phs_gen *g) {
  const phs_cpu_plan *p = g->plan;
  phs_val inputs = g->next++, outputs = g->next++;
  g->state = g->next++;
  EMIT("func.func @%s_step(%%%d: !llvm.ptr, %%%d: !llvm.ptr, %%%d: !llvm.ptr) attributes "
       "{passthrough = "
       "[\"nounwind\"]} {\n",
       p->symbol, g->state, inputs, outputs);
  copy_inputs(g, inputs);
  for (int i = 0; i < p->net->op_count; i++) {
    phs_op_kind kind = p->net->op[i].kind;
    if (kind != PHS_OP_INPUT && kind != PHS_OP_OUTPUT && kind != PHS_OP_FLATTEN) {
      EMIT("func.call @%s_op%d(%%%d) : (!llvm.ptr) -> ()\n", p->symbol, i, g->state);
    }
  }
  for (int i = 0; i < p->net->op_count; i++) {
    if (p->net->op[i].kind == PHS_OP_DELAY && p->op[i].depth > 0) {
      phs_lower_delay_store(g, i);
    }
  }
  copy_outputs(g, outputs);
  EMIT("return\n}\n");
}

static phs_val array_of_pointers(phs_gen *g, int count) {
  phs_val n = phs_e_int(g, count > 0 ? count : 1);
  EMIT("%%%d = llvm.alloca %%%d x !llvm.ptr : (i64) -> !llvm.ptr\n", g->next, n);
  return g->next++;
}

/* to[k] = from[k] + rows * width of op k, in elements; null stays null. */
static void advance(phs_gen *g, phs_val to, phs_val from, phs_val rows, const int *ops, int count) {
  for (int k = 0; k < count; k++) {
    phs_val old = pointer(g, from, k);
    phs_val there = not_null(g, old);
    phs_val distance = phs_e_with(g, "arith.muli", rows, width(g, ops[k]));
    phs_val moved = phs_e_gep(g, old, distance, phs_e_elem(g->plan->net->op[ops[k]].elem));
    phs_val chosen = g->next++;
    EMIT("%%%d = llvm.select %%%d, %%%d, %%%d : i1, !llvm.ptr\n", chosen, there, moved, old);
    phs_e_store(g, chosen, phs_e_at(g, to, 8 * (size_t)k), "!llvm.ptr", 8);
  }
}

/*
 * run(state, steps, inputs, outputs) calls step for every row; run_batch(states, batch, steps,
 * inputs, outputs) calls run for every sample. The only difference: what is called, and by how much
 * pointers move.
 */
static void lower_loop(phs_gen *g, bool batch) {
  const phs_cpu_plan *p = g->plan;
  phs_val state = g->next++, count = g->next++, steps = batch ? g->next++ : -1, inputs = g->next++,
          outputs = g->next++;
  EMIT("func.func @%s_%s(%%%d: !llvm.ptr, %%%d: i64, ", p->symbol, batch ? "run_batch" : "run",
       state, count);
  if (batch) {
    EMIT("%%%d: i64, ", steps);
  }
  EMIT("%%%d: !llvm.ptr, %%%d: !llvm.ptr) attributes {passthrough = [\"nounwind\"]} {\n", inputs,
       outputs);
  phs_val in = array_of_pointers(g, p->input_count), out = array_of_pointers(g, p->output_count);
  phs_val wanted = not_null(g, outputs), chosen = g->next++;
  EMIT("%%%d = llvm.select %%%d, %%%d, %%%d : i1, !llvm.ptr\n", chosen, wanted, out, outputs);
  phs_val k = phs_e_for(g, phs_e_int(g, 0), count, 1);
  phs_val rows = batch ? phs_e_op2(g, "arith.muli", "i64", k, steps) : k;
  advance(g, in, inputs, rows, p->input, p->input_count);
  EMIT("scf.if %%%d {\n", wanted);
  advance(g, out, outputs, rows, p->output, p->output_count);
  phs_e_end(g);
  if (batch) {
    phs_val block =
        phs_e_gep(g, state, phs_e_with(g, "arith.muli", k, (int64_t)p->state_size), "i8");
    EMIT("func.call @%s_run(%%%d, %%%d, %%%d, %%%d) : (!llvm.ptr, i64, !llvm.ptr, !llvm.ptr) -> "
         "()\n",
         p->symbol, block, steps, in, chosen);
  } else {
    EMIT("func.call @%s_step(%%%d, %%%d, %%%d) : (!llvm.ptr, !llvm.ptr, !llvm.ptr) -> ()\n",
         p->symbol, state, in, chosen);
  }
  phs_e_end(g);
  EMIT("return\n}\n");
}

static void lower_init(phs_gen *g, const char *name) {
  phs_val state = g->next++;
  EMIT("func.func @%s_%s(%%%d: !llvm.ptr) attributes {passthrough = [\"nounwind\"]} {\n",
       g->plan->symbol, name, state);
  phs_val zero = phs_e_const(g, 1, "i8", 0), size = phs_e_int(g, (int64_t)g->plan->state_size);
  EMIT("\"llvm.intr.memset\"(%%%d, %%%d, %%%d) <{isVolatile = false}> : (!llvm.ptr, i8, i64) -> "
       "()\n",
       state, zero, size);
  EMIT("return\n}\n");
}

void phs_lower_entries(phs_gen *g) {
  lower_step(g);
  lower_loop(g, false);
  lower_loop(g, true);
  lower_init(g, "init");
  lower_init(g, "reset");
  EMIT("func.func @%s_state_size() -> i64 attributes {passthrough = [\"nounwind\"]} {\n",
       g->plan->symbol);
  EMIT("%%%d = arith.constant %zu : i64\n", g->next, g->plan->state_size);
  EMIT("return %%%d : i64\n}\n", g->next++);
}
