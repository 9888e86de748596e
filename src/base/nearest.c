/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* "Did you mean": the nearest of some candidates by optimal string alignment distance. */
#include "base/nearest.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define LONGEST 96

static size_t min3(size_t a, size_t b, size_t c) {
  size_t m = a < b ? a : b;
  return m < c ? m : c;
}

static bool same_letter(char a, char b) {
  return tolower((unsigned char)a) == tolower((unsigned char)b);
}

/* Insertions, deletions, substitutions and swaps of neighbours between a and b; letter case is
 * free. */
static size_t distance(const char *a, const char *b) {
  size_t n = strlen(a), m = strlen(b), row[3][LONGEST + 1];
  if (n > LONGEST || m > LONGEST) {
    return SIZE_MAX;
  }
  for (size_t j = 0; j <= m; j++) {
    row[0][j] = j;
  }
  for (size_t i = 1; i <= n; i++) {
    size_t *now = row[i % 3], *before = row[(i + 2) % 3], *two = row[(i + 1) % 3];
    now[0] = i;
    for (size_t j = 1; j <= m; j++) {
      size_t cost = !same_letter(a[i - 1], b[j - 1]);
      now[j] = min3(before[j] + 1, now[j - 1] + 1, before[j - 1] + cost);
      if (i > 1 && j > 1 && same_letter(a[i - 1], b[j - 2]) && same_letter(a[i - 2], b[j - 1]) &&
          two[j - 2] + 1 < now[j]) {
        now[j] = two[j - 2] + 1;
      }
    }
  }
  return row[n % 3][m];
}

const char *phs_nearest(const char *word, const char *const *candidates, size_t count) {
  size_t length = strlen(word), best = length < 4 ? 2 : length / 3 + 2;
  const char *found = NULL;
  for (size_t i = 0; i < count; i++) {
    size_t d = distance(word, candidates[i]);
    /* A word of which nothing is left is no suggestion. */
    if (d < best && d < strlen(candidates[i]) && d < length) {
      best = d;
      found = candidates[i];
    }
  }
  /* The beginning, or the last part of a longer name, is what people abbreviate to. */
  for (size_t i = 0; !found && length >= 2 && i < count; i++) {
    size_t n = strlen(candidates[i]);
    if (n > length && (strncmp(candidates[i], word, length) == 0 ||
                       strcmp(candidates[i] + n - length, word) == 0)) {
      found = candidates[i];
    }
  }
  return found;
}
