/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Text from files: whether it is UTF-8, and how messages show what is not. */
#include "base/utf8.h"

#include <stdio.h>
#include <string.h>

size_t phs_utf8_length(const char *text) {
  const unsigned char *s = (const unsigned char *)text;
  size_t n = s[0] < 0x80                   ? 1
             : s[0] >= 0xc2 && s[0] < 0xe0 ? 2
             : (s[0] & 0xf0) == 0xe0       ? 3
             : s[0] >= 0xf0 && s[0] < 0xf5 ? 4
                                           : 0;
  for (size_t i = 1; i < n; i++) {
    if ((s[i] & 0xc0) != 0x80) {
      return 0;
    }
  }
  bool overlong =
      (n == 3 && s[0] == 0xe0 && s[1] < 0xa0) || (n == 4 && s[0] == 0xf0 && s[1] < 0x90);
  bool surrogate = n == 3 && s[0] == 0xed && s[1] >= 0xa0,
       beyond = n == 4 && s[0] == 0xf4 && s[1] >= 0x90;
  return overlong || surrogate || beyond ? 0 : n;
}

bool phs_utf8_printable(const char *text) {
  for (size_t n; *text; text += n) {
    n = phs_utf8_length(text);
    if (n == 0 || (unsigned char)*text < 0x20 || *text == 0x7f) {
      return false;
    }
  }
  return true;
}

const char *phs_utf8_quote(phs_arena *arena, const char *text, size_t most) {
  char out[PHS_UTF8_QUOTE + 16];
  size_t at = 0;
  most = most < PHS_UTF8_QUOTE ? most : PHS_UTF8_QUOTE;
  while (*text && at < most) {
    size_t n = phs_utf8_length(text);
    if (n == 0 || (unsigned char)*text < 0x20 || *text == 0x7f) {
      at += (size_t)snprintf(out + at, sizeof out - at, "\\x%02x", (unsigned char)*text);
      text++;
    } else {
      memcpy(out + at, text, n);
      at += n;
      text += n;
    }
  }
  snprintf(out + at, sizeof out - at, "%s", *text ? "..." : "");
  const char *copy = phs_arena_strdup(arena, out);
  return copy ? copy : "?";
}
