/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Synapse by synapse: each source neuron counts its synapses by target slice, then what it touched
 * is added to the slices' sums and to the flows of its own slice. Sums are integers and each task's
 * flows its own, so that nothing depends on which thread does what.
 */
#include "map/measure.h"

#include <stdlib.h>
#include <string.h>

#define TASK_NEURONS 4096
#define TABLE 256 /* synapses of an axon whose bits are looked up */
#define INDEX_WIDTHS 64

/* Bits of an axon in INDEX, by the width of its indices. */
typedef struct bit_table {
  phs_synapse_widths widths;
  uint64_t bits[TABLE];
} bit_table;

/* One of phs_measure.row_source, made ready. */
typedef struct ready {
  const phs_row_source *r;
  const phs_work_projection *p;
  const uint32_t *local;
  uint32_t first_slice; /* of the target */
  const uint8_t *width; /* of the target's slices: index into table */
  bit_table *table[INDEX_WIDTHS];
  bool bitmap;
} ready;

typedef struct thread_rows {
  uint32_t *number;  /* synapses in each slice of the target, of one neuron */
  uint32_t *touched; /* slices with any */
  uint32_t *stamp;   /* of cores: the neuron that came last */
  uint32_t *axons;   /* of cores, of one task */
  double *rate;
  uint32_t *core; /* with any */
  uint32_t core_count, now;
  phs_row_sum *sum;
} thread_rows;

typedef struct rows {
  phs_measure *ms;
  ready *ready;
  thread_rows *thread;
  uint32_t most_slices;
} rows;

/* ------------------------------------------------------------------------------------ prepare */

static bool make_local(phs_measure *ms, uint32_t population) {
  const phs_map *m = ms->m;
  if (ms->local[population]) {
    return true;
  }
  const uint32_t first = m->first_slice[population];
  uint32_t *local = PHS_NEW_ARRAY(ms->arena, uint32_t, ms->w->population[population].count);
  ms->local[population] = local;
  for (uint32_t s = first; s < m->first_slice[population + 1] && local; s++) {
    const phs_slice *slice = &m->slice[s];
    if (slice->role != PHS_SLICE_NEURONS) {
      continue;
    }
    const uint32_t *order = slice->listed ? m->order[population] + slice->first : NULL;
    for (uint32_t i = 0; i < slice->count && order; i++) {
      local[order[i]] = s - first;
    }
    const phs_box *b = &slice->box;
    for (uint32_t c = b->low[0]; c < b->high[0] && !order; c++) {
      for (uint32_t y = b->low[1]; y < b->high[1]; y++) {
        uint32_t row = phs_box_index(&ms->w->population[population], c, y, 0);
        for (uint32_t x = b->low[2]; x < b->high[2]; x++) {
          local[row + x] = s - first;
        }
      }
    }
  }
  return local != NULL;
}

static bool make_sources(phs_measure *ms) {
  const phs_work *w = ms->w;
  const uint32_t none = UINT32_MAX;
  ms->local = PHS_NEW_ARRAY(ms->arena, uint32_t *, (size_t)w->population_count + 1);
  ms->row_project = PHS_NEW_ARRAY(ms->arena, uint32_t, (size_t)w->projection_count + 1);
  ms->row_source = PHS_NEW_ARRAY(ms->arena, phs_row_source, (size_t)w->projection_count + 1);
  if (!ms->local || !ms->row_project || !ms->row_source) {
    return false;
  }
  for (uint32_t q = 0; q < w->projection_count; q++) {
    const phs_work_projection *p = &w->projection[q];
    ms->row_project[q] = none;
    if (!ms->by_rows[q]) {
      continue;
    }
    phs_row_source *r = &ms->row_source[ms->row_source_count];
    *r = (phs_row_source){.projection = q,
                          .counted = p->wiring == PHS_WIRING_LIST || ms->listed[p->target],
                          .first_sum = ms->sum_count};
    ms->row_project[q] = ms->row_source_count++;
    if (r->counted) {
      ms->sum_count += ms->m->first_slice[p->target + 1] - ms->m->first_slice[p->target];
    }
    if (!make_local(ms, p->target) || (p->wiring == PHS_WIRING_WINDOW && !phs_rows_window(ms, r))) {
      return false;
    }
  }
  return true;
}

static bool fill_table(phs_measure *ms, uint32_t projection, uint32_t targets, bit_table **out) {
  phs_synapse_widths widths;
  phs_synapse_widths_of(ms->w, projection, ms->machine, targets, &widths);
  bit_table *t = out[widths.index];
  if (!t) {
    t = out[widths.index] = PHS_NEW(ms->arena, bit_table);
    if (!t) {
      return false;
    }
    t->widths = widths;
    for (uint32_t n = 0; n < TABLE; n++) {
      t->bits[n] = phs_axon_bits(&widths, PHS_SYNAPSES_INDEX, n, targets);
    }
  }
  return true;
}

static bool make_ready(rows *r, uint32_t i) {
  phs_measure *ms = r->ms;
  ready *y = &r->ready[i];
  y->r = &ms->row_source[i];
  y->p = &ms->w->projection[y->r->projection];
  y->local = ms->local[y->p->target];
  y->first_slice = ms->m->first_slice[y->p->target];
  const uint32_t slices = ms->m->first_slice[y->p->target + 1] - y->first_slice;
  r->most_slices = slices > r->most_slices ? slices : r->most_slices;
  uint8_t *width = PHS_NEW_ARRAY(ms->arena, uint8_t, (size_t)slices + 1);
  y->width = width;
  for (uint32_t s = 0; s < slices && width && y->r->counted; s++) {
    phs_synapse_widths widths;
    const uint32_t targets = ms->m->slice[y->first_slice + s].count;
    phs_synapse_widths_of(ms->w, y->r->projection, ms->machine, targets, &widths);
    width[s] = (uint8_t)widths.index;
    y->bitmap = widths.bitmap;
    if (!fill_table(ms, y->r->projection, targets, y->table)) {
      return false;
    }
  }
  return width != NULL;
}

/* Slices of populations that send rows, in pieces. */
static bool make_tasks(phs_measure *ms) {
  const phs_map *m = ms->m;
  bool *sends = PHS_NEW_ARRAY(ms->arena, bool, (size_t)ms->w->population_count + 1);
  ms->task_row = PHS_NEW_ARRAY(ms->arena, uint32_t, (size_t)m->slice_count + 1);
  if (!sends || !ms->task_row) {
    return false;
  }
  for (uint32_t i = 0; i < ms->row_source_count; i++) {
    sends[ms->w->projection[ms->row_source[i].projection].source] = true;
  }
  for (uint32_t s = 0; s < m->slice_count; s++) {
    bool any = sends[m->slice[s].population] && m->slice[s].role == PHS_SLICE_NEURONS;
    uint32_t tasks = any ? m->slice[s].count / TASK_NEURONS + 1 : 0;
    ms->task_row[s + 1] = ms->task_row[s] + tasks;
  }
  ms->task_count = ms->task_row[m->slice_count];
  ms->task = PHS_NEW_ARRAY(ms->arena, phs_row_task, ms->task_count + 1);
  for (uint32_t s = 0; s < m->slice_count && ms->task; s++) {
    for (uint32_t t = ms->task_row[s], first = 0; t < ms->task_row[s + 1]; t++) {
      uint32_t left = m->slice[s].count - first;
      uint32_t end = first + (left < TASK_NEURONS ? left : TASK_NEURONS);
      ms->task[t] = (phs_row_task){.slice = s, .first = first, .end = end};
      first = end;
    }
  }
  return ms->task != NULL;
}

static bool make_thread(const rows *r, thread_rows *t) {
  const size_t cores = (size_t)r->ms->m->core_count + 1;
  t->number = calloc((size_t)r->most_slices + 1, sizeof *t->number);
  t->touched = calloc((size_t)r->most_slices + 2, sizeof *t->touched);
  t->stamp = calloc(cores, sizeof *t->stamp);
  t->axons = calloc(cores, sizeof *t->axons);
  t->rate = calloc(cores, sizeof *t->rate);
  t->core = calloc(cores, sizeof *t->core);
  t->sum = calloc((size_t)r->ms->sum_count + 1, sizeof *t->sum);
  return t->number && t->touched && t->stamp && t->axons && t->rate && t->core && t->sum;
}

static void free_thread(thread_rows *t) {
  free(t->number);
  free(t->touched);
  free(t->stamp);
  free(t->axons);
  free(t->rate);
  free(t->core);
  free(t->sum);
}

/* --------------------------------------------------------------------------------------- rows */

/* Slices that are touched are appended without a branch: which come is not to be foreseen. */
static size_t count_targets(const uint32_t *target, uint64_t count, const uint32_t *local,
                            thread_rows *t, size_t touched) {
  uint32_t *const number = t->number, *const list = t->touched;
  for (uint64_t i = 0; i < count; i++) {
    const uint32_t s = local[target[i]];
    list[touched] = s;
    touched += number[s]++ == 0;
  }
  return touched;
}

/* Targets first <= x < end of one line of the grid. */
static size_t count_line(const uint32_t *local, uint32_t end, thread_rows *t, size_t touched) {
  for (uint32_t x = 0; x < end; x++) {
    const uint32_t s = local[x];
    t->touched[touched] = s;
    touched += t->number[s]++ == 0;
  }
  return touched;
}

static size_t count_window(const rows *r, const ready *y, uint32_t neuron, thread_rows *t) {
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

/* Adds what one neuron has in slice @p s of the target to the sums of its block. */
static void add_sum(const ready *y, uint32_t s, uint32_t number, thread_rows *t) {
  phs_row_sum *sum = &t->sum[y->r->first_sum + s];
  const bit_table *table = y->table[y->width[s]];
  sum->axons++;
  sum->synapses += number;
  sum->longest = number > sum->longest ? number : sum->longest;
  sum->index_bits += number < TABLE ? table->bits[number]
                                    : phs_axon_bits(&table->widths, PHS_SYNAPSES_INDEX, number, 0);
}

static void add_bitmap(const rows *r, const ready *y, uint32_t s, uint32_t number, thread_rows *t) {
  uint32_t targets = r->ms->m->slice[y->first_slice + s].count;
  t->sum[y->r->first_sum + s].bitmap_bits +=
      phs_axon_bits(&y->table[y->width[s]]->widths, PHS_SYNAPSES_BITMAP, number, targets);
}

static void add_core(thread_rows *t, uint32_t core, double rate) {
  if (t->stamp[core] == t->now) {
    return;
  }
  t->stamp[core] = t->now;
  if (t->axons[core]++ == 0) {
    t->core[t->core_count++] = core;
  }
  t->rate[core] += rate;
}

static void make_row(const rows *r, const ready *y, uint32_t neuron, double rate, thread_rows *t) {
  const phs_measure *ms = r->ms;
  size_t touched;
  if (y->p->wiring == PHS_WIRING_LIST) {
    const uint64_t first = y->p->list.row[neuron], end = y->p->list.row[neuron + 1];
    touched = count_targets(y->p->list.target + first, end - first, y->local, t, 0);
  } else {
    touched = count_window(r, y, neuron, t);
  }
  for (size_t i = 0; i < touched; i++) {
    uint32_t s = t->touched[i], number = t->number[s];
    t->number[s] = 0;
    uint32_t slice = y->first_slice + s;
    if (ms->m->slice[slice].part_count) {
      slice = phs_share_find(ms, slice, y->r->projection, neuron);
      if (slice == UINT32_MAX) {
        continue;
      }
      s = slice - y->first_slice;
    }
    if (y->r->counted) {
      add_sum(y, s, number, t);
      if (y->bitmap) {
        add_bitmap(r, y, s, number, t);
      }
    }
    add_core(t, ms->m->slice[slice].core, rate);
  }
}

/* --------------------------------------------------------------------------------------- tasks */

static int by_number(const void *a, const void *b) {
  uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
  return (x > y) - (x < y);
}

static bool put_flow(thread_rows *t, uint32_t core, phs_flow_list *out) {
  bool ok =
      phs_flow_add(out, (phs_flow){.core = core, .axons = t->axons[core], .rate = t->rate[core]});
  t->axons[core] = 0;
  t->rate[core] = 0;
  return ok;
}

/* Flows of a task, cores ascending; the thread's counts are 0 again. */
static bool end_task(const phs_map *m, thread_rows *t, phs_flow_list *out) {
  bool ok = true;
  if ((uint64_t)t->core_count * 16 > m->core_count) {
    for (uint32_t c = 0; c < m->core_count; c++) {
      ok = t->axons[c] == 0 || (put_flow(t, c, out) && ok);
    }
  } else {
    qsort(t->core, t->core_count, sizeof *t->core, by_number);
    for (uint32_t i = 0; i < t->core_count; i++) {
      ok = put_flow(t, t->core[i], out) && ok;
    }
  }
  t->core_count = 0;
  return ok;
}

static bool run_task(const rows *r, phs_row_task *task, thread_rows *t) {
  const phs_measure *ms = r->ms;
  const phs_slice *slice = &ms->m->slice[task->slice];
  const phs_population *p = &ms->w->population[slice->population];
  for (uint32_t i = task->first; i < task->end; i++) {
    const uint32_t neuron = phs_slice_neuron(ms->m, task->slice, i);
    const double rate = p->rate_count ? (double)p->rate[p->rate_count > 1 ? neuron : 0] : 0;
    if (++t->now == 0) { /* stamps come round */
      memset(t->stamp, 0, ms->m->core_count * sizeof *t->stamp);
      t->now = 1;
    }
    for (uint32_t k = 0; k < p->out_count; k++) {
      uint32_t y = ms->row_project[ms->w->out[p->first_out + k]];
      if (y != UINT32_MAX) {
        make_row(r, &r->ready[y], neuron, rate, t);
      }
    }
  }
  return end_task(ms->m, t, &task->out);
}

static void run_tasks(void *user, size_t first, size_t end, int thread) {
  rows *r = user;
  thread_rows *t = &r->thread[thread];
  if (atomic_load(&r->ms->failed) || (!t->number && !make_thread(r, t))) {
    atomic_store(&r->ms->failed, true);
    return;
  }
  for (size_t i = first; i < end; i++) {
    if (!run_task(r, &r->ms->task[i], t)) {
      atomic_store(&r->ms->failed, true);
    }
  }
}

static void add_sums(phs_measure *ms, const thread_rows *t) {
  for (uint64_t i = 0; i < ms->sum_count && t->sum; i++) {
    const phs_row_sum *from = &t->sum[i];
    phs_row_sum *to = &ms->sum[i];
    to->synapses += from->synapses;
    to->index_bits += from->index_bits;
    to->bitmap_bits += from->bitmap_bits;
    to->axons += from->axons;
    to->longest = from->longest > to->longest ? from->longest : to->longest;
  }
}

void phs_measure_rows(phs_measure *ms) {
  rows r = {.ms = ms};
  bool ok = make_sources(ms) && make_tasks(ms);
  if (ok) {
    r.ready = PHS_NEW_ARRAY(ms->arena, ready, (size_t)ms->row_source_count + 1);
    r.thread = PHS_NEW_ARRAY(ms->arena, thread_rows, (size_t)ms->threads);
    ms->sum = PHS_NEW_ARRAY(ms->arena, phs_row_sum, (size_t)ms->sum_count + 1);
    ok = r.ready && r.thread && ms->sum;
  }
  for (uint32_t i = 0; i < ms->row_source_count && ok; i++) {
    ok = make_ready(&r, i);
  }
  if (!ok) {
    atomic_store(&ms->failed, true);
    return;
  }
  phs_parallel(ms->threads, ms->task_count, 1, run_tasks, &r);
  for (int i = 0; i < ms->threads; i++) {
    add_sums(ms, &r.thread[i]);
    free_thread(&r.thread[i]);
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
