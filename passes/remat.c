/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* phasor-remat: decides for every projection whether its synapses are stored or made again from
 * their recipe when a source spikes. */
#include "remat.h"

#include "ir/edit.h"
#include "ir/names.h"
#include "passes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Measured by tests/perf/synapse_costs.c on one core of a Xeon server with AVX-512, tables beyond
 * its caches; docs/passes/remat.md has the table. The memory is what is left of 8 GB beside ring
 * buffers, states and the system. */
const phs_synapse_target phs_remat_cpu = {
    .name = "cpu",
    .memory = 6.0 * 1024 * 1024 * 1024,
    .store_event = 6.0,
    .draw = 0.6,
};

bool phs_remat_must_store(const phs_synapses *s, const phs_projection *p) {
  return s->plasticity.kind != PHS_PLASTICITY_NONE || p->recipe.rule == PHS_RULE_LIST;
}

void phs_remat_summarise(const phs_net *net, const phs_synapse_target *target,
                         phs_remat_totals *out) {
  *out = (phs_remat_totals){0};
  for (int i = 0; i < net->op_count; i++) {
    const phs_synapses *s = &net->op[i].synapses;
    for (int k = 0; net->op[i].kind == PHS_OP_SYNAPSES && k < s->projection_count; k++) {
      phs_synapse_cost cost;
      phs_synapse_cost_of(&s->projection[k].recipe, s->counted, target, &cost);
      out->projections++;
      out->synapses += cost.synapses;
      if (s->projection[k].mode != PHS_SYNAPSES_RECOMPUTE) {
        out->stored++;
        out->table_bytes += cost.store_bytes;
        continue;
      }
      double more = cost.recompute_ns - cost.store_ns;
      out->recomputed++;
      out->recomputed_synapses += cost.synapses;
      out->shared_bytes += cost.recompute_bytes;
      out->saved_bytes += cost.store_bytes - cost.recompute_bytes;
      out->added_ns += more > 0 ? more * cost.synapses : 0;
    }
  }
}

/* All projections of a network, side by side. */
typedef struct table {
  int count;
  const phs_recipe **recipe;
  bool *counted;
  phs_synapse_mode *mode;
  phs_synapse_cost *cost; /* room for phs_synapse_choose() */
  MlirOperation *op;      /* its phasor.projection */
} table;

static bool make_table(const phs_ir_view *view, table *t) {
  const phs_net *net = view->net;
  size_t n = 0;
  for (int i = 0; i < net->op_count; i++) {
    n += net->op[i].kind == PHS_OP_SYNAPSES ? (size_t)net->op[i].synapses.projection_count : 0;
  }
  t->recipe = PHS_NEW_ARRAY(net->arena, const phs_recipe *, n);
  t->counted = PHS_NEW_ARRAY(net->arena, bool, n);
  t->mode = PHS_NEW_ARRAY(net->arena, phs_synapse_mode, n);
  t->cost = PHS_NEW_ARRAY(net->arena, phs_synapse_cost, n);
  t->op = PHS_NEW_ARRAY(net->arena, MlirOperation, n);
  return t->recipe && t->counted && t->mode && t->cost && t->op;
}

/* A projection that says itself that it is to be recomputed, and cannot be. */
static void refuse(phs_ir *ir, MlirOperation at, const phs_synapses *s, const phs_projection *p) {
  phs_place place = phs_ir_place(ir, mlirOperationGetLocation(at));
  phs_report(ir->diag, PHS_REMAT_STORED, &place, "store them, or leave it to the compiler",
             "projection '%s': %s cannot be recomputed", p->name,
             s->plasticity.kind != PHS_PLASTICITY_NONE ? "plastic synapses" : "synapses of a list");
}

/* Fills the table with modes: those that are fixed by what a projection is, by the option, or by
 * the network; else AUTO. */
static bool fill_table(phs_ir *ir, const phs_ir_view *view, phs_synapse_mode option, table *t) {
  bool ok = true;
  for (int i = 0; i < view->net->op_count; i++) {
    const phs_synapses *s = &view->net->op[i].synapses;
    for (int k = 0; view->net->op[i].kind == PHS_OP_SYNAPSES && k < s->projection_count; k++) {
      const phs_projection *p = &s->projection[k];
      int n = t->count++;
      t->recipe[n] = &p->recipe;
      t->counted[n] = s->counted;
      t->op[n] = phs_ir_projection(view->op[i], k);
      if (phs_remat_must_store(s, p)) {
        if (p->mode == PHS_SYNAPSES_RECOMPUTE && option != PHS_SYNAPSES_STORE) {
          refuse(ir, t->op[n], s, p);
          ok = false;
        }
        t->mode[n] = PHS_SYNAPSES_STORE;
      } else {
        t->mode[n] = option != PHS_SYNAPSES_AUTO ? option : p->mode;
      }
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

static phs_synapse_mode read_mode(const char *text) {
  int mode = 0;
  while (mode < phs_mode_names.count && strcmp(phs_mode_names.word[mode], text) != 0) {
    mode++;
  }
  return mode < phs_mode_names.count ? (phs_synapse_mode)mode : PHS_SYNAPSES_AUTO;
}

static phasor_status decide(phs_ir *ir, const phs_ir_view *view, phs_synapse_mode option,
                            const phs_synapse_target *target) {
  table t = {0};
  if (!make_table(view, &t)) {
    phs_report(ir->diag, PHS_NO_MEMORY, NULL, NULL, "no memory for phasor-remat");
    return PHASOR_ERROR_INTERNAL;
  }
  if (!fill_table(ir, view, option, &t)) {
    return phs_code_status(PHS_REMAT_STORED);
  }
  phs_synapse_choose(t.recipe, t.counted, t.count, target, t.mode, t.cost);
  for (int n = 0; n < t.count; n++) {
    mlirOperationSetAttributeByName(t.op[n], phs_ref("mode"),
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
  status = decide(ir, &view, read_mode(values[0]), &target);
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
