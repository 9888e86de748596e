/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Sources, and the reading end of synapses; what they draw and deliver is C that the program
 * carries (program/program.h). */
#include "backends/cpu/lower.h"

#include <string.h>

#define EMIT(...) phs_buf_printf(&g->text, __VA_ARGS__)

#define PTR "!llvm.ptr"

/* Each function of program.h that code calls, and its arguments: p a pointer, i an i64. */
static const struct {
  const char *name, *arguments;
} functions[] = {
    {"phs_program_tables", "pppiipp"},          {"phs_program_list", "pipiii"},
    {"phs_program_deliver", "ppppiii"},         {"phs_program_plastic_reset", "pppp"},
    {"phs_program_plastic_arrive", "pppi"},     {"phs_program_plastic_deliver", "ppppppii"},
    {"phs_program_plastic_learn", "pppppipii"}, {"phs_program_plastic_keep", "pppi"},
    {"phs_program_poisson_step", "pppiii"},     {"phs_program_noise_step", "pppiii"},
    {"phs_program_train_step", "pppiii"},       {"phs_program_current_step", "pppiii"},
};

void phs_lower_declarations(phs_gen *g) {
  for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
    EMIT("func.func private @%s(", functions[i].name);
    for (const char *a = functions[i].arguments; *a; a++) {
      EMIT("%s%s", a == functions[i].arguments ? "" : ", ", *a == 'p' ? PTR : "i64");
    }
    EMIT(")\n");
  }
}

void phs_lower_call(phs_gen *g, const char *name, const phs_val *a) {
  const char *types[12];
  for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
    if (strcmp(functions[i].name, name) == 0) {
      int n = (int)strlen(functions[i].arguments);
      for (int k = 0; k < n; k++) {
        types[k] = functions[i].arguments[k] == 'p' ? PTR : "i64";
      }
      phs_e_call(g, name, n, a, types);
    }
  }
}

phs_val phs_lower_tables(phs_gen *g) {
  if (g->plan->table_size == 0) {
    return g->constant; /* which nothing reads through it */
  }
  return phs_e_load(g, phs_e_at(g, g->state, g->plan->tables), PTR, 8);
}

phs_val phs_lower_descriptor(phs_gen *g, int op) {
  return phs_e_at(g, g->constant, g->plan->op[op].descriptor);
}

void phs_lower_source_op(phs_gen *g, int index) {
  static const char *const step[] = {[PHS_SOURCE_POISSON] = "phs_program_poisson_step",
                                     [PHS_SOURCE_TRAIN] = "phs_program_train_step",
                                     [PHS_SOURCE_CURRENT] = "phs_program_current_step",
                                     [PHS_SOURCE_NOISE] = "phs_program_noise_step"};
  phs_val a[] = {
      phs_e_result(g, index), g->constant, phs_lower_descriptor(g, index), g->time, g->lo, g->hi};
  phs_lower_call(g, step[g->plan->net->op[index].source.kind], a);
}

static phs_val null_pointer(phs_gen *g) {
  EMIT("%%%d = llvm.mlir.zero : " PTR "\n", g->next);
  return g->next++;
}

static bool is_plastic(const phs_op *op) {
  return op->synapses.plasticity.kind != PHS_PLASTICITY_NONE;
}

/* Operand of the running sum, or -1. */
static int init_of(const phs_op *op) {
  return op->synapses.has_init ? op->operand[op->operand_count - 1] : -1;
}

/* One vector of y = init + slot, or init + weight * (float)slot; the slot becomes 0. */
static void read_vector(phs_gen *g, int index, phs_val slot, phs_val within, phs_val i) {
  const phs_op *op = &g->plan->net->op[index];
  int lanes = g->plan->op[index].lanes;
  bool counted = op->synapses.counted;
  phs_type f = phs_e_type(lanes, "f32"), held = phs_e_type(lanes, counted ? "i32" : "f32");
  phs_val from = phs_e_gep(g, slot, within, "f32");
  phs_val v = phs_e_load(g, from, held.s, 4);
  phs_e_store(g, counted ? phs_e_const(g, lanes, "i32", 0) : phs_e_float(g, lanes, 0), from, held.s,
              4);
  if (counted) {
    v = phs_e_op2(g, "arith.mulf", f.s, phs_e_float(g, lanes, op->synapses.weight),
                  phs_e_cast(g, "arith.sitofp", v, held.s, f.s));
  }
  if (init_of(op) >= 0) {
    phs_elem e = g->plan->net->op[init_of(op)].elem;
    phs_val x = phs_e_gep(g, phs_e_result(g, init_of(op)), i, phs_e_elem(e));
    v = phs_e_op2(g, "arith.addf", f.s, phs_e_load_f32(g, x, e, lanes), v);
  }
  phs_e_store(g, v, phs_e_gep(g, phs_e_result(g, index), i, "f32"), f.s, 4);
}

static void read_ring(phs_gen *g, int index) {
  const phs_cpu_op *c = &g->plan->op[index];
  const phs_program_synapses *d = c->synapses;
  phs_val ring = phs_e_at(g, g->state, c->ring);
  phs_val now =
      phs_e_with(g, "arith.muli", phs_e_with(g, "arith.remui", g->time, d->depth), d->pitch);
  phs_val first = phs_e_for(g, g->lo, g->hi, PHS_TILE);
  phs_val tile = phs_e_with(g, "arith.shrui", first, PHS_TILE_BITS);
  phs_val at = phs_e_with(g, "arith.muli", tile, (int64_t)d->depth * d->pitch);
  phs_val slot = phs_e_gep(g, phs_e_gep(g, ring, at, "f32"), now, "f32");
  phs_val left = phs_e_op2(g, "arith.subi", "i64", g->hi, first);
  phs_val count = phs_e_op2(g, "arith.minsi", "i64", left, phs_e_int(g, PHS_TILE));
  phs_val within = phs_e_for(g, phs_e_int(g, 0), count, c->lanes);
  read_vector(g, index, slot, within, phs_e_op2(g, "arith.addi", "i64", first, within));
  phs_e_end(g);
  phs_e_end(g);
}

void phs_lower_synapses(phs_gen *g, int index) {
  const phs_op *op = &g->plan->net->op[index];
  if (!is_plastic(op)) {
    read_ring(g, index);
    return;
  }
  phs_val init = init_of(op) >= 0 ? phs_e_result(g, init_of(op)) : null_pointer(g);
  phs_val a[] = {g->state,
                 g->constant,
                 phs_lower_tables(g),
                 phs_lower_descriptor(g, index),
                 init,
                 phs_e_result(g, index),
                 g->lo,
                 g->hi};
  phs_lower_call(g, "phs_program_plastic_deliver", a);
}

void phs_lower_learn(phs_gen *g, int index) {
  const phs_op *op = &g->plan->net->op[index];
  phs_elem z = g->plan->net->op[op->operand[1]].elem;
  bool reward = op->synapses.plasticity.kind == PHS_PLASTICITY_RSTDP;
  phs_val a[] = {g->state,
                 g->constant,
                 phs_lower_tables(g),
                 phs_lower_descriptor(g, index),
                 phs_e_result(g, op->operand[1]),
                 phs_e_int(g, (int64_t)phs_cpu_elem_size(z)),
                 reward ? phs_e_result(g, op->operand[2]) : null_pointer(g),
                 g->lo,
                 g->hi};
  phs_lower_call(g, "phs_program_plastic_learn", a);
}

void phs_lower_list(phs_gen *g, int index) {
  const phs_cpu_op *c = &g->plan->op[index];
  const phs_op *op = &g->plan->net->op[index];
  int64_t tiles = (int64_t)phs_tile_count((uint32_t)phs_shape_count(&op->shape));
  phs_val a[] = {phs_e_at(g, g->state, c->list),
                 phs_e_int(g, tiles),
                 phs_e_result(g, index),
                 phs_e_int(g, (int64_t)op->elem),
                 g->lo,
                 g->hi};
  phs_lower_call(g, "phs_program_list", a);
}

void phs_lower_deliver(phs_gen *g, int index) {
  phs_val a[] = {
      g->state, g->constant, phs_lower_tables(g), phs_lower_descriptor(g, index), g->time,
      g->lo,    g->hi};
  phs_lower_call(g, "phs_program_deliver", a);
}

/* Begins (arrive) or ends (keep) a step of plastic synapses. */
static void once(phs_gen *g, int index, const char *function) {
  phs_val a[] = {g->state, g->constant, phs_lower_descriptor(g, index), g->time};
  phs_lower_call(g, function, a);
}

void phs_lower_arrive(phs_gen *g, int index) {
  once(g, index, "phs_program_plastic_arrive");
}

void phs_lower_keep(phs_gen *g, int index) {
  once(g, index, "phs_program_plastic_keep");
}
