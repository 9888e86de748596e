/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file parallel.h  Loops over several threads whose results do not depend on how many there are.
 */
#ifndef PHS_BASE_PARALLEL_H
#define PHS_BASE_PARALLEL_H

#include <stdbool.h>
#include <stddef.h>

/**
 * Work on the items first <= i < end.
 * @param thread from 0 to jobs - 1: for memory of its own; results must not depend on it
 */
typedef void (*phs_parallel_fn)(void *user, size_t first, size_t end, int thread);

/**
 * Calls @p fn for all items 0 to count - 1, in chunks of @p chunk items (the last may be smaller)
 * whose borders do not depend on @p jobs; which thread takes which chunk is not determined.
 * Returns when all are done. With jobs < 2, or where no thread can be started, the caller's thread
 * does it all.
 */
void phs_parallel(int jobs, size_t count, size_t chunk, phs_parallel_fn fn, void *user);

#endif
