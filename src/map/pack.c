/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Packing: each core is put into the first of the last cores with room in which the sums of what
 * both take fit. Deliveries never grow by that: what went to both goes to one. */
#include "map/partition.h"

#include <stdlib.h>
#include <string.h>

enum { OPEN_CORES = 64 };

static void piece_use(const phs_plan *p, const phs_piece *piece, double *use) {
  const phs_population *q = &p->work->population[piece->population];
  if (!piece->listed) {
    phs_piece_use(p->work, p->machine, piece->population, &piece->box, use);
    return;
  }
  /* as many neurons from the start stand for those that are listed */
  phs_box box[5];
  int boxes = phs_range_boxes(q, 0, piece->count, box);
  memset(use, 0, PHS_CAPACITIES * sizeof *use);
  for (int b = 0; b < boxes; b++) {
    double part[PHS_CAPACITIES];
    phs_piece_use(p->work, p->machine, piece->population, &box[b], part);
    for (int c = 0; c < PHS_CAPACITIES; c++) {
      use[c] += part[c];
    }
  }
}

/* Sums of boxes' uses, core by core. Of cores that are full by their neurons alone the neurons do:
 * there are many in large networks. @return the fewest neurons of a core */
static double core_sums(const phs_plan *p, const double *limit, double *use) {
  for (uint32_t i = 0; i < p->count; i++) {
    use[(size_t)p->piece[i].core * PHS_CAPACITIES + PHS_CAPACITY_NEURONS] += p->piece[i].count;
  }
  double full = limit[PHS_CAPACITY_NEURONS];
  uint64_t least = UINT64_MAX;
  for (uint32_t c = 0; c < p->core_count; c++) {
    double neurons = use[(size_t)c * PHS_CAPACITIES + PHS_CAPACITY_NEURONS];
    least = neurons > 0 && neurons < (double)least ? (uint64_t)neurons : least;
  }
  for (uint32_t i = 0; i < p->count; i++) {
    double *sum = use + (size_t)p->piece[i].core * PHS_CAPACITIES;
    if (sum[PHS_CAPACITY_NEURONS] + (double)least > full) {
      continue;
    }
    double one[PHS_CAPACITIES];
    piece_use(p, &p->piece[i], one);
    for (int c = 0; c < PHS_CAPACITIES; c++) {
      sum[c] += c == PHS_CAPACITY_NEURONS ? 0 : one[c];
    }
  }
  return (double)least;
}

/* Cores that take others, in order: their sums, and their new numbers. */
typedef struct shelf {
  double sum[OPEN_CORES][PHS_CAPACITIES];
  uint32_t core[OPEN_CORES];
  uint32_t count;
} shelf;

/* The first core on the shelf with room, or OPEN_CORES. */
static uint32_t find_room(shelf *s, const double *use, const double *limit) {
  for (uint32_t i = 0; i < s->count; i++) {
    double both[PHS_CAPACITIES];
    for (int k = 0; k < PHS_CAPACITIES; k++) {
      both[k] = s->sum[i][k] + use[k];
    }
    if (phs_use_fits(both, limit, NULL)) {
      memcpy(s->sum[i], both, sizeof both);
      return i;
    }
  }
  return OPEN_CORES;
}

static void put_on_shelf(shelf *s, uint32_t core, const double *use) {
  if (s->count == OPEN_CORES) {
    memmove(s->sum, s->sum + 1, sizeof s->sum - sizeof s->sum[0]);
    memmove(s->core, s->core + 1, sizeof s->core - sizeof s->core[0]);
    s->count--;
  }
  memcpy(s->sum[s->count], use, sizeof s->sum[0]);
  s->core[s->count++] = core;
}

void phs_plan_pack(phs_plan *p) {
  double limit[PHS_CAPACITIES];
  phs_core_limits(p->machine, limit);
  double *use = calloc((size_t)p->core_count * PHS_CAPACITIES + 1, sizeof *use);
  uint32_t *to = calloc((size_t)p->core_count + 1, sizeof *to);
  uint8_t *fixed = calloc((size_t)p->core_count + 1, 1); /* holds parts: shares with nobody */
  shelf *open = calloc(1, sizeof *open);
  if (!use || !to || !fixed || !open) {
    p->no_memory = true;
    goto cleanup;
  }
  double least = core_sums(p, limit, use);
  for (uint32_t i = 0; i < p->count; i++) {
    fixed[p->piece[i].core] |= p->piece[i].part_count > 0;
  }
  uint32_t cores = 0;
  for (uint32_t c = 0; c < p->core_count; c++) {
    const double *mine = use + (size_t)c * PHS_CAPACITIES;
    bool closed = fixed[c] || mine[PHS_CAPACITY_NEURONS] + least > limit[PHS_CAPACITY_NEURONS];
    uint32_t at = closed ? OPEN_CORES : find_room(open, mine, limit);
    to[c] = at < OPEN_CORES ? open->core[at] : cores++;
    if (!closed && at == OPEN_CORES) {
      put_on_shelf(open, to[c], mine);
    }
  }
  for (uint32_t i = 0; i < p->count; i++) {
    p->piece[i].core = to[p->piece[i].core];
  }
  p->core_count = cores;
cleanup:
  free(use);
  free(to);
  free(fixed);
  free(open);
}
