/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#define _GNU_SOURCE /* MAP_ANONYMOUS, madvise */
#include "block.h"

#include <sys/mman.h>

/* Rows and rings are read all over the place: with small pages, each time after a walk through page
 * tables. */
void *phs_block_alloc(size_t bytes) {
  void *block =
      mmap(NULL, bytes ? bytes : 1, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (block == MAP_FAILED) {
    return NULL;
  }
#ifdef MADV_HUGEPAGE
  madvise(block, bytes, MADV_HUGEPAGE);
#endif
  return block;
}

void phs_block_free(void *block, size_t bytes) {
  if (block) {
    munmap(block, bytes ? bytes : 1);
  }
}
