/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Text from files in messages, and names that were probably meant. */
#include "import/nir/nir.h"
#include "import/utf8.h"

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

const char *nir_printable(nir_reader *r, const char *s) {
  enum { MOST = 120 };
  char out[MOST + 16];
  size_t at = 0;
  while (*s && at < MOST) {
    size_t n = phs_utf8_length(s);
    if (n == 0 || (unsigned char)*s < 0x20 || *s == 0x7f) {
      at += (size_t)snprintf(out + at, sizeof out - at, "\\x%02x", (unsigned char)*s);
      s++;
    } else {
      memcpy(out + at, s, n);
      at += n;
      s += n;
    }
  }
  snprintf(out + at, sizeof out - at, "%s", *s ? "..." : "");
  const char *copy = phs_arena_strdup(r->scratch, out);
  return copy ? copy : "?";
}

static char lower(char c) {
  return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* Levenshtein distance, letter case left aside; names longer than the table count as far. */
static int distance(const char *a, const char *b) {
  enum { MOST = 64 };
  int row[MOST + 1];
  size_t na = strlen(a), nb = strlen(b);
  if (na > MOST || nb > MOST) {
    return MOST;
  }
  for (size_t j = 0; j <= nb; j++) {
    row[j] = (int)j;
  }
  for (size_t i = 1; i <= na; i++) {
    int diagonal = row[0];
    row[0] = (int)i;
    for (size_t j = 1; j <= nb; j++) {
      int up = row[j], best = diagonal + (lower(a[i - 1]) != lower(b[j - 1]));
      best = up + 1 < best ? up + 1 : best;
      best = row[j - 1] + 1 < best ? row[j - 1] + 1 : best;
      diagonal = up;
      row[j] = best;
    }
  }
  return row[nb];
}

const char *nir_nearest(const char *wanted, const char *const *names, int count) {
  const char *best = NULL;
  int least = (int)(strlen(wanted) / 3) + 2;
  for (int i = 0; i < count; i++) {
    int d = distance(wanted, names[i]);
    if (d < least) {
      least = d;
      best = names[i];
    }
  }
  return best;
}
