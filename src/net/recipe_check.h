/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file recipe_check.h  Whether a projection's recipe means synapses at all: what every room that
 * takes recipes from outside asks before it makes rows of them. */
#ifndef PHS_NET_RECIPE_CHECK_H
#define PHS_NET_RECIPE_CHECK_H

#include "base/buf.h"
#include "synapses/recipe.h"

/** Delays in steps, as for delay lines. */
#define PHS_RECIPE_LONGEST_DELAY (1 << 24)

/**
 * @param[out] what  on true: what is wrong, as the end of a sentence whose subject is the
 * projection: "has the probability 1.5; it lies between 0 and 1". The caller frees it.
 * @return true where no rows can be made
 */
bool phs_recipe_wrong(const phs_recipe *r, phs_buf *what);

#endif
