/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/**
 * @file schedule.h  From a graph (any order, fan-in, cycles) to the ordered ops of a network: what
 * every importer of graphs shares. It places recurrent delays and layer latencies, sums fan-in in
 * canonical order, and chains accumulators.
 *
 * The result depends on names and edges only, never on the order in which nodes or edges are
 * listed.
 */
#ifndef PHS_NET_SCHEDULE_H
#define PHS_NET_SCHEDULE_H

#include "net/net.h"

/** An identity connection: what `from` gives arrives at `to`. Several into one node are summed,
 * copies counted. */
typedef struct phs_edge {
  int from, to;
} phs_edge;

/**
 * Nodes and edges. Each node is an op with all but its operands, index and element type set: kind,
 * name (unique), where, shape (of the result), parameters. A PHS_OP_DELAY node carries `seconds`;
 * kinds PHS_OP_ADD do not occur. Every node but inputs has at least one edge into it; inputs have
 * none; outputs have none that leaves them.
 */
typedef struct phs_graph {
  int node_count, edge_count;
  const phs_op *node;
  const phs_edge *edge;
} phs_graph;

typedef enum phs_schedule_result {
  PHS_SCHEDULE_OK,
  PHS_SCHEDULE_NO_MEMORY,
  PHS_SCHEDULE_CYCLE, /**< a cycle without a stateful node and without a delay of at least one step
                       */
} phs_schedule_result;

/** Steps that a delay of @p seconds takes at @p dt seconds a step: rounded to nearest, halves away
 * from zero. */
int64_t phs_delay_steps(double seconds, double dt);

/**
 * Fills net->op and net->op_count from @p graph by net->conventions and net->dt; rules in
 * docs/conventions.md.
 * @param[out] cycle, cycle_count on PHS_SCHEDULE_CYCLE: the nodes of the smallest such set found,
 * in net's arena
 */
phs_schedule_result phs_schedule(phs_net *net, const phs_graph *graph, const int **cycle,
                                 int *cycle_count);

/** Order of names that people expect: runs of digits compare as numbers ("2" before "10"); a total
 * order. */
int phs_natural_compare(const char *a, const char *b);

#endif
