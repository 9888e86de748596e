/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Descriptions of sources: what they need beside a step's number. */
#include "backends/cpu/plan_layout.h"
#include "random/draw.h"

#include <stdlib.h>
#include <string.h>

static int compare(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* Thresholds of each distinct mean. */
static size_t poisson_tables(phs_cpu_layout *l, const double *mean, size_t count) {
  phs_program_poisson *table = PHS_NEW_ARRAY(l->plan->arena, phs_program_poisson, count);
  for (size_t i = 0; table && i < count; i++) {
    uint32_t n = phs_poisson_thresholds(mean[i], NULL);
    uint32_t *threshold = PHS_NEW_ARRAY(l->plan->arena, uint32_t, n);
    if (!threshold) {
      l->no_memory = true;
      return 0;
    }
    phs_poisson_thresholds(mean[i], threshold);
    table[i] = (phs_program_poisson){phs_cpu_data(l, threshold, n * sizeof *threshold), n};
  }
  l->no_memory = l->no_memory || !table;
  return table ? phs_cpu_data(l, table, count * sizeof *table) : 0;
}

static void plan_poisson(phs_cpu_layout *l, const phs_source *s, phs_program_source *d) {
  size_t n = s->mean.n, distinct = 0;
  double *sorted = PHS_NEW_ARRAY(l->plan->arena, double, n);
  uint32_t *which = PHS_NEW_ARRAY(l->plan->arena, uint32_t, n);
  if (!sorted || !which) {
    l->no_memory = true;
    return;
  }
  memcpy(sorted, s->mean.v, n * sizeof *sorted);
  qsort(sorted, n, sizeof *sorted, compare);
  for (size_t i = 0; i < n; i++) {
    if (i == 0 || sorted[i] != sorted[distinct - 1]) {
      sorted[distinct++] = sorted[i];
    }
  }
  for (size_t i = 0; i < n; i++) {
    double *found = bsearch(&s->mean.v[i], sorted, distinct, sizeof *sorted, compare);
    which[i] = (uint32_t)(found - sorted);
  }
  d->a = poisson_tables(l, sorted, distinct);
  d->b = distinct > 1 ? phs_cpu_data(l, which, n * sizeof *which) : 0;
}

static void plan_current(phs_cpu_layout *l, const phs_source *s, phs_program_source *d) {
  uint64_t *piece = PHS_NEW_ARRAY(l->plan->arena, uint64_t, 2 * s->piece_count);
  if (!piece) {
    l->no_memory = true;
    return;
  }
  for (size_t k = 0; k < s->piece_count; k++) {
    piece[2 * k] =
        phs_cpu_data(l, s->piece_value[k].v, s->piece_value[k].n * sizeof *s->piece_value[k].v);
    piece[2 * k + 1] = s->piece_value[k].n;
  }
  d->count = s->piece_count;
  d->a = phs_cpu_data(l, s->piece_step, s->piece_count * sizeof *s->piece_step);
  d->b = phs_cpu_data(l, piece, 2 * s->piece_count * sizeof *piece);
}

void phs_cpu_plan_source(phs_cpu_layout *l, int index) {
  const phs_source *s = &l->plan->net->op[index].source;
  phs_program_source *d = PHS_NEW(l->plan->arena, phs_program_source);
  if (!d) {
    l->no_memory = true;
    return;
  }
  *d = (phs_program_source){.key = s->key, .start = s->start, .stop = s->stop};
  switch (s->kind) {
  case PHS_SOURCE_POISSON:
    plan_poisson(l, s, d);
    break;
  case PHS_SOURCE_TRAIN:
    d->count = s->event_count;
    d->a = phs_cpu_data(l, s->event_step, s->event_count * sizeof *s->event_step);
    d->b = phs_cpu_data(l, s->event_element, s->event_count * sizeof *s->event_element);
    break;
  case PHS_SOURCE_CURRENT:
    plan_current(l, s, d);
    break;
  case PHS_SOURCE_NOISE:
    d->a = phs_cpu_data(l, s->mean.v, s->mean.n * sizeof *s->mean.v);
    d->b = phs_cpu_data(l, s->sd.v, s->sd.n * sizeof *s->sd.v);
    d->a_count = s->mean.n;
    d->b_count = s->sd.n;
    break;
  }
  l->plan->op[index].descriptor = phs_cpu_data(l, d, sizeof *d);
}
