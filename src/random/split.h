/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/**
 * @file split.h  How many of n things fall on either side: binomial and hypergeometric draws, and
 * with them how n things fall into many places. Exact but for the rounding of doubles (relative
 * errors of probabilities below 1e-11). Freestanding C.
 */
#ifndef PHS_RANDOM_SPLIT_H
#define PHS_RANDOM_SPLIT_H

#include "random/draw.h"

#include <stdbool.h>

/** The words of a draw one after the other. */
typedef struct phs_stream {
  uint64_t key;
  uint32_t at[3];
  uint32_t next; /**< word to be drawn next */
  uint32_t used; /**< of word */
  uint32_t word[PHS_WORDS];
} phs_stream;

void phs_stream_open(phs_stream *s, uint64_t key, uint32_t a, uint32_t b, uint32_t purpose);
uint32_t phs_stream_word(phs_stream *s);

/** Successes of @p n trials with probability above / (above + below). Numbers below 2^53. */
uint64_t phs_binomial(phs_stream *s, uint64_t n, double above, double below);
/** How many of @p n balls drawn without putting back are white, of @p white and @p black ones.
 * Integers below 2^53; n at most their sum. */
uint64_t phs_hypergeometric(phs_stream *s, uint64_t n, double white, double black);

/** Places 0 to count - 1 whose room is `each`, less `less` in [less_first, less_end), less
 * `less_last` in the last. */
typedef struct phs_places {
  uint32_t count;
  uint64_t each;
  uint64_t less;
  uint32_t less_first, less_end;
  uint64_t less_last;
} phs_places;

/**
 * Throws @p n things into places, each with probability proportional to the room; or, if @p once,
 * no two into the same spot of the room (n at most all room). out[i stride] is what fell into place
 * i. Places are halved again and again, so that rounding does not add up along them.
 */
void phs_throw(phs_stream *s, uint64_t n, const phs_places *places, bool once, uint32_t *out,
               size_t stride);

#endif
