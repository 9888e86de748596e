/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Names to numbers: a table with open addressing. */
#include "yaml/reader.h"

#include <string.h>

typedef struct yml_slot {
  const char *name;
  long number;
} yml_slot;

/* FNV-1a (Fowler, Noll, Vo). */
static size_t hash(const char *s) {
  uint64_t h = 0xcbf29ce484222325u;
  for (; *s; s++) {
    h = (h ^ (unsigned char)*s) * 0x100000001b3u;
  }
  return (size_t)(h ^ h >> 32);
}

static yml_slot *look(const yml_index *x, const char *name) {
  size_t i = hash(name) & (x->cap - 1);
  while (x->slot[i].name && strcmp(x->slot[i].name, name) != 0) {
    i = (i + 1) & (x->cap - 1);
  }
  return &x->slot[i];
}

long yml_index_find(const yml_index *x, const char *name) {
  if (!x->count) {
    return -1;
  }
  const yml_slot *s = look(x, name);
  return s->name ? s->number : -1;
}

static bool grow(phs_arena *a, yml_index *x) {
  yml_index larger = {.cap = x->cap ? 2 * x->cap : 16, .count = x->count};
  larger.slot = PHS_NEW_ARRAY(a, yml_slot, larger.cap);
  if (!larger.slot) {
    return false;
  }
  for (size_t i = 0; i < x->cap; i++) {
    if (x->slot[i].name) {
      *look(&larger, x->slot[i].name) = x->slot[i];
    }
  }
  *x = larger;
  return true;
}

bool yml_index_add(phs_arena *a, yml_index *x, const char *name, long number) {
  if (2 * (x->count + 1) > x->cap && !grow(a, x)) {
    return false;
  }
  *look(x, name) = (yml_slot){name, number};
  x->count++;
  return true;
}

bool yml_index_set(phs_arena *a, yml_index *x, const char *name, long number) {
  yml_slot *s = x->count ? look(x, name) : NULL;
  if (!s || !s->name) {
    return yml_index_add(a, x, name, number);
  }
  s->number = number;
  return true;
}
