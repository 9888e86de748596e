/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "base/arena.h"

#include "base/locale.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ALIGN ((size_t)64)
#define BLOCK_SIZE ((size_t)64 * 1024)

typedef struct block {
  struct block *next;
  char *base; /* aligned start of the payload */
  size_t used, size;
} block;

struct phs_arena {
  block *head; /* the block that small requests come from; larger ones follow it */
  size_t total;
};

static block *block_create(size_t size) {
  if (size > SIZE_MAX - sizeof(block) - ALIGN) {
    return NULL;
  }
  /* calloc: fresh pages of large blocks need no clearing of our own */
  char *raw = calloc(1, sizeof(block) + ALIGN + size);
  if (!raw) {
    return NULL;
  }
  block *b = (block *)(void *)raw;
  uintptr_t p = (uintptr_t)(raw + sizeof(block));
  b->base = (char *)((p + ALIGN - 1) & ~(uintptr_t)(ALIGN - 1));
  b->size = size;
  return b;
}

phs_arena *phs_arena_create(void) {
  return calloc(1, sizeof(phs_arena));
}

void phs_arena_destroy(phs_arena *a) {
  if (!a) {
    return;
  }
  for (block *b = a->head; b;) {
    block *next = b->next;
    free(b);
    b = next;
  }
  free(a);
}

void *phs_arena_alloc(phs_arena *a, size_t size) {
  if (size > SIZE_MAX - ALIGN) {
    return NULL;
  }
  size_t need = (size + ALIGN - 1) & ~(ALIGN - 1);
  if (need == 0) {
    need = ALIGN;
  }
  if (!a->head || a->head->size - a->head->used < need) {
    block *b = block_create(need > BLOCK_SIZE / 4 ? need : BLOCK_SIZE);
    if (!b) {
      return NULL;
    }
    if (a->head && b->size == need) { /* a block of its own: keep filling the current one */
      b->next = a->head->next;
      a->head->next = b;
      b->used = need;
      a->total += size;
      return b->base;
    }
    b->next = a->head;
    a->head = b;
  }
  void *p = a->head->base + a->head->used;
  a->head->used += need;
  a->total += size;
  return p;
}

void *phs_arena_array(phs_arena *a, size_t count, size_t size) {
  size_t bytes;
  return __builtin_mul_overflow(count, size, &bytes) ? NULL : phs_arena_alloc(a, bytes);
}

void *phs_arena_copy(phs_arena *a, const void *src, size_t n) {
  void *p = phs_arena_alloc(a, n);
  if (p && n) {
    memcpy(p, src, n);
  }
  return p;
}

char *phs_arena_strdup(phs_arena *a, const char *s) {
  return phs_arena_copy(a, s, strlen(s) + 1);
}

char *phs_arena_printf(phs_arena *a, const char *fmt, ...) {
  va_list ap;
  va_start(ap, fmt);
  va_list again;
  va_copy(again, ap);
  locale_t before = phs_locale_c();
  int n = vsnprintf(NULL, 0, fmt, ap);
  va_end(ap);
  char *s = n < 0 ? NULL : phs_arena_alloc(a, (size_t)n + 1);
  if (s) {
    vsnprintf(s, (size_t)n + 1, fmt, again);
  }
  phs_locale_restore(before);
  va_end(again);
  return s;
}

size_t phs_arena_used(const phs_arena *a) {
  return a->total;
}
