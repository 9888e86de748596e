/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Projections synapse by synapse. */
#include "map/work.h"
#include "synapses/rows.h"

#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------------------------- windows */

/* Calls for all synapses of a window, targets ascending: counted in row[source + 1], or, with
 * @p to, filled in at row[source]++. */
static void walk_target(const phs_population *s, const phs_work_projection *p, const uint32_t *at,
                        uint32_t target, uint64_t *row, uint32_t *to) {
  const phs_window_axis *a = p->window;
  int64_t begin[PHS_MAP_RANK];
  for (int d = 0; d < PHS_MAP_RANK; d++) {
    begin[d] = a[d].stride * (at[d] / a[d].divide) + a[d].offset;
  }
  for (uint32_t i = 0; i < a[0].taps; i++) {
    int64_t c = begin[0] + (int64_t)i * a[0].step;
    for (uint32_t j = 0; c >= 0 && c < s->dim[0] && j < a[1].taps; j++) {
      int64_t y = begin[1] + (int64_t)j * a[1].step;
      for (uint32_t k = 0; y >= 0 && y < s->dim[1] && k < a[2].taps; k++) {
        int64_t x = begin[2] + (int64_t)k * a[2].step;
        if (x < 0 || x >= s->dim[2]) {
          continue;
        }
        uint32_t source = phs_box_index(s, (uint32_t)c, (uint32_t)y, (uint32_t)x);
        if (to) {
          to[row[source]++] = target;
        } else {
          row[source + 1]++;
        }
      }
    }
  }
}

static void walk_window(const phs_work *w, const phs_work_projection *p, uint64_t *row,
                        uint32_t *to) {
  const phs_population *s = &w->population[p->source], *t = &w->population[p->target];
  uint32_t at[PHS_MAP_RANK], target = 0;
  for (at[0] = 0; at[0] < t->dim[0]; at[0]++) {
    for (at[1] = 0; at[1] < t->dim[1]; at[1]++) {
      for (at[2] = 0; at[2] < t->dim[2]; at[2]++) {
        walk_target(s, p, at, target++, row, to);
      }
    }
  }
}

static bool expand_window(const phs_work *w, const phs_work_projection *p, phs_arena *arena,
                          phs_csr *out) {
  const uint32_t sources = w->population[p->source].count;
  uint64_t *row = PHS_NEW_ARRAY(arena, uint64_t, (size_t)sources + 1), count;
  if (!row) {
    return false;
  }
  walk_window(w, p, row, NULL);
  for (uint32_t i = 0; i < sources; i++) {
    row[i + 1] += row[i];
  }
  count = row[sources];
  uint32_t *target = PHS_NEW_ARRAY(arena, uint32_t, (size_t)count);
  if (!target) {
    return false;
  }
  walk_window(w, p, row, target); /* leaves row[i] where row i + 1 begins */
  memmove(row + 1, row, sources * sizeof *row);
  row[0] = 0;
  *out = (phs_csr){row, target, NULL};
  return true;
}

/* ------------------------------------------------------------------------------------- recipes */

typedef struct synapse {
  uint32_t target;
  uint32_t rank; /**< equal targets keep their order */
  float weight;
} synapse;

static int by_target(const void *a, const void *b) {
  const synapse *x = a, *y = b;
  return x->target != y->target ? (x->target > y->target) - (x->target < y->target)
                                : (x->rank > y->rank) - (x->rank < y->rank);
}

/* Adds one row; false beyond @p most. */
static bool add_row(const phs_rows *rows, uint32_t source, uint32_t tile, uint64_t most,
                    phs_row *room, synapse *sorted, uint64_t *at, uint32_t *target, float *weight) {
  phs_row_make(rows, source, tile, room);
  if (room->count > most - *at) {
    return false;
  }
  for (uint32_t i = 0; i < room->count; i++) {
    sorted[i] = (synapse){(tile << PHS_TILE_BITS) + room->target[i], i, room->weight[i]};
  }
  qsort(sorted, room->count, sizeof *sorted, by_target);
  for (uint32_t i = 0; i < room->count; i++) {
    target[*at] = sorted[i].target;
    weight[(*at)++] = sorted[i].weight;
  }
  return true;
}

static bool expand_rows(const phs_rows *rows, phs_arena *arena, phs_csr *out) {
  const uint32_t sources = rows->recipe->source_count;
  const size_t count = (size_t)rows->synapses;
  phs_arena *scratch = phs_arena_create();
  phs_row room = {.target = scratch ? PHS_NEW_ARRAY(scratch, uint16_t, rows->longest) : NULL,
                  .weight = scratch ? PHS_NEW_ARRAY(scratch, float, rows->longest) : NULL};
  synapse *sorted = scratch ? PHS_NEW_ARRAY(scratch, synapse, rows->longest) : NULL;
  uint64_t *row = PHS_NEW_ARRAY(arena, uint64_t, (size_t)sources + 1), at = 0;
  uint32_t *target = PHS_NEW_ARRAY(arena, uint32_t, count);
  float *weight = PHS_NEW_ARRAY(arena, float, count);
  bool ok = room.target && room.weight && sorted && row && target && weight;
  for (uint32_t source = 0; ok && source < sources; source++) {
    row[source] = at;
    for (uint32_t tile = 0; ok && tile < rows->tiles; tile++) {
      ok = add_row(rows, source, tile, count, &room, sorted, &at, target, weight);
    }
  }
  if (ok) {
    row[sources] = at;
    *out = (phs_csr){row, target, weight};
  }
  phs_arena_destroy(scratch);
  return ok;
}

static bool expand_recipe(const phs_recipe *r, uint64_t most, phs_arena *arena, phs_csr *out) {
  const size_t bytes = phs_rows_bytes(r);
  phs_arena *scratch = bytes == SIZE_MAX ? NULL : phs_arena_create();
  void *memory = scratch ? phs_arena_alloc(scratch, bytes) : NULL;
  bool ok = false;
  if (memory) {
    phs_rows rows;
    phs_rows_prepare(r, memory, &rows);
    ok = rows.synapses <= most && expand_rows(&rows, arena, out);
  }
  phs_arena_destroy(scratch);
  return ok;
}

bool phs_work_expand(const phs_work *w, uint32_t projection, uint64_t most, phs_arena *arena,
                     phs_csr *out) {
  const phs_work_projection *p = &w->projection[projection];
  const phs_box source = phs_box_all(&w->population[p->source]),
                target = phs_box_all(&w->population[p->target]);
  switch (p->wiring) {
  case PHS_WIRING_WINDOW:
    return phs_work_synapses(w, projection, &source, &target) <= (double)most &&
           expand_window(w, p, arena, out);
  case PHS_WIRING_RECIPE:
    return expand_recipe(p->recipe, most, arena, out);
  case PHS_WIRING_LIST:
    *out = p->list;
    return p->list.row[w->population[p->source].count] <= most;
  }
  return false;
}
