/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file hyper_round.h  A round of refinement: what each vertex would like, moves, exchanges. */
#ifndef PHS_MAP_HYPER_ROUND_H
#define PHS_MAP_HYPER_ROUND_H

#include "map/hyper_internal.h"

/* What one thread adds up: what parts other than a vertex's own save. */
typedef struct phs_hyper_tally {
  double *save;   /* [room] */
  uint32_t *used; /* [room + 1] */
  uint32_t count;
  uint64_t visits; /* of slots, so far */
} phs_hyper_tally;

typedef struct phs_hyper_round {
  phs_hyper_state *s;
  phs_hyper_tally *tally; /* [jobs] */
  uint32_t *to;           /* [vertices] best part with room, if moving gains, or PHS_HYPER_NONE */
  uint32_t *want;         /* [vertices] best part, room or not */
  float *gain;            /* [vertices] of going to want */
  uint8_t *awake;         /* [vertices] to be looked at */
  bool sample;            /* pass over those that are at home by a sample */
  bool wake_pins;
  size_t base;
  uint64_t work, budget; /* visits of slots */
  uint64_t mean;         /* of a vertex */
  double least;          /* gains below it are rounding */
} phs_hyper_round;

/* hyper_find.c */
/** What the vertex would like best: sets `to`, `want` and `gain`. */
void phs_hyper_find(phs_hyper_round *r, uint32_t v, phs_hyper_tally *t);
/** Whether most of a sample of those that v talks to are in its own part. */
bool phs_hyper_at_home(const phs_hyper_state *s, uint32_t v);

/* hyper_kway.c */
/** What a vertex that moved talks to may have gained or lost a reason to move. */
void phs_hyper_wake(phs_hyper_round *r, uint32_t v);

/* hyper_swap.c */
/** Vertices that find no room where they would like to be change places with some that lose less
 * by it. @return false without memory */
bool phs_hyper_swap_round(phs_hyper_round *r);

#endif
