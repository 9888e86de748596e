/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "ir/blobs.h"

#include <stdlib.h>
#include <string.h>

phs_blob *phs_blobs_add(phs_blobs *t, const char *key, size_t length) {
  if (t->count == t->cap) {
    size_t cap = t->cap ? 2 * t->cap : 16;
    phs_blob *list = cap <= SIZE_MAX / sizeof *list ? realloc(t->list, cap * sizeof *list) : NULL;
    if (!list) {
      return NULL;
    }
    t->list = list;
    t->cap = cap;
  }
  char *copy = malloc(length + 1);
  if (!copy) {
    return NULL;
  }
  memcpy(copy, key, length);
  copy[length] = 0;
  phs_blob *b = &t->list[t->count++];
  *b = (phs_blob){.key = copy};
  return b;
}

const phs_blob *phs_blobs_find(const phs_blobs *t, const char *key, size_t length) {
  for (size_t i = t->count; i-- > 0;) {
    if (strlen(t->list[i].key) == length && memcmp(t->list[i].key, key, length) == 0) {
      return &t->list[i];
    }
  }
  return NULL;
}

void phs_blobs_free(phs_blobs *t) {
  for (size_t i = 0; i < t->count; i++) {
    free(t->list[i].key);
    free(t->list[i].owned);
  }
  free(t->list);
  *t = (phs_blobs){0};
}
