/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "base/buf.h"

#include "base/locale.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void phs_buf_free(phs_buf *b) {
  free(b->data);
  *b = (phs_buf){0};
}

/* Room for n more bytes and the terminator. */
static bool reserve(phs_buf *b, size_t n) {
  if (b->failed || n >= SIZE_MAX / 2 - b->len) {
    b->failed = true;
    return false;
  }
  if (b->len + n + 1 <= b->cap) {
    return true;
  }
  size_t cap = b->cap ? b->cap : 256;
  while (cap < b->len + n + 1) {
    cap *= 2;
  }
  char *p = realloc(b->data, cap);
  if (!p) {
    b->failed = true;
    return false;
  }
  b->data = p;
  b->cap = cap;
  return true;
}

void phs_buf_add(phs_buf *b, const void *bytes, size_t n) {
  if (reserve(b, n)) {
    if (n) {
      memcpy(b->data + b->len, bytes, n);
    }
    b->len += n;
    b->data[b->len] = 0;
  }
}

void phs_buf_puts(phs_buf *b, const char *s) {
  phs_buf_add(b, s, strlen(s));
}

void phs_buf_printf(phs_buf *b, const char *fmt, ...) {
  va_list ap;
  va_start(ap, fmt);
  va_list again;
  va_copy(again, ap);
  locale_t before = phs_locale_c();
  int n = vsnprintf(NULL, 0, fmt, ap);
  va_end(ap);
  if (n < 0) {
    b->failed = true;
  } else if (reserve(b, (size_t)n)) {
    vsnprintf(b->data + b->len, (size_t)n + 1, fmt, again);
    b->len += (size_t)n;
  }
  phs_locale_restore(before);
  va_end(again);
}

/* Length of the valid UTF-8 sequence at s (RFC 3629), or 0. */
static size_t utf8_length(const unsigned char *s) {
  size_t n = s[0] < 0x80                   ? 1
             : s[0] >= 0xC2 && s[0] < 0xE0 ? 2
             : (s[0] & 0xF0) == 0xE0       ? 3
             : s[0] >= 0xF0 && s[0] < 0xF5 ? 4
                                           : 0;
  for (size_t i = 1; i < n; i++) {
    if ((s[i] & 0xC0) != 0x80) {
      return 0;
    }
  }
  if ((s[0] == 0xE0 && s[1] < 0xA0) || (s[0] == 0xED && s[1] >= 0xA0) ||
      (s[0] == 0xF0 && s[1] < 0x90) || (s[0] == 0xF4 && s[1] >= 0x90)) {
    return 0;
  }
  return n;
}

void phs_buf_json(phs_buf *b, const char *text) {
  phs_buf_puts(b, "\"");
  for (const unsigned char *s = (const unsigned char *)text; *s;) {
    size_t n = utf8_length(s);
    if (*s == '"' || *s == '\\') {
      phs_buf_printf(b, "\\%c", *s);
    } else if (n == 0 || *s < 0x20 || *s == 0x7F) {
      phs_buf_printf(b, "\\u%04x", n == 0 ? 0xFFFD : *s);
    } else {
      phs_buf_add(b, s, n);
    }
    s += n ? n : 1;
  }
  phs_buf_puts(b, "\"");
}

const char *phs_buf_cstr(const phs_buf *b) {
  return b->data ? b->data : "";
}
