/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Unions of windows. The sources of a window are a product of sets of coordinates. Each coordinate
 * of an axis gets a mask of the windows that have it; neurons are in the union where the masks of
 * their coordinates have a bit in common. Coordinates with the same mask are counted together.
 */
#include "map/measure.h"
#include "map/window.h"

#include <stdlib.h>
#include <string.h>

/* Windows of one mask; more are told apart neuron by neuron. */
#define MASK_BITS 64

typedef struct mask_class {
  uint64_t mask;
  uint64_t count;
} mask_class;

typedef struct masks {
  uint64_t *at[PHS_MAP_RANK]; /* of each coordinate of the box */
  mask_class *class[PHS_MAP_RANK];
  size_t classes[PHS_MAP_RANK];
} masks;

static phs_interval span_of(const phs_box *b, int d) {
  return (phs_interval){b->low[d], b->high[d]};
}

/* Sets @p bit in the masks of the sources that a window has on axis @p d. */
static void mark_axis(const phs_window_axis *a, const phs_window_part *part, int d, uint32_t low,
                      uint64_t bit, uint64_t *mask) {
  const phs_interval source = span_of(&part->source, d), target = span_of(&part->target, d);
  if (phs_axis_union(a, source, target) == source.high - source.low) {
    for (uint32_t s = source.low; s < source.high; s++) {
      mask[s - low] |= bit;
    }
    return;
  }
  for (int64_t u = target.low / a->divide; u <= (int64_t)((target.high - 1) / a->divide); u++) {
    int64_t begin = a->stride * u + a->offset, step = a->step;
    int64_t k = begin >= source.low ? 0 : (source.low - begin + step - 1) / step;
    for (; k < a->taps && begin + k * step < source.high; k++) {
      mask[begin + k * step - low] |= bit;
    }
    if (a->stride == 0) {
      return;
    }
  }
}

static int by_mask(const void *a, const void *b) {
  uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
  return (x > y) - (x < y);
}

/* Masks of an axis that are not 0, and how many coordinates have them. */
static bool classify(const uint64_t *mask, size_t length, mask_class **out, size_t *count) {
  uint64_t *sorted = malloc((length + 1) * sizeof *sorted);
  *out = malloc((length + 1) * sizeof **out);
  *count = 0;
  if (!sorted || !*out) {
    free(sorted);
    return false;
  }
  memcpy(sorted, mask, length * sizeof *sorted);
  bool ascending = true;
  for (size_t i = 1; i < length && ascending; i++) {
    ascending = sorted[i - 1] <= sorted[i];
  }
  if (!ascending) {
    qsort(sorted, length, sizeof *sorted, by_mask);
  }
  for (size_t i = 0; i < length; i++) {
    if (sorted[i] == 0) {
      continue;
    }
    if (*count == 0 || (*out)[*count - 1].mask != sorted[i]) {
      (*out)[(*count)++] = (mask_class){.mask = sorted[i]};
    }
    (*out)[*count - 1].count++;
  }
  free(sorted);
  return true;
}

static uint64_t count_common(const masks *k) {
  uint64_t sum = 0;
  for (size_t i = 0; i < k->classes[0]; i++) {
    for (size_t j = 0; j < k->classes[1]; j++) {
      const uint64_t outer = k->class[0][i].mask & k->class[1][j].mask;
      for (size_t n = 0; outer && n < k->classes[2]; n++) {
        if (outer & k->class[2][n].mask) {
          sum += k->class[0][i].count * k->class[1][j].count * k->class[2][n].count;
        }
      }
    }
  }
  return sum;
}

/* Marks the neurons of the box that the masks have, one by one. */
static void mark_neurons(const masks *k, const phs_box *within, uint8_t *seen) {
  const size_t length[PHS_MAP_RANK] = {within->high[0] - within->low[0],
                                       within->high[1] - within->low[1],
                                       within->high[2] - within->low[2]};
  for (size_t c = 0; c < length[0]; c++) {
    for (size_t y = 0; y < length[1]; y++, seen += length[2]) {
      const uint64_t outer = k->at[0][c] & k->at[1][y];
      for (size_t x = 0; outer && x < length[2]; x++) {
        seen[x] |= (outer & k->at[2][x]) != 0;
      }
    }
  }
}

static uint64_t sum_seen(const phs_population *p, const phs_box *within, const uint8_t *seen,
                         double *rate) {
  uint64_t count = 0;
  *rate = 0;
  for (uint32_t c = within->low[0]; c < within->high[0]; c++) {
    for (uint32_t y = within->low[1]; y < within->high[1]; y++) {
      for (uint32_t x = within->low[2]; x < within->high[2]; x++) {
        bool in = *seen++;
        count += in;
        *rate += in && p->rate_count > 1 ? (double)p->rate[phs_box_index(p, c, y, x)] : 0;
      }
    }
  }
  return count;
}

static bool make_masks(const phs_measure *ms, const phs_box *within, const phs_window_part *part,
                       size_t count, masks *k) {
  for (int d = 0; d < PHS_MAP_RANK; d++) {
    k->at[d] = calloc((size_t)(within->high[d] - within->low[d]) + 1, sizeof *k->at[d]);
    for (size_t i = 0; i < count && k->at[d]; i++) {
      const phs_window_axis *a = &ms->w->projection[part[i].projection].window[d];
      mark_axis(a, &part[i], d, within->low[d], (uint64_t)1 << i, k->at[d]);
    }
    if (!k->at[d]) {
      return false;
    }
  }
  return true;
}

static void free_masks(masks *k) {
  for (int d = 0; d < PHS_MAP_RANK; d++) {
    free(k->at[d]);
    free(k->class[d]);
  }
}

/* Neuron by neuron, for any number of windows, and where each neuron has a rate of its own. */
static uint64_t union_by_neuron(const phs_measure *ms, uint32_t population, const phs_box *within,
                                const phs_window_part *part, size_t count, double *rate) {
  uint8_t *seen = calloc((size_t)phs_box_count(within) + 1, 1);
  bool ok = seen != NULL;
  for (size_t first = 0; first < count && ok; first += MASK_BITS) {
    size_t n = count - first < MASK_BITS ? count - first : MASK_BITS;
    masks k = {0};
    ok = make_masks(ms, within, part + first, n, &k);
    if (ok) {
      mark_neurons(&k, within, seen);
    }
    free_masks(&k);
  }
  uint64_t sum = ok ? sum_seen(&ms->w->population[population], within, seen, rate) : UINT64_MAX;
  free(seen);
  return sum;
}

uint64_t phs_window_union(const phs_measure *ms, uint32_t population, const phs_box *within,
                          const phs_window_part *part, size_t count, double *rate) {
  const bool own_rates = ms->w->population[population].rate_count > 1;
  if (own_rates || count > MASK_BITS) {
    return union_by_neuron(ms, population, within, part, count, rate);
  }
  masks k = {0};
  uint64_t sum = UINT64_MAX;
  bool ok = make_masks(ms, within, part, count, &k);
  for (int d = 0; d < PHS_MAP_RANK && ok; d++) {
    ok = classify(k.at[d], within->high[d] - within->low[d], &k.class[d], &k.classes[d]);
  }
  if (ok) {
    sum = count_common(&k);
  }
  free_masks(&k);
  return sum;
}
