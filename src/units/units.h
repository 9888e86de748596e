/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/**
 * @file units.h  Physical quantities: text with units to numbers with dimensions, and back.
 *
 * Numbers are held in one coherent system: ms, mV, pA, um, and what follows from them: pF, nS,
 * GOhm, 1/ms, fW, aJ. Current x time = charge, nS x mV = pA, pF x mV / ms = pA: no factors appear
 * in equations.
 */
#ifndef PHS_UNITS_UNITS_H
#define PHS_UNITS_UNITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Exponents. All 0: a plain number. */
typedef struct phs_dimension {
  int8_t time, voltage, current, length;
} phs_dimension;

/** A number of the coherent system. */
typedef struct phs_value {
  double number;
  phs_dimension dimension;
} phs_value;

/** What is wrong in a text, for a diagnostic. */
typedef struct phs_text_error {
  size_t at, length; /**< the wrong characters, from the start of the text */
  char message[256];
  char help[256]; /**< remedy, or empty */
} phs_text_error;
/** Fills @p error and is false. @p help may be NULL. */
bool phs_text_fail(phs_text_error *error, size_t at, size_t length, const char *help,
                   const char *fmt, ...) __attribute__((format(printf, 5, 6)));

/** "mV", "pA/ms", "nS*mV", "1/ms", "ms^2", "1". @p out.number: one such unit in the coherent
 * system. */
bool phs_unit_parse(const char *text, size_t length, phs_value *out, phs_text_error *error);
/** The same for a word of an expression that names nothing else. J and W are no units there: those
 * are the usual names of weights, and one that is missing is told as such. */
bool phs_unit_of_word(const char *word, phs_value *out);
/** "0.1 mV", "20kHz", "5", "1e3 /s". */
bool phs_quantity_parse(const char *text, size_t length, phs_value *out, phs_text_error *error);
/** "1.5 ms", "20 kHz", "0.25": the unit that reads best, exact when read back. Returns @p out, cut
 * to @p size (64 bytes hold every quantity). */
char *phs_quantity_print(phs_value v, char *out, size_t size);

bool phs_dimension_equal(phs_dimension a, phs_dimension b);
/** @p out = a * b^power; false where an exponent would leave -99 .. 99. */
bool phs_dimension_product(phs_dimension a, phs_dimension b, int power, phs_dimension *out);
/** The root @p n of @p a (sqrt: 2); false where an exponent is no multiple of @p n. */
bool phs_dimension_root(phs_dimension a, int n, phs_dimension *out);
/** Whether all exponents are 0. */
bool phs_dimension_plain(phs_dimension d);
/** "voltage", "current", "capacitance", "1 / time", "a plain number", "voltage^2 time". */
char *phs_dimension_print(phs_dimension d, char *out, size_t size);
/** The coherent system's unit of @p d: "mV", "pF", "nS", "1/ms", "1". */
char *phs_dimension_unit(phs_dimension d, char *out, size_t size);
/** Both: "voltage (mV)", "a plain number". */
char *phs_dimension_describe(phs_dimension d, char *out, size_t size);
/** Examples of units of @p d for a remedy: "ms, s, us"; empty for a plain number. */
char *phs_dimension_examples(phs_dimension d, char *out, size_t size);

#endif
