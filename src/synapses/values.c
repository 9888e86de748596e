/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "synapses/rows_internal.h"

#define BATCH 256u

/* -------------------------------------------------------------------------------- definitions */

/* -ln u of a word of an exponential distribution: u falls as the value a (-ln u) grows. */
static inline uint32_t exponential_word(double a, uint32_t word) {
  return a >= 0.0 ? ~word : word;
}

static double unbounded(const phs_distribution *d, uint32_t word) {
  switch (d->kind) {
  case PHS_DIST_CONSTANT:
    return d->a;
  case PHS_DIST_UNIFORM:
    return d->a + (d->b - d->a) * phs_uniform(word);
  case PHS_DIST_NORMAL:
    return d->a + d->b * phs_normal(word);
  case PHS_DIST_LOGNORMAL:
    return phs_exp(d->a + d->b * phs_normal(word));
  case PHS_DIST_EXPONENTIAL:
    return -d->a * phs_log(phs_uniform(exponential_word(d->a, word)));
  }
  return d->a;
}

static inline double bounded(const phs_distribution *d, double x) {
  x = x < d->low ? d->low : x;
  return x > d->high ? d->high : x;
}

/* The first word, in [0, 2^32], whose value is above @p bound, or not below it. */
static uint64_t first_word(const phs_distribution *d, double bound, bool above) {
  uint64_t low = 0, high = (uint64_t)1 << 32;
  while (low < high) {
    uint64_t middle = low + (high - low) / 2;
    double x = unbounded(d, (uint32_t)middle);
    if (above ? x > bound : x >= bound) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return low;
}

phs_window phs_value_window(const phs_distribution *d) {
  if (d->bound != PHS_BOUND_REDRAW) {
    return (phs_window){0, (uint64_t)1 << 32};
  }
  uint64_t first = first_word(d, d->low, false), end = first_word(d, d->high, true);
  return (phs_window){(uint32_t)first, end > first ? end - first : 0};
}

double phs_value_of(const phs_distribution *d, const phs_window *w, uint32_t word) {
  double x = unbounded(d, phs_window_word(w, word));
  return d->bound == PHS_BOUND_NONE ? x : bounded(d, x);
}

/* ------------------------------------------------------------------------------------- delays */

/* Rounded to the nearest step, halves up; at least 1. */
static uint32_t steps_of(double x) {
  return x >= 2147483647.0 ? 2147483647u : x >= 1.0 ? (uint32_t)(x + 0.5) : 1;
}

static uint32_t delay_of(const phs_recipe *r, const phs_window *w, uint32_t word) {
  return steps_of(phs_value_of(&r->delay, w, word));
}

static void list_delays(const phs_synapse_list *list, uint32_t *low, uint32_t *high) {
  *low = list->count ? UINT32_MAX : 1;
  *high = 1;
  for (size_t i = 0; i < list->count; i++) {
    uint32_t d = list->delay[i] < 1 ? 1 : (uint32_t)list->delay[i];
    *low = d < *low ? d : *low;
    *high = d > *high ? d : *high;
  }
}

static void delay_range(const phs_recipe *r, uint32_t *low, uint32_t *high) {
  if (r->rule == PHS_RULE_LIST && r->list.delay) {
    list_delays(&r->list, low, high);
    return;
  }
  phs_window w = phs_value_window(&r->delay);
  *low = delay_of(r, &w, 0);
  *high = delay_of(r, &w, UINT32_MAX);
}

int32_t phs_delay_low(const phs_recipe *r) {
  uint32_t low, high;
  delay_range(r, &low, &high);
  return (int32_t)low;
}

int32_t phs_delay_high(const phs_recipe *r) {
  uint32_t low, high;
  delay_range(r, &low, &high);
  return (int32_t)high;
}

uint32_t phs_delay_span(const phs_recipe *r, uint32_t *low) {
  uint32_t high;
  delay_range(r, low, &high);
  return high - *low >= 65535 ? 65536 : high - *low + 1;
}

void phs_delay_table(const phs_recipe *r, phs_shared *s) {
  phs_inverse *t = &s->delay;
  t->steps = phs_delay_span(r, &t->low);
  s->delay_window = phs_value_window(&r->delay);
  if (t->steps == 1 || (r->rule == PHS_RULE_LIST && r->list.delay)) {
    return;
  }
  for (uint32_t i = 0; i + 1 < t->steps; i++) { /* the last word of step i */
    uint64_t low = 0, high = (uint64_t)1 << 32;
    while (low < high) {
      uint64_t middle = low + (high - low) / 2;
      if (delay_of(r, &s->delay_window, (uint32_t)middle) > t->low + i) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    t->last[i] = low ? (uint32_t)(low - 1) : 0;
  }
  t->last[t->steps - 1] = UINT32_MAX;
  phs_inverse_guide(t);
}

void phs_fill_delays(const phs_rows *rows, uint32_t source, uint32_t tile, uint32_t count,
                     uint16_t *out) {
  const phs_inverse *t = &phs_shared_of(rows)->delay;
  if (t->steps == 1) {
    for (uint32_t i = 0; i < count; i++) {
      out[i] = 0;
    }
    return;
  }
  const uint32_t at[3] = {source, tile, PHS_DRAW_DELAY};
  uint32_t word[BATCH];
  for (uint32_t first = 0; first < count; first += BATCH) {
    uint32_t n = count - first < BATCH ? count - first : BATCH;
    phs_words(rows->recipe->key, at, first, n, word);
    for (uint32_t i = 0; i < n; i++) {
      out[first + i] = (uint16_t)phs_inverse_step(t, word[i]);
    }
  }
}

/* ------------------------------------------------------------------------------------ weights */

/* Unbounded values of @p count words, as unbounded() gives them one by one. */
static void values_of(const phs_distribution *d, const uint32_t *word, uint32_t count,
                      double *out) {
  double between[BATCH];
  switch (d->kind) {
  case PHS_DIST_CONSTANT:
    for (uint32_t i = 0; i < count; i++) {
      out[i] = d->a;
    }
    break;
  case PHS_DIST_UNIFORM:
    for (uint32_t i = 0; i < count; i++) {
      out[i] = d->a + (d->b - d->a) * phs_uniform(word[i]);
    }
    break;
  case PHS_DIST_NORMAL:
    phs_normals(word, count, out);
    for (uint32_t i = 0; i < count; i++) {
      out[i] = d->a + d->b * out[i];
    }
    break;
  case PHS_DIST_LOGNORMAL:
    phs_normals(word, count, between);
    for (uint32_t i = 0; i < count; i++) {
      between[i] = d->a + d->b * between[i];
    }
    phs_exps(between, count, out);
    break;
  case PHS_DIST_EXPONENTIAL:
    for (uint32_t i = 0; i < count; i++) {
      between[i] = phs_uniform(exponential_word(d->a, word[i]));
    }
    phs_logs(between, count, out);
    for (uint32_t i = 0; i < count; i++) {
      out[i] = -d->a * out[i];
    }
    break;
  }
}

static void weight_batch(const phs_distribution *d, const phs_window *w, uint32_t *word,
                         uint32_t count, float *out) {
  double value[BATCH];
  if (d->bound == PHS_BOUND_REDRAW) {
    for (uint32_t i = 0; i < count; i++) {
      word[i] = phs_window_word(w, word[i]);
    }
  }
  values_of(d, word, count, value);
  if (d->bound != PHS_BOUND_NONE) {
    for (uint32_t i = 0; i < count; i++) {
      value[i] = bounded(d, value[i]);
    }
  }
  for (uint32_t i = 0; i < count; i++) {
    out[i] = (float)value[i];
  }
}

void phs_fill_weights(const phs_rows *rows, uint32_t source, uint32_t tile, uint32_t count,
                      float *out) {
  const phs_distribution *d = &rows->recipe->weight;
  const phs_window *w = &phs_shared_of(rows)->weight_window;
  if (d->kind == PHS_DIST_CONSTANT) {
    const float value = (float)phs_value_of(d, w, 0);
    for (uint32_t i = 0; i < count; i++) {
      out[i] = value;
    }
    return;
  }
  const uint32_t at[3] = {source, tile, PHS_DRAW_WEIGHT};
  uint32_t word[BATCH];
  for (uint32_t first = 0; first < count; first += BATCH) {
    uint32_t n = count - first < BATCH ? count - first : BATCH;
    phs_words(rows->recipe->key, at, first, n, word);
    weight_batch(d, w, word, n, out + first);
  }
}
