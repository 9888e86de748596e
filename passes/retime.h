/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/**
 * @file retime.h  What phasor-retime decides: by how many steps each op of a network runs later on
 * a machine where a message takes a step, on plain arrays. retime.c brings modules in and out.
 */
#ifndef PHS_PASSES_RETIME_H
#define PHS_PASSES_RETIME_H

#include "net/net.h"

/** Shifts of a network at level `opt`. Everything in the network's arena. */
typedef struct phs_retiming {
  int64_t *shift; /**< [op_count] steps that the op's value comes later; never below 0 */
  int64_t latest; /**< the largest shift of a population */
  int *loop;      /**< where there is no solution: ops of a loop without enough delay, in the
                     direction of the spikes; else NULL */
  int loop_count;
  int64_t loop_delay;  /**< of it: steps of delay in all */
  int64_t loop_length; /**< links from population to population in it: steps that it needs */
} phs_retiming;

/**
 * The least shifts for which every way from a population (or input) to a population delays by one
 * step at least: longest ways by relaxation; stateless ops run as late as the populations that they
 * lead to, so that delays stay where they are or stand behind populations.
 * @return false without memory. Where a loop has too little delay `loop` is set and nothing else.
 */
bool phs_retime(const phs_net *net, phs_retiming *out);

/** What operand @p k of an op passes on its way: steps of the least delay of a PHS_OP_DELAY. */
int64_t phs_retime_delay(const phs_op *op);
/** Whether operand @p k of @p op is the source of a projection: synapses take a step themselves. */
bool phs_retime_is_source(const phs_op *op, int k);
/** Whether the op is one that runs somewhere by itself: a population, a source or an input. */
bool phs_retime_is_population(const phs_op *op);

#endif
