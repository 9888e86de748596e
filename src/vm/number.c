/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "vm/number.h"

#include <float.h>
#include <locale.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/** Powers of ten that binary32 holds exactly. */
static const float tens[] = {1e0F, 1e1F, 1e2F, 1e3F, 1e4F, 1e5F, 1e6F, 1e7F, 1e8F, 1e9F, 1e10F};

typedef struct scan {
  const char *p, *end;
  uint64_t digits; /**< the digits as a whole number, while they fit */
  int scale;       /**< digits after the point */
  int count;       /**< digits that matter, leading zeros not counted */
  bool any;        /**< a digit was seen */
} scan;

static bool same_word(const char *text, size_t len, const char *word) {
  if (len != strlen(word)) {
    return false;
  }
  for (size_t i = 0; i < len; i++) {
    if ((text[i] | 0x20) != word[i]) {
      return false;
    }
  }
  return true;
}

static void scan_digits(scan *s, bool after_point) {
  for (; s->p < s->end && *s->p >= '0' && *s->p <= '9'; s->p++) {
    s->any = true;
    s->scale += after_point ? 1 : 0;
    if (s->count > 0 || *s->p != '0') {
      s->count++;
    }
    if (s->count <= 18) {
      s->digits = s->digits * 10 + (uint64_t)(*s->p - '0');
    }
  }
}

/** Whether what is left is nothing or an exponent; its value, cut to +-100000, into @p exponent. */
static bool scan_exponent(scan *s, int *exponent) {
  *exponent = 0;
  if (s->p == s->end) {
    return true;
  }
  if (*s->p != 'e' && *s->p != 'E') {
    return false;
  }
  s->p++;
  bool minus = s->p < s->end && *s->p == '-';
  if (s->p < s->end && (*s->p == '-' || *s->p == '+')) {
    s->p++;
  }
  if (s->p == s->end) {
    return false;
  }
  int value = 0;
  for (; s->p < s->end; s->p++) {
    if (*s->p < '0' || *s->p > '9') {
      return false;
    }
    value = value > 10000 ? 100000 : value * 10 + (*s->p - '0');
  }
  *exponent = minus ? -value : value;
  return true;
}

/** The C library's correctly rounded conversion, given the decimal point that its locale wants. */
static float convert(const char *text, size_t len) {
  char copy[PHS_NUMBER_MAX + 16];
  const char *point = localeconv()->decimal_point;
  size_t n = 0, point_len = strlen(point);
  if (point_len == 0 || point_len > 8) {
    point = ".";
    point_len = 1;
  }
  for (size_t i = 0; i < len; i++) {
    if (text[i] == '.') {
      memcpy(copy + n, point, point_len);
      n += point_len;
    } else {
      copy[n++] = text[i];
    }
  }
  copy[n] = 0;
  return strtof(copy, NULL);
}

phs_number_result phs_number_parse(const char *text, size_t len, float *out) {
  scan s = {.p = text, .end = text + len};
  bool minus = len > 0 && *text == '-';
  if (len > PHS_NUMBER_MAX) {
    return PHS_NUMBER_SYNTAX;
  }
  if (len > 0 && (*text == '-' || *text == '+')) {
    s.p++;
  }
  size_t rest = (size_t)(s.end - s.p);
  if (same_word(s.p, rest, "nan") || same_word(s.p, rest, "inf") ||
      same_word(s.p, rest, "infinity")) {
    return PHS_NUMBER_NOT_FINITE;
  }
  scan_digits(&s, false);
  if (s.p < s.end && *s.p == '.') {
    s.p++;
    scan_digits(&s, true);
  }
  int exponent;
  if (!s.any || !scan_exponent(&s, &exponent)) {
    return PHS_NUMBER_SYNTAX;
  }
  int power = exponent - s.scale;
  if (s.digits <= (1U << 24) && s.count <= 18 && power >= -10 && power <= 0) {
    /* Numerator and denominator are exact, so that one division rounds once: the usual 0, 1, 0.25.
     */
    float x = (float)s.digits / tens[-power];
    *out = minus ? -x : x;
    return PHS_NUMBER_OK;
  }
  float x = convert(text, len);
  *out = x;
  return x >= -FLT_MAX && x <= FLT_MAX ? PHS_NUMBER_OK : PHS_NUMBER_RANGE;
}

size_t phs_number_print(float x, char out[32]) {
  int n = snprintf(out, 32, "%.9g", (double)x);
  const char *point = localeconv()->decimal_point;
  size_t point_len = strlen(point);
  char *at = point_len > 0 && strcmp(point, ".") != 0 ? strstr(out, point) : NULL;
  if (at) {
    *at = '.';
    memmove(at + 1, at + point_len, strlen(at + point_len) + 1);
    return strlen(out);
  }
  return (size_t)n;
}
