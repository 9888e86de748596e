/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Text to units and quantities. */
#include "base/locale.h"
#include "base/nearest.h"
#include "units/units_internal.h"

#include <ctype.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* Longer texts are no quantity that somebody wrote. */
enum { LONGEST = 256, LARGEST_POWER = 20 };

typedef struct scan {
  const char *text;
  size_t length, at;
  int depth;
  phs_text_error *error;
} scan;

/* A unit as dimension and power of ten. */
typedef struct scale {
  phs_dimension dimension;
  int exponent;
} scale;

bool phs_text_fail(phs_text_error *error, size_t at, size_t length, const char *help,
                   const char *fmt, ...) {
  va_list ap;
  va_start(ap, fmt);
  error->at = at;
  error->length = length;
  vsnprintf(error->message, sizeof error->message, fmt, ap);
  snprintf(error->help, sizeof error->help, "%s", help ? help : "");
  va_end(ap);
  return false;
}

static void skip_space(scan *s) {
  while (s->at < s->length && isspace((unsigned char)s->text[s->at])) {
    s->at++;
  }
}

static char peek(const scan *s) {
  return s->at < s->length ? s->text[s->at] : 0;
}

static bool is_letter(char c) {
  return isalpha((unsigned char)c) || c == '_' || (unsigned char)c >= 0x80;
}

/* The digits times ten to `exponent`, rounded once; false where that is too large. */
static bool decimal(const char *digits, size_t length, int exponent, double *out) {
  char text[LONGEST + 32];
  if (length > LONGEST) {
    return false;
  }
  size_t mantissa = 0;
  while (mantissa < length && digits[mantissa] != 'e' && digits[mantissa] != 'E') {
    mantissa++;
  }
  long own = 0; /* beyond 10^6 every number is 0 or too large, however it goes on */
  for (size_t i = mantissa + 1; i < length; i++) {
    if (isdigit((unsigned char)digits[i]) && own < 1000000) {
      own = own * 10 + (digits[i] - '0');
    }
  }
  bool negative = mantissa + 1 < length && digits[mantissa + 1] == '-';
  snprintf(text, sizeof text, "%.*se%ld", (int)mantissa, digits,
           (negative ? -own : own) + exponent);
  return phs_parse_double(text, out);
}

/* "^2", "**-1" after a unit; 1 where there is none. */
static bool read_power(scan *s, int *power) {
  *power = 1;
  size_t start = s->at;
  skip_space(s);
  if (peek(s) == '^') {
    s->at++;
  } else if (peek(s) == '*' && s->at + 1 < s->length && s->text[s->at + 1] == '*') {
    s->at += 2;
  } else {
    s->at = start;
    return true;
  }
  skip_space(s);
  bool negative = peek(s) == '-';
  s->at += negative || peek(s) == '+';
  size_t digits = s->at;
  int n = 0;
  while (isdigit((unsigned char)peek(s)) && n <= LARGEST_POWER) {
    n = n * 10 + (peek(s) - '0');
    s->at++;
  }
  if (s->at == digits || n > LARGEST_POWER) {
    return phs_text_fail(
        s->error, start, s->at - start + (s->at < s->length), "write a power such as mV^2",
        "the power of a unit is an integer from -%d to %d", LARGEST_POWER, LARGEST_POWER);
  }
  *power = negative ? -n : n;
  return true;
}

static bool unknown_unit(scan *s, size_t start, size_t length) {
  static const char *const common[] = {"s",  "ms", "us", "ns",  "V",    "mV",   "uV",   "A",  "mA",
                                       "uA", "nA", "pA", "F",   "uF",   "nF",   "pF",   "S",  "mS",
                                       "uS", "nS", "pS", "Ohm", "kOhm", "MOhm", "GOhm", "Hz", "kHz",
                                       "m",  "mm", "um", "pC",  "J",    "nJ",   "pJ",   "W",  "mW"};
  char word[32];
  snprintf(word, sizeof word, "%.*s", (int)(length < 31 ? length : 31), s->text + start);
  const char *near = NULL;
  /* A word of one letter is far from everything, except from itself in the other case. */
  for (size_t i = 0; i < sizeof common / sizeof *common && !near; i++) {
    near = strcasecmp(word, common[i]) == 0 ? common[i] : NULL;
  }
  near = near ? near : phs_nearest(word, common, sizeof common / sizeof *common);
  char help[128];
  snprintf(help, sizeof help,
           near ? "did you mean '%s'?"
                : "units are s, V, A, F, S, Ohm, Hz, m, C, J, W with a prefix "
                  "from f to G%s",
           near ? near : "");
  return phs_text_fail(s->error, start, length, help, "'%s' is not a unit", word);
}

static bool read_unit(scan *s, bool divides, scale *out);

/* "mV", "1", "(nS*mV)", each with a power. */
static bool read_factor(scan *s, scale *out) {
  skip_space(s);
  size_t start = s->at;
  *out = (scale){0};
  if (peek(s) == '(') {
    s->at++;
    if (++s->depth > 16) {
      return phs_text_fail(s->error, start, 1, NULL, "too many parentheses");
    }
    if (!read_unit(s, false, out)) {
      return false;
    }
    skip_space(s);
    if (peek(s) != ')') {
      return phs_text_fail(s->error, start, 1, "close it with ')'",
                           "this parenthesis is not closed");
    }
    s->at++;
    s->depth--;
  } else if (peek(s) == '1' &&
             !(s->at + 1 < s->length &&
               (isdigit((unsigned char)s->text[s->at + 1]) || s->text[s->at + 1] == '.'))) {
    s->at++;
  } else {
    while (is_letter(peek(s))) {
      s->at++;
    }
    if (s->at == start) {
      return phs_text_fail(
          s->error, start, start < s->length, "write a unit such as mV, pA/ms or 1/s",
          start < s->length ? "this is no part of a unit" : "a unit is missing here");
    }
    const phs_unit *u = phs_unit_find(s->text + start, s->at - start, &out->exponent);
    if (!u) {
      return unknown_unit(s, start, s->at - start);
    }
    out->dimension = u->dimension;
  }
  int power;
  if (!read_power(s, &power)) {
    return false;
  }
  if (!phs_dimension_product((phs_dimension){0}, out->dimension, power, &out->dimension)) {
    return phs_text_fail(s->error, start, s->at - start, NULL, "the power of a unit is too large");
  }
  out->exponent *= power;
  return true;
}

/* Factors with '*' or '/' between them; with `divides` the first stands behind a '/'. */
static bool read_unit(scan *s, bool divides, scale *out) {
  *out = (scale){0};
  for (;;) {
    size_t start = s->at;
    scale next;
    if (!read_factor(s, &next)) {
      return false;
    }
    if (!phs_dimension_product(out->dimension, next.dimension, divides ? -1 : 1, &out->dimension)) {
      return phs_text_fail(s->error, start, s->at - start, NULL,
                           "the power of a unit is too large");
    }
    out->exponent += divides ? -next.exponent : next.exponent;
    skip_space(s);
    if (peek(s) != '*' && peek(s) != '/') {
      return true;
    }
    divides = peek(s) == '/';
    s->at++;
  }
}

static bool at_end(scan *s) {
  skip_space(s);
  if (s->at < s->length) {
    return phs_text_fail(s->error, s->at, s->length - s->at, "units are joined by '*' and '/'",
                         "what follows the unit is no part of it");
  }
  return true;
}

bool phs_unit_parse(const char *text, size_t length, phs_value *out, phs_text_error *error) {
  scan s = {.text = text, .length = length, .error = error};
  scale unit;
  if (length > LONGEST) {
    return phs_text_fail(s.error, 0, length, NULL, "the unit is longer than %d characters",
                         LONGEST);
  }
  if (!read_unit(&s, false, &unit) || !at_end(&s)) {
    return false;
  }
  out->dimension = unit.dimension;
  if (!decimal("1", 1, unit.exponent, &out->number)) {
    return phs_text_fail(s.error, 0, length, NULL, "the unit is too large");
  }
  return true;
}

bool phs_unit_of_word(const char *word, phs_value *out) {
  phs_text_error ignored;
  return strcmp(word, "J") != 0 && strcmp(word, "W") != 0 &&
         phs_unit_parse(word, strlen(word), out, &ignored);
}

/* Digits, point and exponent; an 'e' only with digits behind it. */
static size_t number_length(const scan *s, size_t at) {
  size_t start = at, digits = 0, points = 0;
  while (at < s->length && (isdigit((unsigned char)s->text[at]) || s->text[at] == '.')) {
    points += s->text[at] == '.';
    digits += s->text[at++] != '.';
  }
  if (digits == 0 || points > 1) {
    return 0;
  }
  size_t e = at;
  if (e < s->length && (s->text[e] == 'e' || s->text[e] == 'E')) {
    e++;
    e += e < s->length && (s->text[e] == '-' || s->text[e] == '+');
    size_t first = e;
    while (e < s->length && isdigit((unsigned char)s->text[e])) {
      e++;
    }
    at = e > first ? e : at;
  }
  return at - start;
}

/* "inf" or ".inf", as YAML writes it; its length or 0. */
static size_t infinity_length(const scan *s, size_t at) {
  size_t dot = at < s->length && s->text[at] == '.';
  if (s->length - at >= 3 + dot && memcmp(s->text + at + dot, "inf", 3) == 0 &&
      (at + dot + 3 == s->length || !is_letter(s->text[at + dot + 3]))) {
    return 3 + dot;
  }
  return 0;
}

static bool no_number(scan *s) {
  if (s->length == 0 || s->at >= s->length) {
    return phs_text_fail(s->error, 0, s->length, "write a number with its unit, such as 0.1 mV",
                         "a number is missing");
  }
  return phs_text_fail(s->error, s->at, s->length - s->at,
                       "write a number with its unit, such as 0.1 mV",
                       "'%.*s' does not begin with a number",
                       (int)(s->length - s->at < 40 ? s->length - s->at : 40), s->text + s->at);
}

/* The number itself, still as text: its first character and length, or infinity. */
static bool read_number(scan *s, size_t *digits, size_t *length, bool *negative, bool *infinite) {
  skip_space(s);
  *negative = peek(s) == '-';
  s->at += *negative || peek(s) == '+';
  *digits = s->at;
  size_t inf = infinity_length(s, s->at);
  *infinite = inf > 0;
  *length = inf > 0 ? inf : number_length(s, s->at);
  if (*length == 0) {
    return no_number(s);
  }
  s->at += *length;
  if (peek(s) == ',' && s->at + 1 < s->length && isdigit((unsigned char)s->text[s->at + 1])) {
    return phs_text_fail(s->error, s->at, 1, "write 0.5 for one half",
                         "numbers have a decimal point, not a comma");
  }
  return true;
}

bool phs_quantity_parse(const char *text, size_t length, phs_value *out, phs_text_error *error) {
  scan s = {.text = text, .length = length, .error = error};
  size_t digits, count;
  bool negative, infinite;
  if (length > LONGEST) {
    return phs_text_fail(s.error, 0, length, NULL, "a quantity is not longer than %d characters",
                         LONGEST);
  }
  if (!read_number(&s, &digits, &count, &negative, &infinite)) {
    return false;
  }
  scale unit = {0};
  skip_space(&s);
  bool divides = peek(&s) == '/'; /* "1e3 /s" */
  s.at += divides;
  size_t start = s.at;
  if ((divides || s.at < s.length) && !read_unit(&s, divides, &unit)) {
    return false;
  }
  if (s.at == start + 1 && text[start] == '1') {
    return phs_text_fail(s.error, start, 1, "a number is one group of digits",
                         "two numbers follow each other");
  }
  if (!at_end(&s)) {
    return false;
  }
  out->dimension = unit.dimension;
  if (infinite) {
    out->number = negative ? -INFINITY : INFINITY;
    return true;
  }
  if (!decimal(text + digits, count, unit.exponent, &out->number)) {
    return phs_text_fail(s.error, digits, count, NULL, "the number is too large for binary64");
  }
  out->number = negative ? -out->number : out->number;
  return true;
}
