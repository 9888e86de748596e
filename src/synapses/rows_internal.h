/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file rows_internal.h  What the files of rows share. Freestanding C. */
#ifndef PHS_SYNAPSES_ROWS_INTERNAL_H
#define PHS_SYNAPSES_ROWS_INTERNAL_H

#include "random/draw.h"
#include "random/inverse.h"
#include "synapses/rows.h"

/** Last word of a counter: what is drawn. Words 1 and 2 are source and tile unless said. */
enum {
  PHS_DRAW_TARGET,
  PHS_DRAW_COUNT, /**< of a row; word 0: 0 */
  PHS_DRAW_DELAY,
  PHS_DRAW_WEIGHT,
  PHS_DRAW_TILES,   /**< how many synapses fall into a tile; words 1 and 2: tile, 0 */
  PHS_DRAW_SPLIT,   /**< among sources or targets */
  PHS_DRAW_PERMUTE, /**< keys of a permutation */
};

/** Words that a bounded distribution accepts: first + [0, span). Drawing again until one of them
 * comes is the same as drawing one of them. */
typedef struct phs_window {
  uint32_t first;
  uint64_t span;
} phs_window;

static inline uint32_t phs_window_word(const phs_window *w, uint32_t word) {
  return w->first + (uint32_t)((word * w->span) >> 32);
}

/** At the start of phs_rows.shared; the arrays follow in the same memory. */
typedef struct phs_shared {
  phs_window weight_window, delay_window;
  phs_inverse delay;       /**< of all steps; one step: constant */
  phs_inverse binomial[4]; /**< fixed probability: counts of a full tile, the last tile, and both
                                without the source itself */
  uint64_t *tile_base;     /**< [tiles + 1]: synapses of the tiles before */
  uint32_t *count;         /**< rule's own: counts or offsets by tile and source */
  uint64_t *start;         /**< list: [sources + 1], first synapse of each source */
  uint32_t *order;         /**< list: synapses of each source by tile, then as given */
} phs_shared;

static inline const phs_shared *phs_shared_of(const phs_rows *rows) {
  return rows->shared;
}

static inline uint32_t phs_tile_size(uint32_t targets, uint32_t tile) {
  uint32_t first = tile << PHS_TILE_BITS;
  return targets - first < PHS_TILE ? targets - first : PHS_TILE;
}

/** Place of @p source itself within @p tile, if it may not be a target; else UINT32_MAX. */
static inline uint32_t phs_skipped(const phs_recipe *r, uint32_t source, uint32_t tile) {
  return r->same_population && !r->autapses && source >> PHS_TILE_BITS == tile
             ? source & (PHS_TILE - 1)
             : UINT32_MAX;
}

/* values.c */

/** The words accepted of a distribution; span 0: none. */
phs_window phs_value_window(const phs_distribution *d);
/** The bounded value of @p word (of the window). Never falls as the word grows. */
double phs_value_of(const phs_distribution *d, const phs_window *w, uint32_t word);
/** Steps of the delay's distribution for the inverse table; low is set too. */
uint32_t phs_delay_span(const phs_recipe *r, uint32_t *low);
/** Fills s->delay, whose arrays have room. */
void phs_delay_table(const phs_recipe *r, phs_shared *s);
void phs_fill_delays(const phs_rows *rows, uint32_t source, uint32_t tile, uint32_t count,
                     uint16_t *out);
void phs_fill_weights(const phs_rows *rows, uint32_t source, uint32_t tile, uint32_t count,
                      float *out);

/* targets.c */

/** @p count different numbers below @p size, ascending, those from @p skipped on raised by one. */
void phs_distinct(uint64_t key, uint32_t source, uint32_t tile, uint32_t count, uint32_t size,
                  uint32_t skipped, uint16_t *out);
/** Numbers below @p size whose bits are set (or are not), ascending, those from @p skipped on
 * raised by one, into @p out (NULL: only counted); how many they are. */
uint32_t phs_list_bits(const uint64_t *bits, bool set, uint32_t size, uint32_t skipped,
                       uint16_t *out);
/** Targets of a row in the order of rank into @p out (NULL: only counted); their number. */
uint32_t phs_all_targets(const phs_rows *rows, uint32_t source, uint32_t tile, uint16_t *out);
uint32_t phs_probable_count(const phs_rows *rows, uint32_t source, uint32_t tile);
uint32_t phs_probable_targets(const phs_rows *rows, uint32_t source, uint32_t tile, uint16_t *out);
/** Number of synapses of a list's row, which begins at @p first in the source's order by tile. */
uint32_t phs_list_row(const phs_rows *rows, uint32_t source, uint32_t tile, uint32_t *first);
/** Targets, and delays and weights where the list has them. */
uint32_t phs_list_make(const phs_rows *rows, uint32_t source, uint32_t tile, phs_row *out);
void phs_list_prepare(const phs_recipe *r, phs_shared *s);

/* counts.c: fixed out-degree and total number; s->count[tile][source] */

void phs_counts_prepare(const phs_recipe *r, uint32_t tiles, phs_shared *s);
uint32_t phs_counts_targets(const phs_rows *rows, uint32_t source, uint32_t tile, uint16_t *out);

/* indegree.c */

/** Elements of s->count. */
uint64_t phs_indegree_words(const phs_recipe *r, uint64_t tiles);
void phs_indegree_prepare(const phs_recipe *r, uint32_t tiles, phs_shared *s);
uint32_t phs_indegree_targets(const phs_rows *rows, uint32_t source, uint32_t tile, uint16_t *out);
/** No row is longer. */
uint32_t phs_indegree_longest(const phs_rows *rows);

/* distance.c */

uint32_t phs_distance_targets(const phs_rows *rows, uint32_t source, uint32_t tile, uint16_t *out);
/** Estimated by some of the sources where there are many pairs. */
double phs_distance_expected(const phs_recipe *r);

#endif
