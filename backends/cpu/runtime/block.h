/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file block.h  Large blocks of memory for programs: state and tables. */
#ifndef PHS_CPU_RUNTIME_BLOCK_H
#define PHS_CPU_RUNTIME_BLOCK_H

#include <stddef.h>

/** @p bytes of zeros, aligned to 64; large ones in huge pages where the system has them. NULL
 * without memory. */
void *phs_block_alloc(size_t bytes);
/** @p bytes as allocated; NULL is allowed. */
void phs_block_free(void *block, size_t bytes);

#endif
