/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* What measuring needs to know of all slices. */
#include "map/measure.h"
#include "map/partition.h"

#include <stdlib.h>
#include <string.h>

/* Windows with so many synapses are made row by row beside lists, that axons are counted once. */
#define CHEAP_ROWS 1e8

static phs_box box_of(const phs_map *m, uint32_t s) {
  const phs_slice *slice = &m->slice[s];
  if (!slice->listed) {
    return slice->box;
  }
  const uint32_t *dim = m->work->population[slice->population].dim;
  phs_box b = {.low = {UINT32_MAX, UINT32_MAX, UINT32_MAX}};
  for (uint32_t i = 0; i < slice->count; i++) {
    uint32_t n = m->order[slice->population][slice->first + i];
    uint32_t at[PHS_MAP_RANK] = {n / dim[2] / dim[1], n / dim[2] % dim[1], n % dim[2]};
    for (int d = 0; d < PHS_MAP_RANK; d++) {
      b.low[d] = at[d] < b.low[d] ? at[d] : b.low[d];
      b.high[d] = at[d] + 1 > b.high[d] ? at[d] + 1 : b.high[d];
    }
  }
  return slice->count ? b : (phs_box){{0}, {0}};
}

static bool make_boxes(phs_measure *ms) {
  const phs_map *m = ms->m;
  ms->box = PHS_NEW_ARRAY(ms->arena, phs_box, (size_t)m->slice_count + 1);
  ms->rate = PHS_NEW_ARRAY(ms->arena, double, (size_t)m->slice_count + 1);
  ms->listed = PHS_NEW_ARRAY(ms->arena, bool, (size_t)ms->w->population_count + 1);
  ms->bins = PHS_NEW_ARRAY(ms->arena, phs_bins, (size_t)ms->w->population_count + 1);
  if (!ms->box || !ms->rate || !ms->listed || !ms->bins) {
    return false;
  }
  for (uint32_t s = 0; s < m->slice_count; s++) {
    ms->box[s] = box_of(m, s);
    ms->rate[s] = phs_slice_rate(m, s);
    ms->listed[m->slice[s].population] |= m->slice[s].listed;
  }
  for (uint32_t p = 0; p < ms->w->population_count; p++) {
    if (ms->w->population[p].count && !phs_bins_make(ms, p, &ms->bins[p])) {
      return false;
    }
  }
  return true;
}

/* ---------------------------------------------------------------------------------- parts */

/* A range of indices takes at most 5 boxes. */
enum { RANGE_BOXES = 5 };

static bool make_limits(phs_measure *ms) {
  const phs_map *m = ms->m;
  uint64_t count = 0;
  ms->limit_row = PHS_NEW_ARRAY(ms->arena, uint32_t, (size_t)m->slice_count + 1);
  for (uint32_t s = 0; s < m->slice_count; s++) {
    count += (uint64_t)m->slice[s].part_count * RANGE_BOXES;
  }
  ms->limit = PHS_NEW_ARRAY(ms->arena, phs_limit, (size_t)count + 1);
  if (!ms->limit_row || !ms->limit || count > UINT32_MAX) {
    return false;
  }
  uint32_t n = 0;
  for (uint32_t s = 0; s < m->slice_count; s++) {
    for (uint32_t i = 0; i < m->slice[s].part_count; i++) {
      const phs_part *part = &m->part[m->slice[s].first_part + i];
      const uint32_t source = ms->w->projection[part->projection].source;
      phs_box box[RANGE_BOXES];
      int boxes = phs_range_boxes(&ms->w->population[source], part->first, part->end, box);
      for (int b = 0; b < boxes; b++) {
        ms->limit[n++] = (phs_limit){.projection = part->projection, .box = box[b]};
      }
    }
    ms->limit_row[s + 1] = n;
  }
  return true;
}

static int by_source(const void *a, const void *b) {
  const phs_share *x = a, *y = b;
  if (x->projection != y->projection) {
    return x->projection < y->projection ? -1 : 1;
  }
  return (x->first > y->first) - (x->first < y->first);
}

/* Parts of all slices, those of PARTIAL ones with their owners. */
static bool make_shares(phs_measure *ms) {
  const phs_map *m = ms->m;
  uint32_t *next = PHS_NEW_ARRAY(ms->arena, uint32_t, (size_t)m->slice_count + 1);
  ms->share_row = PHS_NEW_ARRAY(ms->arena, uint32_t, (size_t)m->slice_count + 1);
  if (!next || !ms->share_row) {
    return false;
  }
  for (uint32_t s = 0; s < m->slice_count; s++) {
    ms->share_row[m->slice[s].owner + 1] += m->slice[s].part_count;
  }
  for (uint32_t s = 0; s < m->slice_count; s++) {
    ms->share_row[s + 1] += ms->share_row[s];
    next[s] = ms->share_row[s];
  }
  ms->share = PHS_NEW_ARRAY(ms->arena, phs_share, (size_t)ms->share_row[m->slice_count] + 1);
  if (!ms->share) {
    return false;
  }
  for (uint32_t s = 0; s < m->slice_count; s++) {
    for (uint32_t i = 0; i < m->slice[s].part_count; i++) {
      const phs_part *part = &m->part[m->slice[s].first_part + i];
      ms->share[next[m->slice[s].owner]++] = (phs_share){
          .projection = part->projection, .first = part->first, .end = part->end, .slice = s};
    }
  }
  for (uint32_t s = 0; s < m->slice_count; s++) {
    uint32_t n = ms->share_row[s + 1] - ms->share_row[s];
    if (n > 1) {
      qsort(ms->share + ms->share_row[s], n, sizeof *ms->share, by_source);
    }
  }
  return true;
}

uint32_t phs_share_find(const phs_measure *ms, uint32_t slice, uint32_t projection,
                        uint32_t source) {
  uint32_t low = ms->share_row[slice], high = ms->share_row[slice + 1];
  const uint32_t first = low;
  while (low < high) { /* the first that begins beyond */
    uint32_t middle = low + (high - low) / 2;
    const phs_share *s = &ms->share[middle];
    if (s->projection < projection || (s->projection == projection && s->first <= source)) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  const phs_share *s = &ms->share[low - (low > first)];
  return low > first && s->projection == projection && source < s->end ? s->slice : UINT32_MAX;
}

/* ----------------------------------------------------------------------------------- rows */

static bool needs_rows(const phs_measure *ms, const phs_work_projection *p) {
  return p->wiring == PHS_WIRING_LIST ||
         (p->wiring == PHS_WIRING_WINDOW && (ms->listed[p->source] || ms->listed[p->target]));
}

/* Synapses of a population's projections that have to be made; 0: none. */
static double needed_rows(const phs_measure *ms, const phs_population *p) {
  double sum = 0;
  for (uint32_t i = 0; i < p->out_count; i++) {
    const phs_work_projection *q = &ms->w->projection[ms->w->out[p->first_out + i]];
    sum += needs_rows(ms, q) ? q->synapses + 1 : 0;
  }
  return sum;
}

static bool choose_rows(phs_measure *ms) {
  const phs_work *w = ms->w;
  ms->by_rows = PHS_NEW_ARRAY(ms->arena, bool, (size_t)w->projection_count + 1);
  if (!ms->by_rows) {
    return false;
  }
  for (uint32_t i = 0; i < w->population_count; i++) {
    const phs_population *p = &w->population[i];
    const double needed = needed_rows(ms, p);
    for (uint32_t k = 0; k < p->out_count; k++) {
      uint32_t q = w->out[p->first_out + k];
      ms->by_rows[q] = needs_rows(ms, &w->projection[q]) ||
                       (needed > 0 && w->projection[q].wiring == PHS_WIRING_WINDOW &&
                        w->projection[q].synapses <= CHEAP_ROWS + 4 * needed);
    }
  }
  return true;
}

/* ----------------------------------------------------------------------------------- even */

/* Every target from every source. */
static bool is_dense(const phs_measure *ms, const phs_work_projection *p) {
  for (int d = 0; d < PHS_MAP_RANK; d++) {
    const phs_window_axis *a = &p->window[d];
    if (a->stride != 0 || a->offset != 0 || a->step != 1 ||
        a->taps != ms->w->population[p->source].dim[d]) {
      return false;
    }
  }
  return true;
}

/* Whether numbers depend on the sizes of the slices alone. */
static bool is_even(const phs_measure *ms, uint32_t projection) {
  const phs_work_projection *p = &ms->w->projection[projection];
  if (ms->by_rows[projection] || p->wiring == PHS_WIRING_LIST) {
    return false;
  }
  if (p->wiring == PHS_WIRING_WINDOW) {
    return is_dense(ms, p);
  }
  const phs_rule rule = p->recipe->rule;
  return rule != PHS_RULE_ONE_TO_ONE && rule != PHS_RULE_DISTANCE && rule != PHS_RULE_LIST &&
         (!p->recipe->same_population || p->recipe->autapses);
}

static bool find_even(phs_measure *ms) {
  const phs_work *w = ms->w;
  ms->even_out = PHS_NEW_ARRAY(ms->arena, bool, (size_t)w->population_count + 1);
  ms->even_in = PHS_NEW_ARRAY(ms->arena, bool, (size_t)w->population_count + 1);
  if (!ms->even_out || !ms->even_in) {
    return false;
  }
  for (uint32_t i = 0; i < w->population_count; i++) {
    const phs_population *p = &w->population[i];
    ms->even_in[i] = ms->m->part_count == 0;
    ms->even_out[i] = ms->m->part_count == 0 && p->rate_count == 1;
    for (uint32_t k = 0; k < p->in_count; k++) {
      ms->even_in[i] &= is_even(ms, w->in[p->first_in + k]);
    }
    for (uint32_t k = 0; k < p->out_count; k++) {
      ms->even_out[i] &= is_even(ms, w->out[p->first_out + k]);
    }
  }
  return true;
}

bool phs_measure_prepare(phs_measure *ms) {
  return make_boxes(ms) && make_limits(ms) && make_shares(ms) && choose_rows(ms) && find_even(ms) &&
         phs_pairs_prepare(ms);
}
