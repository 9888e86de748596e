/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "driver/synapses.h"

#include "ir/names.h"
#include "synapses/rows.h"

#include <string.h>

static phasor_synapse_info total_of(const phs_remat_table *rows) {
  phs_remat_totals t;
  phs_remat_add_up(rows, &t);
  return (phasor_synapse_info){.projections = (uint64_t)t.projections,
                               .stored = (uint64_t)t.stored,
                               .recomputed = (uint64_t)t.recomputed,
                               .synapses = t.synapses,
                               .recomputed_synapses = t.recomputed_synapses,
                               .table_bytes = t.table_bytes + t.shared_bytes,
                               .saved_bytes = t.saved_bytes,
                               .added_ns = t.added_ns};
}

bool phs_projection_table_make(const phasor_network *n, const phasor_options *o,
                               phs_projection_table *out) {
  *out = (phs_projection_table){.arena = phs_arena_create(), .net = n->opt ? n->opt : n->net};
  if (!out->arena ||
      !phs_remat_list(out->arena, out->net, phs_remat_mode(o->synapses), &out->rows)) {
    phs_projection_table_free(out);
    return false;
  }
  phs_synapse_target target = phs_remat_cpu;
  target.memory = o->synapse_memory ? (double)o->synapse_memory : target.memory;
  phs_remat_decide(&out->rows, &target);
  out->total = total_of(&out->rows);
  return true;
}

void phs_projection_table_free(phs_projection_table *t) {
  phs_arena_destroy(t->arena);
  *t = (phs_projection_table){0};
}

/* Expected spikes of a source in one run of one sample. */
static double source_spikes(const phs_op *op, double steps) {
  const phs_source *source = &op->source;
  double elements = (double)phs_shape_count(&op->shape), mean = 0;
  double last = (double)source->stop < steps ? (double)source->stop : steps;
  double first = source->start > 0 ? (double)source->start : 0;
  if (source->kind == PHS_SOURCE_TRAIN) {
    size_t n = 0;
    while (n < source->event_count && (double)source->event_step[n] < steps) {
      n++;
    }
    return (double)n;
  }
  for (size_t i = 0; source->kind == PHS_SOURCE_POISSON && i < source->mean.n; i++) {
    mean += source->mean.v[i] / (double)source->mean.n;
  }
  return last > first ? mean * elements * (last - first) : 0;
}

static double spikes_of(const phs_op *op, const phs_summary *run) {
  if (op->kind == PHS_OP_SOURCE) {
    return source_spikes(op, (double)run->steps) * (double)run->samples;
  }
  for (size_t i = 0; i < run->population_count; i++) {
    if (strcmp(run->population[i].name, op->name) == 0) {
      return run->population[i].spikes;
    }
  }
  return 0;
}

double phs_synaptic_events(const phs_net *net, const phs_summary *run) {
  double events = 0;
  for (int i = 0; i < net->op_count; i++) {
    const phs_op *op = &net->op[i];
    for (int k = 0; op->kind == PHS_OP_SYNAPSES && k < op->synapses.projection_count; k++) {
      const phs_recipe *r = &op->synapses.projection[k].recipe;
      events += spikes_of(&net->op[op->operand[k]], run) * phs_recipe_expected(r) /
                (r->source_count ? r->source_count : 1);
    }
  }
  return events;
}

/* JSON for what may be beyond all numbers. */
static double sure(double x) {
  return x - x == 0 ? x : 0;
}

void phs_projection_table_json(const phs_projection_table *t, phs_buf *b) {
  const phasor_synapse_info *s = &t->total;
  phs_buf_printf(b,
                 "  \"projections\": {\"count\": %.0f, \"synapses\": %.0f, "
                 "\"stored\": %.0f, \"recomputed\": %.0f, \"table_bytes\": %.0f, "
                 "\"saved_bytes\": %.0f, \"added_ns_per_event\": %.4g, \"rows\": [",
                 (double)s->projections, sure(s->synapses), (double)s->stored,
                 (double)s->recomputed, sure(s->table_bytes), sure(s->saved_bytes),
                 s->recomputed_synapses > 0 ? sure(s->added_ns / s->recomputed_synapses) : 0);
  const phs_remat_table *rows = &t->rows;
  for (int k = 0; k < rows->count; k++) {
    const phs_synapse_cost *c = &rows->cost[k];
    bool made = rows->mode[k] == PHS_SYNAPSES_RECOMPUTE;
    phs_buf_puts(b, k ? ",\n    {\"name\": " : "\n    {\"name\": ");
    phs_buf_json(b, rows->projection[k]->name);
    phs_buf_puts(b, ", \"onto\": ");
    phs_buf_json(b, t->net->op[rows->op[k]].name);
    phs_buf_printf(b,
                   ", \"rule\": \"%s\", \"synapses\": %.0f, \"mode\": \"%s\", \"table_bytes\": "
                   "%.0f, \"saved_bytes\": %.0f, \"added_ns_per_event\": %.4g}",
                   phs_rule_names.word[rows->recipe[k]->rule], sure(c->synapses),
                   phs_mode_names.word[made ? PHS_SYNAPSES_RECOMPUTE : PHS_SYNAPSES_STORE],
                   sure(made ? c->recompute_bytes : c->store_bytes),
                   made ? sure(c->store_bytes - c->recompute_bytes) : 0,
                   made ? sure(c->recompute_ns - c->store_ns) : 0);
  }
  phs_buf_puts(b, "\n  ]},\n");
}

bool phasor_network_synapses(const phasor_network *n, const phasor_options *o,
                             phasor_synapse_info *out) {
  phs_projection_table t;
  if (!phs_projection_table_make(n, phs_options_or_default(o), &t)) {
    phs_no_memory(&n->session->diag, "the table of synapses");
    return false;
  }
  *out = t.total;
  phs_projection_table_free(&t);
  return true;
}
