/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Reads the data of dense_resource attributes back: prints the module through a small scanner that
 * keeps nothing but
 *   {-# dialect_resources: { builtin: { KEY: "0x<4 bytes alignment><data>", ... } } #-}
 * The names are those that the attributes print with, which may differ from the parsed text when a
 * name was taken. */
#include "ir/context.h"

#include <stdlib.h>

typedef struct scanner {
  phs_ir *ir;
  int opening;   /* how much of "\n{-#" was seen */
  bool inside;   /* after it */
  int depth;     /* open braces inside */
  bool dialects; /* inside dialect_resources */
  bool in_string;
  char word[512]; /* last bare word */
  size_t word_length;
  bool word_open;
  unsigned char *data; /* decoded so far */
  size_t size, cap, digits;
  unsigned nibble;
  bool failed;
} scanner;

static void put_byte(scanner *s, unsigned char byte) {
  if (s->size == s->cap) {
    size_t cap = s->cap ? 2 * s->cap : 256;
    unsigned char *data = s->failed ? NULL : realloc(s->data, cap);
    if (!data) {
      s->failed = true;
      return;
    }
    s->data = data;
    s->cap = cap;
  }
  s->data[s->size++] = byte;
}

static int hex_value(char c) {
  return c >= '0' && c <= '9'   ? c - '0'
         : c >= 'A' && c <= 'F' ? c - 'A' + 10
         : c >= 'a' && c <= 'f' ? c - 'a' + 10
                                : -1;
}

static void string_char(scanner *s, char c) {
  /* The first two characters are "0x". */
  if (s->digits++ < 2) {
    return;
  }
  int v = hex_value(c);
  if (v < 0) {
    return;
  }
  if (s->digits % 2 == 1) {
    s->nibble = (unsigned)v << 4;
  } else {
    put_byte(s, (unsigned char)(s->nibble | (unsigned)v));
  }
}

static void end_string(scanner *s) {
  s->in_string = false;
  if (!s->dialects || s->depth != 2 || s->size < 4) {
    return;
  }
  phs_blob *b = s->failed ? NULL : phs_blobs_add(&s->ir->blobs, s->word, s->word_length);
  if (!b) {
    s->failed = true;
    return;
  }
  /* Move the data over the alignment word: what malloc gave is aligned. */
  b->size = s->size - 4;
  memmove(s->data, s->data + 4, b->size);
  b->data = b->owned = s->data;
  b->lasting = true;
  s->data = NULL;
  s->cap = 0;
}

static void inside_char(scanner *s, char c) {
  if (s->in_string) {
    if (c == '"') {
      end_string(s);
    } else {
      string_char(s, c);
    }
    return;
  }
  bool word_char = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                   c == '_' || c == '.' || c == '$' || c == '-';
  if (word_char) {
    s->word_length = s->word_open ? s->word_length : 0;
    s->word_open = true;
    if (s->word_length < sizeof s->word) {
      s->word[s->word_length++] = c;
    }
    return;
  }
  s->word_open = false;
  if (c == '{') {
    if (s->depth++ == 0) {
      s->dialects = s->word_length == 17 && memcmp(s->word, "dialect_resources", 17) == 0;
    }
  } else if (c == '}') {
    s->depth--;
  } else if (c == '"') {
    s->in_string = true;
    s->size = s->digits = 0;
  }
}

static void scan(MlirStringRef text, void *user) {
  static const char opening[] = "\n{-#";
  scanner *s = user;
  for (size_t i = 0; i < text.length && !s->failed; i++) {
    char c = text.data[i];
    if (s->inside) {
      inside_char(s, c);
    } else if (c == opening[s->opening]) {
      s->inside = ++s->opening == 4;
    } else {
      s->opening = c == '\n';
    }
  }
}

phasor_status phs_ir_collect_resources(phs_ir *ir, MlirModule module) {
  scanner s = {.ir = ir};
  mlirOperationPrint(mlirModuleGetOperation(module), scan, &s);
  free(s.data);
  if (s.failed) {
    phs_report(ir->diag, PHS_NO_MEMORY, NULL, NULL, "no memory for the weights of the module");
    return PHASOR_ERROR_INTERNAL;
  }
  return PHASOR_OK;
}
