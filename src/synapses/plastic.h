/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/**
 * @file plastic.h  Plastic synapses in programs: the rule of plasticity.h over compressed rows,
 * tile by tile, with an index from each target back to its synapses. Bit for bit what the
 * interpreter's plain loops give.
 *
 * Two blocks of the caller's memory: a table, constant once it is filled, and a state, which
 * changes in every step and begins with the weights, in the order of the quantity "w". In each
 * step:
 *
 *   at the op's place   phs_plastic_arrive()   once
 *                       phs_plastic_deliver()  for each tile
 *   at the step's end   phs_plastic_learn()    for each tile
 *                       phs_plastic_keep()     once
 *
 * Tiles may run at the same time on several threads; the calls that are made once come before, and
 * after, all tiles of their phase.
 *
 * Freestanding C: programs carry this code compiled in.
 */
#ifndef PHS_SYNAPSES_PLASTIC_H
#define PHS_SYNAPSES_PLASTIC_H

#include "synapses/plasticity.h"
#include "synapses/rows.h"

/** Where things lie in the two blocks, in bytes from their start. Fixed width, so that a compiler
 * may write it as constant data for any machine. */
typedef struct phs_plastic_layout {
  uint32_t sources, targets, tiles;
  uint32_t delay;       /**< steps; at least 1 */
  uint32_t synapses;    /**< exact */
  uint32_t spike_bytes; /**< of an element of x: 1 (i1 as 0 or 1), 4 */
  uint32_t graded;      /**< x is f32; else i1 or i32 */
  uint32_t eligibility; /**< there are traces e: RSTDP */
  /* table */
  uint64_t row;    /**< u32 [sources * tiles + 1]: first synapse of each row, and the end */
  uint64_t target; /**< u16 [synapses]: within the tile */
  uint64_t column; /**< u32 [targets + 1]: first entry of each target, and the end */
  uint64_t entry;  /**< u32 [synapses][2]: synapse and source, ascending */
  uint64_t table_bytes;
  /* state; weights, f32 [synapses], lie at 0 */
  uint64_t eligible;     /**< f32 [synapses]: e */
  uint64_t source_trace; /**< f32 [sources]: P */
  uint64_t target_trace; /**< f32 [targets]: Q */
  uint64_t arrival;      /**< u32 [1 + sources]: how many sources arrive in this step, and which */
  uint64_t value;        /**< f32 [sources]: what arrives from each of them */
  uint64_t past;         /**< x of the last `delay` steps, [delay][sources] */
  uint64_t state_bytes;
} phs_plastic_layout;

/** Plans both blocks. @p spike_bytes, @p graded: of x.
 * @return false where a size does not fit (2^32 - 1 synapses or rows, 2^63 bytes) or the recipe's
 * delays are not all one */
bool phs_plastic_plan(const phs_rows *rows, phs_plasticity_kind kind, uint32_t spike_bytes,
                      bool graded, phs_plastic_layout *out);
/** Fills a table. @p table: layout->table_bytes, aligned to 64. @p scratch: arrays of
 * rows->longest; weight and delay may be NULL. */
void phs_plastic_fill(const phs_plastic_layout *layout, const phs_rows *rows, void *table,
                      phs_row *scratch);
/** A state before the first step: the weights of the recipe, all else 0. @p state:
 * layout->state_bytes, aligned to 64. @p scratch: as for fill, but with `weight`. */
void phs_plastic_reset(const phs_plastic_layout *layout, const phs_rows *rows, void *state,
                       phs_row *scratch);

/** Begins step @p t (from 0): which sources arrive, and their traces. */
void phs_plastic_arrive(const phs_plastic_layout *layout, const phs_plasticity *rule, void *state,
                        uint64_t t);
/** Delivers what arrives into @p tile, and lessens the weights. @p y: the op's result, all targets;
 * @p init: the same of the operand, or NULL; not @p y. */
void phs_plastic_deliver(const phs_plastic_layout *layout, const phs_plasticity *rule,
                         const void *table, void *state, uint32_t tile, const float *init,
                         float *y);
/** The targets' spikes, the reward, and the end of the step. @p z: the spikes of all targets, of
 * @p z_bytes each (1 or 4). @p reward: 0 where there is none. */
void phs_plastic_learn(const phs_plastic_layout *layout, const phs_plasticity *rule,
                       const void *table, void *state, uint32_t tile, const void *z,
                       uint32_t z_bytes, float reward);
/** Keeps @p x of step @p t for step t + delay. */
void phs_plastic_keep(const phs_plastic_layout *layout, void *state, const void *x, uint64_t t);

#endif
