/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "driver/synapses.h"

#include "passes/remat.h"
#include "synapses/rows.h"

#include <string.h>

static const char *rule_name(phs_rule rule) {
  static const char *const names[] = {[PHS_RULE_ONE_TO_ONE] = "one_to_one",
                                      [PHS_RULE_ALL_TO_ALL] = "all_to_all",
                                      [PHS_RULE_FIXED_PROBABILITY] = "fixed_probability",
                                      [PHS_RULE_FIXED_INDEGREE] = "fixed_indegree",
                                      [PHS_RULE_FIXED_OUTDEGREE] = "fixed_outdegree",
                                      [PHS_RULE_FIXED_TOTAL_NUMBER] = "fixed_total_number",
                                      [PHS_RULE_DISTANCE] = "distance",
                                      [PHS_RULE_LIST] = "list"};
  return names[rule];
}

static bool allocate(const phs_net *net, phs_projection_table *t, const phs_recipe ***recipe,
                     bool **counted) {
  size_t n = 1;
  for (int i = 0; i < net->op_count; i++) {
    n += net->op[i].kind == PHS_OP_SYNAPSES ? (size_t)net->op[i].synapses.projection_count : 0;
  }
  t->arena = phs_arena_create();
  if (!t->arena) {
    return false;
  }
  t->projection = PHS_NEW_ARRAY(t->arena, const phs_projection *, n);
  t->op = PHS_NEW_ARRAY(t->arena, const phs_op *, n);
  t->mode = PHS_NEW_ARRAY(t->arena, phs_synapse_mode, n);
  t->cost = PHS_NEW_ARRAY(t->arena, phs_synapse_cost, n);
  *recipe = PHS_NEW_ARRAY(t->arena, const phs_recipe *, n);
  *counted = PHS_NEW_ARRAY(t->arena, bool, n);
  return t->projection && t->op && t->mode && t->cost && *recipe && *counted;
}

/* What phasor-remat would start from. */
static phs_synapse_mode wanted(const phs_synapses *s, const phs_projection *p,
                               phs_synapse_mode option) {
  return phs_remat_must_store(s, p)    ? PHS_SYNAPSES_STORE
         : option != PHS_SYNAPSES_AUTO ? option
                                       : p->mode;
}

static void add_up(phs_projection_table *t) {
  phasor_synapse_info *total = &t->total;
  for (int k = 0; k < t->count; k++) {
    const phs_synapse_cost *c = &t->cost[k];
    total->projections++;
    total->synapses += c->synapses;
    if (t->mode[k] != PHS_SYNAPSES_RECOMPUTE) {
      total->stored++;
      total->table_bytes += c->store_bytes;
      continue;
    }
    double more = c->recompute_ns - c->store_ns;
    total->recomputed++;
    total->recomputed_synapses += c->synapses;
    total->table_bytes += c->recompute_bytes;
    total->saved_bytes += c->store_bytes - c->recompute_bytes;
    total->added_ns += more > 0 ? more * c->synapses : 0;
  }
}

bool phs_projection_table_make(const phasor_network *n, const phasor_options *o,
                               phs_projection_table *out) {
  const phs_net *net = n->opt ? n->opt : n->net;
  const phs_recipe **recipe;
  bool *counted;
  phs_synapse_mode option = !o->synapses                        ? PHS_SYNAPSES_AUTO
                            : strcmp(o->synapses, "store") == 0 ? PHS_SYNAPSES_STORE
                            : strcmp(o->synapses, "auto") == 0  ? PHS_SYNAPSES_AUTO
                                                                : PHS_SYNAPSES_RECOMPUTE;
  *out = (phs_projection_table){0};
  if (!allocate(net, out, &recipe, &counted)) {
    phs_projection_table_free(out);
    return false;
  }
  for (int i = 0; i < net->op_count; i++) {
    const phs_synapses *s = &net->op[i].synapses;
    for (int k = 0; net->op[i].kind == PHS_OP_SYNAPSES && k < s->projection_count; k++) {
      int at = out->count++;
      out->projection[at] = &s->projection[k];
      out->op[at] = &net->op[i];
      out->mode[at] = wanted(s, &s->projection[k], option);
      recipe[at] = &s->projection[k].recipe;
      counted[at] = s->counted;
    }
  }
  phs_synapse_target target = phs_remat_cpu;
  target.memory = o->synapse_memory ? (double)o->synapse_memory : target.memory;
  phs_synapse_choose(recipe, counted, out->count, &target, out->mode, out->cost);
  add_up(out);
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
  for (int k = 0; k < t->count; k++) {
    const phs_synapse_cost *c = &t->cost[k];
    bool made = t->mode[k] == PHS_SYNAPSES_RECOMPUTE;
    phs_buf_puts(b, k ? ",\n    {\"name\": " : "\n    {\"name\": ");
    phs_buf_json(b, t->projection[k]->name);
    phs_buf_puts(b, ", \"onto\": ");
    phs_buf_json(b, t->op[k]->name);
    phs_buf_printf(b,
                   ", \"rule\": \"%s\", \"synapses\": %.0f, \"mode\": \"%s\", \"table_bytes\": "
                   "%.0f, \"saved_bytes\": %.0f, \"added_ns_per_event\": %.4g}",
                   rule_name(t->projection[k]->recipe.rule), sure(c->synapses),
                   made ? "recompute" : "store", sure(made ? c->recompute_bytes : c->store_bytes),
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
