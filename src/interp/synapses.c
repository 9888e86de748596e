/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Sparse projections, plainly: every synapse is made and kept in arrays; what is on its way lies in
 * a ring of slots, one for each step to come. */
#include "interp/run.h"

#include <string.h>

#define MAX_BYTES ((size_t)1 << 34)

void phs_synapse_table_too_large(const phs_net *net, const phs_projection *projection,
                                 double synapses, phs_diag *diag) {
  phs_place place = {.file = net->file, .line = projection->line, .column = projection->column};
  phs_report(diag, PHS_RUN_SYNAPSE_MEMORY, &place,
             "scale the network down, or run a compiled program (-t cpu)",
             "projection '%s': about %.3g synapses need more than the limit of %zu GiB, or than "
             "there is memory",
             projection->name, synapses, MAX_BYTES >> 30);
}

/* Room for one row. */
static bool make_scratch(phs_arena *arena, const phs_recipe *recipe, phs_rows *rows, phs_row *row) {
  size_t bytes = phs_rows_bytes(recipe);
  void *shared = bytes <= MAX_BYTES ? phs_arena_alloc(arena, bytes) : NULL;
  if (!shared) {
    return false;
  }
  phs_rows_prepare(recipe, shared, rows);
  row->target = PHS_NEW_ARRAY(arena, uint16_t, rows->longest);
  row->delay = PHS_NEW_ARRAY(arena, uint16_t, rows->longest);
  row->weight = PHS_NEW_ARRAY(arena, float, rows->longest);
  return row->target && row->delay && row->weight;
}

/* Room for all synapses. */
static bool lay_out(phs_arena *arena, const phs_rows *rows, bool weighted, phs_synapse_table *out) {
  const phs_recipe *recipe = rows->recipe;
  uint64_t n = rows->synapses;
  out->sources = recipe->source_count;
  out->delay_low = out->delay_most = phs_delay_low(recipe);
  bool delays = phs_delay_high(recipe) != out->delay_low;
  size_t bytes = sizeof *out->target + (delays ? sizeof *out->delay : 0) +
                 (weighted ? sizeof *out->weight : 0);
  if (n > MAX_BYTES / bytes) {
    return false;
  }
  out->first = PHS_NEW_ARRAY(arena, size_t, out->sources + 1);
  out->target = PHS_NEW_ARRAY(arena, uint32_t, n);
  out->delay = delays ? PHS_NEW_ARRAY(arena, uint16_t, n) : NULL;
  out->weight = weighted ? PHS_NEW_ARRAY(arena, float, n) : NULL;
  return out->first && out->target && (out->delay || !delays) && (out->weight || !weighted);
}

static void fill_row(phs_synapse_table *out, size_t at, uint32_t tile, const phs_row *row) {
  for (uint32_t k = 0; k < row->count; k++) {
    out->target[at + k] = (tile << PHS_TILE_BITS) + row->target[k];
    if (out->delay) {
      out->delay[at + k] = row->delay[k];
      int32_t steps = out->delay_low + row->delay[k];
      out->delay_most = steps > out->delay_most ? steps : out->delay_most;
    }
    if (out->weight) {
      out->weight[at + k] = row->weight[k];
    }
  }
}

static void fill(phs_synapse_table *out, const phs_rows *rows, const phs_row *scratch) {
  size_t at = 0;
  for (uint32_t i = 0; i < rows->recipe->source_count; i++) {
    out->first[i] = at;
    for (uint32_t tile = 0; tile < rows->tiles; tile++) {
      phs_row row = {.target = scratch->target,
                     .delay = out->delay ? scratch->delay : NULL,
                     .weight = out->weight ? scratch->weight : NULL};
      phs_row_make(rows, i, tile, &row);
      fill_row(out, at, tile, &row);
      at += row.count;
    }
  }
  out->first[out->sources] = at;
}

bool phs_synapse_table_make(phs_arena *arena, const phs_net *net, const phs_projection *projection,
                            bool weighted, phs_synapse_table *out, phs_diag *diag) {
  phs_arena *scratch = phs_arena_create();
  phs_rows rows;
  phs_row row = {0};
  double expected = phs_recipe_expected(&projection->recipe);
  /* First an estimate: rows are counted one by one where they are prepared. */
  bool ok = expected * (double)sizeof(uint32_t) <= (double)MAX_BYTES && scratch &&
            make_scratch(scratch, &projection->recipe, &rows, &row) &&
            lay_out(arena, &rows, weighted, out);
  if (ok) {
    fill(out, &rows, &row);
  } else {
    phs_synapse_table_too_large(net, projection, expected, diag);
  }
  phs_arena_destroy(scratch);
  return ok;
}

/* A slot more than the greatest delay. */
static bool make_slots(phs_arena *arena, const phs_synapses *s, phs_synapses_run *run) {
  size_t values;
  int32_t most = 1;
  for (int k = 0; k < s->projection_count; k++) {
    most = run->table[k].delay_most > most ? run->table[k].delay_most : most;
  }
  run->depth = (size_t)most + 1;
  if (__builtin_mul_overflow(run->depth, run->count, &values) ||
      values > MAX_BYTES / sizeof(float)) {
    return false;
  }
  if (s->counted) {
    run->number = PHS_NEW_ARRAY(arena, int32_t, values);
  } else {
    run->sum = PHS_NEW_ARRAY(arena, float, values);
  }
  return run->number || run->sum;
}

phs_synapses_run *phs_synapses_create(phs_arena *arena, const phs_net *net, const phs_op *op,
                                      phs_diag *diag) {
  const phs_synapses *s = &op->synapses;
  phs_synapses_run *run = PHS_NEW(arena, phs_synapses_run);
  phs_synapse_table *table = PHS_NEW_ARRAY(arena, phs_synapse_table, (size_t)s->projection_count);
  if (!run || !table) {
    phs_report(diag, PHS_NO_MEMORY, NULL, NULL, "no memory for the synapses '%s'", op->name);
    return NULL;
  }
  run->table = table;
  run->count = phs_shape_count(&op->shape);
  for (int k = 0; k < s->projection_count; k++) {
    if (!phs_synapse_table_make(arena, net, &s->projection[k], !s->counted, &table[k], diag)) {
      return NULL;
    }
  }
  if (!make_slots(arena, s, run)) {
    phs_place place = phs_op_place(net, op);
    phs_report(
        diag, PHS_RUN_SYNAPSE_MEMORY, &place, "check dt against the delays of the model",
        "synapses '%s': delays of up to %zu steps on %zu neurons need more than the limit of "
        "%zu GiB, or than there is memory",
        op->name, run->depth - 1, run->count, MAX_BYTES >> 30);
    return NULL;
  }
  return run;
}

void phs_synapses_reset(phs_synapses_run *run) {
  size_t values = run->depth * run->count;
  if (run->number) {
    memset(run->number, 0, values * sizeof *run->number);
  } else {
    memset(run->sum, 0, values * sizeof *run->sum);
  }
}

void phs_synapses_arrive(phs_synapses_run *run, const phs_synapses *s, uint64_t step,
                         const float *init, float *y) {
  size_t slot = (size_t)(step % run->depth) * run->count;
  for (size_t j = 0; j < run->count; j++) {
    float acc;
    if (run->number) {
      acc = s->weight * (float)run->number[slot + j];
      run->number[slot + j] = 0;
    } else {
      acc = run->sum[slot + j];
      run->sum[slot + j] = 0.0F;
    }
    y[j] = init ? init[j] + acc : acc;
  }
}

static void send_one(phs_synapses_run *run, const phs_synapse_table *t, size_t source, float x,
                     int32_t n, uint64_t step) {
  for (size_t k = t->first[source]; k < t->first[source + 1]; k++) {
    uint64_t steps = (uint64_t)t->delay_low + (t->delay ? t->delay[k] : 0);
    size_t at = (size_t)((step + steps) % run->depth) * run->count + t->target[k];
    if (run->number) { /* wraps, as programs' integers do */
      run->number[at] = (int32_t)((uint32_t)run->number[at] + (uint32_t)n);
    } else {
      run->sum[at] = run->sum[at] + t->weight[k] * x;
    }
  }
}

void phs_synapses_send(phs_synapses_run *run, const phs_op *op, uint64_t step,
                       const phs_op_run *all) {
  for (int p = 0; p < op->synapses.projection_count; p++) {
    const phs_quantity *x = &all[op->operand[p]].out;
    for (size_t i = 0; i < x->count; i++) {
      float value = phs_quantity_at(x, i);
      if (value != 0.0F) {
        int32_t n = x->elem == PHS_I32 ? ((const int32_t *)x->data)[i] : 1;
        send_one(run, &run->table[p], i, value, n, step);
      }
    }
  }
}
