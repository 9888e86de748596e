/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "report/figures.h"

#include <math.h>
#include <stdlib.h>

double phs_report_sane(double value) {
  return isfinite(value) && value > 0 ? value : 0;
}

double phs_report_share(double use, double limit) {
  if (!isfinite(limit)) {
    return 0;
  }
  return limit > 0 ? use / limit : use > 0 ? 1 : 0;
}

static void stages(phs_figures *f) {
  const phs_map *m = f->map;
  f->cut = m->core_count > 0 && m->slice && m->core && m->slice_of;
  f->measured = f->cut && m->use && m->flows.row && m->block_row;
  f->placed = f->cut;
  for (uint32_t c = 0; f->placed && c < m->core_count; c++) {
    f->placed = m->core[c].place < (uint64_t)m->machine->grid_count * m->machine->cores_per_node;
  }
  f->routed = f->placed && m->routing.load;
}

/* Cores by occupancy, falling, then by number. Occupancies of 20 bits are exact enough to order by,
 * and a 64-bit key makes the order a total one. */
static int falling(const void *a, const void *b) {
  uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
  return x < y ? 1 : x > y ? -1 : 0;
}

static bool order_cores(phs_figures *f) {
  uint32_t n = f->map->core_count;
  f->by_fullness = PHS_NEW_ARRAY(f->arena, uint32_t, n);
  uint64_t *key = malloc(((size_t)n + 1) * sizeof *key);
  if (!f->by_fullness || !key) {
    free(key);
    return false;
  }
  for (uint32_t c = 0; c < n; c++) {
    double o = f->kind[0].occupancy ? (double)f->kind[0].occupancy[c] : 0;
    key[c] = (uint64_t)(fmin(o, 1000) * 1e6) << 32 | (UINT32_MAX - c);
  }
  qsort(key, n, sizeof *key, falling);
  for (uint32_t c = 0; c < n; c++) {
    f->by_fullness[c] = UINT32_MAX - (uint32_t)key[c];
  }
  free(key);
  return true;
}

phs_figures *phs_figures_create(const phs_map *m) {
  phs_arena *arena = phs_arena_create();
  phs_figures *f = arena ? PHS_NEW(arena, phs_figures) : NULL;
  if (!f) {
    phs_arena_destroy(arena);
    return NULL;
  }
  f->arena = arena;
  f->map = m;
  stages(f);
  if (!phs_figures_uses(f) || !phs_figures_network(f) || !phs_figures_links(f) || !order_cores(f)) {
    phs_figures_free(f);
    return NULL;
  }
  return f;
}

void phs_figures_free(phs_figures *f) {
  if (f) {
    phs_arena_destroy(f->arena);
  }
}
