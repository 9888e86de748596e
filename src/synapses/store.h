/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/**
 * @file store.h  The synapses of one projection as a table, compressed: rows by source and tile,
 * each synapse in 2 or 4 bytes of delay and target (and 4 of weight unless all are one; lists of
 * one delay: one byte of distance to the next target where that is smaller). And delivery from a
 * table, or from rows made anew, into ring buffers.
 *
 * Freestanding C: programs carry this code compiled in.
 */
#ifndef PHS_SYNAPSES_STORE_H
#define PHS_SYNAPSES_STORE_H

#include "synapses/rows.h"

/** Where a projection delivers to: slots of the result of one PHS_OP_SYNAPSES, [depth][pitch] f32,
 * or i32 where it is counted; depth > phs_delay_high(). */
typedef struct phs_ring_buffer {
  void *slots;
  uint32_t depth;
  uint32_t now; /**< slot of this step: t mod depth */
  size_t pitch; /**< elements from slot to slot */
} phs_ring_buffer;

/** Layout of a table, decided from the recipe alone. */
typedef struct phs_store_layout {
  uint8_t form;  /**< store.c */
  bool weighted; /**< a weight for each synapse */
  size_t bytes;  /**< of the whole table: enough for any draw, and the same on every machine */
} phs_store_layout;

/** @p weighted false: weights are not kept (all are one, or belong to a plastic op). */
void phs_store_plan(const phs_rows *rows, bool weighted, phs_store_layout *out);
/** Fills tiles first, first + stride, ... of a table; calls for different tiles may run at the same
 * time. @p memory: layout->bytes, aligned to 64. */
void phs_store_fill(const phs_store_layout *layout, const phs_rows *rows, uint32_t first,
                    uint32_t stride, void *memory, phs_row *scratch);
/** Delivers the row of @p source into tile @p tile: slot (now + delay), += weight * x, in the order
 * of rank where it matters (one target, one delay). @p x is 1 for spikes; counted rings get += x.
 */
void phs_store_deliver(const phs_store_layout *layout, const phs_rows *rows, const void *memory,
                       uint32_t source, uint32_t tile, float x, bool counted,
                       const phs_ring_buffer *ring);
/** The same without a table: the row is made anew. */
void phs_rows_deliver(const phs_rows *rows, uint32_t source, uint32_t tile, float x, bool counted,
                      const phs_ring_buffer *ring, phs_row *scratch);

#endif
