/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* What phasor-remat decides by, on plain arrays: for the pass and for reports. */
#include "remat.h"

#include "ir/names.h"

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

phs_synapse_mode phs_remat_mode(const char *text) {
  int mode = 0;
  while (text && mode < phs_mode_names.count && strcmp(phs_mode_names.word[mode], text) != 0) {
    mode++;
  }
  return text && mode < phs_mode_names.count ? (phs_synapse_mode)mode : PHS_SYNAPSES_AUTO;
}

bool phs_remat_must_store(const phs_synapses *s, const phs_projection *p) {
  return s->plasticity.kind != PHS_PLASTICITY_NONE || p->recipe.rule == PHS_RULE_LIST;
}

static size_t count_projections(const phs_net *net) {
  size_t n = 0;
  for (int i = 0; i < net->op_count; i++) {
    n += net->op[i].kind == PHS_OP_SYNAPSES ? (size_t)net->op[i].synapses.projection_count : 0;
  }
  return n;
}

bool phs_remat_list(phs_arena *arena, const phs_net *net, phs_synapse_mode option,
                    phs_remat_table *out) {
  size_t room = count_projections(net) + 1; /* arrays of nothing would look like no memory */
  *out = (phs_remat_table){.projection = PHS_NEW_ARRAY(arena, const phs_projection *, room),
                           .op = PHS_NEW_ARRAY(arena, int, room),
                           .recipe = PHS_NEW_ARRAY(arena, const phs_recipe *, room),
                           .counted = PHS_NEW_ARRAY(arena, bool, room),
                           .mode = PHS_NEW_ARRAY(arena, phs_synapse_mode, room),
                           .cost = PHS_NEW_ARRAY(arena, phs_synapse_cost, room)};
  if (!out->projection || !out->op || !out->recipe || !out->counted || !out->mode || !out->cost) {
    return false;
  }
  for (int i = 0; i < net->op_count; i++) {
    const phs_synapses *s = &net->op[i].synapses;
    for (int k = 0; net->op[i].kind == PHS_OP_SYNAPSES && k < s->projection_count; k++) {
      const phs_projection *p = &s->projection[k];
      int n = out->count++;
      out->projection[n] = p;
      out->op[n] = i;
      out->recipe[n] = &p->recipe;
      out->counted[n] = s->counted;
      out->mode[n] = phs_remat_must_store(s, p)    ? PHS_SYNAPSES_STORE
                     : option != PHS_SYNAPSES_AUTO ? option
                                                   : p->mode;
    }
  }
  return true;
}

void phs_remat_decide(phs_remat_table *t, const phs_synapse_target *target) {
  phs_synapse_choose(t->recipe, t->counted, t->count, target, t->mode, t->cost);
}

void phs_remat_add_up(const phs_remat_table *t, phs_remat_totals *out) {
  *out = (phs_remat_totals){0};
  for (int n = 0; n < t->count; n++) {
    const phs_synapse_cost *cost = &t->cost[n];
    out->projections++;
    out->synapses += cost->synapses;
    if (t->mode[n] != PHS_SYNAPSES_RECOMPUTE) {
      out->stored++;
      out->table_bytes += cost->store_bytes;
      continue;
    }
    double more = cost->recompute_ns - cost->store_ns;
    out->recomputed++;
    out->recomputed_synapses += cost->synapses;
    out->shared_bytes += cost->recompute_bytes;
    out->saved_bytes += cost->store_bytes - cost->recompute_bytes;
    out->added_ns += more > 0 ? more * cost->synapses : 0;
  }
}
