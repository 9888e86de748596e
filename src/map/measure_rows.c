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
/* Axons with fewer synapses in a slice are only counted, by their number. */
#define FEW 8
/* In place of a core: slices with parts. */
#define SPLIT UINT32_MAX

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
  const uint16_t *short_local;
  uint32_t first_slice; /* of the target */
  uint32_t slices;
  const uint32_t *core; /* of the target's slices */
  const uint8_t *width; /* the same: index into table */
  bit_table *table[INDEX_WIDTHS];
  bool bitmap;
} ready;

/* What a task sends to a core. */
typedef struct sent {
  uint32_t stamp; /* the neuron that came last */
  uint32_t axons;
} sent;

typedef struct thread_rows {
  uint32_t *number;  /* synapses in each slice of the target, of one neuron */
  uint32_t *touched; /* slices with any */
  sent *sent;        /* [core_count] */
  double *rate;      /* [core_count]: where neurons have rates of their own */
  uint32_t *core;    /* with any axons */
  uint32_t core_count, now;
  uint32_t (*few)[FEW]; /* axons with so many synapses, of each sum */
  phs_row_sum *sum;     /* the others */
} thread_rows;

typedef struct rows {
  phs_measure *ms;
  ready *ready;
  thread_rows *thread;
  uint32_t most_slices;
} rows;

/* ------------------------------------------------------------------------------------ prepare */

static void enter_line(uint32_t *local, uint16_t *short_local, uint32_t first, uint32_t count,
                       uint32_t slice) {
  for (uint32_t i = first; i < first + count && local; i++) {
    local[i] = slice;
  }
  for (uint32_t i = first; i < first + count && short_local; i++) {
    short_local[i] = (uint16_t)slice;
  }
}

/* The slice of each neuron, in one of both arrays. */
static void enter_slices(const phs_map *m, uint32_t population, uint32_t *local,
                         uint16_t *short_local) {
  const uint32_t first = m->first_slice[population];
  for (uint32_t s = first; s < m->first_slice[population + 1]; s++) {
    const phs_slice *slice = &m->slice[s];
    if (slice->role != PHS_SLICE_NEURONS) {
      continue;
    }
    const uint32_t *order = slice->listed ? m->order[population] + slice->first : NULL;
    for (uint32_t i = 0; i < slice->count && order; i++) {
      enter_line(local, short_local, order[i], 1, s - first);
    }
    const phs_box *b = &slice->box;
    for (uint32_t c = b->low[0]; c < b->high[0] && !order; c++) {
      for (uint32_t y = b->low[1]; y < b->high[1]; y++) {
        uint32_t at = phs_box_index(&m->work->population[population], c, y, b->low[2]);
        enter_line(local, short_local, at, b->high[2] - b->low[2], s - first);
      }
    }
  }
}

static bool make_local(phs_measure *ms, uint32_t population, bool list) {
  const phs_map *m = ms->m;
  const uint32_t count = ms->w->population[population].count;
  const uint32_t slices = m->first_slice[population + 1] - m->first_slice[population];
  if (list && slices <= UINT16_MAX) {
    if (!ms->short_local[population]) {
      ms->short_local[population] = PHS_NEW_ARRAY(ms->arena, uint16_t, count);
      if (!ms->short_local[population]) {
        return false;
      }
      enter_slices(m, population, NULL, ms->short_local[population]);
    }
  } else if (!ms->local[population]) {
    ms->local[population] = PHS_NEW_ARRAY(ms->arena, uint32_t, count);
    if (!ms->local[population]) {
      return false;
    }
    enter_slices(m, population, ms->local[population], NULL);
  }
  return true;
}

static bool make_sources(phs_measure *ms) {
  const phs_work *w = ms->w;
  const uint32_t none = UINT32_MAX;
  ms->local = PHS_NEW_ARRAY(ms->arena, uint32_t *, (size_t)w->population_count + 1);
  ms->short_local = PHS_NEW_ARRAY(ms->arena, uint16_t *, (size_t)w->population_count + 1);
  ms->row_project = PHS_NEW_ARRAY(ms->arena, uint32_t, (size_t)w->projection_count + 1);
  ms->row_source = PHS_NEW_ARRAY(ms->arena, phs_row_source, (size_t)w->projection_count + 1);
  if (!ms->local || !ms->short_local || !ms->row_project || !ms->row_source) {
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
    if (!make_local(ms, p->target, p->wiring == PHS_WIRING_LIST) ||
        (p->wiring == PHS_WIRING_WINDOW && !phs_rows_window(ms, r))) {
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
  y->short_local = ms->short_local[y->p->target];
  y->first_slice = ms->m->first_slice[y->p->target];
  y->slices = ms->m->first_slice[y->p->target + 1] - y->first_slice;
  r->most_slices = y->slices > r->most_slices ? y->slices : r->most_slices;
  uint8_t *width = PHS_NEW_ARRAY(ms->arena, uint8_t, (size_t)y->slices + 1);
  uint32_t *core = PHS_NEW_ARRAY(ms->arena, uint32_t, (size_t)y->slices + 1);
  y->width = width;
  y->core = core;
  for (uint32_t s = 0; s < y->slices && width && core; s++) {
    const phs_slice *slice = &ms->m->slice[y->first_slice + s];
    phs_synapse_widths widths;
    phs_synapse_widths_of(ms->w, y->r->projection, ms->machine, slice->count, &widths);
    core[s] = slice->part_count ? SPLIT : slice->core;
    width[s] = (uint8_t)widths.index;
    y->bitmap = widths.bitmap;
    if (!fill_table(ms, y->r->projection, slice->count, y->table)) {
      return false;
    }
  }
  return width && core;
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
  t->sent = calloc(cores, sizeof *t->sent);
  t->rate = calloc(cores, sizeof *t->rate);
  t->core = calloc(cores + 1, sizeof *t->core);
  t->few = calloc((size_t)r->ms->sum_count + 1, sizeof *t->few);
  t->sum = calloc((size_t)r->ms->sum_count + 1, sizeof *t->sum);
  return t->number && t->touched && t->sent && t->rate && t->core && t->few && t->sum;
}

static void free_thread(thread_rows *t) {
  free(t->number);
  free(t->touched);
  free(t->sent);
  free(t->rate);
  free(t->core);
  free(t->few);
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

static size_t count_short(const uint32_t *target, uint64_t count, const uint16_t *local,
                          thread_rows *t) {
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

/* Adds axons with so many synapses to a slice's sums. */
static void add_sum(const ready *y, uint32_t s, uint32_t axons, uint32_t number, uint32_t targets,
                    phs_row_sum *sum) {
  const bit_table *table = y->table[y->width[s]];
  const phs_synapse_widths *w = &table->widths;
  const uint64_t bits =
      number < TABLE ? table->bits[number] : phs_axon_bits(w, PHS_SYNAPSES_INDEX, number, targets);
  sum->axons += axons;
  sum->synapses += (uint64_t)axons * number;
  sum->longest = axons && number > sum->longest ? number : sum->longest;
  sum->index_bits += axons * bits;
  if (y->bitmap) {
    sum->bitmap_bits += axons * phs_axon_bits(w, PHS_SYNAPSES_BITMAP, number, targets);
  }
}

static void add_number(const rows *r, const ready *y, uint32_t s, uint32_t number, thread_rows *t) {
  const uint64_t at = y->r->first_sum + s;
  if (number < FEW) {
    t->few[at][number]++;
  } else {
    add_sum(y, s, 1, number, r->ms->m->slice[y->first_slice + s].count, &t->sum[at]);
  }
}

static void add_core(thread_rows *t, uint32_t core, const float *rate) {
  sent *c = &t->sent[core];
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

static size_t count_row(const rows *r, const ready *y, uint32_t neuron, thread_rows *t) {
  if (y->p->wiring != PHS_WIRING_LIST) {
    return count_window(r, y, neuron, t);
  }
  const uint64_t first = y->p->list.row[neuron], count = y->p->list.row[neuron + 1] - first;
  const uint32_t *target = y->p->list.target + first;
  return y->short_local ? count_short(target, count, y->short_local, t)
                        : count_targets(target, count, y->local, t, 0);
}

/* @param rate of the neuron, where it has its own */
static void make_row(const rows *r, const ready *y, uint32_t neuron, const float *rate,
                     thread_rows *t) {
  const size_t touched = count_row(r, y, neuron, t);
  const bool counted = y->r->counted;
  for (size_t i = 0; i < touched; i++) {
    uint32_t s = t->touched[i], number = t->number[s], core = y->core[s];
    t->number[s] = 0;
    if (core == SPLIT) {
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

static bool put_flow(thread_rows *t, uint32_t core, const float *rate, phs_flow_list *out) {
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
static bool end_task(const phs_map *m, thread_rows *t, const float *rate, phs_flow_list *out) {
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

static bool run_task(const rows *r, phs_row_task *task, thread_rows *t) {
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

static void add_thread(const rows *r, const thread_rows *t, const ready *y) {
  for (uint32_t s = 0; s < y->slices && t->sum && t->few; s++) {
    const phs_row_sum *from = &t->sum[y->r->first_sum + s];
    phs_row_sum *to = &r->ms->sum[y->r->first_sum + s];
    to->synapses += from->synapses;
    to->index_bits += from->index_bits;
    to->bitmap_bits += from->bitmap_bits;
    to->axons += from->axons;
    to->longest = from->longest > to->longest ? from->longest : to->longest;
    for (uint32_t n = 1; n < FEW; n++) {
      add_sum(y, s, t->few[y->r->first_sum + s][n], n, r->ms->m->slice[y->first_slice + s].count,
              to);
    }
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
    for (uint32_t k = 0; k < ms->row_source_count; k++) {
      if (ms->row_source[k].counted) {
        add_thread(&r, &r.thread[i], &r.ready[k]);
      }
    }
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
