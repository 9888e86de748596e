/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "ir/read.h"

#include <stdlib.h>

static size_t slot_of(const phs_ptrmap *m, const void *key) {
  size_t at =
      (size_t)(((uint64_t)(uintptr_t)key * UINT64_C(0x9E3779B97F4A7C15)) >> 20) & (m->cap - 1);
  while (m->key[at] && m->key[at] != key) {
    at = (at + 1) & (m->cap - 1);
  }
  return at;
}

static bool grow(phs_ptrmap *m) {
  phs_ptrmap bigger = {.cap = m->cap ? 2 * m->cap : 64, .count = m->count};
  bigger.key = calloc(bigger.cap, sizeof *bigger.key);
  bigger.value = calloc(bigger.cap, sizeof *bigger.value);
  if (!bigger.key || !bigger.value) {
    phs_ptrmap_free(&bigger);
    return false;
  }
  for (size_t i = 0; i < m->cap; i++) {
    if (m->key[i]) {
      size_t at = slot_of(&bigger, m->key[i]);
      bigger.key[at] = m->key[i];
      bigger.value[at] = m->value[i];
    }
  }
  phs_ptrmap_free(m);
  *m = bigger;
  return true;
}

bool phs_ptrmap_put(phs_ptrmap *m, const void *key, int value) {
  if (2 * (m->count + 1) > m->cap && !grow(m)) {
    return false;
  }
  size_t at = slot_of(m, key);
  m->count += m->key[at] == NULL;
  m->key[at] = key;
  m->value[at] = value;
  return true;
}

int phs_ptrmap_get(const phs_ptrmap *m, const void *key) {
  if (m->cap == 0) {
    return -1;
  }
  size_t at = slot_of(m, key);
  return m->key[at] ? m->value[at] : -1;
}

void phs_ptrmap_free(phs_ptrmap *m) {
  free(m->key);
  free(m->value);
  *m = (phs_ptrmap){0};
}
