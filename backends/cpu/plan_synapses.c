/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Synapses: what tables and rings they need, and their descriptions. A recipe is made ready here as
 * it will be when the program starts, only to know sizes; no synapse is made.
 */
#include "backends/cpu/plan_layout.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Without a choice by the user or the cost model, larger tables are not made. */
static const size_t auto_table = (size_t)1 << 30;
/* More synapses than this are refused before anything is prepared for them. */
static const double most_synapses = 0x1p40, most_plastic = 0x1p32;

enum { ROUND_DEPTH = 4096 /* rings up to here have a power of two of slots */ };

/* The recipe as data, every byte of it decided. */
static uint64_t put_recipe(phs_cpu_layout *l, const phs_recipe *r) {
  phs_recipe *d = PHS_NEW(l->plan->arena, phs_recipe);
  if (!d) {
    l->no_memory = true;
    return 0;
  }
  memset(d, 0, sizeof *d);
  d->rule = r->rule;
  d->source_count = r->source_count;
  d->target_count = r->target_count;
  d->same_population = r->same_population;
  d->autapses = r->autapses;
  d->multapses = r->multapses;
  d->probability = r->probability;
  d->number = r->number;
  d->profile = r->profile;
  d->periodic = r->periodic;
  d->width = r->width;
  d->cutoff = r->cutoff;
  d->source_grid = r->source_grid;
  d->target_grid = r->target_grid;
  d->weight = r->weight;
  d->delay = r->delay;
  d->key = r->key;
  const phs_synapse_list *s = &r->list;
  d->list.count = s->count;
#define OFFSET(array)                                                                              \
  d->list.array = s->array ? (void *)(uintptr_t)phs_cpu_data(l, s->array, s->count * 4) : NULL
  if (r->rule == PHS_RULE_LIST) {
    OFFSET(source);
    OFFSET(target);
    OFFSET(weight);
    OFFSET(delay);
  }
#undef OFFSET
  return phs_cpu_data(l, d, sizeof *d);
}

/* Element i to element i, with one weight and one delay. */
static bool is_each(const phs_synapses *s, const phs_recipe *r) {
  return r->rule == PHS_RULE_ONE_TO_ONE && s->plasticity.kind == PHS_PLASTICITY_NONE &&
         !(r->same_population && !r->autapses) && phs_delay_low(r) == phs_delay_high(r) &&
         (s->counted || r->weight.kind == PHS_DIST_CONSTANT);
}

static float weight_of_each(const phs_rows *rows) {
  uint16_t target;
  float weight = 0;
  phs_row row = {.target = &target, .weight = &weight};
  phs_row_make(rows, 0, 0, &row);
  return weight;
}

static bool plan_plastic(phs_cpu_layout *l, const phs_op *op, const phs_rows *rows,
                         phs_program_projection *d) {
  phs_elem x = l->plan->net->op[op->operand[0]].elem;
  d->rule = op->synapses.plasticity;
  d->form = PHS_PROGRAM_PLASTIC;
  bool ok = phs_plastic_plan(rows, d->rule.kind, (uint32_t)phs_cpu_elem_size(x), x == PHS_F32,
                             &d->layout);
  if (ok) {
    d->table = phs_cpu_in_tables(l, d->layout.table_bytes, 1);
    d->plastic = phs_cpu_in_state(l, d->layout.state_bytes, 1, 1);
    d->remade = phs_cpu_in_state(l, phs_program_row_bytes(d->longest), 1, 1);
  }
  return ok;
}

/* How the projection is held, and its table. */
static void plan_form(phs_cpu_layout *l, const phs_synapses *s, const phs_projection *p,
                      const phs_rows *rows, phs_program_projection *d) {
  if (is_each(s, &p->recipe)) {
    d->form = PHS_PROGRAM_EACH;
    d->delay = (uint32_t)phs_delay_low(&p->recipe);
    d->weight = s->counted ? 0 : weight_of_each(rows);
    return;
  }
  phs_store_layout store;
  phs_store_plan(rows, !s->counted, &store);
  bool stored =
      p->mode == PHS_SYNAPSES_STORE || (p->mode == PHS_SYNAPSES_AUTO && store.bytes <= auto_table);
  d->form = stored ? PHS_PROGRAM_STORED : PHS_PROGRAM_RECOMPUTED;
  if (stored) { /* field by field: no byte between them is left to chance */
    d->store.form = store.form;
    d->store.weighted = store.weighted;
    d->store.entries = store.entries;
    d->store.weights = store.weights;
    d->store.bytes = store.bytes;
    d->table = phs_cpu_in_tables(l, store.bytes, 1);
  }
}

static bool plan_projection(phs_cpu_layout *l, const phs_op *op, int k, phs_program_projection *d) {
  const phs_projection *p = &op->synapses.projection[k];
  const phs_recipe *r = &p->recipe;
  bool plastic = op->synapses.plasticity.kind != PHS_PLASTICITY_NONE;
  size_t bytes = phs_rows_bytes(r);
  void *memory = NULL;
  phs_rows rows;
  bool ok = true;
  if (bytes == SIZE_MAX || phs_recipe_expected(r) > (plastic ? most_plastic : most_synapses)) {
    return false;
  }
  if (posix_memalign(&memory, PHS_CPU_ALIGN, bytes + PHS_CPU_ALIGN) != 0) {
    l->no_memory = true;
    return true;
  }
  phs_rows_prepare(r, memory, &rows);
  d->elem = (uint32_t)l->plan->net->op[op->operand[k]].elem;
  d->sources = r->source_count;
  d->longest = rows.longest;
  d->recipe = put_recipe(l, r);
  if (plastic) {
    ok = plan_plastic(l, op, &rows, d);
  } else {
    plan_form(l, &op->synapses, p, &rows, d);
  }
  if (d->form != PHS_PROGRAM_EACH) {
    d->rows = phs_cpu_in_tables(l, sizeof(phs_program_rows), 1);
    d->shared = phs_cpu_in_tables(l, bytes, 1);
    size_t row_count = d->form == PHS_PROGRAM_STORED ? rows.tiles : plastic;
    d->scratch = phs_cpu_in_tables(l, phs_program_row_bytes(d->longest), row_count);
  }
  free(memory);
  return ok;
}

/* The source's result, and its lists where rows are looked up by them. */
static void find_source(phs_cpu_layout *l, int x, phs_program_projection *d) {
  phs_cpu_op *c = &l->plan->op[l->plan->op[x].root];
  uint64_t tiles = phs_tile_count(d->sources);
  bool listed = d->form == PHS_PROGRAM_STORED || d->form == PHS_PROGRAM_RECOMPUTED;
  d->x = c->out;
  if (listed && c->list == PHS_CPU_NONE) {
    c->list = phs_cpu_in_state(l, phs_program_list_entries(tiles) + 2 * tiles * PHS_TILE, 1, 1);
  }
  d->list = listed ? c->list : 0;
}

/* Rows that are made again: a tile's projections use one scratch row, one after the other. */
static void plan_remade(phs_cpu_layout *l, phs_program_projection *d, int count, uint32_t tiles) {
  uint32_t longest = 0;
  bool any = false;
  for (int k = 0; k < count; k++) {
    any = any || d[k].form == PHS_PROGRAM_RECOMPUTED;
    longest =
        d[k].form == PHS_PROGRAM_RECOMPUTED && d[k].longest > longest ? d[k].longest : longest;
  }
  size_t at = any ? phs_cpu_in_state(l, tiles, phs_program_row_bytes(longest), 1) : 0;
  for (int k = 0; k < count; k++) {
    if (d[k].form == PHS_PROGRAM_RECOMPUTED) {
      d[k].remade = at;
      d[k].longest = longest;
    }
  }
}

static void plan_ring(phs_cpu_layout *l, const phs_op *op, phs_cpu_op *c, phs_program_synapses *d) {
  const phs_synapses *s = &op->synapses;
  size_t n = phs_shape_count(&op->shape);
  int32_t high = 0;
  for (int k = 0; k < s->projection_count; k++) {
    int32_t h = phs_delay_high(&s->projection[k].recipe);
    high = h > high ? h : high;
  }
  c->depth = (int64_t)high + 1;
  if (c->depth <= ROUND_DEPTH) {
    int64_t rounded = 1;
    while (rounded < c->depth) {
      rounded *= 2;
    }
    c->depth = rounded;
  }
  d->depth = (uint32_t)c->depth;
  d->pitch = d->tiles == 1 ? (uint32_t)phs_cpu_round_up(n, PHS_CPU_WIDEST) : PHS_TILE;
  c->ring = phs_cpu_in_state(l, d->tiles, (size_t)d->depth * d->pitch, 4);
  d->ring = c->ring;
}

void phs_cpu_plan_synapses(phs_cpu_layout *l, int index) {
  phs_cpu_plan *p = l->plan;
  const phs_op *op = &p->net->op[index];
  const phs_synapses *s = &op->synapses;
  phs_cpu_op *c = &p->op[index];
  phs_program_synapses *d = PHS_NEW(p->arena, phs_program_synapses);
  phs_program_projection *all =
      PHS_NEW_ARRAY(p->arena, phs_program_projection, (size_t)s->projection_count);
  if (!d || !all) {
    l->no_memory = true;
    return;
  }
  memset(d, 0, sizeof *d);
  memset(all, 0, (size_t)s->projection_count * sizeof *all);
  d->targets = (uint32_t)phs_shape_count(&op->shape);
  d->tiles = phs_tile_count(d->targets);
  d->counted = s->counted;
  d->projection_count = (uint32_t)s->projection_count;
  for (int k = 0; k < s->projection_count && !l->no_memory; k++) {
    if (!plan_projection(l, op, k, &all[k]) && l->failed_op < 0) {
      l->failed_op = index;
      l->failed_projection = k;
      return;
    }
    find_source(l, op->operand[k], &all[k]);
  }
  if (s->plasticity.kind == PHS_PLASTICITY_NONE) {
    plan_remade(l, all, s->projection_count, d->tiles);
    plan_ring(l, op, c, d);
  }
  d->projection = phs_cpu_data(l, all, (size_t)s->projection_count * sizeof *all);
  c->descriptor = phs_cpu_data(l, d, sizeof *d);
  c->synapses = d;
  c->projection = all;
}
