/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file recipe_check.h  Whether a projection's recipe means synapses at all: what every room that
 * takes recipes and distributions from outside asks before it makes rows or values of them. */
#ifndef PHS_NET_RECIPE_CHECK_H
#define PHS_NET_RECIPE_CHECK_H

#include "base/buf.h"
#include "synapses/recipe.h"

/** Delays in steps, as for delay lines. */
#define PHS_RECIPE_LONGEST_DELAY (1 << 24)

/** The probability that a value drawn from @p d lies within its bounds, both included. */
double phs_distribution_within(const phs_distribution *d);

/**
 * @param[out] what  on true: what is wrong, as the end of a sentence whose subject is the
 * projection: "has the probability 1.5; it lies between 0 and 1". The caller frees it.
 * @return true where no rows can be made
 */
bool phs_recipe_wrong(const phs_recipe *r, phs_buf *what);

#endif
