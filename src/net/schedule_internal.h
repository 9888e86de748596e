/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file schedule_internal.h  Between schedule.c (which value reads which) and schedule_ops.c (ops
 * in order). */
#ifndef PHS_NET_SCHEDULE_INTERNAL_H
#define PHS_NET_SCHEDULE_INTERNAL_H

#include "net/cycles.h"

/** What arrives at a value over one edge. */
typedef struct phs_arrival {
  int value;      /**< index of the value that is read */
  bool delayed;   /**< as it was one step ago */
  bool recurrent; /**< over an edge that closes a cycle: summed after the others */
} phs_arrival;

/** One evaluation of a node. Values 0 .. n-1 are the nodes themselves; further ones are copies for
 * recurrent paths. */
typedef struct phs_value {
  int node;
  int copy; /**< 0, or the number of the copy */
  bool needed;
  int arrival_count;
  phs_arrival *arrival;
  phs_elem elem;
  int uses;  /**< how many arrivals of needed values read it without a delay */
  int op;    /**< index of its op while they are being made */
  int delay; /**< index of the one-step delay after it, or -1 */
} phs_value;

typedef struct phs_plan {
  phs_net *net;
  phs_arena *scratch;
  const phs_op **node; /**< in canonical order */
  phs_digraph g;
  int *rank;     /**< position of each node in the topological order without the closing edges */
  bool *closing; /**< per edge */
  int value_count, value_cap;
  phs_value *value;
} phs_plan;

/** Whether the node keeps something from step to step, so that a cycle may pass through it. */
bool phs_node_has_state(const phs_op *op);
/** Whether @p op is a delay of at least one step in every element, so that what it reads is from
 * earlier steps. */
bool phs_delays_a_step(const phs_op *op, double dt);
/** Makes net->op from the values. False without memory. */
bool phs_plan_ops(phs_plan *p);

#endif
