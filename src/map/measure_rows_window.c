/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Windows turned round: the targets of each source coordinate, axis by axis. */
#include "map/measure.h"

/* Calls for each target coordinate t and source coordinate s of an axis: counts (@p target NULL) or
 * enters. */
static void walk(const phs_window_axis *a, uint32_t sources, uint32_t targets, uint64_t *row,
                 uint32_t *target) {
  for (uint32_t t = 0; t < targets; t++) {
    const int64_t begin = a->stride * (int64_t)(t / a->divide) + a->offset;
    for (int64_t k = 0; k < a->taps; k++) {
      const int64_t s = begin + k * a->step;
      if (s < 0 || s >= sources) {
        continue;
      }
      if (target) {
        target[row[s]++] = t;
      } else {
        row[s + 1]++;
      }
    }
  }
}

/* All targets have the same sources: a row says only whether there are any. */
static void walk_once(const phs_window_axis *a, uint32_t sources, uint64_t *row) {
  for (int64_t k = 0; k < a->taps; k++) {
    const int64_t s = a->offset + k * a->step;
    if (s >= 0 && s < sources) {
      row[s + 1] = 1;
    }
  }
}

bool phs_rows_window(phs_measure *ms, phs_row_source *r) {
  const phs_work_projection *p = &ms->w->projection[r->projection];
  for (int d = 0; d < PHS_MAP_RANK; d++) {
    const phs_window_axis *a = &p->window[d];
    const uint32_t sources = ms->w->population[p->source].dim[d];
    const uint32_t targets = ms->w->population[p->target].dim[d];
    uint64_t *row = r->row[d] = PHS_NEW_ARRAY(ms->arena, uint64_t, (size_t)sources + 2);
    if (!row) {
      return false;
    }
    if (a->stride == 0) {
      walk_once(a, sources, row);
    } else {
      walk(a, sources, targets, row, NULL);
    }
    for (uint32_t s = 0; s < sources; s++) {
      row[s + 1] += row[s];
    }
    if (a->stride == 0) {
      continue;
    }
    uint32_t *list = r->target[d] = PHS_NEW_ARRAY(ms->arena, uint32_t, (size_t)row[sources] + 1);
    if (!list) {
      return false;
    }
    walk(a, sources, targets, row, list);
    for (uint32_t s = sources; s > 0; s--) { /* rows have moved to their ends */
      row[s] = row[s - 1];
    }
    row[0] = 0;
  }
  return true;
}
