/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "backends/cpu/lower.h"

#include <inttypes.h>

#define EMIT(...) phs_buf_printf(&g->text, __VA_ARGS__)

typedef void (*lowering)(phs_gen *, int);

static lowering lowering_of(phs_op_kind kind) {
  switch (kind) {
  case PHS_OP_LINEAR:
    return phs_lower_linear;
  case PHS_OP_CONV:
    return phs_lower_conv;
  case PHS_OP_POOL:
    return phs_lower_pool;
  case PHS_OP_SCALE:
    return phs_lower_scale;
  case PHS_OP_ADD:
    return phs_lower_add;
  case PHS_OP_DELAY:
    return phs_lower_delay;
  case PHS_OP_NEURONS:
    return phs_lower_neurons;
  case PHS_OP_SOURCE:
    return phs_lower_source_op;
  case PHS_OP_SYNAPSES:
    return phs_lower_synapses;
  default:
    return NULL; /* inputs are copied by the step; outputs and flatten are their operands */
  }
}

phs_val phs_lower_constant(phs_gen *g) {
  EMIT("%%%d = llvm.mlir.addressof @%s_weights : !llvm.ptr\n", g->next, g->plan->symbol);
  return g->next++;
}

/* One function for each op, kept apart: the time LLVM takes then grows with the number of ops, and
 * profiles name them. */
static void lower_op(phs_gen *g, int index) {
  lowering lower = lowering_of(g->plan->net->op[index].kind);
  if (!lower) {
    return;
  }
  const char *s = g->plan->symbol;
  g->state = g->next++;
  g->time = g->next++;
  g->lo = g->next++;
  g->hi = g->next++;
  EMIT(
      "func.func private @%s_op%d(%%%d: !llvm.ptr {llvm.noalias}, %%%d: i64, %%%d: i64, %%%d: i64) "
      "attributes {llvm.linkage = #llvm.linkage<internal>, passthrough = [\"noinline\", "
      "\"nounwind\"]} {\n",
      s, index, g->state, g->time, g->lo, g->hi);
  g->constant = phs_lower_constant(g);
  int64_t start = g->plan->net->op[index].start;
  if (start > 0) { /* until then the result is 0, as the state was made */
    phs_val first = phs_e_int(g, start);
    EMIT("scf.if %%%d {\n", phs_e_cmp(g, "uge", "i64", g->time, first));
  }
  lower(g, index);
  if (start > 0) {
    phs_e_end(g);
  }
  EMIT("return\n}\n");
}

phasor_status phs_cpu_lower(const phs_cpu_plan *plan, phs_diag *diag, phs_buf *out) {
  phs_gen gen = {.plan = plan}, *g = &gen;
  EMIT("module {\n");
  EMIT(
      "llvm.mlir.global external hidden constant @%s_weights() {alignment = 64 : i64, dso_local} : "
      "!llvm.array<%zu x i8>\n",
      plan->symbol, plan->blob_size);
  if (plan->data) {
    phs_lower_declarations(g);
  }
  for (int i = 0; i < plan->net->op_count; i++) {
    lower_op(g, i);
  }
  phs_lower_steps(g);
  phs_lower_entries(g);
  EMIT("}\n");
  if (gen.text.failed) {
    phs_buf_free(&gen.text);
    phs_report(diag, PHS_NO_MEMORY, NULL, NULL, "no memory for the text of the program");
    return PHASOR_ERROR_INTERNAL;
  }
  *out = gen.text;
  return PHASOR_OK;
}
