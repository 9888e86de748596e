/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/**
 * @file store.h  The synapses of one projection as a table, compressed: rows by tile and source,
 * each synapse in 2 or 4 bytes of delay and target (and 4 of weight unless all are one; where there
 * is one delay and no weight: one byte of distance to the next target). And delivery from a table,
 * or from rows made anew, into ring buffers: the same sums to the bit.
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

typedef enum phs_store_form {
  /** Bytes: target - target of the synapse before (of 0 for the first), targets ascending;
   * PHS_STORE_ESCAPE: as far, and no synapse yet. One delay, no weights. */
  PHS_STORE_DELTA,
  /** u16: delay - low in the upper 6 bits, target within the tile in the lower 10. Each row by
   * delay; those of one delay as in the row. */
  PHS_STORE_SHORT,
  /** u32: the same with 22 bits of delay. In the order of the row. */
  PHS_STORE_LONG
} phs_store_form;

#define PHS_STORE_ESCAPE 255u
/** A row has at most as many: PHS_TILE / PHS_STORE_ESCAPE. */
#define PHS_STORE_ESCAPES 4u
#define PHS_STORE_SHORT_DELAYS 64u

/** Layout of a table: the same on every machine. Bytes from its start, multiples of 64. */
typedef struct phs_store_layout {
  uint8_t form;     /**< phs_store_form */
  bool weighted;    /**< a weight for each synapse; else none, or the recipe's only one */
  uint64_t entries; /**< of the form; before them u32 [tiles][sources + 1]: first entry of each row
                         and the end, counted from the tile's first */
  uint64_t weights; /**< f32 [synapses], in the order of the entries */
  uint64_t bytes;   /**< of the whole table */
} phs_store_layout;

/** @p weighted false: weights are not kept (all are one, or belong to a plastic op); true: kept
 * where the recipe's differ. */
void phs_store_plan(const phs_rows *rows, bool weighted, phs_store_layout *out);
/** Fills tiles first, first + stride, ... of a table; calls for different tiles may run at the same
 * time. @p memory: layout->bytes, aligned to 64. @p scratch: of the call alone. */
void phs_store_fill(const phs_store_layout *layout, const phs_rows *rows, uint32_t first,
                    uint32_t stride, void *memory, phs_row *scratch);
/** Delivers the rows of @p count sources into tile @p tile, one after the other, each ahead of its
 * turn on the way from memory: slot (now + delay), += weight * x, in the order of rank where it
 * matters (one target, one delay). @p x: of each source, 1 for a spike; NULL: 1 of all. Counted
 * rings get += x. */
void phs_store_deliver(const phs_store_layout *layout, const phs_rows *rows, const void *memory,
                       const uint32_t *source, const float *x, uint32_t count, uint32_t tile,
                       bool counted, const phs_ring_buffer *ring);
/** The same of one source without a table: the row is made anew. */
void phs_rows_deliver(const phs_rows *rows, uint32_t source, uint32_t tile, float x, bool counted,
                      const phs_ring_buffer *ring, phs_row *scratch);
/** Reads a row of a table back, in the table's order, into the arrays of @p out that are not NULL.
 */
void phs_store_row(const phs_store_layout *layout, const phs_rows *rows, const void *memory,
                   uint32_t source, uint32_t tile, phs_row *out);

#endif
