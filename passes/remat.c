/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* phasor-remat: decides for every projection whether its synapses are stored or made again from
 * their recipe when a source spikes. */
#include "remat.h"

#include "ir/edit.h"
#include "ir/names.h"
#include "passes.h"

#include <errno.h>
#include <stdlib.h>

/* A projection that says itself that it is to be recomputed, and cannot be. */
static void refuse(phs_ir *ir, MlirOperation at, const phs_synapses *s, const phs_projection *p) {
  phs_place place = phs_ir_place(ir, mlirOperationGetLocation(at));
  phs_report(ir->diag, PHS_REMAT_STORED, &place, "store them, or leave it to the compiler",
             "projection '%s': %s cannot be recomputed", p->name,
             s->plasticity.kind != PHS_PLASTICITY_NONE ? "plastic synapses" : "synapses of a list");
}

/* The op of row @p n of the table. */
static MlirOperation row_op(const phs_ir_view *view, const phs_remat_table *t, int n) {
  const phs_projection *first = view->net->op[t->op[n]].synapses.projection;
  return phs_ir_projection(view->op[t->op[n]], (int)(t->projection[n] - first));
}

/* Reports every projection that asks for what it cannot have; false if there is one. */
static bool check_table(phs_ir *ir, const phs_ir_view *view, const phs_remat_table *t) {
  bool ok = true;
  for (int n = 0; n < t->count; n++) {
    const phs_synapses *s = &view->net->op[t->op[n]].synapses;
    const phs_projection *p = t->projection[n];
    if (p->mode == PHS_SYNAPSES_RECOMPUTE && phs_remat_must_store(s, p)) {
      refuse(ir, row_op(view, t, n), s, p);
      ok = false;
    }
  }
  return ok;
}

/* "memory=BYTES"; "" is what the target has. */
static phasor_status read_memory(phs_ir *ir, const char *text, phs_synapse_target *target) {
  if (!*text) {
    return PHASOR_OK;
  }
  char *end = NULL;
  errno = 0;
  unsigned long long bytes = strtoull(text, &end, 10);
  if (*text < '0' || *text > '9' || *end || errno) {
    phs_place place = {.where = "--passes"};
    phs_report(ir->diag, PHS_PIPELINE_OPTION, &place, "example: phasor-remat{memory=500000000}",
               "memory=%s is not a number of bytes", text);
    return phs_code_status(PHS_PIPELINE_OPTION);
  }
  target->memory = (double)bytes;
  return PHASOR_OK;
}

static phasor_status decide(phs_ir *ir, const phs_ir_view *view, phs_synapse_mode option,
                            const phs_synapse_target *target) {
  phs_remat_table t;
  if (!phs_remat_list(view->net->arena, view->net, option, &t)) {
    phs_report(ir->diag, PHS_NO_MEMORY, NULL, NULL, "no memory for phasor-remat");
    return PHASOR_ERROR_INTERNAL;
  }
  if (option != PHS_SYNAPSES_STORE && !check_table(ir, view, &t)) {
    return phs_code_status(PHS_REMAT_STORED);
  }
  phs_remat_decide(&t, target);
  for (int n = 0; n < t.count; n++) {
    mlirOperationSetAttributeByName(row_op(view, &t, n), phs_ref("mode"),
                                    phs_attr_string(ir, phs_mode_names.word[t.mode[n]]));
  }
  return PHASOR_OK;
}

static phasor_status run(phs_ir *ir, MlirModule module, const char *const *values) {
  phs_synapse_target target = phs_remat_cpu;
  phasor_status status = read_memory(ir, values[1], &target);
  phs_ir_view view;
  if (status == PHASOR_OK) {
    status = phs_ir_view_open(ir, module, &view);
  }
  if (status != PHASOR_OK) {
    return status;
  }
  status = decide(ir, &view, phs_remat_mode(values[0]), &target);
  phs_ir_view_free(&view);
  return status;
}

const phs_pass phs_pass_remat = {
    .info = {"phasor-remat", "decides which synapses are stored and which are made again",
             "A projection is a recipe: a rule, distributions and the key of a random stream. Its "
             "synapses can lie in a table, or be made again, row by row, whenever a source spikes; "
             "both give the same bits. This pass sets the mode of each projection. All are stored "
             "where their tables fit into the memory; else those are recomputed that save the most "
             "bytes for the least added time, and those whose rows cost nothing anyway. Plastic "
             "projections and lists are always stored. A projection that says `store` or "
             "`recompute` itself keeps its mode, unless the option overrides it."},
    .option = {{.name = "synapses",
                .values = {"auto", "store", "recompute"},
                .fallback = "auto",
                .text = "auto: by cost, as projections say; store, recompute: all that can be"},
               {.name = "memory",
                .fallback = "",
                .text = "bytes for tables of synapses; default: what the CPU target has, 6 GiB"}},
    .run = run,
};
