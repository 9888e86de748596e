/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Populations, projections, and the messages between them. */
#include "report/figures.h"

#include <stdlib.h>
#include <string.h>

static int by_pair(const void *a, const void *b) {
  const phs_pair_row *x = a, *y = b;
  if (x->source != y->source) {
    return x->source < y->source ? -1 : 1;
  }
  return x->target < y->target ? -1 : x->target > y->target;
}

/* One row for each pair of populations with a projection. */
static bool pairs(phs_figures *f) {
  const phs_work *w = f->map->work;
  phs_pair_row *row = PHS_NEW_ARRAY(f->arena, phs_pair_row, w->projection_count);
  if (!row) {
    return false;
  }
  for (uint32_t i = 0; i < w->projection_count; i++) {
    const phs_work_projection *p = &w->projection[i];
    row[i] = (phs_pair_row){p->source, p->target, 1, phs_report_sane(p->synapses), 0, 0};
  }
  qsort(row, w->projection_count, sizeof *row, by_pair);
  uint32_t n = 0;
  for (uint32_t i = 0; i < w->projection_count; i++) {
    if (n > 0 && by_pair(&row[n - 1], &row[i]) == 0) {
      row[n - 1].projections++;
      row[n - 1].synapses += row[i].synapses;
    } else {
      row[n++] = row[i];
    }
  }
  f->pair = row;
  f->pair_count = n;
  return true;
}

/* Shares the messages of one flow among the populations on the core that it is for.
 * @param pair_of of a target population: index into f->pair, UINT32_MAX where there is none
 * @param mark of a target population: the last flow that it was seen in */
static void share_flow(phs_figures *f, uint32_t slice, uint64_t flow, const uint32_t *pair_of,
                       uint64_t *mark) {
  const phs_map *m = f->map;
  uint32_t to = m->flows.core[flow], wanted = 0;
  if (to >= m->core_count) {
    return;
  }
  const phs_core *core = &m->core[to];
  double rate = phs_report_sane((double)m->flows.rate[flow]);
  bool own = to == m->slice[slice].core;
  phs_population_row *row = &f->population[m->slice[slice].population];
  *(own ? &row->local : &row->deliveries) += rate;
  for (int pass = 0; pass < 2; pass++) {
    for (uint32_t i = 0; i < core->slice_count; i++) {
      uint32_t p = m->slice[m->slice_of[core->first_slice + i]].population;
      if (pair_of[p] == UINT32_MAX || mark[p] == 2 * flow + 1 + (uint64_t)pass) {
        continue;
      }
      mark[p] = 2 * flow + 1 + (uint64_t)pass;
      if (pass == 0) {
        wanted++;
      } else {
        phs_pair_row *pair = &f->pair[pair_of[p]];
        *(own ? &pair->local : &pair->deliveries) += rate / wanted;
      }
    }
  }
}

static uint32_t first_pair(const phs_figures *f, uint32_t source) {
  uint32_t low = 0, high = f->pair_count;
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    if (f->pair[middle].source < source) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

static double rate_of(const phs_population *p) {
  double sum = 0;
  for (uint32_t i = 0; i < p->rate_count; i++) {
    sum += phs_report_sane((double)p->rate[i]);
  }
  return p->rate_count == 1 ? sum * p->count : sum;
}

static bool messages(phs_figures *f) {
  const phs_map *m = f->map;
  uint32_t n = m->work->population_count, at = UINT32_MAX, next = 0;
  uint32_t *pair_of = malloc(((size_t)n + 1) * sizeof *pair_of);
  uint64_t *mark = calloc((size_t)n + 1, sizeof *mark);
  if (!pair_of || !mark) {
    free(pair_of);
    free(mark);
    return false;
  }
  memset(pair_of, 0xff, (size_t)n * sizeof *pair_of);
  for (uint32_t s = 0; s < m->slice_count; s++) { /* slices stand by population, pairs by source */
    uint32_t p = m->slice[s].population;
    if (p != at) {
      memset(pair_of, 0xff, (size_t)n * sizeof *pair_of);
      for (next = first_pair(f, p); next < f->pair_count && f->pair[next].source == p; next++) {
        pair_of[f->pair[next].target] = next;
      }
      at = p;
    }
    for (uint64_t i = m->flows.row[s]; i < m->flows.row[s + 1]; i++) {
      share_flow(f, s, i, pair_of, mark);
    }
  }
  free(pair_of);
  free(mark);
  return true;
}

static bool populations(phs_figures *f) {
  const phs_map *m = f->map;
  uint32_t n = m->work->population_count;
  uint32_t *last = calloc((size_t)m->core_count + 1, sizeof *last);
  if (!last) {
    return false;
  }
  for (uint32_t s = 0; s < m->slice_count; s++) {
    const phs_slice *slice = &m->slice[s];
    phs_population_row *row = &f->population[slice->population];
    row->slices++;
    row->partial += slice->role == PHS_SLICE_PARTIAL;
    if (slice->core < m->core_count && last[slice->core] != slice->population + 1) {
      last[slice->core] = slice->population + 1; /* slices stand by population */
      row->cores++;
    }
    for (uint64_t b = f->measured ? m->block_row[s] : 0; f->measured && b < m->block_row[s + 1];
         b++) {
      const phs_block *block = &m->block[b];
      phs_projection_row *p = &f->projection[block->projection];
      p->blocks++;
      p->synapses += (double)block->synapses;
      p->bits += (double)block->bits;
      p->axons += block->axons;
      p->formats[block->format]++;
      row->synapses += (double)block->synapses;
      row->bits += (double)block->bits;
    }
  }
  free(last);
  for (uint32_t p = 0; p < n; p++) {
    f->population[p].rate = rate_of(&m->work->population[p]);
    f->synapses += f->population[p].synapses;
    f->bits += f->population[p].bits;
  }
  return true;
}

bool phs_figures_network(phs_figures *f) {
  const phs_work *w = f->map->work;
  f->population = PHS_NEW_ARRAY(f->arena, phs_population_row, w->population_count);
  f->projection = PHS_NEW_ARRAY(f->arena, phs_projection_row, w->projection_count);
  return f->population && f->projection && pairs(f) && (!f->cut || populations(f)) &&
         (!f->measured || messages(f));
}
