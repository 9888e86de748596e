/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file group_arena.h  The arena of a group of tests. */
#ifndef PHS_TEST_EQUATIONS_GROUP_ARENA_H
#define PHS_TEST_EQUATIONS_GROUP_ARENA_H

#include "base/arena.h"

static phs_arena *arena;

static int set_up(void **state) {
  (void)state;
  arena = phs_arena_create();
  return arena ? 0 : 1;
}

static int tear_down(void **state) {
  (void)state;
  phs_arena_destroy(arena);
  return 0;
}

#endif
