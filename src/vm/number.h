/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file number.h  Decimal numbers in files: the same bytes whatever locale the program has set. */
#ifndef PHS_VM_NUMBER_H
#define PHS_VM_NUMBER_H

#include <stddef.h>

typedef enum phs_number_result {
  PHS_NUMBER_OK,
  PHS_NUMBER_SYNTAX,     /**< not of the form [+-]digits[.digits][e[+-]digits] */
  PHS_NUMBER_NOT_FINITE, /**< nan, inf or infinity, in any case */
  PHS_NUMBER_RANGE,      /**< beyond the largest finite binary32 */
} phs_number_result;

/** Longest text that phs_number_parse() takes for a number. */
#define PHS_NUMBER_MAX 255

/** The binary32 nearest to the decimal number @p text of @p len bytes (no blanks around it). */
phs_number_result phs_number_parse(const char *text, size_t len, float *out);

/** @p x with 9 significant digits, which read back to the same bits. Returns the length. */
size_t phs_number_print(float x, char out[32]);

#endif
