/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/**
 * @file lower.h  The program of a plan as MLIR text in standard dialects. The functions below each
 * write the body of one op's function; g->state and g->constant are its arguments.
 */
#ifndef PHS_CPU_LOWER_H
#define PHS_CPU_LOWER_H

#include "backends/cpu/emit.h"

/** The whole module; text to be freed with phs_buf_free(). */
phasor_status phs_cpu_lower(const phs_cpu_plan *plan, phs_diag *diag, phs_buf *out);

/**
 * The list of the elements of @p count at @p ptr that are not 0, ascending, into the scratch list.
 * @return their number
 */
phs_val phs_lower_scan(phs_gen *g, phs_val ptr, phs_elem elem, int64_t count);
/** Entry @p k of the list. */
phs_val phs_lower_listed(phs_gen *g, phs_val k);
/** Element @p index of @p x as f32 in all lanes; -1 for spikes, which are all 1. */
phs_val phs_lower_source(phs_gen *g, phs_val x, phs_elem elem, phs_val index, int lanes);
/** target[0..row) += weights[0..row) (times @p x unless -1), at most eight vectors unrolled. */
void phs_lower_accumulate(phs_gen *g, phs_val target, phs_val weights, phs_val x,
                          const phs_cpu_op *c);

/** to[c][p] = from[p][c] for all c < @p channels, p < @p length; rows of @p from are @p pitch
 * floats apart. */
void phs_lower_transpose(phs_gen *g, int lanes, phs_val from, int64_t pitch, phs_val to,
                         int64_t length, int64_t channels);

void phs_lower_linear(phs_gen *g, int op);
void phs_lower_conv(phs_gen *g, int op);
void phs_lower_pool(phs_gen *g, int op);
void phs_lower_scale(phs_gen *g, int op);
void phs_lower_add(phs_gen *g, int op);
/** What a delay gives in this step. */
void phs_lower_delay(phs_gen *g, int op);
/** What it keeps, at the end of the step. */
void phs_lower_delay_store(phs_gen *g, int op);
void phs_lower_neurons(phs_gen *g, int op);

/** step, run, run_batch, init, reset, state_size (lower_entry.c). */
void phs_lower_entries(phs_gen *g);

#endif
