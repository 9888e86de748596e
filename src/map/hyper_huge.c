/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#define _DEFAULT_SOURCE /* madvise() */

#include "map/hyper_internal.h"

#ifdef __linux__
#include <sys/mman.h>
#endif

#define HUGE_PAGE ((uintptr_t)2 << 20)

void *phs_hyper_array(phs_arena *arena, size_t count, size_t size) {
  char *p = phs_arena_array(arena, count, size);
#ifdef MADV_HUGEPAGE
  if (p && count * size >= 2 * HUGE_PAGE) { /* no overflow: it was allocated */
    uintptr_t first = ((uintptr_t)p + HUGE_PAGE - 1) & ~(HUGE_PAGE - 1);
    uintptr_t end = ((uintptr_t)p + count * size) & ~(HUGE_PAGE - 1);
    /* advice: a system that does not take it loses time alone */
    (void)madvise((void *)first, end - first, MADV_HUGEPAGE);
  }
#endif
  return p;
}
