/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "net/net.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

size_t phs_shape_count(const phs_shape *s) {
  size_t n = 1;
  for (int i = 0; i < s->rank; i++) {
    n *= (size_t)s->dim[i];
  }
  return n;
}

bool phs_shape_equal(const phs_shape *a, const phs_shape *b) {
  return a->rank == b->rank && memcmp(a->dim, b->dim, (size_t)a->rank * sizeof *a->dim) == 0;
}

char *phs_shape_print(const phs_shape *s, char *out, size_t size) {
  size_t at = (size_t)snprintf(out, size, "[");
  for (int i = 0; i < s->rank && at < size; i++) {
    at += (size_t)snprintf(out + at, size - at, "%s%" PRId64, i ? ", " : "", s->dim[i]);
  }
  if (at < size) {
    snprintf(out + at, size - at, "]");
  }
  return out;
}

phs_net *phs_net_create(void) {
  phs_arena *a = phs_arena_create();
  phs_net *n = a ? PHS_NEW(a, phs_net) : NULL;
  if (!n) {
    phs_arena_destroy(a);
    return NULL;
  }
  n->arena = a;
  return n;
}

void phs_net_destroy(phs_net *n) {
  if (n) {
    phs_arena_destroy(n->arena);
  }
}

/* Equal but for '/' in `name` matched by '.' in `wanted`. */
static bool same_with_dots(const char *name, const char *wanted) {
  for (; *name && (*name == *wanted || (*name == '/' && *wanted == '.')); name++, wanted++) {
  }
  return *name == 0 && *wanted == 0;
}

/* The op's own name (which == -1) or one of the names of ops merged into it. */
static const char *name_of(const phs_op *op, int which) {
  return which < 0 ? op->name : op->alias[which];
}

int phs_net_find(const phs_net *n, const char *name) {
  int found = -1, matches = 0;
  for (int i = 0; i < n->op_count; i++) {
    for (int which = -1; which < n->op[i].alias_count; which++) {
      if (strcmp(name_of(&n->op[i], which), name) == 0) {
        return i;
      }
      if (same_with_dots(name_of(&n->op[i], which), name)) {
        found = i;
        matches++;
      }
    }
  }
  return matches == 1 ? found : -1;
}

const phs_projection *phs_net_find_projection(const phs_net *n, const char *name, int *op) {
  const phs_projection *found = NULL;
  int matches = 0;
  for (int i = 0; i < n->op_count; i++) {
    const phs_synapses *s = &n->op[i].synapses;
    int count = n->op[i].kind == PHS_OP_SYNAPSES ? s->projection_count : 0;
    for (int k = 0; k < count; k++) {
      bool exact = strcmp(s->projection[k].name, name) == 0;
      if (!exact && !same_with_dots(s->projection[k].name, name)) {
        continue;
      }
      found = &s->projection[k];
      matches++;
      if (op) {
        *op = i;
      }
      if (exact) {
        return found;
      }
    }
  }
  return matches == 1 ? found : NULL;
}
