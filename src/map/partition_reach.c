/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Which atoms a box of neurons reaches, and which of its neurons each of them needs. */
#include "map/partition_nets.h"

#include <math.h>
#include <stdlib.h>

static void add_reach(phs_net_builder *b, uint32_t atom, double likely, const phs_box *need) {
  if (b->reach_count == b->reach_room) {
    uint64_t room = (uint64_t)b->reach_room + b->reach_room / 2 + 256;
    if (room > UINT32_MAX || !phs_grow_array((void **)&b->reach, room, sizeof *b->reach)) {
      b->no_memory = true;
      return;
    }
    b->reach_room = (uint32_t)room;
  }
  b->reach[b->reach_count++] = (phs_reach){.atom = atom, .likely = (float)likely, .need = *need};
}

/* A neuron of a source box reaches a core with an atom of the target: 1 - (1 - f)^n for n atoms a
 * core, of which it reaches each with f. */
static double reaches_core(const phs_net_builder *b, uint32_t projection, const phs_box *source,
                           const phs_box *target) {
  double n = b->per_core[b->w->projection[projection].target];
  double axons = phs_work_axons(b->w, projection, source, target);
  double f = fmin(axons / fmax(1, (double)phs_box_count(source)), 1);
  return 1 - pow(1 - f, fmax(n, 1));
}

static void reach_atom(phs_net_builder *b, uint32_t projection, const phs_box *source,
                       uint32_t atom) {
  const phs_work_projection *p = &b->w->projection[projection];
  phs_box meet;
  if (p->wiring == PHS_WIRING_WINDOW) {
    phs_box need;
    if (b->need[projection]) {
      need = b->need[projection][atom - b->a->first[p->target]];
    } else {
      phs_box one = phs_tile(&b->w->population[p->target], &b->a->grid[p->target],
                             atom - b->a->first[p->target]);
      need = phs_work_sources(b->w, projection, &one);
    }
    if (phs_box_meet(&need, source, &meet)) {
      add_reach(b, atom, 1, &meet);
    }
    return;
  }
  phs_box one = b->a->fine[p->target]
                    ? phs_tile(&b->w->population[p->target], &b->a->grid[p->target],
                               atom - b->a->first[p->target])
                    : b->a->box[atom];
  double likely = reaches_core(b, projection, source, &one);
  if (likely >= PHS_LEAST_LIKELY) {
    add_reach(b, atom, likely, source);
  }
}

/* Index of the piece of n nearly equal ones that a coordinate lies in. */
static uint32_t piece_at(uint32_t length, uint32_t n, uint32_t x) {
  uint32_t i = (uint32_t)((uint64_t)x * n / length);
  while (i + 1 < n && phs_cut(length, n, i + 1) <= x) {
    i++;
  }
  while (i > 0 && phs_cut(length, n, i) > x) {
    i--;
  }
  return i;
}

/* All atoms of a projection's target that a source box may reach. */
void phs_reach_projection(phs_net_builder *b, uint32_t projection, const phs_box *source) {
  uint32_t target = b->w->projection[projection].target;
  const phs_population *p = &b->w->population[target];
  phs_box all = phs_work_targets(b->w, projection, source);
  if (phs_box_count(&all) == 0 || b->a->first[target] == b->a->first[target + 1]) {
    return;
  }
  const phs_tiling *t = &b->a->grid[target];
  if (t->n[0] == 0) {
    for (uint32_t i = b->a->first[target]; i < b->a->first[target + 1]; i++) {
      if (phs_box_meet(&all, &b->a->box[i], NULL)) {
        reach_atom(b, projection, source, i);
      }
    }
    return;
  }
  uint32_t low[PHS_MAP_RANK], high[PHS_MAP_RANK];
  for (int d = 0; d < PHS_MAP_RANK; d++) {
    low[d] = piece_at(p->dim[d], t->n[d], all.low[d]);
    high[d] = piece_at(p->dim[d], t->n[d], all.high[d] - 1) + 1;
  }
  for (uint32_t z = low[0]; z < high[0]; z++) {
    for (uint32_t y = low[1]; y < high[1]; y++) {
      for (uint32_t x = low[2]; x < high[2]; x++) {
        reach_atom(b, projection, source, b->a->first[target] + (z * t->n[1] + y) * t->n[2] + x);
      }
    }
  }
}

static int compare_u32(const void *a, const void *b) {
  const uint32_t *x = a, *y = b;
  return (*x > *y) - (*x < *y);
}

/* Coordinates at which the boxes that are needed cut a source box, with its own ends. */
uint32_t phs_reach_cuts(const phs_net_builder *b, const phs_box *box, int d, uint32_t *cut) {
  uint32_t n = 0;
  cut[n++] = box->low[d];
  cut[n++] = box->high[d];
  for (uint32_t i = 0; i < b->reach_count; i++) {
    const phs_box *need = &b->reach[i].need;
    if (n >= 64) { /* sorted now and then, so that few are kept */
      qsort(cut, n, sizeof *cut, compare_u32);
      uint32_t k = 1;
      for (uint32_t j = 1; j < n; j++) {
        if (cut[j] != cut[k - 1]) {
          cut[k++] = cut[j];
        }
      }
      n = k;
      if (n >= 62) {
        return UINT32_MAX;
      }
    }
    cut[n++] = need->low[d];
    cut[n++] = need->high[d];
  }
  qsort(cut, n, sizeof *cut, compare_u32);
  uint32_t k = 1;
  for (uint32_t j = 1; j < n; j++) {
    if (cut[j] != cut[k - 1]) {
      cut[k++] = cut[j];
    }
  }
  return k;
}
