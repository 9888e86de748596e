/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file nearest.h  "Did you mean": the candidate that somebody meant by a misspelt word. */
#ifndef PHS_BASE_NEAREST_H
#define PHS_BASE_NEAREST_H

#include <stddef.h>

/**
 * The one of @p count candidates nearest to @p word by optimal string alignment distance (Damerau
 * 1964: insertions, deletions, substitutions, swaps of neighbours), letter case free; else one that
 * it abbreviates; NULL when none is near. Borrowed from @p candidates.
 */
const char *phs_nearest(const char *word, const char *const *candidates, size_t count);

#endif
