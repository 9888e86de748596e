/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Dimensions: their arithmetic and their names. */
#include "units/units_internal.h"

#include <stdio.h>
#include <string.h>

enum { AXES = 4, LARGEST_POWER = 99 };

static void get(phs_dimension d, int axis[AXES]) {
  axis[0] = d.time;
  axis[1] = d.voltage;
  axis[2] = d.current;
  axis[3] = d.length;
}

static phs_dimension put(const int axis[AXES]) {
  return (phs_dimension){(int8_t)axis[0], (int8_t)axis[1], (int8_t)axis[2], (int8_t)axis[3]};
}

bool phs_dimension_equal(phs_dimension a, phs_dimension b) {
  return a.time == b.time && a.voltage == b.voltage && a.current == b.current &&
         a.length == b.length;
}

bool phs_dimension_plain(phs_dimension d) {
  return phs_dimension_equal(d, (phs_dimension){0});
}

bool phs_dimension_product(phs_dimension a, phs_dimension b, int power, phs_dimension *out) {
  int x[AXES], y[AXES];
  get(a, x);
  get(b, y);
  for (int i = 0; i < AXES; i++) {
    /* Powers of a plain number may be of any size. */
    long long sum = x[i] + (long long)y[i] * power;
    if (sum < -LARGEST_POWER || sum > LARGEST_POWER) {
      return false;
    }
    x[i] = (int)sum;
  }
  *out = put(x);
  return true;
}

bool phs_dimension_root(phs_dimension a, int n, phs_dimension *out) {
  int x[AXES];
  get(a, x);
  for (int i = 0; i < AXES; i++) {
    if (x[i] % n != 0) {
      return false;
    }
    x[i] /= n;
  }
  *out = put(x);
  return true;
}

/* Appends to a text of `size` bytes, cut there. */
static void append(char *out, size_t size, const char *s) {
  size_t n = strlen(out);
  if (n < size) {
    snprintf(out + n, size - n, "%s", s);
  }
}

/* The factors whose power has the sign `sign`, with `between` between them. Returns how many. */
static int factors(const int axis[AXES], const char *const name[AXES], int sign,
                   const char *between, char *out, size_t size) {
  int count = 0;
  for (int i = 0; i < AXES; i++) {
    int power = axis[i] * sign;
    if (power > 0) {
      char one[32];
      snprintf(one, sizeof one, power == 1 ? "%s%s" : "%s%s^%d", count > 0 ? between : "", name[i],
               power);
      append(out, size, one);
      count++;
    }
  }
  return count;
}

static const char *known_name(phs_dimension d) {
  static const struct {
    phs_dimension dimension;
    const char *name;
  } known[] = {{{0, 0, 0, 0}, "a plain number"}, {{1, -1, 1, 0}, "capacitance"},
               {{0, -1, 1, 0}, "conductance"},   {{0, 1, -1, 0}, "resistance"},
               {{1, 0, 1, 0}, "charge"},         {{1, 1, 1, 0}, "energy"},
               {{0, 1, 1, 0}, "power"}};
  for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
    if (phs_dimension_equal(known[i].dimension, d)) {
      return known[i].name;
    }
  }
  return NULL;
}

char *phs_dimension_print(phs_dimension d, char *out, size_t size) {
  static const char *const name[AXES] = {"time", "voltage", "current", "length"};
  const char *known = known_name(d);
  snprintf(out, size, "%s", known ? known : "");
  if (known) {
    return out;
  }
  int axis[AXES];
  get(d, axis);
  char below[96] = "";
  int divisors = factors(axis, name, -1, " ", below, sizeof below);
  if (factors(axis, name, 1, " ", out, size) == 0) {
    append(out, size, "1");
  }
  if (divisors > 0) {
    append(out, size, divisors > 1 ? " / (" : " / ");
    append(out, size, below);
    append(out, size, divisors > 1 ? ")" : "");
  }
  return out;
}

/* "pF", "nS": dimensions whose coherent unit has a name of its own, and those per time. */
static bool short_unit(phs_dimension d, char *out, size_t size) {
  static const struct {
    phs_dimension dimension;
    const char *unit;
  } known[] = {{{0, 0, 0, 0}, "1"},         {{1, -1, 1, 0}, "pF"},      {{0, -1, 1, 0}, "nS"},
               {{0, 1, -1, 0}, "GOhm"},     {{1, 0, 1, 0}, "fC"},       {{1, 1, 1, 0}, "aJ"},
               {{0, 1, 1, 0}, "fW"},        {{-1, -1, 1, 0}, "nS/ms"},  {{-1, 1, -1, 0}, "GOhm/ms"},
               {{0, -1, 1, -2}, "nS/um^2"}, {{1, -1, 1, -2}, "pF/um^2"}};
  for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
    if (phs_dimension_equal(known[i].dimension, d)) {
      snprintf(out, size, "%s", known[i].unit);
      return true;
    }
  }
  return false;
}

char *phs_dimension_unit(phs_dimension d, char *out, size_t size) {
  static const char *const name[AXES] = {"ms", "mV", "pA", "um"};
  if (short_unit(d, out, size)) {
    return out;
  }
  int axis[AXES];
  get(d, axis);
  if (size > 0) {
    *out = 0;
  }
  char below[64] = "";
  if (factors(axis, name, 1, "*", out, size) == 0) {
    append(out, size, "1");
  }
  if (factors(axis, name, -1, "/", below, sizeof below) > 0) {
    append(out, size, "/");
    append(out, size, below);
  }
  return out;
}

char *phs_dimension_describe(phs_dimension d, char *out, size_t size) {
  char name[96], unit[64];
  phs_dimension_print(d, name, sizeof name);
  phs_dimension_unit(d, unit, sizeof unit);
  snprintf(out, size, phs_dimension_plain(d) ? "%s" : "%s (%s)", name, unit);
  return out;
}

char *phs_dimension_examples(phs_dimension d, char *out, size_t size) {
  const phs_unit *unit = phs_unit_of(d);
  if (unit) {
    snprintf(out, size, "%s", unit->typical);
  } else if (phs_dimension_plain(d)) {
    snprintf(out, size, "%s", "");
  } else {
    phs_dimension_unit(d, out, size);
  }
  return out;
}
