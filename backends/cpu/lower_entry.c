/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The functions that a program exports; header.c describes them to C. */
#include "backends/cpu/lower.h"

#include <inttypes.h>

#define EMIT(...) phs_buf_printf(&g->text, __VA_ARGS__)

static int64_t width(const phs_gen *g, int op) {
  return (int64_t)phs_shape_count(&g->plan->net->op[op].shape);
}

static phs_val array_of_pointers(phs_gen *g, int count) {
  phs_val n = phs_e_int(g, count > 0 ? count : 1);
  EMIT("%%%d = llvm.alloca %%%d x !llvm.ptr : (i64) -> !llvm.ptr\n", g->next, n);
  return g->next++;
}

/* to[k] = from[k] + rows * width of op k, in elements; null stays null. */
static void advance(phs_gen *g, phs_val to, phs_val from, phs_val rows, const int *ops, int count) {
  for (int k = 0; k < count; k++) {
    phs_val old = phs_lower_pointer(g, from, k);
    phs_val there = phs_lower_not_null(g, old);
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
  phs_val wanted = phs_lower_not_null(g, outputs), chosen = g->next++;
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

/* Initial states that are not 0. */
static void set_states(phs_gen *g, int index) {
  const phs_op *op = &g->plan->net->op[index];
  const phs_cpu_op *c = &g->plan->op[index];
  int64_t n = width(g, index);
  for (int k = 0; k < op->neurons.state_count; k++) {
    const phs_param32 *p = &op->neurons.initial[k];
    phs_val to = phs_e_at(g, g->state, c->state[k]);
    if (c->initial[k] != PHS_CPU_NONE) {
      phs_e_memcpy(g, to, phs_e_at(g, g->constant, c->initial[k]), phs_e_int(g, 4 * n));
    } else if (p->v) {
      phs_val i = phs_e_for_const(g, 0, n, 1);
      phs_e_store(g, phs_e_float(g, 1, p->v[0]), phs_e_gep(g, to, i, "f32"), "f32", 4);
      phs_e_end(g);
    }
  }
}

/* init(state) or init(state, tables): a block in the state before the first step. */
static void lower_init(phs_gen *g) {
  const phs_cpu_plan *p = g->plan;
  phs_val tables = -1;
  g->state = g->next++;
  EMIT("func.func @%s_init(%%%d: !llvm.ptr", p->symbol, g->state);
  if (p->table_size > 0) {
    tables = g->next++;
    EMIT(", %%%d: !llvm.ptr", tables);
  }
  EMIT(") attributes {passthrough = [\"nounwind\"]} {\n");
  g->constant = phs_lower_constant(g);
  phs_val zero = phs_e_const(g, 1, "i8", 0), size = phs_e_int(g, (int64_t)p->state_size);
  EMIT("\"llvm.intr.memset\"(%%%d, %%%d, %%%d) <{isVolatile = false}> : (!llvm.ptr, i8, i64) -> "
       "()\n",
       g->state, zero, size);
  if (tables >= 0) {
    phs_e_store(g, tables, phs_e_at(g, g->state, p->tables), "!llvm.ptr", 8);
  }
  for (int i = 0; i < p->net->op_count; i++) {
    const phs_op *op = &p->net->op[i];
    if (op->kind == PHS_OP_NEURONS) {
      set_states(g, i);
    } else if (op->kind == PHS_OP_SYNAPSES && op->synapses.plasticity.kind != PHS_PLASTICITY_NONE) {
      phs_val a[] = {g->state, g->constant, tables, phs_lower_descriptor(g, i)};
      phs_lower_call(g, "phs_program_plastic_reset", a);
    }
  }
  EMIT("return\n}\n");
}

static void lower_reset(phs_gen *g) {
  const char *s = g->plan->symbol;
  g->state = g->next++;
  EMIT("func.func @%s_reset(%%%d: !llvm.ptr) attributes {passthrough = [\"nounwind\"]} {\n", s,
       g->state);
  if (g->plan->table_size > 0) {
    phs_val tables = phs_lower_tables(g);
    EMIT("func.call @%s_init(%%%d, %%%d) : (!llvm.ptr, !llvm.ptr) -> ()\n", s, g->state, tables);
  } else {
    EMIT("func.call @%s_init(%%%d) : (!llvm.ptr) -> ()\n", s, g->state);
  }
  EMIT("return\n}\n");
}

static void lower_size(phs_gen *g, const char *name, size_t size) {
  EMIT("func.func @%s_%s() -> i64 attributes {passthrough = [\"nounwind\"]} {\n", g->plan->symbol,
       name);
  EMIT("%%%d = arith.constant %zu : i64\n", g->next, size);
  EMIT("return %%%d : i64\n}\n", g->next++);
}

/* tables_init(tables) by the caller alone, tables_init_part(tables, part, parts, barrier, user) by
 * several. */
static void lower_tables_init(phs_gen *g, bool parts) {
  const phs_cpu_plan *p = g->plan;
  phs_val tables = g->next++;
  EMIT("func.func @%s_tables_init%s(%%%d: !llvm.ptr", p->symbol, parts ? "_part" : "", tables);
  phs_val part = g->next++, count = g->next++, barrier = g->next++, user = g->next++;
  if (parts) {
    EMIT(", %%%d: i64, %%%d: i64, %%%d: !llvm.ptr, %%%d: !llvm.ptr", part, count, barrier, user);
  }
  EMIT(") attributes {passthrough = [\"nounwind\"]} {\n");
  if (!parts) {
    part = phs_e_int(g, 0);
    count = phs_e_int(g, 1);
    EMIT("%%%d = llvm.mlir.zero : !llvm.ptr\n%%%d = llvm.mlir.zero : !llvm.ptr\n", barrier, user);
  }
  phs_val blob = phs_lower_constant(g);
  phs_val a[] = {blob, phs_e_at(g, blob, p->info), tables, part, count, barrier, user};
  phs_lower_call(g, "phs_program_tables", a);
  EMIT("return\n}\n");
}

void phs_lower_entries(phs_gen *g) {
  lower_loop(g, false);
  lower_loop(g, true);
  lower_init(g);
  lower_reset(g);
  lower_size(g, "state_size", g->plan->state_size);
  if (g->plan->table_size > 0) {
    lower_size(g, "tables_size", g->plan->table_size);
    lower_tables_init(g, false);
    lower_tables_init(g, true);
  }
}
