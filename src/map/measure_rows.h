/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file measure_rows.h  Measuring synapse by synapse: what is prepared, and what a thread counts
 * in. */
#ifndef PHS_MAP_MEASURE_ROWS_H
#define PHS_MAP_MEASURE_ROWS_H

#include "map/measure.h"

#define PHS_ROWS_TABLE 256 /**< synapses of an axon whose bits are looked up */
#define PHS_ROWS_INDEX_WIDTHS 64
/** Axons with fewer synapses in a slice are only counted, by their number. */
#define PHS_ROWS_FEW 8
/** In place of a core: slices with parts. */
#define PHS_ROWS_SPLIT UINT32_MAX

/** Bits of an axon in INDEX, by the width of its indices. */
typedef struct phs_bit_table {
  phs_synapse_widths widths;
  uint64_t bits[PHS_ROWS_TABLE];
} phs_bit_table;

/** One of phs_measure.row_source, made ready. */
typedef struct phs_ready_rows {
  const phs_row_source *r;
  const phs_work_projection *p;
  const uint32_t *local;
  const uint16_t *short_local;
  uint32_t first_slice; /**< of the target */
  uint32_t slices;
  const uint32_t *core; /**< of the target's slices */
  const uint8_t *width; /**< the same: index into table */
  phs_bit_table *table[PHS_ROWS_INDEX_WIDTHS];
  bool bitmap;
} phs_ready_rows;

/** What a task sends to a core. */
typedef struct phs_sent {
  uint32_t stamp; /**< the neuron that came last */
  uint32_t axons;
} phs_sent;

/** What one thread counts in. */
typedef struct phs_thread_rows {
  uint32_t *number;  /* synapses in each slice of the target, of one neuron */
  uint32_t *touched; /**< slices with any */
  phs_sent *sent;    /* [core_count] */
  double *rate;      /* [core_count]: where neurons have rates of their own */
  uint32_t *core;    /* with any axons */
  uint32_t core_count, now;
  uint32_t (*few)[PHS_ROWS_FEW]; /**< axons with so many synapses, of each sum */
  phs_row_sum *sum;              /* the others */
} phs_thread_rows;

/** All of it. */
typedef struct phs_rows_state {
  phs_measure *ms;
  phs_ready_rows *ready;
  phs_thread_rows *thread;
  uint32_t most_slices; /**< of a target */
} phs_rows_state;

/** Slices of neurons, tables of bits, tasks. @return false without memory */
bool phs_rows_prepare_all(phs_rows_state *r);
/** @return false without memory; to be freed all the same */
bool phs_thread_rows_make(const phs_rows_state *r, phs_thread_rows *t);
void phs_thread_rows_free(phs_thread_rows *t);

#endif
