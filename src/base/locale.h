/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/**
 * @file locale.h  Numbers with a decimal point, whatever locale the program has set that the
 * library is part of. The calling thread's locale alone is changed (POSIX uselocale()).
 */
#ifndef PHS_BASE_LOCALE_H
#define PHS_BASE_LOCALE_H

#include <locale.h>
#include <stdbool.h>

/** Makes the calling thread read and print as in the C locale. Hand the result, the locale before,
 * to phs_locale_restore(). Cheap: the C library has that locale at hand. */
locale_t phs_locale_c(void);
void phs_locale_restore(locale_t before);

/** All of @p text as strtod() reads it in the C locale; false where it is no number or not finite,
 * with @p out untouched. */
bool phs_parse_double(const char *text, double *out);

#endif
