/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * One step, by the caller alone (step) or by several parts at once (step_part). Ops of a domain are
 * run by all parts, each on its range; others by part 0. Parts wait for one another only where one
 * reads what another has made since they last waited, before spikes are sent, and at the end.
 */
#include "backends/cpu/lower.h"

#include <inttypes.h>
#include <stdlib.h>

#define EMIT(...) phs_buf_printf(&g->text, __VA_ARGS__)

typedef struct step {
  phs_gen *g;
  bool parts;
  phs_val part, count, barrier, user;
  phs_val inputs, outputs, first; /* first: i1, this is part 0 */
  phs_val *lo, *hi;               /* of each domain */
  bool *fresh;                    /* of each op: made since parts waited */
} step;

static int64_t width(const phs_gen *g, int op) {
  return (int64_t)phs_shape_count(&g->plan->net->op[op].shape);
}

phs_val phs_lower_not_null(phs_gen *g, phs_val p) {
  phs_val null = g->next++;
  EMIT("%%%d = llvm.mlir.zero : !llvm.ptr\n", null);
  EMIT("%%%d = llvm.icmp \"ne\" %%%d, %%%d : !llvm.ptr\n", g->next, p, null);
  return g->next++;
}

phs_val phs_lower_pointer(phs_gen *g, phs_val array, int k) {
  return phs_e_load(g, phs_e_at(g, array, 8 * (size_t)k), "!llvm.ptr", 8);
}

static void wait(step *s) {
  phs_gen *g = s->g;
  if (s->parts) {
    EMIT("llvm.call %%%d(%%%d) : !llvm.ptr, (!llvm.ptr) -> ()\n", s->barrier, s->user);
    for (int i = 0; i < g->plan->net->op_count; i++) {
      s->fresh[i] = false;
    }
  }
}

/* Ranges of domain d: as phs_cpu_domain says. */
static phs_val boundary(step *s, const phs_cpu_domain *d, phs_val part) {
  phs_gen *g = s->g;
  int64_t tiles = ((int64_t)d->count + PHS_TILE - 1) / PHS_TILE;
  phs_val turn = phs_e_op2(g, "arith.remui", "i64", phs_e_int(g, (int64_t)d->before), s->count);
  phs_val sum = phs_e_op2(g, "arith.addi", "i64", phs_e_with(g, "arith.muli", part, tiles), turn);
  phs_val tile = phs_e_op2(g, "arith.divui", "i64", sum, s->count);
  phs_val element = phs_e_with(g, "arith.muli", tile, PHS_TILE);
  return phs_e_with(g, "arith.minsi", element, (int64_t)d->count);
}

static void set_ranges(step *s) {
  phs_gen *g = s->g;
  phs_val next = s->parts ? phs_e_with(g, "arith.addi", s->part, 1) : -1;
  for (int d = 0; d < g->plan->domain_count; d++) {
    const phs_cpu_domain *domain = &g->plan->domain[d];
    s->lo[d] = s->parts ? boundary(s, domain, s->part) : phs_e_int(g, 0);
    s->hi[d] = s->parts ? boundary(s, domain, next) : phs_e_int(g, (int64_t)domain->count);
  }
}

static int domain_of(const step *s, int op) {
  const phs_cpu_plan *p = s->g->plan;
  return p->op[p->op[op].root].domain;
}

/* Before a part of `domain` reads all of, or its range of, an op's result. */
static void need(step *s, int op, int domain, bool all) {
  int root = s->g->plan->op[op].root, made_by = domain_of(s, op);
  if (s->fresh[root] && (all ? made_by >= 0 || domain >= 0 : made_by != domain)) {
    wait(s);
  }
}

/* Sets g->lo and g->hi to what this part does of a domain, or opens `if part is 0`. */
static void enter(step *s, int domain, int64_t all) {
  phs_gen *g = s->g;
  if (domain >= 0) {
    g->lo = s->lo[domain];
    g->hi = s->hi[domain];
    return;
  }
  if (s->parts) {
    EMIT("scf.if %%%d {\n", s->first);
  }
  g->lo = phs_e_int(g, 0);
  g->hi = phs_e_int(g, all);
}

static void leave(step *s, int domain) {
  if (domain < 0 && s->parts) {
    phs_e_end(s->g);
  }
}

/* Elements lo..hi between a buffer outside and the result of an op. */
static void copy(phs_gen *g, int op, phs_val to, phs_val from) {
  phs_elem e = g->plan->net->op[op].elem;
  phs_val count = phs_e_op2(g, "arith.subi", "i64", g->hi, g->lo);
  phs_e_memcpy(g, phs_e_gep(g, to, g->lo, phs_e_elem(e)), phs_e_gep(g, from, g->lo, phs_e_elem(e)),
               phs_e_with(g, "arith.muli", count, (int64_t)phs_cpu_elem_size(e)));
}

static void copy_inputs(step *s) {
  phs_gen *g = s->g;
  for (int k = 0; k < g->plan->input_count; k++) {
    int op = g->plan->input[k];
    enter(s, domain_of(s, op), width(g, op));
    copy(g, op, phs_e_result(g, op), phs_lower_pointer(g, s->inputs, k));
    leave(s, domain_of(s, op));
    s->fresh[op] = true;
  }
}

static void copy_outputs(step *s) {
  phs_gen *g = s->g;
  EMIT("scf.if %%%d {\n", phs_lower_not_null(g, s->outputs));
  for (int k = 0; k < g->plan->output_count; k++) {
    int op = g->plan->output[k];
    phs_val to = phs_lower_pointer(g, s->outputs, k);
    EMIT("scf.if %%%d {\n", phs_lower_not_null(g, to));
    enter(s, domain_of(s, op), width(g, op));
    copy(g, op, to, phs_e_result(g, op));
    leave(s, domain_of(s, op));
    phs_e_end(g);
  }
  phs_e_end(g);
}

static bool is_plastic(const phs_op *op) {
  return op->kind == PHS_OP_SYNAPSES && op->synapses.plasticity.kind != PHS_PLASTICITY_NONE;
}

/* Waits for the operands that an op reads at its place. */
static void need_operands(step *s, int index) {
  const phs_op *op = &s->g->plan->net->op[index];
  int domain = domain_of(s, index);
  for (int k = 0; k < op->operand_count; k++) {
    bool early = op->kind == PHS_OP_SYNAPSES && k == op->operand_count - 1 && op->synapses.has_init;
    if (op->kind != PHS_OP_SYNAPSES || early) {
      need(s, op->operand[k], domain, domain < 0);
    }
  }
}

static void run_op(step *s, int index) {
  phs_gen *g = s->g;
  phs_op_kind kind = g->plan->net->op[index].kind;
  if (kind == PHS_OP_INPUT || kind == PHS_OP_OUTPUT || kind == PHS_OP_FLATTEN) {
    return;
  }
  need_operands(s, index);
  enter(s, domain_of(s, index), width(g, index));
  EMIT("func.call @%s_op%d(%%%d, %%%d, %%%d, %%%d) : (!llvm.ptr, i64, i64, i64) -> ()\n",
       g->plan->symbol, index, g->state, g->time, g->lo, g->hi);
  leave(s, domain_of(s, index));
  s->fresh[index] = true;
}

/* What delays and synapses take from the results of this step. */
static void end_of_step(step *s) {
  phs_gen *g = s->g;
  const phs_net *net = g->plan->net;
  for (int i = 0; i < net->op_count; i++) {
    const phs_op *op = &net->op[i];
    if (op->kind == PHS_OP_DELAY && g->plan->op[i].depth > 0) {
      need(s, op->operand[0], domain_of(s, i), false);
      enter(s, domain_of(s, i), width(g, i));
      phs_lower_delay_store(g, i);
    } else if (is_plastic(op)) {
      need(s, op->operand[1], domain_of(s, i), false);
      if (op->synapses.plasticity.kind == PHS_PLASTICITY_RSTDP) {
        need(s, op->operand[2], domain_of(s, i), true);
      }
      enter(s, domain_of(s, i), width(g, i));
      phs_lower_learn(g, i);
    }
  }
  for (int i = 0; i < net->op_count; i++) {
    if (g->plan->op[i].list != PHS_CPU_NONE) {
      enter(s, domain_of(s, i), width(g, i));
      phs_lower_list(g, i);
      leave(s, domain_of(s, i));
    }
  }
}

/* Counts the step, and hands on what was listed. */
static void send(step *s) {
  phs_gen *g = s->g;
  const phs_net *net = g->plan->net;
  enter(s, -1, 0);
  phs_val next = phs_e_with(g, "arith.addi", g->time, 1);
  phs_e_store(g, next, phs_e_at(g, g->state, g->plan->time), "i64", 8);
  for (int i = 0; i < net->op_count; i++) {
    if (is_plastic(&net->op[i])) {
      phs_lower_keep(g, i);
    }
  }
  leave(s, -1);
  for (int i = 0; i < net->op_count; i++) {
    if (net->op[i].kind == PHS_OP_SYNAPSES && !is_plastic(&net->op[i])) {
      enter(s, domain_of(s, i), width(g, i));
      phs_lower_deliver(g, i);
    }
  }
}

static void arrive(step *s) {
  phs_gen *g = s->g;
  bool any = false;
  for (int i = 0; i < g->plan->net->op_count; i++) {
    if (is_plastic(&g->plan->net->op[i])) {
      enter(s, -1, 0);
      phs_lower_arrive(g, i);
      leave(s, -1);
      any = true;
    }
  }
  if (any) {
    wait(s);
  }
}

static void lower_body(step *s) {
  phs_gen *g = s->g;
  g->constant = phs_lower_constant(g);
  g->time = phs_e_load(g, phs_e_at(g, g->state, g->plan->time), "i64", 8);
  if (s->parts) {
    s->first = phs_e_cmp(g, "eq", "i64", s->part, phs_e_int(g, 0));
  }
  set_ranges(s);
  copy_inputs(s);
  arrive(s);
  for (int i = 0; i < g->plan->net->op_count; i++) {
    run_op(s, i);
  }
  end_of_step(s);
  copy_outputs(s);
  wait(s);
  send(s);
  wait(s);
  EMIT("return\n}\n");
}

static void lower_step(phs_gen *g, bool parts) {
  const phs_cpu_plan *p = g->plan;
  size_t ops = (size_t)p->net->op_count + 1;
  step s = {.g = g, .parts = parts};
  s.lo = calloc(ops, sizeof *s.lo);
  s.hi = calloc(ops, sizeof *s.hi);
  s.fresh = calloc(ops, sizeof *s.fresh);
  if (!s.lo || !s.hi || !s.fresh) {
    g->text.failed = true;
    goto cleanup;
  }
  s.inputs = g->next++;
  s.outputs = g->next++;
  g->state = g->next++;
  EMIT("func.func @%s_step%s(%%%d: !llvm.ptr, %%%d: !llvm.ptr, %%%d: !llvm.ptr", p->symbol,
       parts ? "_part" : "", g->state, s.inputs, s.outputs);
  if (parts) {
    s.part = g->next++;
    s.count = g->next++;
    s.barrier = g->next++;
    s.user = g->next++;
    EMIT(", %%%d: i64, %%%d: i64, %%%d: !llvm.ptr, %%%d: !llvm.ptr", s.part, s.count, s.barrier,
         s.user);
  }
  EMIT(") attributes {passthrough = [\"nounwind\"]} {\n");
  lower_body(&s);
cleanup:
  free(s.lo);
  free(s.hi);
  free(s.fresh);
}

void phs_lower_steps(phs_gen *g) {
  lower_step(g, false);
  lower_step(g, true);
}
