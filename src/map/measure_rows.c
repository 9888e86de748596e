/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Synapse by synapse: each source neuron counts its synapses by target slice, then what it touched
 * is added to the slices' sums and to the flows of its own slice. Sums are integers and each task's
 * flows its own, so that nothing depends on which thread does what.
 */
#include "map/measure_rows.h"

#include <stdlib.h>
#include <string.h>

/* --------------------------------------------------------------------------------------- rows */

/* Slices that are touched are appended without a branch: which come is not to be foreseen. */
static size_t count_targets(const uint32_t *target, uint64_t count, const uint32_t *local,
                            phs_thread_rows *t, size_t touched) {
  uint32_t *const number = t->number, *const list = t->touched;
  for (uint64_t i = 0; i < count; i++) {
    const uint32_t s = local[target[i]];
    list[touched] = s;
    touched += number[s]++ == 0;
  }
  return touched;
}

static size_t count_short(const uint32_t *target, uint64_t count, const uint16_t *local,
                          phs_thread_rows *t) {
  uint32_t *const number = t->number, *const list = t->touched;
  size_t touched = 0;
  for (uint64_t i = 0; i < count; i++) {
    const uint32_t s = local[target[i]];
    list[touched] = s;
    touched += number[s]++ == 0;
  }
  return touched;
}

/* Targets first <= x < end of one line of the grid. */
static size_t count_line(const uint32_t *local, uint32_t end, phs_thread_rows *t, size_t touched) {
  for (uint32_t x = 0; x < end; x++) {
    const uint32_t s = local[x];
    t->touched[touched] = s;
    touched += t->number[s]++ == 0;
  }
  return touched;
}

static size_t count_window(const phs_rows_state *r, const phs_ready_rows *y, uint32_t neuron,
                           phs_thread_rows *t) {
  const phs_population *from = &r->ms->w->population[y->p->source];
  const phs_population *to = &r->ms->w->population[y->p->target];
  const uint32_t at[PHS_MAP_RANK] = {neuron / from->dim[2] / from->dim[1],
                                     neuron / from->dim[2] % from->dim[1], neuron % from->dim[2]};
  const uint32_t *list[PHS_MAP_RANK];
  uint64_t n[PHS_MAP_RANK];
  size_t touched = 0;
  for (int d = 0; d < PHS_MAP_RANK; d++) {
    const uint64_t *row = y->r->row[d] + at[d];
    n[d] = row[1] - row[0];
    list[d] = y->r->target[d] ? y->r->target[d] + row[0] : NULL;
    n[d] = n[d] && !list[d] ? to->dim[d] : n[d];
  }
  for (uint64_t i = 0; i < n[0]; i++) {
    uint32_t c = list[0] ? list[0][i] : (uint32_t)i;
    for (uint64_t j = 0; j < n[1]; j++) {
      const uint32_t *line = y->local + phs_box_index(to, c, list[1] ? list[1][j] : (uint32_t)j, 0);
      touched = list[2] ? count_targets(list[2], n[2], line, t, touched)
                        : count_line(line, (uint32_t)n[2], t, touched);
    }
  }
  return touched;
}

/* Adds axons with so many synapses to a slice's sums. */
static void add_sum(const phs_ready_rows *y, uint32_t s, uint32_t axons, uint32_t number,
                    uint32_t targets, phs_row_sum *sum) {
  const phs_bit_table *table = y->table[y->width[s]];
  const phs_synapse_widths *w = &table->widths;
  const uint64_t bits = number < PHS_ROWS_TABLE
                            ? table->bits[number]
                            : phs_axon_bits(w, PHS_SYNAPSES_INDEX, number, targets);
  sum->axons += axons;
  sum->synapses += (uint64_t)axons * number;
  sum->longest = axons && number > sum->longest ? number : sum->longest;
  sum->index_bits += axons * bits;
  if (y->bitmap) {
    sum->bitmap_bits += axons * phs_axon_bits(w, PHS_SYNAPSES_BITMAP, number, targets);
  }
}

static void add_number(const phs_rows_state *r, const phs_ready_rows *y, uint32_t s,
                       uint32_t number, phs_thread_rows *t) {
  const uint64_t at = y->r->first_sum + s;
  if (number < PHS_ROWS_FEW) {
    t->few[at][number]++;
  } else {
    add_sum(y, s, 1, number, r->ms->m->slice[y->first_slice + s].count, &t->sum[at]);
  }
}

static void add_core(phs_thread_rows *t, uint32_t core, const float *rate) {
  phs_sent *c = &t->sent[core];
  if (c->stamp == t->now) {
    return;
  }
  c->stamp = t->now;
  t->core[t->core_count] = core;
  t->core_count += c->axons++ == 0;
  if (rate) {
    t->rate[core] += (double)*rate;
  }
}

static size_t count_row(const phs_rows_state *r, const phs_ready_rows *y, uint32_t neuron,
                        phs_thread_rows *t) {
  if (y->p->wiring != PHS_WIRING_LIST) {
    return count_window(r, y, neuron, t);
  }
  const uint64_t first = y->p->list.row[neuron], count = y->p->list.row[neuron + 1] - first;
  const uint32_t *target = y->p->list.target + first;
  return y->short_local ? count_short(target, count, y->short_local, t)
                        : count_targets(target, count, y->local, t, 0);
}

/* @param rate of the neuron, where it has its own */
static void make_row(const phs_rows_state *r, const phs_ready_rows *y, uint32_t neuron,
                     const float *rate, phs_thread_rows *t) {
  const size_t touched = count_row(r, y, neuron, t);
  const bool counted = y->r->counted;
  for (size_t i = 0; i < touched; i++) {
    uint32_t s = t->touched[i], number = t->number[s], core = y->core[s];
    t->number[s] = 0;
    if (core == PHS_ROWS_SPLIT) {
      uint32_t slice = phs_share_find(r->ms, y->first_slice + s, y->r->projection, neuron);
      if (slice == UINT32_MAX) {
        continue;
      }
      s = slice - y->first_slice;
      core = r->ms->m->slice[slice].core;
    }
    if (counted) {
      add_number(r, y, s, number, t);
    }
    add_core(t, core, rate);
  }
}

/* --------------------------------------------------------------------------------------- tasks */

static int by_number(const void *a, const void *b) {
  uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
  return (x > y) - (x < y);
}

static bool put_flow(phs_thread_rows *t, uint32_t core, const float *rate, phs_flow_list *out) {
  const uint32_t axons = t->sent[core].axons;
  bool ok = phs_flow_add(out, (phs_flow){.core = core,
                                         .axons = axons,
                                         .rate = rate ? (double)*rate * axons : t->rate[core]});
  t->sent[core].axons = 0;
  t->rate[core] = 0;
  return ok;
}

/* Flows of a task, cores ascending; the thread's counts are 0 again.
 * @param rate of all neurons, or NULL */
static bool end_task(const phs_map *m, phs_thread_rows *t, const float *rate, phs_flow_list *out) {
  bool ok = true;
  if ((uint64_t)t->core_count * 16 > m->core_count) {
    for (uint32_t c = 0; c < m->core_count; c++) {
      ok = t->sent[c].axons == 0 || (put_flow(t, c, rate, out) && ok);
    }
  } else {
    qsort(t->core, t->core_count, sizeof *t->core, by_number);
    for (uint32_t i = 0; i < t->core_count; i++) {
      ok = put_flow(t, t->core[i], rate, out) && ok;
    }
  }
  t->core_count = 0;
  return ok;
}

static bool run_task(const phs_rows_state *r, phs_row_task *task, phs_thread_rows *t) {
  static const float nothing = 0;
  const phs_measure *ms = r->ms;
  const phs_slice *slice = &ms->m->slice[task->slice];
  const phs_population *p = &ms->w->population[slice->population];
  const float *all = p->rate_count > 1 ? NULL : p->rate_count == 1 ? p->rate : &nothing;
  for (uint32_t i = task->first; i < task->end; i++) {
    const uint32_t neuron = phs_slice_neuron(ms->m, task->slice, i);
    if (++t->now == 0) { /* stamps come round */
      for (uint32_t c = 0; c < ms->m->core_count; c++) {
        t->sent[c].stamp = 0;
      }
      t->now = 1;
    }
    for (uint32_t k = 0; k < p->out_count; k++) {
      uint32_t y = ms->row_project[ms->w->out[p->first_out + k]];
      if (y != UINT32_MAX) {
        make_row(r, &r->ready[y], neuron, all ? NULL : &p->rate[neuron], t);
      }
    }
  }
  return end_task(ms->m, t, all, &task->out);
}

static void run_tasks(void *user, size_t first, size_t end, int thread) {
  phs_rows_state *r = user;
  phs_thread_rows *t = &r->thread[thread];
  if (atomic_load(&r->ms->failed) || (!t->number && !phs_thread_rows_make(r, t))) {
    atomic_store(&r->ms->failed, true);
    return;
  }
  for (size_t i = first; i < end; i++) {
    if (!run_task(r, &r->ms->task[i], t)) {
      atomic_store(&r->ms->failed, true);
    }
  }
}

static void add_thread(const phs_rows_state *r, const phs_thread_rows *t, const phs_ready_rows *y) {
  for (uint32_t s = 0; s < y->slices && t->sum && t->few; s++) {
    const phs_row_sum *from = &t->sum[y->r->first_sum + s];
    phs_row_sum *to = &r->ms->sum[y->r->first_sum + s];
    to->synapses += from->synapses;
    to->index_bits += from->index_bits;
    to->bitmap_bits += from->bitmap_bits;
    to->axons += from->axons;
    to->longest = from->longest > to->longest ? from->longest : to->longest;
    for (uint32_t n = 1; n < PHS_ROWS_FEW; n++) {
      add_sum(y, s, t->few[y->r->first_sum + s][n], n, r->ms->m->slice[y->first_slice + s].count,
              to);
    }
  }
}

void phs_measure_rows(phs_measure *ms) {
  phs_rows_state r = {.ms = ms};
  if (!phs_rows_prepare_all(&r)) {
    atomic_store(&ms->failed, true);
    return;
  }
  phs_parallel(ms->threads, ms->task_count, 1, run_tasks, &r);
  for (int i = 0; i < ms->threads; i++) {
    for (uint32_t k = 0; k < ms->row_source_count; k++) {
      if (ms->row_source[k].counted) {
        add_thread(&r, &r.thread[i], &r.ready[k]);
      }
    }
    phs_thread_rows_free(&r.thread[i]);
  }
}

void phs_measure_rows_free(phs_measure *ms) {
  for (size_t i = 0; i < ms->task_count && ms->task; i++) {
    free(ms->task[i].out.flow);
  }
}

bool phs_flow_add(phs_flow_list *l, phs_flow f) {
  if (l->count == l->room) {
    size_t room = l->room ? 2 * l->room : 64;
    phs_flow *flow = realloc(l->flow, room * sizeof *flow);
    if (!flow) {
      return false;
    }
    l->flow = flow;
    l->room = room;
  }
  l->flow[l->count++] = f;
  return true;
}
