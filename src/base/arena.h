/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file arena.h  Memory by lifetime: everything allocated from an arena is freed with it. Not
 * thread-safe. */
#ifndef PHS_BASE_ARENA_H
#define PHS_BASE_ARENA_H

#include <stddef.h>
#include <stdint.h>

typedef struct phs_arena phs_arena;

/** A new, empty arena; NULL without memory. The caller destroys it. */
phs_arena *phs_arena_create(void);
/** Frees the arena and all it gave out; NULL is allowed. */
void phs_arena_destroy(phs_arena *a);
/** @p size bytes, zeroed, aligned to 64; size 0 gives a unique pointer. NULL without memory. */
void *phs_arena_alloc(phs_arena *a, size_t size);
/** @p count elements of @p size bytes, zeroed; NULL on overflow or without memory. */
void *phs_arena_array(phs_arena *a, size_t count, size_t size);
/** A copy of @p n bytes. */
void *phs_arena_copy(phs_arena *a, const void *src, size_t n);
/** A copy of a string. */
char *phs_arena_strdup(phs_arena *a, const char *s);
/** A formatted string; numbers have a decimal point in every locale. */
char *phs_arena_printf(phs_arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/** Bytes handed out so far. */
size_t phs_arena_used(const phs_arena *a);

#define PHS_NEW(arena, type) ((type *)phs_arena_alloc((arena), sizeof(type)))
#define PHS_NEW_ARRAY(arena, type, n) ((type *)phs_arena_array((arena), (n), sizeof(type)))

#endif
