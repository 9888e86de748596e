/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Looking at nodes of a tree. */
#include "yaml/tree.h"

#include <stdio.h>
#include <string.h>

bool yml_is_null(const yml_node *n) {
  return n->kind == YML_SCALAR && n->style == YML_PLAIN &&
         (n->length == 0 || strcmp(n->text, "~") == 0 || strcmp(n->text, "null") == 0);
}

const yml_node *yml_get(const yml_node *map, const char *key) {
  for (size_t i = 0; map->kind == YML_MAP && i < map->count; i++) {
    if (strcmp(map->pair[i].key->text, key) == 0) {
      return map->pair[i].value;
    }
  }
  return NULL;
}

char *yml_describe(const yml_node *n, char *out, size_t size) {
  if (n->kind == YML_SCALAR && !yml_is_null(n)) {
    bool cut = n->length > 40;
    size_t most = cut ? 40 : n->length;
    while (cut && most > 0 && ((unsigned char)n->text[most] & 0xC0) == 0x80) {
      most--;
    }
    snprintf(out, size, "'%.*s%s'", (int)most, n->text, cut ? "..." : "");
    for (char *c = out; *c; c++) {
      *c = (unsigned char)*c < 0x20 ? ' ' : *c;
    }
  } else {
    snprintf(out, size, "%s",
             n->kind == YML_LIST  ? "a list"
             : n->kind == YML_MAP ? "a mapping"
                                  : "nothing");
  }
  return out;
}
