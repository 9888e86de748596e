/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/**
 * @file units_internal.h  The table of units, which reading and printing share.
 *
 * Every unit and prefix is a power of ten of the coherent system's unit, so numbers change units by
 * a shift of their decimal exponent: reading and printing round once and never twice.
 */
#ifndef PHS_UNITS_INTERNAL_H
#define PHS_UNITS_INTERNAL_H

#include "units/units.h"

/** A unit that may stand in a text, with its prefixes. */
typedef struct phs_unit {
  const char *symbol, *alias; /**< "Ohm", "ohm"; alias may be NULL */
  const char *prefixes;       /**< letters of "afpnumckMG" that it may have */
  phs_dimension dimension;
  int exponent;        /**< of ten: 1 V is 10^3 mV */
  char preferred;      /**< prefix of a printed value where that reads well (0: none preferred) */
  const char *typical; /**< units for a remedy: "ms, s, us" */
} phs_unit;

/** The power of ten of a prefix letter; 0 for none. */
int phs_prefix_exponent(char letter);
/** The unit of exactly this dimension, or NULL. */
const phs_unit *phs_unit_of(phs_dimension d);
/** The unit and power of ten of one word ("mV"), or NULL. */
const phs_unit *phs_unit_find(const char *word, size_t length, int *exponent);

#endif
