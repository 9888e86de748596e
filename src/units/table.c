/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Units, prefixes and dimensions. */
#include "units/units_internal.h"

#include <string.h>

static const phs_unit units[] = {
    {"s", NULL, "fpnum", {1, 0, 0, 0}, 3, 'm', "ms, s, us"},
    {"V", NULL, "pnumk", {0, 1, 0, 0}, 3, 'm', "mV, V, uV"},
    {"A", NULL, "fpnum", {0, 0, 1, 0}, 12, 'p', "pA, nA, uA"},
    {"m", NULL, "nucmk", {0, 0, 0, 1}, 6, 'u', "um, mm, m"},
    {"F", NULL, "fpnum", {1, -1, 1, 0}, 12, 'p', "pF, nF, uF"},
    {"S", NULL, "fpnum", {0, -1, 1, 0}, 9, 'n', "nS, uS, mS"},
    {"Ohm", "ohm", "mkMG", {0, 1, -1, 0}, -9, 0, "MOhm, GOhm, kOhm"},
    {"Hz", NULL, "mkMG", {-1, 0, 0, 0}, -3, 0, "Hz, kHz, 1/ms"},
    {"C", NULL, "fpnum", {1, 0, 1, 0}, 15, 'f', "fC, pC, nC"},
    {"J", NULL, "afpnumkM", {1, 1, 1, 0}, 18, 'p', "pJ, nJ, J"},
    {"W", NULL, "fpnumkMG", {0, 1, 1, 0}, 15, 0, "W, mW, uW"},
};

static const struct {
  char letter;
  int exponent;
} prefixes[] = {{'a', -18}, {'f', -15}, {'p', -12}, {'n', -9}, {'u', -6},
                {'m', -3},  {'c', -2},  {'k', 3},   {'M', 6},  {'G', 9}};

int phs_prefix_exponent(char letter) {
  for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
    if (prefixes[i].letter == letter) {
      return prefixes[i].exponent;
    }
  }
  return 0;
}

const phs_unit *phs_unit_of(phs_dimension d) {
  for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
    if (phs_dimension_equal(units[i].dimension, d)) {
      return &units[i];
    }
  }
  return NULL;
}

/* The letters a prefix may be written with: micro has two Greek ones as well, in UTF-8. */
static size_t read_prefix(const char *word, size_t length, char *letter) {
  if (length >= 2 && (memcmp(word, "\xc2\xb5", 2) == 0 || memcmp(word, "\xce\xbc", 2) == 0)) {
    *letter = 'u';
    return 2;
  }
  *letter = length > 0 ? *word : 0;
  return 1;
}

static bool is_symbol(const phs_unit *u, const char *word, size_t length) {
  static const char omega[] = "\xce\xa9", ohm_sign[] = "\xe2\x84\xa6";
  if (length == strlen(u->symbol) && memcmp(word, u->symbol, length) == 0) {
    return true;
  }
  if (!u->alias) {
    return false;
  }
  return (length == strlen(u->alias) && memcmp(word, u->alias, length) == 0) ||
         (length == 2 && memcmp(word, omega, 2) == 0) ||
         (length == 3 && memcmp(word, ohm_sign, 3) == 0);
}

const phs_unit *phs_unit_find(const char *word, size_t length, int *exponent) {
  char letter;
  size_t skip = read_prefix(word, length, &letter);
  for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
    if (is_symbol(&units[i], word, length)) {
      *exponent = units[i].exponent;
      return &units[i];
    }
    if (length > skip && letter && strchr(units[i].prefixes, letter) &&
        is_symbol(&units[i], word + skip, length - skip)) {
      *exponent = units[i].exponent + phs_prefix_exponent(letter);
      return &units[i];
    }
  }
  return NULL;
}
