/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Which slices of a population meet a box: a grid of cells, about as many as there are slices. */
#include "map/measure.h"

static uint32_t cell_of(const phs_bins *b, int d, uint32_t at) {
  return (uint32_t)((uint64_t)at * b->n[d] / b->dim[d]);
}

/* Different lower ends of the slices' boxes along an axis: so many cells are of use. */
static uint32_t different_lows(const phs_measure *ms, uint32_t population, int d, uint8_t *seen) {
  const phs_map *m = ms->m;
  uint32_t count = 0;
  for (uint32_t s = m->first_slice[population]; s < m->first_slice[population + 1]; s++) {
    uint32_t low = ms->box[s].low[d];
    count += !seen[low];
    seen[low] = 1;
  }
  return count ? count : 1;
}

/* Not more cells than twice the slices: the axis with most gives way. */
static void limit_cells(phs_bins *b, uint64_t slices) {
  while ((uint64_t)b->n[0] * b->n[1] * b->n[2] > 2 * slices + 16) {
    int most = b->n[0] >= b->n[1] ? (b->n[0] >= b->n[2] ? 0 : 2) : (b->n[1] >= b->n[2] ? 1 : 2);
    b->n[most] = (b->n[most] + 1) / 2;
  }
}

typedef struct cells {
  uint32_t low[PHS_MAP_RANK], high[PHS_MAP_RANK]; /* the last one */
} cells;

static cells cells_of(const phs_bins *b, const phs_box *box) {
  cells c;
  for (int d = 0; d < PHS_MAP_RANK; d++) {
    c.low[d] = cell_of(b, d, box->low[d]);
    c.high[d] = cell_of(b, d, box->high[d] - 1);
  }
  return c;
}

/* Counts (@p next NULL: into row[cell + 1]) or enters slice @p s. */
static void enter(phs_bins *b, const phs_box *box, uint32_t s, uint32_t *next) {
  const cells c = cells_of(b, box);
  for (uint32_t i = c.low[0]; i <= c.high[0]; i++) {
    for (uint32_t j = c.low[1]; j <= c.high[1]; j++) {
      for (uint32_t k = c.low[2]; k <= c.high[2]; k++) {
        uint32_t cell = (i * b->n[1] + j) * b->n[2] + k;
        if (next) {
          b->slice[next[cell]++] = s;
        } else {
          b->row[cell + 1]++;
        }
      }
    }
  }
}

bool phs_bins_make(phs_measure *ms, uint32_t population, phs_bins *out) {
  const phs_map *m = ms->m;
  const phs_population *p = &ms->w->population[population];
  const uint32_t first = m->first_slice[population], end = m->first_slice[population + 1];
  for (int d = 0; d < PHS_MAP_RANK; d++) {
    uint8_t *seen = PHS_NEW_ARRAY(ms->arena, uint8_t, p->dim[d]);
    if (!seen) {
      return false;
    }
    out->dim[d] = p->dim[d];
    out->n[d] = different_lows(ms, population, d, seen);
  }
  limit_cells(out, end - first);
  const size_t count = (size_t)out->n[0] * out->n[1] * out->n[2];
  uint32_t *next = PHS_NEW_ARRAY(ms->arena, uint32_t, count + 1);
  out->row = PHS_NEW_ARRAY(ms->arena, uint32_t, count + 1);
  if (!next || !out->row) {
    return false;
  }
  for (uint32_t s = first; s < end; s++) {
    if (phs_box_count(&ms->box[s])) {
      enter(out, &ms->box[s], s, NULL);
    }
  }
  for (size_t i = 0; i < count; i++) {
    out->row[i + 1] += out->row[i];
    next[i] = out->row[i];
  }
  out->slice = PHS_NEW_ARRAY(ms->arena, uint32_t, (size_t)out->row[count] + 1);
  for (uint32_t s = first; s < end && out->slice; s++) {
    if (phs_box_count(&ms->box[s])) {
      enter(out, &ms->box[s], s, next);
    }
  }
  return out->slice != NULL;
}

static uint32_t larger(uint32_t a, uint32_t b) {
  return a > b ? a : b;
}

/* A slice is told in the first cell of those that it shares with the box. */
static bool is_first(const phs_bins *b, const phs_box *slice, const cells *c, const uint32_t *at) {
  for (int d = 0; d < PHS_MAP_RANK; d++) {
    if (at[d] != larger(c->low[d], cell_of(b, d, slice->low[d]))) {
      return false;
    }
  }
  return true;
}

void phs_bins_query(const phs_bins *b, const phs_box *of, const phs_box *box,
                    void (*fn)(void *user, uint32_t slice), void *user) {
  if (phs_box_count(box) == 0) {
    return;
  }
  const cells c = cells_of(b, box);
  uint32_t at[PHS_MAP_RANK];
  for (at[0] = c.low[0]; at[0] <= c.high[0]; at[0]++) {
    for (at[1] = c.low[1]; at[1] <= c.high[1]; at[1]++) {
      for (at[2] = c.low[2]; at[2] <= c.high[2]; at[2]++) {
        uint32_t cell = (at[0] * b->n[1] + at[1]) * b->n[2] + at[2];
        for (uint32_t i = b->row[cell]; i < b->row[cell + 1]; i++) {
          uint32_t s = b->slice[i];
          if (is_first(b, &of[s], &c, at) && phs_box_meet(&of[s], box, NULL)) {
            fn(user, s);
          }
        }
      }
    }
  }
}
