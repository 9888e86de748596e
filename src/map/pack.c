/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Packing: consecutive cores become one while the sums of what they take fit. */
#include "map/partition.h"

#include <stdlib.h>
#include <string.h>

/* Sums of boxes' uses; of listed pieces an equal number of neurons from the start stands for them.
 */
static void core_sums(const phs_plan *p, double *use) {
  for (uint32_t i = 0; i < p->count; i++) {
    const phs_piece *piece = &p->piece[i];
    const phs_population *q = &p->work->population[piece->population];
    double one[PHS_CAPACITIES];
    if (piece->listed) {
      phs_box box[5];
      int boxes = phs_range_boxes(q, 0, piece->count, box);
      memset(one, 0, sizeof one);
      for (int b = 0; b < boxes; b++) {
        double part[PHS_CAPACITIES];
        phs_piece_use(p->work, p->machine, piece->population, &box[b], part);
        for (int c = 0; c < PHS_CAPACITIES; c++) {
          one[c] += part[c];
        }
      }
    } else {
      phs_piece_use(p->work, p->machine, piece->population, &piece->box, one);
    }
    for (int c = 0; c < PHS_CAPACITIES; c++) {
      use[(size_t)piece->core * PHS_CAPACITIES + (size_t)c] += one[c];
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
  core_sums(p, use);
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
