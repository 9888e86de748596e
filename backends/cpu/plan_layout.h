/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file plan_layout.h  A plan while it is laid out: shared by the files that plan ops. */
#ifndef PHS_CPU_PLAN_LAYOUT_H
#define PHS_CPU_PLAN_LAYOUT_H

#include "backends/cpu/plan.h"

enum { PHS_CPU_WIDEST = 16 /* floats in a vector */ };

typedef struct phs_cpu_layout {
  phs_cpu_plan *plan;
  size_t widest; /**< elements of the largest value that is scanned for non-zero elements */
  bool state_overflow, blob_overflow, table_overflow, no_memory;
  int failed_op, failed_projection; /**< synapses that no program holds; op -1: none */
} phs_cpu_layout;

/** Reserve room and give its offset; sizes beyond the limits are noted in @p l. */
size_t phs_cpu_in_state(phs_cpu_layout *l, size_t a, size_t b, size_t size);
size_t phs_cpu_in_tables(phs_cpu_layout *l, size_t bytes, size_t count);
size_t phs_cpu_in_blob(phs_cpu_layout *l, size_t bytes);
/** Constant data, borrowed until the blob is written: NULL and 0 bytes are allowed. */
size_t phs_cpu_data(phs_cpu_layout *l, const void *data, size_t bytes);
size_t phs_cpu_round_up(size_t n, int lanes);

/** Descriptions of sources and of synapses (plan_source.c, plan_synapses.c); after all results have
 * their places. */
void phs_cpu_plan_source(phs_cpu_layout *l, int op);
void phs_cpu_plan_synapses(phs_cpu_layout *l, int op);
/** Which ops can run in parts, and in which (plan_domains.c). */
void phs_cpu_plan_domains(phs_cpu_layout *l);

#endif
