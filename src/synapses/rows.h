/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/**
 * @file rows.h  The synapses of a recipe, row by row. A row is what one source projects into one
 * tile of PHS_TILE neighbouring targets; any row can be made alone.
 *
 * The definition of randomness: words of Philox4x32-10 (phs_words() of random/draw.h) with the
 * recipe's key. The draw's other words are source, tile and purpose (rows_internal.h), and word i
 * belongs to rank i; so does what is drawn once for all rows, in phs_rows_prepare(). Values come
 * from words by inverse distributions in arithmetic of our own, so that every machine gives the
 * same bits. Redrawing until a value lies within bounds is drawing from the words whose values do.
 * docs/synapses.md says how each rule gets its exact law.
 *
 * Freestanding C: programs carry this code compiled in.
 */
#ifndef PHS_SYNAPSES_ROWS_H
#define PHS_SYNAPSES_ROWS_H

#include "synapses/recipe.h"

#define PHS_TILE_BITS 10
#define PHS_TILE (1u << PHS_TILE_BITS)

/** A tile holds as many synapses, so that 32 bits count them whatever is drawn. */
#define PHS_TILE_MOST 4.0e9

/** Tiles of @p targets targets; the last one may be smaller. */
static inline uint32_t phs_tile_count(uint32_t targets) {
  return (targets + PHS_TILE - 1) >> PHS_TILE_BITS;
}

/**
 * A recipe ready to make rows: what rules with fixed numbers share among rows (how many of the
 * synapses fall into each) is drawn once, into memory of the caller.
 */
typedef struct phs_rows {
  const phs_recipe *recipe; /**< borrowed */
  const void *shared;       /**< phs_rows_bytes() of the caller's memory */
  uint32_t tiles;
  uint32_t longest;  /**< no row has more synapses; a multiple of 64, so that rows may be written in
                          whole vectors */
  uint64_t synapses; /**< of all rows: exact */
} phs_rows;

/** Bytes that phs_rows_prepare() needs for @p r; SIZE_MAX when they do not fit into size_t or a
 * tile is expected to have more than PHS_TILE_MOST synapses: no rows can be made then. */
size_t phs_rows_bytes(const phs_recipe *r);
/** @param memory phs_rows_bytes(r) bytes, aligned to 64; borrowed for the life of @p out. */
void phs_rows_prepare(const phs_recipe *r, void *memory, phs_rows *out);

/** Room for one row. Arrays of phs_rows.longest elements each, the caller's. */
typedef struct phs_row {
  uint32_t count;
  uint16_t *target; /**< within the tile */
  uint16_t *delay;  /**< steps - phs_delay_low(); at most 2^16 - 1 by check */
  float *weight;
} phs_row;

/** All synapses of a row, in the order of their rank. Targets, then delays, then weights are
 * filled; a NULL array is left out (and what would only be needed for it is not drawn): without
 * any, the row is counted. */
void phs_row_make(const phs_rows *rows, uint32_t source, uint32_t tile, phs_row *out);

/** Least and greatest delay, in steps, that a recipe can give (bounds of the distribution, not of
 * the draws). At least 1. */
int32_t phs_delay_low(const phs_recipe *r);
int32_t phs_delay_high(const phs_recipe *r);
/** Expected number of synapses; exact for rules that fix it. */
double phs_recipe_expected(const phs_recipe *r);

#endif
