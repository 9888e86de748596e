/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* What measuring synapse by synapse needs to know before it begins. */
#include "map/measure_rows.h"

#include <stdlib.h>

#define TASK_NEURONS 4096

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

static bool fill_table(phs_measure *ms, uint32_t projection, uint32_t targets,
                       phs_bit_table **out) {
  phs_synapse_widths widths;
  phs_synapse_widths_of(ms->w, projection, ms->machine, targets, &widths);
  phs_bit_table *t = out[widths.index];
  if (!t) {
    t = out[widths.index] = PHS_NEW(ms->arena, phs_bit_table);
    if (!t) {
      return false;
    }
    t->widths = widths;
    for (uint32_t n = 0; n < PHS_ROWS_TABLE; n++) {
      t->bits[n] = phs_axon_bits(&widths, PHS_SYNAPSES_INDEX, n, targets);
    }
  }
  return true;
}

static bool make_ready(phs_rows_state *r, uint32_t i) {
  phs_measure *ms = r->ms;
  phs_ready_rows *y = &r->ready[i];
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
    core[s] = slice->part_count ? PHS_ROWS_SPLIT : slice->core;
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

bool phs_thread_rows_make(const phs_rows_state *r, phs_thread_rows *t) {
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

void phs_thread_rows_free(phs_thread_rows *t) {
  free(t->number);
  free(t->touched);
  free(t->sent);
  free(t->rate);
  free(t->core);
  free(t->few);
  free(t->sum);
}

bool phs_rows_prepare_all(phs_rows_state *r) {
  phs_measure *ms = r->ms;
  if (!make_sources(ms) || !make_tasks(ms)) {
    return false;
  }
  r->ready = PHS_NEW_ARRAY(ms->arena, phs_ready_rows, (size_t)ms->row_source_count + 1);
  r->thread = PHS_NEW_ARRAY(ms->arena, phs_thread_rows, (size_t)ms->threads);
  ms->sum = PHS_NEW_ARRAY(ms->arena, phs_row_sum, (size_t)ms->sum_count + 1);
  bool ok = r->ready && r->thread && ms->sum;
  for (uint32_t i = 0; i < ms->row_source_count && ok; i++) {
    ok = make_ready(r, i);
  }
  return ok;
}
