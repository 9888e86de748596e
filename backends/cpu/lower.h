/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/**
 * @file lower.h  The program of a plan as MLIR text in standard dialects. The functions below each
 * write the body of one op's function: g->state, g->time, g->lo and g->hi are its arguments, and
 * g->constant is the blob. Ops of a domain work on elements lo..hi; others on all.
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
void phs_lower_source_op(phs_gen *g, int op);
/** What arrives in this step. */
void phs_lower_synapses(phs_gen *g, int op);

/* Calls of what the program carries (lower_synapses.c). */
/** Lists who of op @p op is not 0. */
void phs_lower_list(phs_gen *g, int op);
/** Sends it, at the end of the step. */
void phs_lower_deliver(phs_gen *g, int op);
/** Plastic synapses, as in plastic.h: arrive and keep for all of the op, by one part. */
void phs_lower_arrive(phs_gen *g, int op);
void phs_lower_learn(phs_gen *g, int op);
void phs_lower_keep(phs_gen *g, int op);
/** The blob, in the function being written. */
phs_val phs_lower_constant(phs_gen *g);
/** The tables' pointer in the state block, and an op's description in the blob. */
phs_val phs_lower_tables(phs_gen *g);
phs_val phs_lower_descriptor(phs_gen *g, int op);
/** Declares the functions of program.h, and calls one of them. */
void phs_lower_declarations(phs_gen *g);
void phs_lower_call(phs_gen *g, const char *name, const phs_val *arguments);

/** step and step_part (lower_step.c). */
void phs_lower_steps(phs_gen *g);
/** run, run_batch, init, reset, state_size, tables (lower_entry.c). */
void phs_lower_entries(phs_gen *g);
/** A check of p != null, an i1. */
phs_val phs_lower_not_null(phs_gen *g, phs_val p);
/** Pointer k of an array of pointers. */
phs_val phs_lower_pointer(phs_gen *g, phs_val array, int k);

#endif
