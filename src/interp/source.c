/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Spikes and currents that a network makes itself. */
#include "interp/run.h"

#include <stdlib.h>
#include <string.h>

static int by_value(const void *a, const void *b) {
  const double *x = a, *y = b;
  return (*x > *y) - (*x < *y);
}

/* The distinct values among mean->v, ascending; *count of them. */
static double *distinct(phs_arena *arena, const phs_param64 *mean, size_t *count) {
  double *v = phs_arena_copy(arena, mean->v, mean->n * sizeof *v);
  if (v) {
    qsort(v, mean->n, sizeof *v, by_value);
    *count = 0;
    for (size_t i = 0; i < mean->n; i++) {
      if (i == 0 || v[i] != v[*count - 1]) {
        v[(*count)++] = v[i];
      }
    }
  }
  return v;
}

static bool make_counts(phs_arena *arena, const phs_param64 *mean, phs_source_run *run) {
  size_t count;
  double *value = distinct(arena, mean, &count);
  run->counts = value ? PHS_NEW_ARRAY(arena, phs_poisson, count) : NULL;
  if (!run->counts) {
    return false;
  }
  for (size_t k = 0; k < count; k++) {
    uint32_t n = phs_poisson_thresholds(value[k], NULL);
    uint32_t *threshold = PHS_NEW_ARRAY(arena, uint32_t, n);
    if (!threshold) {
      return false;
    }
    phs_poisson_thresholds(value[k], threshold);
    run->counts[k] = (phs_poisson){.count = n, .threshold = threshold};
  }
  if (mean->n == 1) {
    return true;
  }
  run->which = PHS_NEW_ARRAY(arena, uint32_t, mean->n);
  for (size_t i = 0; run->which && i < mean->n; i++) {
    const double *found = bsearch(&mean->v[i], value, count, sizeof *value, by_value);
    run->which[i] = (uint32_t)(found - value);
  }
  return run->which != NULL;
}

phs_source_run *phs_source_create(phs_arena *arena, const phs_op *op, phs_diag *diag) {
  phs_source_run *run = PHS_NEW(arena, phs_source_run);
  if (!run ||
      (op->source.kind == PHS_SOURCE_POISSON && !make_counts(arena, &op->source.mean, run))) {
    phs_report(diag, PHS_NO_MEMORY, NULL, NULL, "no memory for the source '%s'", op->name);
    return NULL;
  }
  return run;
}

void phs_source_reset(phs_source_run *run) {
  run->next = 0;
}

static bool is_on(const phs_source *s, uint64_t step) {
  return s->start <= (int64_t)step && (int64_t)step < s->stop;
}

/* The random word of element i, of a block of four. */
static uint32_t word_of(const phs_source *s, uint64_t step, size_t i, uint32_t block[4]) {
  if (i % 4 == 0) {
    const uint32_t counter[4] = {(uint32_t)step, (uint32_t)(step >> 32), (uint32_t)(i / 4),
                                 (uint32_t)s->kind};
    phs_philox(s->key, counter, block);
  }
  return block[i % 4];
}

static void draw_counts(const phs_source *s, uint64_t step, const phs_source_run *run, int32_t *y,
                        size_t count) {
  uint32_t block[4];
  for (size_t i = 0; i < count; i++) {
    const phs_poisson *p = &run->counts[run->which ? run->which[i] : 0];
    y[i] = (int32_t)phs_poisson_draw(p, word_of(s, step, i, block));
  }
}

static void draw_values(const phs_source *s, uint64_t step, float *y, size_t count) {
  uint32_t block[4];
  for (size_t i = 0; i < count; i++) {
    double mean = s->mean.v[s->mean.n == 1 ? 0 : i], sd = s->sd.v[s->sd.n == 1 ? 0 : i];
    y[i] = (float)(mean + sd * phs_normal(word_of(s, step, i, block)));
  }
}

/* Steps only go forward: the events of this one are the next in line. */
static void play_train(const phs_source *s, uint64_t step, phs_source_run *run, int32_t *y) {
  bool on = is_on(s, step);
  for (; run->next < s->event_count && s->event_step[run->next] <= (int64_t)step; run->next++) {
    y[s->event_element[run->next]] += on;
  }
}

static void play_pieces(const phs_source *s, uint64_t step, phs_source_run *run, float *y,
                        size_t count) {
  while (run->next < s->piece_count && s->piece_step[run->next] <= (int64_t)step) {
    run->next++;
  }
  const phs_param32 *v = run->next ? &s->piece_value[run->next - 1] : NULL;
  for (size_t i = 0; i < count; i++) {
    y[i] = v ? v->v[v->n == 1 ? 0 : i] : 0.0F;
  }
}

void phs_source_step(const phs_source *s, uint64_t step, phs_source_run *run,
                     const phs_quantity *out) {
  void *y = (void *)out->data;
  if (s->kind == PHS_SOURCE_CURRENT) {
    play_pieces(s, step, run, y, out->count);
    return;
  }
  memset(y, 0, out->count * phs_elem_size(out->elem));
  if (s->kind == PHS_SOURCE_TRAIN) {
    play_train(s, step, run, y);
  } else if (!is_on(s, step)) {
    return;
  } else if (s->kind == PHS_SOURCE_POISSON) {
    draw_counts(s, step, run, y, out->count);
  } else {
    draw_values(s, step, y, out->count);
  }
}
