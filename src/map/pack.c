/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Packing: consecutive cores become one while the sums of what they take fit. */
#include "map/partition.h"

#include <stdlib.h>
#include <string.h>

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
 * there are many in large networks. */
static void core_sums(const phs_plan *p, const double *limit, double *use) {
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
}

void phs_plan_pack(phs_plan *p) {
  double limit[PHS_CAPACITIES], sum[PHS_CAPACITIES] = {0};
  phs_core_limits(p->machine, limit);
  double *use = calloc((size_t)p->core_count * PHS_CAPACITIES + 1, sizeof *use);
  uint32_t *to = calloc((size_t)p->core_count + 1, sizeof *to);
  uint8_t *fixed = calloc((size_t)p->core_count + 1, 1); /* holds parts: shares with nobody */
  if (!use || !to || !fixed) {
    p->no_memory = true;
    goto cleanup;
  }
  core_sums(p, limit, use);
  for (uint32_t i = 0; i < p->count; i++) {
    fixed[p->piece[i].core] |= p->piece[i].part_count > 0;
  }
  uint32_t core = 0;
  for (uint32_t c = 0; c < p->core_count; c++) {
    double both[PHS_CAPACITIES];
    for (int k = 0; k < PHS_CAPACITIES; k++) {
      both[k] = sum[k] + use[(size_t)c * PHS_CAPACITIES + (size_t)k];
    }
    bool alone = c > 0 && (fixed[c] || fixed[c - 1] || !phs_use_fits(both, limit, NULL));
    if (alone) {
      core++;
      memcpy(both, use + (size_t)c * PHS_CAPACITIES, sizeof both);
    }
    memcpy(sum, both, sizeof sum);
    to[c] = core;
  }
  for (uint32_t i = 0; i < p->count; i++) {
    p->piece[i].core = to[p->piece[i].core];
  }
  p->core_count = p->core_count > 0 ? core + 1 : 0;
cleanup:
  free(use);
  free(to);
  free(fixed);
}
