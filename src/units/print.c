/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Quantities to text. */
#include "base/locale.h"
#include "units/units_internal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A finite number as sign, decimal digits d1 d2 ... and the power of ten of d1: the fewest digits
 * that are read back as the same number. */
typedef struct decimal {
  bool negative;
  char digits[20];
  int count, power;
} decimal;

static decimal shortest(double x) {
  decimal d = {.negative = signbit(x)};
  char text[40] = "";
  locale_t before = phs_locale_c();
  for (int precision = 0; precision < 17; precision++) {
    snprintf(text, sizeof text, "%.*e", precision, fabs(x));
    if (strtod(text, NULL) == fabs(x)) {
      break;
    }
  }
  phs_locale_restore(before);
  const char *c = text;
  for (; *c && *c != 'e'; c++) {
    if (*c != '.' && d.count < 19) {
      d.digits[d.count++] = *c;
    }
  }
  d.power = *c ? atoi(c + 1) : 0;
  return d;
}

/* The digits with the decimal point where `power` says. */
static void write_number(const decimal *d, int power, char *out, size_t size) {
  const char *sign = d->negative ? "-" : "";
  if (power < -5 || power > 14) {
    snprintf(out, size, d->count > 1 ? "%s%c.%se%d" : "%s%c%se%d", sign, d->digits[0],
             d->digits + 1, power);
  } else if (power < 0) {
    snprintf(out, size, "%s0.%.*s%s", sign, -power - 1, "0000000000", d->digits);
  } else if (power + 1 >= d->count) {
    snprintf(out, size, "%s%s%.*s", sign, d->digits, power + 1 - d->count, "000000000000000");
  } else {
    snprintf(out, size, "%s%.*s.%s", sign, power + 1, d->digits, d->digits + power + 1);
  }
}

/* The prefix with which a number whose first digit has this power of ten reads best. */
static char choose_prefix(const phs_unit *u, int power) {
  int in_coherent = power - u->exponent - phs_prefix_exponent(u->preferred);
  if (u->preferred && in_coherent >= -2 && in_coherent < 3) {
    return u->preferred;
  }
  power -= u->exponent;
  char best = 0;
  int best_exponent = 0;
  for (const char *p = u->prefixes; *p; p++) {
    int e = phs_prefix_exponent(*p);
    bool fits = e <= power, best_fits = best_exponent <= power;
    if (*p != 'c' && (fits ? !best_fits || e > best_exponent : !best_fits && e < best_exponent)) {
      best = *p;
      best_exponent = e;
    }
  }
  return best;
}

char *phs_quantity_print(phs_value v, char *out, size_t size) {
  char unit[48], number[48];
  phs_dimension_unit(v.dimension, unit, sizeof unit);
  if (!isfinite(v.number)) {
    snprintf(number, sizeof number, isnan(v.number) ? "nan" : v.number < 0 ? "-inf" : "inf");
  } else {
    decimal d = shortest(v.number);
    const phs_unit *u = phs_unit_of(v.dimension);
    int power = d.power;
    if (u) {
      char prefix = v.number == 0 ? u->preferred : choose_prefix(u, d.power);
      power -= v.number == 0 ? 0 : u->exponent + phs_prefix_exponent(prefix);
      snprintf(unit, sizeof unit, "%.*s%s", prefix != 0, &prefix, u->symbol);
    }
    write_number(&d, power, number, sizeof number);
  }
  if (phs_dimension_plain(v.dimension)) {
    snprintf(out, size, "%s", number);
  } else {
    snprintf(out, size, "%s %s", number, unit);
  }
  return out;
}
