/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file cycles.h  Making directed graphs acyclic by cutting edges into chosen heads. Used by
 * schedule.c alone. */
#ifndef PHS_NET_CYCLES_H
#define PHS_NET_CYCLES_H

#include "base/arena.h"
#include "net/schedule.h"

/** A graph whose nodes are numbered in canonical order and whose edges are sorted by (from, to). */
typedef struct phs_digraph {
  int n, m;
  const phs_edge *edge;
  const int *out;     /**< n + 1 offsets into `edge` */
  const int *in;      /**< n + 1 offsets into `in_edge` */
  const int *in_edge; /**< edge numbers, grouped by target */
} phs_digraph;

/** Told about each component that was cut: edges e with cut[e] == component were cut now; comp[v]
 * == component tells its members at that moment. Return false to stop. */
typedef bool (*phs_cut_fn)(void *user, int component, const int *comp, int head);

/**
 * Cuts edges until the rest is acyclic: in each strongly connected component, the edges of the
 * component into its head, the member with the smallest (distance[v], v) among those with
 * may_head[v].
 * @param cut  per edge: -2 to leave the edge out altogether, else -1 on entry; on return the number
 * of the component in which it was cut, or -1
 * @param stuck receives the members of a component without a possible head (in the arena),
 * *stuck_count how many
 * @return false without memory, when `fn` stopped, or with *stuck_count > 0
 */
bool phs_cut_cycles(phs_arena *a, const phs_digraph *g, const int *distance, const bool *may_head,
                    int *cut, phs_cut_fn fn, void *user, const int **stuck, int *stuck_count);

#endif
