/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Refinement of a partition whose parts have places. */
#include "map/hyper_internal.h"

enum { TABLE_PARTS = 1024, ROUNDS = 6 };

/* All distances, where parts are few: calls of the function would take most of the time. */
static const double *tabulate(uint32_t parts, phs_hyper_distance distance, const void *user,
                              phs_arena *arena) {
  double *table = PHS_NEW_ARRAY(arena, double, (size_t)parts *parts);
  for (uint32_t a = 0; table && a < parts; a++) {
    for (uint32_t b = 0; b < parts; b++) {
      table[(size_t)a * parts + b] = distance(user, a, b);
    }
  }
  return table;
}

phasor_status phs_hyper_refine(const phs_hypergraph *h, const phs_hyper_limits *limits,
                               const phs_hyper_options *o, uint32_t parts,
                               double (*distance)(const void *user, uint32_t a, uint32_t b),
                               const void *user, uint32_t *part, double *cost) {
  *cost = 0;
  if (h->vertex_count == 0 || parts == 0) {
    return PHASOR_OK;
  }
  phs_arena *arena = phs_arena_create();
  phs_hyper both;
  phs_hyper_state s = {.distance = distance, .user = user};
  phs_hyper_rounds rounds = {
      .most = o->effort > 0 ? ROUNDS : 1, .enough = 1e-3, .swaps = true, .budget = UINT64_MAX};
  phasor_status status = PHASOR_ERROR_INTERNAL;
  if (!arena || !phs_hyper_create(h, o->jobs, arena, &both)) {
    goto cleanup;
  }
  if (parts <= TABLE_PARTS && !(s.table = tabulate(parts, distance, user, arena))) {
    goto cleanup;
  }
  if (phs_hyper_state_create(&both, limits, part, parts, parts, arena, &s) &&
      phs_hyper_kway(&s, &rounds)) {
    *cost = s.cost;
    status = PHASOR_OK;
  }
cleanup:
  phs_arena_destroy(arena);
  return status;
}
